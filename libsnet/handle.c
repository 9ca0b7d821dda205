// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Opening, closing and waking a handle, and what it says of its failures.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/socket.h>

#include "snet-private.h"

/* Room for some thousand requests that wait for a busy controller. */
#define SOCKET_BUFFER_SIZE (4 * 1024 * 1024)

/* libnl has its own numbers, and keeps errno's to itself. */
static int errno_of_nl(int error)
{
	switch (error < 0 ? -error : error) {
	case NLE_OBJ_NOTFOUND:
		return -ENOENT;
	case NLE_NOMEM:
		return -ENOMEM;
	case NLE_PERM:
		return -EPERM;
	case NLE_NOACCESS:
		return -EACCES;
	case NLE_AF_NOSUPPORT:
		return -EAFNOSUPPORT;
	case NLE_PROTO_MISMATCH:
		return -EPROTONOSUPPORT;
	case NLE_OPNOTSUPP:
		return -EOPNOTSUPP;
	case NLE_EXIST:
		return -EADDRINUSE;
	case NLE_BUSY:
		return -EBUSY;
	case NLE_INTR:
		return -EINTR;
	case NLE_AGAIN:
		return -EAGAIN;
	default:
		return -EIO;
	}
}

static int watch(int epoll_fd, int fd)
{
	struct epoll_event event = {.events = EPOLLIN};

	return epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static int open_wakeup(struct snet *snet)
{
	int err;

	snet->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (snet->epoll_fd < 0)
		return -errno;
	snet->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (snet->wake_fd < 0)
		return -errno;
	err = watch(snet->epoll_fd, snet->wake_fd);
	return err ? err : watch(snet->epoll_fd, snet->fd);
}

/**
 * snet_new() - make a handle around a socket
 * @sock: who owns @fd, or NULL: nobody
 * @fd: a netlink socket, or what a test uses in its place
 * @port: its netlink port
 * @family: number of the generic netlink family
 * @group: number of its multicast group for monitors, 0: there is none
 *
 * On success the handle owns @sock, or @fd.
 */
int snet_new(struct nl_sock *sock, int fd, uint32_t port, uint16_t family, uint32_t group,
	     struct snet **ret_snet)
{
	struct snet *snet = calloc(1, sizeof(*snet));
	int err = -ENOMEM;

	if (!snet)
		return -ENOMEM;
	pthread_mutex_init(&snet->lock, NULL);
	snet->epoll_fd = -1;
	snet->wake_fd = -1;
	snet->fd = fd;
	snet->port = port;
	snet->family = family;
	snet->group = group;

	snet->command = nlmsg_alloc_size(SNET_COMMAND_SIZE);
	snet->buffer = malloc(SNET_RECEIVE_COUNT * SNET_RECEIVE_SIZE);
	snet->delivery = malloc(SNET_RECEIVE_SIZE);
	if (snet->command && snet->buffer && snet->delivery)
		err = open_wakeup(snet);
	if (err) {
		snet->fd = -1; /* remains the caller's */
		snet_close(snet);
		return err;
	}
	snet->sock = sock;
	*ret_snet = snet;
	return 0;
}

/*
 * Extended acks say what was wrong. The option is missing only in kernels without
 * snet. Bad answers quote the command, as NETLINK_CAP_ACK is not set: the id of a
 * verdict that failed is in there.
 */
static void set_socket_options(int fd)
{
	int one = 1, size = SOCKET_BUFFER_SIZE;

	(void)setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	/* Beyond the system's limit if we may, otherwise as far as it goes. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

static int open_socket(struct nl_sock *sock, struct snet **ret_snet)
{
	int err, family, group;

	/* It stays blocking, for snet_wait(); whatever else is done with it says MSG_DONTWAIT. */
	err = genl_connect(sock);
	if (err < 0)
		return errno_of_nl(err);
	family = genl_ctrl_resolve(sock, SNET_GENL_NAME);
	if (family < 0)
		return errno_of_nl(family);
	group = genl_ctrl_resolve_grp(sock, SNET_GENL_NAME, SNET_GENL_MCGRP_MONITOR);
	set_socket_options(nl_socket_get_fd(sock));
	return snet_new(sock, nl_socket_get_fd(sock), nl_socket_get_local_port(sock), family,
			group > 0 ? (uint32_t)group : 0, ret_snet);
}

int snet_open(struct snet **ret_snet)
{
	struct nl_sock *sock = nl_socket_alloc();
	int err;

	if (!sock)
		return -ENOMEM;
	err = open_socket(sock, ret_snet);
	if (err)
		nl_socket_free(sock);
	return err;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

struct snet *snet_close(struct snet *snet)
{
	if (!snet)
		return NULL;
	close_fd(snet->epoll_fd);
	close_fd(snet->wake_fd);
	if (snet->sock)
		nl_socket_free(snet->sock);
	else
		close_fd(snet->fd);
	if (snet->command)
		nlmsg_free(snet->command);
	free(snet->buffer);
	free(snet->delivery);
	snet_queue_clear(&snet->queue);
	pthread_mutex_destroy(&snet->lock);
	free(snet);
	return NULL;
}

int snet_fd(const struct snet *snet)
{
	return snet->epoll_fd;
}

/*
 * The socket wakes the caller by itself; what was already taken from it, does
 * so by the eventfd. Not while somebody dispatches and will come to it anyway:
 * the usual case, a verdict from within a callback, costs no system call here.
 */
static void update_wakeup(struct snet *snet)
{
	bool wake = !snet->dispatching &&
		    (snet_queue_peek(&snet->queue) || snet->overrun || snet->malformed);
	uint64_t value = 1;

	if (wake == snet->wake_set)
		return;
	/* Neither can fail: the value is 0 or 1, and only changed here. */
	if (wake)
		(void)!write(snet->wake_fd, &value, sizeof(value));
	else
		(void)!read(snet->wake_fd, &value, sizeof(value));
	snet->wake_set = wake;
}

void snet_lock(struct snet *snet)
{
	pthread_mutex_lock(&snet->lock);
}

/* Returns @result, so that a function can end with it. */
int snet_unlock(struct snet *snet, int result)
{
	update_wakeup(snet);
	pthread_mutex_unlock(&snet->lock);
	return result;
}

/**
 * snet_fail() - note a failure for snet_strerror()
 * @error: negative errno
 * @words: about it, not necessarily terminated, or NULL
 * @len: size of @words
 *
 * Return: @error
 */
int snet_fail(struct snet *snet, int error, const char *words, size_t len)
{
	size_t max = sizeof(snet->last_words) - 1;

	len = words ? strnlen(words, len < max ? len : max) : 0;
	if (len)
		memcpy(snet->last_words, words, len);
	snet->last_words[len] = '\0';
	snet->last_error = error;
	return error;
}

const char *snet_strerror(struct snet *snet, int error)
{
	const char *words = NULL;

	if (snet) {
		pthread_mutex_lock(&snet->lock);
		if (error < 0 && error == snet->last_error && snet->last_words[0])
			words = snet->last_words;
		pthread_mutex_unlock(&snet->lock);
	}
	/* Unlike strerror() this has no buffer that threads would share. */
	if (!words)
		words = strerrordesc_np(error < 0 ? (int)(0U - (unsigned int)error) : error);
	return words ? words : "Unknown error";
}

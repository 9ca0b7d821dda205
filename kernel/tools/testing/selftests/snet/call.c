// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet selftests: addresses, and the calls that children make
 */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "call.h"

struct address loopback(int family, unsigned short port)
{
	struct address address = { .len = 0 };

	if (family == AF_INET6) {
		address.len = sizeof(address.in6);
		address.in6.sin6_port = htons(port);
		address.in6.sin6_addr = in6addr_loopback;
	} else {
		address.len = sizeof(address.in);
		address.in.sin_port = htons(port);
		address.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	}
	address.any.sa_family = family;
	return address;
}

struct address loopback_mapped(unsigned short port)
{
	struct address address = loopback(AF_INET6, port);

	inet_pton(AF_INET6, "::ffff:127.0.0.1", &address.in6.sin6_addr);
	return address;
}

unsigned short port_of(const struct address *address)
{
	/* At the same place in both. */
	return ntohs(address->in.sin_port);
}

static int open_socket(const struct call *call)
{
	int fd = call->fd;
	int err;

	if (!fd)
		fd = socket(call->family, call->type | SOCK_CLOEXEC,
			    call->protocol);
	if (fd < 0)
		return -errno;
	if (call->local.len && bind(fd, &call->local.any, call->local.len)) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

/* Closes @fd behind a system call that has returned @ret. */
static long end(int fd, long ret)
{
	ret = ret < 0 ? -errno : 0;
	close(fd);
	return ret;
}

long call_socket(const void *call)
{
	int fd = open_socket(call);

	return fd < 0 ? fd : end(fd, 0);
}

long call_bind(const void *arg)
{
	const struct call *call = arg;
	int fd = open_socket(call);

	if (fd < 0)
		return fd;
	return end(fd, bind(fd, &call->address.any, call->address.len));
}

long call_connect(const void *arg)
{
	const struct call *call = arg;
	int fd = open_socket(call);

	if (fd < 0)
		return fd;
	return end(fd, connect(fd, &call->address.any, call->address.len));
}

long call_listen(const void *call)
{
	int fd = open_socket(call);

	if (fd < 0)
		return fd;
	return end(fd, listen(fd, 5));
}

long call_accept(const void *call)
{
	int fd = open_socket(call);
	int connection;

	if (fd < 0)
		return fd;
	connection = accept(fd, NULL, NULL);
	if (connection < 0)
		return end(fd, -1);
	close(fd);
	return end(connection, send(connection, "", 1, MSG_NOSIGNAL));
}

long call_send(const void *arg)
{
	const struct call *call = arg;
	int fd = open_socket(call);

	if (fd < 0)
		return fd;
	return end(fd, sendto(fd, "", 1, MSG_NOSIGNAL, &call->address.any,
			      call->address.len));
}

long call_receive(const void *call)
{
	int fd = open_socket(call);
	char byte;

	if (fd < 0)
		return fd;
	return end(fd, recv(fd, &byte, 1, MSG_DONTWAIT));
}

int open_server(int family, int type, int protocol, struct address *address)
{
	int fd = socket(family, type | SOCK_CLOEXEC, protocol);
	int err;

	if (fd < 0)
		return -errno;
	*address = loopback(family, 0);
	if (bind(fd, &address->any, address->len) ||
	    getsockname(fd, &address->any, &address->len) ||
	    ((type == SOCK_STREAM || type == SOCK_SEQPACKET) &&
	     listen(fd, 64))) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Sending commands and receiving what the kernel says.
 *
 * Requests and the answers to commands come through the same socket, because
 * the kernel takes verdicts only from the socket that is registered. It
 * handles a command within sendmsg(), so the answer is in the queue when that
 * returns, possibly behind events; these are kept for snet_dispatch(). So
 * nothing here ever blocks, but snet_receive_wait().
 *
 * All functions need the lock.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/genetlink.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include "snet-private.h"

/**
 * snet_command() - begin a command
 * @command: &enum snet_command
 * @flags: NLM_F_ACK or NLM_F_DUMP
 *
 * Return: where to put the attributes; belongs to the handle, and is good
 * until snet_transact(). NULL: no room, which can't be.
 */
struct nl_msg *snet_command(struct snet *snet, uint8_t command, uint16_t flags)
{
	/* Back to the bare header, to use the memory again. */
	nlmsg_hdr(snet->command)->nlmsg_len = NLMSG_HDRLEN;
	/* Events have 0. */
	if (!++snet->seq)
		snet->seq = 1;
	if (!genlmsg_put(snet->command, snet->port, snet->seq, snet->family, 0,
			 NLM_F_REQUEST | flags, command, SNET_GENL_VERSION))
		return NULL;
	return snet->command;
}

static int transmit(struct snet *snet)
{
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	struct nlmsghdr *hdr = nlmsg_hdr(snet->command);
	struct iovec iov = {.iov_base = hdr, .iov_len = hdr->nlmsg_len};
	struct msghdr msg = {
		.msg_name = &kernel,
		.msg_namelen = sizeof(kernel),
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};
	ssize_t len;

	do {
		len = sendmsg(snet->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
	} while (len < 0 && errno == EINTR);
	if (len < 0)
		return -errno;
	return (size_t)len == iov.iov_len ? 0 : -EMSGSIZE;
}

static void finish_call(struct snet *snet, struct snet_call *call, const struct snet_ack *ack)
{
	call->done = true;
	if (ack->error >= 0)
		return;
	call->error = snet_fail(snet, ack->error, ack->words, ack->words_len);
}

static void handle_answer(struct snet *snet, struct snet_call *call, const struct nlmsghdr *hdr)
{
	struct snet_ack ack;
	int err;

	if (hdr->nlmsg_flags & NLM_F_DUMP_INTR)
		call->interrupted = true;

	if (hdr->nlmsg_type == NLMSG_ERROR) {
		if (!snet_ack_read(hdr, &ack))
			ack.error = -EBADMSG;
		finish_call(snet, call, &ack);
	} else if (hdr->nlmsg_type == NLMSG_DONE) {
		snet_ack_read_done(hdr, &ack);
		finish_call(snet, call, &ack);
	} else if (hdr->nlmsg_type == snet->family && call->reply) {
		err = call->reply(hdr, call->data);
		if (err && !call->error)
			call->error = snet_fail(snet, err, NULL, 0);
	}
}

/*
 * A verdict that nobody waits for is answered only when it failed. Bad answers
 * to other commands are the end of something that was given up.
 */
static bool is_refusal(const struct snet *snet, const struct nlmsghdr *hdr)
{
	struct snet_ack ack;

	return hdr->nlmsg_type == NLMSG_ERROR && hdr->nlmsg_pid == snet->port &&
	       snet_ack_read(hdr, &ack) && ack.error < 0 &&
	       ack.command->nlmsg_type == snet->family && !(ack.command->nlmsg_flags & NLM_F_ACK);
}

/* An event that finds no place is lost, as if the kernel had found none. */
static void handle_event(struct snet *snet, const struct nlmsghdr *hdr)
{
	if (!snet_queue_push(&snet->queue, hdr, SNET_QUEUE_MAX))
		snet->overrun = true;
}

static void handle_message(struct snet *snet, struct snet_call *call, const struct nlmsghdr *hdr)
{
	if (hdr->nlmsg_type == NLMSG_OVERRUN)
		snet->overrun = true;
	else if (hdr->nlmsg_type == snet->family && !hdr->nlmsg_seq)
		handle_event(snet, hdr);
	else if (call && !call->done && hdr->nlmsg_seq == snet->seq && hdr->nlmsg_pid == snet->port)
		handle_answer(snet, call, hdr);
	else if (is_refusal(snet, hdr))
		handle_event(snet, hdr);
}

static void handle_datagram(struct snet *snet, struct snet_call *call, void *buffer, int len)
{
	struct nlmsghdr *hdr = buffer;

	for (; nlmsg_ok(hdr, len); hdr = nlmsg_next(hdr, &len))
		handle_message(snet, call, hdr);
	if (len <= 0)
		return;
	/*
	 * A message that was cut short. There may still be an id in it. It is
	 * ours to change, and the decoder reads no further than it says.
	 */
	snet->malformed = true;
	if (len >= (int)sizeof(*hdr) && hdr->nlmsg_len > (unsigned int)len) {
		hdr->nlmsg_len = len;
		handle_message(snet, call, hdr);
	}
}

/* One datagram, and who it is from. */
struct datagram {
	struct sockaddr_nl from;
	struct iovec iov;
};

static void prepare(struct snet *snet, struct datagram *datagrams, struct mmsghdr *headers)
{
	for (int i = 0; i < SNET_RECEIVE_COUNT; i++) {
		datagrams[i].iov.iov_base = snet->buffer + i * SNET_RECEIVE_SIZE;
		datagrams[i].iov.iov_len = SNET_RECEIVE_SIZE;
		headers[i].msg_hdr = (struct msghdr){
			.msg_name = &datagrams[i].from,
			.msg_namelen = sizeof(datagrams[i].from),
			.msg_iov = &datagrams[i].iov,
			.msg_iovlen = 1,
		};
	}
}

static void handle_received(struct snet *snet, struct snet_call *call,
			    const struct datagram *datagram, const struct mmsghdr *header)
{
	/* Only the kernel is believed. */
	if (header->msg_hdr.msg_namelen != sizeof(datagram->from) ||
	    datagram->from.nl_family != AF_NETLINK || datagram->from.nl_pid != 0)
		return;
	if (header->msg_hdr.msg_flags & MSG_TRUNC)
		snet->malformed = true;
	handle_datagram(snet, call, datagram->iov.iov_base, (int)header->msg_len);
}

static int receive(struct snet *snet, struct snet_call *call, int flags)
{
	struct datagram datagrams[SNET_RECEIVE_COUNT] = {0};
	struct mmsghdr headers[SNET_RECEIVE_COUNT] = {0};
	int count;

	prepare(snet, datagrams, headers);
	count = recvmmsg(snet->fd, headers, SNET_RECEIVE_COUNT, flags, NULL);
	if (count < 0 && errno == EINTR)
		return 0;
	if (count < 0 && errno == ENOBUFS) {
		snet->overrun = true;
		return 0;
	}
	if (count < 0)
		return errno == EWOULDBLOCK ? -EAGAIN : -errno;

	snet->drained = count < SNET_RECEIVE_COUNT;
	for (int i = 0; i < count; i++)
		handle_received(snet, call, &datagrams[i], &headers[i]);
	return 0;
}

/**
 * snet_receive() - receive some datagrams
 * @call: the command that waits for its answer, or NULL
 *
 * Return: 0; -EAGAIN: there is none; or another negative errno
 */
int snet_receive(struct snet *snet, struct snet_call *call)
{
	return receive(snet, call, MSG_DONTWAIT);
}

/**
 * snet_receive_wait() - wait for a datagram, and receive what else there is
 *
 * Return: 0, also when a signal has come; or a negative errno
 */
int snet_receive_wait(struct snet *snet)
{
	return receive(snet, NULL, MSG_WAITFORONE);
}

/**
 * snet_post() - send the command
 * @complete: whether all of it could be written
 *
 * Unless it asks for an ack, only a failure is answered, and is an event.
 *
 * Return: 0 or a negative errno, which snet_strerror() then knows about
 */
int snet_post(struct snet *snet, bool complete)
{
	int err;

	/* Commands have a handful of numbers, so there is always room; but who knows. */
	if (!complete)
		return SNET_FAIL(snet, -EMSGSIZE, "the command is too long");
	err = transmit(snet);
	return err ? snet_fail(snet, err, NULL, 0) : 0;
}

/**
 * snet_transact() - send the command and receive its answer
 * @complete: whether all of it could be written
 * @call: what to do with the answer
 *
 * Return: 0 or a negative errno, which snet_strerror() then knows about
 */
int snet_transact(struct snet *snet, bool complete, struct snet_call *call)
{
	static const char lost[] = "the kernel's answer was lost, the socket's queue was full";
	int err;

	err = snet_post(snet, complete);
	if (err)
		return err;
	while (!err && !call->done)
		err = snet_receive(snet, call);
	if (err == -EAGAIN)
		return SNET_FAIL(snet, -ENOBUFS, lost);
	if (err)
		return snet_fail(snet, err, NULL, 0);
	return call->error;
}

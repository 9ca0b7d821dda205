// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Messages that were received and wait to be read.
 *
 * Kept as they came: most are small, and those with long paths need no memory
 * of their own.
 */
#include <stdlib.h>
#include <string.h>

#include <linux/netlink.h>

#include "snet-private.h"

#define QUEUE_SIZE_FIRST 4096

/* What an empty queue keeps. */
#define QUEUE_SIZE_KEPT (256 * 1024)

static bool queue_grow(struct snet_queue *queue, size_t needed)
{
	size_t used = queue->tail - queue->head;
	size_t size = queue->size ? queue->size : QUEUE_SIZE_FIRST;
	unsigned char *bytes;

	while (size < needed)
		size *= 2;
	bytes = malloc(size);
	if (!bytes)
		return false;
	if (used)
		memcpy(bytes, queue->bytes + queue->head, used);
	free(queue->bytes);
	*queue = (struct snet_queue){.bytes = bytes, .tail = used, .size = size};
	return true;
}

/* Makes room at the end: moves what is there to the beginning, or grows. */
static bool queue_make_room(struct snet_queue *queue, size_t len)
{
	size_t used = queue->tail - queue->head;

	if (len <= queue->size - queue->tail)
		return true;
	/* Only when so much was taken that this does not happen all the time. */
	if (queue->head < queue->size / 2 || len > queue->size - used)
		return queue_grow(queue, queue->tail + len);
	memmove(queue->bytes, queue->bytes + queue->head, used);
	queue->head = 0;
	queue->tail = used;
	return true;
}

/**
 * snet_queue_push() - keep a message
 * @hdr: the message, complete as far as nlmsg_len goes; copied
 * @max: bytes that the queue may hold
 *
 * Return: false: it would hold more, or there is no memory
 */
bool snet_queue_push(struct snet_queue *queue, const struct nlmsghdr *hdr, size_t max)
{
	size_t len = NLMSG_ALIGN((size_t)hdr->nlmsg_len);
	size_t used = queue->tail - queue->head;

	if (used > max || len > max - used || !queue_make_room(queue, len))
		return false;
	memcpy(queue->bytes + queue->tail, hdr, hdr->nlmsg_len);
	queue->tail += len;
	return true;
}

/**
 * snet_queue_peek() - look at the first message
 *
 * Return: NULL: there is none; valid until the queue is changed
 */
struct nlmsghdr *snet_queue_peek(struct snet_queue *queue)
{
	if (queue->head == queue->tail)
		return NULL;
	return (struct nlmsghdr *)(queue->bytes + queue->head);
}

/** snet_queue_pop() - drop the first message, which there is */
void snet_queue_pop(struct snet_queue *queue)
{
	queue->head += NLMSG_ALIGN((size_t)snet_queue_peek(queue)->nlmsg_len);
	if (queue->head != queue->tail)
		return;
	if (queue->size > QUEUE_SIZE_KEPT)
		snet_queue_clear(queue);
	queue->head = 0;
	queue->tail = 0;
}

void snet_queue_clear(struct snet_queue *queue)
{
	free(queue->bytes);
	memset(queue, 0, sizeof(*queue));
}

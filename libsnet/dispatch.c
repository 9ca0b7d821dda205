// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Delivering events to the caller.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/netlink.h>

#include "snet-private.h"

/* So that snet_strerror() knows about it in the callback. */
static void note_refusal(struct snet *snet, const struct snet_ack *ack)
{
	snet_fail(snet, ack->error, ack->words, ack->words_len);
}

/*
 * What the queue has first. It is read out of a copy, since the queue may
 * change while the callback runs. Return: false: nothing
 */
static bool take_item(struct snet *snet, unsigned char *buffer, struct snet_item *ret_item)
{
	struct nlmsghdr *hdr;

	while ((hdr = snet_queue_peek(&snet->queue))) {
		memcpy(buffer, hdr, hdr->nlmsg_len);
		snet_queue_pop(&snet->queue);
		if (snet_decode((struct nlmsghdr *)buffer, ret_item))
			snet->malformed = true;
		if (ret_item->kind == SNET_ITEM_REFUSED)
			note_refusal(snet, &ret_item->refusal.ack);
		if (ret_item->kind != SNET_ITEM_NONE)
			return true;
	}
	return false;
}

/*
 * The next thing to tell. Return: true, or false with @ret_err 0 or a
 * negative errno: nothing is left.
 */
static bool next_item(struct snet *snet, unsigned char *buffer, struct snet_item *ret_item,
		      int *ret_err)
{
	int budget = SNET_DISPATCH_MAX;
	int err = 0;

	while (!take_item(snet, buffer, ret_item)) {
		if (snet->overrun) {
			snet->overrun = false;
			ret_item->kind = SNET_ITEM_OVERRUN;
			return true;
		}
		/* What comes from now on makes the caller's descriptor readable. */
		if (snet->drained || !budget--)
			err = -EAGAIN;
		else
			err = snet_receive(snet, NULL);
		if (err) {
			*ret_err = err == -EAGAIN ? 0 : snet_fail(snet, err, NULL, 0);
			return false;
		}
	}
	return true;
}

/* Whom to tell, as of the moment when something was taken to be told. */
struct audience {
	struct snet_callbacks callbacks;
	void *data;
	struct snet_monitor_callbacks monitor;
	void *monitor_data;
};

static struct audience audience_of(const struct snet *snet)
{
	return (struct audience){
		.callbacks = snet->callbacks,
		.data = snet->data,
		.monitor = snet->monitor,
		.monitor_data = snet->monitor_data,
	};
}

/* Nobody knows whose messages are lost. */
static int deliver_overrun(struct snet *snet, const struct audience *to)
{
	int calls = 0;

	if (to->callbacks.overrun) {
		to->callbacks.overrun(snet, to->data);
		calls++;
	}
	if (to->monitor.overrun) {
		to->monitor.overrun(snet, to->monitor_data);
		calls++;
	}
	return calls;
}

/* Return: how many callbacks were called */
static int deliver(struct snet *snet, const struct audience *to, const struct snet_item *item)
{
	if (item->kind == SNET_ITEM_OVERRUN)
		return deliver_overrun(snet, to);
	if (item->kind == SNET_ITEM_REQUEST && to->callbacks.request)
		to->callbacks.request(snet, &item->event, to->data);
	else if (item->kind == SNET_ITEM_CANCEL && to->callbacks.cancel)
		to->callbacks.cancel(snet, &item->cancel, to->data);
	else if (item->kind == SNET_ITEM_REFUSED && to->callbacks.refused)
		to->callbacks.refused(snet, item->refusal.id, item->refusal.ack.error, to->data);
	else if (item->kind == SNET_ITEM_EVENT && to->monitor.event)
		to->monitor.event(snet, &item->event, to->monitor_data);
	else
		return 0;
	return 1;
}

/* The handle has one buffer for this; only a second thread needs its own. */
static unsigned char *take_buffer(struct snet *snet)
{
	unsigned char *buffer = snet->delivery;

	snet->delivery = NULL;
	return buffer ? buffer : malloc(SNET_RECEIVE_SIZE);
}

static void return_buffer(struct snet *snet, unsigned char *buffer)
{
	if (snet->delivery)
		free(buffer);
	else
		snet->delivery = buffer;
}

static int dispatch(struct snet *snet, unsigned char *buffer)
{
	struct snet_item item;
	int calls = 0, err = 0, n;
	struct audience to;

	for (n = 0; n < SNET_DISPATCH_MAX && next_item(snet, buffer, &item, &err); n++) {
		to = audience_of(snet);
		snet_unlock(snet, 0);
		calls += deliver(snet, &to, &item);
		snet_lock(snet);
	}
	if (!err && snet->malformed) {
		snet->malformed = false;
		err = SNET_FAIL(snet, -EBADMSG, "the kernel sent a malformed message");
	}
	return err ? err : calls;
}

static int dispatch_with_buffer(struct snet *snet)
{
	unsigned char *buffer;
	int result;

	buffer = take_buffer(snet);
	if (!buffer)
		return snet_fail(snet, -ENOMEM, NULL, 0);
	snet->dispatching++;
	result = dispatch(snet, buffer);
	snet->dispatching--;
	return_buffer(snet, buffer);
	return result;
}

int snet_dispatch(struct snet *snet)
{
	snet_lock(snet);
	snet->drained = false;
	return snet_unlock(snet, dispatch_with_buffer(snet));
}

/* Something to tell has been received already. */
static bool has_something(struct snet *snet)
{
	return snet_queue_peek(&snet->queue) || snet->overrun || snet->malformed;
}

int snet_wait(struct snet *snet)
{
	int err = 0;

	snet_lock(snet);
	snet->drained = false;
	if (!has_something(snet))
		err = snet_receive_wait(snet);
	if (err)
		return snet_unlock(snet, snet_fail(snet, err, NULL, 0));
	return snet_unlock(snet, dispatch_with_buffer(snet));
}

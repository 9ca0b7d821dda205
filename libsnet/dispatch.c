// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Delivering events to the caller.
 */
#include <errno.h>

#include "snet-private.h"

/*
 * The next thing to tell. Return: true, or false with @ret_err 0 or a
 * negative errno: nothing is left.
 */
static bool next_item(struct snet *snet, struct snet_item *ret_item, int *ret_err)
{
	int budget = SNET_DISPATCH_MAX;
	int err = 0;

	while (!snet_queue_pop(&snet->queue, ret_item)) {
		if (snet->overrun) {
			snet->overrun = false;
			ret_item->kind = SNET_ITEM_OVERRUN;
			return true;
		}
		if (!budget--)
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

/* Return: how many callbacks were called, 0 or 1 */
static int deliver(struct snet *snet, const struct snet_callbacks *callbacks, void *data,
		   const struct snet_item *item)
{
	if (item->kind == SNET_ITEM_REQUEST && callbacks->request)
		callbacks->request(snet, &item->request, data);
	else if (item->kind == SNET_ITEM_CANCEL && callbacks->cancel)
		callbacks->cancel(snet, &item->cancel, data);
	else if (item->kind == SNET_ITEM_OVERRUN && callbacks->overrun)
		callbacks->overrun(snet, data);
	else
		return 0;
	return 1;
}

int snet_dispatch(struct snet *snet)
{
	static const char malformed[] = "the kernel sent a malformed message";
	struct snet_callbacks callbacks;
	struct snet_item item;
	int calls = 0, err = 0, n;
	void *data;

	snet_lock(snet);
	snet->dispatching++;
	for (n = 0; n < SNET_DISPATCH_MAX && next_item(snet, &item, &err); n++) {
		callbacks = snet->callbacks;
		data = snet->data;
		snet_unlock(snet, 0);
		calls += deliver(snet, &callbacks, data, &item);
		snet_lock(snet);
	}
	snet->dispatching--;
	if (!err && snet->malformed) {
		snet->malformed = false;
		err = snet_fail(snet, -EBADMSG, malformed, sizeof(malformed));
	}
	return snet_unlock(snet, err ? err : calls);
}

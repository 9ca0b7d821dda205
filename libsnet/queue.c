// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Events that were received and wait to be delivered.
 */
#include <stdlib.h>
#include <string.h>

#include "snet-private.h"

#define QUEUE_SIZE_FIRST 32

static struct snet_item *queue_at(struct snet_queue *queue, size_t index)
{
	return &queue->items[(queue->head + index) & (queue->size - 1)];
}

static bool queue_grow(struct snet_queue *queue)
{
	size_t size = queue->size ? queue->size * 2 : QUEUE_SIZE_FIRST;
	struct snet_item *items = calloc(size, sizeof(*items));
	size_t i;

	if (!items)
		return false;
	for (i = 0; i < queue->count; i++)
		items[i] = *queue_at(queue, i);
	free(queue->items);
	queue->items = items;
	queue->head = 0;
	queue->size = size;
	return true;
}

/*
 * Room for one more item at the end, which is in the queue only after
 * snet_queue_commit(). NULL: there are @max already, or no memory.
 */
struct snet_item *snet_queue_reserve(struct snet_queue *queue, size_t max)
{
	if (queue->count >= max)
		return NULL;
	if (queue->count == queue->size && !queue_grow(queue))
		return NULL;
	return queue_at(queue, queue->count);
}

void snet_queue_commit(struct snet_queue *queue)
{
	queue->count++;
}

bool snet_queue_pop(struct snet_queue *queue, struct snet_item *ret_item)
{
	if (!queue->count)
		return false;
	*ret_item = *queue_at(queue, 0);
	queue->head = (queue->head + 1) & (queue->size - 1);
	queue->count--;
	return true;
}

void snet_queue_clear(struct snet_queue *queue)
{
	free(queue->items);
	memset(queue, 0, sizeof(*queue));
}

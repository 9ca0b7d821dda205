// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Copies of events that stay: one piece of memory, the strings behind the
 * struct.
 */
#include <stdlib.h>
#include <string.h>

#include "snet.h"

static size_t string_size(const char *string)
{
	return string ? strlen(string) + 1 : 0;
}

static size_t strings_size(const struct snet_event *event)
{
	size_t size = string_size(event->program) + string_size(event->script);
	const char *const *ancestor;

	for (ancestor = event->ancestors; *ancestor; ancestor++)
		size += string_size(*ancestor);
	return size;
}

/* Moves a string to @*to, and that to behind it. */
static void take_string(const char **string, char **to)
{
	size_t size = string_size(*string);

	if (!size)
		return;
	*string = memcpy(*to, *string, size);
	*to += size;
}

struct snet_event *snet_event_copy(const struct snet_event *event)
{
	struct snet_event *copy = malloc(sizeof(*copy) + strings_size(event));
	const char **ancestor;
	char *to;

	if (!copy)
		return NULL;
	*copy = *event;
	to = (char *)(copy + 1);
	take_string(&copy->program, &to);
	take_string(&copy->script, &to);
	for (ancestor = copy->ancestors; *ancestor; ancestor++)
		take_string(ancestor, &to);
	return copy;
}

void snet_event_free(struct snet_event *event)
{
	free(event);
}

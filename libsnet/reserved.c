// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The room in structs of the caller, which a later version will use.
 *
 * What was never looked at would be full of rubbish by then.
 */
#include <errno.h>

#include "snet-private.h"

/**
 * snet_check_reserved() - see that room is left zero
 * @reserved: the room
 * @size: of it, in bytes
 *
 * Needs the lock. Return: 0, or -EINVAL, which snet_strerror() then knows about
 */
int snet_check_reserved(struct snet *snet, const void *reserved, size_t size)
{
	const unsigned char *bytes = reserved;
	size_t i;

	for (i = 0; i < size; i++)
		if (bytes[i])
			return SNET_FAIL(snet, -EINVAL,
					 "something reserved in a struct is not zero");
	return 0;
}

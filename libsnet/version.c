// SPDX-License-Identifier: LGPL-2.1-or-later
#include "snet.h"

#define TEXT_OF(number) #number
#define TEXT(a, b, c)	TEXT_OF(a) "." TEXT_OF(b) "." TEXT_OF(c)

const char *snet_version(void)
{
	return TEXT(LIBSNET_VERSION_MAJOR, LIBSNET_VERSION_MINOR, LIBSNET_VERSION_PATCH);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

#include "snetd-address.h"

/*
 * Asks name servers which name an address has (PTR). Whose address it is chooses that
 * name, so it is only to be shown, and never to decide by. Few are asked for at a time; that
 * there is no name is kept as well.
 *
 * snetd itself can send nothing (data/snetd.service.in): who asks is systemd-resolved, by the
 * C library's libnss-resolve. Without it there are no answers.
 */
typedef struct SnetdReverse SnetdReverse;

/* There is a name that was not there before. */
typedef void (*SnetdReverseFunc) (gpointer user_data);

SnetdReverse *snetd_reverse_new (SnetdReverseFunc found, gpointer user_data);
void snetd_reverse_free (SnetdReverse *reverse);

/* What is known already, borrowed; else NULL, and @found may be called later, from the main loop.
 */
const char *snetd_reverse_get (SnetdReverse *reverse, const SnetdAddress *address);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetdReverse, snetd_reverse_free)

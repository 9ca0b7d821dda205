/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

#include "snetd-address.h"

/*
 * What systemd-resolved tells those who watch it (io.systemd.Resolve.Monitor): which
 * questions it was asked, and its answers.
 */

/* So long an answer is believed at most, whatever it says: a day. */
#define SNETD_RESOLVED_TTL_MAX (24 * 60 * 60)

/*
 * Somebody has asked for @name, normalized, and @address is in the answer, to be kept for
 * @ttl seconds; 0 if it does not say for how long.
 */
typedef void (*SnetdResolvedFunc) (const SnetdAddress *address,
                                   const char *name,
                                   guint32 ttl,
                                   gpointer user_data);

/*
 * Reads a message, without the 0 that ends it. Of an alias (CNAME) that leads to another
 * name it is the alias that was asked for, and so it is what the addresses are called. An
 * address in the answer that the question does not lead to is not told.
 *
 * FALSE: it is no message that resolved sends, and @func has not been called; or it refuses.
 */
gboolean snetd_resolved_message_read (const char *text,
                                      gsize length,
                                      SnetdResolvedFunc func,
                                      gpointer user_data,
                                      GError **error);

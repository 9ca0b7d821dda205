/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-resolved-message.h"

/*
 * Listens to what systemd-resolved resolves for the programs of this machine (varlink,
 * io.systemd.Resolve.Monitor.SubscribeQueryResults, since version 252). It may be missing,
 * come later, or be started again.
 */
typedef struct SnetdResolved SnetdResolved;

/*
 * @socket: what to connect to. @monitor: resolved's own socket: it is there if resolved is,
 * and is made anew when that is started again. They differ as resolved lets only root listen:
 * data/snetd-resolved.service.in. @func is called from the main loop.
 */
SnetdResolved *snetd_resolved_new (const char *socket,
                                   const char *monitor,
                                   SnetdResolvedFunc func,
                                   gpointer user_data);
void snetd_resolved_free (SnetdResolved *resolved);

/* Whether it is heard, so that a name that was asked for just now is on its way. */
gboolean snetd_resolved_is_heard (const SnetdResolved *resolved);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetdResolved, snetd_resolved_free)

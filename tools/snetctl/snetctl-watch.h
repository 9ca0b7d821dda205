/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetctl-call.h"

G_BEGIN_DECLS

/*
 * What happens from now on, until the user has had enough. root and the group snet hear the
 * signals of org.snet.Events, about everybody; others watch (org.snet.Agents) what is theirs.
 */
typedef struct
{
  void (*requested) (GVariant *event, gpointer user_data); /* not for who watches */
  void (*decided) (GVariant *event, gpointer user_data);
  void (*cancelled) (guint64 id, const char *reason, gpointer user_data); /* likewise */
  /* There are new events in the journal, or there may be some. */
  void (*recorded) (gpointer user_data);
} SnetctlWatchFuncs;

/* Whether this user hears of everybody's. */
gboolean snetctl_watch_hears_all (void);

/* In the main loop of the caller; funcs outlive it. failed: it goes on no more. */
typedef struct _SnetctlWatch SnetctlWatch;
typedef void (*SnetctlWatchFailed) (const GError *error, gpointer failed_data);

SnetctlWatch *snetctl_watch_new (const SnetctlWatchFuncs *funcs,
                                 gpointer user_data,
                                 SnetctlWatchFailed failed,
                                 gpointer failed_data,
                                 GError **error);
void snetctl_watch_free (SnetctlWatch *self);

/*
 * Ends with TRUE by SIGINT or SIGTERM, or when nobody reads standard output any more. That
 * snetd goes and comes is said on standard error; recorded () is called each time when it is
 * there, the first time included, as soon as nothing is missed any more.
 */
gboolean snetctl_watch_run (const SnetctlCall *call,
                            const SnetctlWatchFuncs *funcs,
                            gpointer user_data,
                            GError **error);

G_END_DECLS

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetctl-call.h"

G_BEGIN_DECLS

/* Called with each event, an a{sv}; FALSE: that was enough, nobody reads it any more. */
typedef gboolean (*SnetctlPagesFunc) (GVariant *event, gpointer user_data);

/*
 * The events of the journal that the filter, of org.snet.Events.Query, is about, the newest
 * first: page by page, of which one is held at a time. limit: 0, all of them.
 */
gboolean snetctl_pages_newest (const SnetctlCall *call,
                               GVariant *filter,
                               guint64 limit,
                               SnetctlPagesFunc func,
                               gpointer user_data,
                               GError **error);

/*
 * The same, the oldest first. Of those that are not in one page only their places are kept.
 */
gboolean snetctl_pages_oldest (const SnetctlCall *call,
                               GVariant *filter,
                               guint64 limit,
                               SnetctlPagesFunc func,
                               gpointer user_data,
                               GError **error);

G_END_DECLS

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "gsnet-client.h"

G_BEGIN_DECLS

/*
 * The week in which snetd monitors and nobody is asked, from its beginning in the welcome to its
 * end, which may be in another session.
 *
 * Signal: over: there are rules to be looked through.
 */
#define GSNET_TYPE_LEARNING (gsnet_learning_get_type ())
G_DECLARE_FINAL_TYPE (GsnetLearning, gsnet_learning, GSNET, LEARNING, GObject)

GsnetLearning *gsnet_learning_new (GsnetClient *client);

/* Polkit may ask for a password. */
void
gsnet_learning_begin_async (GsnetLearning *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean gsnet_learning_begin_finish (GsnetLearning *self, GAsyncResult *result, GError **error);

G_END_DECLS

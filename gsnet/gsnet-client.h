/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "gsnet-event.h"

G_BEGIN_DECLS

typedef enum
{
  GSNET_STATE_NO_DAEMON,
  GSNET_STATE_REFUSED,
  GSNET_STATE_NO_KERNEL,
  GSNET_STATE_KERNEL_BUSY,
  GSNET_STATE_IDLE,
  GSNET_STATE_WAITING,
} GsnetState;

#define GSNET_TYPE_STATE (gsnet_state_get_type ())
GType gsnet_state_get_type (void);

#define GSNET_TYPE_CLIENT (gsnet_client_get_type ())
G_DECLARE_FINAL_TYPE (GsnetClient, gsnet_client, GSNET, CLIENT, GObject)

GsnetClient *gsnet_client_new (void);
void gsnet_client_start (GsnetClient *self);

GsnetState gsnet_client_get_state (GsnetClient *self);
/* Is there an snetd to talk to? What it can do without a kernel, it still does. */
gboolean gsnet_client_is_connected (GsnetClient *self);
GListModel *gsnet_client_get_waiting (GsnetClient *self);
/* How many questions of this user nobody answered in time; notify::missed tells of each change. */
guint gsnet_client_get_n_missed (GsnetClient *self);
GsnetEvent *gsnet_client_lookup (GsnetClient *self, guint64 id);
/* What decides a call that nobody answers, and after how many seconds; NULL and 0: not known. The
 * signal kernel-settings-changed tells when they change. */
const char *gsnet_client_get_policy (GsnetClient *self);
guint gsnet_client_get_delay (GsnetClient *self);
/* What becomes of calls that no rule decides, one of snetd's words; NULL: not known. */
const char *gsnet_client_get_mode (GsnetClient *self);
/* When it ends by itself, in microseconds since the epoch, or 0. */
gint64 gsnet_client_get_mode_until (GsnetClient *self);

void gsnet_client_verdict_async (GsnetClient *self,
                                 guint64 id,
                                 const char *verdict,
                                 GVariant *options,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
gboolean gsnet_client_verdict_finish (GsnetClient *self, GAsyncResult *result, GError **error);

/* Any other method of snetd; polkit may ask the user. */
void gsnet_client_call_async (GsnetClient *self,
                              const char *interface,
                              const char *method,
                              GVariant *parameters,
                              const GVariantType *reply_type,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
GVariant *gsnet_client_call_finish (GsnetClient *self, GAsyncResult *result, GError **error);

G_END_DECLS

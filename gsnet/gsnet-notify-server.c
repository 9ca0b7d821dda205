// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <gio/gio.h>
#include <string.h>

#include "gsnet-notify-server.h"

#define DESKTOP_ENTRY "org.snet.Gsnet"

struct GsnetNotifyServer
{
  GList *capabilities;
  gboolean draws_default;
};

GsnetNotifyServer *
gsnet_notify_server_new (void)
{
  return g_new0 (GsnetNotifyServer, 1);
}

void
gsnet_notify_server_free (GsnetNotifyServer *server)
{
  gsnet_notify_server_forget (server);
  g_free (server);
}

void
gsnet_notify_server_forget (GsnetNotifyServer *server)
{
  g_clear_list (&server->capabilities, g_free);
}

/* Most servers give the action "default" no button. The one of XFCE does. */
static gboolean
ask_draws_default (void)
{
  g_autofree char *name = NULL;

  return notify_get_server_info (&name, NULL, NULL, NULL) &&
         g_strcmp0 (name, "Xfce Notify Daemon") == 0;
}

static void
get_to_know (GsnetNotifyServer *server)
{
  if (server->capabilities)
    return;
  server->capabilities = notify_get_server_caps ();
  server->draws_default = ask_draws_default ();
}

gboolean
gsnet_notify_server_can (GsnetNotifyServer *server, const char *capability)
{
  get_to_know (server);
  return g_list_find_custom (server->capabilities, capability, (GCompareFunc)g_strcmp0) != NULL;
}

gboolean
gsnet_notify_server_draws_default (GsnetNotifyServer *server)
{
  get_to_know (server);
  return server->draws_default;
}

static char *
make_title (GsnetNotifyServer *server, const GsnetNotice *notice)
{
  if (!notice->question || gsnet_notify_server_can (server, "body"))
    return g_strdup (notice->title);
  return g_strndup (notice->body, strcspn (notice->body, "\n"));
}

static char *
make_body (GsnetNotifyServer *server, const GsnetNotice *notice)
{
  if (!gsnet_notify_server_can (server, "body"))
    return NULL;
  if (gsnet_notify_server_can (server, "body-markup"))
    return g_markup_escape_text (notice->body, -1);
  return g_strdup (notice->body);
}

/*
 * Critical, since it waits for an answer, and never ends by itself: the servers of GNOME and KDE
 * keep such ones in sight. Resident: it is over when it has been answered, which gsnet says, and
 * not when GNOME sees that a window of gsnet has the focus, or when a button was clicked.
 */
NotifyNotification *
gsnet_notify_server_make (GsnetNotifyServer *server, const GsnetNotice *notice)
{
  g_autofree char *title = make_title (server, notice);
  g_autofree char *body = make_body (server, notice);
  NotifyNotification *notification = notify_notification_new (title, body, notice->icon);

  notify_notification_set_urgency (notification, NOTIFY_URGENCY_CRITICAL);
  notify_notification_set_timeout (notification, NOTIFY_EXPIRES_NEVER);
  notify_notification_set_category (notification, "network");
  notify_notification_set_hint (notification, "desktop-entry",
                                g_variant_new_string (DESKTOP_ENTRY));
  notify_notification_set_hint (notification, "resident", g_variant_new_boolean (TRUE));
  return notification;
}

void
gsnet_notify_server_update (GsnetNotifyServer *server,
                            NotifyNotification *notification,
                            const GsnetNotice *notice)
{
  g_autofree char *title = make_title (server, notice);
  g_autofree char *body = make_body (server, notice);

  notify_notification_update (notification, title, body, notice->icon);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>
#include <unistd.h>

#include "gsnet-dbusmenu.h"
#include "gsnet-icon.h"
#include "gsnet-sni-generated.h"
#include "gsnet-sni.h"
#include "gsnet-words.h"

#define WATCHER_NAME "org.kde.StatusNotifierWatcher"
#define WATCHER_PATH "/StatusNotifierWatcher"
#define ITEM_PATH    "/StatusNotifierItem"

/*
 * The status icon: a D-Bus object that hosts read. It is exported and has its
 * name before it registers, and registers with each watcher that appears.
 */
struct _GsnetSni
{
  GObject parent_instance;

  GsnetClient *client;
  GDBusConnection *connection;
  GsnetDBusOrgKdeStatusNotifierItem *skeleton;
  char *name;
  char *token;
  guint own_id;
  guint watch_id;
  guint update_id;
  gboolean shown;
};

G_DEFINE_FINAL_TYPE (GsnetSni, gsnet_sni, G_TYPE_OBJECT)

enum
{
  ACTIVATE,
  SECONDARY_ACTIVATE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* Where nothing else is to be said. */
static char *
describe_mode (GsnetClient *client)
{
  char *sentence = gsnet_words_mode_sentence (gsnet_client_get_mode (client),
                                              gsnet_client_get_mode_until (client));

  return sentence ? sentence : g_strdup (_ ("Nothing waits"));
}

static char *
describe (GsnetClient *client, GsnetState state, guint n_waiting)
{
  switch (state)
    {
    case GSNET_STATE_NO_DAEMON:
      return g_strdup (_ ("The firewall service is not running"));
    case GSNET_STATE_REFUSED:
      return g_strdup (_ ("The firewall service does not let you answer"));
    case GSNET_STATE_NO_KERNEL:
      return g_strdup (_ ("This kernel cannot hold programs: nobody is asked"));
    case GSNET_STATE_KERNEL_BUSY:
      return g_strdup (_ ("Another program controls the firewall"));
    case GSNET_STATE_WAITING:
      return g_strdup_printf (ngettext ("%u program waits for your answer",
                                        "%u programs wait for your answer", n_waiting),
                              n_waiting);
    case GSNET_STATE_IDLE:
    default:
      return describe_mode (client);
    }
}

static char *
make_title (GsnetClient *client, GsnetState state, guint n_waiting)
{
  const char *mode = gsnet_words_mode (gsnet_client_get_mode (client));

  if (state == GSNET_STATE_WAITING)
    return g_strdup_printf (ngettext ("Firewall: %u waiting", "Firewall: %u waiting", n_waiting),
                            n_waiting);
  if (mode)
    /* Translators: the name of the status icon, with what the firewall does when it does not ask */
    return g_strdup_printf (_ ("Firewall: %s"), mode);
  return g_strdup (_ ("Firewall"));
}

/* Some hosts show the title only, and screen readers say it. */
static void
update_title (GsnetSni *self, const char *title)
{
  if (g_strcmp0 (title, gsnet_dbus_org_kde_status_notifier_item_get_title (self->skeleton)) == 0)
    return;
  gsnet_dbus_org_kde_status_notifier_item_set_title (self->skeleton, title);
  gsnet_dbus_org_kde_status_notifier_item_emit_new_title (self->skeleton);
}

static void
update_tool_tip (GsnetSni *self, const char *icon, const char *title, const char *text)
{
  GVariant *old = gsnet_dbus_org_kde_status_notifier_item_get_tool_tip (self->skeleton);
  GVariant *no_pixmaps = g_variant_new_array (G_VARIANT_TYPE ("(iiay)"), NULL, 0);
  g_autoptr (GVariant) tool_tip =
    g_variant_ref_sink (g_variant_new ("(s@a(iiay)ss)", icon, no_pixmaps, title, text));

  if (old && g_variant_equal (old, tool_tip))
    return;
  gsnet_dbus_org_kde_status_notifier_item_set_tool_tip (self->skeleton, tool_tip);
  gsnet_dbus_org_kde_status_notifier_item_emit_new_tool_tip (self->skeleton);
}

static void
update (GsnetSni *self)
{
  GsnetState state = gsnet_client_get_state (self->client);
  guint n_waiting = g_list_model_get_n_items (gsnet_client_get_waiting (self->client));
  const char *mode = gsnet_client_get_mode (self->client);
  const char *icon = gsnet_icon_name (state, mode);
  const char *status = state == GSNET_STATE_WAITING ? "NeedsAttention" : "Active";
  g_autofree char *title = make_title (self->client, state, n_waiting);
  g_autofree char *description = describe (self->client, state, n_waiting);
  g_autofree char *tooltip = g_markup_escape_text (description, -1);
  gboolean new_icon =
    g_strcmp0 (icon, gsnet_dbus_org_kde_status_notifier_item_get_icon_name (self->skeleton)) != 0;
  gboolean new_status =
    g_strcmp0 (status, gsnet_dbus_org_kde_status_notifier_item_get_status (self->skeleton)) != 0;

  update_title (self, title);
  update_tool_tip (self, icon, title, tooltip);
  if (new_icon)
    {
      GVariant *pixmaps = g_variant_ref_sink (gsnet_icon_pixmaps (state, mode));

      gsnet_dbus_org_kde_status_notifier_item_set_icon_name (self->skeleton, icon);
      gsnet_dbus_org_kde_status_notifier_item_set_icon_pixmap (self->skeleton, pixmaps);
      gsnet_dbus_org_kde_status_notifier_item_set_attention_icon_name (self->skeleton, icon);
      gsnet_dbus_org_kde_status_notifier_item_set_attention_icon_pixmap (self->skeleton, pixmaps);
      gsnet_dbus_org_kde_status_notifier_item_emit_new_icon (self->skeleton);
      gsnet_dbus_org_kde_status_notifier_item_emit_new_attention_icon (self->skeleton);
      g_variant_unref (pixmaps);
    }
  if (new_status)
    {
      gsnet_dbus_org_kde_status_notifier_item_set_status (self->skeleton, status);
      gsnet_dbus_org_kde_status_notifier_item_emit_new_status (self->skeleton, status);
    }
}

static gboolean
update_cb (gpointer data)
{
  GsnetSni *self = GSNET_SNI (data);

  self->update_id = 0;
  update (self);
  return G_SOURCE_REMOVE;
}

/* Hosts read all of the item again at each signal, and questions can come by the hundred. */
static void
schedule_update (GsnetSni *self)
{
  if (!self->update_id)
    self->update_id = g_idle_add (update_cb, self);
}

static gboolean
handle_activate_cb (GsnetDBusOrgKdeStatusNotifierItem *skeleton,
                    GDBusMethodInvocation *invocation,
                    gint32 x,
                    gint32 y,
                    GsnetSni *self)
{
  gsnet_dbus_org_kde_status_notifier_item_complete_activate (skeleton, invocation);
  g_signal_emit (self, signals[ACTIVATE], 0);
  return TRUE;
}

static gboolean
handle_secondary_activate_cb (GsnetDBusOrgKdeStatusNotifierItem *skeleton,
                              GDBusMethodInvocation *invocation,
                              gint32 x,
                              gint32 y,
                              GsnetSni *self)
{
  gsnet_dbus_org_kde_status_notifier_item_complete_secondary_activate (skeleton, invocation);
  g_signal_emit (self, signals[SECONDARY_ACTIVATE], 0);
  return TRUE;
}

/* A host that cannot draw the menu asks the program to: then the console has all of it. */
static gboolean
handle_context_menu_cb (GsnetDBusOrgKdeStatusNotifierItem *skeleton,
                        GDBusMethodInvocation *invocation,
                        gint32 x,
                        gint32 y,
                        GsnetSni *self)
{
  gsnet_dbus_org_kde_status_notifier_item_complete_context_menu (skeleton, invocation);
  g_signal_emit (self, signals[SECONDARY_ACTIVATE], 0);
  return TRUE;
}

/* There is nothing to scroll through. */
static gboolean
handle_scroll_cb (GsnetDBusOrgKdeStatusNotifierItem *skeleton,
                  GDBusMethodInvocation *invocation,
                  gint32 delta,
                  const char *orientation,
                  GsnetSni *self)
{
  gsnet_dbus_org_kde_status_notifier_item_complete_scroll (skeleton, invocation);
  return TRUE;
}

static gboolean
handle_provide_token_cb (GsnetDBusOrgKdeStatusNotifierItem *skeleton,
                         GDBusMethodInvocation *invocation,
                         const char *token,
                         GsnetSni *self)
{
  g_free (self->token);
  self->token = g_strdup (token);
  gsnet_dbus_org_kde_status_notifier_item_complete_provide_xdg_activation_token (skeleton,
                                                                                 invocation);
  return TRUE;
}

static void
registered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GsnetSni) self = GSNET_SNI (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
    g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  self->shown = reply != NULL;
  if (error)
    g_warning ("The panel did not take the status icon: %s", error->message);
}

static void
watcher_appeared_cb (GDBusConnection *connection,
                     const char *name,
                     const char *owner,
                     gpointer data)
{
  GsnetSni *self = GSNET_SNI (data);

  g_dbus_connection_call (connection, owner, WATCHER_PATH, WATCHER_NAME,
                          "RegisterStatusNotifierItem", g_variant_new ("(s)", self->name), NULL,
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, registered_cb, g_object_ref (self));
}

static void
watcher_vanished_cb (GDBusConnection *connection, const char *name, gpointer data)
{
  GSNET_SNI (data)->shown = FALSE;
}

static void
name_acquired_cb (GDBusConnection *connection, const char *name, gpointer data)
{
  GsnetSni *self = GSNET_SNI (data);

  if (!self->watch_id)
    self->watch_id =
      g_bus_watch_name_on_connection (connection, WATCHER_NAME, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                      watcher_appeared_cb, watcher_vanished_cb, self, NULL);
}

static void
gsnet_sni_dispose (GObject *object)
{
  GsnetSni *self = GSNET_SNI (object);

  g_clear_handle_id (&self->update_id, g_source_remove);
  g_clear_handle_id (&self->watch_id, g_bus_unwatch_name);
  g_clear_handle_id (&self->own_id, g_bus_unown_name);
  if (self->skeleton &&
      g_dbus_interface_skeleton_get_connection (G_DBUS_INTERFACE_SKELETON (self->skeleton)))
    g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (self->skeleton));
  g_clear_object (&self->skeleton);
  g_clear_object (&self->connection);
  g_clear_object (&self->client);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->token, g_free);

  G_OBJECT_CLASS (gsnet_sni_parent_class)->dispose (object);
}

static void
gsnet_sni_class_init (GsnetSniClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gsnet_sni_dispose;

  signals[ACTIVATE] =
    g_signal_new ("activate", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SECONDARY_ACTIVATE] = g_signal_new ("secondary-activate", type, G_SIGNAL_RUN_LAST, 0,
                                              NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
set_fixed_properties (GsnetDBusOrgKdeStatusNotifierItem *skeleton)
{
  GVariant *none = g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE ("(iiay)"), NULL, 0));

  gsnet_dbus_org_kde_status_notifier_item_set_category (skeleton, "SystemServices");
  gsnet_dbus_org_kde_status_notifier_item_set_id (skeleton, "org.snet.Gsnet");
  gsnet_dbus_org_kde_status_notifier_item_set_window_id (skeleton, 0);
  gsnet_dbus_org_kde_status_notifier_item_set_icon_theme_path (skeleton, "");
  gsnet_dbus_org_kde_status_notifier_item_set_overlay_icon_name (skeleton, "");
  gsnet_dbus_org_kde_status_notifier_item_set_overlay_icon_pixmap (skeleton, none);
  gsnet_dbus_org_kde_status_notifier_item_set_attention_movie_name (skeleton, "");
  gsnet_dbus_org_kde_status_notifier_item_set_item_is_menu (skeleton, FALSE);
  gsnet_dbus_org_kde_status_notifier_item_set_menu (skeleton, GSNET_DBUSMENU_PATH);
  g_variant_unref (none);
}

static void
gsnet_sni_init (GsnetSni *self)
{
  static const struct
  {
    const char *signal;
    GCallback callback;
  } handlers[] = {
    { "handle-activate", G_CALLBACK (handle_activate_cb) },
    { "handle-secondary-activate", G_CALLBACK (handle_secondary_activate_cb) },
    { "handle-context-menu", G_CALLBACK (handle_context_menu_cb) },
    { "handle-scroll", G_CALLBACK (handle_scroll_cb) },
    { "handle-provide-xdg-activation-token", G_CALLBACK (handle_provide_token_cb) },
  };

  self->skeleton = gsnet_dbus_org_kde_status_notifier_item_skeleton_new ();
  set_fixed_properties (self->skeleton);
  for (guint i = 0; i < G_N_ELEMENTS (handlers); i++)
    g_signal_connect_object (self->skeleton, handlers[i].signal, handlers[i].callback, self, 0);
}

/* The menu at GSNET_DBUSMENU_PATH has to be exported before. */
GsnetSni *
gsnet_sni_new (GsnetClient *client, GDBusConnection *session_bus)
{
  GsnetSni *self = g_object_new (GSNET_TYPE_SNI, NULL);
  g_autoptr (GError) error = NULL;

  self->client = g_object_ref (client);
  self->connection = g_object_ref (session_bus);
  self->name = g_strdup_printf ("org.kde.StatusNotifierItem-%d-1", (int)getpid ());
  g_signal_connect_object (client, "notify::state", G_CALLBACK (schedule_update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (client, "notify::mode", G_CALLBACK (schedule_update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (gsnet_client_get_waiting (client), "items-changed", G_CALLBACK (update),
                           self, G_CONNECT_SWAPPED);
  update (self);

  if (!g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (self->skeleton), session_bus,
                                         ITEM_PATH, &error))
    {
      g_warning ("No status icon: %s", error->message);
      return self;
    }
  self->own_id = g_bus_own_name_on_connection (session_bus, self->name, G_BUS_NAME_OWNER_FLAGS_NONE,
                                               name_acquired_cb, NULL, self, NULL);
  return self;
}

gboolean
gsnet_sni_is_shown (GsnetSni *self)
{
  return self->shown;
}

char *
gsnet_sni_steal_activation_token (GsnetSni *self)
{
  return g_steal_pointer (&self->token);
}

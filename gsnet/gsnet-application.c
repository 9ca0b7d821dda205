// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "gsnet-application.h"
#include "gsnet-asker.h"
#include "gsnet-client.h"
#include "gsnet-console.h"
#include "gsnet-dbusmenu.h"
#include "gsnet-first-steps.h"
#include "gsnet-menu.h"
#include "gsnet-mode-actions.h"
#include "gsnet-programs.h"
#include "gsnet-rule-dialog.h"
#include "gsnet-sni.h"

/*
 * Puts the parts together. One instance runs in each session, without a window
 * until one is wanted; started again, it shows the console.
 */
struct _GsnetApplication
{
  AdwApplication parent_instance;

  GsnetClient *client;
  GsnetModeActions *mode_actions;
  GsnetMenu *menu;
  GsnetDbusmenu *dbusmenu;
  GsnetSni *sni;
  GsnetAsker *asker;
  GsnetFirstSteps *first_steps;
  GsnetConsole *console;
  GHashTable *dialogs;
  gboolean started;
};

G_DEFINE_FINAL_TYPE (GsnetApplication, gsnet_application, ADW_TYPE_APPLICATION)

static void
present (GtkWindow *window, const char *token)
{
  if (token && *token)
    gtk_window_set_startup_id (window, token);
  gtk_window_present (window);
}

static void
dialog_gone_cb (GsnetApplication *self, GtkWindow *dialog)
{
  guint64 *id = g_object_get_data (G_OBJECT (dialog), "request");

  if (self->dialogs)
    g_hash_table_remove (self->dialogs, id);
}

static void
show_details (GsnetApplication *self, GsnetEvent *event, const char *token)
{
  guint64 id = gsnet_event_get_id (event);
  GsnetRuleDialog *dialog = g_hash_table_lookup (self->dialogs, &id);

  if (!dialog)
    {
      guint64 *key = g_memdup2 (&id, sizeof id);

      dialog = gsnet_rule_dialog_new (GTK_APPLICATION (self), self->client, event);
      g_object_set_data_full (G_OBJECT (dialog), "request", key, g_free);
      g_hash_table_insert (self->dialogs, g_memdup2 (&id, sizeof id), dialog);
      g_signal_connect_object (dialog, "destroy", G_CALLBACK (dialog_gone_cb), self,
                               G_CONNECT_SWAPPED);
    }
  present (GTK_WINDOW (dialog), token);
}

static void
console_details_cb (GsnetApplication *self, GsnetEvent *event)
{
  show_details (self, event, NULL);
}

static void
console_gone_cb (GsnetApplication *self)
{
  self->console = NULL;
}

/* page: NULL or "" for the one that was last shown, or Waiting. */
static void
show_console (GsnetApplication *self, const char *page, const char *token)
{
  if (!self->console)
    {
      self->console =
        gsnet_console_new (GTK_APPLICATION (self), self->client, gsnet_menu_get_modes (self->menu));
      g_signal_connect_object (self->console, "details", G_CALLBACK (console_details_cb), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (self->console, "destroy", G_CALLBACK (console_gone_cb), self,
                               G_CONNECT_SWAPPED);
    }
  if (page && *page)
    gsnet_console_show_page (self->console, page);
  present (GTK_WINDOW (self->console), token);
}

/* It may come from the icon's menu, which has no place for it. */
static void
mode_problem_cb (GsnetApplication *self, const char *text)
{
  show_console (self, NULL, NULL);
  gsnet_console_show_problem (self->console, text);
}

/* A click on the icon: to what waits, or to the console. */
static void
sni_activate_cb (GsnetApplication *self)
{
  g_autofree char *token = gsnet_sni_steal_activation_token (self->sni);

  if (!gsnet_asker_show (self->asker, token))
    show_console (self, NULL, token);
}

static void
sni_secondary_activate_cb (GsnetApplication *self)
{
  g_autofree char *token = gsnet_sni_steal_activation_token (self->sni);

  show_console (self, NULL, token);
}

static void
console_action_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  show_console (GSNET_APPLICATION (data), g_variant_get_string (parameter, NULL), NULL);
}

static void
details_action_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GsnetApplication *self = GSNET_APPLICATION (data);
  GsnetEvent *event = gsnet_client_lookup (self->client, g_variant_get_uint64 (parameter));

  if (event)
    show_details (self, event, NULL);
}

static void
about_action_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  const char *developers[] = { _ ("The snet project"), NULL };

  adw_show_about_window (
    gtk_application_get_active_window (data), "application-name", _ ("Security Console"),
    "application-icon", GSNET_APPLICATION_ID, "version", SNET_VERSION, "developer-name",
    _ ("The snet project"), "developers", developers, "copyright", "© 2026 The snet project",
    "comments", _ ("Asks before a program uses the network."), "license-type", GTK_LICENSE_GPL_2_0,
    /* Translators: your names, one a line */
    "translator-credits", _ ("translator-credits"), NULL);
}

/*
 * Made when it is wanted, not by GtkApplication at start: asked for a child that
 * has just gone, the accessibility code of GTK 4.8 takes the last window, and
 * must not find one that was never shown.
 */
static void
shortcuts_action_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_autoptr (GtkBuilder) builder =
    gtk_builder_new_from_resource ("/org/snet/Gsnet/help-overlay.ui");
  GtkWindow *overlay = GTK_WINDOW (gtk_builder_get_object (builder, "help_overlay"));

  gtk_window_set_transient_for (overlay, gtk_application_get_active_window (data));
  gtk_window_present (overlay);
}

static void
quit_action_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_application_quit (G_APPLICATION (data));
}

static void
start_status_icon (GsnetApplication *self)
{
  GDBusConnection *session_bus = g_application_get_dbus_connection (G_APPLICATION (self));
  g_autoptr (GError) error = NULL;

  if (!session_bus)
    return;
  self->dbusmenu = gsnet_dbusmenu_new (gsnet_menu_get_model (self->menu), G_ACTION_GROUP (self));
  if (!gsnet_dbusmenu_export (self->dbusmenu, session_bus, &error))
    g_warning ("The status icon has no menu: %s", error->message);
  self->sni = gsnet_sni_new (self->client, session_bus);
  g_signal_connect_object (self->sni, "activate", G_CALLBACK (sni_activate_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->sni, "secondary-activate", G_CALLBACK (sni_secondary_activate_cb),
                           self, G_CONNECT_SWAPPED);
}

static void
gsnet_application_startup (GApplication *application)
{
  static const GActionEntry actions[] = {
    { .name = "console", .activate = console_action_cb, .parameter_type = "s" },
    { .name = "details", .activate = details_action_cb, .parameter_type = "t" },
    { .name = "about", .activate = about_action_cb },
    { .name = "shortcuts", .activate = shortcuts_action_cb },
    { .name = "quit", .activate = quit_action_cb },
  };
  static const char *const quit_keys[] = { "<Control>q", NULL };
  static const char *const shortcuts_keys[] = { "<Control>question", NULL };
  GsnetApplication *self = GSNET_APPLICATION (application);

  G_APPLICATION_CLASS (gsnet_application_parent_class)->startup (application);

  g_application_hold (application);
  /* Who has the bus start it, as by a click on its launcher, wants to see something. */
  self->started = (g_application_get_flags (application) & G_APPLICATION_IS_SERVICE) != 0;
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  gtk_application_set_accels_for_action (GTK_APPLICATION (self), "app.quit", quit_keys);
  gtk_application_set_accels_for_action (GTK_APPLICATION (self), "app.shortcuts", shortcuts_keys);
  gtk_window_set_default_icon_name (GSNET_APPLICATION_ID);

  gsnet_programs_start ();
  self->client = gsnet_client_new ();
  self->asker = gsnet_asker_new (GTK_APPLICATION (self), self->client);
  g_signal_connect_object (self->asker, "details", G_CALLBACK (show_details), self,
                           G_CONNECT_SWAPPED);
  self->mode_actions = gsnet_mode_actions_new (self->client, G_ACTION_MAP (self));
  g_signal_connect_object (self->mode_actions, "problem", G_CALLBACK (mode_problem_cb), self,
                           G_CONNECT_SWAPPED);
  self->menu = gsnet_menu_new (self->client);
  start_status_icon (self);
  self->first_steps = gsnet_first_steps_new (GTK_APPLICATION (self), self->client);
  gsnet_client_start (self->client);
}

/* The first time it only starts, as at login; who starts it again wants to see something. */
static void
gsnet_application_activate (GApplication *application)
{
  GsnetApplication *self = GSNET_APPLICATION (application);

  if (self->started)
    show_console (self, NULL, NULL);
  self->started = TRUE;
}

static void
gsnet_application_shutdown (GApplication *application)
{
  GsnetApplication *self = GSNET_APPLICATION (application);

  if (self->asker)
    gsnet_asker_stop (self->asker);
  g_clear_object (&self->asker);
  g_clear_object (&self->first_steps);
  gsnet_programs_stop ();
  g_clear_object (&self->sni);
  g_clear_object (&self->dbusmenu);
  g_clear_object (&self->menu);
  g_clear_object (&self->mode_actions);

  G_APPLICATION_CLASS (gsnet_application_parent_class)->shutdown (application);

  g_clear_pointer (&self->dialogs, g_hash_table_unref);
  g_clear_object (&self->client);
}

static int
gsnet_application_handle_local_options (GApplication *application, GVariantDict *options)
{
  g_autoptr (GError) error = NULL;

  if (g_variant_dict_contains (options, "version"))
    {
      g_print ("gsnet %s\n", SNET_VERSION);
      return 0;
    }
  if (!g_variant_dict_contains (options, "console"))
    return -1;
  if (!g_application_register (application, NULL, &error))
    {
      g_printerr (_ ("gsnet: cannot reach the session bus: %s\n"), error->message);
      return 1;
    }
  g_action_group_activate_action (G_ACTION_GROUP (application), "console",
                                  g_variant_new_string (""));
  return g_application_get_is_remote (application) ? 0 : -1;
}

static void
gsnet_application_class_init (GsnetApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  application_class->startup = gsnet_application_startup;
  application_class->activate = gsnet_application_activate;
  application_class->shutdown = gsnet_application_shutdown;
  application_class->handle_local_options = gsnet_application_handle_local_options;
}

static void
gsnet_application_init (GsnetApplication *self)
{
  static const GOptionEntry options[] = {
    { "console", 'c', 0, G_OPTION_ARG_NONE, NULL, N_ ("Open the security console"), NULL },
    { "version", 'v', 0, G_OPTION_ARG_NONE, NULL, N_ ("Print the version and exit"), NULL },
    { NULL },
  };

  self->dialogs = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_application_add_main_option_entries (G_APPLICATION (self), options);
  g_application_set_option_context_summary (
    G_APPLICATION (self),
    _ ("Asks, with a status icon and notifications, before a program uses the "
       "network."));
}

GsnetApplication *
gsnet_application_new (void)
{
  return g_object_new (GSNET_TYPE_APPLICATION, "application-id", GSNET_APPLICATION_ID,
                       "resource-base-path", "/org/snet/Gsnet", NULL);
}

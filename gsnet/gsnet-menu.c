// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "snet-names.h"

#include "gsnet-menu.h"
#include "gsnet-mode-actions.h"
#include "gsnet-words.h"

/* More would not fit on a screen; the console has all of them. */
#define MAX_ITEMS 10

struct _GsnetMenu
{
  GObject parent_instance;

  GsnetClient *client;
  GListModel *waiting;
  GMenu *menu;
  GMenu *requests;
  GMenu *modes;
};

G_DEFINE_FINAL_TYPE (GsnetMenu, gsnet_menu, G_TYPE_OBJECT)

static void
append_request (GMenu *menu, GsnetEvent *event)
{
  g_autofree char *sentence = gsnet_words_sentence (event);
  g_auto (GStrv) parts = g_strsplit (sentence, "_", -1);
  /* One underscore would be a mnemonic. */
  g_autofree char *label = g_strjoinv ("__", parts);
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target (item, "app.details", "t", gsnet_event_get_id (event));
  g_menu_append_item (menu, item);
}

static void
fill_requests (GsnetMenu *self)
{
  guint n = g_list_model_get_n_items (self->waiting);

  g_menu_remove_all (self->requests);
  if (n > 0)
    {
      g_autofree char *label = g_strdup_printf (ngettext ("%u waiting", "%u waiting", n), n);
      g_menu_append (self->requests, label, "app.console::waiting");
    }
  for (guint i = 0; i < n && i < MAX_ITEMS; i++)
    {
      g_autoptr (GsnetEvent) event = g_list_model_get_item (self->waiting, i);
      append_request (self->requests, event);
    }
}

static void
append_mode (GMenu *menu, const char *label, const char *mode)
{
  g_autofree char *action = g_strdup_printf ("app.mode::%s", mode);

  g_menu_append (menu, label, action);
}

static GMenuModel *
make_pauses (void)
{
  GMenu *menu = g_menu_new ();

  g_menu_append (menu, _ ("For 15 _Minutes"), "app.pause::" GSNET_PAUSE_QUARTER);
  g_menu_append (menu, _ ("Until _Tomorrow"), "app.pause::" GSNET_PAUSE_TOMORROW);
  return G_MENU_MODEL (menu);
}

static GMenuModel *
make_choice (void)
{
  GMenu *menu = g_menu_new ();

  append_mode (menu, C_ ("mode", "_Ask"), SNET_MODE_WORD_ASK);
  append_mode (menu, C_ ("mode", "_Monitor: Allow and Log"), SNET_MODE_WORD_MONITOR);
  append_mode (menu, C_ ("mode", "_Lock Down: Deny"), SNET_MODE_WORD_LOCKDOWN);
  append_mode (menu, C_ ("mode", "_Off"), SNET_MODE_WORD_OFF);
  return G_MENU_MODEL (menu);
}

/* Without snetd there is nothing to choose. */
static void
fill_modes (GsnetMenu *self)
{
  const char *mode = gsnet_client_get_mode (self->client);
  g_autoptr (GMenuModel) pauses = make_pauses ();
  g_autoptr (GMenuModel) choice = make_choice ();

  g_menu_remove_all (self->modes);
  if (!mode)
    return;
  if (g_str_equal (mode, SNET_MODE_WORD_ASK))
    g_menu_append_submenu (self->modes, _ ("_Pause Asking"), pauses);
  else
    g_menu_append (self->modes, _ ("_Ask Again"), "app.ask-again");
  g_menu_append_submenu (self->modes, _ ("What No _Rule Decides"), choice);
}

static void
gsnet_menu_dispose (GObject *object)
{
  GsnetMenu *self = GSNET_MENU (object);

  g_clear_object (&self->client);
  g_clear_object (&self->waiting);
  g_clear_object (&self->menu);
  g_clear_object (&self->requests);
  g_clear_object (&self->modes);

  G_OBJECT_CLASS (gsnet_menu_parent_class)->dispose (object);
}

static void
gsnet_menu_class_init (GsnetMenuClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = gsnet_menu_dispose;
}

static void
gsnet_menu_init (GsnetMenu *self)
{
  g_autoptr (GMenu) program = g_menu_new ();

  self->menu = g_menu_new ();
  self->requests = g_menu_new ();
  self->modes = g_menu_new ();
  g_menu_append (program, _ ("Open _Security Console"), "app.console::");
  g_menu_append (program, _ ("_Quit"), "app.quit");
  g_menu_append_section (self->menu, NULL, G_MENU_MODEL (self->requests));
  g_menu_append_section (self->menu, NULL, G_MENU_MODEL (self->modes));
  g_menu_append_section (self->menu, NULL, G_MENU_MODEL (program));
}

GsnetMenu *
gsnet_menu_new (GsnetClient *client)
{
  GsnetMenu *self = g_object_new (GSNET_TYPE_MENU, NULL);

  self->waiting = g_object_ref (gsnet_client_get_waiting (client));
  g_signal_connect_object (self->waiting, "items-changed", G_CALLBACK (fill_requests), self,
                           G_CONNECT_SWAPPED);
  fill_requests (self);
  self->client = g_object_ref (client);
  g_signal_connect_object (client, "notify::mode", G_CALLBACK (fill_modes), self,
                           G_CONNECT_SWAPPED);
  fill_modes (self);
  return self;
}

GMenuModel *
gsnet_menu_get_modes (GsnetMenu *self)
{
  return G_MENU_MODEL (self->modes);
}

GMenuModel *
gsnet_menu_get_model (GsnetMenu *self)
{
  return G_MENU_MODEL (self->menu);
}

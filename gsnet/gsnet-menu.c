// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "gsnet-menu.h"
#include "gsnet-words.h"

/* More would not fit on a screen; the console has all of them. */
#define MAX_ITEMS 10

struct _GsnetMenu
{
  GObject parent_instance;

  GListModel *waiting;
  GMenu *menu;
  GMenu *requests;
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
gsnet_menu_dispose (GObject *object)
{
  GsnetMenu *self = GSNET_MENU (object);

  g_clear_object (&self->waiting);
  g_clear_object (&self->menu);
  g_clear_object (&self->requests);

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
  g_menu_append (program, _ ("Open _Security Console"), "app.console::");
  g_menu_append (program, _ ("_Quit"), "app.quit");
  g_menu_append_section (self->menu, NULL, G_MENU_MODEL (self->requests));
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
  return self;
}

GMenuModel *
gsnet_menu_get_model (GsnetMenu *self)
{
  return G_MENU_MODEL (self->menu);
}

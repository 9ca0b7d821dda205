// SPDX-License-Identifier: GPL-2.0-or-later
#include <gio/gio.h>

#include "gsnet-dbusmenu.h"

typedef struct
{
  GMenu *menu;
  GMenu *requests;
  GSimpleActionGroup *actions;
  GsnetDbusmenu *dbusmenu;
  guint64 clicked;
} Fixture;

static void
details_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  ((Fixture *)data)->clicked = g_variant_get_uint64 (parameter);
}

static void
append (Fixture *f, guint64 id)
{
  g_autoptr (GMenuItem) item = g_menu_item_new ("request", NULL);

  g_menu_item_set_action_and_target (item, "app.details", "t", id);
  g_menu_append_item (f->requests, item);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  static const GActionEntry entries[] = {
    { .name = "details", .activate = details_cb, .parameter_type = "t" }
  };
  g_autoptr (GMenu) program = g_menu_new ();

  f->menu = g_menu_new ();
  f->requests = g_menu_new ();
  f->actions = g_simple_action_group_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (f->actions), entries, G_N_ELEMENTS (entries), f);
  g_menu_append (program, "Quit", "app.missing");
  g_menu_append_section (f->menu, NULL, G_MENU_MODEL (f->requests));
  g_menu_append_section (f->menu, NULL, G_MENU_MODEL (program));
  f->dbusmenu = gsnet_dbusmenu_new (G_MENU_MODEL (f->menu), G_ACTION_GROUP (f->actions));
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_object_unref (f->dbusmenu);
  g_object_unref (f->actions);
  g_object_unref (f->requests);
  g_object_unref (f->menu);
}

/* The menu is built again when idle. */
static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static gint32
get_item (Fixture *f, gsize index, GVariant **ret_properties)
{
  g_autoptr (GVariant) layout =
    g_variant_ref_sink (gsnet_dbusmenu_get_layout (f->dbusmenu, 0, -1, NULL));
  g_autoptr (GVariant) children = g_variant_get_child_value (layout, 2);
  g_autoptr (GVariant) boxed = g_variant_get_child_value (children, index);
  g_autoptr (GVariant) item = g_variant_get_variant (boxed);
  gint32 id;

  g_variant_get_child (item, 0, "i", &id);
  if (ret_properties)
    *ret_properties = g_variant_get_child_value (item, 1);
  return id;
}

static gsize
count (Fixture *f, gint32 depth)
{
  g_autoptr (GVariant) layout =
    g_variant_ref_sink (gsnet_dbusmenu_get_layout (f->dbusmenu, 0, depth, NULL));
  g_autoptr (GVariant) children = g_variant_get_child_value (layout, 2);

  g_assert_true (g_variant_is_of_type (layout, G_VARIANT_TYPE ("(ia{sv}av)")));
  return g_variant_n_children (children);
}

static void
test_layout (Fixture *f, gconstpointer data)
{
  g_autoptr (GVariant) quit = NULL;
  g_autoptr (GVariant) separator = NULL;
  const char *type;
  gboolean enabled;

  g_assert_cmpuint (count (f, -1), ==, 1);
  append (f, 5);
  settle ();
  g_assert_cmpuint (count (f, -1), ==, 3);
  g_assert_cmpuint (count (f, 1), ==, 3);
  g_assert_cmpuint (count (f, 0), ==, 0);
  g_assert_null (gsnet_dbusmenu_get_layout (f->dbusmenu, 999, -1, NULL));

  get_item (f, 1, &separator);
  g_assert_true (g_variant_lookup (separator, "type", "&s", &type));
  g_assert_cmpstr (type, ==, "separator");
  /* Its action does not exist. */
  get_item (f, 2, &quit);
  g_assert_true (g_variant_lookup (quit, "enabled", "b", &enabled));
  g_assert_false (enabled);
}

/* Which of a choice, as the action says. */
static gint32
toggle_state (Fixture *f, gsize index)
{
  g_autoptr (GVariant) properties = NULL;
  const char *type;
  gint32 state;

  get_item (f, index, &properties);
  g_assert_true (g_variant_lookup (properties, "toggle-type", "&s", &type));
  g_assert_cmpstr (type, ==, "radio");
  g_assert_true (g_variant_lookup (properties, "toggle-state", "i", &state));
  return state;
}

static void
test_choice (Fixture *f, gconstpointer data)
{
  g_autoptr (GSimpleAction) mode =
    g_simple_action_new_stateful ("mode", G_VARIANT_TYPE_STRING, g_variant_new_string ("ask"));
  g_autoptr (GVariant) plain = NULL;
  gint32 id;

  g_action_map_add_action (G_ACTION_MAP (f->actions), G_ACTION (mode));
  g_menu_append (f->requests, "Ask", "app.mode::ask");
  g_menu_append (f->requests, "Off", "app.mode::off");
  append (f, 5);
  settle ();
  g_assert_cmpint (toggle_state (f, 0), ==, 1);
  g_assert_cmpint (toggle_state (f, 1), ==, 0);
  get_item (f, 2, &plain);
  g_assert_false (g_variant_lookup (plain, "toggle-type", "s", NULL));

  id = get_item (f, 1, NULL);
  g_simple_action_set_state (mode, g_variant_new_string ("off"));
  settle ();
  g_assert_cmpint (toggle_state (f, 0), ==, 0);
  g_assert_cmpint (toggle_state (f, 1), ==, 1);
  g_assert_cmpint (get_item (f, 1, NULL), ==, id);
}

static void
test_old_ids_hit_nothing_new (Fixture *f, gconstpointer data)
{
  gint32 quit = get_item (f, 0, NULL);
  gint32 first;
  gint32 second;

  append (f, 5);
  append (f, 6);
  settle ();
  first = get_item (f, 0, NULL);
  second = get_item (f, 1, NULL);
  g_assert_cmpint (get_item (f, 3, NULL), ==, quit);

  g_menu_remove (f->requests, 0);
  settle ();
  g_assert_cmpint (get_item (f, 0, NULL), ==, second);
  g_assert_false (gsnet_dbusmenu_click (f->dbusmenu, first));
  g_assert_cmpuint (f->clicked, ==, 0);
  g_assert_true (gsnet_dbusmenu_click (f->dbusmenu, second));
  g_assert_cmpuint (f->clicked, ==, 6);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/dbusmenu/layout", Fixture, NULL, set_up, test_layout, tear_down);
  g_test_add ("/dbusmenu/choice", Fixture, NULL, set_up, test_choice, tear_down);
  g_test_add ("/dbusmenu/old-ids", Fixture, NULL, set_up, test_old_ids_hit_nothing_new, tear_down);
  return g_test_run ();
}

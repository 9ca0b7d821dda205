// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <gtk/gtk.h>

#include "gsnet-dbusmenu.h"
#include "gsnet-sni-generated.h"

#define ACTION_PREFIX "app."
#define ROOT_ID       0

/*
 * com.canonical.dbusmenu out of a GMenuModel. The items are kept flat, by id.
 * An item that is still the same keeps its id when the menu changes, and an id
 * is never given to another one: a click on an old menu cannot hit a new item.
 */
struct _GsnetDbusmenu
{
  GObject parent_instance;

  GsnetDBusComCanonicalDbusmenu *skeleton;
  GMenuModel *model;
  GActionGroup *actions;
  GHashTable *items;
  GHashTable *ids;
  GPtrArray *watched;
  guint32 revision;
  gint32 next_id;
  guint rebuild_id;
};

G_DEFINE_FINAL_TYPE (GsnetDbusmenu, gsnet_dbusmenu, G_TYPE_OBJECT)

typedef struct
{
  gint32 id;
  char *label;
  char *action;
  GVariant *target;
  gboolean separator;
  GArray *children;
  GVariant *properties;
} Item;

static void
item_free (Item *item)
{
  g_free (item->label);
  g_free (item->action);
  g_clear_pointer (&item->target, g_variant_unref);
  g_clear_pointer (&item->children, g_array_unref);
  g_clear_pointer (&item->properties, g_variant_unref);
  g_free (item);
}

static Item *
lookup (GsnetDbusmenu *self, gint32 id)
{
  return g_hash_table_lookup (self->items, GINT_TO_POINTER (id));
}

static gboolean
is_enabled (GsnetDbusmenu *self, Item *item)
{
  if (item->children)
    return TRUE;
  return item->action && g_str_has_prefix (item->action, ACTION_PREFIX) &&
         g_action_group_get_action_enabled (self->actions, item->action + strlen (ACTION_PREFIX));
}

/* One of a choice: the action's state says which. */
static void
add_toggle (GsnetDbusmenu *self, Item *item, GVariantBuilder *properties)
{
  g_autoptr (GVariant) state = NULL;

  if (!item->target || !item->action || !g_str_has_prefix (item->action, ACTION_PREFIX))
    return;
  state = g_action_group_get_action_state (self->actions, item->action + strlen (ACTION_PREFIX));
  if (!state || !g_variant_is_of_type (state, g_variant_get_type (item->target)))
    return;
  g_variant_builder_add (properties, "{sv}", "toggle-type", g_variant_new_string ("radio"));
  g_variant_builder_add (properties, "{sv}", "toggle-state",
                         g_variant_new_int32 (g_variant_equal (state, item->target)));
}

/* An absent property has its default: enabled, visible, a plain item. */
static GVariant *
make_properties (GsnetDbusmenu *self, Item *item)
{
  GVariantBuilder properties;

  g_variant_builder_init (&properties, G_VARIANT_TYPE_VARDICT);
  if (item->children)
    g_variant_builder_add (&properties, "{sv}", "children-display",
                           g_variant_new_string ("submenu"));
  if (item->separator)
    g_variant_builder_add (&properties, "{sv}", "type", g_variant_new_string ("separator"));
  else if (item->id != ROOT_ID)
    {
      g_variant_builder_add (&properties, "{sv}", "label", g_variant_new_string (item->label));
      g_variant_builder_add (&properties, "{sv}", "enabled",
                             g_variant_new_boolean (is_enabled (self, item)));
      add_toggle (self, item, &properties);
    }
  return g_variant_builder_end (&properties);
}

/* names: of the properties that are wanted; none or NULL for all. */
static GVariant *
pick_properties (Item *item, const char *const *names)
{
  GVariantBuilder picked;
  GVariantIter iter;
  GVariant *entry;

  if (!names || !*names)
    return item->properties;
  g_variant_builder_init (&picked, G_VARIANT_TYPE_VARDICT);
  g_variant_iter_init (&iter, item->properties);
  while ((entry = g_variant_iter_next_value (&iter)))
    {
      g_autoptr (GVariant) name = g_variant_get_child_value (entry, 0);

      if (g_strv_contains (names, g_variant_get_string (name, NULL)))
        g_variant_builder_add_value (&picked, entry);
      g_variant_unref (entry);
    }
  return g_variant_builder_end (&picked);
}

static GVariant *
make_layout (GsnetDbusmenu *self, Item *item, gint32 depth, const char *const *names)
{
  GVariantBuilder children;

  g_variant_builder_init (&children, G_VARIANT_TYPE ("av"));
  for (guint i = 0; item->children && depth != 0 && i < item->children->len; i++)
    {
      Item *child = lookup (self, g_array_index (item->children, gint32, i));
      g_variant_builder_add (&children, "v",
                             make_layout (self, child, depth < 0 ? -1 : depth - 1, names));
    }
  return g_variant_new ("(i@a{sv}av)", item->id, pick_properties (item, names), &children);
}

GVariant *
gsnet_dbusmenu_get_layout (GsnetDbusmenu *self,
                           gint32 parent,
                           gint32 depth,
                           const char *const *names)
{
  Item *item = lookup (self, parent);

  return item ? make_layout (self, item, depth, names) : NULL;
}

/* FALSE: there is no such item, or not any more. */
gboolean
gsnet_dbusmenu_click (GsnetDbusmenu *self, gint32 id)
{
  Item *item = lookup (self, id);

  if (!item)
    return FALSE;
  if (!item->children && is_enabled (self, item))
    g_action_group_activate_action (self->actions, item->action + strlen (ACTION_PREFIX),
                                    item->target);
  return TRUE;
}

static Item *
add_item (GsnetDbusmenu *self, Item *parent, GHashTable *old_ids, char *key, Item *item)
{
  gpointer id;

  /* The same key twice in one menu: only the first can have the old id. */
  if (old_ids && g_hash_table_lookup_extended (old_ids, key, NULL, &id) &&
      !g_hash_table_contains (self->ids, key))
    item->id = GPOINTER_TO_INT (id);
  else
    item->id = self->next_id++;
  g_hash_table_insert (self->ids, key, GINT_TO_POINTER (item->id));
  g_hash_table_insert (self->items, GINT_TO_POINTER (item->id), item);
  g_array_append_val (parent->children, item->id);
  return item;
}

static void
add_separator (GsnetDbusmenu *self, Item *parent, GHashTable *old_ids, guint position)
{
  Item *item = g_new0 (Item, 1);

  item->separator = TRUE;
  add_item (self, parent, old_ids, g_strdup_printf ("-/%d/%u", parent->id, position), item);
}

static void schedule_rebuild (GsnetDbusmenu *self);

static void
watch (GsnetDbusmenu *self, GMenuModel *model)
{
  g_signal_connect_object (model, "items-changed", G_CALLBACK (schedule_rebuild), self,
                           G_CONNECT_SWAPPED);
  g_ptr_array_add (self->watched, g_object_ref (model));
}

static void
add_model (GsnetDbusmenu *self, Item *parent, GHashTable *old_ids, GMenuModel *model)
{
  watch (self, model);
  for (gint i = 0; i < g_menu_model_get_n_items (model); i++)
    {
      g_autoptr (GMenuModel) section = g_menu_model_get_item_link (model, i, G_MENU_LINK_SECTION);
      g_autoptr (GMenuModel) submenu = g_menu_model_get_item_link (model, i, G_MENU_LINK_SUBMENU);
      g_autofree char *target = NULL;
      Item *item;

      if (section)
        {
          if (parent->children->len > 0 && g_menu_model_get_n_items (section) > 0)
            add_separator (self, parent, old_ids, (guint)i);
          add_model (self, parent, old_ids, section);
          continue;
        }
      item = g_new0 (Item, 1);
      if (!g_menu_model_get_item_attribute (model, i, G_MENU_ATTRIBUTE_LABEL, "s", &item->label))
        item->label = g_strdup ("");
      g_menu_model_get_item_attribute (model, i, G_MENU_ATTRIBUTE_ACTION, "s", &item->action);
      item->target =
        g_menu_model_get_item_attribute_value (model, i, G_MENU_ATTRIBUTE_TARGET, NULL);
      target = item->target ? g_variant_print (item->target, TRUE) : g_strdup ("");
      add_item (self, parent, old_ids,
                g_strdup_printf ("%d/%s/%s/%s", parent->id, item->action ? item->action : "",
                                 target, item->label),
                item);
      if (submenu)
        {
          item->children = g_array_new (FALSE, FALSE, sizeof (gint32));
          add_model (self, item, old_ids, submenu);
        }
    }
}

static void
unwatch_all (GsnetDbusmenu *self)
{
  for (guint i = 0; i < self->watched->len; i++)
    g_signal_handlers_disconnect_by_data (g_ptr_array_index (self->watched, i), self);
  g_ptr_array_set_size (self->watched, 0);
}

static void
rebuild (GsnetDbusmenu *self)
{
  g_autoptr (GHashTable) old_ids = g_steal_pointer (&self->ids);
  Item *root = g_new0 (Item, 1);
  GHashTableIter iter;
  gpointer value;

  unwatch_all (self);
  g_clear_pointer (&self->items, g_hash_table_unref);
  self->items =
    g_hash_table_new_full (g_direct_hash, g_direct_equal, NULL, (GDestroyNotify)item_free);
  self->ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  root->children = g_array_new (FALSE, FALSE, sizeof (gint32));
  g_hash_table_insert (self->items, GINT_TO_POINTER (ROOT_ID), root);
  add_model (self, root, old_ids, self->model);
  g_hash_table_iter_init (&iter, self->items);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Item *item = value;
      item->properties = g_variant_ref_sink (make_properties (self, item));
    }
}

static gboolean
has_same_children (Item *a, Item *b)
{
  if (!a->children || !b->children)
    return a->children == b->children;
  return a->children->len == b->children->len &&
         (a->children->len == 0 ||
          memcmp (a->children->data, b->children->data, a->children->len * sizeof (gint32)) == 0);
}

/* Whether the old items were the same ones, in the same places, with properties of the same names.
 */
static gboolean
is_same_tree (GsnetDbusmenu *self, GHashTable *old_items)
{
  GHashTableIter iter;
  gpointer key, value;

  if (g_hash_table_size (self->items) != g_hash_table_size (old_items))
    return FALSE;
  g_hash_table_iter_init (&iter, self->items);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      Item *item = value;
      Item *old = g_hash_table_lookup (old_items, key);

      if (!old || !has_same_children (item, old) ||
          g_variant_n_children (item->properties) != g_variant_n_children (old->properties))
        return FALSE;
    }
  return TRUE;
}

/* What of an item is another than it was. */
static GVariant *
make_difference (Item *item, Item *old)
{
  GVariantBuilder changed;

  g_variant_builder_init (&changed, G_VARIANT_TYPE_VARDICT);
  for (gsize i = 0; i < g_variant_n_children (item->properties); i++)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (item->properties, i);
      g_autoptr (GVariant) old_entry = g_variant_get_child_value (old->properties, i);

      if (!g_variant_equal (entry, old_entry))
        g_variant_builder_add_value (&changed, entry);
    }
  return g_variant_builder_end (&changed);
}

static void
emit_properties (GsnetDbusmenu *self, GHashTable *old_items)
{
  GVariantBuilder updated;
  GHashTableIter iter;
  gpointer key, value;
  gboolean any = FALSE;

  g_variant_builder_init (&updated, G_VARIANT_TYPE ("a(ia{sv})"));
  g_hash_table_iter_init (&iter, self->items);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      Item *item = value;
      Item *old = g_hash_table_lookup (old_items, key);

      if (g_variant_equal (item->properties, old->properties))
        continue;
      g_variant_builder_add (&updated, "(i@a{sv})", item->id, make_difference (item, old));
      any = TRUE;
    }
  if (any)
    gsnet_dbus_com_canonical_dbusmenu_emit_items_properties_updated (
      self->skeleton, g_variant_builder_end (&updated),
      g_variant_new_array (G_VARIANT_TYPE ("(ias)"), NULL, 0));
  else
    g_variant_builder_clear (&updated);
}

static gboolean
rebuild_cb (gpointer data)
{
  GsnetDbusmenu *self = GSNET_DBUSMENU (data);
  g_autoptr (GHashTable) old_items = g_hash_table_ref (self->items);

  self->rebuild_id = 0;
  rebuild (self);
  if (is_same_tree (self, old_items))
    {
      emit_properties (self, old_items);
      return G_SOURCE_REMOVE;
    }
  self->revision++;
  gsnet_dbus_com_canonical_dbusmenu_emit_layout_updated (self->skeleton, self->revision, ROOT_ID);
  return G_SOURCE_REMOVE;
}

/* A model often changes several times in a row. */
static void
schedule_rebuild (GsnetDbusmenu *self)
{
  if (!self->rebuild_id)
    self->rebuild_id = g_idle_add (rebuild_cb, self);
}

static gboolean
unknown_item (GDBusMethodInvocation *invocation, gint32 id)
{
  g_dbus_method_invocation_return_error (invocation, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS,
                                         "There is no menu item %d", id);
  return TRUE;
}

static gboolean
handle_get_layout_cb (GsnetDBusComCanonicalDbusmenu *skeleton,
                      GDBusMethodInvocation *invocation,
                      gint32 parent,
                      gint32 depth,
                      const char *const *names,
                      GsnetDbusmenu *self)
{
  GVariant *layout = gsnet_dbusmenu_get_layout (self, parent, depth, names);

  if (!layout)
    return unknown_item (invocation, parent);
  gsnet_dbus_com_canonical_dbusmenu_complete_get_layout (skeleton, invocation, self->revision,
                                                         layout);
  return TRUE;
}

static gboolean
handle_get_group_properties_cb (GsnetDBusComCanonicalDbusmenu *skeleton,
                                GDBusMethodInvocation *invocation,
                                GVariant *ids,
                                const char *const *names,
                                GsnetDbusmenu *self)
{
  GVariantBuilder out;
  GHashTableIter all;
  GVariantIter wanted;
  gpointer value;
  gint32 id;

  g_variant_builder_init (&out, G_VARIANT_TYPE ("a(ia{sv})"));
  if (g_variant_n_children (ids) == 0)
    {
      /* No ids: all items. */
      g_hash_table_iter_init (&all, self->items);
      while (g_hash_table_iter_next (&all, NULL, &value))
        g_variant_builder_add (&out, "(i@a{sv})", ((Item *)value)->id,
                               pick_properties (value, names));
    }
  g_variant_iter_init (&wanted, ids);
  while (g_variant_iter_next (&wanted, "i", &id))
    {
      Item *item = lookup (self, id);

      if (item)
        g_variant_builder_add (&out, "(i@a{sv})", id, pick_properties (item, names));
    }
  gsnet_dbus_com_canonical_dbusmenu_complete_get_group_properties (skeleton, invocation,
                                                                   g_variant_builder_end (&out));
  return TRUE;
}

static gboolean
handle_get_property_cb (GsnetDBusComCanonicalDbusmenu *skeleton,
                        GDBusMethodInvocation *invocation,
                        gint32 id,
                        const char *name,
                        GsnetDbusmenu *self)
{
  Item *item = lookup (self, id);
  g_autoptr (GVariant) value = NULL;

  if (!item)
    return unknown_item (invocation, id);
  value = g_variant_lookup_value (item->properties, name, NULL);
  if (!value)
    g_dbus_method_invocation_return_error (invocation, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS,
                                           "The menu item %d has no property of this name", id);
  else
    gsnet_dbus_com_canonical_dbusmenu_complete_get_property (skeleton, invocation,
                                                             g_variant_new_variant (value));
  return TRUE;
}

/* "opened", "closed" and "hovered" need nothing to be done. */
static gboolean
take_event (GsnetDbusmenu *self, gint32 id, const char *event)
{
  if (!g_str_equal (event, "clicked"))
    return lookup (self, id) != NULL;
  return gsnet_dbusmenu_click (self, id);
}

static gboolean
handle_event_cb (GsnetDBusComCanonicalDbusmenu *skeleton,
                 GDBusMethodInvocation *invocation,
                 gint32 id,
                 const char *event,
                 GVariant *data,
                 guint32 timestamp,
                 GsnetDbusmenu *self)
{
  if (!take_event (self, id, event))
    return unknown_item (invocation, id);
  gsnet_dbus_com_canonical_dbusmenu_complete_event (skeleton, invocation);
  return TRUE;
}

static gboolean
handle_event_group_cb (GsnetDBusComCanonicalDbusmenu *skeleton,
                       GDBusMethodInvocation *invocation,
                       GVariant *events,
                       GsnetDbusmenu *self)
{
  GVariantBuilder errors;
  GVariantIter iter;
  const char *event;
  gint32 id;

  g_variant_builder_init (&errors, G_VARIANT_TYPE ("ai"));
  g_variant_iter_init (&iter, events);
  while (g_variant_iter_next (&iter, "(i&svu)", &id, &event, NULL, NULL))
    if (!take_event (self, id, event))
      g_variant_builder_add (&errors, "i", id);
  gsnet_dbus_com_canonical_dbusmenu_complete_event_group (skeleton, invocation,
                                                          g_variant_builder_end (&errors));
  return TRUE;
}

static gboolean
handle_about_to_show_cb (GsnetDBusComCanonicalDbusmenu *skeleton,
                         GDBusMethodInvocation *invocation,
                         gint32 id,
                         GsnetDbusmenu *self)
{
  if (!lookup (self, id))
    return unknown_item (invocation, id);
  /* The menu is always complete, so nothing has to be read again. */
  gsnet_dbus_com_canonical_dbusmenu_complete_about_to_show (skeleton, invocation, FALSE);
  return TRUE;
}

static gboolean
handle_about_to_show_group_cb (GsnetDBusComCanonicalDbusmenu *skeleton,
                               GDBusMethodInvocation *invocation,
                               GVariant *ids,
                               GsnetDbusmenu *self)
{
  GVariantBuilder errors;
  GVariantIter iter;
  gint32 id;

  g_variant_builder_init (&errors, G_VARIANT_TYPE ("ai"));
  g_variant_iter_init (&iter, ids);
  while (g_variant_iter_next (&iter, "i", &id))
    if (!lookup (self, id))
      g_variant_builder_add (&errors, "i", id);
  gsnet_dbus_com_canonical_dbusmenu_complete_about_to_show_group (
    skeleton, invocation, g_variant_new ("ai", NULL), g_variant_builder_end (&errors));
  return TRUE;
}

static void
gsnet_dbusmenu_dispose (GObject *object)
{
  GsnetDbusmenu *self = GSNET_DBUSMENU (object);

  gsnet_dbusmenu_unexport (self);
  g_clear_handle_id (&self->rebuild_id, g_source_remove);
  if (self->watched)
    unwatch_all (self);
  g_clear_pointer (&self->watched, g_ptr_array_unref);
  g_clear_object (&self->skeleton);
  g_clear_object (&self->model);
  g_clear_object (&self->actions);
  g_clear_pointer (&self->items, g_hash_table_unref);
  g_clear_pointer (&self->ids, g_hash_table_unref);

  G_OBJECT_CLASS (gsnet_dbusmenu_parent_class)->dispose (object);
}

static void
gsnet_dbusmenu_class_init (GsnetDbusmenuClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = gsnet_dbusmenu_dispose;
}

static void
gsnet_dbusmenu_init (GsnetDbusmenu *self)
{
  static const struct
  {
    const char *signal;
    GCallback callback;
  } handlers[] = {
    { "handle-get-layout", G_CALLBACK (handle_get_layout_cb) },
    { "handle-get-group-properties", G_CALLBACK (handle_get_group_properties_cb) },
    { "handle-get-property", G_CALLBACK (handle_get_property_cb) },
    { "handle-event", G_CALLBACK (handle_event_cb) },
    { "handle-event-group", G_CALLBACK (handle_event_group_cb) },
    { "handle-about-to-show", G_CALLBACK (handle_about_to_show_cb) },
    { "handle-about-to-show-group", G_CALLBACK (handle_about_to_show_group_cb) },
  };
  static const char *const no_paths[] = { NULL };
  const gboolean mirrored = gtk_widget_get_default_direction () == GTK_TEXT_DIR_RTL;

  self->watched = g_ptr_array_new_with_free_func (g_object_unref);
  self->next_id = ROOT_ID + 1;
  self->revision = 1;
  self->skeleton = gsnet_dbus_com_canonical_dbusmenu_skeleton_new ();
  gsnet_dbus_com_canonical_dbusmenu_set_version (self->skeleton, 3);
  gsnet_dbus_com_canonical_dbusmenu_set_text_direction (self->skeleton, mirrored ? "rtl" : "ltr");
  gsnet_dbus_com_canonical_dbusmenu_set_status (self->skeleton, "normal");
  gsnet_dbus_com_canonical_dbusmenu_set_icon_theme_path (self->skeleton, no_paths);
  for (guint i = 0; i < G_N_ELEMENTS (handlers); i++)
    g_signal_connect_object (self->skeleton, handlers[i].signal, handlers[i].callback, self, 0);
}

/* actions: what "app.NAME" in the model stands for. */
GsnetDbusmenu *
gsnet_dbusmenu_new (GMenuModel *model, GActionGroup *actions)
{
  GsnetDbusmenu *self = g_object_new (GSNET_TYPE_DBUSMENU, NULL);

  self->model = g_object_ref (model);
  self->actions = g_object_ref (actions);
  g_signal_connect_object (actions, "action-enabled-changed", G_CALLBACK (schedule_rebuild), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (actions, "action-state-changed", G_CALLBACK (schedule_rebuild), self,
                           G_CONNECT_SWAPPED);
  rebuild (self);
  return self;
}

gboolean
gsnet_dbusmenu_export (GsnetDbusmenu *self, GDBusConnection *connection, GError **error)
{
  return g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (self->skeleton), connection,
                                           GSNET_DBUSMENU_PATH, error);
}

void
gsnet_dbusmenu_unexport (GsnetDbusmenu *self)
{
  GDBusInterfaceSkeleton *skeleton = G_DBUS_INTERFACE_SKELETON (self->skeleton);

  if (skeleton && g_dbus_interface_skeleton_get_connection (skeleton))
    g_dbus_interface_skeleton_unexport (skeleton);
}

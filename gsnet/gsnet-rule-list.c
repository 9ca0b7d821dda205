// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include "snet-names.h"

#include "gsnet-rule-list.h"

/*
 * The rules as snetd has them. It is read when somebody looks, and again when
 * snetd says that something changed; a change in the middle of a reading means
 * one more reading after it.
 */
struct _GsnetRuleList
{
  GObject parent_instance;

  GsnetClient *client;
  GListStore *rules;
  gboolean connected;
  gboolean loading;
  gboolean stale;
};

G_DEFINE_FINAL_TYPE (GsnetRuleList, gsnet_rule_list, G_TYPE_OBJECT)

enum
{
  FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void load (GsnetRuleList *self);

static GsnetRule *
find_rule (GsnetRuleList *self, guint64 id, guint *position)
{
  for (guint i = *position; i < g_list_model_get_n_items (G_LIST_MODEL (self->rules)); i++)
    {
      g_autoptr (GsnetRule) rule = g_list_model_get_item (G_LIST_MODEL (self->rules), i);

      if (gsnet_rule_get_id (rule) == id)
        {
          *position = i;
          return rule;
        }
    }
  return NULL;
}

static void
replace_changed (GsnetRuleList *self, guint position, GsnetRule *fresh)
{
  g_autoptr (GsnetRule) known = g_list_model_get_item (G_LIST_MODEL (self->rules), position);

  if (!g_variant_equal (gsnet_rule_get_variant (known), gsnet_rule_get_variant (fresh)))
    g_list_store_splice (self->rules, position, 1, (gpointer *)&fresh, 1);
}

/*
 * snetd gives the rules in the order of their making, so what is gone is taken
 * out, what is new goes to the end, and what was changed is another object in
 * the same place: views keep theirs.
 */
static void
merge (GsnetRuleList *self, GPtrArray *fresh)
{
  guint position = 0;

  for (guint i = 0; i < fresh->len; i++)
    {
      GsnetRule *rule = g_ptr_array_index (fresh, i);
      guint found = position;

      if (!find_rule (self, gsnet_rule_get_id (rule), &found))
        {
          g_list_store_insert (self->rules, position, rule);
          found = position;
        }
      if (found > position)
        g_list_store_splice (self->rules, position, found - position, NULL, 0);
      replace_changed (self, position, rule);
      position++;
    }
  g_list_store_splice (self->rules, position,
                       g_list_model_get_n_items (G_LIST_MODEL (self->rules)) - position, NULL, 0);
}

static void
list_done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GsnetRuleList) self = GSNET_RULE_LIST (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = gsnet_client_call_finish (GSNET_CLIENT (source), result, &error);
  g_autoptr (GPtrArray) fresh = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GVariantIter) iter = NULL;
  GVariant *dict;

  self->loading = FALSE;
  if (!reply)
    {
      g_signal_emit (self, signals[FAILED], 0, error);
      return;
    }
  if (!self->connected)
    return;
  g_variant_get (reply, "(aa{sv})", &iter);
  while ((dict = g_variant_iter_next_value (iter)))
    {
      g_ptr_array_add (fresh, gsnet_rule_new (dict));
      g_variant_unref (dict);
    }
  merge (self, fresh);
  if (self->stale)
    load (self);
}

static void
load (GsnetRuleList *self)
{
  if (!self->connected)
    return;
  self->stale = self->loading;
  if (self->loading)
    return;
  self->loading = TRUE;
  gsnet_client_call_async (self->client, SNET_INTERFACE_RULES, "List", NULL,
                           G_VARIANT_TYPE ("(aa{sv})"), list_done_cb, g_object_ref (self));
}

static void
client_state_cb (GsnetRuleList *self)
{
  gboolean connected = gsnet_client_is_connected (self->client);

  if (connected == self->connected)
    return;
  self->connected = connected;
  if (connected)
    load (self);
  else
    g_list_store_remove_all (self->rules);
}

static void
gsnet_rule_list_dispose (GObject *object)
{
  GsnetRuleList *self = GSNET_RULE_LIST (object);

  g_clear_object (&self->client);
  g_clear_object (&self->rules);

  G_OBJECT_CLASS (gsnet_rule_list_parent_class)->dispose (object);
}

static void
gsnet_rule_list_class_init (GsnetRuleListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = gsnet_rule_list_dispose;
  signals[FAILED] = g_signal_new ("failed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
gsnet_rule_list_init (GsnetRuleList *self)
{
  self->rules = g_list_store_new (GSNET_TYPE_RULE);
}

GsnetRuleList *
gsnet_rule_list_new (GsnetClient *client)
{
  GsnetRuleList *self = g_object_new (GSNET_TYPE_RULE_LIST, NULL);

  self->client = g_object_ref (client);
  g_signal_connect_object (client, "rules-changed", G_CALLBACK (load), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (client, "notify::state", G_CALLBACK (client_state_cb), self,
                           G_CONNECT_SWAPPED);
  client_state_cb (self);
  return self;
}

GListModel *
gsnet_rule_list_get_model (GsnetRuleList *self)
{
  return G_LIST_MODEL (self->rules);
}

static void
change_done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = G_TASK (data);
  GError *error = NULL;
  g_autoptr (GVariant) reply = gsnet_client_call_finish (GSNET_CLIENT (source), result, &error);

  if (!reply)
    {
      g_task_return_error (task, error);
      return;
    }
  load (g_task_get_source_object (task));
  g_task_return_boolean (task, TRUE);
}

void
gsnet_rule_list_remove_async (GsnetRuleList *self,
                              GsnetRule *rule,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  gsnet_client_call_async (self->client, SNET_INTERFACE_RULES, "Remove",
                           g_variant_new ("(t)", gsnet_rule_get_id (rule)), NULL, change_done_cb,
                           g_task_new (self, NULL, callback, user_data));
}

void
gsnet_rule_list_add_async (GsnetRuleList *self,
                           GVariant *rule,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  gsnet_client_call_async (self->client, SNET_INTERFACE_RULES, "Add",
                           g_variant_new ("(@a{sv})", rule), G_VARIANT_TYPE ("(t)"), change_done_cb,
                           g_task_new (self, NULL, callback, user_data));
}

void
gsnet_rule_list_update_async (GsnetRuleList *self,
                              guint64 id,
                              GVariant *rule,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  gsnet_client_call_async (self->client, SNET_INTERFACE_RULES, "Update",
                           g_variant_new ("(t@a{sv})", id, rule), NULL, change_done_cb,
                           g_task_new (self, NULL, callback, user_data));
}

gboolean
gsnet_rule_list_change_finish (GsnetRuleList *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include "snet-names.h"

#include "gsnet-starter-page.h"
#include "gsnet-starter-row.h"
#include "gsnet-starter.h"

struct _GsnetStarterPage
{
  AdwBin parent_instance;

  AdwPreferencesPage *page;

  GsnetClient *client;
  GPtrArray *sets;
  GPtrArray *rows; /* of GsnetStarterRow, in the order of the sets */
  gboolean known;  /* which of them snetd has */
  gboolean checking;
};

G_DEFINE_FINAL_TYPE (GsnetStarterPage, gsnet_starter_page, ADW_TYPE_BIN)

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static GsnetStarterRow *
get_row (GsnetStarterPage *self, guint i)
{
  return g_ptr_array_index (self->rows, i);
}

static void
emit_changed (GsnetStarterPage *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
set_known (GsnetStarterPage *self, gboolean known)
{
  self->known = known;
  for (guint i = 0; i < self->rows->len; i++)
    gtk_widget_set_sensitive (GTK_WIDGET (get_row (self, i)), known);
  emit_changed (self);
}

static void
add_set (GsnetStarterPage *self, const GsnetStarterSet *set)
{
  GtkWidget *group = adw_preferences_group_new ();

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), set->title);
  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (group), set->description);
  for (guint i = 0; i < set->rules->len; i++)
    {
      GtkWidget *row = gsnet_starter_row_new (g_ptr_array_index (set->rules, i));

      g_signal_connect_object (row, "changed", G_CALLBACK (emit_changed), self, G_CONNECT_SWAPPED);
      g_ptr_array_add (self->rows, row);
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
    }
  adw_preferences_page_add (self->page, ADW_PREFERENCES_GROUP (group));
}

/* As one text: those that are wanted, or all. */
static char *
join_texts (GsnetStarterPage *self, gboolean all)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < self->rows->len; i++)
    {
      GsnetStarterRow *row = get_row (self, i);

      if (all || gsnet_starter_row_is_wanted (row))
        g_string_append_printf (text, "%s\n", gsnet_starter_row_get_rule (row)->text);
    }
  return g_string_free (text, FALSE);
}

static void
import (GsnetStarterPage *self,
        const char *text,
        gboolean dry_run,
        GAsyncReadyCallback callback,
        gpointer data)
{
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  g_variant_dict_insert (&options, SNET_KEY_SYSTEM, "b", TRUE);
  g_variant_dict_insert (&options, SNET_KEY_DRY_RUN, "b", dry_run);
  gsnet_client_call_async (
    self->client, SNET_INTERFACE_RULES, "Import",
    g_variant_new ("(ss@a{sv})", SNET_FORMAT_SNET, text, g_variant_dict_end (&options)),
    G_VARIANT_TYPE ("(aa{sv}uas)"), callback, data);
}

/* What would be made is not there yet. */
static GHashTable *
collect_comments (GVariant *reply)
{
  GHashTable *comments = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GVariant) rules = g_variant_get_child_value (reply, 0);

  for (gsize i = 0; i < g_variant_n_children (rules); i++)
    {
      g_autoptr (GVariant) rule = g_variant_get_child_value (rules, i);
      char *comment;

      if (g_variant_lookup (rule, SNET_KEY_COMMENT, "s", &comment))
        g_hash_table_add (comments, comment);
    }
  return comments;
}

/* A file with a mistake is somebody's own. */
static void
warn_of_problems (GVariant *reply)
{
  g_autoptr (GVariantIter) problems = NULL;
  const char *problem;

  g_variant_get_child (reply, 2, "as", &problems);
  while (g_variant_iter_next (problems, "&s", &problem))
    g_warning ("A rule to begin with cannot be used: %s", problem);
}

static void
checked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GsnetStarterPage) self = GSNET_STARTER_PAGE (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = gsnet_client_call_finish (GSNET_CLIENT (source), result, &error);
  g_autoptr (GHashTable) fresh = NULL;

  self->checking = FALSE;
  /* The window may have been closed meanwhile. */
  if (!self->client)
    return;
  if (!reply)
    {
      g_warning ("Cannot see which rules there are: %s", error->message);
      return;
    }
  warn_of_problems (reply);
  fresh = collect_comments (reply);
  for (guint i = 0; i < self->rows->len; i++)
    {
      GsnetStarterRow *row = get_row (self, i);
      const char *name = gsnet_starter_row_get_rule (row)->name;

      gsnet_starter_row_set_present (row, !g_hash_table_contains (fresh, name));
    }
  set_known (self, TRUE);
}

/* snetd says which of the rules it has; nothing is changed by that. */
static void
check (GsnetStarterPage *self)
{
  g_autofree char *text = NULL;

  if (!gsnet_client_is_connected (self->client))
    {
      set_known (self, FALSE);
      return;
    }
  if (self->checking)
    return;
  self->checking = TRUE;
  text = join_texts (self, TRUE);
  import (self, text, TRUE, checked_cb, g_object_ref (self));
}

static void
added_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = G_TASK (data);
  GError *error = NULL;
  g_autoptr (GVariant) reply = gsnet_client_call_finish (GSNET_CLIENT (source), result, &error);

  if (reply)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
gsnet_starter_page_dispose (GObject *object)
{
  GsnetStarterPage *self = GSNET_STARTER_PAGE (object);

  g_clear_object (&self->client);

  G_OBJECT_CLASS (gsnet_starter_page_parent_class)->dispose (object);
}

static void
gsnet_starter_page_finalize (GObject *object)
{
  GsnetStarterPage *self = GSNET_STARTER_PAGE (object);

  g_ptr_array_unref (self->rows);
  g_ptr_array_unref (self->sets);

  G_OBJECT_CLASS (gsnet_starter_page_parent_class)->finalize (object);
}

static void
gsnet_starter_page_class_init (GsnetStarterPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = gsnet_starter_page_dispose;
  object_class->finalize = gsnet_starter_page_finalize;

  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/snet/Gsnet/gsnet-starter-page.ui");
  gtk_widget_class_bind_template_child (widget_class, GsnetStarterPage, page);
}

static void
gsnet_starter_page_init (GsnetStarterPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->sets = gsnet_starter_load ();
  self->rows = g_ptr_array_new ();
  for (guint i = 0; i < self->sets->len; i++)
    add_set (self, g_ptr_array_index (self->sets, i));
}

void
gsnet_starter_page_bind (GsnetStarterPage *self, GsnetClient *client)
{
  self->client = g_object_ref (client);
  g_signal_connect_object (client, "notify::state", G_CALLBACK (check), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (client, "rules-changed", G_CALLBACK (check), self, G_CONNECT_SWAPPED);
  check (self);
}

guint
gsnet_starter_page_count_wanted (GsnetStarterPage *self)
{
  guint n = 0;

  for (guint i = 0; self->known && i < self->rows->len; i++)
    n += gsnet_starter_row_is_wanted (get_row (self, i));
  return n;
}

void
gsnet_starter_page_add_async (GsnetStarterPage *self,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_autofree char *text = join_texts (self, FALSE);

  import (self, text, FALSE, added_cb, g_task_new (self, NULL, callback, user_data));
}

gboolean
gsnet_starter_page_add_finish (GsnetStarterPage *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

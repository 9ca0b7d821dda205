// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "snet-names.h"

#include "gsnet-import.h"
#include "gsnet-pill.h"
#include "gsnet-rule.h"
#include "gsnet-text.h"
#include "gsnet-window.h"
#include "gsnet-words.h"

/* As many are shown of each; the numbers are of all. */
#define MAX_ROWS          200
#define MAX_PROBLEM_CHARS 300

struct _GsnetImport
{
  AdwWindow parent_instance;

  GtkButton *import;
  GtkLabel *summary;
  GtkLabel *problem;
  GtkSwitch *system;
  AdwPreferencesGroup *rules_group;
  AdwPreferencesGroup *problems_group;

  GsnetClient *client;
  char *text;
  GPtrArray *rows;
  guint n_problems;
  guint generation; /* of what was asked for */
};

G_DEFINE_FINAL_TYPE (GsnetImport, gsnet_import, ADW_TYPE_WINDOW)

enum
{
  IMPORTED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

typedef struct
{
  GsnetImport *self;
  guint generation;
} Request;

/* OpenSnitch writes JSON; rules as text begin with a group or a comment. */
static const char *
get_format (const char *text)
{
  while (g_ascii_isspace (*text))
    text++;
  return *text == '{' || (*text == '[' && text[1] == '{') ? SNET_FORMAT_OPENSNITCH
                                                          : SNET_FORMAT_SNET;
}

static void
call_import (GsnetImport *self, gboolean dry_run, GAsyncReadyCallback callback, gpointer data)
{
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  if (gtk_switch_get_active (self->system))
    g_variant_dict_insert (&options, SNET_KEY_SYSTEM, "b", TRUE);
  if (dry_run)
    g_variant_dict_insert (&options, SNET_KEY_DRY_RUN, "b", TRUE);
  else if (self->n_problems > 0)
    g_variant_dict_insert (&options, SNET_KEY_PARTIAL, "b", TRUE);
  gsnet_client_call_async (self->client, SNET_INTERFACE_RULES, "Import",
                           g_variant_new ("(ss@a{sv})", get_format (self->text), self->text,
                                          g_variant_dict_end (&options)),
                           G_VARIANT_TYPE ("(aa{sv}uas)"), callback, data);
}

static GtkWidget *
add_row (GsnetImport *self, AdwPreferencesGroup *group, const char *title, const char *subtitle)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  if (subtitle && *subtitle)
    adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  g_object_set_data (G_OBJECT (row), "group", group);
  adw_preferences_group_add (group, row);
  g_ptr_array_add (self->rows, row);
  return row;
}

static void
remove_rows (GsnetImport *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      GtkWidget *row = g_ptr_array_index (self->rows, i);

      adw_preferences_group_remove (g_object_get_data (G_OBJECT (row), "group"), row);
    }
  g_ptr_array_set_size (self->rows, 0);
}

static void
add_rule (GsnetImport *self, GVariant *dict)
{
  g_autoptr (GsnetRule) rule = gsnet_rule_new (dict);
  g_autofree char *about = gsnet_words_rule_about (rule);
  const char *raw = gsnet_rule_get_raw (rule, SNET_KEY_COMMENT);
  g_autofree char *comment = raw ? gsnet_text_visible (raw, MAX_PROBLEM_CHARS) : NULL;
  GtkWidget *row = add_row (self, self->rules_group, about, comment);

  adw_action_row_add_suffix (ADW_ACTION_ROW (row),
                             g_object_new (GSNET_TYPE_PILL, "verdict",
                                           gsnet_rule_get_raw (rule, SNET_KEY_ACTION), "valign",
                                           GTK_ALIGN_CENTER, NULL));
}

static void
show_rules (GsnetImport *self, GVariant *rules)
{
  const gsize n_rules = g_variant_n_children (rules);

  for (gsize i = 0; i < MIN (n_rules, MAX_ROWS); i++)
    {
      g_autoptr (GVariant) dict = g_variant_get_child_value (rules, i);

      add_rule (self, dict);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->rules_group), n_rules > 0);
}

static void
show_problems (GsnetImport *self, const char *const *problems)
{
  self->n_problems = g_strv_length ((char **)problems);
  for (guint i = 0; i < MIN (self->n_problems, MAX_ROWS); i++)
    {
      g_autofree char *text = gsnet_text_visible (problems[i], MAX_PROBLEM_CHARS);

      add_row (self, self->problems_group, text, NULL);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->problems_group), self->n_problems > 0);
}

static void
show_summary (GsnetImport *self, gsize n_rules, guint present)
{
  g_autofree char *added = g_strdup_printf (
    ngettext ("%u rule will be added.", "%u rules will be added.", n_rules), (guint)n_rules);
  g_autofree char *there =
    g_strdup_printf (ngettext ("%u is there already.", "%u are there already.", present), present);
  g_autofree char *text = present ? g_strjoin (" ", added, there, NULL) : g_strdup (added);

  gtk_label_set_label (self->summary, text);
  gtk_widget_set_sensitive (GTK_WIDGET (self->import), n_rules > 0);
}

static void
show_error (GsnetImport *self, const GError *error)
{
  g_autofree char *words = error ? gsnet_words_error (error) : NULL;

  gtk_label_set_label (self->problem, words ? words : "");
  gtk_widget_set_visible (GTK_WIDGET (self->problem), words != NULL);
}

static void
previewed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Request *request = data;
  g_autoptr (GsnetImport) self = request->self;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = gsnet_client_call_finish (GSNET_CLIENT (source), result, &error);
  g_autoptr (GVariant) rules = NULL;
  g_autofree const char **problems = NULL;
  guint present;

  if (!self->client || request->generation != self->generation)
    return;
  show_error (self, error);
  if (!reply)
    {
      gtk_label_set_label (self->summary, "");
      return;
    }
  g_variant_get (reply, "(@aa{sv}u^a&s)", &rules, &present, &problems);
  remove_rows (self);
  show_rules (self, rules);
  show_problems (self, problems);
  show_summary (self, g_variant_n_children (rules), present);
}

/* Whose the rules would be decides which of them are there already, and which cannot be. */
static void
preview (GsnetImport *self)
{
  Request *request = g_new0 (Request, 1);

  gtk_widget_set_sensitive (GTK_WIDGET (self->import), FALSE);
  gtk_label_set_label (self->summary, _ ("Reading…"));
  request->self = g_object_ref (self);
  request->generation = ++self->generation;
  call_import (self, TRUE, previewed_cb, request);
}

static void
imported_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GsnetImport) self = GSNET_IMPORT (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = gsnet_client_call_finish (GSNET_CLIENT (source), result, &error);
  g_autoptr (GVariant) rules = NULL;

  if (reply)
    {
      rules = g_variant_get_child_value (reply, 0);
      g_signal_emit (self, signals[IMPORTED], 0, rules);
    }
  if (!self->client)
    return;
  if (reply)
    {
      gtk_window_destroy (GTK_WINDOW (self));
      return;
    }
  show_error (self, error);
  gtk_widget_set_sensitive (GTK_WIDGET (self->import), TRUE);
}

static void
import_clicked_cb (GsnetImport *self)
{
  show_error (self, NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->import), FALSE);
  call_import (self, FALSE, imported_cb, g_object_ref (self));
}

static void
system_changed_cb (GsnetImport *self)
{
  if (self->client)
    preview (self);
}

static void
gsnet_import_dispose (GObject *object)
{
  g_clear_object (&GSNET_IMPORT (object)->client);

  G_OBJECT_CLASS (gsnet_import_parent_class)->dispose (object);
}

static void
gsnet_import_finalize (GObject *object)
{
  g_free (GSNET_IMPORT (object)->text);
  g_ptr_array_unref (GSNET_IMPORT (object)->rows);

  G_OBJECT_CLASS (gsnet_import_parent_class)->finalize (object);
}

#define BIND(child) gtk_widget_class_bind_template_child (widget_class, GsnetImport, child)

static void
gsnet_import_class_init (GsnetImportClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gsnet_import_dispose;
  G_OBJECT_CLASS (klass)->finalize = gsnet_import_finalize;

  signals[IMPORTED] = g_signal_new ("imported", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                    NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_VARIANT);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/snet/Gsnet/gsnet-import.ui");
  BIND (import);
  BIND (summary);
  BIND (problem);
  BIND (system);
  BIND (rules_group);
  BIND (problems_group);
  gtk_widget_class_bind_template_callback (widget_class, import_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, system_changed_cb);

  gsnet_window_class_close_by_keys (widget_class);
}

static void
gsnet_import_init (GsnetImport *self)
{
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

GsnetImport *
gsnet_import_new (GtkWindow *parent, GsnetClient *client, const char *text)
{
  GsnetImport *self = g_object_new (GSNET_TYPE_IMPORT, "transient-for", parent, NULL);

  self->client = g_object_ref (client);
  self->text = g_strdup (text);
  preview (self);
  return self;
}

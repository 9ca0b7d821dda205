// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "snet-names.h"

#include "gsnet-import.h"
#include "gsnet-pill.h"
#include "gsnet-rule-editor.h"
#include "gsnet-rules-page.h"
#include "gsnet-rules-transfer.h"
#include "gsnet-state-view.h"
#include "gsnet-words.h"

struct _GsnetRulesPage
{
  AdwBin parent_instance;

  GsnetStateView *view;
  GtkSearchEntry *search;
  GtkSortListModel *sorted;
  GtkFilterListModel *filtered;
  GtkStringFilter *filter;
  GtkSingleSelection *selection;
  GtkActionBar *rule_bar;
  GtkLabel *rule_label;
  GtkButton *enable;

  GsnetClient *client;
  GsnetRuleList *rules;
  GsnetRulesTransfer *transfer;
};

G_DEFINE_FINAL_TYPE (GsnetRulesPage, gsnet_rules_page, ADW_TYPE_BIN)

enum
{
  REMOVED,
  IMPORTED,
  EXPORTED,
  PROBLEM,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

typedef struct
{
  GsnetRulesPage *self;
  GsnetRule *rule;
} Removal;

static void
report (GsnetRulesPage *self, const GError *error)
{
  g_autofree char *words = gsnet_words_error (error);

  g_signal_emit (self, signals[PROBLEM], 0, words);
}

static void
remove_done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Removal *removal = data;
  g_autoptr (GsnetRulesPage) self = removal->self;
  g_autoptr (GsnetRule) rule = removal->rule;
  g_autoptr (GError) error = NULL;

  if (gsnet_rule_list_change_finish (GSNET_RULE_LIST (source), result, &error))
    g_signal_emit (self, signals[REMOVED], 0, rule);
  else
    report (self, error);
}

static GsnetRule *
get_selected (GsnetRulesPage *self)
{
  return gtk_single_selection_get_selected_item (self->selection);
}

/* What is written in a file is not for this window, and why is said where the buttons would be. */
static gboolean
get_editable (GsnetRulesPage *self)
{
  GsnetRule *rule = get_selected (self);

  return rule && gsnet_rule_is_editable (rule);
}

static void
selection_changed_cb (GsnetRulesPage *self)
{
  GsnetRule *rule = get_selected (self);
  const gboolean editable = get_editable (self);
  g_autofree char *source = rule ? gsnet_words_rule_source (rule) : NULL;

  gtk_action_bar_set_revealed (self->rule_bar, rule != NULL);
  gtk_label_set_label (self->rule_label, source ? source : "");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->rule_label), source);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "rules.edit", editable);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "rules.enable", editable);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "rules.remove", editable);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "rules.duplicate", rule != NULL);
  if (rule)
    gtk_button_set_label (
      self->enable, gsnet_rule_get_flag (rule, SNET_KEY_DISABLED) ? _ ("Enable") : _ ("Disable"));
}

static void
edit (GsnetRulesPage *self, GVariant *rule, guint64 id)
{
  gtk_window_present (GTK_WINDOW (gsnet_rule_editor_new (
    GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), self->client, rule, id)));
}

static void
add_action_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  /* Nothing is allowed by who has not said so. */
  g_autoptr (GVariant) rule = g_variant_ref_sink (g_variant_new_parsed ("{'action': <'deny'>}"));

  edit (GSNET_RULES_PAGE (widget), rule, 0);
}

static void
edit_action_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  GsnetRule *rule = get_selected (GSNET_RULES_PAGE (widget));

  edit (GSNET_RULES_PAGE (widget), gsnet_rule_get_variant (rule), gsnet_rule_get_id (rule));
}

static void
duplicate_action_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  g_autoptr (GVariant) copy = gsnet_rule_dup_for_add (get_selected (GSNET_RULES_PAGE (widget)));

  edit (GSNET_RULES_PAGE (widget), copy, 0);
}

static void
change_done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GsnetRulesPage) self = GSNET_RULES_PAGE (data);
  g_autoptr (GError) error = NULL;

  if (!gsnet_rule_list_change_finish (GSNET_RULE_LIST (source), result, &error))
    report (self, error);
}

static void
enable_action_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  GsnetRulesPage *self = GSNET_RULES_PAGE (widget);
  GsnetRule *rule = get_selected (self);
  const gboolean disabled = gsnet_rule_get_flag (rule, SNET_KEY_DISABLED);
  g_autoptr (GVariant) changed = gsnet_rule_dup_with_flag (rule, SNET_KEY_DISABLED, !disabled);

  gsnet_rule_list_update_async (self->rules, gsnet_rule_get_id (rule), changed, change_done_cb,
                                g_object_ref (self));
}

static void
remove_rule (GsnetRulesPage *self, GsnetRule *rule)
{
  Removal *removal = g_new0 (Removal, 1);

  removal->self = g_object_ref (self);
  removal->rule = g_object_ref (rule);
  gsnet_rule_list_remove_async (self->rules, rule, remove_done_cb, removal);
}

static void
remove_action_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  GsnetRulesPage *self = GSNET_RULES_PAGE (widget);

  remove_rule (self, get_selected (self));
}

static void
remove_clicked_cb (GtkButton *button, GsnetRulesPage *self)
{
  remove_rule (self, g_object_get_data (G_OBJECT (button), "rule"));
}

static void
remove_setup_cb (GtkSignalListItemFactory *factory, GtkListItem *item, GsnetRulesPage *self)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("user-trash-symbolic");

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  g_signal_connect_object (button, "clicked", G_CALLBACK (remove_clicked_cb), self, 0);
  gtk_list_item_set_child (item, button);
}

static void
remove_bind_cb (GtkSignalListItemFactory *factory, GtkListItem *item, GsnetRulesPage *self)
{
  GsnetRule *rule = gtk_list_item_get_item (item);
  GtkWidget *button = gtk_list_item_get_child (item);
  const gboolean editable = gsnet_rule_is_editable (rule);
  g_autofree char *source = gsnet_words_rule_source (rule);
  g_autofree char *label =
    g_strdup_printf (_ ("Remove the rule for %s"), gsnet_rule_get_program_name (rule));

  g_object_set_data_full (G_OBJECT (button), "rule", g_object_ref (rule), g_object_unref);
  gtk_widget_set_sensitive (button, editable);
  gtk_widget_set_tooltip_text (button, editable ? _ ("Remove This Rule") : source);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
}

static void
row_activated_cb (GsnetRulesPage *self, guint position)
{
  gtk_single_selection_set_selected (self->selection, position);
  gtk_widget_activate_action (GTK_WIDGET (self), "rules.edit", NULL);
}

static void
search_changed_cb (GsnetRulesPage *self)
{
  gtk_string_filter_set_search (self->filter, gtk_editable_get_text (GTK_EDITABLE (self->search)));
}

/* That there is nothing has another reason when something is looked for. */
static void
found_changed_cb (GsnetRulesPage *self)
{
  const gboolean searching = *gtk_editable_get_text (GTK_EDITABLE (self->search)) != '\0';

  g_object_set (
    self->view, "empty-icon", searching ? "system-search-symbolic" : "view-list-symbolic",
    "empty-title", searching ? _ ("No Results Found") : _ ("No Rules Yet"), "empty-description",
    searching ? _ ("No rule is what is searched for.")
              : _ ("A rule decides without asking. Make one here, or choose Details when "
                   "a program waits, and say for how long your answer holds."),
    NULL);
}

static void
restore_done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GsnetRulesPage) self = GSNET_RULES_PAGE (data);
  g_autoptr (GError) error = NULL;

  if (!gsnet_rule_list_change_finish (GSNET_RULE_LIST (source), result, &error))
    report (self, error);
}

static GtkWindow *
get_window (GsnetRulesPage *self)
{
  return GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self)));
}

static void
imported_cb (GsnetRulesPage *self, GVariant *rules)
{
  g_signal_emit (self, signals[IMPORTED], 0, rules);
}

/* A file has been read: what is in it is looked at first. */
static void
transfer_text_cb (GsnetRulesPage *self, const char *text)
{
  GsnetImport *import = gsnet_import_new (get_window (self), self->client, text);

  g_signal_connect_object (import, "imported", G_CALLBACK (imported_cb), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (import));
}

static void
transfer_exported_cb (GsnetRulesPage *self, const char *name)
{
  g_signal_emit (self, signals[EXPORTED], 0, name);
}

static void
transfer_problem_cb (GsnetRulesPage *self, const char *text)
{
  g_signal_emit (self, signals[PROBLEM], 0, text);
}

static void
import_action_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  GsnetRulesPage *self = GSNET_RULES_PAGE (widget);

  gsnet_rules_transfer_import (self->transfer, get_window (self));
}

static void
export_action_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  GsnetRulesPage *self = GSNET_RULES_PAGE (widget);

  gsnet_rules_transfer_export (self->transfer, get_window (self));
}

static void
list_failed_cb (GsnetRulesPage *self, const GError *error)
{
  gsnet_state_view_set_problem (self->view, error);
}

static void
gsnet_rules_page_dispose (GObject *object)
{
  g_clear_object (&GSNET_RULES_PAGE (object)->rules);
  g_clear_object (&GSNET_RULES_PAGE (object)->client);
  g_clear_object (&GSNET_RULES_PAGE (object)->transfer);

  G_OBJECT_CLASS (gsnet_rules_page_parent_class)->dispose (object);
}

static void
gsnet_rules_page_class_init (GsnetRulesPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gsnet_rules_page_dispose;

  signals[REMOVED] = g_signal_new ("removed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, GSNET_TYPE_RULE);
  signals[IMPORTED] = g_signal_new ("imported", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 1, G_TYPE_VARIANT);
  signals[EXPORTED] = g_signal_new ("exported", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[PROBLEM] = g_signal_new ("problem", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, G_TYPE_STRING);

  g_type_ensure (GSNET_TYPE_STATE_VIEW);
  g_type_ensure (GSNET_TYPE_PILL);
  g_type_ensure (GSNET_TYPE_RULE);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/snet/Gsnet/gsnet-rules-page.ui");
  gtk_widget_class_bind_template_child (widget_class, GsnetRulesPage, view);
  gtk_widget_class_bind_template_child (widget_class, GsnetRulesPage, sorted);
  gtk_widget_class_bind_template_child (widget_class, GsnetRulesPage, search);
  gtk_widget_class_bind_template_child (widget_class, GsnetRulesPage, filtered);
  gtk_widget_class_bind_template_child (widget_class, GsnetRulesPage, filter);
  gtk_widget_class_bind_template_child (widget_class, GsnetRulesPage, selection);
  gtk_widget_class_bind_template_child (widget_class, GsnetRulesPage, rule_bar);
  gtk_widget_class_bind_template_child (widget_class, GsnetRulesPage, rule_label);
  gtk_widget_class_bind_template_child (widget_class, GsnetRulesPage, enable);
  gtk_widget_class_bind_template_callback (widget_class, remove_setup_cb);
  gtk_widget_class_bind_template_callback (widget_class, remove_bind_cb);
  gtk_widget_class_bind_template_callback (widget_class, selection_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_install_action (widget_class, "rules.add", NULL, add_action_cb);
  gtk_widget_class_install_action (widget_class, "rules.import", NULL, import_action_cb);
  gtk_widget_class_install_action (widget_class, "rules.export", NULL, export_action_cb);
  gtk_widget_class_install_action (widget_class, "rules.edit", NULL, edit_action_cb);
  gtk_widget_class_install_action (widget_class, "rules.duplicate", NULL, duplicate_action_cb);
  gtk_widget_class_install_action (widget_class, "rules.enable", NULL, enable_action_cb);
  gtk_widget_class_install_action (widget_class, "rules.remove", NULL, remove_action_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_F2, 0, "rules.edit", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Delete, 0, "rules.remove", NULL);
}

static void
gsnet_rules_page_init (GsnetRulesPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
gsnet_rules_page_bind (GsnetRulesPage *self, GsnetClient *client)
{
  self->client = g_object_ref (client);
  self->rules = gsnet_rule_list_new (client);
  self->transfer = gsnet_rules_transfer_new (client);
  g_signal_connect_object (self->transfer, "text", G_CALLBACK (transfer_text_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->transfer, "exported", G_CALLBACK (transfer_exported_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->transfer, "problem", G_CALLBACK (transfer_problem_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->rules, "failed", G_CALLBACK (list_failed_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_filter_list_model_set_model (self->filtered, gsnet_rule_list_get_model (self->rules));
  g_signal_connect_object (self->filtered, "items-changed", G_CALLBACK (found_changed_cb), self,
                           G_CONNECT_SWAPPED);
  gsnet_state_view_bind (self->view, client, G_LIST_MODEL (self->filtered));
  found_changed_cb (self);
  selection_changed_cb (self);
}

void
gsnet_rules_page_search (GsnetRulesPage *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->search));
}

void
gsnet_rules_page_restore (GsnetRulesPage *self, GsnetRule *rule)
{
  g_autoptr (GVariant) dict = gsnet_rule_dup_for_add (rule);

  gsnet_rule_list_add_async (self->rules, dict, restore_done_cb, g_object_ref (self));
}

void
gsnet_rules_page_remove_all (GsnetRulesPage *self, GVariant *rules)
{
  for (gsize i = 0; i < g_variant_n_children (rules); i++)
    {
      g_autoptr (GVariant) dict = g_variant_get_child_value (rules, i);
      g_autoptr (GsnetRule) rule = gsnet_rule_new (dict);

      gsnet_rule_list_remove_async (self->rules, rule, change_done_cb, g_object_ref (self));
    }
}

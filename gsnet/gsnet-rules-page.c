// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "gsnet-pill.h"
#include "gsnet-rules-page.h"
#include "gsnet-state-view.h"
#include "gsnet-words.h"

struct _GsnetRulesPage
{
  AdwBin parent_instance;

  GsnetStateView *view;
  GtkSortListModel *sorted;

  GsnetRuleList *rules;
};

G_DEFINE_FINAL_TYPE (GsnetRulesPage, gsnet_rules_page, ADW_TYPE_BIN)

enum
{
  REMOVED,
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

static void
remove_clicked_cb (GtkButton *button, GsnetRulesPage *self)
{
  GsnetRule *rule = g_object_get_data (G_OBJECT (button), "rule");
  Removal *removal = g_new0 (Removal, 1);

  removal->self = g_object_ref (self);
  removal->rule = g_object_ref (rule);
  gsnet_rule_list_remove_async (self->rules, rule, remove_done_cb, removal);
}

static void
remove_setup_cb (GtkSignalListItemFactory *factory, GtkListItem *item, GsnetRulesPage *self)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("user-trash-symbolic");

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, _ ("Remove This Rule"));
  g_signal_connect_object (button, "clicked", G_CALLBACK (remove_clicked_cb), self, 0);
  gtk_list_item_set_child (item, button);
}

static void
remove_bind_cb (GtkSignalListItemFactory *factory, GtkListItem *item, GsnetRulesPage *self)
{
  GsnetRule *rule = gtk_list_item_get_item (item);
  GtkWidget *button = gtk_list_item_get_child (item);
  g_autofree char *label =
    g_strdup_printf (_ ("Remove the rule for %s"), gsnet_rule_get_program_name (rule));

  g_object_set_data_full (G_OBJECT (button), "rule", g_object_ref (rule), g_object_unref);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
}

static void
restore_done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GsnetRulesPage) self = GSNET_RULES_PAGE (data);
  g_autoptr (GError) error = NULL;

  if (!gsnet_rule_list_change_finish (GSNET_RULE_LIST (source), result, &error))
    report (self, error);
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
  signals[PROBLEM] = g_signal_new ("problem", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, G_TYPE_STRING);

  g_type_ensure (GSNET_TYPE_STATE_VIEW);
  g_type_ensure (GSNET_TYPE_PILL);
  g_type_ensure (GSNET_TYPE_RULE);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/snet/Gsnet/gsnet-rules-page.ui");
  gtk_widget_class_bind_template_child (widget_class, GsnetRulesPage, view);
  gtk_widget_class_bind_template_child (widget_class, GsnetRulesPage, sorted);
  gtk_widget_class_bind_template_callback (widget_class, remove_setup_cb);
  gtk_widget_class_bind_template_callback (widget_class, remove_bind_cb);
}

static void
gsnet_rules_page_init (GsnetRulesPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
gsnet_rules_page_bind (GsnetRulesPage *self, GsnetClient *client)
{
  GListModel *model;

  self->rules = gsnet_rule_list_new (client);
  model = gsnet_rule_list_get_model (self->rules);
  g_signal_connect_object (self->rules, "failed", G_CALLBACK (list_failed_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_sort_list_model_set_model (self->sorted, model);
  gsnet_state_view_bind (self->view, client, model);
}

void
gsnet_rules_page_restore (GsnetRulesPage *self, GsnetRule *rule)
{
  g_autoptr (GVariant) dict = gsnet_rule_dup_for_add (rule);

  gsnet_rule_list_add_async (self->rules, dict, restore_done_cb, g_object_ref (self));
}

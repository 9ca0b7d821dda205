// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include "snet-names.h"

#include "gsnet-starter-row.h"
#include "gsnet-text.h"
#include "gsnet-words-permission.h"

#define MAX_PATH_CHARS 160

struct _GsnetStarterRow
{
  AdwActionRow parent_instance;

  GtkSwitch *wanted;
  GtkLabel *present;

  GsnetStarterRule *rule;
};

G_DEFINE_FINAL_TYPE (GsnetStarterRow, gsnet_starter_row, ADW_TYPE_ACTION_ROW)

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
switched_cb (GsnetStarterRow *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
gsnet_starter_row_class_init (GsnetStarterRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/snet/Gsnet/gsnet-starter-row.ui");
  gtk_widget_class_bind_template_child (widget_class, GsnetStarterRow, wanted);
  gtk_widget_class_bind_template_child (widget_class, GsnetStarterRow, present);
  gtk_widget_class_bind_template_callback (widget_class, switched_cb);
}

static void
gsnet_starter_row_init (GsnetStarterRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
gsnet_starter_row_new (GsnetStarterRule *rule)
{
  GsnetStarterRow *self = g_object_new (GSNET_TYPE_STARTER_ROW, NULL);
  g_autofree char *words = gsnet_words_permission (rule->rule);
  const char *program = gsnet_rule_get_raw (rule->rule, SNET_KEY_PROGRAM);
  g_autofree char *path = program ? gsnet_text_visible (program, MAX_PATH_CHARS) : NULL;

  self->rule = rule;
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), words);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), path ? path : "");
  gtk_switch_set_active (self->wanted, rule->usual);
  return GTK_WIDGET (self);
}

GsnetStarterRule *
gsnet_starter_row_get_rule (GsnetStarterRow *self)
{
  return self->rule;
}

void
gsnet_starter_row_set_present (GsnetStarterRow *self, gboolean present)
{
  gtk_widget_set_visible (GTK_WIDGET (self->wanted), !present);
  gtk_widget_set_visible (GTK_WIDGET (self->present), present);
}

gboolean
gsnet_starter_row_is_wanted (GsnetStarterRow *self)
{
  return gtk_widget_get_visible (GTK_WIDGET (self->wanted)) && gtk_switch_get_active (self->wanted);
}

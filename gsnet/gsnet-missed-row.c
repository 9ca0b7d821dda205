// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "gsnet-lines.h"
#include "gsnet-missed-row.h"
#include "gsnet-program-icon.h"
#include "gsnet-turning-box.h"
#include "gsnet-words-past.h"
#include "gsnet-words.h"

struct _GsnetMissedRow
{
  AdwActionRow parent_instance;

  GtkImage *icon;
  GtkButton *make_rule;
  GtkButton *dismiss;

  GsnetEvent *event;
};

G_DEFINE_FINAL_TYPE (GsnetMissedRow, gsnet_missed_row, ADW_TYPE_ACTION_ROW)

enum
{
  DISMISSED,
  MAKE_RULE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
dismiss_clicked_cb (GsnetMissedRow *self)
{
  g_signal_emit (self, signals[DISMISSED], 0);
}

static void
make_rule_clicked_cb (GsnetMissedRow *self)
{
  g_signal_emit (self, signals[MAKE_RULE], 0);
}

static void
gsnet_missed_row_dispose (GObject *object)
{
  g_clear_object (&GSNET_MISSED_ROW (object)->event);

  G_OBJECT_CLASS (gsnet_missed_row_parent_class)->dispose (object);
}

static void
gsnet_missed_row_class_init (GsnetMissedRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gsnet_missed_row_dispose;

  signals[DISMISSED] =
    g_signal_new ("dismissed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[MAKE_RULE] =
    g_signal_new ("make-rule", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  g_type_ensure (GSNET_TYPE_TURNING_BOX);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/snet/Gsnet/gsnet-missed-row.ui");
  gtk_widget_class_bind_template_child (widget_class, GsnetMissedRow, icon);
  gtk_widget_class_bind_template_child (widget_class, GsnetMissedRow, make_rule);
  gtk_widget_class_bind_template_child (widget_class, GsnetMissedRow, dismiss);
  gtk_widget_class_bind_template_callback (widget_class, dismiss_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, make_rule_clicked_cb);
}

static void
gsnet_missed_row_init (GsnetMissedRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
gsnet_missed_row_new (GsnetEvent *event)
{
  GsnetMissedRow *self = g_object_new (GSNET_TYPE_MISSED_ROW, NULL);
  g_autofree char *title = gsnet_words_past_title (event);
  g_autofree char *where = gsnet_words_where (event);
  g_autofree char *outcome = gsnet_words_missed (event);
  g_autofree char *subtitle = gsnet_lines_join (where, outcome);
  g_autofree char *label = g_strdup_printf (_ ("Dismiss: %s"), gsnet_event_get_name (event));

  self->event = g_object_ref (event);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), subtitle);
  gsnet_program_icon_set (self->icon, event);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->dismiss), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  label, -1);
  return GTK_WIDGET (self);
}

GsnetEvent *
gsnet_missed_row_get_event (GsnetMissedRow *self)
{
  return self->event;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include "snet-names.h"

#include "gsnet-lines.h"
#include "gsnet-program-icon.h"
#include "gsnet-turning-box.h"
#include "gsnet-waiting-row.h"
#include "gsnet-words.h"

struct _GsnetWaitingRow
{
  AdwActionRow parent_instance;

  GtkImage *icon;

  GsnetEvent *event;
};

G_DEFINE_FINAL_TYPE (GsnetWaitingRow, gsnet_waiting_row, ADW_TYPE_ACTION_ROW)

enum
{
  ANSWERED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
details_clicked_cb (GsnetWaitingRow *self)
{
  g_signal_emit (self, signals[ANSWERED], 0, NULL);
}

static void
deny_clicked_cb (GsnetWaitingRow *self)
{
  g_signal_emit (self, signals[ANSWERED], 0, SNET_VERDICT_WORD_DENY);
}

static void
allow_clicked_cb (GsnetWaitingRow *self)
{
  g_signal_emit (self, signals[ANSWERED], 0, SNET_VERDICT_WORD_ALLOW);
}

static void
gsnet_waiting_row_dispose (GObject *object)
{
  g_clear_object (&GSNET_WAITING_ROW (object)->event);

  G_OBJECT_CLASS (gsnet_waiting_row_parent_class)->dispose (object);
}

static void
gsnet_waiting_row_class_init (GsnetWaitingRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gsnet_waiting_row_dispose;

  signals[ANSWERED] = g_signal_new ("answered", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                    NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  g_type_ensure (GSNET_TYPE_TURNING_BOX);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/snet/Gsnet/gsnet-waiting-row.ui");
  gtk_widget_class_bind_template_child (widget_class, GsnetWaitingRow, icon);
  gtk_widget_class_bind_template_callback (widget_class, details_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, deny_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, allow_clicked_cb);
}

static void
gsnet_waiting_row_init (GsnetWaitingRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
gsnet_waiting_row_new (GsnetEvent *event)
{
  GsnetWaitingRow *self = g_object_new (GSNET_TYPE_WAITING_ROW, NULL);
  g_autofree char *title = gsnet_words_title (event);
  g_autofree char *where = gsnet_words_where (event);
  g_autofree char *program = gsnet_event_dup_visible (event, SNET_KEY_PROGRAM);
  g_autofree char *subtitle = gsnet_lines_join (where, program);

  self->event = g_object_ref (event);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), subtitle);
  gsnet_program_icon_set (self->icon, event);
  return GTK_WIDGET (self);
}

GsnetEvent *
gsnet_waiting_row_get_event (GsnetWaitingRow *self)
{
  return self->event;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include "gsnet-log-page.h"
#include "gsnet-log.h"
#include "gsnet-pill.h"
#include "gsnet-state-view.h"

struct _GsnetLogPage
{
  AdwBin parent_instance;

  GsnetStateView *view;
  GtkScrolledWindow *scrolled;
  GtkNoSelection *selection;

  GsnetLog *log;
};

G_DEFINE_FINAL_TYPE (GsnetLogPage, gsnet_log_page, ADW_TYPE_BIN)

/* Reads on before the end is in sight, so that scrolling does not stop. */
static void
scrolled_cb (GsnetLogPage *self)
{
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (self->scrolled);
  double value = gtk_adjustment_get_value (adjustment);
  double page = gtk_adjustment_get_page_size (adjustment);

  if (value + 2 * page >= gtk_adjustment_get_upper (adjustment))
    gsnet_log_load_older (self->log);
  else if (value <= gtk_adjustment_get_lower (adjustment))
    gsnet_log_rewind (self->log);
}

static void
log_failed_cb (GsnetLogPage *self, const GError *error)
{
  gsnet_state_view_set_problem (self->view, error);
}

static void
gsnet_log_page_dispose (GObject *object)
{
  g_clear_object (&GSNET_LOG_PAGE (object)->log);

  G_OBJECT_CLASS (gsnet_log_page_parent_class)->dispose (object);
}

static void
gsnet_log_page_class_init (GsnetLogPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gsnet_log_page_dispose;

  g_type_ensure (GSNET_TYPE_STATE_VIEW);
  g_type_ensure (GSNET_TYPE_PILL);
  g_type_ensure (GSNET_TYPE_EVENT);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/snet/Gsnet/gsnet-log-page.ui");
  gtk_widget_class_bind_template_child (widget_class, GsnetLogPage, view);
  gtk_widget_class_bind_template_child (widget_class, GsnetLogPage, scrolled);
  gtk_widget_class_bind_template_child (widget_class, GsnetLogPage, selection);
}

static void
gsnet_log_page_init (GsnetLogPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
gsnet_log_page_bind (GsnetLogPage *self, GsnetClient *client)
{
  GListModel *model;

  self->log = gsnet_log_new (client);
  model = gsnet_log_get_model (self->log);
  g_signal_connect_object (self->log, "failed", G_CALLBACK (log_failed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (gtk_scrolled_window_get_vadjustment (self->scrolled), "value-changed",
                           G_CALLBACK (scrolled_cb), self, G_CONNECT_SWAPPED);
  gtk_no_selection_set_model (self->selection, model);
  gsnet_state_view_bind (self->view, client, model);
}

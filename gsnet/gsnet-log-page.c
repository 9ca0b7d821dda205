// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "snet-names.h"

#include "gsnet-log-bar.h"
#include "gsnet-log-page.h"
#include "gsnet-log.h"
#include "gsnet-pill.h"
#include "gsnet-state-view.h"
#include "gsnet-words-past.h"

struct _GsnetLogPage
{
  AdwBin parent_instance;

  GsnetLogBar *bar;
  GsnetStateView *view;
  GtkScrolledWindow *scrolled;
  GtkSingleSelection *selection;
  GtkActionBar *entry_bar;
  GtkLabel *entry_label;

  GsnetLogFilter *filter;
  GsnetLog *log;
};

G_DEFINE_FINAL_TYPE (GsnetLogPage, gsnet_log_page, ADW_TYPE_BIN)

enum
{
  WHY,
  MAKE_RULE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static GsnetEvent *
get_selected (GsnetLogPage *self)
{
  return gtk_single_selection_get_selected_item (self->selection);
}

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
log_read_cb (GsnetLogPage *self, const GError *error)
{
  gsnet_state_view_set_problem (self->view, error);
}

/* That there is nothing has another reason when something is looked for. */
static void
filter_changed_cb (GsnetLogPage *self)
{
  if (gsnet_log_filter_is_empty (self->filter))
    g_object_set (self->view, "empty-icon", "document-open-recent-symbolic", "empty-title",
                  _ ("Nothing Logged Yet"), "empty-description",
                  _ ("Each decision about a program of yours is written here: by you, by a rule, "
                     "or by the default policy."),
                  NULL);
  else
    g_object_set (self->view, "empty-icon", "system-search-symbolic", "empty-title",
                  _ ("No Results Found"), "empty-description",
                  _ ("Nothing in the log is what is searched for."), NULL);
}

static void
selection_changed_cb (GsnetLogPage *self)
{
  GsnetEvent *event = get_selected (self);
  g_autofree char *title = event ? gsnet_words_past_title (event) : NULL;
  const gboolean has_program = event && gsnet_event_get_raw (event, SNET_KEY_PROGRAM);
  const gboolean has_destination = event && gsnet_event_get_raw (event, SNET_KEY_REMOTE_ADDRESS);

  gtk_label_set_label (self->entry_label, title ? title : "");
  gtk_action_bar_set_revealed (self->entry_bar, event != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "log.why", event != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "log.make-rule", event != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "log.program", has_program);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "log.destination", has_destination);
}

static void
row_activated_cb (GsnetLogPage *self, guint position)
{
  gtk_single_selection_set_selected (self->selection, position);
  gtk_widget_activate_action (GTK_WIDGET (self), "log.why", NULL);
}

static void
why_action_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  g_signal_emit (widget, signals[WHY], 0, get_selected (GSNET_LOG_PAGE (widget)));
}

static void
make_rule_action_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  g_signal_emit (widget, signals[MAKE_RULE], 0, get_selected (GSNET_LOG_PAGE (widget)));
}

static void
filter_by (GsnetLogPage *self, const char *key)
{
  g_autoptr (GsnetEvent) event = g_object_ref (get_selected (self));

  gsnet_log_filter_set_text (self->filter, key, gsnet_event_get_raw (event, key));
}

static void
program_action_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  filter_by (GSNET_LOG_PAGE (widget), SNET_KEY_PROGRAM);
}

/* By its name, as an address can be another one tomorrow. */
static void
destination_action_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  GsnetEvent *event = get_selected (GSNET_LOG_PAGE (widget));

  filter_by (GSNET_LOG_PAGE (widget), gsnet_event_get_raw (event, SNET_KEY_REMOTE_HOST)
                                        ? SNET_KEY_REMOTE_HOST
                                        : SNET_KEY_REMOTE_ADDRESS);
}

static void
gsnet_log_page_dispose (GObject *object)
{
  g_clear_object (&GSNET_LOG_PAGE (object)->log);
  g_clear_object (&GSNET_LOG_PAGE (object)->filter);

  G_OBJECT_CLASS (gsnet_log_page_parent_class)->dispose (object);
}

static void
gsnet_log_page_class_init (GsnetLogPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gsnet_log_page_dispose;

  signals[WHY] = g_signal_new ("why", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                               GSNET_TYPE_EVENT);
  signals[MAKE_RULE] = g_signal_new ("make-rule", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 1, GSNET_TYPE_EVENT);

  g_type_ensure (GSNET_TYPE_LOG_BAR);
  g_type_ensure (GSNET_TYPE_STATE_VIEW);
  g_type_ensure (GSNET_TYPE_PILL);
  g_type_ensure (GSNET_TYPE_EVENT);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/snet/Gsnet/gsnet-log-page.ui");
  gtk_widget_class_bind_template_child (widget_class, GsnetLogPage, bar);
  gtk_widget_class_bind_template_child (widget_class, GsnetLogPage, view);
  gtk_widget_class_bind_template_child (widget_class, GsnetLogPage, scrolled);
  gtk_widget_class_bind_template_child (widget_class, GsnetLogPage, selection);
  gtk_widget_class_bind_template_child (widget_class, GsnetLogPage, entry_bar);
  gtk_widget_class_bind_template_child (widget_class, GsnetLogPage, entry_label);
  gtk_widget_class_bind_template_callback (widget_class, selection_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  gtk_widget_class_install_action (widget_class, "log.why", NULL, why_action_cb);
  gtk_widget_class_install_action (widget_class, "log.make-rule", NULL, make_rule_action_cb);
  gtk_widget_class_install_action (widget_class, "log.program", NULL, program_action_cb);
  gtk_widget_class_install_action (widget_class, "log.destination", NULL, destination_action_cb);
}

static void
gsnet_log_page_init (GsnetLogPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->filter = gsnet_log_filter_new ();
  gsnet_log_bar_bind (self->bar, self->filter);
  g_signal_connect_object (self->filter, "changed", G_CALLBACK (filter_changed_cb), self,
                           G_CONNECT_SWAPPED);
  filter_changed_cb (self);
}

void
gsnet_log_page_bind (GsnetLogPage *self, GsnetClient *client)
{
  GListModel *model;

  self->log = gsnet_log_new (client, self->filter);
  model = gsnet_log_get_model (self->log);
  g_signal_connect_object (self->log, "read", G_CALLBACK (log_read_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (gtk_scrolled_window_get_vadjustment (self->scrolled), "value-changed",
                           G_CALLBACK (scrolled_cb), self, G_CONNECT_SWAPPED);
  gtk_single_selection_set_model (self->selection, model);
  gsnet_state_view_bind (self->view, client, model);
  selection_changed_cb (self);
}

void
gsnet_log_page_search (GsnetLogPage *self)
{
  gsnet_log_bar_search (self->bar);
}

void
gsnet_log_page_show (GsnetLogPage *self, GVariant *filter)
{
  gsnet_log_filter_replace (self->filter, filter);
}

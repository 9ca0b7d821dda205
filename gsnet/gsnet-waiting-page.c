// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "snet-names.h"

#include "gsnet-missed-row.h"
#include "gsnet-missed.h"
#include "gsnet-state-view.h"
#include "gsnet-waiting-page.h"
#include "gsnet-waiting-row.h"
#include "gsnet-words.h"

/* Long enough to see that the rows have moved, short enough not to be in the way. */
#define SETTLE_MS 500

struct _GsnetWaitingPage
{
  AdwBin parent_instance;

  GsnetStateView *view;
  AdwPreferencesGroup *waiting_group;
  GtkListBox *list;
  AdwPreferencesGroup *missed_group;
  GtkListBox *missed_list;

  GsnetClient *client;
  GsnetMissed *missed;
  guint settle_id;
};

G_DEFINE_FINAL_TYPE (GsnetWaitingPage, gsnet_waiting_page, ADW_TYPE_BIN)

enum
{
  DETAILS,
  MAKE_RULE,
  PROBLEM,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
verdict_done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GsnetWaitingPage) self = GSNET_WAITING_PAGE (data);
  g_autoptr (GError) error = NULL;
  g_autofree char *words = NULL;

  if (gsnet_client_verdict_finish (GSNET_CLIENT (source), result, &error))
    return;
  words = gsnet_words_error (error);
  g_signal_emit (self, signals[PROBLEM], 0, words);
}

static void
row_answered_cb (GsnetWaitingPage *self, const char *verdict, GsnetWaitingRow *row)
{
  GsnetEvent *event = gsnet_waiting_row_get_event (row);

  if (!verdict)
    g_signal_emit (self, signals[DETAILS], 0, event);
  else
    gsnet_client_verdict_async (self->client, gsnet_event_get_id (event), verdict, NULL,
                                verdict_done_cb, g_object_ref (self));
}

static GtkWidget *
create_row_cb (gpointer item, gpointer data)
{
  GtkWidget *row = gsnet_waiting_row_new (GSNET_EVENT (item));

  g_signal_connect_object (row, "answered", G_CALLBACK (row_answered_cb), data, G_CONNECT_SWAPPED);
  return row;
}

static void
row_dismissed_cb (GsnetWaitingPage *self, GsnetMissedRow *row)
{
  gsnet_missed_dismiss (self->missed, gsnet_missed_row_get_event (row));
}

static void
row_make_rule_cb (GsnetWaitingPage *self, GsnetMissedRow *row)
{
  g_signal_emit (self, signals[MAKE_RULE], 0, gsnet_missed_row_get_event (row));
}

static GtkWidget *
create_missed_row_cb (gpointer item, gpointer data)
{
  GtkWidget *row = gsnet_missed_row_new (GSNET_EVENT (item));

  g_signal_connect_object (row, "dismissed", G_CALLBACK (row_dismissed_cb), data,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (row, "make-rule", G_CALLBACK (row_make_rule_cb), data,
                           G_CONNECT_SWAPPED);
  return row;
}

static void
dismiss_all_clicked_cb (GsnetWaitingPage *self)
{
  gsnet_missed_dismiss_all (self->missed);
}

static void
missed_problem_cb (GsnetWaitingPage *self, const char *text)
{
  g_signal_emit (self, signals[PROBLEM], 0, text);
}

static void
show_groups (GsnetWaitingPage *self)
{
  GListModel *waiting = gsnet_client_get_waiting (self->client);
  GListModel *missed = gsnet_missed_get_model (self->missed);

  gtk_widget_set_visible (GTK_WIDGET (self->waiting_group), g_list_model_get_n_items (waiting) > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->missed_group), g_list_model_get_n_items (missed) > 0);
}

/* That nothing waits has another reason in each mode. */
static void
show_mode (GsnetWaitingPage *self)
{
  const char *mode = gsnet_client_get_mode (self->client);
  g_autofree char *sentence =
    gsnet_words_mode_sentence (mode, gsnet_client_get_mode_until (self->client));
  g_autofree char *icon = NULL;

  if (sentence)
    icon = g_strdup_printf ("org.snet.Gsnet-%s-symbolic", mode);
  g_object_set (self->view, "empty-icon", icon ? icon : "org.snet.Gsnet-symbolic",
                "empty-description",
                sentence ? sentence
                         : _ ("A program that wants to use the network, and that no rule decides, "
                              "is held and appears here."),
                NULL);
}

static gboolean
settled_cb (gpointer data)
{
  GsnetWaitingPage *self = GSNET_WAITING_PAGE (data);

  self->settle_id = 0;
  gtk_widget_set_sensitive (GTK_WIDGET (self->list), TRUE);
  return G_SOURCE_REMOVE;
}

/*
 * When a row goes, those below it move up, under a pointer that may be about to
 * click. And a first row appears where another window had the user's attention.
 */
static void
items_changed_cb (GsnetWaitingPage *self, guint position, guint removed, guint added)
{
  guint n_items = g_list_model_get_n_items (gsnet_client_get_waiting (self->client));

  if (removed <= added && n_items > added)
    return;
  gtk_widget_set_sensitive (GTK_WIDGET (self->list), FALSE);
  g_clear_handle_id (&self->settle_id, g_source_remove);
  self->settle_id = g_timeout_add (SETTLE_MS, settled_cb, self);
}

static void
gsnet_waiting_page_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (gsnet_waiting_page_parent_class)->map (widget);

  gsnet_missed_refresh (GSNET_WAITING_PAGE (widget)->missed);
}

static void
gsnet_waiting_page_dispose (GObject *object)
{
  GsnetWaitingPage *self = GSNET_WAITING_PAGE (object);

  g_clear_handle_id (&self->settle_id, g_source_remove);
  if (self->list)
    gtk_list_box_bind_model (self->list, NULL, NULL, NULL, NULL);
  if (self->missed_list)
    gtk_list_box_bind_model (self->missed_list, NULL, NULL, NULL, NULL);
  self->list = NULL;
  self->missed_list = NULL;
  g_clear_object (&self->missed);
  g_clear_object (&self->client);

  G_OBJECT_CLASS (gsnet_waiting_page_parent_class)->dispose (object);
}

static void
gsnet_waiting_page_class_init (GsnetWaitingPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gsnet_waiting_page_dispose;
  widget_class->map = gsnet_waiting_page_map;

  signals[DETAILS] = g_signal_new ("details", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, GSNET_TYPE_EVENT);
  signals[MAKE_RULE] = g_signal_new ("make-rule", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 1, GSNET_TYPE_EVENT);
  signals[PROBLEM] = g_signal_new ("problem", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, G_TYPE_STRING);

  g_type_ensure (GSNET_TYPE_STATE_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/snet/Gsnet/gsnet-waiting-page.ui");
  gtk_widget_class_bind_template_child (widget_class, GsnetWaitingPage, view);
  gtk_widget_class_bind_template_child (widget_class, GsnetWaitingPage, waiting_group);
  gtk_widget_class_bind_template_child (widget_class, GsnetWaitingPage, list);
  gtk_widget_class_bind_template_child (widget_class, GsnetWaitingPage, missed_group);
  gtk_widget_class_bind_template_child (widget_class, GsnetWaitingPage, missed_list);
  gtk_widget_class_bind_template_callback (widget_class, dismiss_all_clicked_cb);
}

static void
gsnet_waiting_page_init (GsnetWaitingPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
gsnet_waiting_page_bind (GsnetWaitingPage *self, GsnetClient *client)
{
  GListModel *waiting = gsnet_client_get_waiting (client);
  GListStore *models = g_list_store_new (G_TYPE_LIST_MODEL);
  g_autoptr (GtkFlattenListModel) both = NULL;
  GListModel *missed;

  self->client = g_object_ref (client);
  self->missed = gsnet_missed_new (client);
  missed = gsnet_missed_get_model (self->missed);
  g_list_store_append (models, waiting);
  g_list_store_append (models, missed);
  both = gtk_flatten_list_model_new (G_LIST_MODEL (models));
  gsnet_state_view_bind (self->view, client, G_LIST_MODEL (both));
  gtk_list_box_bind_model (self->list, waiting, create_row_cb, self, NULL);
  gtk_list_box_bind_model (self->missed_list, missed, create_missed_row_cb, self, NULL);
  g_signal_connect_object (waiting, "items-changed", G_CALLBACK (items_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (both, "items-changed", G_CALLBACK (show_groups), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->missed, "problem", G_CALLBACK (missed_problem_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (client, "notify::mode", G_CALLBACK (show_mode), self, G_CONNECT_SWAPPED);
  show_groups (self);
  show_mode (self);
}

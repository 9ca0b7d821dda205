// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>
#include <gtk/gtk.h>
#ifdef GDK_WINDOWING_X11
#include <gdk/x11/gdkx.h>
#endif

#include "snet-names.h"

#include "gsnet-arming.h"
#include "gsnet-countdown.h"
#include "gsnet-program-icon.h"
#include "gsnet-prompt-window.h"
#include "gsnet-window.h"
#include "gsnet-words.h"

/* How long the reason stays readable when nothing waits any more. */
#define SETTLED_MS 4000

struct _GsnetPromptWindow
{
  AdwWindow parent_instance;

  AdwWindowTitle *title;
  GtkButton *previous;
  GtkButton *next;
  GtkStack *stack;
  GtkImage *icon;
  GtkLabel *sentence;
  GtkLabel *path;
  GtkLabel *news;
  GtkLabel *problem;
  GsnetCountdown *countdown;
  GtkButton *details;
  GtkButton *deny;
  GtkButton *allow;
  AdwStatusPage *settled;

  GsnetClient *client;
  GListModel *waiting;
  GsnetEvent *event; /* that is shown */
  guint position;    /* where it is, or was, among what waits */
  guint64 answering; /* the last one that was answered here */
  GsnetArming *arming;
  guint settled_id;
};

G_DEFINE_FINAL_TYPE (GsnetPromptWindow, gsnet_prompt_window, ADW_TYPE_WINDOW)

enum
{
  DETAILS,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
show_text (GtkLabel *label, const char *text)
{
  gtk_label_set_label (label, text ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (label), text != NULL);
}

/* Where the event is among the others; they come and go. */
static void
update_position (GsnetPromptWindow *self)
{
  const guint n = g_list_model_get_n_items (self->waiting);
  g_autofree char *subtitle = NULL;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GsnetEvent) event = g_list_model_get_item (self->waiting, i);

      if (gsnet_event_get_id (event) == gsnet_event_get_id (self->event))
        self->position = i;
    }
  /* Translators: the number of the request that is shown, and how many there are */
  subtitle = n > 1 ? g_strdup_printf (_ ("%u of %u"), MIN (self->position + 1, n), n) : NULL;
  adw_window_title_set_subtitle (self->title, subtitle ? subtitle : "");
  gtk_widget_set_visible (GTK_WIDGET (self->previous), n > 1);
  gtk_widget_set_visible (GTK_WIDGET (self->next), n > 1);
  gtk_widget_set_sensitive (GTK_WIDGET (self->previous), self->position > 0);
  gtk_widget_set_sensitive (GTK_WIDGET (self->next), self->position + 1 < n);
}

static void
show_event (GsnetPromptWindow *self, GsnetEvent *event)
{
  g_autofree char *sentence = gsnet_words_sentence (event);
  g_autofree char *path = gsnet_event_dup_visible (event, SNET_KEY_PROGRAM);

  g_set_object (&self->event, event);
  gsnet_program_icon_set (self->icon, event);
  gtk_label_set_label (self->sentence, sentence);
  gtk_label_set_label (self->path, path ? path : _ ("It is not known which program file this is."));
  show_text (self->problem, NULL);
  gsnet_countdown_set (self->countdown, self->client, event);
  gsnet_arming_block (self->arming, FALSE);
  update_position (self);
  gsnet_window_fit (GTK_WINDOW (self));
}

static void
show_at (GsnetPromptWindow *self, guint position)
{
  g_autoptr (GsnetEvent) event = g_list_model_get_item (self->waiting, position);

  if (event)
    show_event (self, event);
}

static void
previous_clicked_cb (GsnetPromptWindow *self)
{
  show_text (self->news, NULL);
  if (self->position > 0)
    show_at (self, self->position - 1);
}

static void
next_clicked_cb (GsnetPromptWindow *self)
{
  show_text (self->news, NULL);
  show_at (self, self->position + 1);
}

static void
details_clicked_cb (GsnetPromptWindow *self)
{
  g_signal_emit (self, signals[DETAILS], 0, self->event);
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GsnetPromptWindow) self = GSNET_PROMPT_WINDOW (data);
  g_autoptr (GError) error = NULL;
  g_autofree char *words = NULL;

  if (gsnet_client_verdict_finish (GSNET_CLIENT (source), result, &error))
    return;
  /* Closed in the meantime, or it waits no more, and the next one is shown. */
  if (!self->client || self->settled_id || gsnet_event_get_id (self->event) != self->answering)
    return;
  words = gsnet_words_error (error);
  show_text (self->problem, words);
  gsnet_window_fit (GTK_WINDOW (self));
  gsnet_arming_block (self->arming, FALSE);
}

static void
answer (GsnetPromptWindow *self, const char *verdict)
{
  self->answering = gsnet_event_get_id (self->event);
  gsnet_arming_block (self->arming, TRUE);
  show_text (self->problem, NULL);
  show_text (self->news, NULL);
  gsnet_client_verdict_async (self->client, gsnet_event_get_id (self->event), verdict, NULL,
                              answered_cb, g_object_ref (self));
}

static void
deny_clicked_cb (GsnetPromptWindow *self)
{
  answer (self, SNET_VERDICT_WORD_DENY);
}

static void
allow_clicked_cb (GsnetPromptWindow *self)
{
  answer (self, SNET_VERDICT_WORD_ALLOW);
}

static gboolean
settled_over_cb (gpointer data)
{
  GsnetPromptWindow *self = GSNET_PROMPT_WINDOW (data);

  self->settled_id = 0;
  gtk_window_destroy (GTK_WINDOW (self));
  return G_SOURCE_REMOVE;
}

/* Nothing waits any more. */
static void
settle (GsnetPromptWindow *self, const char *what)
{
  if (!what)
    {
      gtk_window_destroy (GTK_WINDOW (self));
      return;
    }
  gsnet_arming_block (self->arming, TRUE);
  gsnet_countdown_set (self->countdown, NULL, NULL);
  adw_status_page_set_description (self->settled, what);
  gtk_stack_set_visible_child_name (self->stack, "settled");
  self->settled_id = g_timeout_add (SETTLED_MS, settled_over_cb, self);
}

/* What became of what was shown; NULL: an answer, which needs no words. */
static char *
say_what_happened (GsnetPromptWindow *self, GsnetEvent *event, const char *reason)
{
  if (g_strcmp0 (reason, "answered") == 0)
    return NULL;
  return g_strdup (gsnet_words_withdrawn (reason, gsnet_client_get_policy (self->client)));
}

static void
client_withdrawn_cb (GsnetPromptWindow *self, GsnetEvent *event, const char *reason)
{
  const guint n = g_list_model_get_n_items (self->waiting);
  g_autofree char *what = NULL;

  if (self->settled_id || gsnet_event_get_id (event) != gsnet_event_get_id (self->event))
    return;
  what = say_what_happened (self, event, reason);
  if (n == 0)
    {
      settle (self, what);
      return;
    }
  if (what)
    {
      /* Translators: the name of a program, then what became of its request */
      g_autofree char *news =
        g_strdup_printf (_ ("%s before: %s"), gsnet_event_get_name (event), what);
      show_text (self->news, news);
    }
  show_at (self, MIN (self->position, n - 1));
}

/* One has come, or gone; what is shown may be told again, and another object then. */
static void
items_changed_cb (GsnetPromptWindow *self)
{
  GsnetEvent *event = gsnet_client_lookup (self->client, gsnet_event_get_id (self->event));

  if (event && event != self->event)
    {
      g_set_object (&self->event, event);
      gsnet_countdown_set (self->countdown, self->client, event);
    }
  update_position (self);
}

/* While the last words are read. */
static void
client_asked_cb (GsnetPromptWindow *self, GsnetEvent *event)
{
  if (!self->settled_id)
    return;
  g_clear_handle_id (&self->settled_id, g_source_remove);
  gtk_stack_set_visible_child_name (self->stack, "question");
  show_text (self->news, NULL);
  show_event (self, event);
}

static void
gsnet_prompt_window_dispose (GObject *object)
{
  GsnetPromptWindow *self = GSNET_PROMPT_WINDOW (object);

  g_clear_handle_id (&self->settled_id, g_source_remove);
  if (self->client)
    {
      g_signal_handlers_disconnect_by_data (self->client, self);
      g_signal_handlers_disconnect_by_data (self->waiting, self);
    }
  g_clear_object (&self->client);
  g_clear_object (&self->waiting);
  g_clear_object (&self->event);
  g_clear_object (&self->arming);

  G_OBJECT_CLASS (gsnet_prompt_window_parent_class)->dispose (object);
}

#define BIND(child) gtk_widget_class_bind_template_child (widget_class, GsnetPromptWindow, child)

static void
gsnet_prompt_window_class_init (GsnetPromptWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gsnet_prompt_window_dispose;

  signals[DETAILS] = g_signal_new ("details", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 1, GSNET_TYPE_EVENT);

  g_type_ensure (GSNET_TYPE_COUNTDOWN);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/snet/Gsnet/gsnet-prompt-window.ui");
  BIND (title);
  BIND (previous);
  BIND (next);
  BIND (stack);
  BIND (icon);
  BIND (sentence);
  BIND (path);
  BIND (news);
  BIND (problem);
  BIND (countdown);
  BIND (details);
  BIND (deny);
  BIND (allow);
  BIND (settled);
  gtk_widget_class_bind_template_callback (widget_class, previous_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, next_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, details_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, deny_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, allow_clicked_cb);

  gsnet_window_class_close_by_keys (widget_class);
}

static void
gsnet_prompt_window_init (GsnetPromptWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->arming = gsnet_arming_new (GTK_WINDOW (self), GTK_WIDGET (self->sentence));
  gsnet_arming_add (self->arming, GTK_WIDGET (self->details));
  gsnet_arming_add (self->arming, GTK_WIDGET (self->deny));
  gsnet_arming_add (self->arming, GTK_WIDGET (self->allow));
}

GsnetPromptWindow *
gsnet_prompt_window_new (GtkApplication *application, GsnetClient *client)
{
  GsnetPromptWindow *self =
    g_object_new (GSNET_TYPE_PROMPT_WINDOW, "application", application, NULL);

  self->client = g_object_ref (client);
  self->waiting = g_object_ref (gsnet_client_get_waiting (client));
  g_signal_connect_object (self->waiting, "items-changed", G_CALLBACK (items_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (client, "withdrawn", G_CALLBACK (client_withdrawn_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (client, "asked", G_CALLBACK (client_asked_cb), self, G_CONNECT_SWAPPED);
  show_at (self, 0);
  return self;
}

/*
 * On X11 a window that says that nobody has asked for it gets no focus. Wayland gives it to none
 * that has no token of a click. Where it gets it all the same, see gsnet-arming.h.
 */
void
gsnet_prompt_window_pop_up (GsnetPromptWindow *self)
{
#ifdef GDK_WINDOWING_X11
  GdkSurface *surface;
#endif

  if (gtk_widget_get_visible (GTK_WIDGET (self)))
    return;
  gtk_widget_realize (GTK_WIDGET (self));
#ifdef GDK_WINDOWING_X11
  surface = gtk_native_get_surface (GTK_NATIVE (self));
  if (GDK_IS_X11_SURFACE (surface))
    gdk_x11_surface_set_user_time (surface, 0);
#endif
  gtk_widget_set_visible (GTK_WIDGET (self), TRUE);
}

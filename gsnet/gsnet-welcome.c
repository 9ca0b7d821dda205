// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "snet-names.h"

#include "gsnet-starter-page.h"
#include "gsnet-welcome.h"
#include "gsnet-window.h"
#include "gsnet-words.h"

struct _GsnetWelcome
{
  AdwWindow parent_instance;

  AdwToastOverlay *toasts;
  GtkStack *stack;
  GtkWidget *asking_page;
  GsnetStarterPage *starter_page;
  GtkWidget *learning_page;
  AdwActionRow *policy_row;
  AdwActionRow *learn_row;
  GtkCheckButton *learn;
  GtkButton *back;
  GtkButton *skip;
  GtkButton *next;
  GtkLabel *next_label;

  GsnetClient *client;
  GsnetLearning *learning;
  gboolean busy;
};

G_DEFINE_FINAL_TYPE (GsnetWelcome, gsnet_welcome, ADW_TYPE_WINDOW)

static gboolean
shows (GsnetWelcome *self, gpointer page)
{
  return gtk_stack_get_visible_child (self->stack) == page;
}

/* The button says what it does, above all where polkit follows. */
static char *
say_next (GsnetWelcome *self)
{
  guint n = gsnet_starter_page_count_wanted (self->starter_page);

  if (shows (self, self->learning_page))
    return g_strdup (_ ("_Finish"));
  if (shows (self, self->starter_page) && n > 0)
    return g_strdup_printf (ngettext ("_Add %u Rule", "_Add %u Rules", n), n);
  return g_strdup (_ ("_Next"));
}

static void
update (GsnetWelcome *self)
{
  g_autofree char *label = say_next (self);
  guint n = gsnet_starter_page_count_wanted (self->starter_page);

  gtk_label_set_label (self->next_label, label);
  gtk_widget_set_sensitive (GTK_WIDGET (self->stack), !self->busy);
  gtk_widget_set_sensitive (GTK_WIDGET (self->next), !self->busy);
  gtk_widget_set_sensitive (GTK_WIDGET (self->skip), !self->busy);
  gtk_widget_set_visible (GTK_WIDGET (self->skip), shows (self, self->starter_page) && n > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->back), !shows (self, self->asking_page));
}

static void
show_page (GsnetWelcome *self, gpointer page)
{
  gsnet_window_dismiss_problem (self->toasts);
  gtk_stack_set_visible_child (self->stack, page);
  update (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->next));
}

/* Stays until it has been read, or the page is another one. */
static void
show_problem (GsnetWelcome *self, const GError *error)
{
  g_autofree char *words = gsnet_words_error (error);

  gsnet_window_show_problem (self->toasts, words);
}

static void
set_busy (GsnetWelcome *self, gboolean busy)
{
  self->busy = busy;
  if (busy)
    gsnet_window_dismiss_problem (self->toasts);
  update (self);
}

static void
added_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GsnetWelcome) self = GSNET_WELCOME (data);
  g_autoptr (GError) error = NULL;
  gboolean added = gsnet_starter_page_add_finish (GSNET_STARTER_PAGE (source), result, &error);

  /* The window may have been closed while polkit asked. */
  if (!self->client)
    return;
  set_busy (self, FALSE);
  if (added)
    show_page (self, self->learning_page);
  else
    show_problem (self, error);
}

static void
begun_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GsnetWelcome) self = GSNET_WELCOME (data);
  g_autoptr (GError) error = NULL;
  gboolean begun = gsnet_learning_begin_finish (GSNET_LEARNING (source), result, &error);

  if (!self->client)
    return;
  set_busy (self, FALSE);
  if (begun)
    gtk_window_close (GTK_WINDOW (self));
  else
    show_problem (self, error);
}

static void
finish (GsnetWelcome *self)
{
  if (!gtk_check_button_get_active (self->learn) ||
      !gtk_widget_get_sensitive (GTK_WIDGET (self->learn_row)))
    {
      gtk_window_close (GTK_WINDOW (self));
      return;
    }
  set_busy (self, TRUE);
  gsnet_learning_begin_async (self->learning, begun_cb, g_object_ref (self));
}

static void
next_clicked_cb (GsnetWelcome *self)
{
  if (shows (self, self->asking_page))
    show_page (self, self->starter_page);
  else if (shows (self, self->learning_page))
    finish (self);
  else if (gsnet_starter_page_count_wanted (self->starter_page) == 0)
    show_page (self, self->learning_page);
  else
    {
      set_busy (self, TRUE);
      gsnet_starter_page_add_async (self->starter_page, added_cb, g_object_ref (self));
    }
}

static void
skip_clicked_cb (GsnetWelcome *self)
{
  show_page (self, self->learning_page);
}

static void
back_clicked_cb (GsnetWelcome *self)
{
  show_page (self, shows (self, self->learning_page) ? GTK_WIDGET (self->starter_page)
                                                     : self->asking_page);
}

/* What becomes of calls that nobody answers is the machine's own choice. */
static void
show_policy (GsnetWelcome *self)
{
  const char *policy = gsnet_client_get_policy (self->client);
  const char *words;

  if (g_strcmp0 (policy, SNET_VERDICT_WORD_ALLOW) == 0)
    words =
      _ ("The program waits for a while. Then it is allowed this time, and the console keeps a "
         "note of it.");
  else if (g_strcmp0 (policy, SNET_VERDICT_WORD_DENY) == 0)
    words =
      _ ("The program waits for a while. Then it is denied this time, and the console keeps a "
         "note of it.");
  else
    words =
      _ ("The program waits for a while. Then it is decided without you, and the console keeps "
         "a note of it.");
  adw_action_row_set_subtitle (self->policy_row, words);
}

static void
show_mode (GsnetWelcome *self)
{
  const char *mode = gsnet_client_get_mode (self->client);
  gboolean can_learn =
    gsnet_client_is_connected (self->client) && mode && !g_str_equal (mode, SNET_MODE_WORD_MONITOR);

  gtk_widget_set_sensitive (GTK_WIDGET (self->learn_row), can_learn);
}

static void
client_changed_cb (GsnetWelcome *self)
{
  show_policy (self);
  show_mode (self);
}

static void
gsnet_welcome_dispose (GObject *object)
{
  GsnetWelcome *self = GSNET_WELCOME (object);

  g_clear_object (&self->client);
  g_clear_object (&self->learning);

  G_OBJECT_CLASS (gsnet_welcome_parent_class)->dispose (object);
}

static void
gsnet_welcome_class_init (GsnetWelcomeClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gsnet_welcome_dispose;

  g_type_ensure (GSNET_TYPE_STARTER_PAGE);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/snet/Gsnet/gsnet-welcome.ui");
  gtk_widget_class_bind_template_child (widget_class, GsnetWelcome, toasts);
  gtk_widget_class_bind_template_child (widget_class, GsnetWelcome, stack);
  gtk_widget_class_bind_template_child (widget_class, GsnetWelcome, asking_page);
  gtk_widget_class_bind_template_child (widget_class, GsnetWelcome, starter_page);
  gtk_widget_class_bind_template_child (widget_class, GsnetWelcome, learning_page);
  gtk_widget_class_bind_template_child (widget_class, GsnetWelcome, policy_row);
  gtk_widget_class_bind_template_child (widget_class, GsnetWelcome, learn_row);
  gtk_widget_class_bind_template_child (widget_class, GsnetWelcome, learn);
  gtk_widget_class_bind_template_child (widget_class, GsnetWelcome, back);
  gtk_widget_class_bind_template_child (widget_class, GsnetWelcome, skip);
  gtk_widget_class_bind_template_child (widget_class, GsnetWelcome, next);
  gtk_widget_class_bind_template_child (widget_class, GsnetWelcome, next_label);
  gtk_widget_class_bind_template_callback (widget_class, back_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, skip_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, next_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, update);

  gsnet_window_class_close_by_keys (widget_class);
}

static void
gsnet_welcome_init (GsnetWelcome *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GsnetWelcome *
gsnet_welcome_new (GtkApplication *application, GsnetClient *client, GsnetLearning *learning)
{
  GsnetWelcome *self = g_object_new (GSNET_TYPE_WELCOME, "application", application, NULL);

  self->client = g_object_ref (client);
  self->learning = g_object_ref (learning);
  gsnet_starter_page_bind (self->starter_page, client);
  g_signal_connect_object (client, "notify::state", G_CALLBACK (client_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (client, "notify::mode", G_CALLBACK (client_changed_cb), self,
                           G_CONNECT_SWAPPED);
  client_changed_cb (self);
  update (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->next));
  return self;
}

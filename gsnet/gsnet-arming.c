// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include "gsnet-arming.h"

/* Who was typing elsewhere when the window came has noticed it by then. */
#define ARM_MS 700

struct _GsnetArming
{
  GObject parent_instance;

  GtkWindow *window; /* which owns this */
  GPtrArray *controls;
  guint timer;
  gboolean armed;
  gboolean blocked;
};

G_DEFINE_FINAL_TYPE (GsnetArming, gsnet_arming, G_TYPE_OBJECT)

static void
set_armed (GsnetArming *self, gboolean armed)
{
  self->armed = armed;
  for (guint i = 0; i < self->controls->len; i++)
    gtk_widget_set_sensitive (g_ptr_array_index (self->controls, i), armed);
}

static gboolean
arm_cb (gpointer data)
{
  GsnetArming *self = GSNET_ARMING (data);

  self->timer = 0;
  set_armed (self, TRUE);
  return G_SOURCE_REMOVE;
}

void
gsnet_arming_reset (GsnetArming *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  set_armed (self, FALSE);
  if (!self->blocked && gtk_window_is_active (self->window) &&
      gtk_widget_get_mapped (GTK_WIDGET (self->window)))
    self->timer = g_timeout_add (ARM_MS, arm_cb, self);
}

void
gsnet_arming_block (GsnetArming *self, gboolean blocked)
{
  self->blocked = blocked;
  gsnet_arming_reset (self);
}

/* They were meant for another window, or come from somebody who has not stopped to read. */
static gboolean
key_pressed_cb (GsnetArming *self)
{
  if (!self->armed)
    gsnet_arming_reset (self);
  return GDK_EVENT_PROPAGATE;
}

static void
gsnet_arming_dispose (GObject *object)
{
  GsnetArming *self = GSNET_ARMING (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_ptr_array_set_size (self->controls, 0);

  G_OBJECT_CLASS (gsnet_arming_parent_class)->dispose (object);
}

static void
gsnet_arming_finalize (GObject *object)
{
  g_ptr_array_unref (GSNET_ARMING (object)->controls);

  G_OBJECT_CLASS (gsnet_arming_parent_class)->finalize (object);
}

static void
gsnet_arming_class_init (GsnetArmingClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = gsnet_arming_dispose;
  G_OBJECT_CLASS (klass)->finalize = gsnet_arming_finalize;
}

static void
gsnet_arming_init (GsnetArming *self)
{
  self->controls = g_ptr_array_new_with_free_func (g_object_unref);
}

GsnetArming *
gsnet_arming_new (GtkWindow *window, GtkWidget *first)
{
  GsnetArming *self = g_object_new (GSNET_TYPE_ARMING, NULL);
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->window = window;
  gtk_window_set_focus (window, first);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_pressed_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (window), keys);
  g_signal_connect_object (window, "notify::is-active", G_CALLBACK (gsnet_arming_reset), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (window, "map", G_CALLBACK (gsnet_arming_reset), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  return self;
}

void
gsnet_arming_add (GsnetArming *self, GtkWidget *control)
{
  g_ptr_array_add (self->controls, g_object_ref (control));
  gtk_widget_set_sensitive (control, self->armed);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "snet-names.h"

#include "gsnet-countdown.h"

struct _GsnetCountdown
{
  AdwBin parent_instance;

  GtkLabel *label;

  GsnetClient *client;
  GsnetEvent *event;
  GdkToplevel *toplevel; /* while it is mapped */
  guint tick_id;
};

G_DEFINE_FINAL_TYPE (GsnetCountdown, gsnet_countdown, ADW_TYPE_BIN)

static char *
say (const char *policy, guint seconds)
{
  if (seconds == 0)
    return g_strdup (_ ("The time is up"));
  if (g_strcmp0 (policy, SNET_VERDICT_WORD_ALLOW) == 0)
    return g_strdup_printf (_ ("Allowed by itself in %u s"), seconds);
  if (g_strcmp0 (policy, SNET_VERDICT_WORD_DENY) == 0)
    return g_strdup_printf (_ ("Denied by itself in %u s"), seconds);
  return g_strdup_printf (_ ("Waits for %u s more"), seconds);
}

/* FALSE: there is nothing more to count. */
static gboolean
show_left (GsnetCountdown *self)
{
  const gint64 left = gsnet_event_get_deadline (self->event) - g_get_real_time ();
  const guint seconds = left > 0 ? (guint)((left + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC) : 0;
  g_autofree char *text = say (gsnet_client_get_policy (self->client), seconds);

  gtk_label_set_label (self->label, text);
  return seconds > 0;
}

static gboolean
tick_cb (gpointer data)
{
  GsnetCountdown *self = GSNET_COUNTDOWN (data);

  if (show_left (self))
    return G_SOURCE_CONTINUE;
  self->tick_id = 0;
  return G_SOURCE_REMOVE;
}

static gboolean
can_be_seen (GsnetCountdown *self)
{
  return self->toplevel &&
         !(gdk_toplevel_get_state (self->toplevel) & GDK_TOPLEVEL_STATE_MINIMIZED);
}

static void
update (GsnetCountdown *self)
{
  g_clear_handle_id (&self->tick_id, g_source_remove);
  if (!self->event || gsnet_event_get_deadline (self->event) == 0)
    gtk_label_set_label (self->label, "");
  else if (can_be_seen (self) && show_left (self))
    self->tick_id = g_timeout_add_seconds (1, tick_cb, self);
}

static void
gsnet_countdown_map (GtkWidget *widget)
{
  GsnetCountdown *self = GSNET_COUNTDOWN (widget);
  GdkSurface *surface;

  GTK_WIDGET_CLASS (gsnet_countdown_parent_class)->map (widget);

  surface = gtk_native_get_surface (gtk_widget_get_native (widget));
  if (GDK_IS_TOPLEVEL (surface))
    {
      self->toplevel = GDK_TOPLEVEL (g_object_ref (surface));
      g_signal_connect_object (surface, "notify::state", G_CALLBACK (update), self,
                               G_CONNECT_SWAPPED);
    }
  update (self);
}

static void
leave_toplevel (GsnetCountdown *self)
{
  if (self->toplevel)
    g_signal_handlers_disconnect_by_data (self->toplevel, self);
  g_clear_object (&self->toplevel);
}

static void
gsnet_countdown_unmap (GtkWidget *widget)
{
  GsnetCountdown *self = GSNET_COUNTDOWN (widget);

  leave_toplevel (self);
  update (self);

  GTK_WIDGET_CLASS (gsnet_countdown_parent_class)->unmap (widget);
}

static void
gsnet_countdown_dispose (GObject *object)
{
  GsnetCountdown *self = GSNET_COUNTDOWN (object);

  g_clear_handle_id (&self->tick_id, g_source_remove);
  leave_toplevel (self);
  g_clear_object (&self->event);
  g_clear_object (&self->client);

  G_OBJECT_CLASS (gsnet_countdown_parent_class)->dispose (object);
}

static void
gsnet_countdown_class_init (GsnetCountdownClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gsnet_countdown_dispose;
  widget_class->map = gsnet_countdown_map;
  widget_class->unmap = gsnet_countdown_unmap;
}

static void
gsnet_countdown_init (GsnetCountdown *self)
{
  self->label = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_wrap (self->label, TRUE);
  gtk_label_set_xalign (self->label, 0);
  gtk_widget_add_css_class (GTK_WIDGET (self->label), "dim-label");
  gtk_widget_add_css_class (GTK_WIDGET (self->label), "caption");
  gtk_widget_add_css_class (GTK_WIDGET (self->label), "numeric");
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->label));
}

void
gsnet_countdown_set (GsnetCountdown *self, GsnetClient *client, GsnetEvent *event)
{
  g_set_object (&self->client, client);
  g_set_object (&self->event, event);
  update (self);
}

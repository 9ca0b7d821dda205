// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include "gsnet-turning-box.h"

/* Of a window: less, and three buttons leave no room for a sentence. */
#define NARROW 520

struct _GsnetTurningBox
{
  GtkBox parent_instance;

  GdkSurface *surface; /* of the window, while there is one */
  guint tick_id;
};

G_DEFINE_FINAL_TYPE (GsnetTurningBox, gsnet_turning_box, GTK_TYPE_BOX)

static GtkOrientation
get_wanted (GsnetTurningBox *self)
{
  return gdk_surface_get_width (self->surface) < NARROW ? GTK_ORIENTATION_VERTICAL
                                                        : GTK_ORIENTATION_HORIZONTAL;
}

static void
turn (GsnetTurningBox *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), get_wanted (self));
}

static gboolean
turn_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  GsnetTurningBox *self = GSNET_TURNING_BOX (widget);

  self->tick_id = 0;
  turn (self);
  return G_SOURCE_REMOVE;
}

/* While sizes are being given out is no time to ask for another one: in the next frame. */
static void
surface_layout_cb (GsnetTurningBox *self)
{
  if (!self->tick_id && get_wanted (self) != gtk_orientable_get_orientation (GTK_ORIENTABLE (self)))
    self->tick_id = gtk_widget_add_tick_callback (GTK_WIDGET (self), turn_cb, NULL, NULL);
}

static void
gsnet_turning_box_realize (GtkWidget *widget)
{
  GsnetTurningBox *self = GSNET_TURNING_BOX (widget);

  GTK_WIDGET_CLASS (gsnet_turning_box_parent_class)->realize (widget);

  self->surface = gtk_native_get_surface (gtk_widget_get_native (widget));
  g_signal_connect_object (self->surface, "layout", G_CALLBACK (surface_layout_cb), self,
                           G_CONNECT_SWAPPED);
  turn (self);
}

static void
gsnet_turning_box_unrealize (GtkWidget *widget)
{
  GsnetTurningBox *self = GSNET_TURNING_BOX (widget);

  if (self->tick_id)
    gtk_widget_remove_tick_callback (widget, self->tick_id);
  self->tick_id = 0;
  g_signal_handlers_disconnect_by_data (self->surface, self);
  self->surface = NULL;

  GTK_WIDGET_CLASS (gsnet_turning_box_parent_class)->unrealize (widget);
}

static void
gsnet_turning_box_class_init (GsnetTurningBoxClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->realize = gsnet_turning_box_realize;
  widget_class->unrealize = gsnet_turning_box_unrealize;
}

static void
gsnet_turning_box_init (GsnetTurningBox *self)
{
}

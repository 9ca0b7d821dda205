// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "gsnet-chart.h"
#include "gsnet-words-chart.h"

#define MIN_WIDTH   240
#define HEIGHT      180
#define TEXT_HEIGHT 22.0f
#define GAP         2.0f
#define MAX_LABELS  6
#define LABEL_WIDTH 90
#define NONE        G_MAXUINT

struct _GsnetChart
{
  GtkWidget parent_instance;

  GsnetChartBar *bars;
  guint n_bars;
  gint64 since;
  gint64 width;
  guint chosen; /* NONE: none is */
};

G_DEFINE_FINAL_TYPE (GsnetChart, gsnet_chart, GTK_TYPE_WIDGET)

enum
{
  BAR_ACTIVATED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static guint64
count_highest (GsnetChart *self)
{
  guint64 highest = 1;

  for (guint i = 0; i < self->n_bars; i++)
    highest = MAX (highest, self->bars[i].allowed + self->bars[i].denied);
  return highest;
}

static gboolean
is_rtl (GsnetChart *self)
{
  return gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
}

/* Time goes as text does. */
static float
get_x (GsnetChart *self, guint bar)
{
  const float bar_width = (float)gtk_widget_get_width (GTK_WIDGET (self)) / (float)self->n_bars;

  return bar_width * (float)(is_rtl (self) ? self->n_bars - 1 - bar : bar);
}

static guint
find_bar (GsnetChart *self, double x)
{
  const int width = gtk_widget_get_width (GTK_WIDGET (self));
  guint bar;

  if (self->n_bars == 0 || x < 0 || x >= width)
    return NONE;
  bar = MIN ((guint)(x * self->n_bars / width), self->n_bars - 1);
  return is_rtl (self) ? self->n_bars - 1 - bar : bar;
}

static GdkRGBA
get_color (GsnetChart *self, const char *name, float alpha)
{
  GtkStyleContext *style = gtk_widget_get_style_context (GTK_WIDGET (self));
  GdkRGBA color;

  if (!gtk_style_context_lookup_color (style, name, &color))
    gtk_style_context_get_color (style, &color);
  color.alpha *= alpha;
  return color;
}

static void
fill (GtkSnapshot *snapshot, const GdkRGBA *color, float x, float y, float width, float height)
{
  if (height > 0)
    gtk_snapshot_append_color (snapshot, color, &GRAPHENE_RECT_INIT (x, y, width, height));
}

/* What is there is seen, however little it is beside the highest. */
static float
scale (guint64 count, guint64 highest, float height)
{
  return count ? MAX (2.0f, height * (float)((double)count / (double)highest)) : 0.0f;
}

static void
draw_bar (GsnetChart *self, GtkSnapshot *snapshot, guint i, guint64 highest, float height)
{
  const GsnetChartBar *bar = &self->bars[i];
  const float bar_width = (float)gtk_widget_get_width (GTK_WIDGET (self)) / (float)self->n_bars;
  const float gap = MIN (GAP, bar_width / 4);
  const float x = get_x (self, i) + gap / 2;
  const float denied = scale (bar->denied, highest, height);
  const float allowed = scale (bar->allowed, highest, height);
  const float asked = scale (bar->asked, highest, height);
  const GdkRGBA red = get_color (self, "error_color", 1);
  const GdkRGBA green = get_color (self, "success_color", 0.75f);
  const GdkRGBA yellow = get_color (self, "warning_color", 1);
  const GdkRGBA mark = get_color (self, "accent_color", 0.15f);

  if (i == self->chosen)
    fill (snapshot, &mark, get_x (self, i), 0, bar_width, height);
  fill (snapshot, &red, x, height - denied, bar_width - gap, denied);
  fill (snapshot, &green, x, height - denied - allowed, bar_width - gap, allowed);
  if (bar->asked)
    fill (snapshot, &yellow, x, height - asked, bar_width - gap, 2);
}

static void
draw_text (GsnetChart *self, GtkSnapshot *snapshot, const char *text, float x, float y)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), text);
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();
  const GdkRGBA color = get_color (self, "view_fg_color", 0.6f);
  const float right = (float)gtk_widget_get_width (GTK_WIDGET (self));
  int width, height;

  pango_attr_list_insert (attributes, pango_attr_scale_new (PANGO_SCALE_SMALL));
  pango_layout_set_attributes (layout, attributes);
  pango_layout_get_pixel_size (layout, &width, &height);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot,
                          &GRAPHENE_POINT_INIT (CLAMP (x, 0, MAX (0, right - (float)width)), y));
  gtk_snapshot_append_layout (snapshot, layout, &color);
  gtk_snapshot_restore (snapshot);
}

static void
draw_times (GsnetChart *self, GtkSnapshot *snapshot, float y)
{
  const guint room = (guint)gtk_widget_get_width (GTK_WIDGET (self)) / LABEL_WIDTH;
  const guint n_labels = CLAMP (room, 1, MAX_LABELS);

  for (guint i = 0; i < n_labels; i++)
    {
      const guint bar = i * self->n_bars / n_labels;
      g_autofree char *text =
        gsnet_words_chart_time (self->since + (gint64)bar * self->width, self->width);

      draw_text (self, snapshot, text, get_x (self, bar), y);
    }
}

static void
gsnet_chart_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  GsnetChart *self = GSNET_CHART (widget);
  const float height = (float)gtk_widget_get_height (widget) - TEXT_HEIGHT;
  const float width = (float)gtk_widget_get_width (widget);
  const GdkRGBA line = get_color (self, "view_fg_color", 0.15f);
  const guint64 highest = count_highest (self);
  g_autofree char *top = g_strdup_printf ("%" G_GUINT64_FORMAT, highest);

  if (self->n_bars == 0)
    return;
  for (guint i = 0; i <= 2; i++)
    fill (snapshot, &line, 0, (height - 1) * (float)i / 2, width, 1);
  for (guint i = 0; i < self->n_bars; i++)
    draw_bar (self, snapshot, i, highest, height);
  draw_text (self, snapshot, top, is_rtl (self) ? width : 0, 0);
  draw_times (self, snapshot, height + 4);
}

static void
gsnet_chart_measure (GtkWidget *widget,
                     GtkOrientation orientation,
                     int for_size,
                     int *minimum,
                     int *natural,
                     int *minimum_baseline,
                     int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? MIN_WIDTH : HEIGHT;
  *natural = *minimum;
}

/* What is drawn, in words: of all of it, and of what is chosen. */
static void
describe (GsnetChart *self)
{
  GsnetChartBar all = { 0 };
  g_autofree char *words = NULL;
  g_autofree char *chosen = NULL;

  for (guint i = 0; i < self->n_bars; i++)
    {
      all.allowed += self->bars[i].allowed;
      all.denied += self->bars[i].denied;
      all.asked += self->bars[i].asked;
    }
  words = gsnet_words_chart_counts (all.allowed, all.denied, all.asked);
  if (self->chosen < self->n_bars)
    {
      const GsnetChartBar *bar = &self->bars[self->chosen];
      const gint64 begin = self->since + (gint64)self->chosen * self->width;

      chosen =
        gsnet_words_chart_bar (begin, begin + self->width, bar->allowed, bar->denied, bar->asked);
    }
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), chosen);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  chosen ? chosen : _ ("Decisions over time"),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, words, -1);
}

static void
choose (GsnetChart *self, guint bar)
{
  if (bar == self->chosen)
    return;
  self->chosen = bar;
  describe (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
motion_cb (GsnetChart *self, double x)
{
  choose (self, find_bar (self, x));
}

static void
leave_cb (GsnetChart *self)
{
  choose (self, NONE);
}

static void
activate (GsnetChart *self)
{
  if (self->chosen < self->n_bars)
    g_signal_emit (self, signals[BAR_ACTIVATED], 0, self->chosen);
}

static void
released_cb (GsnetChart *self, int n_press, double x)
{
  choose (self, find_bar (self, x));
  activate (self);
}

static gboolean
move (GsnetChart *self, int step)
{
  if (self->n_bars == 0)
    return FALSE;
  if (self->chosen >= self->n_bars)
    choose (self, self->n_bars - 1);
  else
    choose (self, (guint)CLAMP ((int)self->chosen + step, 0, (int)self->n_bars - 1));
  return TRUE;
}

static gboolean
key_pressed_cb (GsnetChart *self, guint key)
{
  const int forward = is_rtl (self) ? -1 : 1;

  switch (key)
    {
    case GDK_KEY_Left:
      return move (self, -forward);
    case GDK_KEY_Right:
      return move (self, forward);
    case GDK_KEY_Home:
      return move (self, -(int)self->n_bars);
    case GDK_KEY_End:
      return move (self, (int)self->n_bars);
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
    case GDK_KEY_space:
      activate (self);
      return TRUE;
    default:
      return FALSE;
    }
}

static void
add_controllers (GsnetChart *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  g_signal_connect_swapped (motion, "enter", G_CALLBACK (motion_cb), self);
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (leave_cb), self);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  g_signal_connect_swapped (click, "released", G_CALLBACK (released_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
}

static void
gsnet_chart_finalize (GObject *object)
{
  g_free (GSNET_CHART (object)->bars);

  G_OBJECT_CLASS (gsnet_chart_parent_class)->finalize (object);
}

static void
gsnet_chart_class_init (GsnetChartClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = gsnet_chart_finalize;
  widget_class->snapshot = gsnet_chart_snapshot;
  widget_class->measure = gsnet_chart_measure;

  signals[BAR_ACTIVATED] =
    g_signal_new ("bar-activated", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                  NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_set_css_name (widget_class, "chart");
}

static void
gsnet_chart_init (GsnetChart *self)
{
  self->chosen = NONE;
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  add_controllers (self);
  describe (self);
}

void
gsnet_chart_set_bars (GsnetChart *self,
                      const GsnetChartBar *bars,
                      guint n_bars,
                      gint64 since,
                      gint64 width)
{
  g_free (self->bars);
  self->bars = g_memdup2 (bars, n_bars * sizeof *bars);
  self->n_bars = n_bars;
  self->since = since;
  self->width = width;
  describe (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

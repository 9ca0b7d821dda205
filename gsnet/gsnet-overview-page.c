// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "snet-names.h"

#include "gsnet-chart.h"
#include "gsnet-overview-page.h"
#include "gsnet-pill.h"
#include "gsnet-state-view.h"
#include "gsnet-text.h"
#include "gsnet-words-chart.h"
#include "gsnet-words.h"

#define MAX_ROWS       8
#define MAX_NAME_CHARS 60
/* How old it may become while somebody looks at it. */
#define REFRESH_SECONDS 30

struct _GsnetOverviewPage
{
  AdwBin parent_instance;

  GsnetStateView *view;
  GtkToggleButton *hour;
  GtkToggleButton *day;
  GtkToggleButton *week;
  GsnetChart *chart;
  GtkLabel *counts;
  GtkLabel *part;
  AdwPreferencesGroup *programs_group;
  AdwPreferencesGroup *destinations_group;

  GsnetClient *client;
  GListStore *shown; /* has the chart once something has been counted */
  GPtrArray *rows;   /* of the two groups */
  GVariant *summary; /* NULL: none yet */
  guint refresh_id;
  guint generation; /* of what was asked for */
};

G_DEFINE_FINAL_TYPE (GsnetOverviewPage, gsnet_overview_page, ADW_TYPE_BIN)

enum
{
  SHOW,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

typedef struct
{
  GsnetOverviewPage *self;
  guint generation;
} Request;

static void
get_span (GsnetOverviewPage *self, gint64 *ret_span, guint *ret_bars)
{
  *ret_span = gtk_toggle_button_get_active (self->hour)  ? G_TIME_SPAN_HOUR
              : gtk_toggle_button_get_active (self->day) ? G_TIME_SPAN_DAY
                                                         : 7 * G_TIME_SPAN_DAY;
  /* Two minutes, half an hour, four hours. */
  *ret_bars = gtk_toggle_button_get_active (self->hour)  ? 30
              : gtk_toggle_button_get_active (self->day) ? 48
                                                         : 42;
}

static gint64
lookup_time (GsnetOverviewPage *self, const char *key)
{
  gint64 time = 0;

  if (self->summary)
    g_variant_lookup (self->summary, key, "x", &time);
  return time;
}

/* The log of what was between these times and, unless key is NULL, has this value. */
static void
show_log (GsnetOverviewPage *self, gint64 since, gint64 until, const char *key, const char *value)
{
  g_autoptr (GVariant) filter = NULL;
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, SNET_KEY_SINCE, "x", since);
  if (until)
    g_variant_dict_insert (&dict, SNET_KEY_UNTIL, "x", until);
  if (key)
    g_variant_dict_insert (&dict, key, "s", value);
  filter = g_variant_ref_sink (g_variant_dict_end (&dict));
  g_signal_emit (self, signals[SHOW], 0, filter);
}

static void
bar_activated_cb (GsnetOverviewPage *self, guint bar)
{
  const gint64 width = lookup_time (self, "width");
  const gint64 begin = lookup_time (self, SNET_KEY_SINCE) + (gint64)bar * width;

  show_log (self, begin, begin + width, NULL, NULL);
}

static void
row_activated_cb (AdwActionRow *row, GsnetOverviewPage *self)
{
  show_log (self, lookup_time (self, SNET_KEY_SINCE), 0, g_object_get_data (G_OBJECT (row), "key"),
            g_object_get_data (G_OBJECT (row), "value"));
}

static void
remove_rows (GsnetOverviewPage *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      GtkWidget *row = g_ptr_array_index (self->rows, i);
      AdwPreferencesGroup *group = g_object_get_data (G_OBJECT (row), "group");

      adw_preferences_group_remove (group, row);
    }
  g_ptr_array_set_size (self->rows, 0);
}

/* How much of all it is, beside the others. */
static GtkWidget *
make_share (guint64 count, guint64 highest)
{
  GtkWidget *bar = gtk_level_bar_new_for_interval (0, (double)MAX (highest, 1));

  gtk_level_bar_set_value (GTK_LEVEL_BAR (bar), (double)count);
  for (guint i = 0; i < 3; i++)
    gtk_level_bar_remove_offset_value (GTK_LEVEL_BAR (bar),
                                       (const char *const[]){ GTK_LEVEL_BAR_OFFSET_LOW,
                                                              GTK_LEVEL_BAR_OFFSET_HIGH,
                                                              GTK_LEVEL_BAR_OFFSET_FULL }[i]);
  gtk_widget_set_size_request (bar, 80, -1);
  gtk_widget_set_valign (bar, GTK_ALIGN_CENTER);
  return bar;
}

static void
add_row (GsnetOverviewPage *self,
         AdwPreferencesGroup *group,
         const char *key,
         const char *value,
         const char *counts,
         GtkWidget *share)
{
  const gboolean program = g_str_equal (key, SNET_KEY_PROGRAM);
  g_autofree char *base = program ? g_path_get_basename (value) : g_strdup (value);
  g_autofree char *name = gsnet_text_visible (base, MAX_NAME_CHARS);
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), name);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), counts);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), share);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  g_object_set_data_full (G_OBJECT (row), "key", g_strdup (key), g_free);
  g_object_set_data_full (G_OBJECT (row), "value", g_strdup (value), g_free);
  g_object_set_data (G_OBJECT (row), "group", group);
  g_signal_connect_object (row, "activated", G_CALLBACK (row_activated_cb), self, 0);
  adw_preferences_group_add (group, row);
  g_ptr_array_add (self->rows, row);
}

static void
add_name (GsnetOverviewPage *self, AdwPreferencesGroup *group, GVariant *name, guint64 *highest)
{
  static const char *const keys[] = { SNET_KEY_PROGRAM, SNET_KEY_REMOTE_HOST,
                                      SNET_KEY_REMOTE_ADDRESS };
  guint64 allowed = 0, denied = 0, asked = 0;
  g_autofree char *counts = NULL;

  g_variant_lookup (name, "allowed", "t", &allowed);
  g_variant_lookup (name, "denied", "t", &denied);
  g_variant_lookup (name, "asked", "t", &asked);
  *highest = MAX (*highest, allowed + denied);
  counts = gsnet_words_chart_counts (allowed, denied, asked);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      const char *value;

      if (g_variant_lookup (name, keys[i], "&s", &value))
        add_row (self, group, keys[i], value, counts, make_share (allowed + denied, *highest));
    }
}

/* Those of most events come first. */
static void
show_names (GsnetOverviewPage *self, AdwPreferencesGroup *group, const char *key)
{
  g_autoptr (GVariant) names =
    g_variant_lookup_value (self->summary, key, G_VARIANT_TYPE ("aa{sv}"));
  const gsize n_names = names ? MIN (g_variant_n_children (names), MAX_ROWS) : 0;
  guint64 highest = 0;

  for (gsize i = 0; i < n_names; i++)
    {
      g_autoptr (GVariant) name = g_variant_get_child_value (names, i);

      add_name (self, group, name, &highest);
    }
  gtk_widget_set_visible (GTK_WIDGET (group), n_names > 0);
}

static const guint64 *
get_numbers (GsnetOverviewPage *self, const char *key, gsize *ret_n, GVariant **ret_keeper)
{
  *ret_n = 0;
  *ret_keeper = g_variant_lookup_value (self->summary, key, G_VARIANT_TYPE ("at"));
  return *ret_keeper ? g_variant_get_fixed_array (*ret_keeper, ret_n, sizeof (guint64)) : NULL;
}

static void
show_chart (GsnetOverviewPage *self)
{
  g_autoptr (GVariant) allowed_array = NULL;
  g_autoptr (GVariant) denied_array = NULL;
  g_autoptr (GVariant) asked_array = NULL;
  gsize n[3];
  const guint64 *allowed = get_numbers (self, "allowed", &n[0], &allowed_array);
  const guint64 *denied = get_numbers (self, "denied", &n[1], &denied_array);
  const guint64 *asked = get_numbers (self, "asked", &n[2], &asked_array);
  g_autofree GsnetChartBar *bars = NULL;
  g_autofree char *counts = NULL;
  GsnetChartBar all = { 0 };
  gsize n_bars;

  n_bars = MIN (MIN (n[0], n[1]), n[2]);
  bars = g_new0 (GsnetChartBar, n_bars + 1);
  for (gsize i = 0; i < n_bars; i++)
    {
      bars[i] = (GsnetChartBar){ allowed[i], denied[i], asked[i] };
      all.allowed += bars[i].allowed;
      all.denied += bars[i].denied;
      all.asked += bars[i].asked;
    }
  gsnet_chart_set_bars (self->chart, bars, (guint)n_bars, lookup_time (self, SNET_KEY_SINCE),
                        lookup_time (self, "width"));
  counts = gsnet_words_chart_counts (all.allowed, all.denied, all.asked);
  gtk_label_set_label (self->counts, counts);
}

/* That not all has been counted is no secret. */
static void
show_part (GsnetOverviewPage *self)
{
  const gint64 since = lookup_time (self, "counted-since");
  g_autofree char *when = since ? gsnet_words_time (since) : NULL;
  g_autofree char *text =
    when
      ? g_strdup_printf (_ ("There is too much to count: only what came after %s is shown."), when)
      : NULL;

  gtk_label_set_label (self->part, text ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->part), text != NULL);
}

static void
show_summary (GsnetOverviewPage *self)
{
  remove_rows (self);
  show_chart (self);
  show_part (self);
  show_names (self, self->programs_group, "programs");
  show_names (self, self->destinations_group, "destinations");
}

/* The state view shows the page once there is something to show. */
static void
set_shown (GsnetOverviewPage *self, gboolean shown)
{
  GListModel *model = G_LIST_MODEL (self->shown);

  if (shown && g_list_model_get_n_items (model) == 0)
    g_list_store_append (self->shown, self->chart);
  else if (!shown)
    g_list_store_remove_all (self->shown);
}

static void
summarized_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Request *request = data;
  g_autoptr (GsnetOverviewPage) self = request->self;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = gsnet_client_call_finish (GSNET_CLIENT (source), result, &error);

  if (request->generation != self->generation || !self->client)
    return;
  gsnet_state_view_set_problem (self->view, error);
  if (reply)
    {
      g_clear_pointer (&self->summary, g_variant_unref);
      self->summary = g_variant_get_child_value (reply, 0);
      show_summary (self);
    }
  set_shown (self, reply != NULL);
}

static void
refresh (GsnetOverviewPage *self)
{
  Request *request;
  GVariantDict filter;
  gint64 span, now;
  guint bars;

  if (!self->client || !gsnet_client_is_connected (self->client))
    return;
  get_span (self, &span, &bars);
  now = g_get_real_time ();
  g_variant_dict_init (&filter, NULL);
  g_variant_dict_insert (&filter, SNET_KEY_SINCE, "x", now - span);
  g_variant_dict_insert (&filter, SNET_KEY_UNTIL, "x", now);
  request = g_new0 (Request, 1);
  request->self = g_object_ref (self);
  request->generation = ++self->generation;
  gsnet_client_call_async (self->client, SNET_INTERFACE_EVENTS, "Summarize",
                           g_variant_new ("(@a{sv}u)", g_variant_dict_end (&filter), bars),
                           G_VARIANT_TYPE ("(a{sv})"), summarized_cb, request);
}

static void
span_toggled_cb (GtkToggleButton *button, GsnetOverviewPage *self)
{
  if (gtk_toggle_button_get_active (button))
    refresh (self);
}

static gboolean
refresh_cb (gpointer data)
{
  refresh (GSNET_OVERVIEW_PAGE (data));
  return G_SOURCE_CONTINUE;
}

/* Only while it is looked at. */
static void
gsnet_overview_page_map (GtkWidget *widget)
{
  GsnetOverviewPage *self = GSNET_OVERVIEW_PAGE (widget);

  GTK_WIDGET_CLASS (gsnet_overview_page_parent_class)->map (widget);

  refresh (self);
  self->refresh_id = g_timeout_add_seconds (REFRESH_SECONDS, refresh_cb, self);
}

static void
gsnet_overview_page_unmap (GtkWidget *widget)
{
  g_clear_handle_id (&GSNET_OVERVIEW_PAGE (widget)->refresh_id, g_source_remove);

  GTK_WIDGET_CLASS (gsnet_overview_page_parent_class)->unmap (widget);
}

static void
client_state_cb (GsnetOverviewPage *self)
{
  if (!gsnet_client_is_connected (self->client))
    set_shown (self, FALSE);
  else if (gtk_widget_get_mapped (GTK_WIDGET (self)) &&
           g_list_model_get_n_items (G_LIST_MODEL (self->shown)) == 0)
    refresh (self);
}

static void
gsnet_overview_page_dispose (GObject *object)
{
  GsnetOverviewPage *self = GSNET_OVERVIEW_PAGE (object);

  g_clear_handle_id (&self->refresh_id, g_source_remove);
  g_clear_object (&self->client);
  g_clear_object (&self->shown);

  G_OBJECT_CLASS (gsnet_overview_page_parent_class)->dispose (object);
}

static void
gsnet_overview_page_finalize (GObject *object)
{
  GsnetOverviewPage *self = GSNET_OVERVIEW_PAGE (object);

  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_clear_pointer (&self->summary, g_variant_unref);

  G_OBJECT_CLASS (gsnet_overview_page_parent_class)->finalize (object);
}

#define BIND(child) gtk_widget_class_bind_template_child (widget_class, GsnetOverviewPage, child)

static void
gsnet_overview_page_class_init (GsnetOverviewPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gsnet_overview_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = gsnet_overview_page_finalize;
  widget_class->map = gsnet_overview_page_map;
  widget_class->unmap = gsnet_overview_page_unmap;

  signals[SHOW] = g_signal_new ("show-log", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                NULL, NULL, G_TYPE_NONE, 1, G_TYPE_VARIANT);

  g_type_ensure (GSNET_TYPE_STATE_VIEW);
  g_type_ensure (GSNET_TYPE_CHART);
  g_type_ensure (GSNET_TYPE_PILL);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/snet/Gsnet/gsnet-overview-page.ui");
  BIND (view);
  BIND (hour);
  BIND (day);
  BIND (week);
  BIND (chart);
  BIND (counts);
  BIND (part);
  BIND (programs_group);
  BIND (destinations_group);
  gtk_widget_class_bind_template_callback (widget_class, span_toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, bar_activated_cb);
}

static void
gsnet_overview_page_init (GsnetOverviewPage *self)
{
  self->rows = g_ptr_array_new ();
  self->shown = g_list_store_new (G_TYPE_OBJECT);
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
gsnet_overview_page_bind (GsnetOverviewPage *self, GsnetClient *client)
{
  self->client = g_object_ref (client);
  gsnet_state_view_bind (self->view, client, G_LIST_MODEL (self->shown));
  g_signal_connect_object (client, "notify::state", G_CALLBACK (client_state_cb), self,
                           G_CONNECT_SWAPPED);
}

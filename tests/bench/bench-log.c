/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long it takes until the log of the security console is seen, and how many
 * rows gsnet holds while somebody scrolls down in it. It is gsnet itself that
 * is measured, on the display and the buses of the environment: from the call
 * that opens the page to the frame in which rows are painted; and the time of
 * the processor that gsnet takes for it, which does not count others' work.
 *
 *   bench-log ROWS
 *
 * Scrolls until so many rows have come. Prints one JSON object.
 */
#include <gtk/gtk.h>
#include <time.h>
#include <unistd.h>

#include "gsnet-application.h"

#define OPENINGS    5
#define STALLED_SEC 60

typedef struct
{
  GtkApplication *app;
  GtkWindow *window;
  GListModel *rows;
  GString *openings;
  GString *computing;
  GString *pages;
  guint wanted;
  guint added;
  guint most;
  guint n_openings;
  guint stalled_id;
  guint seen;
  gulong painted_id;
  gint64 began;
  clock_t worked;
} Bench;

static gboolean
stalled_cb (gpointer data)
{
  g_error ("Nothing has happened for %d seconds", STALLED_SEC);
  return G_SOURCE_REMOVE;
}

static void
something_happened (Bench *bench)
{
  g_clear_handle_id (&bench->stalled_id, g_source_remove);
  bench->stalled_id = g_timeout_add_seconds (STALLED_SEC, stalled_cb, bench);
}

/* The list on the page that is shown. */
static GtkWidget *
find_list (GtkWidget *widget)
{
  if (!gtk_widget_get_mapped (widget))
    return NULL;
  if (GTK_IS_LIST_VIEW (widget))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_list (child);

      if (found)
        return found;
    }
  return NULL;
}

static void
add_time (GString *list, double ms)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (number, sizeof number, "%.3f", ms);
  g_string_append_printf (list, "%s%s", list->len > 0 ? ", " : "", number);
}

static double
since (gint64 began)
{
  return (double)(g_get_monotonic_time () - began) / 1e3;
}

static void
finish (Bench *bench)
{
  g_print (
    "{\"open_ms\": [%s], \"open_cpu_ms\": [%s], \"page_ms\": [%s], \"rows\": %u, \"most\": %u}\n",
    bench->openings->str, bench->computing->str, bench->pages->str, bench->added, bench->most);
  g_application_quit (G_APPLICATION (bench->app));
}

static void
rows_changed_cb (Bench *bench, guint position, guint removed, guint added)
{
  bench->added += added;
  bench->most = MAX (bench->most, g_list_model_get_n_items (bench->rows));
}

/* To the end of what has come so far. */
static void
scroll_on (Bench *bench, GtkWidget *list)
{
  GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (list));

  bench->began = g_get_monotonic_time ();
  gtk_adjustment_set_value (adjustment, gtk_adjustment_get_upper (adjustment));
}

static void open_log (Bench *bench);

static gboolean
open_again_cb (gpointer data)
{
  Bench *bench = data;

  gtk_window_destroy (g_steal_pointer (&bench->window));
  open_log (bench);
  return G_SOURCE_REMOVE;
}

static void
opened (Bench *bench, GtkWidget *list)
{
  add_time (bench->openings, since (bench->began));
  add_time (bench->computing, (double)(clock () - bench->worked) * 1e3 / CLOCKS_PER_SEC);
  something_happened (bench);
  if (++bench->n_openings < OPENINGS)
    {
      g_signal_handler_disconnect (gtk_widget_get_frame_clock (GTK_WIDGET (bench->window)),
                                   bench->painted_id);
      g_idle_add (open_again_cb, bench);
      return;
    }
  bench->rows = G_LIST_MODEL (gtk_list_view_get_model (GTK_LIST_VIEW (list)));
  bench->most = g_list_model_get_n_items (bench->rows);
  g_signal_connect_swapped (bench->rows, "items-changed", G_CALLBACK (rows_changed_cb), bench);
  scroll_on (bench, list);
}

/* What has been painted now is what a person sees. */
static void
painted_cb (Bench *bench)
{
  GtkWidget *list = find_list (GTK_WIDGET (bench->window));

  if (!list || !gtk_widget_get_first_child (list))
    return;
  if (!bench->rows)
    {
      opened (bench, list);
      return;
    }
  if (bench->added == bench->seen)
    return;
  bench->seen = bench->added;
  add_time (bench->pages, since (bench->began));
  something_happened (bench);
  if (bench->added >= bench->wanted)
    finish (bench);
  else
    scroll_on (bench, list);
}

static void
open_log (Bench *bench)
{
  GdkFrameClock *frames;

  bench->began = g_get_monotonic_time ();
  bench->worked = clock ();
  g_action_group_activate_action (G_ACTION_GROUP (bench->app), "console",
                                  g_variant_new_string ("log"));
  bench->window = gtk_application_get_active_window (bench->app);
  g_assert (bench->window);
  frames = gtk_widget_get_frame_clock (GTK_WIDGET (bench->window));
  bench->painted_id =
    g_signal_connect_swapped (frames, "after-paint", G_CALLBACK (painted_cb), bench);
}

/*
 * Who opens the console has been logged in for a while: gsnet knows snetd, which
 * its status icon shows. What cannot be asked yet is asked again.
 */
static void ask_icon (Bench *bench);

static void
icon_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Bench *bench = data;
  g_autoptr (GVariant) reply =
    g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);
  g_autoptr (GVariant) icon = NULL;

  if (reply)
    g_variant_get (reply, "(v)", &icon);
  if (icon && !strstr (g_variant_get_string (icon, NULL), "nodaemon"))
    open_log (bench);
  else
    ask_icon (bench);
}

static void
ask_icon (Bench *bench)
{
  g_autofree char *name = g_strdup_printf ("org.kde.StatusNotifierItem-%d-1", (int)getpid ());

  g_dbus_connection_call (g_application_get_dbus_connection (G_APPLICATION (bench->app)), name,
                          "/StatusNotifierItem", "org.freedesktop.DBus.Properties", "Get",
                          g_variant_new ("(ss)", "org.kde.StatusNotifierItem", "IconName"),
                          G_VARIANT_TYPE ("(v)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, icon_cb, bench);
}

int
main (int argc, char *argv[])
{
  g_autoptr (GsnetApplication) app = gsnet_application_new ();
  g_autoptr (GString) openings = g_string_new (NULL);
  g_autoptr (GString) computing = g_string_new (NULL);
  g_autoptr (GString) pages = g_string_new (NULL);
  Bench bench = {
    .app = GTK_APPLICATION (app),
    .openings = openings,
    .computing = computing,
    .pages = pages,
  };

  if (argc != 2 || (bench.wanted = (guint)g_ascii_strtoull (argv[1], NULL, 10)) == 0)
    {
      g_printerr ("Usage: bench-log ROWS\n");
      return 2;
    }
  something_happened (&bench);
  g_signal_connect_swapped (app, "startup", G_CALLBACK (ask_icon), &bench);
  return g_application_run (G_APPLICATION (app), 1, argv);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snet-sql-feed.h"

#include <string.h>

#include "snet-names.h"
#include "snet-sql-error.h"
#include "snet-sql-log.h"

/* Seconds until the next attempt, doubled each time. */
#define DELAY_MIN 1
#define DELAY_MAX 300

/* As long may a page take, of a disk that is busy. */
#define READ_TIMEOUT_MS (120 * 1000)

struct SnetSqlFeed
{
  GDBusConnection *connection;
  const SnetSqlStore *store;
  gpointer store_data;
  guint delay;
  SnetSqlFeedFuncs funcs;
  gpointer user_data;
  guint watch;
  guint subscription;
  GCancellable *cancellable;
  char *owner;      /* of org.snet; NULL: it is not there */
  gboolean news;    /* there is something to be read, or may be */
  gboolean busy;    /* a page is on its way */
  gboolean storing; /* in a thread */
  guint timer;      /* until which nothing is read */
  guint retry;      /* seconds */
  char *trouble;
  char *journal; /* NULL: none has been read; as it is stored */
  guint64 serial;
};

static void step (SnetSqlFeed *feed);

/* What is wrong is said once. */
static void
set_trouble (SnetSqlFeed *feed, const char *id, const char *what)
{
  g_autofree char *line = what != NULL ? snet_sql_error_line (what) : NULL;

  if (g_strcmp0 (line, feed->trouble) == 0)
    return;
  g_free (feed->trouble);
  feed->trouble = g_steal_pointer (&line);
  if (feed->trouble != NULL)
    snet_sql_log (G_LOG_LEVEL_WARNING, id, "Events are not read: %s", feed->trouble);
  else
    snet_sql_log (G_LOG_LEVEL_MESSAGE, SNET_SQL_MESSAGE_SOURCE, "Events are read");
  feed->funcs.trouble (feed->trouble, feed->user_data);
}

static gboolean
timer_cb (gpointer user_data)
{
  SnetSqlFeed *feed = user_data;

  feed->timer = 0;
  step (feed);
  return G_SOURCE_REMOVE;
}

static void
retry_later (SnetSqlFeed *feed, const char *id, const char *why)
{
  set_trouble (feed, id, why);
  feed->news = TRUE;
  g_clear_handle_id (&feed->timer, g_source_remove);
  feed->timer = g_timeout_add_seconds (feed->retry, timer_cb, feed);
  feed->retry = MIN (feed->retry * 2, DELAY_MAX);
}

/* Storing, in a thread */

typedef struct
{
  SnetSqlFeed *feed;
  SnetSqlPage *page;
} Storing;

static void
storing_free (gpointer data)
{
  Storing *storing = data;

  snet_sql_page_free (storing->page);
  g_free (storing);
}

static void
store_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Storing *storing = task_data;
  GError *error = NULL;

  if (storing->feed->store->take (storing->feed->store_data, storing->page, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* It may have moved on from one journal to another one. */
static void
set_position (SnetSqlFeed *feed, const SnetSqlPage *page)
{
  g_free (feed->journal);
  feed->journal = g_strdup (snet_sql_page_get_journal (page));
  feed->serial = snet_sql_page_get_serial (page, snet_sql_page_get_rows (page) - 1);
}

static void
stored_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SnetSqlFeed *feed = user_data;
  Storing *storing = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;

  feed->busy = feed->storing = FALSE;
  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      retry_later (feed, SNET_SQL_MESSAGE_FULL, error->message);
      return;
    }
  feed->retry = DELAY_MIN;
  set_trouble (feed, NULL, NULL);
  set_position (feed, storing->page);
  feed->news = feed->news || feed->serial < snet_sql_page_get_end (storing->page);
  feed->funcs.stored (feed->user_data);
  step (feed);
}

/* Takes the page. Done without being cancelled, as the thread has the store until then. */
static void
store_page (SnetSqlFeed *feed, SnetSqlPage *page)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, stored_cb, feed);
  Storing *storing = g_new0 (Storing, 1);

  storing->feed = feed;
  storing->page = page;
  feed->busy = feed->storing = TRUE;
  g_task_set_task_data (task, storing, storing_free);
  g_task_run_in_thread (task, store_in_thread);
}

/* Reading */

/*
 * A journal that ends before what has been read of it was put back from a copy: what comes now has
 * serials that others have had, so from here on it is another one by name.
 */
static char *
next_name (const char *journal)
{
  const char *dot = strrchr (journal, '.');
  guint64 number = 1;

  if (dot != NULL)
    g_ascii_string_to_unsigned (dot + 1, 10, 1, G_MAXUINT32, &number, NULL);
  return g_strdup_printf ("%.*s.%" G_GUINT64_FORMAT,
                          dot != NULL ? (int)(dot - journal) : (int)strlen (journal), journal,
                          number + 1);
}

static gboolean
is_same (SnetSqlFeed *feed, const char *journal)
{
  const gsize length = strlen (journal);

  return feed->journal != NULL && strncmp (feed->journal, journal, length) == 0 &&
         (feed->journal[length] == '\0' || feed->journal[length] == '.');
}

/* From its beginning. */
static void
begin_journal (SnetSqlFeed *feed, const char *journal)
{
  char *name;

  if (is_same (feed, journal))
    {
      snet_sql_log (G_LOG_LEVEL_WARNING, SNET_SQL_MESSAGE_SOURCE,
                    "snetd's journal is an older copy of itself: all that is in it is written once "
                    "more, as another journal's");
      name = next_name (feed->journal);
    }
  else
    name = g_strdup (journal);
  g_free (feed->journal);
  feed->journal = name;
  feed->serial = 0;
  feed->news = TRUE;
}

static void
handle_reply (SnetSqlFeed *feed, GVariant *reply, GError **error)
{
  g_autoptr (SnetSqlPage) page = snet_sql_page_new (reply, NULL, error);
  g_autoptr (SnetSqlPage) named = NULL;

  if (page == NULL)
    return;
  if (!is_same (feed, snet_sql_page_get_journal (page)) ||
      snet_sql_page_get_end (page) < feed->serial)
    {
      const gboolean from_start = feed->serial == 0;

      begin_journal (feed, snet_sql_page_get_journal (page));
      if (!from_start)
        return;
    }
  if (snet_sql_page_get_rows (page) == 0)
    {
      set_trouble (feed, NULL, NULL);
      return;
    }
  named = snet_sql_page_new (reply, feed->journal, error);
  if (named != NULL)
    store_page (feed, g_steal_pointer (&named));
}

/* What to do about it, where there is something. */
static char *
explain (const GError *error)
{
  if (g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED))
    return g_strdup ("the bus does not let this user call snetd's method Read: it has to be in the "
                     "group snet, and the policy of the bus (org.snet.conf) that of this version");
  if (g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD))
    return g_strdup ("snetd is of an older version, which has no method Read");
  return g_strdup (error->message);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
    g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  SnetSqlFeed *feed = user_data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  feed->busy = FALSE;
  if (reply != NULL)
    handle_reply (feed, reply, &error);
  if (error != NULL)
    {
      g_autofree char *why = NULL;

      g_dbus_error_strip_remote_error (error);
      why = explain (error);
      retry_later (feed, SNET_SQL_MESSAGE_SOURCE, why);
      return;
    }
  step (feed);
}

static void
step (SnetSqlFeed *feed)
{
  if (feed->owner == NULL || feed->busy || !feed->news || feed->timer != 0)
    return;
  feed->busy = TRUE;
  /* What is recorded from now on may be in the reply, or not. */
  feed->news = FALSE;
  g_dbus_connection_call (feed->connection, feed->owner, SNET_OBJECT_PATH, SNET_INTERFACE_EVENTS,
                          "Read", g_variant_new ("(tu)", feed->serial, 0), SNET_SQL_PAGE_TYPE,
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, READ_TIMEOUT_MS, feed->cancellable,
                          read_cb, feed);
}

/* The bus */

static void
recorded_cb (GDBusConnection *connection,
             const char *sender,
             const char *path,
             const char *interface,
             const char *signal,
             GVariant *parameters,
             gpointer user_data)
{
  SnetSqlFeed *feed = user_data;

  if (!feed->news && !feed->busy && feed->timer == 0 && feed->delay > 0)
    feed->timer = g_timeout_add_seconds (feed->delay, timer_cb, feed);
  feed->news = TRUE;
  step (feed);
}

static void
appeared_cb (GDBusConnection *connection, const char *name, const char *owner, gpointer user_data)
{
  SnetSqlFeed *feed = user_data;

  g_free (feed->owner);
  feed->owner = g_strdup (owner);
  feed->news = TRUE;
  feed->retry = DELAY_MIN;
  g_clear_handle_id (&feed->timer, g_source_remove);
  step (feed);
}

static void
vanished_cb (GDBusConnection *connection, const char *name, gpointer user_data)
{
  SnetSqlFeed *feed = user_data;

  g_clear_pointer (&feed->owner, g_free);
  set_trouble (feed, SNET_SQL_MESSAGE_SOURCE, "snetd does not run");
}

SnetSqlFeed *
snet_sql_feed_new (GDBusConnection *connection,
                   const SnetSqlStore *store,
                   gpointer store_data,
                   guint delay,
                   const SnetSqlFeedFuncs *funcs,
                   gpointer user_data)
{
  SnetSqlFeed *feed = g_new0 (SnetSqlFeed, 1);

  feed->connection = g_object_ref (connection);
  feed->store = store;
  feed->store_data = store_data;
  feed->delay = delay;
  feed->funcs = *funcs;
  feed->user_data = user_data;
  feed->retry = DELAY_MIN;
  feed->cancellable = g_cancellable_new ();
  if (!store->get_position (store_data, &feed->journal, &feed->serial))
    feed->serial = 0;
  feed->subscription = g_dbus_connection_signal_subscribe (
    connection, SNET_BUS_NAME, SNET_INTERFACE_EVENTS, "Recorded", SNET_OBJECT_PATH, NULL,
    G_DBUS_SIGNAL_FLAGS_NONE, recorded_cb, feed, NULL);
  feed->watch = g_bus_watch_name_on_connection (
    connection, SNET_BUS_NAME, G_BUS_NAME_WATCHER_FLAGS_NONE, appeared_cb, vanished_cb, feed, NULL);
  return feed;
}

void
snet_sql_feed_free (SnetSqlFeed *feed)
{
  g_bus_unwatch_name (feed->watch);
  g_dbus_connection_signal_unsubscribe (feed->connection, feed->subscription);
  g_cancellable_cancel (feed->cancellable);
  g_clear_pointer (&feed->owner, g_free);
  /* Who only reads is not waited for: read_cb() does nothing when it was cancelled. */
  while (feed->storing)
    g_main_context_iteration (NULL, TRUE);
  g_clear_handle_id (&feed->timer, g_source_remove);
  g_object_unref (feed->cancellable);
  g_object_unref (feed->connection);
  g_free (feed->trouble);
  g_free (feed->journal);
  g_free (feed);
}

void
snet_sql_feed_resume (SnetSqlFeed *feed)
{
  if (feed->trouble == NULL || feed->timer == 0)
    return;
  g_clear_handle_id (&feed->timer, g_source_remove);
  feed->retry = DELAY_MIN;
  step (feed);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snet-sql-shipper.h"

#include "snet-sql-error.h"
#include "snet-sql-log.h"

/* Milliseconds until the next attempt: doubled each time, and spread, as many machines wait. */
#define DELAY_MIN 500
#define DELAY_MAX (60 * 1000)

struct SnetSqlShipper
{
  SnetSqlSpool *spool;
  SnetSqlServer server;
  guint idle;
  SnetSqlShipperFuncs funcs;
  gpointer user_data;
  GMainContext *context;
  SnetSqlWake *wake;
  GThread *thread;
  GMutex mutex;    /* of what follows */
  GSource *source; /* that tells it; NULL: there is nothing to tell */
  gboolean room;
  gboolean changed;
  char *trouble;
};

/* Telling, in the main thread */

static gboolean
tell_cb (gpointer user_data)
{
  SnetSqlShipper *shipper = user_data;
  g_autofree char *trouble = NULL;
  gboolean room, changed;

  g_mutex_lock (&shipper->mutex);
  g_clear_pointer (&shipper->source, g_source_unref);
  room = shipper->room;
  changed = shipper->changed;
  trouble = g_strdup (shipper->trouble);
  shipper->room = shipper->changed = FALSE;
  g_mutex_unlock (&shipper->mutex);

  if (changed)
    shipper->funcs.changed (trouble, shipper->user_data);
  if (room)
    shipper->funcs.room (shipper->user_data);
  return G_SOURCE_REMOVE;
}

/* With the mutex. */
static void
tell (SnetSqlShipper *shipper)
{
  if (shipper->source != NULL)
    return;
  shipper->source = g_idle_source_new ();
  g_source_set_callback (shipper->source, tell_cb, shipper, NULL);
  g_source_attach (shipper->source, shipper->context);
}

static void
tell_room (SnetSqlShipper *shipper)
{
  g_mutex_lock (&shipper->mutex);
  shipper->room = TRUE;
  tell (shipper);
  g_mutex_unlock (&shipper->mutex);
}

static void
tell_trouble (SnetSqlShipper *shipper, const char *trouble)
{
  gboolean other;

  g_mutex_lock (&shipper->mutex);
  other = g_strcmp0 (shipper->trouble, trouble) != 0;
  if (other)
    {
      g_free (shipper->trouble);
      shipper->trouble = g_strdup (trouble);
      shipper->changed = TRUE;
      tell (shipper);
    }
  g_mutex_unlock (&shipper->mutex);
  if (!other)
    return;
  if (trouble != NULL)
    snet_sql_log (G_LOG_LEVEL_WARNING, SNET_SQL_MESSAGE_SERVER,
                  "Events cannot be written and wait: %s", trouble);
  else
    snet_sql_log (G_LOG_LEVEL_MESSAGE, SNET_SQL_MESSAGE_SERVER, "The server takes events");
}

/* The thread */

static void
wait_before_retry (SnetSqlShipper *shipper, guint *delay)
{
  const int spread = g_random_int_range ((int)*delay / 2, (int)*delay + 1);
  const gint64 end = g_get_monotonic_time () + spread * G_TIME_SPAN_MILLISECOND;
  gint64 left;

  /* New events do not make the server come back. */
  while (!snet_sql_wake_is_stopped (shipper->wake) &&
         (left = (end - g_get_monotonic_time ()) / G_TIME_SPAN_MILLISECOND) > 0)
    snet_sql_wake_wait (shipper->wake, -1, 0, (int)left);
  *delay = MIN (*delay * 2, DELAY_MAX);
}

static void
wait_for_more (SnetSqlShipper *shipper, SnetSqlSession *session)
{
  const gboolean ends = shipper->idle > 0 && snet_sql_session_is_open (session);
  const gint64 began = g_get_monotonic_time ();

  snet_sql_wake_wait (shipper->wake, -1, 0, ends ? (int)shipper->idle * 1000 : -1);
  if (ends && g_get_monotonic_time () - began >= shipper->idle * G_TIME_SPAN_SECOND)
    snet_sql_session_close (session);
}

/* FALSE: it has to be tried again. */
static gboolean
ship (SnetSqlShipper *shipper,
      SnetSqlSession *session,
      const SnetSqlPage *page,
      guint64 number,
      guint64 waiting)
{
  g_autoptr (GError) error = NULL;

  if (snet_sql_session_write (session, page, waiting, &error))
    {
      snet_sql_spool_drop (shipper->spool, number);
      tell_trouble (shipper, NULL);
      tell_room (shipper);
      return TRUE;
    }
  if (!g_error_matches (error, SNET_SQL_ERROR, SNET_SQL_ERROR_STOPPED) &&
      !g_error_matches (error, SNET_SQL_ERROR, SNET_SQL_ERROR_MOVED))
    tell_trouble (shipper, error->message);
  return FALSE;
}

static gpointer
run (gpointer user_data)
{
  SnetSqlShipper *shipper = user_data;
  g_autoptr (SnetSqlSession) session = snet_sql_session_new (&shipper->server, shipper->wake);
  guint delay = DELAY_MIN;

  while (!snet_sql_wake_is_stopped (shipper->wake))
    {
      guint64 number, waiting;
      g_autoptr (SnetSqlPage) page = snet_sql_spool_peek (shipper->spool, &number, &waiting);

      if (page == NULL)
        wait_for_more (shipper, session);
      else if (ship (shipper, session, page, number, waiting))
        delay = DELAY_MIN;
      else
        wait_before_retry (shipper, &delay);
    }
  return NULL;
}

SnetSqlShipper *
snet_sql_shipper_new (SnetSqlSpool *spool,
                      const SnetSqlServer *server,
                      guint idle,
                      const SnetSqlShipperFuncs *funcs,
                      gpointer user_data)
{
  SnetSqlShipper *shipper = g_new0 (SnetSqlShipper, 1);

  g_mutex_init (&shipper->mutex);
  shipper->spool = spool;
  shipper->server = *server;
  shipper->idle = idle;
  shipper->funcs = *funcs;
  shipper->user_data = user_data;
  shipper->context = g_main_context_ref_thread_default ();
  shipper->wake = snet_sql_wake_new ();
  shipper->thread = g_thread_new ("shipper", run, shipper);
  return shipper;
}

void
snet_sql_shipper_free (SnetSqlShipper *shipper)
{
  snet_sql_wake_stop (shipper->wake);
  g_thread_join (shipper->thread);
  if (shipper->source != NULL)
    {
      g_source_destroy (shipper->source);
      g_source_unref (shipper->source);
    }
  snet_sql_wake_free (shipper->wake);
  g_main_context_unref (shipper->context);
  g_mutex_clear (&shipper->mutex);
  g_free (shipper->trouble);
  g_free (shipper);
}

void
snet_sql_shipper_wake (SnetSqlShipper *shipper)
{
  snet_sql_wake_call (shipper->wake);
}

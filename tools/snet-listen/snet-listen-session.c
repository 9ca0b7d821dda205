/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The life of a controller or a monitor: how libsnet is used.
 *
 * snet_open() connects, snet_register() or snet_monitor() say what for, and from then on the main
 * loop calls snet_dispatch() whenever snet_fd() is readable, which calls back with what there is.
 */
#include "snet-listen-session.h"

#include <errno.h>
#include <glib-unix.h>
#include <stdio.h>

#include "snet-listen-asker.h"
#include "snet-listen-report.h"
#include "snet-listen-settings.h"
#include "snet-listen-why.h"
#include "snetd-names.h"

typedef struct
{
  const SnetListenOptions *options;
  struct snet *snet;
  GMainLoop *loop;
  SnetListenAsker *asker; /* NULL: nobody is asked */
  SnetListenSettings settings;
  SnetListenReport report;
  int status;
} Session;

static void
end (Session *session, int status)
{
  if (session->status == SNET_LISTEN_EXIT_OK)
    session->status = status;
  g_main_loop_quit (session->loop);
}

/* Anything else than an event. */
static void
say (Session *session, const char *text)
{
  if (session->asker != NULL)
    snet_listen_asker_say (session->asker, text);
  else
    fprintf (stderr, "snet-listen: %s\n", text);
}

static void
report (Session *session, const struct snet_event *event, const SnetListenEnd *how)
{
  if (!snet_listen_report_event (&session->report, event, how))
    end (session, SNET_LISTEN_EXIT_FAILED);
  if (session->options->count != 0 && session->report.events >= session->options->count)
    end (session, SNET_LISTEN_EXIT_OK);
}

static gint64
waited (const struct snet_event *event)
{
  return MAX (g_get_real_time () - (gint64)(event->time_ns / 1000), 0);
}

/*
 * A ticket answers what is alike without asking again. Alike is what the answer was about: who,
 * what and where; of what comes in, where it comes to.
 */
static struct snet_ticket_terms
terms_of (const struct snet_event *event)
{
  struct snet_ticket_terms terms = {
    .fields = SNET_FIELD_OPERATION | SNET_FIELD_FAMILY | SNET_FIELD_TYPE | SNET_FIELD_PROTOCOL |
              SNET_FIELD_PROGRAM | SNET_FIELD_SCRIPT | SNET_FIELD_UID,
    .mode = SNET_TICKET_FIXED,
  };

  if (event->operation == SNET_OP_CONNECT || event->operation == SNET_OP_SEND)
    terms.fields |= SNET_FIELD_REMOTE_ADDR | SNET_FIELD_REMOTE_PORT;
  else
    terms.fields |= SNET_FIELD_LOCAL_ADDR | SNET_FIELD_LOCAL_PORT;
  return terms;
}

/* The verdict of this program. Return: FALSE if the call did not wait any more. */
static gboolean
decide (Session *session, const struct snet_event *event, gboolean allow)
{
  const struct snet_ticket_terms terms = terms_of (event);
  int result = snet_verdict_ticket (
    session->snet, event->id, allow ? SNET_VERDICT_ALLOW : SNET_VERDICT_DENY,
    allow ? 0 : session->options->error, session->options->tickets ? &terms : NULL);
  g_autofree char *text = NULL;

  if (result == 0)
    return TRUE;
  text = g_strdup_printf ("0x%" G_GINT64_MODIFIER "x was not decided: %s", event->id,
                          snet_strerror (session->snet, result));
  say (session, text);
  session->report.late++;
  return FALSE;
}

static void
decide_and_print (Session *session, const struct snet_event *event, gboolean allow, int reason)
{
  SnetListenEnd how = { .has_verdict = TRUE, .reason = reason };

  if (!decide (session, event, allow))
    return;
  how.verdict = allow ? SNET_VERDICT_ALLOW : SNET_VERDICT_DENY;
  if (!allow)
    how.error = session->options->error != 0         ? session->options->error
                : event->operation == SNET_OP_ACCEPT ? ECONNABORTED
                                                     : EACCES;
  how.waited = waited (event);
  report (session, event, &how);
}

static void
answered_cb (const struct snet_event *event, gboolean allow, gpointer data)
{
  decide_and_print (data, event, allow, SNETD_REASON_USER);
}

static void
left_cb (gpointer data)
{
  end (data, SNET_LISTEN_EXIT_OK);
}

/* A call is held. */
static void
request_cb (struct snet *snet, const struct snet_event *event, void *data)
{
  Session *session = data;

  if (!snet_listen_options_match (session->options, event))
    {
      session->report.unseen++;
      snet_verdict_nowait (snet, event->id, SNET_VERDICT_ALLOW, 0, NULL);
    }
  else if (session->asker != NULL)
    snet_listen_asker_add (session->asker, event);
  else if (event->operation == SNET_OP_UNSPEC)
    say (session, "a request could not be understood, and is left to the policy");
  else
    decide_and_print (session, event, session->options->mode == SNET_LISTEN_ALLOW, -1);
}

/* A call that was asked about does not wait any more. */
static void
cancel_cb (struct snet *snet, const struct snet_cancel *cancel, void *data)
{
  Session *session = data;
  gboolean timeout = cancel->reason == SNET_CANCEL_TIMEOUT;
  SnetListenEnd how = { .reason = -1, .waited = -1 };
  struct snet_event *event;
  const char *why;

  if (session->asker == NULL)
    return;
  if (timeout)
    why = cancel->verdict == SNET_VERDICT_ALLOW ? "nobody has answered: the policy has allowed it"
                                                : "nobody has answered: the policy has denied it";
  else
    why = cancel->reason == SNET_CANCEL_KILLED ? "the program has ended" : "the socket was closed";
  event = snet_listen_asker_withdraw (session->asker, cancel->id, why);
  if (event == NULL)
    return;
  if (timeout)
    how = (SnetListenEnd){ TRUE, cancel->verdict, 0, SNETD_REASON_TIMEOUT, waited (event) };
  report (session, event, &how);
  snet_event_free (event);
}

/* What was not told waits all the same, or was decided by the policy. */
static void
pending_cb (struct snet *snet, const struct snet_event *event, void *data)
{
  Session *session = data;

  if (session->asker == NULL || !snet_listen_asker_has (session->asker, event->id))
    request_cb (snet, event, data);
}

static void
overrun_cb (struct snet *snet, void *data)
{
  say (data, "more has happened than could be told: some calls were decided by the policy");
  if (((Session *)data)->options->mode != SNET_LISTEN_MONITOR)
    snet_pending (snet, pending_cb, data);
}

/* Something was decided, whoever did. */
static void
event_cb (struct snet *snet, const struct snet_event *event, void *data)
{
  SnetListenEnd how = snet_listen_end_of_event (event);
  Session *session = data;

  if (!snet_listen_options_match (session->options, event))
    return;
  report (session, event, &how);
}

static gboolean
readable_cb (int fd, GIOCondition condition, gpointer data)
{
  Session *session = data;
  int result = snet_dispatch (session->snet);

  if (result >= 0)
    return G_SOURCE_CONTINUE;
  say (session, snet_strerror (session->snet, result));
  /* All but the malformed message was delivered. */
  if (result == -EBADMSG)
    return G_SOURCE_CONTINUE;
  end (session, SNET_LISTEN_EXIT_FAILED);
  return G_SOURCE_REMOVE;
}

static gboolean
signal_cb (gpointer data)
{
  end (data, SNET_LISTEN_EXIT_OK);
  return G_SOURCE_CONTINUE;
}

static int
start (Session *session)
{
  static const struct snet_callbacks controller = {
    .request = request_cb,
    .cancel = cancel_cb,
    .overrun = overrun_cb,
  };
  static const struct snet_monitor_callbacks monitor = { .event = event_cb, .overrun = overrun_cb };
  int result = snet_open (&session->snet);

  if (result == 0 && session->options->mode == SNET_LISTEN_MONITOR)
    return snet_monitor (session->snet, &monitor, session);
  if (result == 0)
    result = snet_register (session->snet, &controller, session);
  /* Those of an earlier controller would go on deciding, unseen. */
  if (result == 0)
    result = snet_ticket_flush (session->snet);
  if (result == 0)
    result = snet_listen_settings_apply (&session->settings, session->snet, session->options);
  return result;
}

static void
listen_until_end (Session *session)
{
  static const SnetListenAskerCallbacks asker = { answered_cb, left_cb };
  static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
  guint sources[G_N_ELEMENTS (signals)];
  guint source = g_unix_fd_add (snet_fd (session->snet), G_IO_IN, readable_cb, session);

  if (session->options->mode == SNET_LISTEN_ASK)
    session->asker = snet_listen_asker_new (&asker, session);
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    sources[i] = g_unix_signal_add (signals[i], signal_cb, session);
  snet_listen_report_start (&session->report);
  g_main_loop_run (session->loop);

  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    g_source_remove (sources[i]);
  /* It has removed itself if it failed. */
  if (g_main_context_find_source_by_id (NULL, source) != NULL)
    g_source_remove (source);
}

int
snet_listen_session_run (const SnetListenOptions *options)
{
  Session session = { .options = options,
                      .report = { .options = options },
                      .loop = g_main_loop_new (NULL, FALSE) };
  int result = start (&session);

  if (result == 0)
    {
      listen_until_end (&session);
      if (options->tickets)
        snet_ticket_flush (session.snet);
    }
  else
    session.status = snet_listen_why (session.snet, result);
  snet_listen_settings_restore (&session.settings, session.snet);
  session.snet = snet_close (session.snet);
  if (session.asker != NULL)
    session.report.open = snet_listen_asker_count (session.asker);
  g_clear_pointer (&session.asker, snet_listen_asker_free);
  if (result == 0)
    snet_listen_report_summary (&session.report);
  g_main_loop_unref (session.loop);
  return session.status;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is printed of events: a line each, and how many there were. */
#include "snet-listen-report.h"

#include <stdio.h>

#include "snet-listen-text.h"
#include "snetd-names.h"

void
snet_listen_report_start (const SnetListenReport *report)
{
  static const char *const texts[] = {
    [SNET_LISTEN_ASK] = "asks about each call: y allows, n denies, q quits",
    [SNET_LISTEN_ALLOW] = "allows each call; Ctrl+C ends",
    [SNET_LISTEN_DENY] = "denies each call; Ctrl+C ends",
    [SNET_LISTEN_MONITOR] = "watches; Ctrl+C ends",
  };

  fprintf (stderr, "snet-listen: %s\n", texts[report->options->mode]);
}

/* A monitor's have behind the library's line what others have decided. */
static char *
line_of (const SnetListenReport *report, const struct snet_event *event, const SnetListenEnd *how)
{
  g_autofree char *line = snet_listen_line (event);
  g_autofree char *verdict = NULL, *reason = NULL;

  if (report->options->mode != SNET_LISTEN_MONITOR)
    return g_steal_pointer (&line);
  if (how->has_verdict)
    verdict = snetd_vocabulary_word (&snetd_verdicts, (int)how->verdict);
  if (how->reason >= 0)
    reason = snetd_vocabulary_word (&snetd_reasons, how->reason);
  return g_strconcat (line, verdict ? " " : "", verdict ? verdict : "", reason ? " by " : "",
                      reason ? reason : "", NULL);
}

static void
count (SnetListenReport *report, const SnetListenEnd *how)
{
  report->events++;
  if (report->options->mode != SNET_LISTEN_MONITOR && how->reason == SNETD_REASON_TIMEOUT)
    report->timeouts++;
  else if (!how->has_verdict)
    report->withdrawn++;
  else if (how->verdict == SNET_VERDICT_ALLOW)
    report->allowed++;
  else
    report->denied++;
}

gboolean
snet_listen_report_event (SnetListenReport *report,
                          const struct snet_event *event,
                          const SnetListenEnd *how)
{
  g_autofree char *line = NULL;

  count (report, how);
  /* On the terminal the line was part of the question. */
  if (report->options->mode == SNET_LISTEN_ASK && !report->options->json)
    return TRUE;
  line = report->options->json ? snet_listen_json (event, how) : line_of (report, event, how);
  /* At once, also into a pipe. */
  return printf ("%s\n", line) >= 0 && fflush (stdout) == 0;
}

void
snet_listen_report_summary (const SnetListenReport *report)
{
  const gboolean asks = report->options->mode == SNET_LISTEN_ASK;

  fprintf (stderr, "snet-listen: %u events: %u allowed, %u denied", report->events, report->allowed,
           report->denied);
  if (asks)
    fprintf (stderr, ", %u not answered in time", report->timeouts);
  if (asks || report->withdrawn > 0)
    fprintf (stderr, ", %u %s", report->withdrawn, asks ? "withdrawn" : "closed or given up");
  if (report->late > 0)
    fprintf (stderr, "; %u answers came too late", report->late);
  if (report->unseen > 0)
    fprintf (stderr, "; %u others were let through", report->unseen);
  if (report->open > 0)
    fprintf (stderr, "; %u left to the policy", report->open);
  fputc ('\n', stderr);
}

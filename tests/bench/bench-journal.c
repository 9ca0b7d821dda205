/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many events a second the journal takes, and how long a page of a query
 * takes then. Prints lines of a name, a number and its unit.
 *
 *   bench-journal FILE EVENTS [MAXIMUM]
 *
 * EVENTS are written, of which MAXIMUM are kept, so that with a smaller one the
 * trimming is measured as well.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "snetd-journal.h"

#define TIMES   20
#define TICKETS 10 /* of which all but one are decided by one */

/*
 * As of a busy machine: most is decided by tickets, of whose processes nothing
 * is asked, and some values are rare.
 */
static SnetdRequest *
request_new (GRand *random, guint64 number)
{
  const gint common = g_rand_int_range (random, 0, 40);
  const gint rare = g_rand_int_range (random, 0, 2000);
  g_autofree char *program = g_strdup_printf ("/usr/bin/program-%d", common);
  g_autofree char *comm = g_strdup_printf ("program-%d", common);
  struct snet_event event = {
    .id = number % TICKETS == 0 ? number : 0,
    .operation = rare == 0 ? SNET_OP_LISTEN : SNET_OP_CONNECT,
    .fields = SNET_EVENT_REMOTE | SNET_EVENT_VERDICT | SNET_EVENT_CAUSE | SNET_EVENT_NETNS,
    .family = AF_INET,
    .type = SOCK_STREAM,
    .protocol = IPPROTO_TCP,
    .pid = 1000 + rare,
    .uid = 1000 + common % 3,
    .session = 3,
    .netns = 4026531840,
    .process = 10000 + rare,
    .time_ns = g_get_real_time () * 1000,
    .program = program,
    .script = common == 7 ? "/usr/bin/script" : NULL,
    .ancestors = { "/usr/bin/bash", "/usr/bin/gnome-shell", "/usr/lib/systemd/systemd" },
    .verdict = rare < 20 ? SNET_VERDICT_DENY : SNET_VERDICT_ALLOW,
    .error = rare < 20 ? EACCES : 0,
    .cause = rare < 2 ? SNET_CAUSE_QUEUE_FULL : SNET_CAUSE_TICKET,
    .remote_len = sizeof (struct sockaddr_in),
  };
  struct sockaddr_in *remote = (struct sockaddr_in *)&event.remote;
  const char *command[] = { program, "--option", comm, NULL };
  SnetdRequest *request;

  g_strlcpy (event.comm, comm, sizeof event.comm);
  *remote = (struct sockaddr_in){ .sin_family = AF_INET,
                                  .sin_port = htons (rare == 1 ? 8443 : 443),
                                  .sin_addr.s_addr = htonl (0xc0000000 + rare) };
  request = snetd_request_new_decided (&event);
  request->remote_host = g_strdup_printf ("host-%d.example.org", rare);
  request->rule = rare == 2 ? 7 : 1;
  if (request->id == 0)
    return request;

  request->command = g_strdupv ((char **)command);
  request->directory = g_strdup ("/home/user");
  request->cgroup = g_strdup_printf ("/user.slice/app-%d.scope", common);
  request->unit = g_strdup_printf ("app-%d.scope", common);
  if (common == 9)
    request->app = g_strdup ("org.example.App");
  return request;
}

static void
write_events (SnetdJournal *journal, guint64 events)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  g_autoptr (GPtrArray) requests =
    g_ptr_array_new_with_free_func ((GDestroyNotify)snetd_request_unref);
  g_autoptr (GError) error = NULL;
  gint64 spent = 0, started;
  clock_t worked = 0, began;

  for (guint64 done = 0; done < events; done += requests->len)
    {
      g_ptr_array_set_size (requests, 0);
      for (guint i = 0; i < 10000 && done + i < events; i++)
        g_ptr_array_add (requests, request_new (random, done + i + 1));

      started = g_get_monotonic_time ();
      began = clock ();
      for (guint i = 0; i < requests->len; i++)
        snetd_journal_append (journal, g_ptr_array_index (requests, i));
      if (!snetd_journal_flush (journal, &error))
        g_error ("%s", error->message);
      spent += g_get_monotonic_time () - started;
      worked += clock () - began;
    }
  g_print ("write %.0f events/s\n", events * 1e6 / spent);
  g_print ("write-cpu %.2f us/event\n", worked * 1e6 / CLOCKS_PER_SEC / events);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const gint64 left = *(const gint64 *)a, right = *(const gint64 *)b;

  return (left > right) - (left < right);
}

static void
time_query (SnetdJournal *journal, const char *text, guint limit)
{
  g_autoptr (GVariant) dictionary =
    g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, NULL);
  gint64 took[TIMES];
  gsize rows = 0;

  for (guint i = 0; i < TIMES; i++)
    {
      const gint64 started = g_get_monotonic_time ();
      g_autoptr (GError) error = NULL;
      g_autoptr (SnetdFilter) filter = snetd_filter_new (dictionary, &error);
      g_autoptr (GVariant) events = NULL;

      if (filter != NULL)
        events = snetd_journal_query (journal, filter, limit, &error);
      if (events == NULL)
        g_error ("%s: %s", text, error->message);
      g_variant_ref_sink (events);
      rows = g_variant_n_children (events);
      took[i] = g_get_monotonic_time () - started;
    }
  qsort (took, TIMES, sizeof took[0], compare);
  g_print ("query %s limit %u (%" G_GSIZE_FORMAT " rows) %.2f ms (at most %.2f)\n", text, limit,
           rows, took[TIMES / 2] / 1e3, took[TIMES - 1] / 1e3);
}

static void
time_queries (SnetdJournal *journal)
{
  static const char *const filters[] = {
    "{}",
    "{'before': <uint64 5000>}",
    "{'since': <int64 0>}",
    "{'until': <int64 1>}",
    "{'uid': <uint32 1001>}",
    "{'uid': <uint32 7>}",
    "{'operation': <'listen'>}",
    "{'program': <'/usr/bin/program-3'>}",
    "{'program': <'/nowhere'>}",
    "{'verdict': <'allow'>}",
    "{'verdict': <'deny'>}",
    "{'reason': <'policy'>}",
    "{'rule': <uint64 7>}",
    "{'id': <uint64 20>}",
    "{'remote-address': <'192.0.0.99'>}",
    "{'remote-port': <uint16 8443>}",
    "{'remote-host': <'host-99.example.org'>}",
    "{'unit': <'app-5.scope'>}",
    "{'app': <'org.example.App'>}",
    "{'script': <'/usr/bin/script'>}",
    "{'text': <'program-1'>}",
    "{'text': <'HOST-1234.'>}",
    "{'text': <'example'>}",
    "{'text': <'99'>}",
    "{'text': <'nowhere'>}",
    "{'uid': <uint32 1001>, 'verdict': <'deny'>}",
    "{'uid': <uint32 1001>, 'text': <'host-77'>}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (filters); i++)
    {
      time_query (journal, filters[i], 100);
      time_query (journal, filters[i], SNETD_JOURNAL_PAGE);
    }
}

int
main (int argc, char **argv)
{
  SnetdRetention retention = { 100000000, 36500 };
  g_autoptr (SnetdJournal) journal = NULL;
  g_autoptr (GError) error = NULL;

  if (argc < 3)
    {
      g_printerr ("Usage: bench-journal FILE EVENTS [MAXIMUM]\n");
      return 2;
    }
  if (argc > 3)
    retention.events = g_ascii_strtoull (argv[3], NULL, 10);

  journal = snetd_journal_open (argv[1], &retention, &error);
  if (journal == NULL)
    g_error ("%s", error->message);
  write_events (journal, g_ascii_strtoull (argv[2], NULL, 10));
  time_queries (journal);
  return 0;
}

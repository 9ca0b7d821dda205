/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What those who watch are told, who may watch, and that nobody waits for them.
 * Runs as root under an snet kernel, as the only controller.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "answer.h"
#include "hold.h"

typedef struct
{
  struct snet *snet;
  GQueue events; /* of Event */
  guint overruns;
} Monitor;

static void
on_event (struct snet *snet, const struct snet_event *event, void *data)
{
  Monitor *monitor = data;

  g_queue_push_tail (&monitor->events, snet_event_copy (event));
}

static void
on_overrun (struct snet *snet, void *data)
{
  Monitor *monitor = data;

  monitor->overruns++;
}

static const struct snet_monitor_callbacks callbacks = { .event = on_event, .overrun = on_overrun };

static Monitor *
monitor_new (void)
{
  Monitor *monitor = g_new0 (Monitor, 1);

  g_assert_cmpint (snet_open (&monitor->snet), ==, 0);
  g_assert_cmpint (snet_monitor (monitor->snet, &callbacks, monitor), ==, 0);
  return monitor;
}

static void
monitor_free (Monitor *monitor)
{
  g_queue_clear_full (&monitor->events, (GDestroyNotify)snet_event_free);
  snet_close (monitor->snet);
  g_free (monitor);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Monitor, monitor_free)

/* Waits for the next event of an operation of a process; passes over all others. */
static Event *
monitor_next (Monitor *monitor, pid_t pid, enum snet_operation operation)
{
  struct pollfd pollfd = { .fd = snet_fd (monitor->snet), .events = POLLIN };

  for (;;)
    {
      g_autoptr (Event) event = NULL;

      while (g_queue_is_empty (&monitor->events))
        {
          g_assert_cmpint (poll (&pollfd, 1, TEST_PATIENCE_MS), ==, 1);
          g_assert_cmpint (snet_dispatch (monitor->snet), >=, 0);
        }
      event = g_queue_pop_head (&monitor->events);
      if (event->pid == (guint32)pid && event->operation == operation)
        return g_steal_pointer (&event);
    }
}

/* Waits for its end, which is to be this. Return: who it was. */
static pid_t
finish (Child *child, int error)
{
  pid_t pid = child->pid;

  g_assert_cmpint (child_finish (child), ==, error);
  return pid;
}

#define DECIDED (SNET_EVENT_VERDICT | SNET_EVENT_CAUSE)
#define TRAFFIC (SNET_EVENT_DURATION | SNET_EVENT_BYTES_SENT | SNET_EVENT_BYTES_RECEIVED)

/* error: of a denial, 0: it was allowed. */
static void
assert_decided (const Event *event, enum snet_cause cause, int error)
{
  g_assert_cmphex (event->fields & (DECIDED | TRAFFIC), ==, DECIDED);
  g_assert_cmpint (event->cause, ==, cause);
  g_assert_cmpint (event->verdict, ==, error ? SNET_VERDICT_DENY : SNET_VERDICT_ALLOW);
  g_assert_cmpint (event->error, ==, error);
}

/* By the controller: the same call, with the same id, and how long it took. */
static void
test_controller (void)
{
  static const int errors[] = { 0, EPERM };
  g_autoptr (Controller) controller = hold_begin ();
  g_autoptr (Monitor) monitor = monitor_new ();
  Call call = call_loopback (AF_INET, SOCK_DGRAM, 8300);

  for (gsize i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      g_autoptr (Child) child = child_start (call_connect, &call);
      g_autoptr (Event) request = controller_next_request (controller);
      g_autoptr (Event) event = NULL;

      if (errors[i])
        controller_deny (controller, request, errors[i]);
      else
        controller_allow (controller, request);

      event = monitor_next (monitor, finish (child, errors[i]), SNET_OP_CONNECT);
      assert_decided (event, SNET_CAUSE_CONTROLLER, errors[i]);
      g_assert_true (event->fields & SNET_EVENT_WAITED);
      g_assert_cmpuint (event->waited_ns, >, 0);
      g_assert_cmpuint (event->id, ==, request->id);
      g_assert_cmpuint (event->time_ns, ==, request->time_ns);
      g_assert_cmpuint (event->process, ==, request->process);
      g_assert_cmpuint (event->uid, ==, request->uid);
      g_assert_cmpstr (event->program, ==, request->program);
      g_assert_cmpstr (event->comm, ==, request->comm);
      g_assert_cmpmem (&event->remote, event->remote_len, &call.address, call.len);
    }
}

/* By a ticket: it did not wait. */
static void
test_ticket (void)
{
  static const int errors[] = { 0, EXDEV };
  static const struct snet_ticket_terms terms = { .fields =
                                                    SNET_FIELD_OPERATION | SNET_FIELD_REMOTE_PORT,
                                                  .mode = SNET_TICKET_FIXED,
                                                  .lifetime = 600 };
  g_autoptr (Controller) controller = hold_begin ();
  g_autoptr (Monitor) monitor = monitor_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      Call call = call_loopback (AF_INET, SOCK_DGRAM, 8301 + i);
      g_autoptr (Child) first = child_start (call_connect, &call);
      g_autoptr (Event) request = controller_next_request (controller);
      g_autoptr (Child) second = NULL;
      g_autoptr (Event) event = NULL;

      g_assert_cmpint (snet_verdict_ticket (controller->snet, request->id,
                                            errors[i] ? SNET_VERDICT_DENY : SNET_VERDICT_ALLOW,
                                            errors[i], &terms),
                       ==, 0);
      g_assert_cmpint (child_finish (first), ==, errors[i]);
      second = child_start (call_connect, &call);
      event = monitor_next (monitor, finish (second, errors[i]), SNET_OP_CONNECT);
      assert_decided (event, SNET_CAUSE_TICKET, errors[i]);
      g_assert_cmpuint (event->id, ==, 0);
      g_assert_false (event->fields & SNET_EVENT_WAITED);
    }
  g_assert_cmpint (snet_ticket_flush (controller->snet), ==, 0);
}

/* By the policy, each for its own cause. */
static void
test_policy (void)
{
  g_autoptr (Monitor) monitor = monitor_new ();
  Controller *controller = hold_begin ();
  Call call = call_loopback (AF_INET, SOCK_DGRAM, 8310);
  g_autoptr (Child) late = NULL;
  g_autoptr (Child) killed = NULL;
  g_autoptr (Child) orphan = NULL;
  g_autoptr (Child) alone = NULL;
  g_autoptr (Event) request = NULL;
  g_autoptr (Event) asked = NULL;
  g_autoptr (Event) timeout = NULL;
  g_autoptr (Event) cancelled = NULL;
  g_autoptr (Event) gone = NULL;
  g_autoptr (Event) nobody = NULL;
  pid_t pid;

  controller_configure (controller, 1, SNET_VERDICT_ALLOW);
  late = child_start (call_connect, &call);
  timeout = monitor_next (monitor, finish (late, 0), SNET_OP_CONNECT);
  assert_decided (timeout, SNET_CAUSE_TIMEOUT, 0);
  g_assert_cmpuint (timeout->waited_ns, >, 900 * 1000 * 1000);
  snet_event_free (controller_next_request (controller));

  controller_configure (controller, LONG_DELAY, SNET_VERDICT_DENY);
  killed = child_start (call_connect, &call);
  asked = controller_next_request (controller);
  pid = killed->pid;
  child_kill (killed);
  cancelled = monitor_next (monitor, pid, SNET_OP_CONNECT);
  assert_decided (cancelled, SNET_CAUSE_CANCELLED, EINTR);

  orphan = child_start (call_connect, &call);
  request = controller_next_request (controller);
  controller_free (controller);
  gone = monitor_next (monitor, finish (orphan, EACCES), SNET_OP_CONNECT);
  assert_decided (gone, SNET_CAUSE_CONTROLLER_GONE, EACCES);
  g_assert_cmpuint (gone->id, ==, request->id);

  alone = child_start (call_connect, &call);
  nobody = monitor_next (monitor, finish (alone, EACCES), SNET_OP_CONNECT);
  assert_decided (nobody, SNET_CAUSE_NO_CONTROLLER, EACCES);
  g_assert_cmpuint (nobody->id, ==, 0);
}

/* What a connection's two ends do, and how they end. */
typedef struct
{
  const char *name;
  int family;
  int up, down;      /* bytes from the client, and from the server */
  gboolean shutdown; /* both say that they are through before they close */
} Talk;

static const Talk talks[] = {
  { "ipv4", AF_INET, 1000, 7, FALSE },          { "ipv6", AF_INET6, 300000, 1, FALSE },
  { "nothing", AF_INET, 0, 0, FALSE },          { "shutdown", AF_INET, 20, 50000, TRUE },
  { "shutdown-nothing", AF_INET6, 0, 0, TRUE },
};

/* Sends and receives all of it, and waits until that is acknowledged. */
static int
move (int from, int to, int bytes)
{
  char buffer[1000];
  int queued = 1;

  memset (buffer, 'x', sizeof buffer);
  while (bytes > 0)
    {
      ssize_t n = write (from, buffer, MIN (bytes, (int)sizeof buffer));

      if (n <= 0 || recv (to, buffer, n, MSG_WAITALL) != n)
        return errno ? errno : EIO;
      bytes -= n;
    }
  for (int tries = 0; queued && tries < TEST_PATIENCE_MS; tries++)
    {
      if (ioctl (from, SIOCOUTQ, &queued) < 0)
        return errno;
      if (queued)
        poll (NULL, 0, 1);
    }
  return queued ? ETIMEDOUT : 0;
}

/* Both ends say that they are through, and have seen that the other is. */
static int
shut_down (int one, int other)
{
  char byte;

  if (shutdown (one, SHUT_WR) < 0 || read (other, &byte, 1) != 0 || shutdown (other, SHUT_WR) < 0 ||
      read (one, &byte, 1) != 0)
    return errno ? errno : EIO;
  return 0;
}

static int
call_talk (gconstpointer data)
{
  const Talk *talk = data;
  Call call = call_loopback (talk->family, SOCK_STREAM, 0);
  int listener = socket (talk->family, SOCK_STREAM, 0);
  int client = socket (talk->family, SOCK_STREAM, 0);
  int server, error;

  if (bind (listener, &call.address.any, call.len) < 0 || listen (listener, 1) < 0 ||
      getsockname (listener, &call.address.any, &call.len) < 0 ||
      connect (client, &call.address.any, call.len) < 0)
    return errno;
  server = accept (listener, NULL, NULL);
  if (server < 0)
    return errno;
  error = move (client, server, talk->up);
  if (!error)
    error = move (server, client, talk->down);
  if (!error && talk->shutdown)
    error = shut_down (client, server);
  close (client);
  close (server);
  close (listener);
  return error;
}

static void
assert_traffic (const Event *event, int sent, int received)
{
  g_assert_cmphex (event->fields & (DECIDED | TRAFFIC), ==, TRAFFIC);
  g_assert_cmpuint (event->id, ==, 0);
  g_assert_cmpuint (event->bytes_sent, ==, sent);
  g_assert_cmpuint (event->bytes_received, ==, received);
  g_assert_cmpuint (event->duration_ns, >, 0);
  g_assert_cmpuint (event->duration_ns, <, TEST_PATIENCE_MS * G_GUINT64_CONSTANT (1000000));
}

/* The end of a connection: payload, to the byte, as each of its ends sees it. */
static void
test_close (gconstpointer data)
{
  const Talk *talk = data;
  g_autoptr (Controller) controller = hold_begin ();
  g_autoptr (Mediation) mediation = mediation_begin (controller->snet);
  g_autoptr (Monitor) monitor = monitor_new ();
  g_autoptr (Child) child = NULL;
  g_autoptr (Event) client = NULL;
  g_autoptr (Event) server = NULL;
  g_autoptr (Event) listener = NULL;
  pid_t pid;

  mediate (mediation, SNET_OP_CLOSE, talk->family);
  child = child_start (call_talk, talk);
  pid = finish (child, 0);
  client = monitor_next (monitor, pid, SNET_OP_CLOSE);
  assert_traffic (client, talk->up, talk->down);
  server = monitor_next (monitor, pid, SNET_OP_CLOSE);
  assert_traffic (server, talk->down, talk->up);
  listener = monitor_next (monitor, pid, SNET_OP_CLOSE);
  assert_traffic (listener, 0, 0);
  if (!talk->shutdown)
    g_assert_cmpmem (&client->remote, client->remote_len, &server->local, server->local_len);
  controller_assert_quiet (controller);
}

static int
monitor_as_nobody (gconstpointer unused)
{
  struct snet *snet = NULL;
  int err;

  if (setresuid (65534, 65534, 65534) < 0)
    return errno;
  err = snet_open (&snet);
  return -(err ? err : snet_monitor (snet, &callbacks, NULL));
}

static int
monitor_in_userns (gconstpointer unused)
{
  struct snet *snet = NULL;
  int err;

  if (unshare (CLONE_NEWUSER) < 0)
    return errno;
  err = snet_open (&snet);
  return -(err ? err : snet_monitor (snet, &callbacks, NULL));
}

static int
monitor_in_netns (gconstpointer unused)
{
  struct snet *snet = NULL;

  if (unshare (CLONE_NEWUSER | CLONE_NEWNET) < 0)
    return errno;
  return -snet_open (&snet);
}

static void
test_permission (void)
{
  g_autoptr (Child) nobody = child_start (monitor_as_nobody, NULL);
  g_autoptr (Child) userns = child_start (monitor_in_userns, NULL);
  g_autoptr (Child) netns = child_start (monitor_in_netns, NULL);

  g_assert_cmpint (child_finish (nobody), ==, EPERM);
  g_assert_cmpint (child_finish (userns), ==, EPERM);
  g_assert_cmpint (child_finish (netns), ==, ENOENT);
}

/* Who has not joined hears nothing, and there is nothing to be late for. */
static void
test_unasked (void)
{
  g_autoptr (Controller) controller = hold_begin ();
  g_autoptr (Monitor) monitor = monitor_new ();
  Call call = call_loopback (AF_INET, SOCK_DGRAM, 8320);
  g_autoptr (Child) child = child_start (call_connect, &call);
  g_autoptr (Event) event = NULL;

  controller_allow_next (controller, SNET_OP_CONNECT);
  event = monitor_next (monitor, finish (child, 0), SNET_OP_CONNECT);
  controller_assert_quiet (controller);
}

/* Both on one handle. */
static void
test_both (void)
{
  g_autoptr (Controller) controller = hold_begin ();
  Monitor monitor = { .snet = controller->snet };
  Call call = call_loopback (AF_INET, SOCK_DGRAM, 8321);
  g_autoptr (Child) child = NULL;
  g_autoptr (Event) event = NULL;

  g_assert_cmpint (snet_monitor (controller->snet, &callbacks, &monitor), ==, 0);
  child = child_start (call_connect, &call);
  controller_allow_next (controller, SNET_OP_CONNECT);
  event = monitor_next (&monitor, child->pid, SNET_OP_CONNECT);
  assert_decided (event, SNET_CAUSE_CONTROLLER, 0);
  g_assert_cmpint (child_finish (child), ==, 0);
  g_queue_clear_full (&monitor.events, (GDestroyNotify)snet_event_free);
}

/* Messages that netlink sockets had no room for. */
static guint64
count_drops (void)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint64 sum = 0, drops;

  if (!g_file_get_contents ("/proc/net/netlink", &text, NULL, NULL))
    return 0;
  lines = g_strsplit (text, "\n", -1);
  for (gsize i = 1; lines[i]; i++)
    if (sscanf (lines[i], "%*s %*s %*s %*s %*s %*s %*s %*s %" G_GUINT64_FORMAT, &drops) == 1)
      sum += drops;
  return sum;
}

/* More than any queue holds, and how many between two looks whether it is full. */
#define CLOSES  20000
#define BETWEEN 200

static int
call_closes_until_dropped (gconstpointer unused)
{
  guint64 before = count_drops ();

  for (int i = 1; i <= CLOSES; i++)
    {
      if (close (socket (AF_INET, SOCK_DGRAM, 0)) < 0)
        return errno;
      if (i % BETWEEN == 0 && count_drops () > before)
        return 0;
    }
  return ETIMEDOUT;
}

/* Who does not read loses, and nobody waits; who reads then is told of it. */
static void
test_overrun (void)
{
  g_autoptr (Monitor) lazy = monitor_new ();
  g_autoptr (Child) child = child_start (call_closes_until_dropped, NULL);
  struct pollfd pollfd = { .fd = snet_fd (lazy->snet), .events = POLLIN };
  g_autoptr (Event) later = NULL;
  g_autoptr (Child) another = NULL;
  Call call = call_loopback (AF_INET, SOCK_DGRAM, 8322);

  g_assert_cmpint (child_finish (child), ==, 0);
  while (poll (&pollfd, 1, 0) == 1)
    g_assert_cmpint (snet_dispatch (lazy->snet), >=, 0);
  g_assert_cmpuint (lazy->overruns, >, 0);
  g_assert_cmpuint (g_queue_get_length (&lazy->events), >, 0);
  g_assert_cmpuint (g_queue_get_length (&lazy->events), <, CLOSES);

  another = child_start (call_bind, &call);
  later = monitor_next (lazy, finish (another, EACCES), SNET_OP_CLOSE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/monitor/controller", test_controller);
  g_test_add_func ("/monitor/ticket", test_ticket);
  g_test_add_func ("/monitor/policy", test_policy);
  for (gsize i = 0; i < G_N_ELEMENTS (talks); i++)
    {
      g_autofree char *path = g_strdup_printf ("/monitor/close/%s", talks[i].name);

      g_test_add_data_func (path, &talks[i], test_close);
    }
  g_test_add_func ("/monitor/permission", test_permission);
  g_test_add_func ("/monitor/unasked", test_unasked);
  g_test_add_func ("/monitor/both", test_both);
  g_test_add_func ("/monitor/overrun", test_overrun);
  return g_test_run ();
}

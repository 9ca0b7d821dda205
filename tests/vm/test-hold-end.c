/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a request ends, besides by a good verdict: signals, time, bad verdicts,
 * controllers that go, and others that would like to come.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "hold.h"

/* Far less than the delay of a verdict; no measure of speed, as the machine may be busy. */
#define AT_ONCE_US (10 * G_USEC_PER_SEC)

static void
test_killed (void)
{
  g_autoptr (Controller) controller = hold_begin ();
  g_autoptr (Event) event = NULL;
  g_autofree struct snet_cancel *cancel = NULL;
  g_autoptr (Child) child = NULL;
  Call call = call_loopback (AF_INET, SOCK_STREAM, 8129);
  struct snet_stats before = controller_stats (controller), after;
  gint64 began;

  child = child_start (call_connect, &call);
  event = controller_next_request (controller);
  began = g_get_monotonic_time ();
  child_kill (child);
  cancel = controller_next_cancel (controller);
  g_assert_cmpint (g_get_monotonic_time () - began, <, AT_ONCE_US);
  g_assert_cmpuint (cancel->id, ==, event->id);
  g_assert_cmpint (cancel->reason, ==, SNET_CANCEL_KILLED);

  g_assert_cmpint (snet_verdict (controller->snet, event->id, SNET_VERDICT_ALLOW, 0), ==, -ENOENT);
  after = controller_stats (controller);
  g_assert_cmpuint (after.cancelled - before.cancelled, ==, 1);
  g_assert_cmpuint (after.pending, ==, 0);
}

static void
on_signal (int number)
{
}

static int
call_with_handler (gconstpointer data)
{
  struct sigaction action = { .sa_handler = on_signal };

  if (sigaction (SIGUSR1, &action, NULL) < 0)
    return errno;
  return call_connect (data);
}

/* A signal that does not kill does not end the wait, nor the call. */
static void
test_signal (void)
{
  g_autoptr (Controller) controller = hold_begin ();
  g_autoptr (Event) event = NULL;
  g_autofree char *path = NULL;
  g_autofree char *status = NULL;
  g_autoptr (Child) child = NULL;
  Call call = call_loopback (AF_INET, SOCK_DGRAM, 8130);

  child = child_start (call_with_handler, &call);
  event = controller_next_request (controller);
  g_assert_no_errno (kill (child->pid, SIGUSR1));
  path = g_strdup_printf ("/proc/%d/status", child->pid);
  g_assert_true (g_file_get_contents (path, &status, NULL, NULL));
  g_assert_nonnull (strstr (status, "ShdPnd:\t0000000000000200"));
  controller_allow (controller, event);
  g_assert_cmpint (child_finish (child), ==, 0);
  controller_assert_quiet (controller);
}

/* Nobody answers: the policy decides when the delay has passed. */
static void
test_timeout (gconstpointer data)
{
  enum snet_verdict policy = GPOINTER_TO_INT (data);
  g_autoptr (Controller) controller = hold_begin ();
  g_autoptr (Event) event = NULL;
  g_autofree struct snet_cancel *cancel = NULL;
  g_autoptr (Child) child = NULL;
  Call call = call_loopback (AF_INET, SOCK_DGRAM, 8131);
  struct snet_stats before = controller_stats (controller), after;
  gint64 began = g_get_monotonic_time (), waited;

  controller_configure (controller, 1, policy);
  child = child_start (call_connect, &call);
  event = controller_next_request (controller);
  g_assert_cmpuint (event->deadline_ns - event->time_ns, ==, 1000000000);

  cancel = controller_next_cancel (controller);
  waited = g_get_monotonic_time () - began;
  /* The kernel counts in ticks. */
  g_assert_cmpint (waited, >, G_USEC_PER_SEC - 20000);
  g_assert_cmpuint (cancel->id, ==, event->id);
  g_assert_cmpint (cancel->reason, ==, SNET_CANCEL_TIMEOUT);
  g_assert_cmpint (cancel->verdict, ==, policy);
  g_assert_cmpint (child_finish (child), ==, policy == SNET_VERDICT_ALLOW ? 0 : EACCES);

  g_assert_cmpint (snet_verdict (controller->snet, event->id, SNET_VERDICT_ALLOW, 0), ==, -ENOENT);
  after = controller_stats (controller);
  g_assert_cmpuint (after.timeout - before.timeout, ==, 1);
}

/* A new delay is for new requests. */
static void
test_delay_is_kept (void)
{
  g_autoptr (Controller) controller = hold_begin ();
  g_autoptr (Event) patient = NULL;
  g_autoptr (Event) hasty = NULL;
  g_autofree struct snet_cancel *cancel = NULL;
  g_autoptr (Child) first = NULL;
  g_autoptr (Child) second = NULL;
  Call call = call_loopback (AF_INET, SOCK_DGRAM, 8131);

  first = child_start (call_connect, &call);
  patient = controller_next_request (controller);
  controller_configure (controller, 1, SNET_VERDICT_DENY);
  second = child_start (call_connect, &call);
  hasty = controller_next_request (controller);
  cancel = controller_next_cancel (controller);
  g_assert_cmpuint (cancel->id, ==, hasty->id);
  g_assert_false (child_has_returned (first));
  controller_allow (controller, patient);
  g_assert_cmpint (child_finish (first), ==, 0);
}

static void
test_controller_gone (gconstpointer data)
{
  enum snet_verdict policy = GPOINTER_TO_INT (data);
  Controller *controller = hold_begin ();
  Call call = call_loopback (AF_INET, SOCK_DGRAM, 8132);
  struct snet_stats before = controller_stats (controller), after;
  Event *events[HELD];
  Child *children[HELD];
  gint64 began;

  controller_configure (controller, LONG_DELAY, policy);
  hold_many (controller, children, events, &call);
  for (gsize i = 0; i < HELD; i++)
    g_assert_false (child_has_returned (children[i]));

  began = g_get_monotonic_time ();
  controller_free (controller);
  for (gsize i = 0; i < HELD; i++)
    g_assert_cmpint (child_finish (children[i]), ==, policy == SNET_VERDICT_ALLOW ? 0 : EACCES);
  g_assert_cmpint (g_get_monotonic_time () - began, <, AT_ONCE_US);
  free_many (children, events);

  /* The next one is welcome. */
  controller = hold_begin ();
  after = controller_stats (controller);
  g_assert_cmpuint (after.controller_gone - before.controller_gone, ==, HELD);
  g_assert_cmpuint (after.pending, ==, 0);
  controller_free (controller);
}

/* A controller in a process of its own, that is killed. */
static int
be_controller (gconstpointer data)
{
  g_autoptr (Controller) controller = controller_new ();
  g_autoptr (Event) event = NULL;
  int ready = 0;

  if (write (3, &ready, sizeof ready) != sizeof ready)
    return EIO;
  event = controller_next_request (controller);
  if (write (3, &ready, sizeof ready) != sizeof ready)
    return EIO;
  for (;;)
    pause ();
}

static void
wait_ready (Child *child)
{
  int ready;

  g_assert_cmpint (read (child->result, &ready, sizeof ready), ==, sizeof ready);
}

static void
test_controller_killed (void)
{
  Call call = call_loopback (AF_INET, SOCK_DGRAM, 8133);
  g_autoptr (Controller) next = NULL;
  g_autoptr (Child) controller = NULL;
  g_autoptr (Child) child = NULL;

  /* Sets the policy to deny. */
  controller_free (hold_begin ());
  controller = child_start (be_controller, NULL);
  wait_ready (controller);
  child = child_start (call_connect, &call);
  wait_ready (controller);
  g_assert_false (child_has_returned (child));
  child_kill (controller);
  g_assert_cmpint (child_finish (child), ==, EACCES);
  next = hold_begin ();
}

/* Nobody is there: the policy, at once. */
static void
test_no_controller (gconstpointer data)
{
  enum snet_verdict policy = GPOINTER_TO_INT (data);
  Call call = call_loopback (AF_INET, SOCK_DGRAM, 8134);
  struct snet_config config = { .fields = SNET_CONFIG_DELAY | SNET_CONFIG_POLICY,
                                .delay = LONG_DELAY,
                                .policy = policy };
  struct snet_stats before, after;
  g_autoptr (Child) child = NULL;
  struct snet *snet = NULL;

  g_assert_cmpint (snet_open (&snet), ==, 0);
  g_assert_cmpint (snet_config_set (snet, &config), ==, 0);
  g_assert_cmpint (snet_stats_get (snet, &before), ==, 0);
  child = child_start (call_connect, &call);
  g_assert_cmpint (child_finish (child), ==, policy == SNET_VERDICT_ALLOW ? 0 : EACCES);
  g_assert_cmpint (snet_stats_get (snet, &after), ==, 0);
  g_assert_cmpuint (after.no_controller - before.no_controller, ==, 1);
  snet_close (snet);
}

/* The boot parameters are the same settings. */
static void
test_parameters (void)
{
  static const char delay_path[] = "/sys/module/kernel/parameters/snet_verdict_delay";
  static const char policy_path[] = "/sys/module/kernel/parameters/snet_verdict_policy";
  static const char *const bad_delays[] = { "0", "86401", "-1", "x" };
  g_autoptr (Controller) controller = hold_begin ();
  g_autofree char *delay = NULL;
  g_autofree char *policy = NULL;
  struct snet_config config;
  int fd;

  controller_configure (controller, 77, SNET_VERDICT_ALLOW);
  g_assert_true (g_file_get_contents (delay_path, &delay, NULL, NULL));
  g_assert_cmpstr (delay, ==, "77\n");
  g_assert_true (g_file_get_contents (policy_path, &policy, NULL, NULL));
  g_assert_cmpstr (policy, ==, "0\n");

  fd = open (delay_path, O_WRONLY | O_CLOEXEC);
  g_assert_no_errno (fd);
  for (gsize i = 0; i < G_N_ELEMENTS (bad_delays); i++)
    g_assert_cmpint (write (fd, bad_delays[i], strlen (bad_delays[i])), <, 0);
  g_assert_cmpint (snet_config_get (controller->snet, &config), ==, 0);
  g_assert_cmpuint (config.delay, ==, 77);
  g_assert_cmpint (write (fd, "86400", 5), ==, 5);
  close (fd);

  fd = open (policy_path, O_WRONLY | O_CLOEXEC);
  g_assert_no_errno (fd);
  g_assert_cmpint (write (fd, "2", 1), <, 0);
  g_assert_cmpint (write (fd, "1", 1), ==, 1);
  close (fd);
  g_assert_cmpint (snet_config_get (controller->snet, &config), ==, 0);
  g_assert_cmpuint (config.delay, ==, 86400);
  g_assert_cmpint (config.policy, ==, SNET_VERDICT_DENY);
}

static void
test_second_controller (void)
{
  static const struct snet_callbacks none = { .request = NULL };
  g_autoptr (Controller) controller = hold_begin ();
  g_autoptr (Event) event = NULL;
  g_autoptr (Child) child = NULL;
  Call call = call_loopback (AF_INET, SOCK_DGRAM, 8135);
  struct snet *second = NULL;
  guint64 last = 0;

  g_assert_cmpint (snet_open (&second), ==, 0);
  g_assert_cmpint (snet_register (second, &none, NULL), ==, -EBUSY);
  g_assert_nonnull (strstr (snet_strerror (second, -EBUSY), "controller"));
  g_assert_cmpint (snet_register (controller->snet, &none, NULL), ==, -EBUSY);

  /* The refused one cannot answer, though it may look. */
  child = child_start (call_connect, &call);
  event = controller_next_request (controller);
  g_assert_cmpint (snet_verdict (second, event->id, SNET_VERDICT_ALLOW, 0), ==, -EPERM);
  g_assert_nonnull (strstr (snet_strerror (second, -EPERM), "controller"));
  g_assert_cmpint (snet_pending (second, hold_count_pending, &last), ==, 1);
  g_assert_cmpuint (last, ==, event->id);
  g_assert_false (child_has_returned (child));

  /* Its end is not the controller's. */
  snet_close (second);
  controller_allow (controller, event);
  g_assert_cmpint (child_finish (child), ==, 0);
}

static void
test_bad_verdicts (void)
{
  g_autoptr (Controller) controller = hold_begin ();
  g_autoptr (Event) event = NULL;
  g_autoptr (Child) child = NULL;
  Call call = call_loopback (AF_INET, SOCK_DGRAM, 8136);
  struct snet *snet = controller->snet;

  child = child_start (call_connect, &call);
  event = controller_next_request (controller);
  g_assert_cmpint (snet_verdict (snet, event->id + 1, SNET_VERDICT_DENY, 0), ==, -ENOENT);
  g_assert_cmpint (snet_verdict (snet, 0, SNET_VERDICT_DENY, 0), ==, -ENOENT);
  g_assert_cmpint (snet_verdict (snet, G_MAXUINT64, SNET_VERDICT_DENY, 0), ==, -ENOENT);

  /* Bad ones do not decide anything. */
  g_assert_cmpint (snet_verdict (snet, event->id, SNET_VERDICT_ALLOW, EPERM), ==, -EINVAL);
  g_assert_cmpint (snet_verdict (snet, event->id, __SNET_VERDICT_MAX, 0), ==, -ERANGE);
  g_assert_cmpint (snet_verdict (snet, event->id, SNET_VERDICT_DENY, SNET_ERRNO_MAX + 1), ==,
                   -ERANGE);
  g_assert_cmpint (snet_verdict (snet, event->id, SNET_VERDICT_DENY, -EPERM), ==, -ERANGE);
  g_assert_false (child_has_returned (child));

  controller_allow (controller, event);
  g_assert_cmpint (snet_verdict (snet, event->id, SNET_VERDICT_DENY, 0), ==, -ENOENT);
  g_assert_cmpint (child_finish (child), ==, 0);
}

static void
write_file (const char *path, const char *text)
{
  int fd = open (path, O_WRONLY | O_CLOEXEC);

  g_assert_no_errno (fd);
  g_assert_cmpint (write (fd, text, strlen (text)), ==, (gssize)strlen (text));
  close (fd);
}

/* The machine can suspend while calls are held, as far as that freezes tasks; they wait on then. */
static void
test_suspend (void)
{
  g_autoptr (Controller) controller = hold_begin ();
  Call call = call_loopback (AF_INET, SOCK_DGRAM, 8142);
  struct snet_event *events[HELD];
  Child *children[HELD];

  if (access ("/sys/power/pm_test", W_OK) < 0)
    {
      g_test_skip ("this kernel cannot test its freezer");
      return;
    }
  hold_many (controller, children, events, &call);
  write_file ("/sys/module/suspend/parameters/pm_test_delay", "0");
  write_file ("/sys/power/pm_test", "freezer");
  /* Fails with EBUSY, after a while, if a task does not freeze. */
  write_file ("/sys/power/state", "freeze");
  write_file ("/sys/power/pm_test", "none");

  controller_assert_quiet (controller);
  g_assert_cmpuint (controller_stats (controller).pending, ==, HELD);
  for (gsize i = 0; i < HELD; i++)
    {
      g_assert_false (child_has_returned (children[i]));
      controller_allow (controller, events[i]);
      g_assert_cmpint (child_finish (children[i]), ==, 0);
    }
  free_many (children, events);
}

/* Longer than the kernel lets anything stall before it complains. */
#define PATIENT_S 100

static int
connect_without_blocking (gconstpointer data)
{
  const Call *call = data;
  int fd = socket (call->family, call->type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  struct pollfd pollfd = { .fd = fd, .events = POLLOUT };
  int error = 0;
  socklen_t len = sizeof error;

  if (fd < 0)
    return errno;
  if (connect (fd, &call->address.any, call->len) < 0 && errno != EINPROGRESS)
    return errno;
  if (poll (&pollfd, 1, -1) < 0 || getsockopt (fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
    return errno;
  return error;
}

/*
 * A prompt that is left open, with the longest delay that there is: what the kernel says of stalls
 * and hung tasks in the meantime, scripts/vm reads. Only with -m slow.
 */
static void
test_patient (void)
{
  g_autoptr (Controller) controller = hold_begin ();
  g_autoptr (Child) thread = NULL;
  g_autoptr (Child) flow = NULL;
  g_autoptr (Event) first = NULL;
  g_autoptr (Event) second = NULL;
  guint16 port;
  int server;
  Call call;

  if (!g_test_slow ())
    {
      g_test_skip ("takes minutes; run it with -m slow");
      return;
    }
  controller_configure (controller, SNET_DELAY_MAX, SNET_VERDICT_DENY);
  server = open_server (AF_INET, SOCK_STREAM, &port);
  call = call_loopback (AF_INET, SOCK_STREAM, port);
  thread = child_start (call_connect, &call);
  first = controller_next_request (controller);
  flow = child_start (connect_without_blocking, &call);
  second = controller_next_request (controller);
  g_assert_cmpint (first->hold, ==, SNET_HOLD_THREAD);
  g_assert_cmpint (second->hold, ==, SNET_HOLD_FLOW);

  g_usleep (PATIENT_S * G_USEC_PER_SEC);

  controller_assert_quiet (controller);
  g_assert_false (child_has_returned (thread));
  g_assert_false (child_has_returned (flow));
  controller_allow (controller, first);
  controller_allow (controller, second);
  g_assert_cmpint (child_finish (thread), ==, 0);
  g_assert_cmpint (child_finish (flow), ==, 0);
  close (server);
}

/* The kernel says nothing of those that it took, and of the others which and why. */
static void
test_nowait (void)
{
  g_autoptr (Controller) controller = hold_begin ();
  g_autoptr (Event) event = NULL;
  g_autoptr (Child) child = NULL;
  g_autoptr (Refusal) late = NULL, bad = NULL;
  Call call = call_loopback (AF_INET, SOCK_DGRAM, 8141);
  struct snet *snet = controller->snet;

  child = child_start (call_connect, &call);
  event = controller_next_request (controller);
  g_assert_cmpint (snet_verdict_nowait (snet, event->id, 7, 0, NULL), ==, 0);
  g_assert_cmpint (snet_verdict_nowait (snet, event->id, SNET_VERDICT_DENY, ENETDOWN, NULL), ==, 0);
  g_assert_cmpint (child_finish (child), ==, ENETDOWN);
  g_assert_cmpint (snet_verdict_nowait (snet, event->id, SNET_VERDICT_ALLOW, 0, NULL), ==, 0);

  bad = controller_next_refusal (controller);
  g_assert_cmpuint (bad->id, ==, event->id);
  g_assert_cmpint (bad->error, ==, -ERANGE);
  late = controller_next_refusal (controller);
  g_assert_cmpuint (late->id, ==, event->id);
  g_assert_cmpint (late->error, ==, -ENOENT);
  g_assert_cmpstr (late->words, ==, "no request with this id waits");
  controller_assert_quiet (controller);
}

void
add_end_tests (void)
{
  g_test_add_func ("/hold/end/killed", test_killed);
  g_test_add_func ("/hold/end/signal", test_signal);
  g_test_add_func ("/hold/end/suspend", test_suspend);
  g_test_add_func ("/hold/end/patient", test_patient);
  hold_add_policies ("/hold/end/timeout", test_timeout);
  g_test_add_func ("/hold/end/delay-is-kept", test_delay_is_kept);
  hold_add_policies ("/hold/end/controller-gone", test_controller_gone);
  g_test_add_func ("/hold/end/controller-killed", test_controller_killed);
  hold_add_policies ("/hold/end/no-controller", test_no_controller);
  g_test_add_func ("/hold/end/parameters", test_parameters);
  g_test_add_func ("/hold/end/second-controller", test_second_controller);
  g_test_add_func ("/hold/end/bad-verdicts", test_bad_verdicts);
  g_test_add_func ("/hold/end/nowait", test_nowait);
}

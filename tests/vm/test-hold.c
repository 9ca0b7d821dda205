/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel holds a call, tells who wants what, and does what it is told.
 * Runs as root under an snet kernel, as the only controller.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <grp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/netlink.h>

#include "call.h"
#include "child.h"
#include "controller.h"

/* Long enough that no test meets it by chance. */
#define LONG_DELAY 600

typedef struct
{
  const char *name;
  int family;
  int type;
} Variant;

static const Variant variants[] = {
  { "tcp4", AF_INET, SOCK_STREAM },
  { "tcp6", AF_INET6, SOCK_STREAM },
  { "udp4", AF_INET, SOCK_DGRAM },
  { "udp6", AF_INET6, SOCK_DGRAM },
};

static Controller *
begin (void)
{
  Controller *controller = controller_new ();

  controller_configure (controller, LONG_DELAY, SNET_VERDICT_DENY);
  return controller;
}

static guint64
netns_of (const char *path)
{
  struct stat status;

  g_assert_no_errno (stat (path, &status));
  return status.st_ino;
}

/* All but the addresses. */
static void
assert_event (const struct snet_event *event,
              enum snet_operation operation,
              const Call *call,
              pid_t pid)
{
  gint64 now = g_get_real_time () * 1000;

  g_assert_cmpuint (event->id, !=, 0);
  g_assert_cmpint (event->operation, ==, operation);
  g_assert_cmpint (event->family, ==, call->family);
  g_assert_cmpint (event->type, ==, call->type);
  g_assert_cmpint (event->protocol, ==, call->type == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP);
  g_assert_cmpuint (event->pid, ==, pid);
  g_assert_cmpuint (event->tid, ==, pid);
  g_assert_cmpuint (event->uid, ==, getuid ());
  g_assert_cmpuint (event->euid, ==, geteuid ());
  g_assert_cmpuint (event->gid, ==, getgid ());
  g_assert_true (event->fields & SNET_EVENT_NETNS);
  g_assert_cmpuint (event->netns, ==, netns_of ("/proc/self/ns/net"));
  g_assert_cmpint (event->time_ns, <=, now);
  g_assert_cmpint (event->time_ns, >, now - G_GINT64_CONSTANT (60) * 1000 * 1000 * 1000);
  g_assert_cmpuint (event->deadline_ns - event->time_ns, ==,
                    LONG_DELAY * G_GUINT64_CONSTANT (1000000000));
}

static void
assert_address (const struct sockaddr_storage *address, socklen_t len, const Call *call)
{
  g_assert_cmpmem (address, len, &call->address, call->len);
}

static void
test_connect (gconstpointer data)
{
  const Variant *variant = data;
  g_autoptr (Controller) controller = begin ();
  g_autofree struct snet_event *event = NULL;
  g_autoptr (Child) child = NULL;
  struct pollfd server = { .events = POLLIN };
  guint16 port;
  Call call;

  /* The controller's own calls are not held, or this would not come back. */
  server.fd = open_server (variant->family, variant->type, &port);
  call = call_loopback (variant->family, variant->type, port);
  child = child_start (call_connect, &call);

  event = controller_next_request (controller);
  assert_event (event, SNET_OP_CONNECT, &call, child->pid);
  g_assert_cmpint (event->fields, ==, SNET_EVENT_REMOTE | SNET_EVENT_NETNS);
  assert_address (&event->remote, event->remote_len, &call);
  g_assert_cmpstr (event->comm, ==, "test-hold");

  g_assert_false (child_has_returned (child));
  g_assert_cmpint (poll (&server, 1, 0), ==, 0);
  controller_allow (controller, event);
  g_assert_cmpint (child_finish (child), ==, 0);
  if (variant->type == SOCK_STREAM)
    g_assert_cmpint (poll (&server, 1, TEST_PATIENCE_MS), ==, 1);
  controller_assert_quiet (controller);
  close (server.fd);
}

static void
test_bind (gconstpointer data)
{
  const Variant *variant = data;
  g_autoptr (Controller) controller = begin ();
  g_autofree struct snet_event *event = NULL;
  g_autoptr (Child) child = NULL;
  Call call = call_loopback (variant->family, variant->type, 8123);

  child = child_start (call_bind, &call);
  event = controller_next_request (controller);
  assert_event (event, SNET_OP_BIND, &call, child->pid);
  g_assert_cmpint (event->fields, ==, SNET_EVENT_LOCAL | SNET_EVENT_NETNS);
  assert_address (&event->local, event->local_len, &call);
  g_assert_false (child_has_returned (child));
  controller_allow (controller, event);
  g_assert_cmpint (child_finish (child), ==, 0);
  controller_assert_quiet (controller);
}

static void
test_listen (gconstpointer data)
{
  const Variant *variant = data;
  g_autoptr (Controller) controller = begin ();
  g_autofree struct snet_event *event = NULL;
  g_autofree struct snet_event *unbound = NULL;
  g_autoptr (Child) child = NULL;
  g_autoptr (Child) another = NULL;
  Call call = call_loopback (variant->family, variant->type, 8124);

  child = child_start (call_listen, &call);
  controller_allow_next (controller, SNET_OP_BIND);
  event = controller_next_request (controller);
  assert_event (event, SNET_OP_LISTEN, &call, child->pid);
  g_assert_cmpint (event->fields, ==, SNET_EVENT_LOCAL | SNET_EVENT_NETNS);
  assert_address (&event->local, event->local_len, &call);
  controller_allow (controller, event);
  g_assert_cmpint (child_finish (child), ==, 0);

  /* Without a bind() it has no address yet. */
  another = child_start (call_listen_unbound, &call);
  unbound = controller_next_request (controller);
  assert_event (unbound, SNET_OP_LISTEN, &call, another->pid);
  g_assert_cmpint (unbound->fields, ==, SNET_EVENT_NETNS);
  controller_deny (controller, unbound, 0);
  g_assert_cmpint (child_finish (another), ==, EACCES);
}

/* A socket that is bound says from where it connects. */
static void
test_bind_connect (gconstpointer data)
{
  const Variant *variant = data;
  g_autoptr (Controller) controller = begin ();
  g_autofree struct snet_event *bound = NULL;
  g_autofree struct snet_event *event = NULL;
  g_autoptr (Child) child = NULL;
  Address local = { 0 };
  guint16 port;
  int server = open_server (variant->family, variant->type, &port);
  Call call = call_loopback (variant->family, variant->type, port);

  child = child_start (call_bind_connect, &call);
  bound = controller_next_request (controller);
  g_assert_cmpint (bound->operation, ==, SNET_OP_BIND);
  controller_allow (controller, bound);

  event = controller_next_request (controller);
  assert_event (event, SNET_OP_CONNECT, &call, child->pid);
  g_assert_cmpuint (event->id, >, bound->id);
  g_assert_cmpint (event->fields, ==, SNET_EVENT_LOCAL | SNET_EVENT_REMOTE | SNET_EVENT_NETNS);
  assert_address (&event->remote, event->remote_len, &call);
  g_assert_cmpuint (event->local_len, ==, call.len);
  memcpy (&local, &event->local, event->local_len);
  g_assert_cmpint (local.any.sa_family, ==, variant->family);
  if (variant->family == AF_INET)
    {
      g_assert_cmphex (ntohl (local.in.sin_addr.s_addr), ==, INADDR_LOOPBACK);
      g_assert_cmpint (local.in.sin_port, !=, 0);
    }
  else
    {
      g_assert_true (IN6_IS_ADDR_LOOPBACK (&local.in6.sin6_addr));
      g_assert_cmpint (local.in6.sin6_port, !=, 0);
    }
  controller_allow (controller, event);
  g_assert_cmpint (child_finish (child), ==, 0);
  close (server);
}

/* An IPv4 address in IPv6's clothes is told as it was given. */
static void
test_mapped (void)
{
  g_autoptr (Controller) controller = begin ();
  g_autofree struct snet_event *event = NULL;
  g_autoptr (Child) child = NULL;
  guint16 port;
  int server = open_server (AF_INET, SOCK_STREAM, &port);
  Call call = call_loopback (AF_INET6, SOCK_STREAM, port);

  inet_pton (AF_INET6, "::ffff:127.0.0.1", &call.address.in6.sin6_addr);
  child = child_start (call_connect, &call);
  event = controller_next_request (controller);
  assert_event (event, SNET_OP_CONNECT, &call, child->pid);
  assert_address (&event->remote, event->remote_len, &call);
  controller_allow (controller, event);
  g_assert_cmpint (child_finish (child), ==, 0);
  close (server);
}

static void
test_deny (gconstpointer data)
{
  static const int errors[] = { 0, ECONNREFUSED, 1, SNET_ERRNO_MAX };
  static const ChildFunc calls[] = { call_connect, call_bind };
  const Variant *variant = data;
  g_autoptr (Controller) controller = begin ();
  Call call = call_loopback (variant->family, variant->type, 8125);

  for (gsize i = 0; i < G_N_ELEMENTS (errors); i++)
    for (gsize k = 0; k < G_N_ELEMENTS (calls); k++)
      {
        g_autoptr (Child) child = child_start (calls[k], &call);
        g_autofree struct snet_event *event = controller_next_request (controller);

        controller_deny (controller, event, errors[i]);
        g_assert_cmpint (child_finish (child), ==, errors[i] ? errors[i] : EACCES);
      }
  controller_assert_quiet (controller);
}

static int
try_local_families (void)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "\0snet-test" };
  struct sockaddr_nl netlink = { .nl_family = AF_NETLINK };
  int server = socket (AF_UNIX, SOCK_STREAM, 0);
  int client = socket (AF_UNIX, SOCK_STREAM, 0);
  int route = socket (AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);

  if (bind (server, (struct sockaddr *)&address, sizeof address) < 0 || listen (server, 1) < 0 ||
      connect (client, (struct sockaddr *)&address, sizeof address) < 0 ||
      bind (route, (struct sockaddr *)&netlink, sizeof netlink) < 0)
    return errno;
  return 0;
}

static int
expect_errno (int ret, int expected)
{
  int error = errno_of (ret);

  return error == expected ? 0 : error ? error : ENOTRECOVERABLE;
}

/* Addresses too short to say anything, and of families that cannot be. */
static int
try_bad_addresses (const Call *call)
{
  int fd = socket (call->family, call->type, 0);
  Call other = *call;
  int error = 0;
  /* Old programs leave out the scope of an IPv6 address. */
  socklen_t least = call->family == AF_INET ? 16 : 24;

  for (socklen_t len = 0; len < least && !error; len++)
    {
      error = expect_errno (connect (fd, &call->address.any, len), EINVAL);
      if (!error)
        error = expect_errno (bind (fd, &call->address.any, len), EINVAL);
    }
  other.address.any.sa_family = AF_UNIX;
  if (!error)
    error = expect_errno (connect (fd, &other.address.any, other.len), EAFNOSUPPORT);
  if (!error)
    error = expect_errno (bind (fd, &other.address.any, other.len), EAFNOSUPPORT);
  close (fd);
  return error;
}

static int
call_unasked (gconstpointer data)
{
  const Call *call = data;
  Address unspec = { .any = { .sa_family = AF_UNSPEC } };
  int fd = socket (call->family, call->type, 0);
  int error = try_local_families ();

  if (!error)
    error = try_bad_addresses (call);
  /* A disconnect. */
  if (!error)
    error = errno_of (connect (fd, &unspec.any, sizeof unspec.any));
  if (error)
    return error;
  /* The one that is asked about, so that the test knows that the others were not. */
  return errno_of (connect (fd, &call->address.any, call->len));
}

static void
test_unasked (gconstpointer data)
{
  const Variant *variant = data;
  g_autoptr (Controller) controller = begin ();
  g_autofree struct snet_event *event = NULL;
  g_autoptr (Child) child = NULL;
  struct snet_stats before, after;
  Call call = call_loopback (variant->family, variant->type, 8126);

  before = controller_stats (controller);
  child = child_start (call_unasked, &call);
  event = controller_next_request (controller);
  g_assert_cmpint (event->operation, ==, SNET_OP_CONNECT);
  controller_deny (controller, event, EXDEV);
  g_assert_cmpint (child_finish (child), ==, EXDEV);
  controller_assert_quiet (controller);
  after = controller_stats (controller);
  g_assert_cmpuint (after.requests - before.requests, ==, 1);
}

/* All of the controller's process is exempt, also its threads, but not its children. */
static gpointer
connect_in_thread (gpointer data)
{
  return GINT_TO_POINTER (call_connect (data));
}

static void
test_controller_exempt (void)
{
  g_autoptr (Controller) controller = begin ();
  guint16 port;
  int server = open_server (AF_INET, SOCK_STREAM, &port);
  Call call = call_loopback (AF_INET, SOCK_STREAM, port);
  GThread *thread = g_thread_new ("thread", connect_in_thread, &call);

  g_assert_cmpint (GPOINTER_TO_INT (g_thread_join (thread)), ==, 0);
  g_assert_cmpint (call_connect (&call), ==, 0);
  controller_assert_quiet (controller);
  close (server);
}

#define TEST_UID  12345
#define TEST_EUID 12346
#define TEST_GID  12347

typedef struct
{
  Call call;
  int tid_fd;
} Identity;

static void *
connect_renamed (void *data)
{
  const Identity *identity = data;
  pid_t tid = gettid ();
  long error;

  /* Fifteen bytes, as long as it can be, and not all of them nice. */
  prctl (PR_SET_NAME, "\nthread \xc3\xa9 name");
  if (write (identity->tid_fd, &tid, sizeof tid) != sizeof tid)
    return (void *)(long)EIO;
  error = call_connect (&identity->call);
  return (void *)error;
}

static int
call_as_somebody (gconstpointer data)
{
  Identity identity = { .call = *(const Call *)data, .tid_fd = 3 };
  pthread_t thread;
  void *error;

  if (setgroups (0, NULL) < 0 || setresgid (TEST_GID, TEST_GID, TEST_GID) < 0 ||
      setresuid (TEST_UID, TEST_EUID, TEST_EUID) < 0)
    return errno;
  if (pthread_create (&thread, NULL, connect_renamed, &identity) || pthread_join (thread, &error))
    return EAGAIN;
  return (int)(long)error;
}

/* Who: the thread, not only the process; the real and the effective user. */
static void
test_identity (void)
{
  g_autoptr (Controller) controller = begin ();
  g_autofree struct snet_event *event = NULL;
  g_autoptr (Child) child = NULL;
  Call call = call_loopback (AF_INET, SOCK_DGRAM, 8127);
  pid_t tid;

  child = child_start (call_as_somebody, &call);
  event = controller_next_request (controller);
  g_assert_cmpint (read (child->result, &tid, sizeof tid), ==, sizeof tid);
  g_assert_cmpint (tid, !=, child->pid);
  g_assert_cmpuint (event->pid, ==, child->pid);
  g_assert_cmpuint (event->tid, ==, tid);
  g_assert_cmpuint (event->uid, ==, TEST_UID);
  g_assert_cmpuint (event->euid, ==, TEST_EUID);
  g_assert_cmpuint (event->gid, ==, TEST_GID);
  g_assert_cmpstr (event->comm, ==, "\nthread \xc3\xa9 name");
  controller_allow (controller, event);
  g_assert_cmpint (child_finish (child), ==, 0);
}

static int
call_in_namespaces (gconstpointer data)
{
  /* Ids are told as the initial namespaces number them. */
  if (unshare (CLONE_NEWUSER | CLONE_NEWNET) < 0)
    return errno;
  return call_connect (data);
}

static void
test_namespaces (void)
{
  g_autoptr (Controller) controller = begin ();
  g_autofree struct snet_event *event = NULL;
  g_autofree char *path = NULL;
  g_autoptr (Child) child = NULL;
  Call call = call_loopback (AF_INET, SOCK_STREAM, 8128);

  child = child_start (call_in_namespaces, &call);
  event = controller_next_request (controller);
  path = g_strdup_printf ("/proc/%d/ns/net", child->pid);
  g_assert_cmpuint (event->netns, ==, netns_of (path));
  g_assert_cmpuint (event->netns, !=, netns_of ("/proc/self/ns/net"));
  g_assert_cmpuint (event->uid, ==, getuid ());
  g_assert_cmpuint (event->pid, ==, child->pid);
  controller_allow (controller, event);
  /* Its loopback interface is down. */
  g_assert_cmpint (child_finish (child), ==, ENETUNREACH);
}

static void
test_killed (void)
{
  g_autoptr (Controller) controller = begin ();
  g_autofree struct snet_event *event = NULL;
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
  g_assert_cmpint (g_get_monotonic_time () - began, <, G_USEC_PER_SEC);
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
  g_autoptr (Controller) controller = begin ();
  g_autofree struct snet_event *event = NULL;
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
  g_autoptr (Controller) controller = begin ();
  g_autofree struct snet_event *event = NULL;
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
  g_autoptr (Controller) controller = begin ();
  g_autofree struct snet_event *patient = NULL;
  g_autofree struct snet_event *hasty = NULL;
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

#define HELD 10

static void
hold_many (Controller *controller, Child **children, struct snet_event **events, const Call *call)
{
  for (gsize i = 0; i < HELD; i++)
    {
      children[i] = child_start (call_connect, call);
      events[i] = controller_next_request (controller);
      g_assert_cmpuint (events[i]->pid, ==, children[i]->pid);
    }
}

static void
free_many (Child **children, struct snet_event **events)
{
  for (gsize i = 0; i < HELD; i++)
    {
      child_free (children[i]);
      g_free (events[i]);
    }
}

static void
test_controller_gone (gconstpointer data)
{
  enum snet_verdict policy = GPOINTER_TO_INT (data);
  Controller *controller = begin ();
  Call call = call_loopback (AF_INET, SOCK_DGRAM, 8132);
  struct snet_stats before = controller_stats (controller), after;
  struct snet_event *events[HELD];
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
  g_assert_cmpint (g_get_monotonic_time () - began, <, G_USEC_PER_SEC);
  free_many (children, events);

  /* The next one is welcome. */
  controller = begin ();
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
  g_autofree struct snet_event *event = NULL;
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
  controller_free (begin ());
  controller = child_start (be_controller, NULL);
  wait_ready (controller);
  child = child_start (call_connect, &call);
  wait_ready (controller);
  g_assert_false (child_has_returned (child));
  child_kill (controller);
  g_assert_cmpint (child_finish (child), ==, EACCES);
  next = begin ();
}

/* Nobody is there: the policy, at once. */
static void
test_no_controller (gconstpointer data)
{
  enum snet_verdict policy = GPOINTER_TO_INT (data);
  Call call = call_loopback (AF_INET, SOCK_DGRAM, 8134);
  struct snet_config config = { LONG_DELAY, policy };
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

/* Oldest first; remembers the last. */
static void
count_pending (struct snet *snet, const struct snet_event *event, void *data)
{
  guint64 *last = data;

  g_assert_cmpuint (event->id, >, *last);
  *last = event->id;
}

static void
test_second_controller (void)
{
  static const struct snet_callbacks none = { NULL, NULL, NULL };
  g_autoptr (Controller) controller = begin ();
  g_autofree struct snet_event *event = NULL;
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
  g_assert_cmpint (snet_pending (second, count_pending, &last), ==, 1);
  g_assert_cmpuint (last, ==, event->id);
  g_assert_false (child_has_returned (child));

  /* Its end is not the controller's. */
  snet_close (second);
  controller_allow (controller, event);
  g_assert_cmpint (child_finish (child), ==, 0);
}

static void
test_verdict_twice (void)
{
  g_autoptr (Controller) controller = begin ();
  g_autofree struct snet_event *event = NULL;
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

typedef struct
{
  struct snet_event *events[HELD];
  gsize n;
} Pending;

static void
on_pending (struct snet *snet, const struct snet_event *event, void *data)
{
  Pending *pending = data;

  g_assert_cmpuint (pending->n, <, HELD);
  pending->events[pending->n++] = g_memdup2 (event, sizeof *event);
}

static void
clear_pending (Pending *pending)
{
  while (pending->n)
    g_free (pending->events[--pending->n]);
}

/* The dump says the same as the events did, oldest first. */
static void
test_pending (void)
{
  g_autoptr (Controller) controller = begin ();
  Call call = call_loopback (AF_INET6, SOCK_DGRAM, 8137);
  struct snet_event *events[HELD];
  Child *children[HELD];
  Pending pending = { .n = 0 };

  g_assert_cmpint (snet_pending (controller->snet, on_pending, &pending), ==, 0);
  hold_many (controller, children, events, &call);
  g_assert_cmpint (snet_pending (controller->snet, on_pending, &pending), ==, HELD);
  for (gsize i = 0; i < HELD; i++)
    g_assert_cmpmem (pending.events[i], sizeof *events[i], events[i], sizeof *events[i]);
  g_assert_cmpuint (controller_stats (controller).pending, ==, HELD);
  clear_pending (&pending);

  /* One from the middle. */
  controller_allow (controller, events[3]);
  g_assert_cmpint (snet_pending (controller->snet, on_pending, &pending), ==, HELD - 1);
  for (gsize i = 0; i < HELD - 1; i++)
    g_assert_cmpuint (pending.events[i]->id, ==, events[i < 3 ? i : i + 1]->id);
  clear_pending (&pending);

  for (gsize i = 0; i < HELD; i++)
    {
      if (i != 3)
        controller_allow (controller, events[i]);
      g_assert_cmpint (child_finish (children[i]), ==, 0);
    }
  g_assert_cmpint (snet_pending (controller->snet, on_pending, &pending), ==, 0);
  free_many (children, events);
}

#define CROWD 200

static void *
connect_in_crowd (void *data)
{
  return (void *)(long)call_connect (data);
}

static int
call_crowd (gconstpointer data)
{
  pthread_t threads[CROWD];
  pthread_attr_t attr;
  int worst = 0;

  pthread_attr_init (&attr);
  pthread_attr_setstacksize (&attr, 128 * 1024);
  for (int i = 0; i < CROWD; i++)
    if (pthread_create (&threads[i], &attr, connect_in_crowd, (void *)data))
      return EAGAIN;
  for (int i = 0; i < CROWD; i++)
    {
      void *error;

      pthread_join (threads[i], &error);
      if (error)
        worst = (int)(long)error;
    }
  return worst;
}

/* A dump of many parts, and one process with all its threads held. */
static void
test_crowd (void)
{
  g_autoptr (Controller) controller = begin ();
  Call call = call_loopback (AF_INET, SOCK_DGRAM, 8138);
  g_autoptr (Child) child = child_start (call_crowd, &call);
  struct snet_event *events[CROWD];
  guint64 last = 0;

  for (gsize i = 0; i < CROWD; i++)
    events[i] = controller_next_request (controller);
  g_assert_cmpint (snet_pending (controller->snet, count_pending, &last), ==, CROWD);
  /* Not in the order in which they came. */
  for (gsize i = 0; i < CROWD; i++)
    {
      gsize k = (i * 77) % CROWD;

      controller_allow (controller, events[k]);
      g_free (events[k]);
    }
  g_assert_cmpint (child_finish (child), ==, 0);
  controller_assert_quiet (controller);
}

static int
call_crowd_killed (gconstpointer data)
{
  call_crowd (data);
  return 0;
}

static void
test_crowd_killed (void)
{
  g_autoptr (Controller) controller = begin ();
  Call call = call_loopback (AF_INET, SOCK_DGRAM, 8139);
  g_autoptr (Child) child = child_start (call_crowd_killed, &call);

  for (gsize i = 0; i < CROWD; i++)
    g_free (controller_next_request (controller));
  child_kill (child);
  for (gsize i = 0; i < CROWD; i++)
    {
      g_autofree struct snet_cancel *cancel = controller_next_cancel (controller);

      g_assert_cmpint (cancel->reason, ==, SNET_CANCEL_KILLED);
    }
  g_assert_cmpuint (controller_stats (controller).pending, ==, 0);
  controller_assert_quiet (controller);
}

/* Each request ends in exactly one way. Last, so that all of the others are counted. */
static void
test_stats_add_up (void)
{
  g_autoptr (Controller) controller = begin ();
  struct snet_stats stats = controller_stats (controller);

  g_assert_cmpuint (stats.requests, >, 0);
  g_assert_cmpuint (stats.requests, ==,
                    stats.allowed + stats.denied + stats.cancelled + stats.timeout +
                      stats.no_controller + stats.controller_gone + stats.queue_full +
                      stats.undeliverable + stats.pending);
}

static void
add_variants (const char *name, GTestDataFunc func, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *path = g_strdup_printf ("/hold/%s/%s", name, variants[i].name);

      g_test_add_data_func (path, &variants[i], func);
    }
}

static void
add_policies (const char *name, GTestDataFunc func)
{
  g_autofree char *allow = g_strdup_printf ("/hold/%s/allow", name);
  g_autofree char *deny = g_strdup_printf ("/hold/%s/deny", name);

  g_test_add_data_func (allow, GINT_TO_POINTER (SNET_VERDICT_ALLOW), func);
  g_test_add_data_func (deny, GINT_TO_POINTER (SNET_VERDICT_DENY), func);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_variants ("connect", test_connect, 4);
  add_variants ("bind", test_bind, 4);
  add_variants ("listen", test_listen, 2);
  add_variants ("bind-connect", test_bind_connect, 4);
  add_variants ("deny", test_deny, 4);
  add_variants ("unasked", test_unasked, 4);
  g_test_add_func ("/hold/mapped-address", test_mapped);
  g_test_add_func ("/hold/controller-exempt", test_controller_exempt);
  g_test_add_func ("/hold/identity", test_identity);
  g_test_add_func ("/hold/namespaces", test_namespaces);
  g_test_add_func ("/hold/killed", test_killed);
  g_test_add_func ("/hold/signal", test_signal);
  add_policies ("timeout", test_timeout);
  g_test_add_func ("/hold/delay-is-kept", test_delay_is_kept);
  add_policies ("controller-gone", test_controller_gone);
  g_test_add_func ("/hold/controller-killed", test_controller_killed);
  add_policies ("no-controller", test_no_controller);
  g_test_add_func ("/hold/second-controller", test_second_controller);
  g_test_add_func ("/hold/verdict-twice", test_verdict_twice);
  g_test_add_func ("/hold/pending", test_pending);
  g_test_add_func ("/hold/crowd", test_crowd);
  g_test_add_func ("/hold/crowd-killed", test_crowd_killed);
  g_test_add_func ("/hold/stats/add-up", test_stats_add_up);
  return g_test_run ();
}

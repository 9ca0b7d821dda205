/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is asked about, what is not, and that the controller is told exactly
 * who wants what.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <grp.h>
#include <linux/netlink.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "hold.h"

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

/* What is known of each call, besides the addresses. */
#define KNOWN_FIELDS                                                                               \
  (SNET_EVENT_NETNS | SNET_EVENT_START_TIME | SNET_EVENT_PROGRAM_DEV | SNET_EVENT_PROGRAM_INODE)

static guint64
netns_of (const char *path)
{
  struct stat status;

  g_assert_no_errno (stat (path, &status));
  return status.st_ino;
}

/* The children have not called execve(): they are this program. */
static void
assert_program (const struct snet_event *event)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  struct stat status;

  g_assert_no_errno (stat ("/proc/self/exe", &status));
  g_assert_cmpstr (event->program, ==, program);
  g_assert_cmpuint (event->program_inode, ==, status.st_ino);
  g_assert_cmpuint (event->program_dev, ==, status.st_dev);
  g_assert_null (event->script);
  g_assert_nonnull (event->ancestors[0]);
  g_assert_cmpuint (event->process, !=, 0);
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
  g_assert_cmphex (event->fields & KNOWN_FIELDS, ==, KNOWN_FIELDS);
  g_assert_cmpuint (event->netns, ==, netns_of ("/proc/self/ns/net"));
  g_assert_cmpint (event->time_ns, <=, now);
  g_assert_cmpint (event->time_ns, >, now - G_GINT64_CONSTANT (60) * 1000 * 1000 * 1000);
  g_assert_cmpuint (event->deadline_ns - event->time_ns, ==,
                    LONG_DELAY * G_GUINT64_CONSTANT (1000000000));
  assert_program (event);
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
  g_autoptr (Controller) controller = hold_begin ();
  g_autoptr (Event) event = NULL;
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
  g_assert_cmpint (event->fields, ==, SNET_EVENT_REMOTE | KNOWN_FIELDS);
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
  g_autoptr (Controller) controller = hold_begin ();
  g_autoptr (Event) event = NULL;
  g_autoptr (Child) child = NULL;
  Call call = call_loopback (variant->family, variant->type, 8123);

  child = child_start (call_bind, &call);
  event = controller_next_request (controller);
  assert_event (event, SNET_OP_BIND, &call, child->pid);
  g_assert_cmpint (event->fields, ==, SNET_EVENT_LOCAL | KNOWN_FIELDS);
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
  g_autoptr (Controller) controller = hold_begin ();
  g_autoptr (Event) event = NULL;
  g_autoptr (Event) unbound = NULL;
  g_autoptr (Child) child = NULL;
  g_autoptr (Child) another = NULL;
  Call call = call_loopback (variant->family, variant->type, 8124);

  child = child_start (call_listen, &call);
  controller_allow_next (controller, SNET_OP_BIND);
  event = controller_next_request (controller);
  assert_event (event, SNET_OP_LISTEN, &call, child->pid);
  g_assert_cmpint (event->fields, ==, SNET_EVENT_LOCAL | KNOWN_FIELDS);
  assert_address (&event->local, event->local_len, &call);
  controller_allow (controller, event);
  g_assert_cmpint (child_finish (child), ==, 0);

  /* Without a bind() it has no address yet. */
  another = child_start (call_listen_unbound, &call);
  unbound = controller_next_request (controller);
  assert_event (unbound, SNET_OP_LISTEN, &call, another->pid);
  g_assert_cmpint (unbound->fields, ==, KNOWN_FIELDS);
  controller_deny (controller, unbound, 0);
  g_assert_cmpint (child_finish (another), ==, EACCES);
}

/* A socket that is bound says from where it connects. */
static void
test_bind_connect (gconstpointer data)
{
  const Variant *variant = data;
  g_autoptr (Controller) controller = hold_begin ();
  g_autoptr (Event) bound = NULL;
  g_autoptr (Event) event = NULL;
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
  g_assert_cmpint (event->fields, ==, SNET_EVENT_LOCAL | SNET_EVENT_REMOTE | KNOWN_FIELDS);
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
  g_autoptr (Controller) controller = hold_begin ();
  g_autoptr (Event) event = NULL;
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
  g_autoptr (Controller) controller = hold_begin ();
  Call call = call_loopback (variant->family, variant->type, 8125);

  for (gsize i = 0; i < G_N_ELEMENTS (errors); i++)
    for (gsize k = 0; k < G_N_ELEMENTS (calls); k++)
      {
        g_autoptr (Child) child = child_start (calls[k], &call);
        g_autoptr (Event) event = controller_next_request (controller);

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
  g_autoptr (Controller) controller = hold_begin ();
  g_autoptr (Event) event = NULL;
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
  g_autoptr (Controller) controller = hold_begin ();
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
  g_autoptr (Controller) controller = hold_begin ();
  g_autoptr (Event) event = NULL;
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
  g_autoptr (Controller) controller = hold_begin ();
  g_autoptr (Event) event = NULL;
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
add_variants (const char *name, GTestDataFunc func, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *path = g_strdup_printf ("/hold/%s/%s", name, variants[i].name);

      g_test_add_data_func (path, &variants[i], func);
    }
}

void
add_event_tests (void)
{
  add_variants ("connect", test_connect, 4);
  add_variants ("bind", test_bind, 4);
  add_variants ("listen", test_listen, 2);
  add_variants ("bind-connect", test_bind_connect, 4);
  add_variants ("deny", test_deny, 4);
  add_variants ("unasked", test_unasked, 4);
  g_test_add_func ("/hold/who/mapped-address", test_mapped);
  g_test_add_func ("/hold/who/controller-exempt", test_controller_exempt);
  g_test_add_func ("/hold/who/identity", test_identity);
  g_test_add_func ("/hold/who/namespaces", test_namespaces);
}

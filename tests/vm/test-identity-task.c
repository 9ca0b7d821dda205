/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who has which identity: processes, threads, and what works for them.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "call.h"
#include "identity.h"

/* When @pid was started, in clock ticks since boot: the 20th field after the name. */
static guint64
start_ticks (guint32 pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%u/stat", pid);
  g_autofree char *contents = NULL;
  g_auto (GStrv) fields = NULL;

  g_assert_true (g_file_get_contents (path, &contents, NULL, NULL));
  fields = g_strsplit (strrchr (contents, ')') + 2, " ", 0);
  g_assert_cmpuint (g_strv_length (fields), >, 19);
  return g_ascii_strtoull (fields[19], NULL, 10);
}

static void
assert_start_time (const Request *request)
{
  guint64 tick = G_GUINT64_CONSTANT (1000000000) / sysconf (_SC_CLK_TCK);

  g_assert_cmpuint (request->start_time / tick, ==, start_ticks (request->pid));
}

static void
test_fork (void)
{
  g_autoptr (Wire) wire = identity_begin ();
  const char *argv[] = { caller_path (), "call", "fork", "call", NULL };
  g_autoptr (Child) child = child_start (run_argv, argv);
  g_autoptr (Request) parent = identity_next (wire);
  g_autoptr (Request) forked = NULL;

  assert_start_time (parent);
  identity_verdict (wire, parent, SNET_VERDICT_ALLOW);
  forked = identity_next (wire);
  assert_start_time (forked);
  assert_program (forked, caller_path ());
  assert_ancestors (forked, self_path (), NULL);
  g_assert_cmpuint (forked->pid, !=, parent->pid);
  g_assert_cmpuint (forked->process, ==, parent->process);
  g_assert_cmpuint (forked->start_time, >, parent->start_time);
  identity_finish (wire, forked, child);
}

static int
call_in_vfork (gconstpointer unused)
{
  const char *path = caller_path ();
  pid_t pid = vfork ();
  int status;

  if (pid == 0)
    {
      execl (path, path, NULL);
      _exit (1);
    }
  if (pid < 0 || waitpid (pid, &status, 0) != pid || status)
    return EIO;
  return run_call (NULL);
}

/* The result of the call after vfork() is the first one in the pipe. */
static void
test_vfork (void)
{
  g_autoptr (Wire) wire = identity_begin ();
  g_autoptr (Child) child = child_start (call_in_vfork, NULL);
  g_autoptr (Request) inner = identity_next (wire);
  g_autoptr (Request) outer = NULL;

  assert_program (inner, caller_path ());
  assert_ancestors (inner, self_path (), NULL);
  identity_verdict (wire, inner, SNET_VERDICT_DENY);
  outer = identity_next (wire);
  assert_program (outer, self_path ());
  g_assert_cmpuint (outer->pid, ==, child->pid);
  g_assert_cmpuint (outer->process, <, inner->process);
  identity_finish (wire, outer, child);
}

static void *
call_and_execute (void *unused)
{
  run_call (NULL);
  run_path (caller_path ());
  return NULL;
}

static int
execute_in_thread (gconstpointer unused)
{
  pthread_t thread;

  if (pthread_create (&thread, NULL, call_and_execute, NULL))
    return EIO;
  return run_call (NULL);
}

/* execve() of a thread ends the others, the first one and its held call, too. */
static void
test_execute_in_thread (void)
{
  g_autoptr (Wire) wire = identity_begin ();
  g_autoptr (Child) child = child_start (execute_in_thread, NULL);
  g_autoptr (Request) one = identity_next (wire);
  g_autoptr (Request) two = identity_next (wire);
  Request *first = one->tid == one->pid ? one : two;
  Request *second = first == one ? two : one;
  g_autoptr (Request) after = NULL;

  g_assert_cmpuint (first->tid, ==, child->pid);
  g_assert_cmpuint (second->tid, !=, child->pid);
  g_assert_cmpuint (second->process, ==, first->process);
  assert_program (second, self_path ());

  identity_verdict (wire, second, SNET_VERDICT_ALLOW);
  identity_next_cancel (wire, first, SNET_CANCEL_KILLED);
  after = identity_next (wire);
  assert_program (after, caller_path ());
  assert_ancestors (after, self_path (), NULL);
  g_assert_cmpuint (after->pid, ==, child->pid);
  g_assert_cmpuint (after->tid, ==, child->pid);
  g_assert_cmpuint (after->process, >, first->process);
  g_assert_cmpuint (after->start_time, ==, first->start_time);
  identity_finish (wire, after, child);
}

typedef struct
{
  struct io_uring_params params;
  int fd;
  guint8 *submissions;
  guint8 *completions;
  struct io_uring_sqe *entries;
} Ring;

static int
ring_open (Ring *ring)
{
  struct io_uring_params *params = &ring->params;

  memset (ring, 0, sizeof *ring);
  ring->fd = syscall (__NR_io_uring_setup, 1, params);
  if (ring->fd < 0)
    return errno;
  ring->submissions = mmap (NULL, params->sq_off.array + params->sq_entries * sizeof (guint32),
                            PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, IORING_OFF_SQ_RING);
  ring->completions =
    mmap (NULL, params->cq_off.cqes + params->cq_entries * sizeof (struct io_uring_cqe),
          PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, IORING_OFF_CQ_RING);
  ring->entries = mmap (NULL, params->sq_entries * sizeof (struct io_uring_sqe),
                        PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, IORING_OFF_SQES);
  if (ring->submissions == MAP_FAILED || ring->completions == MAP_FAILED ||
      ring->entries == MAP_FAILED)
    return errno;
  return 0;
}

/* Has the kernel's own thread make the call. Return: its result, an errno. */
static int
ring_connect (Ring *ring, int fd, const Call *call)
{
  guint32 *tail = (guint32 *)(ring->submissions + ring->params.sq_off.tail);
  guint32 *array = (guint32 *)(ring->submissions + ring->params.sq_off.array);
  struct io_uring_sqe *entry = ring->entries;
  struct io_uring_cqe *done;

  memset (entry, 0, sizeof *entry);
  entry->opcode = IORING_OP_CONNECT;
  entry->flags = IOSQE_ASYNC;
  entry->fd = fd;
  entry->addr = (gsize)&call->address;
  entry->off = call->len;
  array[0] = 0;
  __atomic_store_n (tail, *tail + 1, __ATOMIC_RELEASE);
  if (syscall (__NR_io_uring_enter, ring->fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) != 1)
    return errno;
  done = (struct io_uring_cqe *)(ring->completions + ring->params.cq_off.cqes);
  return -done->res;
}

static int
call_by_ring (gconstpointer unused)
{
  Call call = call_loopback (AF_INET, SOCK_DGRAM, 9);
  int fd = socket (AF_INET, SOCK_DGRAM, 0);
  Ring ring;
  int error = ring_open (&ring);

  if (error)
    return error;
  return ring_connect (&ring, fd, &call);
}

static void
test_ring (void)
{
  g_autoptr (Wire) wire = NULL;
  g_autoptr (Child) child = NULL;
  g_autoptr (Request) request = NULL;

  if (syscall (__NR_io_uring_setup, 0, NULL) < 0 && errno == ENOSYS)
    {
      g_test_skip ("this kernel has no io_uring");
      return;
    }
  wire = identity_begin ();
  child = child_start (call_by_ring, NULL);
  request = identity_next (wire);
  assert_program (request, self_path ());
  g_assert_cmpuint (request->pid, ==, child->pid);
  g_assert_cmpuint (request->tid, !=, child->pid);
  identity_finish (wire, request, child);
}

static guint64
inode_of (const char *format, guint32 pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%u/%s", pid, format);
  struct stat status;

  g_assert_no_errno (stat (path, &status));
  return status.st_ino;
}

static int
run_in_own_network (gconstpointer path)
{
  if (setgid (65534) < 0 || setuid (65534) < 0 || unshare (CLONE_NEWUSER | CLONE_NEWNET) < 0)
    return errno;
  return run_path (path);
}

/* Who has no rights but in namespaces of its own is known all the same. */
static void
test_user_namespace (void)
{
  g_autoptr (Wire) wire = identity_begin ();
  char *folder = folder_new ();
  g_autofree char *path = folder_add_caller (folder, "program");
  g_autoptr (Child) child = child_start (run_in_own_network, path);
  g_autoptr (Request) request = identity_next (wire);

  assert_program (request, path);
  g_assert_cmpuint (request->uid, ==, 65534);
  g_assert_cmpuint (request->netns, ==, inode_of ("ns/net", request->pid));
  g_assert_cmpuint (request->netns, !=, inode_of ("ns/net", getpid ()));
  identity_finish (wire, request, child);
  folder_remove (folder);
}

static int
run_as_first_process (gconstpointer path)
{
  int status;
  pid_t pid;

  if (unshare (CLONE_NEWPID) < 0)
    return errno;
  pid = fork ();
  if (pid == 0)
    _exit (run_path (path));
  if (pid < 0 || waitpid (pid, &status, 0) != pid)
    return EIO;
  _exit (status);
}

static void
test_pid_namespace (void)
{
  g_autoptr (Wire) wire = identity_begin ();
  g_autoptr (Child) child = child_start (run_as_first_process, caller_path ());
  g_autoptr (Request) request = identity_next (wire);
  g_autofree char *path = g_strdup_printf ("/proc/%u/status", request->pid);
  g_autofree char *expected = g_strdup_printf ("\nNSpid:\t%u\t1\n", request->pid);
  g_autofree char *contents = NULL;

  assert_program (request, caller_path ());
  g_assert_cmpuint (request->pid, !=, child->pid);
  g_assert_true (g_file_get_contents (path, &contents, NULL, NULL));
  g_assert_nonnull (strstr (contents, expected));
  assert_start_time (request);
  identity_finish (wire, request, child);
}

#define CORE_PATTERN "/proc/sys/kernel/core_pattern"

static int
crash (gconstpointer unused)
{
  abort ();
}

/* What the kernel starts by itself was not started by any program. */
static void
test_kernel (void)
{
  g_autofree char *before = NULL;
  g_autofree char *pattern = NULL;
  g_autoptr (Wire) wire = identity_begin ();
  char *folder = folder_new ();
  g_autofree char *path = folder_add_caller (folder, "program");
  g_autoptr (Child) child = NULL;
  g_autoptr (Request) request = NULL;

  pattern = g_strdup_printf ("|%s", path);
  g_assert_true (g_file_get_contents (CORE_PATTERN, &before, NULL, NULL));
  g_assert_true (g_file_set_contents_full (CORE_PATTERN, pattern, -1, 0, 0644, NULL));
  child = child_start (crash, NULL);
  request = identity_next (wire);
  assert_program (request, path);
  g_assert_cmpuint (request->ancestors->len, ==, 0);
  identity_verdict (wire, request, SNET_VERDICT_ALLOW);
  g_assert_true (g_file_set_contents_full (CORE_PATTERN, before, -1, 0, 0644, NULL));
  folder_remove (folder);
}

/* Kilobytes of the kernel's memory that it cannot get back by itself. */
static guint64
kernel_memory (void)
{
  g_autofree char *contents = NULL;
  const char *line;

  g_assert_true (g_file_get_contents ("/proc/meminfo", &contents, NULL, NULL));
  line = strstr (contents, "SUnreclaim:");
  g_assert_nonnull (line);
  return g_ascii_strtoull (line + strlen ("SUnreclaim:"), NULL, 10);
}

/* Rounds in a batch: much fewer than take up a child's patience. */
#define ROUNDS    125
#define BATCHES   4
#define DIRECTORY 250

/* Makes a folder so deep that the path of a program in it takes a page. */
static int
enter_deep_folder (const char *folder)
{
  char name[DIRECTORY + 1];

  memset (name, 'd', DIRECTORY);
  name[DIRECTORY] = '\0';
  if (chdir (folder) < 0)
    return errno;
  for (guint i = 0; i < 12; i++)
    if ((mkdir (name, 0755) < 0 && errno != EEXIST) || chdir (name) < 0)
      return errno;
  return 0;
}

/* Executes a program by a name that it never had. */
static int
execute_once (void)
{
  static guint last;
  g_autofree char *from = g_strdup_printf ("%d.%u", getpid (), last);
  g_autofree char *to = g_strdup_printf ("%d.%u", getpid (), ++last);
  char *argv[] = { from, (char *)"none", NULL };
  pid_t pid;
  int status;

  if (posix_spawn (&pid, from, NULL, NULL, argv, environ))
    return EIO;
  if (waitpid (pid, &status, 0) != pid || status || rename (from, to) < 0)
    return EIO;
  return 0;
}

/* What is executed would report like a Child, which only this process is. */
static int
execute_often (gconstpointer folder)
{
  g_autofree char *first = NULL;
  int results = dup (3);
  int nowhere = open ("/dev/null", O_WRONLY);
  int error = enter_deep_folder (folder);

  if (results < 0 || nowhere < 0 || dup2 (nowhere, 3) < 0)
    return errno;
  first = g_strdup_printf ("%d.0", getpid ());
  g_free (folder_add_caller (".", first));
  for (guint i = 0; i < ROUNDS && !error; i++)
    error = execute_once ();
  if (dup2 (results, 3) < 0)
    return errno;
  return error;
}

/* What was executed is forgotten, or else it would be hundreds of pages by now. */
static void
test_memory (void)
{
  char *folder = folder_new ();
  guint64 allowed = kernel_memory () + BATCHES * ROUNDS * 4 / 2;
  gint64 end;

  for (guint i = 0; i < BATCHES; i++)
    {
      g_autoptr (Child) child = child_start (execute_often, folder);

      g_assert_cmpint (child_finish (child), ==, 0);
    }
  folder_remove (folder);
  if (g_file_test ("/sys/kernel/debug/kmemleak", G_FILE_TEST_EXISTS))
    {
      g_test_skip ("a kernel for debugging keeps what was freed; it looks for leaks itself");
      return;
    }
  /* The kernel frees some things a little later. */
  end = g_get_monotonic_time () + TEST_PATIENCE_MS * G_GINT64_CONSTANT (1000);
  while (kernel_memory () > allowed && g_get_monotonic_time () < end)
    g_usleep (10 * 1000);
  g_assert_cmpuint (kernel_memory (), <=, allowed);
}

void
add_task_tests (void)
{
  g_test_add_func ("/identity/task/fork", test_fork);
  g_test_add_func ("/identity/task/vfork", test_vfork);
  g_test_add_func ("/identity/task/execute-in-thread", test_execute_in_thread);
  g_test_add_func ("/identity/task/ring", test_ring);
  g_test_add_func ("/identity/task/user-namespace", test_user_namespace);
  g_test_add_func ("/identity/task/pid-namespace", test_pid_namespace);
  g_test_add_func ("/identity/task/kernel", test_kernel);
  g_test_add_func ("/identity/task/memory", test_memory);
}

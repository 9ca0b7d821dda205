/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "puppet.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"

#define WIRE_FD 3

static int
get_option (int fd, int level, int name)
{
  socklen_t len = sizeof (int);
  int value = -1;

  getsockopt (fd, level, name, &value, &len);
  return value;
}

static int
wait_writable (int fd)
{
  struct pollfd pollfd = { .fd = fd, .events = POLLOUT };

  if (poll (&pollfd, 1, TEST_PATIENCE_MS) != 1)
    return ETIMEDOUT;
  return get_option (fd, SOL_SOCKET, SO_ERROR);
}

static int
retransmits (int fd)
{
  struct tcp_info info = { 0 };
  socklen_t len = sizeof info;

  if (getsockopt (fd, IPPROTO_TCP, TCP_INFO, &info, &len) < 0)
    return -1;
  return info.tcpi_total_retrans;
}

static int
connect_or_not (const PuppetCall *call)
{
  static const struct sockaddr nowhere = { .sa_family = AF_UNSPEC };

  if (call->call.len > 0)
    return connect (call->fd, &call->call.address.any, call->call.len);
  return connect (call->fd, &nowhere, sizeof nowhere);
}

static void
obey (const PuppetCall *call, PuppetResult *result)
{
  const struct sockaddr *address = call->call.len > 0 ? &call->call.address.any : NULL;
  int one = 1, ret = 0;

  switch (call->operation)
    {
    case PUPPET_SOCKET:
      ret = socket (call->call.family, call->call.type | SOCK_CLOEXEC | call->flags, 0);
      break;
    case PUPPET_CONNECT:
      ret = connect_or_not (call);
      break;
    case PUPPET_SEND:
      ret = sendto (call->fd, &call->arg, sizeof call->arg, call->flags | MSG_NOSIGNAL, address,
                    call->call.len);
      break;
    case PUPPET_WAIT_WRITABLE:
      result->error = wait_writable (call->fd);
      return;
    case PUPPET_ERROR:
      result->error = get_option (call->fd, SOL_SOCKET, SO_ERROR);
      return;
    case PUPPET_OPTION:
      ret = setsockopt (call->fd, call->flags, call->arg, &one, sizeof one);
      break;
    case PUPPET_RETRANSMITS:
      ret = retransmits (call->fd);
      break;
    case PUPPET_DUP:
      ret = dup (call->fd);
      break;
    case PUPPET_CLOSE:
      ret = close (call->fd);
      break;
    case PUPPET_SHUTDOWN:
      ret = shutdown (call->fd, SHUT_RDWR);
      break;
    case PUPPET_EXEC:
      ret = execl ("/bin/sleep", "sleep", "1000", NULL);
      break;
    }
  result->error = errno_of (ret);
  result->value = ret;
}

static G_GNUC_NORETURN void
run (int wire)
{
  PuppetCall call;

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  /* A copy of the controller's socket would keep its registration alive. */
  if (dup2 (wire, WIRE_FD) < 0 || close_range (WIRE_FD + 1, ~0U, 0) < 0)
    _exit (1);
  while (recv (WIRE_FD, &call, sizeof call, 0) == sizeof call)
    {
      PuppetResult result = { 0 };

      obey (&call, &result);
      result.when = g_get_monotonic_time ();
      if (send (WIRE_FD, &result, sizeof result, 0) != sizeof result)
        break;
    }
  _exit (0);
}

Puppet *
puppet_new (void)
{
  Puppet *puppet = g_new0 (Puppet, 1);
  int fds[2];

  g_assert_no_errno (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds));
  puppet->wire = fds[0];
  puppet->pid = fork ();
  g_assert_no_errno (puppet->pid);
  if (puppet->pid == 0)
    run (fds[1]);
  close (fds[1]);
  return puppet;
}

void
puppet_free (Puppet *puppet)
{
  kill (puppet->pid, SIGKILL);
  waitpid (puppet->pid, NULL, 0);
  close (puppet->wire);
  g_free (puppet);
}

void
puppet_begin (Puppet *puppet, const PuppetCall *call)
{
  g_assert_cmpint (send (puppet->wire, call, sizeof *call, 0), ==, sizeof *call);
}

static gboolean
wait_result (Puppet *puppet, int patience)
{
  struct pollfd pollfd = { .fd = puppet->wire, .events = POLLIN };

  return poll (&pollfd, 1, patience) == 1;
}

gboolean
puppet_has_returned (Puppet *puppet)
{
  return wait_result (puppet, 0);
}

PuppetResult
puppet_finish (Puppet *puppet)
{
  PuppetResult result;

  g_assert_true (wait_result (puppet, TEST_PATIENCE_MS + 1000));
  g_assert_cmpint (recv (puppet->wire, &result, sizeof result, 0), ==, sizeof result);
  return result;
}

PuppetResult
puppet_call (Puppet *puppet, const PuppetCall *call)
{
  puppet_begin (puppet, call);
  return puppet_finish (puppet);
}

int
puppet_socket (Puppet *puppet, const Call *call, int flags)
{
  PuppetCall order = { .operation = PUPPET_SOCKET, .flags = flags, .call = *call };
  PuppetResult result = puppet_call (puppet, &order);

  g_assert_cmpint (result.error, ==, 0);
  return result.value;
}

int
puppet_connect (Puppet *puppet, int fd, const Call *call)
{
  PuppetCall order = { .operation = PUPPET_CONNECT, .fd = fd, .call = *call };

  return puppet_call (puppet, &order).error;
}

int
puppet_send (Puppet *puppet, int fd, const Call *call, int payload, int flags)
{
  PuppetCall order = { .operation = PUPPET_SEND, .fd = fd, .arg = payload, .flags = flags };

  if (call)
    order.call = *call;
  return puppet_call (puppet, &order).error;
}

int
puppet_error (Puppet *puppet, int fd)
{
  return puppet_call (puppet, &(PuppetCall){ .operation = PUPPET_ERROR, .fd = fd }).error;
}

int
puppet_close (Puppet *puppet, int fd)
{
  return puppet_call (puppet, &(PuppetCall){ .operation = PUPPET_CLOSE, .fd = fd }).error;
}

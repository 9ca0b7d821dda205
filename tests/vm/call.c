/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "call.h"

#include <arpa/inet.h>
#include <errno.h>
#include <unistd.h>

int
errno_of (int ret)
{
  return ret < 0 ? errno : 0;
}

Call
call_loopback (int family, int type, guint16 port)
{
  Call call = { .family = family, .type = type };

  call.address.any.sa_family = family;
  if (family == AF_INET)
    {
      call.address.in.sin_port = htons (port);
      call.address.in.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
      call.len = sizeof call.address.in;
    }
  else
    {
      call.address.in6.sin6_port = htons (port);
      call.address.in6.sin6_addr = in6addr_loopback;
      call.len = sizeof call.address.in6;
    }
  return call;
}

static int
open_socket (const Call *call)
{
  return socket (call->family, call->type | SOCK_CLOEXEC, 0);
}

int
call_connect (gconstpointer data)
{
  const Call *call = data;
  int fd = open_socket (call);

  if (fd < 0)
    return errno;
  return errno_of (connect (fd, &call->address.any, call->len));
}

int
call_bind (gconstpointer data)
{
  const Call *call = data;
  int fd = open_socket (call);

  if (fd < 0)
    return errno;
  return errno_of (bind (fd, &call->address.any, call->len));
}

int
call_listen (gconstpointer data)
{
  const Call *call = data;
  int fd = open_socket (call);

  if (fd < 0 || bind (fd, &call->address.any, call->len) < 0)
    return errno;
  return errno_of (listen (fd, 1));
}

int
call_listen_unbound (gconstpointer data)
{
  int fd = open_socket (data);

  if (fd < 0)
    return errno;
  return errno_of (listen (fd, 1));
}

int
call_bind_connect (gconstpointer data)
{
  const Call *call = data;
  Call local = call_loopback (call->family, call->type, 0);
  int fd = open_socket (call);

  if (fd < 0 || bind (fd, &local.address.any, local.len) < 0)
    return errno;
  return errno_of (connect (fd, &call->address.any, call->len));
}

int
open_server (int family, int type, guint16 *ret_port)
{
  Call call = call_loopback (family, type, 0);
  int fd = open_socket (&call);

  g_assert_no_errno (fd);
  g_assert_no_errno (bind (fd, &call.address.any, call.len));
  if (type == SOCK_STREAM)
    g_assert_no_errno (listen (fd, 16));
  g_assert_no_errno (getsockname (fd, &call.address.any, &call.len));
  *ret_port = ntohs (family == AF_INET ? call.address.in.sin_port : call.address.in6.sin6_port);
  return fd;
}

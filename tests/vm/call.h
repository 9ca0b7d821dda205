/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The calls that a child makes, each as a ChildFunc over a Call.
 */
#pragma once

#include <glib.h>
#include <netinet/in.h>
#include <sys/socket.h>

typedef union
{
  struct sockaddr any;
  struct sockaddr_in in;
  struct sockaddr_in6 in6;
} Address;

typedef struct
{
  int family;
  int type;
  Address address;
  socklen_t len;
} Call;

/* To @port of the loopback interface; port 0 for bind() means any. */
Call call_loopback (int family, int type, guint16 port);

int call_connect (gconstpointer call);
int call_bind (gconstpointer call);
/* Binds, then listens. */
int call_listen (gconstpointer call);
/* Listens without having bound. */
int call_listen_unbound (gconstpointer call);
/* Binds, then connects. */
int call_bind_connect (gconstpointer call);

/* 0 or errno. */
int errno_of (int ret);

/* A socket of our own, listening (or just bound) at a free port of loopback. */
int open_server (int family, int type, guint16 *ret_port);

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process that makes the calls that a test tells it to make, one by one.
 */
#pragma once

#include <glib.h>
#include <sys/types.h>

#include "call.h"

typedef enum
{
  PUPPET_SOCKET,        /* of the family and type of the call, with @flags; its descriptor */
  PUPPET_CONNECT,       /* to the address; without one it disconnects */
  PUPPET_SEND,          /* @arg as the payload, with @flags, to the address or to the peer */
  PUPPET_WAIT_WRITABLE, /* then SO_ERROR */
  PUPPET_ERROR,         /* SO_ERROR */
  PUPPET_OPTION,        /* of level @flags, number @arg: 1 */
  PUPPET_RETRANSMITS,   /* of a TCP socket */
  PUPPET_DUP,           /* the new descriptor */
  PUPPET_CLOSE,
  PUPPET_SHUTDOWN,
  PUPPET_EXEC, /* something that lasts */
} PuppetOperation;

typedef struct
{
  PuppetOperation operation;
  int fd;
  int arg;
  int flags;
  Call call; /* its length is 0 for no address */
} PuppetCall;

typedef struct
{
  int error;   /* 0 or errno */
  int value;   /* what came out */
  gint64 when; /* the monotonic clock as it returned */
} PuppetResult;

typedef struct
{
  pid_t pid;
  int wire;
} Puppet;

Puppet *puppet_new (void);
/* Kills it, and waits for its end. */
void puppet_free (Puppet *puppet);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Puppet, puppet_free)

/* The call begins; then it may last. */
void puppet_begin (Puppet *puppet, const PuppetCall *call);
gboolean puppet_has_returned (Puppet *puppet);
PuppetResult puppet_finish (Puppet *puppet);
/* A call that does not last. */
PuppetResult puppet_call (Puppet *puppet, const PuppetCall *call);

/* The same in words. Return: 0 or errno, or a descriptor. */
int puppet_socket (Puppet *puppet, const Call *call, int flags);
int puppet_connect (Puppet *puppet, int fd, const Call *call);
int puppet_send (Puppet *puppet, int fd, const Call *call, int payload, int flags);
int puppet_error (Puppet *puppet, int fd);
int puppet_close (Puppet *puppet, int fd);

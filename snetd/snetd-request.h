/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib-object.h>

#include "snet.h"
#include "snetd-address.h"
#include "snetd-names.h"

/*
 * A network system call that is held, or that has been decided. What the
 * kernel said is never changed; the decision is written once.
 */
typedef struct
{
  grefcount ref_count;

  guint64 id;
  gint64 time;     /* microseconds since the epoch */
  gint64 deadline; /* likewise */
  int operation;
  int hold; /* SNET_HOLD_AUTO: unknown */
  int family;
  int type;
  int protocol;
  guint32 pid;
  guint32 tid;
  guint32 uid;
  guint32 euid;
  guint32 gid;
  guint64 netns;       /* 0: unknown */
  char *comm;          /* or NULL */
  char *program;       /* or NULL: unknown */
  SnetdAddress local;  /* AF_UNSPEC: unknown, and so is the port */
  SnetdAddress remote; /* likewise */
  guint16 local_port;
  guint16 remote_port;
  gint64 held_since; /* on the monotonic clock */

  gboolean announced; /* clients have been told that it waits */

  gboolean decided;
  enum snet_verdict verdict;
  SnetdReason reason;
  guint64 rule; /* 0: none */
  int error;    /* errno of a denied call */
  gint64 waited;
} SnetdRequest;

#define SNETD_TYPE_REQUEST (snetd_request_get_type ())
GType snetd_request_get_type (void);

/* What the kernel said, and what /proc adds while the task sleeps. */
SnetdRequest *snetd_request_new (const struct snet_event *event);
SnetdRequest *snetd_request_ref (SnetdRequest *request);
void snetd_request_unref (SnetdRequest *request);

/* error: the errno of a denied call, 0 for the default. */
void snetd_request_decide (SnetdRequest *request,
                           enum snet_verdict verdict,
                           int error,
                           SnetdReason reason,
                           guint64 rule);

/* An a{sv} with the keys of an event, floating. */
GVariant *snetd_request_to_variant (const SnetdRequest *request);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetdRequest, snetd_request_unref)

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib-object.h>

#include "snet.h"
#include "snetd-address.h"
#include "snetd-condition.h"
#include "snetd-names.h"
#include "snetd-processes.h"

/*
 * A network system call that is held, or that has been decided. What the
 * kernel said is never changed; the decision is written once.
 */
struct _SnetdRequest
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
  guint32 session;      /* of the audit system; G_MAXUINT32: none */
  guint64 process;      /* the kernel's number for it; 0: unknown, as in the next one */
  guint64 netns;        /* inode */
  char *comm;           /* or NULL: unknown, as in all that follow */
  char *program;        /* path, see snetd-process.h */
  char *program_digest; /* SHA-256, if a rule wants to know it */
  char *script;         /* that the program runs */
  char **command;       /* its arguments, see snetd-process.h */
  char *directory;      /* where it is */
  char **ancestors;     /* programs that led to this one, the latest first */
  char *app;
  char *unit;
  char *cgroup;
  char *remote_host;      /* by which rules may decide, see snetd-hosts.h */
  int remote_host_source; /* SnetdHostSource, of that */
  char *reverse_host;     /* only to be shown, and only if there is no other */
  SnetdAddress local;     /* AF_UNSPEC: unknown, and so is the port */
  SnetdAddress remote;    /* likewise */
  guint16 local_port;
  guint16 remote_port;
  gint64 held_since; /* on the monotonic clock; 0: it need not wait for anybody */

  gboolean announced;   /* clients have been told that it waits */
  gboolean awaits_name; /* its name may be on its way: nothing that needs one decides it yet */

  gboolean decided;
  enum snet_verdict verdict;
  SnetdReason reason;
  guint64 rule; /* 0: none */
  int error;    /* errno of a denied call */
  gint64 waited;
};

#define SNETD_TYPE_REQUEST (snetd_request_get_type ())
GType snetd_request_get_type (void);

/* What the kernel said, and what /proc adds while the task sleeps; or lately, with @processes. */
SnetdRequest *snetd_request_new (const struct snet_event *event, SnetdProcesses *processes);

/*
 * It is not decided at once. From here on the wall clock may be set; how long it waits is
 * not to jump.
 */
void snetd_request_wait (SnetdRequest *request);

/* What the kernel has decided, and said of a process that may be gone by now. */
SnetdRequest *snetd_request_new_decided (const struct snet_event *event);

SnetdRequest *snetd_request_ref (SnetdRequest *request);
void snetd_request_unref (SnetdRequest *request);

/* error: the errno of a denied call, 0 for the default. */
void snetd_request_decide (SnetdRequest *request,
                           enum snet_verdict verdict,
                           int error,
                           SnetdReason reason,
                           guint64 rule);

/*
 * What somebody describes by the keys of an event; never held. Absent are an uid
 * (G_MAXUINT32), a time (now), and a family (inet).
 * Error: SNETD_ERROR_INVALID_EVENT, naming the key.
 */
SnetdRequest *snetd_request_from_variant (GVariant *dictionary, GError **error);

/* What its remote address is called, for people: NULL, and NONE, if nobody says. */
const char *snetd_request_get_host (const SnetdRequest *request);
SnetdHostSource snetd_request_get_host_source (const SnetdRequest *request);

/* An a{sv} with the keys of an event, floating. */
GVariant *snetd_request_to_variant (const SnetdRequest *request);

/* Likewise, of a request that stands for this many that are alike. */
GVariant *snetd_request_to_counted_variant (const SnetdRequest *request, guint count);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetdRequest, snetd_request_unref)

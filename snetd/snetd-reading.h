/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

#include "snetd-authority.h"
#include "snetd-record.h"

/* Calls of the bus that read the journal, in a thread each, and so many of a user's at a time. */
typedef struct SnetdReading SnetdReading;

/* What a kind of call does. Its data is one thread's at a time: the main one's until ->read(). */
typedef struct
{
  const char *method; /* as snetd_authority_check() knows it */

  /* Who calls, and whether this caller sees everybody's events. FALSE: it gets the error. */
  gboolean (*set_caller) (gpointer data, guint32 caller, gboolean sees_all, GError **error);

  /* In the thread: the reply, a tuple that is not floating, or NULL with the error. */
  GVariant *(*read) (gpointer data, const char *path, GError **error);

  GDestroyNotify free;
} SnetdReadingKind;

/* @owner owns it, and stays as long as a call is under way; @record stays as long as @owner. */
SnetdReading *
snetd_reading_new (GObject *owner, SnetdRecord *record, SnetdAuthority *authority, guint each);
void snetd_reading_free (SnetdReading *reading);

/* Takes @data. The invocation gets its reply. */
void snetd_reading_begin (SnetdReading *reading,
                          GDBusMethodInvocation *invocation,
                          const SnetdReadingKind *kind,
                          gpointer data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetdReading, snetd_reading_free)

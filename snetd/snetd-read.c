/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-read.h"

#include "snetd-page.h"

typedef struct
{
  guint64 after;
  guint limit;
} Read;

/* Who may call it at all may see all: the policy of the bus says who. */
static gboolean
set_caller (gpointer data, guint32 caller, gboolean sees_all, GError **error)
{
  if (!sees_all)
    g_set_error_literal (error, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED,
                         "Not allowed: the bus does not say who you are");
  return sees_all;
}

static GVariant *
read_page (gpointer data, const char *path, GError **error)
{
  const Read *call = data;

  return snetd_page_read (path, call->after, call->limit, error);
}

static const SnetdReadingKind kind = {
  .method = "Events.Read",
  .set_caller = set_caller,
  .read = read_page,
  .free = g_free,
};

void
snetd_read_begin (SnetdReading *reading,
                  GDBusMethodInvocation *invocation,
                  guint64 after,
                  guint limit)
{
  Read *call = g_new0 (Read, 1);

  call->after = after;
  call->limit = limit;
  snetd_reading_begin (reading, invocation, &kind, call);
}

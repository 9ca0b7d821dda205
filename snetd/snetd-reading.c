/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-reading.h"

#include "snetd-quota.h"

struct SnetdReading
{
  GObject *owner;
  SnetdRecord *record;
  SnetdAuthority *authority;
  SnetdQuota *quota;
};

typedef struct
{
  SnetdReading *reading;
  GObject *owner; /* keeps the above */
  GDBusMethodInvocation *invocation;
  const SnetdReadingKind *kind;
  gpointer data;
  char *path;
  guint32 caller;
  gboolean counted; /* among the calls of the caller */
} Call;

static void
uncount (Call *call)
{
  if (call->counted)
    snetd_quota_end (call->reading->quota, call->caller);
  call->counted = FALSE;
}

static void
call_free (Call *call)
{
  uncount (call);
  call->kind->free (call->data);
  g_free (call->path);
  g_object_unref (call->invocation);
  g_object_unref (call->owner);
  g_free (call);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_task_propagate_pointer (G_TASK (result), &error);

  /* Who has the reply may call again. */
  uncount (call);
  if (reply != NULL)
    g_dbus_method_invocation_return_value (call->invocation, reply);
  else
    g_dbus_method_invocation_return_gerror (call->invocation, error);
}

static void
read_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Call *call = task_data;
  GError *error = NULL;
  GVariant *reply = call->kind->read (call->data, call->path, &error);

  if (reply != NULL)
    g_task_return_pointer (task, reply, (GDestroyNotify)g_variant_unref);
  else
    g_task_return_error (task, error);
}

static gboolean
prepare (Call *call, gboolean sees_all, GError **error)
{
  if (!call->kind->set_caller (call->data, call->caller, sees_all, error))
    return FALSE;
  call->path = g_strdup (snetd_record_get_path (call->reading->record, error));
  if (call->path == NULL)
    return FALSE;

  call->counted = snetd_quota_begin (call->reading->quota, call->caller);
  if (!call->counted)
    g_set_error_literal (error, G_DBUS_ERROR, G_DBUS_ERROR_LIMITS_EXCEEDED,
                         "You ask too much at a time; try again");
  return call->counted;
}

static void
caller_known_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GTask) task = NULL;
  const gboolean sees_all =
    snetd_authority_check_finish (SNETD_AUTHORITY (source), result, &call->caller, NULL);

  if (!prepare (call, sees_all, &error))
    {
      g_dbus_method_invocation_return_gerror (call->invocation, error);
      return;
    }
  /* Not of the owner: the thread, which is done last, must not be the one that lets go of it. */
  task = g_task_new (NULL, NULL, read_cb, call);
  g_task_set_task_data (task, g_steal_pointer (&call), NULL);
  g_task_run_in_thread (task, read_in_thread);
}

void
snetd_reading_begin (SnetdReading *reading,
                     GDBusMethodInvocation *invocation,
                     const SnetdReadingKind *kind,
                     gpointer data)
{
  Call *call = g_new0 (Call, 1);

  call->reading = reading;
  call->owner = g_object_ref (reading->owner);
  call->invocation = g_object_ref (invocation);
  call->kind = kind;
  call->data = data;
  snetd_authority_check (reading->authority, invocation, kind->method, SNETD_AUTHORITY_SYSTEM,
                         caller_known_cb, call);
}

SnetdReading *
snetd_reading_new (GObject *owner, SnetdRecord *record, SnetdAuthority *authority, guint each)
{
  SnetdReading *reading = g_new0 (SnetdReading, 1);

  reading->owner = owner;
  reading->record = record;
  reading->authority = g_object_ref (authority);
  reading->quota = snetd_quota_new (each);
  return reading;
}

void
snetd_reading_free (SnetdReading *reading)
{
  snetd_quota_free (reading->quota);
  g_object_unref (reading->authority);
  g_free (reading);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-summarize.h"

#include "snet-names.h"
#include "snetd-error.h"
#include "snetd-quota.h"
#include "snetd-summary.h"

/* Of one user's at a time: each reads from the disk, for up to some seconds. */
#define CALLS_MAX 2

struct SnetdSummarize
{
  SnetDBusEvents *object;
  SnetdRecord *record;
  SnetdAuthority *authority;
  SnetdQuota *quota;
};

/* A call under way. A thread has it while it reads, and nobody else does. */
typedef struct
{
  SnetdSummarize *summarize;
  SnetDBusEvents *object; /* keeps the above */
  GDBusMethodInvocation *invocation;
  SnetdFilter *filter;
  SnetdSpan span;
  char *path;
  guint32 caller;
  gboolean counted; /* among the calls of the caller */
} Call;

static void
uncount (Call *call)
{
  if (call->counted)
    snetd_quota_end (call->summarize->quota, call->caller);
  call->counted = FALSE;
}

static void
call_free (Call *call)
{
  uncount (call);
  g_clear_pointer (&call->filter, snetd_filter_free);
  g_free (call->path);
  g_object_unref (call->invocation);
  g_object_unref (call->object);
  g_free (call);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

static void
summarized_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) summary = g_task_propagate_pointer (G_TASK (result), &error);

  /* Who has the reply may call again. */
  uncount (call);
  if (summary != NULL)
    snet_dbus_events_complete_summarize (call->object, call->invocation, summary);
  else
    g_dbus_method_invocation_return_gerror (call->invocation, error);
}

static void
summarize_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Call *call = task_data;
  GError *error = NULL;
  GVariant *summary =
    snetd_summary_make (call->path, call->filter, &call->span, SNETD_SUMMARY_MAX, &error);

  if (summary != NULL)
    g_task_return_pointer (task, g_variant_ref_sink (summary), (GDestroyNotify)g_variant_unref);
  else
    g_task_return_error (task, error);
}

static gboolean
begin_reading (Call *call, GError **error)
{
  call->path = g_strdup (snetd_record_get_path (call->summarize->record, error));
  if (call->path == NULL)
    return FALSE;

  call->counted = snetd_quota_begin (call->summarize->quota, call->caller);
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

  if (!snetd_authority_check_finish (SNETD_AUTHORITY (source), result, &call->caller, NULL))
    snetd_filter_only_uid (call->filter, call->caller);
  if (!begin_reading (call, &error))
    {
      g_dbus_method_invocation_return_gerror (call->invocation, error);
      return;
    }
  /* As in an import, not of the object. */
  task = g_task_new (NULL, NULL, summarized_cb, call);
  g_task_set_task_data (task, g_steal_pointer (&call), NULL);
  g_task_run_in_thread (task, summarize_in_thread);
}

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error_literal (error, SNETD_ERROR, SNETD_ERROR_INVALID_FILTER, why);
  return FALSE;
}

/* Which events are counted has to have a beginning; it ends now unless it is said when. */
static gboolean
read_span (Call *call, GVariant *filter, guint buckets, GError **error)
{
  call->span.buckets = buckets;
  call->span.until = g_get_real_time ();
  g_variant_lookup (filter, SNET_KEY_UNTIL, "x", &call->span.until);
  if (!g_variant_lookup (filter, SNET_KEY_SINCE, "x", &call->span.since))
    return refuse (error, "“" SNET_KEY_SINCE "” is missing");
  if (call->span.since < 0 || call->span.until <= call->span.since)
    return refuse (error, "“" SNET_KEY_UNTIL "” must be after “" SNET_KEY_SINCE "”");
  if (buckets == 0 || buckets > SNETD_SUMMARY_BUCKETS_MAX)
    return refuse (error, "there must be 1 to " G_STRINGIFY (SNETD_SUMMARY_BUCKETS_MAX) " buckets");
  return TRUE;
}

static gboolean
read_arguments (Call *call, GVariant *filter, guint buckets, GError **error)
{
  call->filter = snetd_filter_new (filter, error);
  return call->filter != NULL && read_span (call, filter, buckets, error);
}

void
snetd_summarize_begin (SnetdSummarize *summarize,
                       GDBusMethodInvocation *invocation,
                       GVariant *filter,
                       guint buckets)
{
  g_autoptr (Call) call = g_new0 (Call, 1);
  g_autoptr (GError) error = NULL;

  call->summarize = summarize;
  call->object = g_object_ref (summarize->object);
  call->invocation = g_object_ref (invocation);
  if (!read_arguments (call, filter, buckets, &error))
    {
      g_dbus_method_invocation_return_gerror (invocation, error);
      return;
    }
  snetd_authority_check (summarize->authority, invocation, "Events.Summarize",
                         SNETD_AUTHORITY_SYSTEM, caller_known_cb, g_steal_pointer (&call));
}

SnetdSummarize *
snetd_summarize_new (SnetDBusEvents *object, SnetdRecord *record, SnetdAuthority *authority)
{
  SnetdSummarize *summarize = g_new0 (SnetdSummarize, 1);

  summarize->object = object;
  summarize->record = record;
  summarize->authority = g_object_ref (authority);
  summarize->quota = snetd_quota_new (CALLS_MAX);
  return summarize;
}

void
snetd_summarize_free (SnetdSummarize *summarize)
{
  snetd_quota_free (summarize->quota);
  g_object_unref (summarize->authority);
  g_free (summarize);
}

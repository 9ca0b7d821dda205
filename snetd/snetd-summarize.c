/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-summarize.h"

#include "snet-names.h"
#include "snetd-error.h"
#include "snetd-summary.h"

typedef struct
{
  SnetdFilter *filter;
  SnetdSpan span;
} Summarize;

static void
summarize_free (gpointer data)
{
  Summarize *summarize = data;

  g_clear_pointer (&summarize->filter, snetd_filter_free);
  g_free (summarize);
}

static gboolean
set_caller (gpointer data, guint32 caller, gboolean sees_all, GError **error)
{
  Summarize *summarize = data;

  if (!sees_all)
    snetd_filter_only_uid (summarize->filter, caller);
  return TRUE;
}

static GVariant *
count (gpointer data, const char *path, GError **error)
{
  Summarize *summarize = data;
  GVariant *summary =
    snetd_summary_make (path, summarize->filter, &summarize->span, SNETD_SUMMARY_MAX, error);

  return summary != NULL ? g_variant_ref_sink (g_variant_new ("(@a{sv})", summary)) : NULL;
}

static const SnetdReadingKind kind = {
  .method = "Events.Summarize",
  .set_caller = set_caller,
  .read = count,
  .free = summarize_free,
};

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error_literal (error, SNETD_ERROR, SNETD_ERROR_INVALID_FILTER, why);
  return FALSE;
}

/* Which events are counted has to have a beginning; it ends now unless it is said when. */
static gboolean
read_span (Summarize *summarize, GVariant *filter, guint buckets, GError **error)
{
  summarize->span.buckets = buckets;
  summarize->span.until = g_get_real_time ();
  g_variant_lookup (filter, SNET_KEY_UNTIL, "x", &summarize->span.until);
  if (!g_variant_lookup (filter, SNET_KEY_SINCE, "x", &summarize->span.since))
    return refuse (error, "“" SNET_KEY_SINCE "” is missing");
  if (summarize->span.since < 0 || summarize->span.until <= summarize->span.since)
    return refuse (error, "“" SNET_KEY_UNTIL "” must be after “" SNET_KEY_SINCE "”");
  if (buckets == 0 || buckets > SNETD_SUMMARY_BUCKETS_MAX)
    return refuse (error, "there must be 1 to " G_STRINGIFY (SNETD_SUMMARY_BUCKETS_MAX) " buckets");
  return TRUE;
}

static gboolean
read_arguments (Summarize *summarize, GVariant *filter, guint buckets, GError **error)
{
  summarize->filter = snetd_filter_new (filter, error);
  return summarize->filter != NULL && read_span (summarize, filter, buckets, error);
}

void
snetd_summarize_begin (SnetdReading *reading,
                       GDBusMethodInvocation *invocation,
                       GVariant *filter,
                       guint buckets)
{
  Summarize *summarize = g_new0 (Summarize, 1);
  g_autoptr (GError) error = NULL;

  if (read_arguments (summarize, filter, buckets, &error))
    {
      snetd_reading_begin (reading, invocation, &kind, summarize);
      return;
    }
  g_dbus_method_invocation_return_gerror (invocation, error);
  summarize_free (summarize);
}

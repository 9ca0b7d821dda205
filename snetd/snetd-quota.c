/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-quota.h"

struct SnetdQuota
{
  guint each;
  GHashTable *calls; /* their number, by uid */
};

SnetdQuota *
snetd_quota_new (guint each)
{
  SnetdQuota *quota = g_new0 (SnetdQuota, 1);

  quota->each = each;
  quota->calls = g_hash_table_new (NULL, NULL);
  return quota;
}

void
snetd_quota_free (SnetdQuota *quota)
{
  g_hash_table_unref (quota->calls);
  g_free (quota);
}

static guint
count (SnetdQuota *quota, guint32 uid)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (quota->calls, GUINT_TO_POINTER (uid)));
}

gboolean
snetd_quota_begin (SnetdQuota *quota, guint32 uid)
{
  const guint calls = count (quota, uid);

  if (calls >= quota->each)
    return FALSE;
  g_hash_table_insert (quota->calls, GUINT_TO_POINTER (uid), GUINT_TO_POINTER (calls + 1));
  return TRUE;
}

void
snetd_quota_end (SnetdQuota *quota, guint32 uid)
{
  const guint calls = count (quota, uid);

  g_return_if_fail (calls > 0);

  if (calls > 1)
    g_hash_table_insert (quota->calls, GUINT_TO_POINTER (uid), GUINT_TO_POINTER (calls - 1));
  else
    g_hash_table_remove (quota->calls, GUINT_TO_POINTER (uid));
}

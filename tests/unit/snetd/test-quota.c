/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each user's costly calls are counted, and nobody has more than his own. */
#include "snetd-quota.h"

static void
test_each (void)
{
  g_autoptr (SnetdQuota) quota = snetd_quota_new (2);

  g_assert_true (snetd_quota_begin (quota, 1000));
  g_assert_true (snetd_quota_begin (quota, 1000));
  g_assert_false (snetd_quota_begin (quota, 1000));
  g_assert_true (snetd_quota_begin (quota, 0));
  g_assert_true (snetd_quota_begin (quota, G_MAXUINT32));

  snetd_quota_end (quota, 1000);
  g_assert_true (snetd_quota_begin (quota, 1000));
  g_assert_false (snetd_quota_begin (quota, 1000));
  snetd_quota_end (quota, 1000);
  snetd_quota_end (quota, 1000);
  snetd_quota_end (quota, 0);
  snetd_quota_end (quota, G_MAXUINT32);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/quota/each", test_each);
  return g_test_run ();
}

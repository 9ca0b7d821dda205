/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>

/* How many costly calls each user has under way. */
typedef struct SnetdQuota SnetdQuota;

/* @each: the most at a time, of one user's. */
SnetdQuota *snetd_quota_new (guint each);
void snetd_quota_free (SnetdQuota *quota);

/* FALSE: that would be too many. */
gboolean snetd_quota_begin (SnetdQuota *quota, guint32 uid);
void snetd_quota_end (SnetdQuota *quota, guint32 uid);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetdQuota, snetd_quota_free)

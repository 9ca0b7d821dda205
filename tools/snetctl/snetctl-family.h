/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "gsnet-event.h"

G_BEGIN_DECLS

/* Which events are of a command and of what it has started. */
typedef struct _SnetctlFamily SnetctlFamily;

/*
 * cgroup: in which they are, and nobody else; NULL: there is none, and they are known as
 * descendants of this process, which is their reaper.
 */
SnetctlFamily *snetctl_family_new (const char *cgroup);
gboolean snetctl_family_has (SnetctlFamily *self, GsnetEvent *event);
void snetctl_family_free (SnetctlFamily *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetctlFamily, snetctl_family_free)

G_END_DECLS

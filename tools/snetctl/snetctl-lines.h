/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "gsnet-event.h"
#include "snetctl-call.h"

G_BEGIN_DECLS

/*
 * Decided events as lines, each printed when it comes: for what has no end, or is too long to be
 * measured first. On a terminal they fit, and the titles come first.
 */
typedef struct _SnetctlLines SnetctlLines;

SnetctlLines *snetctl_lines_new (const SnetctlCall *call);
/* word: instead of the verdict, of what is not decided; or NULL. */
void snetctl_lines_print (SnetctlLines *self, GsnetEvent *event, const char *word);
void snetctl_lines_free (SnetctlLines *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetctlLines, snetctl_lines_free)

G_END_DECLS

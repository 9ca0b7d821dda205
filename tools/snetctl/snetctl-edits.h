/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

#include "snetctl-call.h"

G_BEGIN_DECLS

/* What has to be done so that rules become what somebody has made of their text. */
typedef struct _SnetctlEdits SnetctlEdits;

/* What a rule is called in the text. */
char *snetctl_edits_name (guint64 id);

/* Asks snetd what is wrong with the text, a line for each problem. system: rules that do not say
 * whose they are are the system's. */
gboolean snetctl_edits_check (const SnetctlCall *call,
                              const char *text,
                              gboolean system,
                              GStrv *ret_problems,
                              GError **error);

/* rules: of GsnetRule, those that the text was of. */
SnetctlEdits *snetctl_edits_new (GPtrArray *rules, const char *text, GError **error);
gboolean snetctl_edits_is_empty (SnetctlEdits *self);
/* Says what it does. Stops where something fails; what was done until then stays. */
gboolean snetctl_edits_apply (SnetctlEdits *self, const SnetctlCall *call, GError **error);
void snetctl_edits_free (SnetctlEdits *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetctlEdits, snetctl_edits_free)

G_END_DECLS

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-config.h"
#include "snetd-kernel.h"
#include "snetd-manager.h"
#include "snetd-policy.h"
#include "snetd-switch.h"

/*
 * What snetd.conf says, put into force: in the kernel whenever snetd comes to control it, among
 * the questions, and in the journal. And the kernel's own settings, as far as clients
 * may change them: such a change is not written down, and holds until snetd.conf is read
 * again and says otherwise. In lockdown the policy is deny whatever was set, which comes
 * back when that ends.
 *
 * Signals:
 * changed: the delay, the policy or the features.
 */
#define SNETD_TYPE_SETTINGS (snetd_settings_get_type ())
G_DECLARE_FINAL_TYPE (SnetdSettings, snetd_settings, SNETD, SETTINGS, GObject)

/*
 * Reads the file, which may be missing. What is wrong in it is ignored with a warning. Takes
 * @kept.
 */
SnetdSettings *
snetd_settings_new (const char *path, SnetdKernel *kernel, SnetdSwitch *mode, SnetdPolicy *kept);

/* For the journal that is still to be opened. */
const SnetdRetention *snetd_settings_get_retention (SnetdSettings *self);

/* From now on it is put into force there, too. */
void snetd_settings_bind (SnetdSettings *self, SnetdManager *manager, SnetdRulebase *rulebase);

/*
 * Reads the file again, and the rules that are in files. If anything is wrong in it, all stays as
 * it was: SNETD_ERROR_INVALID_CONFIG; the log says what. Of the rules those that are wrong are
 * not used, and nothing else stays as it was: SNETD_ERROR_INVALID_RULE.
 */
gboolean snetd_settings_reload (SnetdSettings *self, GError **error);

/* Of the kernel that is controlled; 0 and -1: none is. */
guint32 snetd_settings_get_delay (SnetdSettings *self);
int snetd_settings_get_policy (SnetdSettings *self);

/* What it can do: a set of enum snet_feature; 0: none is. */
guint64 snetd_settings_get_features (SnetdSettings *self);

gboolean snetd_settings_set_delay (SnetdSettings *self, guint32 seconds, GError **error);
gboolean snetd_settings_set_policy (SnetdSettings *self, enum snet_verdict policy, GError **error);

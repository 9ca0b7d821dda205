/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "fake-polkit.h"

/* The defaults that a policy file of polkit says. */
typedef struct PolkitPolicy PolkitPolicy;

/* A file that cannot be understood fails the test. */
PolkitPolicy *polkit_policy_new (const char *file);
void polkit_policy_free (PolkitPolicy *policy);

/* "yes", "no", "auth_admin_keep"; an action that is not in the file fails the test. */
const char *polkit_policy_get (const PolkitPolicy *policy, const char *action, FakePolkitSeat seat);

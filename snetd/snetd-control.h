/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snet-dbus-generated.h"
#include "snetd-authority.h"
#include "snetd-settings.h"
#include "snetd-switch.h"

/* org.snet.Control on the bus. */
#define SNETD_TYPE_CONTROL (snetd_control_get_type ())
G_DECLARE_FINAL_TYPE (SnetdControl, snetd_control, SNETD, CONTROL, SnetDBusControlSkeleton)

SnetdControl *snetd_control_new (SnetdKernel *kernel,
                                 SnetdManager *manager,
                                 SnetdRulebase *rulebase,
                                 SnetdSwitch *mode,
                                 SnetdSettings *settings,
                                 SnetdAuthority *authority);

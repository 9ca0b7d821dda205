/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snet-dbus-generated.h"
#include "snetd-authority.h"
#include "snetd-logins.h"
#include "snetd-manager.h"

/* org.snet.Events, see dbus/org.snet.Events.xml. */
#define SNETD_TYPE_EVENTS (snetd_events_get_type ())
G_DECLARE_FINAL_TYPE (SnetdEvents, snetd_events, SNETD, EVENTS, SnetDBusEventsSkeleton)

SnetdEvents *
snetd_events_new (SnetdManager *manager, SnetdAuthority *authority, SnetdLogins *logins);

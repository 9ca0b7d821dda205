/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snet-dbus-generated.h"
#include "snetd-authority.h"
#include "snetd-manager.h"

/* The programs that ask the users: org.snet.Agents, see dbus/. */
#define SNETD_TYPE_AGENTS (snetd_agents_get_type ())
G_DECLARE_FINAL_TYPE (SnetdAgents, snetd_agents, SNETD, AGENTS, SnetDBusAgentsSkeleton)

/* timeout: in milliseconds, how long an agent may take to accept a question. */
SnetdAgents *snetd_agents_new (SnetdManager *manager, SnetdAuthority *authority, guint timeout);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snet-dbus-generated.h"
#include "snetd-authority.h"
#include "snetd-logins.h"
#include "snetd-rulebase.h"

/*
 * Import of org.snet.Rules: many rules at once, as text. It is read in a thread, as
 * that can take a second.
 */
typedef struct SnetdImport SnetdImport;

#define SNETD_IMPORT_TEXT_MAX  (16 * 1024 * 1024) /* bytes */
#define SNETD_IMPORT_RULES_MAX 20000

/* @object replies and owns this, so it must not hold it; it stays while a call is under way. */
SnetdImport *snetd_import_new (SnetDBusRules *object,
                               SnetdRulebase *rulebase,
                               SnetdAuthority *authority,
                               SnetdLogins *logins);
void snetd_import_free (SnetdImport *import);

/* The arguments are those of the invocation, which has the text, and replies. */
void snetd_import_begin (SnetdImport *import,
                         GDBusMethodInvocation *invocation,
                         const char *format,
                         GVariant *options);

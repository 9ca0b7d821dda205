/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-request.h"
#include "snetd-rule.h"
#include "snetd-subtable.h"

/*
 * The rules in force, and which of them decides: rules and a request in, a
 * decision out. Knows no kernel, no bus and no disk.
 */
typedef struct SnetdEngine SnetdEngine;

typedef struct
{
  SnetdRule *rule; /* the one that decides, owned by the engine; NULL: none matches */
  SnetdConsulted consulted;
} SnetdDecision;

SnetdEngine *snetd_engine_new (void);
void snetd_engine_free (SnetdEngine *engine);

void snetd_engine_add (SnetdEngine *engine, SnetdRule *rule);
gboolean snetd_engine_remove (SnetdEngine *engine, guint64 id);
SnetdRule *snetd_engine_lookup (SnetdEngine *engine, guint64 id);

guint snetd_engine_count (SnetdEngine *engine);

/* In the order in which they were made. Free with g_ptr_array_unref(). */
GPtrArray *snetd_engine_list (SnetdEngine *engine);

/*
 * Every request that is like this one in what was consulted would be decided alike,
 * for as long as the consulted minutes and until the rules change.
 */
void
snetd_engine_decide (SnetdEngine *engine, const SnetdContext *context, SnetdDecision *ret_decision);

/* All rules that match, in their order: the first decides. Free with g_ptr_array_unref(). */
GPtrArray *snetd_engine_explain (SnetdEngine *engine, const SnetdContext *context);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetdEngine, snetd_engine_free)

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "gsnet-rule.h"

G_BEGIN_DECLS

/*
 * Rules to begin with: what a machine suffers without. They come in sets, which are files
 * (data/starter), and none of them is in force before somebody wants it.
 */
typedef struct
{
  char *name; /* which becomes the rule's comment, and is like no other's */
  char *text; /* as Rules.Import takes it */
  GsnetRule *rule;
  gboolean usual; /* whether most people want it */
} GsnetStarterRule;

typedef struct
{
  char *title;
  char *description;
  GPtrArray *rules; /* of GsnetStarterRule; only of programs that are there */
} GsnetStarterSet;

/* All sets that have a rule for this machine, of GsnetStarterSet. */
GPtrArray *gsnet_starter_load (void);

G_END_DECLS

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A key of a rule, or of an event, as people write it: docs/rules.md, org.snet.Events. */
typedef struct
{
  const char *name;
  char type;            /* of its value on the bus: s, b, q, u, t or x */
  const char *argument; /* N_(): what --help calls the value; NULL: it is a flag */
  const char *summary;  /* N_() */
} SnetctlKey;

/* Each ends with a key that has no name. */
extern const SnetctlKey snetctl_rule_keys[];
extern const SnetctlKey snetctl_event_keys[];

/* NULL: there is no such key. */
const SnetctlKey *snetctl_keys_find (const SnetctlKey *keys, const char *name);

/* Floating. Users by name or number, times and durations as in snetctl-time.h. */
GVariant *snetctl_key_parse (const SnetctlKey *key, const char *text, GError **error);
/* The other way; not fit to be shown. */
char *snetctl_key_format (GVariant *value);

gboolean snetctl_parse_user (const char *text, guint32 *ret_uid, GError **error);

/* An option of the command line for each key, such as --remote-port=443. */
typedef struct
{
  const SnetctlKey *keys;
  guint n_keys;
  GOptionEntry *entries; /* for snetctl_call_parse (), with those of more behind them */
  char **texts;
  gboolean *flags;
} SnetctlKeyOptions;

/* more: what else the command has; NULL, or ended by G_OPTION_ENTRY_NULL. */
SnetctlKeyOptions *snetctl_key_options_new (const SnetctlKey *keys, const GOptionEntry *more);
/* What was given, into a dictionary; and words such as "remote-port=443". */
gboolean snetctl_key_options_collect (SnetctlKeyOptions *self, GVariantDict *dict, GError **error);
gboolean snetctl_keys_add_word (const SnetctlKey *keys,
                                const char *word,
                                GVariantDict *dict,
                                GError **error);
void snetctl_key_options_free (SnetctlKeyOptions *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetctlKeyOptions, snetctl_key_options_free)

G_END_DECLS

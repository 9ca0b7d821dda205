/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <string.h>

#include "snetd-condition.h"
#include "snetd-rule.h"

/*
 * How the conditions of one kind work; for the table in snetd-condition.c, and nobody
 * else. The value is at row->in_rule of the rule, and what it is compared with at
 * row->in_request of the request.
 */

typedef struct Row Row;

/* What the conditions of one kind have in common. */
typedef struct
{
  const char *type; /* on D-Bus */
  gboolean (*read) (const Row *row, gpointer value, GVariant *variant, GError **error);
  GVariant *(*write) (const Row *row, const SnetdRule *rule);
  gboolean (*holds) (const Row *row, const SnetdRule *rule, const SnetdContext *context);
  /* NULL: nothing in a request is like it. FALSE: the request does not know it. */
  gboolean (*keep) (const Row *row, gpointer value, const SnetdRequest *request);
  void (*clear) (gpointer value); /* NULL: nothing to free */
  guint (*width) (gconstpointer value);
  /* NULL: not hashed. For a request, cut to the width; FALSE: not known. */
  guint64 (*hash) (gconstpointer value);
  gboolean (*hash_request) (const Row *row,
                            guint width,
                            const SnetdRequest *request,
                            guint64 *ret_hash);
} Kind;

struct Row
{
  const char *key;
  const Kind *kind;
  guint64 fields;
  gsize in_rule;
  gsize in_request;
  gsize address;                                         /* of a port, in the request */
  const SnetdVocabulary *vocabulary;                     /* of words */
  char *(*normalize) (const char *text, GError **error); /* of texts, without the key */
};

/* Texts. */
extern const Kind snetd_text_kind;
extern const Kind snetd_pattern_kind;
extern const Kind snetd_domain_kind;
extern const Kind snetd_ancestor_kind;
extern const Kind snetd_ancestor_pattern_kind;
extern const Kind snetd_list_kind;

/* All else. */
extern const Kind snetd_word_kind;
extern const Kind snetd_protocol_kind;
extern const Kind snetd_u32_kind;
extern const Kind snetd_u64_kind;
extern const Kind snetd_address_kind;
extern const Kind snetd_port_kind;
extern const Kind snetd_ports_kind;
extern const Kind snetd_week_kind;

/* What texts may be: a new one, in the form in which they are compared, or NULL. */
char *snetd_normalize_path (const char *text, GError **error);
char *snetd_normalize_pattern (const char *text, GError **error);
char *snetd_normalize_digest (const char *text, GError **error);
char *snetd_normalize_name (const char *text, GError **error);
char *snetd_normalize_host (const char *text, GError **error);
char *snetd_normalize_list (const char *text, GError **error);

static inline gconstpointer
in_rule (const Row *row, const SnetdRule *rule)
{
  return (const guint8 *)rule + row->in_rule;
}

static inline gconstpointer
in_request (const Row *row, const SnetdRequest *request)
{
  return (const guint8 *)request + row->in_request;
}

static inline guint64
mix (guint64 value)
{
  /* The finalizer of SplitMix64: every bit of the value counts in each of the hash. */
  value = (value ^ value >> 30) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  value = (value ^ value >> 27) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return value ^ value >> 31;
}

/* Texts are as long as ten such words: each of them only goes on into the next, until the end. */
static inline guint64
hash_bytes (const void *bytes, gsize length)
{
  const guint8 *at = bytes;
  guint64 hash = length, word = 0;

  for (; length >= sizeof word; at += sizeof word, length -= sizeof word)
    {
      memcpy (&word, at, sizeof word);
      hash = (hash ^ word) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
      hash ^= hash >> 32;
    }
  word = 0;
  memcpy (&word, at, length);
  return mix (hash ^ word);
}

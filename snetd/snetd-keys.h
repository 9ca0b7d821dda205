/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-condition.h"

/*
 * What rules are found by: conditions that can be hashed, each with a width. A request
 * has one hash for each key. It is computed once, however many sets of rules ask for it.
 */
typedef struct
{
  SnetdCondition condition;
  guint width;
  gboolean known; /* of the request with … */
  guint64 number; /* … this one */
  guint64 hash;
} SnetdKey;

typedef struct
{
  GPtrArray *keys; /* of SnetdKey; there are a few hundred at most, and then for good */
  const SnetdRequest *request;
  guint64 number; /* of the request: it has one that no other has */
} SnetdKeys;

void snetd_keys_init (SnetdKeys *keys);
void snetd_keys_clear (SnetdKeys *keys);

/* From here on it is about this request. */
void snetd_keys_begin (SnetdKeys *keys, const SnetdRequest *request);

/* Finds out whether the request knows it, and its hash. */
void snetd_key_compute (SnetdKey *key, const SnetdKeys *keys);

/* Some of the conditions of rules that are alike, in their order. */
typedef struct
{
  SnetdKey *key;
  guint64 fields; /* what of a call it looks at */
} SnetdPart;

typedef struct
{
  SnetdPart *parts;
  guint count;
} SnetdParts;

/* Those of a rule that are among @conditions and can be hashed. */
void
snetd_parts_init (SnetdParts *parts, SnetdKeys *keys, const SnetdRule *rule, guint32 conditions);
void snetd_parts_clear (SnetdParts *parts);

/* Goes on from a hash of others. */
guint64 snetd_parts_hash_rule (const SnetdParts *parts, guint64 hash, const SnetdRule *rule);

/* The order of the conditions counts. */
static inline guint64
snetd_hash_combine (guint64 hash, guint64 other)
{
  return (hash ^ other) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) + 1;
}

/* Of the request that it is about; FALSE: it does not know it. */
static inline gboolean
snetd_key_hash (SnetdKey *key, const SnetdKeys *keys, guint64 *ret_hash)
{
  if (key->number != keys->number)
    snetd_key_compute (key, keys);
  *ret_hash = key->hash;
  return key->known;
}

/*
 * As snetd_parts_hash_rule(), of the request that it is about; FALSE: it does not know one
 * of them. Adds what was looked at to @fields, even then. Here for the sake of speed.
 */
static inline gboolean
snetd_parts_hash_request (const SnetdParts *parts,
                          const SnetdKeys *keys,
                          guint64 *hash,
                          guint64 *fields)
{
  for (guint i = 0; i < parts->count; i++)
    {
      guint64 part;

      *fields |= parts->parts[i].fields;
      if (!snetd_key_hash (parts->parts[i].key, keys, &part))
        return FALSE;
      *hash = snetd_hash_combine (*hash, part);
    }
  return TRUE;
}

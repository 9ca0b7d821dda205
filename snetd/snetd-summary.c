/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-summary.h"

#include "snet-names.h"
#include "snetd-dict.h"
#include "snetd-journal-schema.h"
#include "snetd-texts.h"

/* More programs, or destinations, are not told apart, so that memory is bounded. */
#define NAMES_MAX 100000

/* Columns of the statement. */
enum
{
  TIME,
  VERDICT,
  REASON,
  OPERATION,
  PROGRAM,
  HOST,
  HOST_SOURCE,
  ADDRESS,
};

typedef struct
{
  guint64 allowed;
  guint64 denied;
  guint64 asked; /* of these, by whoever decided then */
} Counts;

/* A program or a destination: the number of its text, and what it is. */
typedef struct
{
  gint64 text;
  const char *key; /* of an event */
  Counts counts;
} Name;

typedef struct
{
  SnetdDatabase *database;
  SnetdTexts *texts;
  const SnetdSpan *span;
  gint64 width;
  Counts *buckets;
  GHashTable *programs;  /* of Name, by ->text */
  GHashTable *hosts;     /* likewise */
  GHashTable *addresses; /* likewise */
  guint64 rows;
  guint64 events;
  gint64 oldest;
  struct
  {
    gint64 allow, user, timeout, connect, send, reverse; /* the numbers of these words */
  } words;
} Summary;

static void
summary_clear (Summary *summary)
{
  g_clear_pointer (&summary->texts, snetd_texts_free);
  g_clear_pointer (&summary->database, snetd_database_close);
  g_clear_pointer (&summary->buckets, g_free);
  g_clear_pointer (&summary->programs, g_hash_table_unref);
  g_clear_pointer (&summary->hosts, g_hash_table_unref);
  g_clear_pointer (&summary->addresses, g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Summary, summary_clear)

static GHashTable *
new_names (void)
{
  return g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
}

/* 0: no event has this word. */
static gboolean
find_word (Summary *summary, const char *word, gint64 *ret_number, GError **error)
{
  g_autofree char *sql =
    g_strdup_printf ("SELECT coalesce ((SELECT id FROM texts WHERE text = '%s'), 0)", word);

  return snetd_database_get_number (summary->database, sql, ret_number, error);
}

static gboolean
find_words (Summary *summary, GError **error)
{
  return find_word (summary, "allow", &summary->words.allow, error) &&
         find_word (summary, "user", &summary->words.user, error) &&
         find_word (summary, "timeout", &summary->words.timeout, error) &&
         find_word (summary, "connect", &summary->words.connect, error) &&
         find_word (summary, "send", &summary->words.send, error) &&
         find_word (summary, "reverse", &summary->words.reverse, error);
}

static void
add_counts (Counts *counts, gboolean allowed, gboolean asked)
{
  counts->allowed += allowed;
  counts->denied += !allowed;
  counts->asked += asked;
}

static void
add_name (GHashTable *names, gint64 text, const char *key, gboolean allowed, gboolean asked)
{
  Name *name = g_hash_table_lookup (names, &text);

  if (name == NULL)
    {
      if (g_hash_table_size (names) >= NAMES_MAX)
        return;
      name = g_new0 (Name, 1);
      name->text = text;
      name->key = key;
      g_hash_table_add (names, name);
    }
  add_counts (&name->counts, allowed, asked);
}

/* The number in a column that can be unknown; none is 0. */
static gint64
get (sqlite3_stmt *statement, int column)
{
  return sqlite3_column_int64 (statement, column);
}

/* Where a call goes: what its address is called, unless only its own name servers say so. */
static void
add_destination (Summary *summary, sqlite3_stmt *statement, gboolean allowed, gboolean asked)
{
  const gint64 operation = get (statement, OPERATION);
  const gint64 host = get (statement, HOST);
  const gint64 address = get (statement, ADDRESS);

  if (operation != summary->words.connect && operation != summary->words.send)
    return;
  if (host != 0 &&
      (summary->words.reverse == 0 || get (statement, HOST_SOURCE) != summary->words.reverse))
    add_name (summary->hosts, host, SNET_KEY_REMOTE_HOST, allowed, asked);
  else if (address != 0)
    add_name (summary->addresses, address, SNET_KEY_REMOTE_ADDRESS, allowed, asked);
}

static void
add_event (Summary *summary, sqlite3_stmt *statement)
{
  const gint64 time = get (statement, TIME);
  const gint64 reason = get (statement, REASON);
  const gint64 program = get (statement, PROGRAM);
  const gboolean allowed = get (statement, VERDICT) == summary->words.allow;
  const gboolean asked = reason == summary->words.user || reason == summary->words.timeout;

  /* In a file that is damaged all numbers can be there. */
  if (time < summary->span->since || time >= summary->span->until)
    return;
  add_counts (&summary->buckets[(time - summary->span->since) / summary->width], allowed, asked);
  if (program != 0)
    add_name (summary->programs, program, SNET_KEY_PROGRAM, allowed, asked);
  add_destination (summary, statement, allowed, asked);
  summary->oldest = MIN (summary->oldest, time);
  summary->events++;
}

static gboolean
read_events (Summary *summary, const SnetdFilter *filter, guint max, GError **error)
{
  g_autofree char *serials = snetd_filter_sql (filter, summary->database, max);
  g_autofree char *sql = g_strdup_printf (
    "SELECT time, verdict, reason, operation, program, remote_host, remote_host_source,"
    " remote_address FROM (%s) CROSS JOIN calls USING (serial)",
    serials);
  sqlite3_stmt *statement = snetd_database_prepare (summary->database, sql, error);
  int result;

  if (statement == NULL)
    return FALSE;
  snetd_filter_bind (filter, statement);
  while ((result = snetd_database_step (summary->database, statement, error)) == SQLITE_ROW)
    {
      add_event (summary, statement);
      summary->rows++;
    }
  sqlite3_finalize (statement);
  return result == SQLITE_DONE;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  const Name *one = *(Name *const *)a;
  const Name *other = *(Name *const *)b;
  const guint64 ones = one->counts.allowed + one->counts.denied;
  const guint64 others = other->counts.allowed + other->counts.denied;

  if (ones != others)
    return ones > others ? -1 : 1;
  return one->text < other->text ? -1 : one->text > other->text;
}

static void
collect (GHashTable *names, GPtrArray *all)
{
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, names);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_ptr_array_add (all, name);
}

static void
add_name_to (Summary *summary, const Name *name, GVariantBuilder *list)
{
  g_auto (GVariantBuilder) dict = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  const char *text = snetd_texts_lookup (summary->texts, name->text);

  if (text == NULL)
    return;
  snetd_dict_add (&dict, name->key, g_variant_new_string (text));
  snetd_dict_add (&dict, "allowed", g_variant_new_uint64 (name->counts.allowed));
  snetd_dict_add (&dict, "denied", g_variant_new_uint64 (name->counts.denied));
  snetd_dict_add (&dict, "asked", g_variant_new_uint64 (name->counts.asked));
  g_variant_builder_add_value (list, g_variant_builder_end (&dict));
}

/* Those of most events first. @more: or NULL. */
static GVariant *
list_top (Summary *summary, GHashTable *names, GHashTable *more)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  g_auto (GVariantBuilder) list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  collect (names, all);
  if (more != NULL)
    collect (more, all);
  g_ptr_array_sort (all, compare_names);
  for (guint i = 0; i < MIN (all->len, SNETD_SUMMARY_TOP); i++)
    add_name_to (summary, g_ptr_array_index (all, i), &list);
  return g_variant_builder_end (&list);
}

static GVariant *
list_buckets (const Summary *summary, gsize offset)
{
  g_auto (GVariantBuilder) list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("at"));

  for (guint i = 0; i < summary->span->buckets; i++)
    g_variant_builder_add (&list, "t", G_STRUCT_MEMBER (guint64, &summary->buckets[i], offset));
  return g_variant_builder_end (&list);
}

static GVariant *
to_variant (Summary *summary, gboolean whole)
{
  g_auto (GVariantBuilder) dict = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);

  snetd_dict_add (&dict, SNET_KEY_SINCE, g_variant_new_int64 (summary->span->since));
  snetd_dict_add (&dict, SNET_KEY_UNTIL, g_variant_new_int64 (summary->span->until));
  snetd_dict_add (&dict, "width", g_variant_new_int64 (summary->width));
  snetd_dict_add (&dict, "events", g_variant_new_uint64 (summary->events));
  if (!whole)
    snetd_dict_add (&dict, "counted-since", g_variant_new_int64 (summary->oldest));
  snetd_dict_add (&dict, "allowed", list_buckets (summary, G_STRUCT_OFFSET (Counts, allowed)));
  snetd_dict_add (&dict, "denied", list_buckets (summary, G_STRUCT_OFFSET (Counts, denied)));
  snetd_dict_add (&dict, "asked", list_buckets (summary, G_STRUCT_OFFSET (Counts, asked)));
  snetd_dict_add (&dict, "programs", list_top (summary, summary->programs, NULL));
  snetd_dict_add (&dict, "destinations", list_top (summary, summary->hosts, summary->addresses));
  return g_variant_builder_end (&dict);
}

GVariant *
snetd_summary_make (const char *path,
                    const SnetdFilter *filter,
                    const SnetdSpan *span,
                    guint max,
                    GError **error)
{
  g_auto (Summary) summary = {
    .database = snetd_database_open_to_read (path, &snetd_journal_schema, error),
    .span = span,
    .width = (span->until - span->since - 1) / span->buckets + 1,
    .buckets = g_new0 (Counts, span->buckets),
    .programs = new_names (),
    .hosts = new_names (),
    .addresses = new_names (),
    .oldest = span->until,
  };

  if (summary.database == NULL)
    return NULL;
  summary.texts = snetd_texts_new (summary.database, error);
  if (summary.texts == NULL || !find_words (&summary, error) ||
      !read_events (&summary, filter, max, error))
    return NULL;
  return to_variant (&summary, summary.rows < max);
}

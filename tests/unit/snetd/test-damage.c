/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Databases in which bytes are not what snetd has written: nothing crashes, no rule is made up or
 * holds for more than it was made for, and what is missing has been said. More with -m slow.
 */
#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>

#include "fake-snet.h"
#include "snetd-error.h"
#include "snetd-journal.h"
#include "snetd-log.h"
#include "snetd-store.h"

#define ROUNDS      40
#define ROUNDS_SLOW 5000
#define SEED        1 /* with -m slow it is another one each time */
#define RULES       60
#define EVENTS      400
#define PAGE        4096

typedef struct
{
  char *directory;
  char *path;
  char *bytes; /* of the database as it was */
  gsize size;
} Fixture;

static guint n_wrong_rules;
static GRand *rand_source;

/* What is said is part of it; there is too much of it to be shown. */
static GLogWriterOutput
count_message (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer unused)
{
  for (gsize i = 0; i < n_fields; i++)
    {
      if (g_str_equal (fields[i].key, "MESSAGE_ID") &&
          g_str_equal (fields[i].value, SNETD_MESSAGE_RULES_WRONG))
        n_wrong_rules++;
    }
  if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
    return g_log_writer_default (level, fields, n_fields, NULL);
  return G_LOG_WRITER_HANDLED;
}

static void
remove_files (Fixture *fixture)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->directory, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->directory, name, NULL);

      g_unlink (path);
    }
}

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  fixture->directory = g_dir_make_tmp ("snetd-XXXXXX", &error);
  g_assert_no_error (error);
  rand_source = g_rand_new_with_seed (g_test_slow () ? (guint32)g_test_rand_int () : SEED);
  fixture->path = g_build_filename (fixture->directory, "it.db", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  g_rand_free (rand_source);
  remove_files (fixture);
  g_rmdir (fixture->directory);
  g_free (fixture->directory);
  g_free (fixture->path);
  g_free (fixture->bytes);
}

static void
keep_bytes (Fixture *fixture)
{
  g_assert_true (g_file_get_contents (fixture->path, &fixture->bytes, &fixture->size, NULL));
  g_assert_cmpuint (fixture->size, >=, 4 * PAGE);
}

/* Damage. */

static guint
below (gsize end)
{
  return (guint)g_rand_int_range (rand_source, 0, (gint32)end);
}

static void
flip_bits (GByteArray *bytes)
{
  for (guint n = 1 + below (4); n > 0; n--)
    bytes->data[below (bytes->len)] ^= (guint8)(1 << below (8));
}

static void
change_header (GByteArray *bytes)
{
  bytes->data[below (100)] = (guint8)below (256);
}

/* Where a page says how its cells and their columns lie. */
static void
change_page_header (GByteArray *bytes)
{
  guint page = below (bytes->len / PAGE);

  for (guint n = 1 + below (3); n > 0; n--)
    bytes->data[page * PAGE + below (64)] = (guint8)below (256);
}

static void
write_noise (GByteArray *bytes)
{
  guint length = 1 + below (512), at = below (bytes->len - length);

  for (guint i = 0; i < length; i++)
    bytes->data[at + i] = (guint8)below (256);
}

static void
clear_page (GByteArray *bytes)
{
  memset (bytes->data + below (bytes->len / PAGE) * PAGE, 0, PAGE);
}

static void
copy_page (GByteArray *bytes)
{
  guint from = below (bytes->len / PAGE), to = below (bytes->len / PAGE);

  memmove (bytes->data + to * PAGE, bytes->data + from * PAGE, PAGE);
}

static void
cut (GByteArray *bytes)
{
  g_byte_array_set_size (bytes, below (bytes->len));
}

static GByteArray *
damage (const Fixture *fixture)
{
  static void (*const ways[]) (GByteArray *) = {
    flip_bits,   flip_bits,  change_header, change_page_header,
    write_noise, clear_page, copy_page,     cut,
  };
  GByteArray *bytes = g_byte_array_new ();

  g_byte_array_append (bytes, (const guint8 *)fixture->bytes, (guint)fixture->size);
  ways[below (G_N_ELEMENTS (ways))](bytes);
  return bytes;
}

/* As it would be found after a crash of the machine: without the files beside it. */
static void
write_file (Fixture *fixture, const GByteArray *bytes)
{
  FILE *file;

  remove_files (fixture);
  file = fopen (fixture->path, "w");
  g_assert_nonnull (file);
  g_assert_cmpuint (fwrite (bytes->data, 1, bytes->len, file), ==, bytes->len);
  g_assert_cmpint (fclose (file), ==, 0);
}

static guint
rounds (void)
{
  return g_test_slow () ? ROUNDS_SLOW : ROUNDS;
}

/* Rules */

static SnetdRule *
make_rule (guint i)
{
  static const char *const templates[] = {
    "{'action': <'allow'>, 'program': <'/usr/bin/program-%u'>, 'remote-port': <uint16 443>}",
    "{'action': <'deny'>, 'owner': <uint32 1000>, 'remote-host': <'host-%u.example.org'>}",
    "{'action': <'allow'>, 'comment': <'number %u'>, 'remote-address': <'192.0.2.0/24'>,"
    " 'protocol': <'udp'>, 'uid': <uint32 1001>}",
    "{'action': <'ask'>, 'locked': <true>, 'unit': <'service-%u.service'>,"
    " 'time-of-week': <'mon-fri 08:00-18:00'>}",
    "{'action': <'allow'>, 'disabled': <true>, 'app': <'org.example.App%u'>,"
    " 'local-ports': <'1024-65535'>}",
    "{'action': <'deny'>, 'lifetime': <'until'>, 'until': <int64 4000000000000000>,"
    " 'remote-list': <'list-%u'>, 'operation': <'connect'>}",
  };
  g_autofree char *text = NULL;
  g_autoptr (GVariant) value = NULL;
  g_autoptr (GError) error = NULL;
  SnetdRule *rule;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  text = g_strdup_printf (templates[i % G_N_ELEMENTS (templates)], i);
#pragma GCC diagnostic pop
  value = g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, &error);
  g_assert_no_error (error);
  rule = snetd_rule_from_variant (value, SNETD_RULE_FROM_CLIENT, &error);
  g_assert_no_error (error);
  return rule;
}

/* All that it says, and when it was made. */
static char *
describe (const SnetdRule *rule)
{
  g_autoptr (GVariant) variant = g_variant_ref_sink (snetd_rule_to_variant (rule));
  GVariantDict dictionary;
  g_autoptr (GVariant) rest = NULL;

  g_variant_dict_init (&dictionary, variant);
  g_variant_dict_remove (&dictionary, "id");
  rest = g_variant_ref_sink (g_variant_dict_end (&dictionary));
  return g_variant_print (rest, TRUE);
}

/* The rules that there are, each once. */
static GHashTable *
make_rules (Fixture *fixture)
{
  GHashTable *made = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GError) error = NULL;
  SnetdStore *store = snetd_store_open (fixture->path, "boot", &error);

  g_assert_no_error (error);
  for (guint i = 0; i < RULES; i++)
    {
      g_autoptr (SnetdRule) rule = make_rule (i);

      g_assert_true (snetd_store_add (store, rule, &error));
      g_assert_true (g_hash_table_add (made, describe (rule)));
    }
  snetd_store_close (store);
  keep_bytes (fixture);
  return made;
}

static void
check_rules (GHashTable *made, GPtrArray *rules)
{
  g_autoptr (GHashTable) found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < rules->len; i++)
    {
      char *text = describe (g_ptr_array_index (rules, i));

      if (!g_hash_table_contains (made, text))
        g_error ("nobody has made this rule: %s", text);
      g_assert_true (g_hash_table_add (found, text));
    }
  g_assert_cmpuint (rules->len + n_wrong_rules, ==, RULES);
}

/* Whatever comes of it, it comes back. */
static void
change_rules (SnetdStore *store)
{
  g_autoptr (SnetdRule) rule = make_rule (RULES);

  if (snetd_store_add (store, rule, NULL))
    snetd_store_remove (store, rule->id, NULL);
  snetd_store_remove (store, 1 + below (RULES), NULL);
}

static void
check_untouched (Fixture *fixture, const GByteArray *bytes)
{
  g_autofree char *after = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (fixture->path, &after, &size, NULL));
  g_assert_cmpmem (after, size, bytes->data, bytes->len);
}

static void
test_rules (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GHashTable) made = make_rules (fixture);
  guint refused = 0, partly = 0;

  for (guint i = 0; i < rounds (); i++)
    {
      g_autoptr (GByteArray) bytes = damage (fixture);
      g_autoptr (SnetdStore) store = NULL;
      g_autoptr (GPtrArray) rules = NULL;
      g_autoptr (GError) error = NULL;

      write_file (fixture, bytes);
      n_wrong_rules = 0;
      store = snetd_store_open (fixture->path, "boot", &error);
      rules = store != NULL ? snetd_store_load (store, &error) : NULL;
      /* Of a file of no bytes nobody can say that there was ever anything in it. */
      if (bytes->len == 0)
        continue;
      if (rules != NULL)
        {
          check_rules (made, rules);
          change_rules (store);
          partly += n_wrong_rules > 0;
          continue;
        }
      g_assert_error (error, SNETD_ERROR, SNETD_ERROR_STORE_FAILED);
      g_assert_nonnull (strstr (error->message, fixture->path));
      if (store == NULL)
        check_untouched (fixture, bytes);
      refused++;
    }
  g_test_message ("of %u files %u were refused, of %u some rules were", rounds (), refused, partly);
  g_assert_cmpuint (refused, >, 0);
  g_assert_cmpuint (partly, >, 0);
}

/* The journal */

static void
append (SnetdJournal *journal, guint i)
{
  struct snet_event event = fake_snet_event (1000 + i % 3);
  g_autoptr (SnetdRequest) request = NULL;

  event.id = i + 1;
  request = snetd_request_new (&event, NULL);
  g_free (request->program);
  request->program = g_strdup_printf ("/usr/bin/program-%u", i % 50);
  snetd_request_decide (request, i % 2 ? SNET_VERDICT_ALLOW : SNET_VERDICT_DENY, 0,
                        SNETD_REASON_USER, 0);
  snetd_journal_append (journal, request);
}

static SnetdJournal *
open_journal (Fixture *fixture, GError **error)
{
  const SnetdRetention retention = { EVENTS, 30 };

  return snetd_journal_open (fixture->path, &retention, error);
}

static void
make_journal (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  SnetdJournal *journal = open_journal (fixture, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < EVENTS; i++)
    append (journal, i);
  snetd_journal_close (journal);
  keep_bytes (fixture);
}

/* All of it can be sent: what is no UTF-8 would end the connection. */
static void
check_sendable (GVariant *reply)
{
  g_autoptr (GVariant) events = NULL;

  if (reply == NULL)
    return;
  events = g_variant_ref_sink (reply);
  g_assert_true (g_variant_is_normal_form (events));
}

static void
read_journal (SnetdJournal *journal)
{
  static const char *const filters[] = {
    "@a{sv} {}",
    "{'text': <'program-1'>}",
    "{'program': <'/usr/bin/program-7'>}",
    "{'since': <int64 1>, 'until': <int64 4000000000000000>}",
    "{'uid': <uint32 1001>, 'verdict': <'deny'>}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (filters); i++)
    {
      g_autoptr (GVariant) dictionary =
        g_variant_parse (G_VARIANT_TYPE_VARDICT, filters[i], NULL, NULL, NULL);
      g_autoptr (SnetdFilter) filter = snetd_filter_new (dictionary, NULL);

      check_sendable (snetd_journal_query (journal, filter, 0, NULL));
      check_sendable (snetd_journal_survey (journal, filter, NULL));
    }
  snetd_journal_count (journal);
}

static void
test_journal (Fixture *fixture, gconstpointer unused)
{
  guint refused = 0;

  make_journal (fixture);
  for (guint i = 0; i < rounds (); i++)
    {
      g_autoptr (GByteArray) bytes = damage (fixture);
      g_autoptr (SnetdJournal) journal = NULL;
      g_autoptr (GError) error = NULL;

      write_file (fixture, bytes);
      journal = open_journal (fixture, &error);
      if (journal == NULL)
        {
          g_assert_error (error, SNETD_ERROR, SNETD_ERROR_STORE_FAILED);
          g_assert_nonnull (strstr (error->message, fixture->path));
          check_untouched (fixture, bytes);
          refused++;
          continue;
        }
      read_journal (journal);
      for (guint n = 0; n < 60; n++)
        append (journal, EVENTS + n);
      snetd_journal_flush (journal, NULL);
      read_journal (journal);
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
  g_test_message ("of %u files %u were refused", rounds (), refused);
  g_assert_cmpuint (refused, >, 0);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  g_log_set_writer_func (count_message, NULL, NULL);
  fake_snet_reset ();

#define ADD(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)
  ADD ("/damage/rules", test_rules);
  ADD ("/damage/journal", test_journal);
#undef ADD

  return g_test_run ();
}

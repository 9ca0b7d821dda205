/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The texts of a journal: each has one number, for as long as an event has it. */
#include <glib/gstdio.h>
#include <locale.h>

#include "snetd-journal-schema.h"
#include "snetd-texts.h"

/* More than are kept in memory, and farther apart than what is not written down at once. */
#define MANY 20001
#define FAR  1000000

typedef struct
{
  char *directory;
  char *path;
  SnetdDatabase *database;
  SnetdTexts *texts;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  fixture->directory = g_dir_make_tmp ("snetd-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_build_filename (fixture->directory, "journal.db", NULL);
  fixture->database = snetd_database_open (fixture->path, &snetd_journal_schema, &error);
  g_assert_no_error (error);
  fixture->texts = snetd_texts_new (fixture->database, &error);
  g_assert_no_error (error);
  g_assert_true (snetd_database_exec (fixture->database, "BEGIN", &error));
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  g_assert_true (snetd_database_exec (fixture->database, "COMMIT", NULL));
  snetd_texts_free (fixture->texts);
  snetd_database_close (fixture->database);
  g_unlink (fixture->path);
  g_assert_no_errno (g_rmdir (fixture->directory));
  g_free (fixture->path);
  g_free (fixture->directory);
}

static gint64
id_of (Fixture *fixture, const char *text, gint64 serial)
{
  g_autoptr (GError) error = NULL;
  const gint64 id = snetd_texts_id (fixture->texts, text, serial, &error);

  g_assert_no_error (error);
  g_assert_cmpint (id, !=, 0);
  return id;
}

static gint64
id_of_nth (Fixture *fixture, guint n)
{
  g_autofree char *text = g_strdup_printf ("text %u", n);

  return id_of (fixture, text, n);
}

static gint64
count_stored (Fixture *fixture)
{
  gint64 count;

  g_assert_true (
    snetd_database_get_number (fixture->database, "SELECT count(*) FROM texts", &count, NULL));
  return count;
}

/* Those that are not in memory any more are still known. */
static void
test_many (Fixture *fixture, gconstpointer unused)
{
  g_autofree gint64 *ids = g_new (gint64, MANY);

  for (guint i = 0; i < MANY; i++)
    ids[i] = id_of_nth (fixture, i);
  g_assert_cmpint (count_stored (fixture), ==, MANY);
  for (guint i = 0; i < MANY; i += 100)
    {
      g_autofree char *text = g_strdup_printf ("text %u", i);

      g_assert_cmpint (id_of_nth (fixture, i), ==, ids[i]);
      g_assert_cmpstr (snetd_texts_lookup (fixture->texts, ids[i]), ==, text);
    }
  g_assert_cmpint (count_stored (fixture), ==, MANY);
}

/* What an event has had lately stays, although it was new long ago. */
static void
test_trim (Fixture *fixture, gconstpointer unused)
{
  const gint64 used = id_of (fixture, "used", 1);

  id_of (fixture, "unused", 1);
  g_assert_cmpint (id_of (fixture, "used", FAR), ==, used);
  g_assert_true (snetd_texts_trim (fixture->texts, FAR, NULL));
  g_assert_cmpint (count_stored (fixture), ==, 1);

  /* Forgotten on disk, and remembered in memory: it is written again. */
  g_assert_cmpstr (snetd_texts_lookup (fixture->texts, id_of (fixture, "unused", FAR + 1)), ==,
                   "unused");
  g_assert_cmpint (count_stored (fixture), ==, 2);
}

static void
test_unknown (Fixture *fixture, gconstpointer unused)
{
  g_assert_null (snetd_texts_lookup (fixture->texts, 12345));
}

/* A number of a transaction that never was is not used. */
static void
test_rolled_back (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  id_of (fixture, "one", 1);
  g_assert_true (snetd_database_exec (fixture->database, "ROLLBACK", &error));
  snetd_texts_reset (fixture->texts);
  g_assert_true (snetd_database_exec (fixture->database, "BEGIN", &error));
  g_assert_cmpint (count_stored (fixture), ==, 0);
  g_assert_cmpstr (snetd_texts_lookup (fixture->texts, id_of (fixture, "one", 1)), ==, "one");
  g_assert_cmpint (count_stored (fixture), ==, 1);
}

/* There is no room in the table, or no table. */
static void
test_fails (Fixture *fixture, gconstpointer unused)
{
  const gint64 known = id_of (fixture, "known", 1);
  g_autoptr (GError) error = NULL;

  g_assert_true (snetd_database_exec (fixture->database, "PRAGMA query_only = ON", NULL));
  g_assert_cmpint (id_of (fixture, "known", 2), ==, known);
  g_assert_cmpint (snetd_texts_id (fixture->texts, "new", 2, &error), ==, 0);
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_cmpint (snetd_texts_id (fixture->texts, "known", FAR, &error), ==, 0);
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_true (snetd_database_exec (fixture->database, "PRAGMA query_only = OFF", NULL));

  g_assert_true (snetd_database_exec (fixture->database, "ALTER TABLE texts RENAME TO t", NULL));
  g_assert_cmpint (snetd_texts_id (fixture->texts, "new", 3, &error), ==, 0);
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_null (snetd_texts_new (fixture->database, &error));
  g_assert_nonnull (error);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)
  ADD ("/texts/many", test_many);
  ADD ("/texts/trim", test_trim);
  ADD ("/texts/unknown", test_unknown);
  ADD ("/texts/rolled-back", test_rolled_back);
  ADD ("/texts/fails", test_fails);
#undef ADD

  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What both databases rely on: a file that cannot be made what it should be stays what it is. */
#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>

#include "snetd-database.h"
#include "snetd-error.h"

#define ID 0x736e7401

static const char *const first_version[] = { "CREATE TABLE numbers (n INTEGER)", NULL };
static const char *const second_version[] = { "CREATE TABLE numbers (n INTEGER)",
                                              "ALTER TABLE numbers ADD COLUMN m INTEGER", NULL };
static const char *const broken_version[] = { "CREATE TABLE numbers (n INTEGER)",
                                              "ALTER TABLE numbers ADD COLUMN m INTEGER;"
                                              "ALTER TABLE letters ADD COLUMN m INTEGER",
                                              NULL };

static const SnetdSchema first = { ID, first_version, TRUE, FALSE };
static const SnetdSchema second = { ID, second_version, TRUE, FALSE };
static const SnetdSchema broken = { ID, broken_version, TRUE, FALSE };

typedef struct
{
  char *directory;
  char *path;
  char *copy; /* of the first version */
} Fixture;

static SnetdDatabase *
open_database (Fixture *fixture, const SnetdSchema *schema)
{
  g_autoptr (GError) error = NULL;
  SnetdDatabase *database = snetd_database_open (fixture->path, schema, &error);

  g_assert_no_error (error);
  g_assert_nonnull (database);
  return database;
}

/* The first version, with a thousand numbers. */
static void
set_up (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (SnetdDatabase) database = NULL;
  g_autoptr (GError) error = NULL;

  fixture->directory = g_dir_make_tmp ("snetd-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_build_filename (fixture->directory, "a.db", NULL);
  fixture->copy = g_strconcat (fixture->path, ".v1", NULL);
  database = open_database (fixture, &first);
  g_assert_true (snetd_database_exec (
    database,
    "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 1000) "
    "INSERT INTO numbers SELECT n FROM c",
    &error));
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  g_unlink (fixture->path);
  g_remove (fixture->copy);
  g_assert_no_errno (g_rmdir (fixture->directory));
  g_free (fixture->copy);
  g_free (fixture->path);
  g_free (fixture->directory);
}

static gint64
get_number (SnetdDatabase *database, const char *sql)
{
  g_autoptr (GError) error = NULL;
  gint64 number;

  snetd_database_get_number (database, sql, &number, &error);
  g_assert_no_error (error);
  return number;
}

static void
check_error (const GError *error, const char *says)
{
  g_assert_error (error, SNETD_ERROR, SNETD_ERROR_STORE_FAILED);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, says));
}

/* As it was: of the first version, with all that it had. */
static void
check_unchanged (Fixture *fixture)
{
  g_autoptr (SnetdDatabase) database = open_database (fixture, &first);

  g_assert_cmpint (get_number (database, "PRAGMA user_version"), ==, 1);
  g_assert_cmpint (get_number (database, "SELECT sum(n) FROM numbers"), ==, 500500);
  g_assert_cmpint (get_number (database, "SELECT count(*) FROM pragma_table_info('numbers')"), ==,
                   1);
}

static void
test_bound (Fixture *fixture, gconstpointer unused)
{
  static const char *const long_way = "SELECT count(*) FROM numbers a, numbers b";
  g_autoptr (SnetdDatabase) database = open_database (fixture, &first);
  g_autoptr (GError) error = NULL;
  gint64 number;

  snetd_database_set_bound (database, 20000);
  g_assert_cmpint (get_number (database, "SELECT sum(n) FROM numbers"), ==, 500500);
  g_assert_false (snetd_database_get_number (database, long_way, &number, &error));
  check_error (error, "too much");
  snetd_database_set_bound (database, 0);
  g_assert_cmpint (get_number (database, long_way), ==, 1000000);
}

static void
test_mistake (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (SnetdDatabase) database = open_database (fixture, &first);
  g_autoptr (GError) error = NULL;
  gint64 number;

  g_assert_null (snetd_database_prepare (database, "SELECT n FROM nowhere", &error));
  check_error (error, "nowhere");
  g_clear_error (&error);
  g_assert_false (snetd_database_get_number (database, "SELECT", &number, &error));
  check_error (error, fixture->path);
}

static void
test_newer (Fixture *fixture, gconstpointer unused)
{
  {
    g_autoptr (SnetdDatabase) database = open_database (fixture, &second);

    g_assert_cmpint (get_number (database, "SELECT count(*) FROM numbers WHERE m IS NULL"), ==,
                     1000);
    g_assert_cmpint (get_number (database, "PRAGMA user_version"), ==, 2);
  }
  g_assert_no_errno (g_rename (fixture->copy, fixture->path));
  check_unchanged (fixture);
}

/* Half of a change is no change. */
static void
test_broken (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (snetd_database_open (fixture->path, &broken, &error));
  check_error (error, "letters");
  check_unchanged (fixture);
}

/* Without a copy there is no way back, so nothing is changed. */
static void
test_no_copy (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  g_assert_no_errno (g_mkdir (fixture->copy, 0700));
  g_assert_null (snetd_database_open (fixture->path, &second, &error));
  check_error (error, "no copy could be made");
  check_unchanged (fixture);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)
  ADD ("/database/bound", test_bound);
  ADD ("/database/mistake", test_mistake);
  ADD ("/database/newer", test_newer);
  ADD ("/database/broken", test_broken);
  ADD ("/database/no-copy", test_no_copy);
#undef ADD

  return g_test_run ();
}

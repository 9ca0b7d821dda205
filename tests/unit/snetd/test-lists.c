/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which lists are read, when, and from which files. */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <sys/stat.h>
#include <unistd.h>

#include "snetd-lists.h"

typedef struct
{
  char *parent;
  char *directory;
  SnetdLists *lists;
  guint changes;
} Fixture;

static void
changed_cb (SnetdLists *lists, Fixture *fixture)
{
  fixture->changes++;
}

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  fixture->parent = g_dir_make_tmp ("snetd-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->directory = g_build_filename (fixture->parent, "lists.d", NULL);
  g_assert_no_errno (g_mkdir (fixture->directory, 0755));
  fixture->lists = snetd_lists_new (fixture->directory);
  g_signal_connect (fixture->lists, "changed", G_CALLBACK (changed_cb), fixture);
}

static void
remove_all (const char *directory)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (directory, name, NULL);

      if (g_unlink (path) != 0)
        remove_all (path);
    }
  g_rmdir (directory);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  /* A thread may still read for it. */
  g_signal_handlers_disconnect_by_data (fixture->lists, fixture);
  g_object_unref (fixture->lists);
  remove_all (fixture->parent);
  g_free (fixture->directory);
  g_free (fixture->parent);
}

static char *
path_of (Fixture *fixture, const char *name)
{
  return g_build_filename (fixture->directory, name, NULL);
}

static void
write_list (Fixture *fixture, const char *name, const char *text)
{
  g_autofree char *path = path_of (fixture, name);
  g_autoptr (GError) error = NULL;

  g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0644, &error);
  g_assert_no_error (error);
}

/* As "cat" would do, without another file that is put in its place. */
static void
rewrite_list (Fixture *fixture, const char *name, const char *text)
{
  g_autofree char *path = path_of (fixture, name);
  g_autoptr (GError) error = NULL;

  g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_NONE, 0644, &error);
  g_assert_no_error (error);
}

static gboolean
has (Fixture *fixture, const char *name, const char *host)
{
  const SnetdList *list = g_hash_table_lookup (snetd_lists_get_table (fixture->lists), name);

  return list != NULL && snetd_list_has_host (list, host);
}

static gboolean
expired_cb (gpointer user_data)
{
  *(gboolean *)user_data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
wait_for (Fixture *fixture, const char *name, const char *host, gboolean wanted)
{
  gboolean expired = FALSE;
  const guint timeout = g_timeout_add_seconds (20, expired_cb, &expired);

  while (has (fixture, name, host) != wanted && !expired)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (expired);
  g_source_remove (timeout);
}

/* Nothing is read that nobody has named, and it is forgotten with the last who did. */
static void
test_use (Fixture *fixture, gconstpointer unused)
{
  GHashTable *table = snetd_lists_get_table (fixture->lists);

  write_list (fixture, "one", "one.example\n");
  write_list (fixture, "two", "two.example\n");
  g_assert_cmpuint (g_hash_table_size (table), ==, 0);

  snetd_lists_use (fixture->lists, "one", FALSE);
  g_assert_false (has (fixture, "one", "one.example"));
  wait_for (fixture, "one", "one.example", TRUE);
  g_assert_cmpuint (fixture->changes, ==, 1);
  g_assert_cmpuint (g_hash_table_size (table), ==, 1);

  snetd_lists_use (fixture->lists, "one", FALSE);
  snetd_lists_release (fixture->lists, "one");
  g_assert_true (has (fixture, "one", "one.example"));
  snetd_lists_release (fixture->lists, "one");
  g_assert_cmpuint (g_hash_table_size (table), ==, 0);

  /* Who does not want to know any more is not told. */
  snetd_lists_use (fixture->lists, "one", FALSE);
  snetd_lists_release (fixture->lists, "one");
  snetd_lists_use (fixture->lists, "two", TRUE);
  g_assert_true (has (fixture, "two", "two.example"));
  snetd_lists_use (fixture->lists, "one", FALSE);
  wait_for (fixture, "one", "one.example", TRUE);
  g_assert_cmpuint (fixture->changes, ==, 3);
}

static void
test_changes (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *path = path_of (fixture, "list");
  g_autofree char *other = path_of (fixture, "other");
  g_autofree char *target = g_build_filename (fixture->parent, "target", NULL);

  snetd_lists_use (fixture->lists, "list", FALSE);
  write_list (fixture, "unused", "unused.example\n");
  write_list (fixture, "list", "one.example\n");
  wait_for (fixture, "list", "one.example", TRUE);
  rewrite_list (fixture, "list", "two.example\n");
  wait_for (fixture, "list", "two.example", TRUE);
  g_assert_false (has (fixture, "list", "one.example"));

  /* Not there any more: nothing is in it. */
  g_assert_no_errno (g_rename (path, other));
  wait_for (fixture, "list", "two.example", FALSE);
  g_assert_no_errno (g_rename (other, path));
  wait_for (fixture, "list", "two.example", TRUE);
  g_assert_no_errno (g_unlink (path));
  wait_for (fixture, "list", "two.example", FALSE);

  g_assert_true (g_file_set_contents (target, "three.example", -1, NULL));
  g_assert_no_errno (symlink (target, path));
  wait_for (fixture, "list", "three.example", TRUE);
  g_assert_false (g_hash_table_contains (snetd_lists_get_table (fixture->lists), "unused"));
}

/* Many changes at once end with what is there at the end. */
static void
test_burst (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GString) text = g_string_new (NULL);

  snetd_lists_use (fixture->lists, "list", FALSE);
  for (guint i = 0; i < 50; i++)
    {
      g_string_append_printf (text, "host-%u.example\n", i);
      rewrite_list (fixture, "list", text->str);
      g_main_context_iteration (NULL, FALSE);
    }
  wait_for (fixture, "list", "host-49.example", TRUE);
  g_assert_true (has (fixture, "list", "host-0.example"));
}

/* The directory comes later, or goes: it is looked for when somebody says so. */
static void
test_directory (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *moved = g_build_filename (fixture->parent, "moved", NULL);

  g_assert_no_errno (g_rmdir (fixture->directory));
  snetd_lists_use (fixture->lists, "list", TRUE);
  g_assert_no_errno (g_mkdir (fixture->directory, 0755));
  write_list (fixture, "list", "one.example\n");
  snetd_lists_reload (fixture->lists);
  wait_for (fixture, "list", "one.example", TRUE);

  write_list (fixture, "list", "two.example\n");
  wait_for (fixture, "list", "two.example", TRUE);

  g_assert_no_errno (g_rename (fixture->directory, moved));
  wait_for (fixture, "list", "two.example", FALSE);
  g_assert_no_errno (g_rename (moved, fixture->directory));
  snetd_lists_reload (fixture->lists);
  wait_for (fixture, "list", "two.example", TRUE);
}

/* Somebody else could have written it: then nothing is in it. */
static void
test_safety (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *path = path_of (fixture, "list");

  write_list (fixture, "list", "one.example\n");
  snetd_lists_use (fixture->lists, "list", TRUE);
  g_assert_true (has (fixture, "list", "one.example"));
  g_assert_no_errno (g_chmod (path, 0646));
  wait_for (fixture, "list", "one.example", FALSE);
  g_assert_no_errno (g_chmod (path, 0644));
  wait_for (fixture, "list", "one.example", TRUE);
  g_assert_no_errno (g_chmod (path, 0664));
  wait_for (fixture, "list", "one.example", FALSE);
  g_assert_no_errno (g_chmod (path, 0600));
  wait_for (fixture, "list", "one.example", TRUE);
  if (getuid () != 0)
    return;
  g_assert_no_errno (chown (path, 1, 0));
  wait_for (fixture, "list", "one.example", FALSE);
}

/* No file that one could wait for, and none that fills the memory. */
static void
test_no_file (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *fifo = path_of (fixture, "fifo");
  g_autofree char *directory = path_of (fixture, "directory");
  g_autofree char *large = path_of (fixture, "large");
  const char *const names[] = { "fifo", "directory", "large", "missing", "zero" };
  g_autofree char *zero = path_of (fixture, "zero");
  int fd;

  g_assert_no_errno (mkfifo (fifo, 0600));
  g_assert_no_errno (g_mkdir (directory, 0755));
  g_assert_no_errno (symlink ("/dev/zero", zero));
  fd = g_open (large, O_WRONLY | O_CREAT, 0600);
  g_assert_cmpint (fd, >=, 0);
  g_assert_no_errno (ftruncate (fd, 256 * 1024 * 1024 + 1));
  close (fd);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      snetd_lists_use (fixture->lists, names[i], TRUE);
      g_assert_false (g_hash_table_contains (snetd_lists_get_table (fixture->lists), names[i]));
      snetd_lists_release (fixture->lists, names[i]);
    }
  g_assert_cmpuint (fixture->changes, ==, 0);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  /* Warnings belong to these. */
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);

#define ADD(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)
  ADD ("/lists/use", test_use);
  ADD ("/lists/changes", test_changes);
  ADD ("/lists/burst", test_burst);
  ADD ("/lists/directory", test_directory);
  ADD ("/lists/safety", test_safety);
  ADD ("/lists/no-file", test_no_file);
#undef ADD

  return g_test_run ();
}

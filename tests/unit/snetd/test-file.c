/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading files that somebody else may have a hand in. */
#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>
#include <sys/stat.h>

#include "snetd-file.h"

#define MAX_BYTES 1000

typedef struct
{
  char *directory;
  char *path;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  fixture->directory = g_dir_make_tmp ("snetd-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_build_filename (fixture->directory, "file", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  g_remove (fixture->path);
  g_assert_no_errno (g_rmdir (fixture->directory));
  g_free (fixture->path);
  g_free (fixture->directory);
}

static void
write_bytes (Fixture *fixture, gsize n)
{
  g_autofree char *bytes = g_strnfill (n, 'x');

  g_assert_true (g_file_set_contents_full (fixture->path, bytes, (gssize)n,
                                           G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
}

static void
check_refused (const char *path, int code, const char *says)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  text = snetd_file_read (path, MAX_BYTES, &length, &error);
  g_assert_null (text);
  g_assert_error (error, G_IO_ERROR, code);
  g_test_message ("%s", error->message);
  g_assert_true (g_str_has_prefix (error->message, path));
  if (says != NULL)
    g_assert_nonnull (strstr (error->message, says));
}

static void
test_length (Fixture *fixture, gconstpointer unused)
{
  static const gsize lengths[] = { 0, 1, MAX_BYTES - 1, MAX_BYTES };

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autofree char *text = NULL;
      g_autoptr (GError) error = NULL;
      gsize length = 12345;

      write_bytes (fixture, lengths[i]);
      text = snetd_file_read (fixture->path, MAX_BYTES, &length, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (length, ==, lengths[i]);
      g_assert_cmpuint (strlen (text), ==, length);
    }
  write_bytes (fixture, MAX_BYTES + 1);
  check_refused (fixture->path, G_IO_ERROR_NO_SPACE, "longer than 1000 bytes");
}

static void
test_unsafe (Fixture *fixture, gconstpointer unused)
{
  static const mode_t modes[] = { 0620, 0602, 0666 };

  for (gsize i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      write_bytes (fixture, 1);
      g_assert_no_errno (g_chmod (fixture->path, modes[i]));
      check_refused (fixture->path, G_IO_ERROR_PERMISSION_DENIED, "others than its owner");
    }
  check_refused ("/dev/null", G_IO_ERROR_PERMISSION_DENIED, "regular");
  check_refused (fixture->directory, G_IO_ERROR_PERMISSION_DENIED, "regular");
}

static void
test_unreadable (Fixture *fixture, gconstpointer unused)
{
  check_refused (fixture->path, G_IO_ERROR_NOT_FOUND, NULL);
  /* It can be opened, but there is nothing at its beginning. */
  check_refused ("/proc/self/mem", G_IO_ERROR_FAILED, NULL);
}

/* As one that grows while it is read: its size says nothing of what is in it. */
static void
test_grows (void)
{
  static const char *const path = "/proc/kallsyms";
  g_autofree char *text = NULL;
  g_autofree char *expected = NULL;
  g_autoptr (GError) error = NULL;
  gsize length, expected_length;

  if (!g_file_get_contents (path, &expected, &expected_length, NULL))
    {
      g_test_skip ("this kernel has no such file");
      return;
    }
  text = snetd_file_read (path, G_MAXINT32, &length, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (text, length, expected, expected_length);
  g_assert_cmpint (text[length], ==, '\0');
  g_clear_pointer (&text, g_free);
  g_assert_null (snetd_file_read (path, expected_length - 1, &length, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)
  ADD ("/file/length", test_length);
  ADD ("/file/unsafe", test_unsafe);
  ADD ("/file/unreadable", test_unreadable);
#undef ADD
  g_test_add_func ("/file/grows", test_grows);

  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs a target once over each file of a folder, so that what a fuzzer has found stays found in
 * builds that have none. A bad one ends the program, after its name.
 *
 *   test-fuzz-NAME FOLDER
 */
#include <stdio.h>

#include "fuzz.h"

static void
run_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *text = NULL;
  g_autofree uint8_t *data = NULL;
  g_autoptr (GError) error = NULL;
  gsize size;

  printf ("# %s\n", name);
  fflush (stdout);
  g_file_get_contents (path, &text, &size, &error);
  g_assert_no_error (error);
  /* Without the 0 behind it, so that a sanitizer sees one byte too many. */
  data = g_memdup2 (text, size);
  LLVMFuzzerTestOneInput (data, size);
  printf ("ok - %s\n", name);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) folder = NULL;
  const char *name;
  guint count = 0;

  g_assert_cmpint (argc, ==, 2);
  LLVMFuzzerInitialize (&argc, &argv);
  folder = g_dir_open (argv[1], 0, &error);
  g_assert_no_error (error);
  for (; (name = g_dir_read_name (folder)) != NULL; count++)
    run_file (argv[1], name);
  g_assert_cmpuint (count, >, 0);
  printf ("1..%u\n", count);
  return 0;
}

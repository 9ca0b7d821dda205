/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel knows which program makes a call, whatever the program does.
 * Runs as root under an snet kernel, as the only controller.
 */
#include "identity.h"

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_program_tests ();
  add_script_tests ();
  add_task_tests ();
  return g_test_run ();
}

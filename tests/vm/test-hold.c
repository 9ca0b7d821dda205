/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel holds a call, tells who wants what, and does what it is told.
 * Runs as root under an snet kernel, as the only controller.
 */
#include "hold.h"

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_event_tests ();
  add_end_tests ();
  add_many_tests ();
  return g_test_run ();
}

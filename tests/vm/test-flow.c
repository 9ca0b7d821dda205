/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The packets of a non-blocking socket wait in place of its program.
 * Runs as root under an snet kernel, as the only controller.
 */
#include "flow.h"

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_tcp_flow_tests ();
  add_udp_flow_tests ();
  add_flow_end_tests ();
  add_flow_outlive_tests ();
  return g_test_run ();
}

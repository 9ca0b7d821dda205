/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What snetctl shows, to whom, and how it says that it cannot. */
#include "ctl.h"

static void
test_status (Fixture *fixture)
{
  ctl_check (ALICE, "", SNETCTL_EXIT_OK, "*the security module*");
  ctl_check (ALICE, "status --json", SNETCTL_EXIT_OK, "{*\"Mode\":\"ask\"*}\n");
}

static void
test_no_snetd (Fixture *fixture)
{
  ctl_check (ALICE, "status", SNETCTL_EXIT_NO_SERVICE, "*systemctl start snetd*");
}

static void
test_pending (Fixture *fixture)
{
  ctl_check (ALICE, "pending", SNETCTL_EXIT_OK, "Nothing waits.\n");
  fixture_hold (fixture, ALICE);
  ctl_check (ALICE, "pending", SNETCTL_EXIT_OK, "*connect*192.0.2.1*");
  ctl_check (BOB, "pending", SNETCTL_EXIT_OK, "Nothing waits.\n");
}

static void
add_tests (void)
{
  fixture_add ("/look/status", test_status);
  fixture_add_stopped ("/look/no-snetd", test_no_snetd);
  fixture_add ("/look/pending", test_pending);
}

int
main (int argc, char **argv)
{
  return ctl_main (argc, argv, add_tests);
}

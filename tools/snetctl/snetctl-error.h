/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Exit statuses, which the manual page tells; what is done stays done. */
typedef enum
{
  SNETCTL_EXIT_OK = 0,
  SNETCTL_EXIT_FAILED = 1,
  SNETCTL_EXIT_USAGE = 2,
  SNETCTL_EXIT_NO_SERVICE = 3,  /* snetd or the bus is not there */
  SNETCTL_EXIT_NOT_ALLOWED = 4, /* polkit or the bus refused */
  SNETCTL_EXIT_NOT_FOUND = 5,   /* no such request or rule, or not any more */
} SnetctlExit;

/* A wrong command line; returns FALSE. */
gboolean snetctl_error_usage (GError **error, const char *command, const char *format, ...)
  G_GNUC_PRINTF (3, 4);

/* The exit status for it. */
SnetctlExit snetctl_error_status (const GError *error);

/* Says on standard error what went wrong and what to do, and returns that. */
SnetctlExit snetctl_error_report (const GError *error);

/* What is wrong with rules, a line for each, on standard error. */
void snetctl_error_print_problems (char **problems);

G_END_DECLS

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>

/*
 * What a process's control group tells, by the layout that systemd keeps
 * (systemd.io/CGROUP_DELEGATION). Pure functions on text. Each returns a new
 * string, or NULL: there is none.
 *
 * What is below a user's service manager is named by that user, and proves
 * nothing to another one.
 */

/*
 * The path in the default hierarchy, of the text of /proc/PID/cgroup. Not in
 * one of version 1, not even systemd's own: the kernel's tickets know the
 * default one only, and a rule must not look at more than they can tell apart.
 */
char *snetd_cgroup_path (const char *text);

/* The unit; of what a user's service manager has started, that one's. */
char *snetd_cgroup_unit (const char *path);

/* The Flatpak or snap application that has the unit. */
char *snetd_cgroup_app (const char *unit);

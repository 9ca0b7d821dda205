/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * Puts a process into a systemd scope of its own, and so into a control group, in which all that
 * it starts will be: root's by the system's manager, others' by the user's own.
 */
gboolean snetctl_scope_start (GPid pid, const char *description, GError **error);

/* The control group of a process in the default hierarchy; NULL: it is not known. */
char *snetctl_scope_of (GPid pid);

G_END_DECLS

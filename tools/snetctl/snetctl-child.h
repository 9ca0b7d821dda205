/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* As env(1) has them. */
enum
{
  SNETCTL_CHILD_FAILED = 125, /* something of snetctl itself */
  SNETCTL_CHILD_CANNOT_RUN = 126,
  SNETCTL_CHILD_NOT_FOUND = 127,
};

/*
 * A command that is run in front of the user, as if by the shell: the terminal is its own. It
 * exists before it is let go, so that something can be done with it first. To be made before
 * there are threads, as it blocks signals.
 */
typedef struct _SnetctlChild SnetctlChild;

SnetctlChild *snetctl_child_new (char **argv, GError **error);
GPid snetctl_child_get_pid (SnetctlChild *self);
/* ended: with the exit status that a shell would have. */
void
snetctl_child_go (SnetctlChild *self, void (*ended) (int status, gpointer data), gpointer data);
/* One that was not let go never runs. */
void snetctl_child_free (SnetctlChild *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetctlChild, snetctl_child_free)

G_END_DECLS

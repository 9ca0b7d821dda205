/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

#include "snetd-kernel.h"

/* All parts of snetd put together, on one connection to a bus. */
typedef struct
{
  const char *state_dir;   /* for the databases; must be there */
  const char *config_file; /* may be missing */
  const char *lists_dir;   /* likewise */
  const char *rules_dir;   /* likewise */
  /* Where names of addresses come from, see snetd-hosts.h; each may be NULL. */
  const char *hosts_file;
  const char *resolved;
  const char *resolved_monitor;
  gboolean session;    /* a session bus: no polkit, its user is in charge */
  guint agent_timeout; /* milliseconds in which an agent accepts a question */
  SnetdKernel *kernel; /* of another daemon, which is gone; NULL: there was none */
} SnetdDaemonOptions;

/*
 * Signals:
 * ready (): the name is owned and the kernel's state known.
 * failed (s message): snetd cannot go on.
 * disconnected (): the bus has ended. Rules go on deciding, but nobody can be asked.
 */
#define SNETD_TYPE_DAEMON (snetd_daemon_get_type ())
G_DECLARE_FINAL_TYPE (SnetdDaemon, snetd_daemon, SNETD, DAEMON, GObject)

/* NULL if the objects cannot be put on the bus. Asks for the name at once. */
SnetdDaemon *
snetd_daemon_new (GDBusConnection *connection, const SnetdDaemonOptions *options, GError **error);

/* For the daemon that comes after this one. */
SnetdKernel *snetd_daemon_get_kernel (SnetdDaemon *self);

/* As Control.Reload does. */
gboolean snetd_daemon_reload (SnetdDaemon *self, GError **error);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>

#include <snet.h>

typedef enum
{
  SNET_LISTEN_ASK,
  SNET_LISTEN_ALLOW,
  SNET_LISTEN_DENY,
  SNET_LISTEN_MONITOR,
} SnetListenMode;

/* What the command line says. */
typedef struct
{
  SnetListenMode mode;
  int error; /* positive errno of denials, 0: the kernel's own */
  gboolean json;
  gboolean tickets;
  guint32 operations; /* bits by number, 0: all */
  gint64 uid;         /* -1: any */
  guint delay;        /* seconds, 0: as it is */
  guint count;        /* of events after which to end, 0: never */
  GArray *mediate;    /* struct snet_mediated: kinds of calls to be asked about as well */
  gboolean version;   /* asked for, and nothing else */
} SnetListenOptions;

/* FALSE with @error, in words for whoever typed it. --help prints, and ends the program. */
gboolean
snet_listen_options_parse (SnetListenOptions *options, int *argc, char ***argv, GError **error);
void snet_listen_options_clear (SnetListenOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SnetListenOptions, snet_listen_options_clear)

/* Whether an event is one of those that the command line is about. */
gboolean snet_listen_options_match (const SnetListenOptions *options,
                                    const struct snet_event *event);

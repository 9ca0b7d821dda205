/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* One command of the command line: what it was given, and how it is to speak. */
typedef struct
{
  const char *command;
  int argc;
  char **argv; /* argv[0] is the command */
  gboolean json;
  char *color_when; /* --color; owned by the caller of snetctl_call_parse () */
  gboolean color;   /* of standard output */
  gboolean ask;     /* polkit may ask for a password */
  int exit_status;  /* unless an error is returned; 0 */
  /* Not to be run: snetctl_call_parse () tells its options instead, and returns FALSE. */
  gboolean complete;
  /* Set it before snetctl_call_parse (): options end where something else begins. */
  gboolean posix;
} SnetctlCall;

typedef struct
{
  const char *name;
  /* What follows it, such as "ID…"; NULL: nothing. Translated when shown. */
  const char *parameters;
  const char *summary;
  gboolean (*run) (SnetctlCall *call, GError **error);
} SnetctlCommand;

/* For completion: each option that every command has, with its help, as lines. */
void snetctl_call_print_common_options (void);

/* The options that every command has, to be given before and behind it. */
void snetctl_call_add_options (SnetctlCall *call, GOptionContext *context);
/* Call it when they have been parsed; snetctl_call_parse () does. */
gboolean snetctl_call_take_color (SnetctlCall *call, GError **error);

/*
 * Takes the options of a command, and those that all have, out of call->argv.
 * description: what --help says below them, or NULL. max: -1, as many as there are.
 */
gboolean snetctl_call_parse (SnetctlCall *call,
                             const SnetctlCommand *command,
                             const GOptionEntry *entries,
                             const char *description,
                             int min,
                             int max,
                             GError **error);

/* The id of a request or of a rule. */
gboolean snetctl_call_parse_id (const char *text, guint64 *ret_id, GError **error);

G_END_DECLS

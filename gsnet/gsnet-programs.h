/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * What the desktop files that an administrator installed say of a program: as what it is known
 * and drawn. They are read by a thread, and again when they change; until they are, none is known.
 */
void gsnet_programs_start (void);
void gsnet_programs_stop (void);

/*
 * NULL: nobody says. program: the path of its file; app: the id of a sandboxed one, or NULL.
 * Fit to be shown; valid until the main loop runs again.
 */
const char *gsnet_programs_name (const char *program, const char *app);
/* The name of an icon. */
const char *gsnet_programs_icon (const char *program, const char *app);

G_END_DECLS

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A text in a file that only its user can read, for the user's editor. */

/* The name of the file, which the caller removes; NULL: it could not be written. */
char *snetctl_editor_create (const char *text, GError **error);

/* Waits for the end of the editor. What is in the file then; NULL: the editor failed. */
char *snetctl_editor_run (const char *file, GError **error);

G_END_DECLS

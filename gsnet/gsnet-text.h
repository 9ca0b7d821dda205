/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Strings that strangers chose, made fit to be shown. */
char *gsnet_text_visible (const char *text, gsize max_chars);

G_END_DECLS

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

/*
 * Regular expressions, in the syntax of Go and RE2, that hold for no more and no less
 * than some texts and patterns do. Other programs have them where snet has those.
 */
typedef struct
{
  char *text;    /* what stands for itself */
  char *pattern; /* the same with what can be in between, see snetd-pattern.h; NULL: nothing can */
} SnetdBranch;

#define SNETD_REGEXP_MAX          1024 /* bytes */
#define SNETD_REGEXP_BRANCHES_MAX 64

/*
 * Branches, one of which has to hold. NULL, with words for who wrote it, if there are
 * none that say just the same. A line's end in a text, for which a dot does not stand but
 * a pattern does, is not thought of.
 */
GPtrArray *snetd_regexp_expand (const char *regexp, GError **error);

/* Just that text. */
GPtrArray *snetd_regexp_literal (const char *text);

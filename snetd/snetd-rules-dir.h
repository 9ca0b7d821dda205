/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-rule.h"

/*
 * Rules of the system that the administrator keeps as text: the files *.rules of a
 * directory, described in docs/rules.md. Nobody but the administrator changes them.
 */

/* Their ids have this bit; those of the database never do. Any JSON reader can hold them. */
#define SNETD_RULES_DIR_ID (G_GUINT64_CONSTANT (1) << 52)

#define SNETD_RULES_DIR_FILES_MAX 500
#define SNETD_RULES_DIR_BYTES_MAX (16 * 1024 * 1024) /* of all files */

/*
 * The rules of the directory at @path, in the order of the names of files, with id and
 * source. None if there is no such directory. What is wrong is appended to @problems (of
 * char *), with the file, the group and the key; the other rules are returned all the same.
 */
GPtrArray *snetd_rules_dir_load (const char *path, GPtrArray *problems);

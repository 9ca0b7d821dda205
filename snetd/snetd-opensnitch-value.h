/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

/*
 * What OpenSnitch compares an operand of a connection with, as conditions of rules of
 * snet. Each function appends to @choices, as many a{sv} as there are things that can be the
 * case; FALSE: there is no equivalent, and why.
 */

/* @branches: see snetd-regexp.h. */
gboolean snetd_opensnitch_add_operand (GPtrArray *choices,
                                       const char *operand,
                                       GPtrArray *branches,
                                       GError **error);
gboolean snetd_opensnitch_add_network (GPtrArray *choices,
                                       const char *operand,
                                       const char *data,
                                       GError **error);
gboolean snetd_opensnitch_add_range (GPtrArray *choices,
                                     const char *operand,
                                     const char *data,
                                     GError **error);

/*
 * The protocol that a word there stands for, and the addresses that it is about, as each
 * word is about one version of IP. FALSE: there is no equivalent.
 */
gboolean snetd_opensnitch_find_protocol (const char *word,
                                         const char **ret_protocol,
                                         const char **ret_addresses);

/* Sets @error, which is of SNETD_ERROR_INVALID_RULE. FALSE, always. */
gboolean snetd_opensnitch_refuse (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

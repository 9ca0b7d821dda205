/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-rule.h"

/* Many rules at once. */

/*
 * Those of @rules that say what none before them, and none of @there, says; in their order.
 * @ret_size: the bytes of their contents, see snetd_rule_content().
 */
GPtrArray *snetd_rule_set_without (GPtrArray *rules, GPtrArray *there, gsize *ret_size);

/* An aa{sv}, floating. */
GVariant *snetd_rule_set_to_variant (GPtrArray *rules);

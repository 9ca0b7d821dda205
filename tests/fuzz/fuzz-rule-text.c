/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules as people write them. */
#include "fuzz.h"
#include "snetd-rule-text.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) rules = NULL;

  rules = snetd_rule_text_parse ((const char *)data, size, names, problems);
  g_assert_cmpuint (names->len, ==, rules->len);
  fuzz_check_rules (rules);
  return 0;
}

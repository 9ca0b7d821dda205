/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules of OpenSnitch, as they become the system's and a user's. */
#include "fuzz.h"
#include "snetd-opensnitch.h"

static void
parse (const uint8_t *data, size_t size, gboolean system)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) rules = NULL;

  rules = snetd_opensnitch_parse ((const char *)data, size, system, names, problems);
  g_assert_cmpuint (names->len, ==, rules->len);
  for (guint i = 0; i < rules->len; i++)
    {
      const SnetdRule *rule = g_ptr_array_index (rules, i);

      g_assert_true (system || !rule->locked);
      /* There is nothing there that asks. */
      g_assert_cmpint (rule->action, !=, SNETD_ACTION_ASK);
    }
  fuzz_check_rules (rules);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  parse (data, size, FALSE);
  parse (data, size, TRUE);
  return 0;
}

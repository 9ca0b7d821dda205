/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A verdict, its options, and the request that is answered: the rule that is made of them. */
#include "fuzz.h"
#include "snetd-answer.h"

static void
check_rule (const SnetdAnswer *answer, const SnetdRequest *request, guint32 caller)
{
  g_autoptr (GPtrArray) rules = g_ptr_array_new_with_free_func ((GDestroyNotify)snetd_rule_unref);
  SnetdRule *rule = snetd_answer_make_rule (answer, request, caller, NULL);
  const SnetdContext context = { .request = request };

  if (rule == NULL)
    return;
  g_ptr_array_add (rules, rule);
  g_assert_true (snetd_rule_matches (rule, &context));
  g_assert_true (rule->owner == (caller != 0 ? (gint64)caller : SNETD_OWNER_SYSTEM));
  fuzz_check_rules (rules);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GVariant) value = fuzz_read_value (G_VARIANT_TYPE ("(sa{sv}a{sv})"), data, size);
  g_autoptr (GVariant) options = NULL;
  g_autoptr (GVariant) event = NULL;
  g_autoptr (GVariant) told = NULL;
  g_autoptr (SnetdAnswer) answer = NULL;
  g_autoptr (SnetdRequest) request = NULL;
  const char *verdict;

  if (value == NULL)
    return 0;
  g_variant_get (value, "(&s@a{sv}@a{sv})", &verdict, &options, &event);
  request = snetd_request_from_variant (event, NULL);
  answer = snetd_answer_new (verdict, options, NULL);
  if (request != NULL)
    told = g_variant_ref_sink (snetd_request_to_variant (request));
  /* It makes no rule otherwise. */
  if (request == NULL || answer == NULL || answer->lifetime == SNETD_LIFETIME_ONCE)
    return 0;
  if (answer->lifetime == SNETD_LIFETIME_SESSION)
    answer->login = g_strdup ("1");
  check_rule (answer, request, 0);
  if (request->uid != G_MAXUINT32)
    check_rule (answer, request, request->uid);
  return 0;
}

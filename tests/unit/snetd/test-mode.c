/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each mode makes of what the rules say. */
#include <errno.h>

#include "snetd-mode.h"

enum
{
  NO_RULE = -1,
};

typedef struct
{
  SnetdMode mode;
  int action; /* or NO_RULE */
  gboolean asks;
  enum snet_verdict verdict;
  SnetdReason reason;
  gboolean of_rule;
  gboolean has_ticket;
} Case;

#define ALLOW    SNET_VERDICT_ALLOW
#define DENY     SNET_VERDICT_DENY
#define IS_ASKED TRUE, 0, 0, FALSE, FALSE

static const Case cases[] = {
  { SNETD_MODE_ASK, NO_RULE, IS_ASKED },
  { SNETD_MODE_ASK, SNETD_ACTION_ASK, IS_ASKED },
  { SNETD_MODE_ASK, SNETD_ACTION_ALLOW, FALSE, ALLOW, SNETD_REASON_RULE, TRUE, TRUE },
  { SNETD_MODE_ASK, SNETD_ACTION_DENY, FALSE, DENY, SNETD_REASON_RULE, TRUE, TRUE },
  { SNETD_MODE_MONITOR, NO_RULE, FALSE, ALLOW, SNETD_REASON_MONITOR, FALSE, FALSE },
  { SNETD_MODE_MONITOR, SNETD_ACTION_ASK, FALSE, ALLOW, SNETD_REASON_MONITOR, FALSE, FALSE },
  { SNETD_MODE_MONITOR, SNETD_ACTION_ALLOW, FALSE, ALLOW, SNETD_REASON_RULE, TRUE, TRUE },
  { SNETD_MODE_MONITOR, SNETD_ACTION_DENY, FALSE, DENY, SNETD_REASON_RULE, TRUE, TRUE },
  { SNETD_MODE_LOCKDOWN, NO_RULE, FALSE, DENY, SNETD_REASON_LOCKDOWN, FALSE, TRUE },
  { SNETD_MODE_LOCKDOWN, SNETD_ACTION_ASK, FALSE, DENY, SNETD_REASON_LOCKDOWN, FALSE, TRUE },
  { SNETD_MODE_LOCKDOWN, SNETD_ACTION_ALLOW, FALSE, ALLOW, SNETD_REASON_RULE, TRUE, TRUE },
  { SNETD_MODE_LOCKDOWN, SNETD_ACTION_DENY, FALSE, DENY, SNETD_REASON_RULE, TRUE, TRUE },
  { SNETD_MODE_OFF, NO_RULE, FALSE, ALLOW, SNETD_REASON_OFF, FALSE, TRUE },
  { SNETD_MODE_OFF, SNETD_ACTION_ASK, FALSE, ALLOW, SNETD_REASON_OFF, FALSE, TRUE },
  { SNETD_MODE_OFF, SNETD_ACTION_ALLOW, FALSE, ALLOW, SNETD_REASON_OFF, FALSE, TRUE },
  { SNETD_MODE_OFF, SNETD_ACTION_DENY, FALSE, ALLOW, SNETD_REASON_OFF, FALSE, TRUE },
};

#define CONSULTED (SNET_FIELD_PROGRAM | SNET_FIELD_REMOTE_PORT)
#define MINUTES   30

static void
test_ruling (gconstpointer data)
{
  const Case *test = data;
  SnetdRule rule = { .id = 5, .error = EPERM, .lifetime = SNETD_LIFETIME_FOREVER };
  const SnetdDecision decision = {
    .rule = test->action != NO_RULE ? &rule : NULL,
    .consulted = { CONSULTED, MINUTES },
  };
  SnetdRuling ruling;

  rule.action = test->action != NO_RULE ? test->action : 0;
  snetd_mode_rule (test->mode, &decision, &ruling);

  g_assert_cmpint (ruling.asks, ==, test->asks);
  g_assert_true (ruling.rule == (test->of_rule ? &rule : NULL));
  if (test->asks)
    return;
  g_assert_cmpint (ruling.verdict, ==, test->verdict);
  g_assert_cmpint (ruling.reason, ==, test->reason);
  g_assert_cmpint (ruling.error, ==, test->of_rule ? EPERM : 0);
  g_assert_cmpint (ruling.has_ticket, ==, test->has_ticket);
  /* A ticket of “off” is for everything, and what the rules are about is no matter. */
  g_assert_cmphex (ruling.consulted.fields, ==, test->mode == SNETD_MODE_OFF ? 0 : CONSULTED);
  g_assert_cmpuint (ruling.consulted.minutes, ==,
                    test->mode == SNETD_MODE_OFF ? SNETD_WEEK_MINUTES : MINUTES);
}

/* No ticket lasts longer than what it comes from: the rule, the time of the week, the mode. */
static void
test_terms (void)
{
  SnetdRule rule = { .lifetime = SNETD_LIFETIME_FOREVER };
  SnetdRuling ruling = {
    .rule = &rule,
    .has_ticket = TRUE,
    .consulted = { CONSULTED, SNETD_WEEK_MINUTES },
  };
  struct snet_ticket_terms terms;

  g_assert_true (snetd_ruling_get_terms (&ruling, G_MAXUINT32, &terms));
  g_assert_cmphex (terms.fields, ==, CONSULTED);
  g_assert_cmphex (terms.lifetime, ==, SNET_TICKET_DEFAULT);

  g_assert_true (snetd_ruling_get_terms (&ruling, 90, &terms));
  g_assert_cmpuint (terms.mode, ==, SNET_TICKET_FIXED);
  g_assert_cmpuint (terms.lifetime, ==, 90);

  /* The kernel has no such field. */
  ruling.consulted.fields |= SNETD_FIELD_REMOTE_NAME;
  g_assert_true (snetd_ruling_get_terms (&ruling, 90, &terms));
  g_assert_cmphex (terms.fields, ==, CONSULTED);

  ruling.consulted.minutes = 2;
  g_assert_true (snetd_ruling_get_terms (&ruling, 90, &terms));
  g_assert_cmpuint (terms.lifetime, ==, 60);

  rule.lifetime = SNETD_LIFETIME_UNTIL;
  rule.until = g_get_real_time () + 30 * G_USEC_PER_SEC;
  g_assert_true (snetd_ruling_get_terms (&ruling, 90, &terms));
  g_assert_cmpuint (terms.lifetime, <=, 30);
  ruling.rule = NULL;
  g_assert_true (snetd_ruling_get_terms (&ruling, 90, &terms));
  g_assert_cmpuint (terms.lifetime, ==, 60);

  g_assert_false (snetd_ruling_get_terms (&ruling, 0, &terms));
  ruling.has_ticket = FALSE;
  g_assert_false (snetd_ruling_get_terms (&ruling, G_MAXUINT32, &terms));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *mode = snetd_vocabulary_word (&snetd_modes, cases[i].mode);
      g_autofree char *action = cases[i].action != NO_RULE
                                  ? snetd_vocabulary_word (&snetd_actions, cases[i].action)
                                  : g_strdup ("no-rule");
      g_autofree char *path = g_strdup_printf ("/mode/%s/%s", mode, action);

      g_test_add_data_func (path, &cases[i], test_ruling);
    }
  g_test_add_func ("/mode/terms", test_terms);
  return g_test_run ();
}

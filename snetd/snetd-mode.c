/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-mode.h"

#include "snetd-lifetimes.h"
#include "snetd-week.h"

static void
apply_rule (SnetdRule *rule, SnetdRuling *ruling)
{
  ruling->verdict = rule->action == SNETD_ACTION_ALLOW ? SNET_VERDICT_ALLOW : SNET_VERDICT_DENY;
  ruling->error = rule->error;
  ruling->reason = SNETD_REASON_RULE;
  ruling->rule = rule;
  ruling->has_ticket = TRUE;
}

/* What no rule decides. */
static void
apply_mode (SnetdMode mode, SnetdRuling *ruling)
{
  switch (mode)
    {
    case SNETD_MODE_MONITOR:
      ruling->verdict = SNET_VERDICT_ALLOW;
      ruling->reason = SNETD_REASON_MONITOR;
      break;
    case SNETD_MODE_LOCKDOWN:
      ruling->verdict = SNET_VERDICT_DENY;
      ruling->reason = SNETD_REASON_LOCKDOWN;
      ruling->has_ticket = TRUE;
      break;
    case SNETD_MODE_OFF:
      ruling->verdict = SNET_VERDICT_ALLOW;
      ruling->reason = SNETD_REASON_OFF;
      ruling->has_ticket = TRUE;
      break;
    case SNETD_MODE_ASK:
    default:
      ruling->asks = TRUE;
      break;
    }
}

void
snetd_mode_rule (SnetdMode mode, const SnetdDecision *decision, SnetdRuling *ret_ruling)
{
  *ret_ruling = (SnetdRuling){ .consulted = decision->consulted };

  /* No rule matters then, so nothing that one has consulted does. */
  if (mode == SNETD_MODE_OFF)
    ret_ruling->consulted = (SnetdConsulted){ .minutes = SNETD_WEEK_MINUTES };

  if (mode != SNETD_MODE_OFF && decision->rule != NULL &&
      decision->rule->action != SNETD_ACTION_ASK)
    apply_rule (decision->rule, ret_ruling);
  else
    apply_mode (mode, ret_ruling);
}

gboolean
snetd_ruling_get_terms (const SnetdRuling *ruling,
                        guint32 seconds,
                        struct snet_ticket_terms *ret_terms)
{
  const guint minutes = ruling->consulted.minutes;

  if (!ruling->has_ticket)
    return FALSE;
  *ret_terms = (struct snet_ticket_terms){
    .fields = ruling->consulted.fields & ~SNETD_FIELD_REMOTE_NAME,
    .mode = SNET_TICKET_DEFAULT,
    .lifetime = SNET_TICKET_DEFAULT,
  };
  if (ruling->rule != NULL)
    seconds = MIN (seconds, snetd_lifetimes_seconds_left (ruling->rule));
  /* Some of the first minute is over already. */
  if (minutes < SNETD_WEEK_MINUTES)
    seconds = MIN (seconds, (minutes - 1) * 60);
  if (seconds == G_MAXUINT32)
    return TRUE;

  ret_terms->mode = SNET_TICKET_FIXED;
  ret_terms->lifetime = MIN (seconds, SNET_TICKET_LIFETIME_MAX);
  return seconds > 0;
}

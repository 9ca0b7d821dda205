/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-engine.h"

/*
 * What becomes of a request: the mode and what the rules say of it in, a ruling out.
 *
 * ask: what no rule decides is asked.
 * monitor: it is allowed, and told from the rest in the journal.
 * lockdown: it is denied.
 * off: all is allowed, whatever the rules say.
 */
typedef struct
{
  gboolean asks; /* its user is to be asked; then the rest has no meaning */
  enum snet_verdict verdict;
  int error; /* errno of a denial; 0: the usual one */
  SnetdReason reason;
  SnetdRule *rule; /* the one that decides, as in the decision; NULL: none does */

  /*
   * Whether what is like it in what was consulted may be decided alike without asking
   * snetd: not what monitor lets pass. Each such call is to be written down with all that is
   * known of it, and where there are no rules, nothing is consulted, so that one
   * ticket would do for everything.
   */
  gboolean has_ticket;
  SnetdConsulted consulted;
} SnetdRuling;

void snetd_mode_rule (SnetdMode mode, const SnetdDecision *decision, SnetdRuling *ret_ruling);

/*
 * The ticket for all calls that would be decided alike, for at most so many seconds;
 * G_MAXUINT32: without end. FALSE: there is none, or for so short a time that it is not
 * worth it. The kernel knows no names: if they were consulted, it is the caller's concern
 * that the ticket ends when the name does.
 */
gboolean snetd_ruling_get_terms (const SnetdRuling *ruling,
                                 guint32 seconds,
                                 struct snet_ticket_terms *ret_terms);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-request.h"
#include "snetd-rule.h"

/* What a caller of Verdict wants, word by word checked. */
typedef struct
{
  enum snet_verdict verdict;
  int error; /* errno, 0: not said */
  SnetdLifetime lifetime;
  guint32 duration; /* with SNETD_LIFETIME_UNTIL: seconds, or 0 */
  gint64 until;     /* or microseconds since the epoch, or 0 */
  gboolean match_given;
  guint match; /* set of 1 << SnetdCondition */
  char *comment;
  char *login; /* of the request's process, for SNETD_LIFETIME_SESSION; set by who has found it */
} SnetdAnswer;

/* Error: SNETD_ERROR_INVALID_VERDICT, or INVALID_OPTION naming the option. */
SnetdAnswer *snetd_answer_new (const char *verdict, GVariant *options, GError **error);
void snetd_answer_free (SnetdAnswer *answer);

/* The conditions that a rule made of this request keeps, unless others are said. */
guint snetd_answer_default_match (const SnetdRequest *request);

/*
 * The rule that an answer to @request makes. Error: SNETD_ERROR_INVALID_OPTION.
 * @caller: the uid that answers.
 */
SnetdRule *snetd_answer_make_rule (const SnetdAnswer *answer,
                                   const SnetdRequest *request,
                                   guint32 caller,
                                   GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetdAnswer, snetd_answer_free)

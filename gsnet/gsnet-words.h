/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "gsnet-event.h"
#include "gsnet-rule.h"

G_BEGIN_DECLS

typedef enum
{
  GSNET_LIFETIME_ONCE,
  GSNET_LIFETIME_PROCESS,
  GSNET_LIFETIME_HOURS,
  GSNET_LIFETIME_SESSION,
  GSNET_LIFETIME_REBOOT,
  GSNET_LIFETIME_FOREVER,
  GSNET_N_LIFETIMES
} GsnetLifetime;

/* Sentences for people. All text in them is fit to be shown; none of it is markup. */
/*
 * Who it is. The path of a script is what a user says it is, while the program's file is checked:
 * so it never stands alone. script: NULL if there is none.
 */
char *gsnet_words_program (const char *program_name, const char *script);
char *gsnet_words_title (GsnetEvent *event);
char *gsnet_words_sentence (GsnetEvent *event);
char *gsnet_words_where (GsnetEvent *event);
char *gsnet_words_port (guint16 port, const char *protocol);
char *gsnet_words_address (const char *address);
const char *gsnet_words_operation (const char *operation);
char *gsnet_words_reason (GsnetEvent *event);
/* What became of a request. policy: as of gsnet_client_get_policy (). */
const char *gsnet_words_withdrawn (const char *reason, const char *policy);
char *gsnet_words_time (gint64 microseconds);
/* Of a mode of snetd; NULL if that is to ask, and so nothing to speak of, or not known. */
const char *gsnet_words_mode (const char *mode);
char *gsnet_words_mode_sentence (const char *mode, gint64 until);
char *gsnet_words_user (guint32 uid);

char *gsnet_words_rule_effect (GsnetEvent *event,
                               const char *const *match,
                               GsnetLifetime lifetime,
                               guint hours);
/* How many of the last calls (of this program, or of all) a rule would have decided. */
char *gsnet_words_trial (guint matched, guint examined, gboolean of_program);
const char *gsnet_words_lifetime (const char *lifetime);
const char *gsnet_words_action (const char *action);
const char *gsnet_words_lifetime_key (GsnetLifetime lifetime);
char *gsnet_words_rule_where (GsnetRule *rule);
/* "curl: Connect, 192.0.2.1, port 80": all in one line. */
char *gsnet_words_rule_about (GsnetRule *rule);
/* Whose it is, and where it is written: why it can or cannot be changed here. */
char *gsnet_words_rule_source (GsnetRule *rule);
/* What is unusual about it: that it is not in use, locked, from a file. NULL: nothing. */
char *gsnet_words_rule_state (GsnetRule *rule);

/* What went wrong and what to do, of an error that snetd or the bus returned. */
char *gsnet_words_error (const GError *error);

G_END_DECLS

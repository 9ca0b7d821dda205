/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

/*
 * logind on a private bus, with two sessions of the user 1, which are called 1 and 2:
 * FAKE_LOGIND_ONE is active at first.
 */
typedef struct FakeLogind FakeLogind;

typedef enum
{
  FAKE_LOGIND_ONE,
  FAKE_LOGIND_TWO,
  FAKE_LOGIND_NONE, /* no session, or no answer but an error */
} FakeLogindSession;

FakeLogind *fake_logind_new (GDBusConnection *connection);
void fake_logind_free (FakeLogind *logind);

/* Comes to the bus, or leaves it. */
void fake_logind_own_name (FakeLogind *logind);
void fake_logind_lose_name (FakeLogind *logind);

/*
 * Whoever asks which session a process is in gets no answer any more until the second, which
 * has to come; then how many have asked.
 */
void fake_logind_hold (FakeLogind *logind);
void fake_logind_release (FakeLogind *logind);
guint fake_logind_n_held (FakeLogind *logind);

/* As after fake_logind_new(): all that ask are in no session. */
void fake_logind_reset (FakeLogind *logind);

/*
 * Where who is asked for next belongs. Most programs on a test's bus are the same
 * process, so that its number does not tell.
 */
void fake_logind_set_next (FakeLogind *logind, FakeLogindSession session);

/* How many have been told of whether they are active, or that they are in no session. */
guint fake_logind_n_answers (FakeLogind *logind);

/* The bus has all that was answered and signalled before. */
void fake_logind_sync (FakeLogind *logind);

/* It is over, as is told in a signal; or not, as while it is not on the bus. */
void fake_logind_end (FakeLogind *logind, FakeLogindSession session);
void fake_logind_end_silently (FakeLogind *logind, FakeLogindSession session);

/* Which of them is in front of the machine, both told in signals. */
void fake_logind_switch (FakeLogind *logind, FakeLogindSession session);

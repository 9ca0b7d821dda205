/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

/* polkit on a private bus: answers as it was told, and remembers the questions. */
typedef struct FakePolkit FakePolkit;

typedef enum
{
  FAKE_POLKIT_NO, /* what is not said otherwise */
  FAKE_POLKIT_YES,
  FAKE_POLKIT_CHALLENGE,
  FAKE_POLKIT_HOLD, /* no answer until fake_polkit_release() */
} FakePolkitAnswer;

FakePolkit *fake_polkit_new (GDBusConnection *connection);
void fake_polkit_free (FakePolkit *polkit);

/* Comes to the bus, or leaves it. */
void fake_polkit_own_name (FakePolkit *polkit);
void fake_polkit_lose_name (FakePolkit *polkit);

/* Forgets questions and answers; nothing may be held. */
void fake_polkit_reset (FakePolkit *polkit);

void fake_polkit_set (FakePolkit *polkit, const char *action, FakePolkitAnswer answer);

/*
 * From now on what is installed decides, until fake_polkit_reset(): the defaults of the
 * policy file, by where the caller sits. Who would have to authenticate does so if the
 * call allows to ask for it. What is said by fake_polkit_set() does not count.
 */
typedef enum
{
  FAKE_POLKIT_ANY, /* in no session of this machine: who is not said otherwise */
  FAKE_POLKIT_INACTIVE,
  FAKE_POLKIT_ACTIVE,
} FakePolkitSeat;

void fake_polkit_use_policy (FakePolkit *polkit, const char *file);
void fake_polkit_seat (FakePolkit *polkit, const char *bus_name, FakePolkitSeat seat);

/* Answers the oldest question that is held. */
void fake_polkit_release (FakePolkit *polkit, gboolean yes);
guint fake_polkit_n_held (FakePolkit *polkit);

/* "org.snet.answer-own :1.5", with " interactive" if that is allowed. */
guint fake_polkit_n_questions (FakePolkit *polkit);
const char *fake_polkit_last_question (FakePolkit *polkit);

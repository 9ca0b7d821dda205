/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "fixture.h"

#define CELL_SYSTEM (-1) /* an owner that is nobody */

/* One member on the bus, and one who calls it or is to hear it. */
typedef struct
{
  Fixture *fixture;
  Client *client;
  guint32 uid;
  guint32 mine;          /* uid, or for root a user's, as root sees everybody's */
  gint64 owner;          /* whose it is what this is about */
  gboolean password;     /* the caller has an administrator's, and offers it */
  const char *interface; /* "org.snet.Events" */
  const char *member;
} Cell;

/*
 * Does it, and tells what came of it; what contradicts itself, as an error after which
 * something has changed, fails the test:
 *
 * yes: it was done, or told. no: AccessDenied. hid: it is as if there were no such thing.
 * bad: nobody can do that. own, all: what a list shows. hears, deaf: of signals, and of
 * what an agent is asked.
 *
 * name: "Events.Verdict", or the like with a remark after a space.
 */
const char *cell_try (Cell *cell, const char *name);

/* The reply to Introspect of snetd's object. */
GVariant *cell_introspect (Cell *cell);

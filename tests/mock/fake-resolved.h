/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

/*
 * What systemd-resolved is to those who listen to it: a socket at a path, where varlink is
 * spoken. In the process of the test, which says what it sends.
 */
typedef struct FakeResolved FakeResolved;

/* It listens. What an earlier one has left at the path is replaced. */
FakeResolved *fake_resolved_new (const char *path);

/* It is stopped; the path stays, as that of the real one does. */
void fake_resolved_free (FakeResolved *resolved);

/* How many there have been that asked to listen. */
guint fake_resolved_listeners (FakeResolved *resolved);

/* Sends it to all who listen, with the 0 behind it. */
void fake_resolved_send (FakeResolved *resolved, const char *message);

/* Somebody has asked for a name, and got an IPv4 address for so many seconds. */
void
fake_resolved_answer (FakeResolved *resolved, const char *name, const char *address, guint32 ttl);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeResolved, fake_resolved_free)

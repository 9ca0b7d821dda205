/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The yardstick of asking anyone anything.
 */
#pragma once

#include <glib.h>

/* Sends a byte through a socketpair to another process and waits for it to come back, @count times.
 * Writes how long each way there and back took. Return: how long all of it took. */
guint64 pingpong_many (guint count, guint64 *ns);

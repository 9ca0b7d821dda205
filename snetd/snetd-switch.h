/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gio/gio.h>

#include "snetd-names.h"

/*
 * The mode that is in force: the one that lasts, or another one for a time. Kept in a
 * file, so that it is the same after a restart.
 *
 * Signals:
 * changed: the mode, or when it ends.
 */
#define SNETD_TYPE_SWITCH (snetd_switch_get_type ())
G_DECLARE_FINAL_TYPE (SnetdSwitch, snetd_switch, SNETD, SWITCH, GObject)

/* For how long: one of these, or neither, which is until it is changed again. */
typedef struct
{
  guint32 duration; /* seconds from now */
  gint64 until;     /* microseconds since the epoch */
} SnetdSpan;

/*
 * The file may be missing. What cannot be read, or makes no sense, is said in a
 * warning, and the mode is ask then. @boot_id: names this boot of the machine.
 */
SnetdSwitch *snetd_switch_new (const char *path, const char *boot_id);

SnetdMode snetd_switch_get_mode (SnetdSwitch *self);

/* When it ends, in microseconds since the epoch; 0: not by itself. */
gint64 snetd_switch_get_until (SnetdSwitch *self);

/* What comes then; the mode itself if it does not end. */
SnetdMode snetd_switch_get_next (SnetdSwitch *self);

/* In how many seconds it ends, at most; G_MAXUINT32: not by itself. */
guint32 snetd_switch_get_seconds_left (SnetdSwitch *self);

/*
 * On disk when it returns TRUE; otherwise nothing has changed. Without a span it is the
 * mode that lasts. After a span the one that lasts comes back.
 */
gboolean
snetd_switch_set (SnetdSwitch *self, SnetdMode mode, const SnetdSpan *span, GError **error);

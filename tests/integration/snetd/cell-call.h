/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "cell.h"

/* Calls as the cell's caller; the reply, which may be an error. Take floating arguments. */
GDBusMessage *cell_call_at (Cell *cell,
                            const char *name,
                            const char *path,
                            const char *interface,
                            const char *member,
                            GVariant *arguments);

/* The cell's member, of snetd. */
GDBusMessage *cell_call (Cell *cell, GVariant *arguments);

/* An empty dictionary. */
GVariant *cell_no_options (void);

/* What a reply says, in the words of cell_try(). All take it. */
const char *cell_judge (GDBusMessage *message);

/* Of a call that changes something: it must have done so, or not have. */
const char *cell_judge_change (GDBusMessage *reply, gboolean changed);

/* What a list shows, of somebody's and Bob's; key: that of the uid. */
const char *cell_judge_list (Cell *cell, GDBusMessage *message, const char *key);

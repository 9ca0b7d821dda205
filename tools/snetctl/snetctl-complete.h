/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetctl-call.h"

G_BEGIN_DECLS

/*
 * What shells call to complete a line: snetctl __complete WORD… with the words behind
 * "snetctl", of which the last one is the one that the cursor is at, and may be empty. Prints
 * what it could be, each with a tab and a short text behind it. ":files" stands for names of
 * files. Errors are nothing to show there.
 */
#define SNETCTL_COMPLETE "__complete"

void snetctl_complete (SnetctlCall *call);

G_END_DECLS

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Marks a step between an answer and its verdict, at which a build with the option faults
 * ends at once, as by a power failure, if the environment's SNETD_DIE_AT names it.
 */
#ifdef SNETD_FAULTS
void snetd_step (const char *name);
#else
#define snetd_step(name) ((void)0)
#endif

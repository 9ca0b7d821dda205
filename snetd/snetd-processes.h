/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-process.h"

/*
 * What /proc has told of processes lately: one that makes many calls is not looked up for
 * each of them. Nothing is older than a second, on the kernel's clock.
 */
typedef struct SnetdProcesses SnetdProcesses;

SnetdProcesses *snetd_processes_new (void);
void snetd_processes_free (SnetdProcesses *processes);

/*
 * As snetd_process_read(), perhaps of a moment ago. Of a process that the kernel gives no
 * number nothing is kept.
 */
void snetd_processes_read (SnetdProcesses *processes,
                           const struct snet_event *event,
                           SnetdProcess *ret_process);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetdProcesses, snetd_processes_free)

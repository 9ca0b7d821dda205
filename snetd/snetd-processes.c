/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-processes.h"

#define LATELY 1000000000 /* nanoseconds */
#define SLOTS  64

/* The last one seen of all whose numbers end alike. */
typedef struct
{
  guint64 process; /* 0: none; not used again by the kernel, nor kept by one that executes */
  guint64 cgroup;
  guint64 read_at;
  SnetdProcess known;
} Slot;

struct SnetdProcesses
{
  Slot slots[SLOTS];
};

SnetdProcesses *
snetd_processes_new (void)
{
  return g_new0 (SnetdProcesses, 1);
}

void
snetd_processes_free (SnetdProcesses *processes)
{
  for (guint i = 0; i < SLOTS; i++)
    snetd_process_clear (&processes->slots[i].known);
  g_free (processes);
}

/* The clock may have been set back. */
static gboolean
is_known (const Slot *slot, const struct snet_event *event)
{
  return slot->process == event->process && slot->cgroup == event->cgroup &&
         event->time_ns >= slot->read_at && event->time_ns - slot->read_at < LATELY;
}

static void
copy (const SnetdProcess *process, SnetdProcess *ret_copy)
{
  *ret_copy = (SnetdProcess){
    .program = g_strdup (process->program),
    .command = g_strdupv (process->command),
    .directory = g_strdup (process->directory),
    .cgroup = g_strdup (process->cgroup),
    .unit = g_strdup (process->unit),
    .app = g_strdup (process->app),
  };
}

void
snetd_processes_read (SnetdProcesses *processes,
                      const struct snet_event *event,
                      SnetdProcess *ret_process)
{
  Slot *slot = &processes->slots[event->process % SLOTS];

  if (event->process == 0)
    {
      snetd_process_read (event, ret_process);
      return;
    }
  if (!is_known (slot, event))
    {
      snetd_process_clear (&slot->known);
      slot->process = event->process;
      slot->cgroup = event->cgroup;
      slot->read_at = event->time_ns;
      snetd_process_read (event, &slot->known);
    }
  copy (&slot->known, ret_process);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snet-sql-wake.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct SnetSqlWake
{
  int fd;
  gint stopped;
};

SnetSqlWake *
snet_sql_wake_new (void)
{
  SnetSqlWake *wake = g_new0 (SnetSqlWake, 1);

  wake->fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake->fd < 0)
    g_error ("eventfd() failed");
  return wake;
}

void
snet_sql_wake_free (SnetSqlWake *wake)
{
  close (wake->fd);
  g_free (wake);
}

void
snet_sql_wake_call (SnetSqlWake *wake)
{
  eventfd_write (wake->fd, 1);
}

void
snet_sql_wake_stop (SnetSqlWake *wake)
{
  g_atomic_int_set (&wake->stopped, TRUE);
  snet_sql_wake_call (wake);
}

gboolean
snet_sql_wake_is_stopped (SnetSqlWake *wake)
{
  return g_atomic_int_get (&wake->stopped);
}

int
snet_sql_wake_wait (SnetSqlWake *wake, int fd, int events, int timeout)
{
  struct pollfd polls[] = {
    { .fd = wake->fd, .events = POLLIN },
    { .fd = fd, .events = (short)events },
  };
  eventfd_t calls;

  if (poll (polls, G_N_ELEMENTS (polls), timeout) <= 0)
    return 0;
  if (polls[0].revents != 0)
    eventfd_read (wake->fd, &calls);
  return polls[1].revents;
}

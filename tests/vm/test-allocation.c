/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libsnet allocates nothing for an event: not itself, and not by libnl. All calls of malloc() and
 * its kin in this process come here, those of shared libraries, too.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "snet.h"

/* What a queue or a buffer may grow to, it has grown to by then. */
#define N_WARM_UP 200
#define N_EVENTS  4000

void *__libc_malloc (size_t size);
void *__libc_calloc (size_t count, size_t size);
void *__libc_realloc (void *memory, size_t size);

static unsigned long n_allocations;
static int n_requests, n_reports, n_overruns;

void *
malloc (size_t size)
{
  n_allocations++;
  return __libc_malloc (size);
}

void *
calloc (size_t count, size_t size)
{
  n_allocations++;
  return __libc_calloc (count, size);
}

void *
realloc (void *memory, size_t size)
{
  n_allocations++;
  return __libc_realloc (memory, size);
}

static void
check (struct snet *snet, int result)
{
  if (result >= 0)
    return;
  printf ("Bail out! %s\n", snet_strerror (snet, result));
  exit (1);
}

/* Each of the ways to answer in turn; a ticket that is off is one that the kernel does not keep. */
static void
on_request (struct snet *snet, const struct snet_event *event, void *data)
{
  const struct snet_ticket_terms terms = {
    .fields = SNET_FIELD_OPERATION | SNET_FIELD_PROCESS | SNET_FIELD_REMOTE_PORT,
    .mode = SNET_TICKET_OFF,
  };

  switch (n_requests++ % 3)
    {
    case 0:
      check (snet, snet_verdict (snet, event->id, SNET_VERDICT_DENY, ENETDOWN));
      break;
    case 1:
      check (snet, snet_verdict_nowait (snet, event->id, SNET_VERDICT_DENY, 0, NULL));
      break;
    default:
      check (snet, snet_verdict_ticket (snet, event->id, SNET_VERDICT_ALLOW, 0, &terms));
      break;
    }
}

static void
on_event (struct snet *snet, const struct snet_event *event, void *data)
{
  if (event->operation == SNET_OP_CONNECT)
    n_reports++;
}

static void
on_overrun (struct snet *snet, void *data)
{
  n_overruns++;
}

/* Nobody listens there, which makes no difference to whoever is asked. */
static void
connect_for_ever (void)
{
  const struct sockaddr_in to = { .sin_family = AF_INET,
                                  .sin_port = htons (1),
                                  .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };

  for (;;)
    {
      int fd = socket (AF_INET, SOCK_STREAM, 0);

      if (connect (fd, (const struct sockaddr *)&to, sizeof to) == 0)
        _exit (1);
      close (fd);
    }
}

/* Until each of the two has had as many. */
static void
listen_for (struct snet *controller, struct snet *monitor, int n)
{
  struct pollfd fds[] = { { .fd = snet_fd (controller), .events = POLLIN },
                          { .fd = snet_fd (monitor), .events = POLLIN } };

  while (n_requests < n || n_reports < n)
    {
      if (poll (fds, 2, 60 * 1000) <= 0)
        {
          printf ("Bail out! nothing comes\n");
          exit (1);
        }
      check (controller, snet_dispatch (controller));
      check (monitor, snet_dispatch (monitor));
    }
}

int
main (void)
{
  const struct snet_callbacks callbacks = { .request = on_request, .overrun = on_overrun };
  const struct snet_monitor_callbacks watching = { .event = on_event, .overrun = on_overrun };
  struct snet *controller = NULL, *monitor = NULL;
  unsigned long at_start, before, after;
  pid_t caller;
  bool good;

  check (NULL, snet_open (&controller));
  check (NULL, snet_open (&monitor));
  check (controller, snet_register (controller, &callbacks, NULL));
  check (monitor, snet_monitor (monitor, &watching, NULL));
  caller = fork ();
  if (caller == 0)
    connect_for_ever ();
  at_start = n_allocations;
  listen_for (controller, monitor, N_WARM_UP);
  before = n_allocations;
  listen_for (controller, monitor, N_WARM_UP + N_EVENTS);
  after = n_allocations;
  /* What is counted is counted: opening has needed some. */
  good = after == before && at_start > 0 && n_overruns == 0;
  kill (caller, SIGKILL);
  waitpid (caller, NULL, 0);
  printf ("1..1\n%s 1 - %d events are answered and %d told without an allocation\n",
          good ? "ok" : "not ok", N_EVENTS, N_EVENTS);
  printf (
    "# %lu to open two handles, %lu for the first %d events, %lu for the others; overruns: %d\n",
    at_start, before - at_start, N_WARM_UP, after - before, n_overruns);
  snet_close (controller);
  snet_close (monitor);
  return good ? 0 : 1;
}

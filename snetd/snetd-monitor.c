/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-monitor.h"

#include <errno.h>
#include <glib-unix.h>

#define AT_ONCE 64

struct _SnetdMonitor
{
  GObject parent_instance;

  struct snet *snet; /* NULL: not connected */
  guint source;
};

enum
{
  DECIDED,
  LOST,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SnetdMonitor, snetd_monitor, G_TYPE_OBJECT)

/* The rest is known to who has decided it, or is told by a cancellation. */
static gboolean
is_news (const struct snet_event *event)
{
  if (event->operation == SNET_OP_CLOSE)
    return FALSE;
  return event->cause == SNET_CAUSE_TICKET || event->cause == SNET_CAUSE_QUEUE_FULL ||
         event->cause == SNET_CAUSE_UNDELIVERABLE;
}

static void
event_cb (struct snet *snet, const struct snet_event *event, void *data)
{
  g_autoptr (SnetdRequest) request = NULL;

  if (!is_news (event))
    return;
  request = snetd_request_new_decided (event);
  g_signal_emit (data, signals[DECIDED], 0, request);
}

static void
overrun_cb (struct snet *snet, void *data)
{
  g_signal_emit (data, signals[LOST], 0);
}

static void
disconnect (SnetdMonitor *self)
{
  g_clear_handle_id (&self->source, g_source_remove);
  self->snet = snet_close (self->snet);
}

/* How many events there were, at most some hundred. */
static int
dispatch (SnetdMonitor *self)
{
  int result = snet_dispatch (self->snet);

  if (result >= 0 || result == -EBADMSG)
    return MAX (result, 0);

  g_warning ("What the kernel decides by itself is not in the journal any more: %s",
             snet_strerror (self->snet, result));
  disconnect (self);
  return 0;
}

static gboolean
readable_cb (int fd, GIOCondition condition, gpointer user_data)
{
  dispatch (user_data);
  /* If the connection is lost, the source is already gone. */
  return G_SOURCE_CONTINUE;
}

void
snetd_monitor_dispatch (SnetdMonitor *self)
{
  /* In a flood there is always more; what came before the call is among these. */
  for (guint i = 0; self->snet != NULL && i < AT_ONCE; i++)
    {
      if (dispatch (self) == 0)
        return;
    }
}

gboolean
snetd_monitor_start (SnetdMonitor *self, GError **error)
{
  static const struct snet_monitor_callbacks callbacks = { .event = event_cb,
                                                           .overrun = overrun_cb };
  int result;

  g_return_val_if_fail (self->snet == NULL, FALSE);

  result = snet_open (&self->snet);
  if (result == 0)
    result = snet_monitor (self->snet, &callbacks, self);
  if (result != 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (-result),
                   "What the kernel decides by itself cannot be watched: %s",
                   snet_strerror (self->snet, result));
      disconnect (self);
      return FALSE;
    }
  /* Behind the requests, each of which holds somebody. */
  self->source = g_unix_fd_add_full (G_PRIORITY_DEFAULT_IDLE, snet_fd (self->snet), G_IO_IN,
                                     readable_cb, self, NULL);
  return TRUE;
}

static void
snetd_monitor_finalize (GObject *object)
{
  disconnect (SNETD_MONITOR (object));
  G_OBJECT_CLASS (snetd_monitor_parent_class)->finalize (object);
}

static void
snetd_monitor_class_init (SnetdMonitorClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = snetd_monitor_finalize;

  signals[DECIDED] = g_signal_new ("decided", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, SNETD_TYPE_REQUEST);
  signals[LOST] =
    g_signal_new ("lost", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
snetd_monitor_init (SnetdMonitor *self)
{
}

SnetdMonitor *
snetd_monitor_new (void)
{
  return g_object_new (SNETD_TYPE_MONITOR, NULL);
}

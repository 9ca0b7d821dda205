/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-kernel.h"

#include <errno.h>
#include <glib-unix.h>

#include "snetd-log.h"

struct _SnetdKernel
{
  GObject parent_instance;

  SnetdProcesses *processes;
  struct snet *snet; /* NULL: not connected */
  guint source;
  SnetdKernelState state;
  gboolean overrun; /* seen while dispatching */
};

enum
{
  REQUESTED,
  CANCELLED,
  OVERRUN,
  STATE_CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SnetdKernel, snetd_kernel, G_TYPE_OBJECT)

static gboolean
set_error (SnetdKernel *self, int result, const char *what, GError **error)
{
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (-result), "%s: %s", what,
               snet_strerror (self->snet, result));
  return FALSE;
}

static gboolean
check_connected (SnetdKernel *self, GError **error)
{
  if (self->state == SNETD_KERNEL_LSM)
    return TRUE;

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED,
               "snetd does not control this kernel (%s)", snetd_kernel_get_state_name (self));
  return FALSE;
}

static void
request_cb (struct snet *snet, const struct snet_event *event, void *data)
{
  SnetdKernel *self = data;
  g_autoptr (SnetdRequest) request = snetd_request_new (event, self->processes);

  g_signal_emit (self, signals[REQUESTED], 0, request);
}

static void
cancel_cb (struct snet *snet, const struct snet_cancel *cancel, void *data)
{
  g_signal_emit (data, signals[CANCELLED], 0, cancel->id, (guint)cancel->reason,
                 (guint)cancel->verdict);
}

static void
overrun_cb (struct snet *snet, void *data)
{
  SNETD_KERNEL (data)->overrun = TRUE;
}

static void
set_state (SnetdKernel *self, SnetdKernelState state)
{
  if (self->state == state)
    return;

  self->state = state;
  g_signal_emit (self, signals[STATE_CHANGED], 0);
}

static void
disconnect (SnetdKernel *self)
{
  g_clear_handle_id (&self->source, g_source_remove);
  self->snet = snet_close (self->snet);
}

void
snetd_kernel_dispatch (SnetdKernel *self)
{
  int result;

  if (self->snet == NULL)
    return;

  result = snet_dispatch (self->snet);

  /*
   * Only now: the messages that did arrive may say more of how a request
   * ended than its absence from the list does.
   */
  if (self->overrun)
    {
      self->overrun = FALSE;
      g_signal_emit (self, signals[OVERRUN], 0);
    }

  if (result == -EBADMSG)
    g_warning ("The kernel sent a message that makes no sense; it was skipped");
  else if (result < 0)
    {
      snetd_log (G_LOG_LEVEL_WARNING, SNETD_MESSAGE_KERNEL,
                 "The connection to the kernel is lost: %s", snet_strerror (self->snet, result));
      disconnect (self);
      set_state (self, SNETD_KERNEL_ABSENT);
    }
}

static gboolean
readable_cb (int fd, GIOCondition condition, gpointer user_data)
{
  SnetdKernel *self = user_data;

  snetd_kernel_dispatch (self);
  return self->snet != NULL ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

void
snetd_kernel_start (SnetdKernel *self)
{
  static const struct snet_callbacks callbacks = {
    .request = request_cb,
    .cancel = cancel_cb,
    .overrun = overrun_cb,
  };
  int result;

  if (self->snet != NULL)
    {
      g_signal_emit (self, signals[STATE_CHANGED], 0);
      return;
    }

  result = snet_open (&self->snet);
  if (result == 0)
    result = snet_register (self->snet, &callbacks, self);

  if (result == 0)
    {
      self->source = g_unix_fd_add (snet_fd (self->snet), G_IO_IN, readable_cb, self);
      set_state (self, SNETD_KERNEL_LSM);
      return;
    }

  if (result == -EBUSY)
    snetd_log (G_LOG_LEVEL_WARNING, SNETD_MESSAGE_KERNEL,
               "Another program controls the kernel's snet module; nothing is asked here");
  else if (result == -ENOENT)
    snetd_log (G_LOG_LEVEL_WARNING, SNETD_MESSAGE_KERNEL,
               "This kernel has no snet module, or it is not in lsm=; nothing is held");
  else
    snetd_log (G_LOG_LEVEL_WARNING, SNETD_MESSAGE_KERNEL,
               "The kernel's snet module cannot be used: %s", snet_strerror (self->snet, result));

  disconnect (self);
  set_state (self, result == -EBUSY ? SNETD_KERNEL_BUSY : SNETD_KERNEL_ABSENT);
}

SnetdKernelState
snetd_kernel_get_state (SnetdKernel *self)
{
  return self->state;
}

const char *
snetd_kernel_get_state_name (SnetdKernel *self)
{
  static const char *const names[] = {
    [SNETD_KERNEL_ABSENT] = "absent",
    [SNETD_KERNEL_BUSY] = "busy",
    [SNETD_KERNEL_LSM] = "lsm",
  };

  return names[self->state];
}

gboolean
snetd_kernel_verdict (SnetdKernel *self,
                      guint64 id,
                      enum snet_verdict verdict,
                      int errno_value,
                      const struct snet_ticket_terms *terms,
                      GError **error)
{
  int result;

  if (!check_connected (self, error))
    return FALSE;

  result = snet_verdict_ticket (self->snet, id, verdict, errno_value, terms);
  return result == 0 || set_error (self, result, "The kernel did not take the verdict", error);
}

void
snetd_kernel_flush_tickets (SnetdKernel *self)
{
  int result;

  if (self->state != SNETD_KERNEL_LSM)
    return;
  result = snet_ticket_flush (self->snet);
  /* Tickets of rules that are gone would go on deciding. Without a controller they end, too. */
  if (result != 0)
    {
      snetd_log (G_LOG_LEVEL_WARNING, SNETD_MESSAGE_KERNEL,
                 "The kernel does not forget its tickets, so snetd lets go of it: %s",
                 snet_strerror (self->snet, result));
      disconnect (self);
      set_state (self, SNETD_KERNEL_ABSENT);
    }
}

static void
pending_cb (struct snet *snet, const struct snet_event *event, void *data)
{
  g_ptr_array_add (data, snetd_request_new (event, NULL));
}

GPtrArray *
snetd_kernel_list_pending (SnetdKernel *self, GError **error)
{
  g_autoptr (GPtrArray) requests = NULL;
  int result;

  if (!check_connected (self, error))
    return NULL;

  requests = g_ptr_array_new_with_free_func ((GDestroyNotify)snetd_request_unref);
  result = snet_pending (self->snet, pending_cb, requests);
  if (result < 0)
    {
      set_error (self, result, "The kernel did not say what waits", error);
      return NULL;
    }
  return g_steal_pointer (&requests);
}

gboolean
snetd_kernel_get_config (SnetdKernel *self, struct snet_config *ret_config, GError **error)
{
  int result;

  if (!check_connected (self, error))
    return FALSE;

  result = snet_config_get (self->snet, ret_config);
  return result == 0 || set_error (self, result, "The kernel's settings cannot be read", error);
}

gboolean
snetd_kernel_set_config (SnetdKernel *self, const struct snet_config *config, GError **error)
{
  int result;

  if (!check_connected (self, error))
    return FALSE;

  result = snet_config_set (self->snet, config);
  return result == 0 || set_error (self, result, "The kernel's settings cannot be changed", error);
}

gboolean
snetd_kernel_get_stats (SnetdKernel *self, struct snet_stats *ret_stats, GError **error)
{
  int result;

  if (!check_connected (self, error))
    return FALSE;

  result = snet_stats_get (self->snet, ret_stats);
  return result == 0 || set_error (self, result, "The kernel's counters cannot be read", error);
}

static void
snetd_kernel_finalize (GObject *object)
{
  SnetdKernel *self = SNETD_KERNEL (object);

  disconnect (self);
  g_clear_pointer (&self->processes, snetd_processes_free);
  G_OBJECT_CLASS (snetd_kernel_parent_class)->finalize (object);
}

static void
snetd_kernel_class_init (SnetdKernelClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = snetd_kernel_finalize;

  signals[REQUESTED] = g_signal_new ("requested", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 1, SNETD_TYPE_REQUEST);
  signals[CANCELLED] = g_signal_new ("cancelled", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 3, G_TYPE_UINT64, G_TYPE_UINT, G_TYPE_UINT);
  signals[OVERRUN] =
    g_signal_new ("overrun", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[STATE_CHANGED] =
    g_signal_new ("state-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
snetd_kernel_init (SnetdKernel *self)
{
  self->processes = snetd_processes_new ();
}

SnetdKernel *
snetd_kernel_new (void)
{
  return g_object_new (SNETD_TYPE_KERNEL, NULL);
}

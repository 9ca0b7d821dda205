/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-backlog.h"

#define LATER_MS 10
#define AT_ONCE  4
#define MAX_KEPT 1000

struct SnetdBacklog
{
  SnetdBacklogFunc tell;
  gpointer user_data;
  GQueue requests;
  guint source; /* that will tell; 0: there is nothing */
};

SnetdBacklog *
snetd_backlog_new (SnetdBacklogFunc tell, gpointer user_data)
{
  SnetdBacklog *backlog = g_new0 (SnetdBacklog, 1);

  backlog->tell = tell;
  backlog->user_data = user_data;
  g_queue_init (&backlog->requests);
  return backlog;
}

void
snetd_backlog_free (SnetdBacklog *backlog)
{
  g_clear_handle_id (&backlog->source, g_source_remove);
  g_queue_clear_full (&backlog->requests, (GDestroyNotify)snetd_request_unref);
  g_free (backlog);
}

static void
tell_some (SnetdBacklog *backlog, guint count)
{
  while (count-- > 0 && !g_queue_is_empty (&backlog->requests))
    {
      g_autoptr (SnetdRequest) request = g_queue_pop_head (&backlog->requests);

      backlog->tell (request, backlog->user_data);
    }
}

void
snetd_backlog_flush (SnetdBacklog *backlog)
{
  g_clear_handle_id (&backlog->source, g_source_remove);
  tell_some (backlog, G_MAXUINT);
}

/* What the kernel says meanwhile comes in between. */
static gboolean
idle_cb (gpointer user_data)
{
  SnetdBacklog *backlog = user_data;

  const guint self = backlog->source;

  tell_some (backlog, AT_ONCE);
  /* Who was told may have flushed it, and even have added to it since. */
  if (backlog->source != self)
    return G_SOURCE_REMOVE;
  if (!g_queue_is_empty (&backlog->requests))
    return G_SOURCE_CONTINUE;
  backlog->source = 0;
  return G_SOURCE_REMOVE;
}

static gboolean
later_cb (gpointer user_data)
{
  SnetdBacklog *backlog = user_data;

  backlog->source = g_idle_add (idle_cb, backlog);
  return G_SOURCE_REMOVE;
}

void
snetd_backlog_add (SnetdBacklog *backlog, SnetdRequest *request)
{
  g_queue_push_tail (&backlog->requests, snetd_request_ref (request));
  if (g_queue_get_length (&backlog->requests) >= MAX_KEPT)
    snetd_backlog_flush (backlog);
  else if (backlog->source == 0)
    backlog->source = g_timeout_add (LATER_MS, later_cb, backlog);
}

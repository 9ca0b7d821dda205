/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-watch.h"

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#define EVENTS                                                                                     \
  (IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_ATTRIB |              \
   IN_MOVE_SELF | IN_DELETE_SELF | IN_ONLYDIR)

struct SnetdWatch
{
  char *path;
  char *name; /* of the folder that is watched, what is to come or change in it */
  int notify;
  guint source;
  SnetdWatchFunc func;
  gpointer user_data;
};

/* The folder of the file, or the nearest one above it that is there. -1: none can be watched. */
static int
add_nearest (SnetdWatch *watch, char **ret_folder)
{
  g_autofree char *path = g_strdup (watch->path);

  for (;;)
    {
      g_autofree char *folder = g_path_get_dirname (path);
      const int number = inotify_add_watch (watch->notify, folder, EVENTS);

      if (number >= 0)
        {
          g_free (watch->name);
          watch->name = g_path_get_basename (path);
          *ret_folder = g_steal_pointer (&folder);
          return number;
        }
      if (errno != ENOENT && errno != ENOTDIR)
        {
          g_warning ("%s is not watched: %s", folder, g_strerror (errno));
          return -1;
        }
      g_free (path);
      path = g_steal_pointer (&folder);
    }
}

static void
disarm (SnetdWatch *watch)
{
  g_clear_handle_id (&watch->source, g_source_remove);
  if (watch->notify >= 0)
    close (watch->notify);
  watch->notify = -1;
}

static gboolean notify_cb (int fd, GIOCondition condition, gpointer user_data);

static void
arm (SnetdWatch *watch)
{
  g_autofree char *folder = NULL;
  int number;

  disarm (watch);
  watch->notify = inotify_init1 (IN_CLOEXEC | IN_NONBLOCK);
  if (watch->notify < 0)
    {
      g_warning ("%s is not watched: %s", watch->path, g_strerror (errno));
      return;
    }

  number = add_nearest (watch, &folder);
  while (number >= 0)
    {
      g_autofree char *nearer = NULL;
      const int other = add_nearest (watch, &nearer);

      /* One that was made meanwhile, before it was watched for. */
      if (other == number)
        break;
      inotify_rm_watch (watch->notify, number);
      number = other;
    }
  if (number >= 0)
    watch->source = g_unix_fd_add (watch->notify, G_IO_IN, notify_cb, watch);
  else
    disarm (watch);
}

/* Whether any of what has happened is about the file, or the folders that lead to it. */
static gboolean
read_events (SnetdWatch *watch)
{
  _Alignas(struct inotify_event) char buffer[4096];
  gboolean ours = FALSE;
  gssize got;

  while ((got = read (watch->notify, buffer, sizeof buffer)) > 0)
    {
      const struct inotify_event *event;

      for (gssize at = 0; at < got; at += (gssize)sizeof *event + event->len)
        {
          event = (const struct inotify_event *)(buffer + at);
          ours |= event->len == 0 ? (event->mask & ~IN_ATTRIB) != 0
                                  : strcmp (event->name, watch->name) == 0;
        }
    }
  return ours;
}

static gboolean
notify_cb (int fd, GIOCondition condition, gpointer user_data)
{
  SnetdWatch *watch = user_data;

  if (!read_events (watch))
    return G_SOURCE_CONTINUE;

  arm (watch);
  watch->func (watch->user_data);
  return G_SOURCE_REMOVE;
}

SnetdWatch *
snetd_watch_new (const char *path, SnetdWatchFunc func, gpointer user_data)
{
  SnetdWatch *watch = g_new0 (SnetdWatch, 1);

  g_return_val_if_fail (g_path_is_absolute (path), NULL);

  watch->path = g_strdup (path);
  watch->func = func;
  watch->user_data = user_data;
  watch->notify = -1;
  arm (watch);
  return watch;
}

void
snetd_watch_free (SnetdWatch *watch)
{
  disarm (watch);
  g_free (watch->name);
  g_free (watch->path);
  g_free (watch);
}

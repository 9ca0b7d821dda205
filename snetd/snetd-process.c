/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "snetd-cgroup.h"

#define NSEC_PER_SEC 1000000000
#define STAT_START   22 /* field of /proc/PID/stat, see proc(5) */

/* Reads a file to its end, or as much as there is room for, and ends it with a zero. */
static gssize
read_at (int dir, const char *name, char *buffer, gsize size)
{
  int fd = openat (dir, name, O_RDONLY | O_CLOEXEC);
  gssize length = 0, n;

  if (fd < 0)
    return -1;
  do
    {
      n = read (fd, buffer + length, size - 1 - length);
      length += MAX (n, 0);
    }
  while (n > 0 && (gsize)length < size - 1);
  close (fd);

  buffer[length] = '\0';
  return n < 0 ? -1 : length;
}

static char *
read_link_at (int dir, const char *name)
{
  char target[PATH_MAX + sizeof SNETD_PROGRAM_DELETED];
  gssize length = readlinkat (dir, name, target, sizeof target);

  return length > 0 && length < (gssize)sizeof target ? g_strndup (target, length) : NULL;
}

/* In ticks of the clock, which is all that /proc tells; 0: unknown. */
static guint64
read_start (int dir)
{
  char text[1024];
  const char *field;

  if (read_at (dir, "stat", text, sizeof text) < 0)
    return 0;

  /* The name before it may have anything in it, spaces and brackets as well. */
  field = strrchr (text, ')');
  for (guint i = 2; field != NULL && i < STAT_START; i++)
    field = strchr (field + 1, ' ');
  return field != NULL ? g_ascii_strtoull (field, NULL, 10) : 0;
}

/*
 * The process's directory in /proc, or -1. The number may be another's by now,
 * of a flow above all, whose process goes on and ends as it likes. But this
 * descriptor stays with the one process: once it is known to be of the one that
 * was meant, whatever is read through it is of that one too, or not there.
 */
static int
open_process (const struct snet_event *event)
{
  const guint64 tick = NSEC_PER_SEC / sysconf (_SC_CLK_TCK);
  char path[32];
  int dir;

  if (!(event->fields & SNET_EVENT_START_TIME))
    return -1;

  g_snprintf (path, sizeof path, "/proc/%u", event->pid);
  dir = open (path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (dir >= 0 && read_start (dir) != event->start_time_ns / tick)
    {
      close (dir);
      dir = -1;
    }
  return dir;
}

/*
 * A link in /proc shows a path from the process's own point of view. A user
 * can mount any file over /usr/bin/curl in a namespace of their own, so the
 * path counts only if it leads to that same file from here.
 */
static gboolean
is_same_file (int dir, const char *path)
{
  struct stat running, named;
  gboolean running_hidden, named_hidden;

  running_hidden = fstatat (dir, "exe", &running, 0) != 0;
  if (running_hidden && errno != EACCES)
    return FALSE;

  named_hidden = stat (path, &named) != 0;
  if (named_hidden && errno != EACCES)
    return FALSE;

  /* In a user's FUSE mount, an AppImage for one, not even root may look. */
  if (running_hidden || named_hidden)
    return running_hidden && named_hidden;

  return running.st_dev == named.st_dev && running.st_ino == named.st_ino;
}

/* What /proc says of it, for a kernel that does not. */
static char *
program_by_proc (int dir)
{
  g_autofree char *path = read_link_at (dir, "exe");
  g_autofree char *text = NULL;

  if (path == NULL)
    return NULL;

  text = snetd_process_text (path);
  if (is_same_file (dir, path) || g_str_has_suffix (path, SNETD_PROGRAM_DELETED))
    return g_steal_pointer (&text);

  return g_strconcat (text, SNETD_PROGRAM_ELSEWHERE, NULL);
}

/* Whether the file that the kernel has seen is the one that the path leads to from here. */
static gboolean
is_here (const struct snet_event *event, int dir)
{
  const guint32 known = SNET_EVENT_PROGRAM_DEV | SNET_EVENT_PROGRAM_INODE;
  struct stat named;

  if ((event->fields & known) != known || stat (event->program, &named) != 0)
    return is_same_file (dir, event->program);
  return named.st_dev == event->program_dev && named.st_ino == event->program_inode;
}

static gboolean
is_deleted (int dir)
{
  g_autofree char *path = read_link_at (dir, "exe");

  return path != NULL && g_str_has_suffix (path, SNETD_PROGRAM_DELETED);
}

/*
 * What the kernel says was true when the program was started, and is true of
 * the process whatever has become of its entry in /proc. What is at that path
 * now may be another file.
 */
static char *
program_by_kernel (const struct snet_event *event, int dir)
{
  g_autofree char *text = snetd_process_text (event->program);

  if (!g_path_is_absolute (event->program) || is_here (event, dir) ||
      g_str_has_suffix (event->program, SNETD_PROGRAM_DELETED))
    return g_steal_pointer (&text);

  return g_strconcat (text, is_deleted (dir) ? SNETD_PROGRAM_DELETED : SNETD_PROGRAM_ELSEWHERE,
                      NULL);
}

/*
 * Behind what a program has written over its arguments with a title for ps
 * there are zeroes, so no end has empty arguments here.
 */
static char **
read_command (int dir)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  char bytes[SNETD_COMMAND_BYTES + 1];
  gssize length = read_at (dir, "cmdline", bytes, sizeof bytes);
  gssize at = 0;

  while (length > 0 && bytes[length - 1] == '\0')
    length--;
  if (length <= 0)
    return NULL;

  for (guint i = 0; i < SNETD_COMMAND_ARGUMENTS && at < length; i++)
    {
      g_autofree char *text = snetd_process_text (bytes + at);

      g_strv_builder_add (builder, text);
      at += strlen (bytes + at) + 1;
    }
  return g_strv_builder_end (builder);
}

static char *
read_directory (int dir)
{
  g_autofree char *path = read_link_at (dir, "cwd");

  return path != NULL ? snetd_process_text (path) : NULL;
}

static void
read_cgroup (int dir, SnetdProcess *process)
{
  /* A line for each hierarchy: of version 1 there can be a dozen. */
  char text[16 * 1024];
  g_autofree char *path = NULL;

  if (read_at (dir, "cgroup", text, sizeof text) < 0)
    return;
  path = snetd_cgroup_path (text);
  if (path == NULL)
    return;

  process->cgroup = snetd_process_text (path);
  process->unit = snetd_cgroup_unit (path);
  if (process->unit != NULL)
    process->app = snetd_cgroup_app (process->unit);
}

void
snetd_process_read (const struct snet_event *event, SnetdProcess *ret_process)
{
  int dir = open_process (event);

  *ret_process = (SnetdProcess){ 0 };
  if (event->program != NULL)
    ret_process->program = program_by_kernel (event, dir);
  if (dir < 0)
    return;

  if (event->program == NULL)
    ret_process->program = program_by_proc (dir);
  ret_process->command = read_command (dir);
  ret_process->directory = read_directory (dir);
  read_cgroup (dir, ret_process);
  close (dir);
}

void
snetd_process_clear (SnetdProcess *process)
{
  g_clear_pointer (&process->program, g_free);
  g_clear_pointer (&process->command, g_strfreev);
  g_clear_pointer (&process->directory, g_free);
  g_clear_pointer (&process->cgroup, g_free);
  g_clear_pointer (&process->unit, g_free);
  g_clear_pointer (&process->app, g_free);
}

char *
snetd_process_program_told (const struct snet_event *event)
{
  return event->program != NULL ? snetd_process_text (event->program) : NULL;
}

char **
snetd_process_ancestors (const struct snet_event *event)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (event->ancestors[0] == NULL)
    return NULL;
  for (guint i = 0; event->ancestors[i] != NULL; i++)
    {
      g_autofree char *text = snetd_process_text (event->ancestors[i]);

      g_strv_builder_add (builder, text);
    }
  return g_strv_builder_end (builder);
}

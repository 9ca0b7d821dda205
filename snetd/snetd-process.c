/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-process.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define DELETED   " (deleted)"
#define ELSEWHERE " (elsewhere)"

/*
 * A link in /proc shows a path from the process's own point of view. A user
 * can mount any file over /usr/bin/curl in a namespace of their own, so the
 * path counts only if it leads to that same file from here.
 */
static gboolean
is_same_file (const char *link, const char *path)
{
  struct stat running, named;
  gboolean running_hidden, named_hidden;

  running_hidden = stat (link, &running) != 0;
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
program_by_proc (const char *link)
{
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;

  path = g_file_read_link (link, NULL);
  if (path == NULL)
    return NULL;

  text = snetd_process_text (path);
  if (is_same_file (link, path) || g_str_has_suffix (path, DELETED))
    return g_steal_pointer (&text);

  return g_strconcat (text, ELSEWHERE, NULL);
}

/* Whether the file that the kernel has seen is the one that the path leads to from here. */
static gboolean
is_here (const struct snet_event *event, const char *link)
{
  const guint32 known = SNET_EVENT_PROGRAM_DEV | SNET_EVENT_PROGRAM_INODE;
  struct stat named;

  if ((event->fields & known) != known || stat (event->program, &named) != 0)
    return is_same_file (link, event->program);
  return named.st_dev == event->program_dev && named.st_ino == event->program_inode;
}

static gboolean
is_deleted (const char *link)
{
  g_autofree char *path = g_file_read_link (link, NULL);

  return path != NULL && g_str_has_suffix (path, DELETED);
}

/*
 * What the kernel says was true when the program was started, and is true of
 * the process whatever has become of its entry in /proc. What is at that path
 * now may be another file.
 */
static char *
program_by_kernel (const struct snet_event *event, const char *link)
{
  g_autofree char *text = snetd_process_text (event->program);

  if (!g_path_is_absolute (event->program) || is_here (event, link) ||
      g_str_has_suffix (event->program, DELETED))
    return g_steal_pointer (&text);

  return g_strconcat (text, is_deleted (link) ? DELETED : ELSEWHERE, NULL);
}

char *
snetd_process_program (const struct snet_event *event)
{
  g_autofree char *link = g_strdup_printf ("/proc/%u/exe", event->pid);

  return event->program != NULL ? program_by_kernel (event, link) : program_by_proc (link);
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

/* Nor may a name make a second line, or move the cursor, wherever it is shown. */
static void
append_printable (GString *text, const char *bytes, gsize length)
{
  for (gsize i = 0; i < length; i++)
    {
      if (g_ascii_iscntrl (bytes[i]))
        g_string_append_printf (text, "\\x%02x", (guint8)bytes[i]);
      else
        g_string_append_c (text, bytes[i]);
    }
}

char *
snetd_process_text (const char *bytes)
{
  GString *text = g_string_new (NULL);
  const char *end;

  while (!g_utf8_validate (bytes, -1, &end))
    {
      append_printable (text, bytes, end - bytes);
      g_string_append_printf (text, "\\x%02x", (guint8)*end);
      bytes = end + 1;
    }
  append_printable (text, bytes, strlen (bytes));

  return g_string_free (text, FALSE);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-process.h"

#include <errno.h>
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

char *
snetd_process_program (guint32 pid)
{
  g_autofree char *link = g_strdup_printf ("/proc/%u/exe", pid);
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

char *
snetd_process_text (const char *bytes)
{
  GString *text = g_string_new (NULL);
  const char *end;

  while (!g_utf8_validate (bytes, -1, &end))
    {
      g_string_append_len (text, bytes, end - bytes);
      g_string_append_printf (text, "\\x%02x", (guint8)*end);
      bytes = end + 1;
    }
  g_string_append (text, bytes);

  return g_string_free (text, FALSE);
}

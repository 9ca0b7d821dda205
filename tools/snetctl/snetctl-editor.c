// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "snetctl-editor.h"

static gboolean
write_all (int fd, const char *text, gsize length)
{
  while (length > 0)
    {
      gssize written = write (fd, text, length);

      if (written < 0)
        return FALSE;
      text += written;
      length -= (gsize)written;
    }
  return TRUE;
}

char *
snetctl_editor_create (const char *text, GError **error)
{
  g_autofree char *file = NULL;
  int fd = g_file_open_tmp ("snetctl-XXXXXX.rules", &file, error);
  gboolean written;

  if (fd < 0)
    return NULL;
  written = write_all (fd, text, strlen (text));
  if (close (fd) < 0 || !written)
    {
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "%s: %s", file,
                   g_strerror (errno));
      g_unlink (file);
      return NULL;
    }
  return g_steal_pointer (&file);
}

static const char *
choose_editor (void)
{
  static const char *const variables[] = { "VISUAL", "EDITOR" };
  g_autofree char *found = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (variables); i++)
    {
      const char *editor = g_getenv (variables[i]);

      if (editor && *editor)
        return editor;
    }
  /* Debian's choice; elsewhere the one that POSIX knows. */
  found = g_find_program_in_path ("editor");
  return found ? "editor" : "vi";
}

/* The keys that end a program are the editor's while it has the terminal. */
static void
ignore_keys (gboolean ignore, struct sigaction old[2])
{
  struct sigaction ignored = { .sa_handler = SIG_IGN };

  sigaction (SIGINT, ignore ? &ignored : &old[0], ignore ? &old[0] : NULL);
  sigaction (SIGQUIT, ignore ? &ignored : &old[1], ignore ? &old[1] : NULL);
}

static void
restore_keys (gpointer unused)
{
  signal (SIGINT, SIG_DFL);
  signal (SIGQUIT, SIG_DFL);
}

char *
snetctl_editor_run (const char *file, GError **error)
{
  const char *editor = choose_editor ();
  /* It may be "emacs -nw": words for the shell, and then the file. */
  g_autofree char *command = g_strdup_printf ("%s \"$1\"", editor);
  const char *argv[] = { "/bin/sh", "-c", command, editor, file, NULL };
  struct sigaction old[2];
  g_autofree char *text = NULL;
  gboolean started;
  int status;

  ignore_keys (TRUE, old);
  started = g_spawn_sync (NULL, (char **)argv, NULL, G_SPAWN_CHILD_INHERITS_STDIN, restore_keys,
                          NULL, NULL, NULL, &status, error);
  ignore_keys (FALSE, old);
  if (!started || !g_spawn_check_wait_status (status, error))
    {
      g_prefix_error (error, _ ("the editor “%s” failed (see $VISUAL and $EDITOR): "), editor);
      return NULL;
    }
  if (!g_file_get_contents (file, &text, NULL, error))
    return NULL;
  if (!g_utf8_validate (text, -1, NULL))
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL, _ ("%s is not text (UTF-8) any more"),
                   file);
      return NULL;
    }
  return g_steal_pointer (&text);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <gio/gdesktopappinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "gsnet-programs.h"
#include "gsnet-text.h"

#define MAX_NAME_CHARS 40

/* As a desktop file describes it. */
typedef struct
{
  char *name;
  char *icon; /* or NULL */
} Program;

/* by_path: NULL in the place of a Program: several claim the file, so none has its name. */
typedef struct
{
  GHashTable *by_path;
  GHashTable *by_app;
} Programs;

static Programs *programs; /* the main thread's; NULL: not read yet */
static GAppInfoMonitor *monitor;
static gulong changed_id;
static GCancellable *reader;

static void
program_free (gpointer data)
{
  Program *program = data;

  if (!program)
    return;
  g_free (program->name);
  g_free (program->icon);
  g_free (program);
}

static Programs *
programs_new (void)
{
  Programs *new = g_new0 (Programs, 1);

  new->by_path = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, program_free);
  new->by_app = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, program_free);
  return new;
}

static void
programs_free (Programs *old)
{
  g_hash_table_unref (old->by_path);
  g_hash_table_unref (old->by_app);
  g_free (old);
}

/* In a thread. */

/* A user's own desktop file could call any program of theirs Firefox. */
static gboolean
is_administrators (const char *filename)
{
  struct stat info;

  return filename && stat (filename, &info) == 0 && info.st_uid == 0 &&
         !(info.st_mode & (S_IWGRP | S_IWOTH));
}

/* One that is started with a file, or with a command of its own, is what runs it, not the program.
 */
static gboolean
has_plain_arguments (char **words)
{
  for (guint i = 1; words[i]; i++)
    if (words[i][0] != '-' && words[i][0] != '%')
      return FALSE;
  return TRUE;
}

/* The path of the file that a desktop file starts, links followed; NULL: it is not that simple. */
static char *
find_file (GDesktopAppInfo *info)
{
  const char *command = g_app_info_get_commandline (G_APP_INFO (info));
  g_auto (GStrv) words = NULL;
  g_autofree char *found = NULL;
  g_autofree char *real = NULL;

  if (!command || !g_shell_parse_argv (command, NULL, &words, NULL) || !has_plain_arguments (words))
    return NULL;
  found = g_find_program_in_path (words[0]);
  real = found ? realpath (found, NULL) : NULL;
  /* Nor what is in front of it in the user's own search path. */
  return is_administrators (real) ? g_strdup (real) : NULL;
}

static Program *
program_new (GDesktopAppInfo *info)
{
  Program *program = g_new0 (Program, 1);
  GIcon *icon = g_app_info_get_icon (G_APP_INFO (info));

  program->name = gsnet_text_visible (g_app_info_get_name (G_APP_INFO (info)), MAX_NAME_CHARS);
  if (G_IS_THEMED_ICON (icon))
    program->icon = g_strdup (g_themed_icon_get_names (G_THEMED_ICON (icon))[0]);
  return program;
}

static void
add_info (Programs *into, GDesktopAppInfo *info)
{
  const char *id = g_app_info_get_id (G_APP_INFO (info));
  g_autofree char *path = NULL;

  if (!is_administrators (g_desktop_app_info_get_filename (info)))
    return;
  if (id && g_str_has_suffix (id, ".desktop"))
    g_hash_table_insert (into->by_app, g_strndup (id, strlen (id) - strlen (".desktop")),
                         program_new (info));
  path = find_file (info);
  if (!path)
    return;
  if (g_hash_table_contains (into->by_path, path))
    g_hash_table_insert (into->by_path, g_steal_pointer (&path), NULL);
  else
    g_hash_table_insert (into->by_path, g_steal_pointer (&path), program_new (info));
}

static void
read_in_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  GList *infos = g_app_info_get_all ();
  Programs *read = programs_new ();

  for (GList *l = infos; l; l = l->next)
    if (G_IS_DESKTOP_APP_INFO (l->data))
      add_info (read, l->data);
  g_list_free_full (infos, g_object_unref);
  g_task_return_pointer (task, read, (GDestroyNotify)programs_free);
}

/* In the main thread. */

static void
read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Programs *read = g_task_propagate_pointer (G_TASK (result), NULL);

  /* Another reader was sent since, or gsnet ends. */
  if (!read)
    return;
  g_clear_pointer (&programs, programs_free);
  programs = read;
}

static void
start_reading (void)
{
  g_autoptr (GTask) task = NULL;

  if (reader)
    g_cancellable_cancel (reader);
  g_clear_object (&reader);
  reader = g_cancellable_new ();
  task = g_task_new (NULL, reader, read_cb, NULL);
  g_task_run_in_thread (task, read_in_thread);
}

void
gsnet_programs_start (void)
{
  g_return_if_fail (!monitor);

  monitor = g_app_info_monitor_get ();
  changed_id = g_signal_connect (monitor, "changed", G_CALLBACK (start_reading), NULL);
  start_reading ();
}

void
gsnet_programs_stop (void)
{
  if (!monitor)
    return;
  g_clear_signal_handler (&changed_id, monitor);
  g_clear_object (&monitor);
  g_cancellable_cancel (reader);
  g_clear_object (&reader);
  g_clear_pointer (&programs, programs_free);
}

static const Program *
find (const char *path, const char *app)
{
  const Program *found = NULL;

  if (!programs)
    return NULL;
  if (app)
    found = g_hash_table_lookup (programs->by_app, app);
  if (!found && path)
    found = g_hash_table_lookup (programs->by_path, path);
  return found;
}

const char *
gsnet_programs_name (const char *program, const char *app)
{
  const Program *found = find (program, app);

  return found ? found->name : NULL;
}

const char *
gsnet_programs_icon (const char *program, const char *app)
{
  const Program *found = find (program, app);

  return found ? found->icon : NULL;
}

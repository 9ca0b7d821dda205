// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <errno.h>
#include <glib/gstdio.h>

#include "gsnet-application.h"
#include "gsnet-autostart.h"

/* The user's own file hides the one of this name that is installed. */
static char *
make_path (void)
{
  return g_build_filename (g_get_user_config_dir (), "autostart", GSNET_APPLICATION_ID ".desktop",
                           NULL);
}

gboolean
gsnet_autostart_get (void)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *path = make_path ();

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL))
    return TRUE;
  return !g_key_file_get_boolean (file, G_KEY_FILE_DESKTOP_GROUP, G_KEY_FILE_DESKTOP_KEY_HIDDEN,
                                  NULL);
}

static gboolean
fail (const char *path, GError **error)
{
  const int number = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (number), "%s: %s", path,
               g_strerror (number));
  return FALSE;
}

static gboolean
hide (const char *path, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *folder = g_path_get_dirname (path);

  if (g_mkdir_with_parents (folder, 0700) != 0)
    return fail (folder, error);
  g_key_file_set_string (file, G_KEY_FILE_DESKTOP_GROUP, G_KEY_FILE_DESKTOP_KEY_TYPE,
                         G_KEY_FILE_DESKTOP_TYPE_APPLICATION);
  g_key_file_set_string (file, G_KEY_FILE_DESKTOP_GROUP, G_KEY_FILE_DESKTOP_KEY_NAME,
                         GSNET_APPLICATION_ID);
  g_key_file_set_boolean (file, G_KEY_FILE_DESKTOP_GROUP, G_KEY_FILE_DESKTOP_KEY_HIDDEN, TRUE);
  return g_key_file_save_to_file (file, path, error);
}

gboolean
gsnet_autostart_set (gboolean start, GError **error)
{
  g_autofree char *path = make_path ();

  if (!start)
    return hide (path, error);
  return g_unlink (path) == 0 || errno == ENOENT || fail (path, error);
}

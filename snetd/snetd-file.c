/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static gboolean
refuse (const char *path, const char *why, GError **error)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, "%s %s", path, why);
  return FALSE;
}

static void
set_errno (const char *path, GError **error)
{
  const int saved = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (saved), "%s: %s", path,
               g_strerror (saved));
}

static gboolean
check_safe (const char *path, int fd, GError **error)
{
  struct stat file;

  if (fstat (fd, &file) < 0)
    {
      set_errno (path, error);
      return FALSE;
    }
  if (!S_ISREG (file.st_mode))
    return refuse (path, "is not a regular file", error);
  if (file.st_uid != 0 && file.st_uid != geteuid ())
    return refuse (path, "does not belong to root", error);
  if (file.st_mode & (S_IWGRP | S_IWOTH))
    return refuse (path, "can be written by others than its owner", error);
  return TRUE;
}

/* It can grow or shrink meanwhile. */
static char *
read_all (const char *path, int fd, gsize max, gsize *ret_length, GError **error)
{
  const gsize step = 64 * 1024;
  struct stat file;
  gsize size = fstat (fd, &file) == 0 ? MIN ((gsize)file.st_size, max) + step : step;
  g_autofree char *text = g_malloc (size);
  gsize length = 0;

  for (;;)
    {
      gssize got;

      if (size - length < 2)
        text = g_realloc (text, size += MAX (size / 2, step));
      got = read (fd, text + length, size - length - 1);
      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        {
          set_errno (path, error);
          return NULL;
        }
      length += got;
      if (length > max)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                       "%s is longer than %" G_GSIZE_FORMAT " bytes", path, max);
          return NULL;
        }
      if (got == 0)
        break;
    }
  text[length] = '\0';
  *ret_length = length;
  return g_steal_pointer (&text);
}

char *
snetd_file_read (const char *path, gsize max, gsize *ret_length, GError **error)
{
  char *text = NULL;
  int fd;

  /* Who opens a FIFO or a device must not wait for it. */
  fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0)
    {
      set_errno (path, error);
      return NULL;
    }
  if (check_safe (path, fd, error))
    text = read_all (path, fd, max, ret_length, error);
  close (fd);
  return text;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why it cannot begin, and what can be done about that. */
#include "snet-listen-why.h"

#include <errno.h>
#include <glib.h>
#include <stdio.h>
#include <unistd.h>

#include "snet-listen-session.h"

/* Programs that are known to be controllers. The kernel does not say which one it is. */
static gboolean
is_controller (const char *comm)
{
  return g_str_equal (comm, "snetd") || g_str_equal (comm, "snet-listen");
}

/* "snetd (process 123)", or NULL. */
static char *
find_controller (void)
{
  g_autoptr (GDir) proc = g_dir_open ("/proc", 0, NULL);
  const char *name;

  while (proc != NULL && (name = g_dir_read_name (proc)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc", name, "comm", NULL);
      g_autofree char *comm = NULL;

      if (!g_ascii_isdigit (name[0]) || g_ascii_strtoull (name, NULL, 10) == (guint64)getpid () ||
          !g_file_get_contents (path, &comm, NULL, NULL))
        continue;
      g_strchomp (comm);
      if (is_controller (comm))
        return g_strdup_printf ("%s (process %s)", comm, name);
    }
  return NULL;
}

static void
say_busy (void)
{
  g_autofree char *who = find_controller ();

  fprintf (stderr,
           "snet-listen: another program decides already%s%s.\n"
           "Stop it (snetd: systemctl stop snetd), or only watch, with --monitor.\n",
           who != NULL ? ", probably " : "", who != NULL ? who : "");
}

int
snet_listen_why (struct snet *snet, int error)
{
  switch (error)
    {
    case -ENOENT:
      fputs ("snet-listen: this kernel has no snet, or it is not enabled.\n"
             "Boot one that has, with snet in its parameter lsm=.\n",
             stderr);
      return SNET_LISTEN_EXIT_NO_KERNEL;
    case -EPERM:
      fputs ("snet-listen: the capability CAP_NET_ADMIN is missing.\n"
             "Run it as root, as by sudo.\n",
             stderr);
      return SNET_LISTEN_EXIT_NO_PERMISSION;
    case -EBUSY:
      say_busy ();
      return SNET_LISTEN_EXIT_BUSY;
    default:
      fprintf (stderr, "snet-listen: %s\n", snet_strerror (snet, error));
      return SNET_LISTEN_EXIT_FAILED;
    }
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>
#include <locale.h>

#include "snetctl-commands.h"

int
main (int argc, char *argv[])
{
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, SNET_LOCALEDIR);
  textdomain (GETTEXT_PACKAGE);
  return snetctl_main (argc, argv);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>
#include <locale.h>

#include "gsnet-application.h"

int
main (int argc, char *argv[])
{
  g_autoptr (GsnetApplication) application = NULL;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, SNET_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  application = gsnet_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}

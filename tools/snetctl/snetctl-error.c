// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <gio/gio.h>
#include <glib/gi18n.h>

#include "snet-names.h"

#include "gsnet-text.h"
#include "snetctl-error.h"

#define MAX_MESSAGE_CHARS 2000

/* What the bus, polkit and snetd answer, and what one can do about it. */
static const struct
{
  const char *name;
  SnetctlExit status;
  const char *hint; /* may be NULL */
} answers[] = {
  { "org.freedesktop.DBus.Error.ServiceUnknown", SNETCTL_EXIT_NO_SERVICE,
    N_ ("snetd does not run. Start it: systemctl start snetd") },
  { "org.freedesktop.DBus.Error.NameHasNoOwner", SNETCTL_EXIT_NO_SERVICE,
    N_ ("snetd does not run. Start it: systemctl start snetd") },
  { "org.freedesktop.systemd1.UnitMasked", SNETCTL_EXIT_NO_SERVICE,
    N_ ("snetd is masked. Unmask it: systemctl unmask snetd") },
  { "org.freedesktop.DBus.Error.NoReply", SNETCTL_EXIT_NO_SERVICE,
    N_ ("snetd has ended meanwhile. See: journalctl -u snetd") },
  { "org.freedesktop.DBus.Error.AccessDenied", SNETCTL_EXIT_NOT_ALLOWED,
    N_ ("See who may do it: man org.snet. An administrator can: sudo snetctl …") },
  { "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired", SNETCTL_EXIT_NOT_ALLOWED,
    N_ ("A password is needed for it: leave out --no-ask-password") },
  { "org.freedesktop.DBus.Error.UnknownMethod", SNETCTL_EXIT_FAILED,
    N_ ("snetd is older than snetctl. Restart it: systemctl restart snetd") },
  { SNET_ERROR_NAME_UNKNOWN_REQUEST, SNETCTL_EXIT_NOT_FOUND,
    N_ ("What waits: snetctl pending. What was decided: snetctl log") },
  { SNET_ERROR_NAME_ALREADY_DECIDED, SNETCTL_EXIT_NOT_FOUND, N_ ("What was decided: snetctl log") },
  { SNET_ERROR_NAME_UNKNOWN_RULE, SNETCTL_EXIT_NOT_FOUND,
    N_ ("The rules and their ids: snetctl rules") },
  { SNET_ERROR_NAME_STORE_FAILED, SNETCTL_EXIT_FAILED, N_ ("See: journalctl -u snetd") },
  { SNET_ERROR_NAME_INVALID_CONFIG, SNETCTL_EXIT_FAILED,
    N_ ("What is wrong: journalctl -u snetd") },
};

gboolean
snetctl_error_usage (GError **error, const char *command, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, _ ("%s. See: snetctl %s --help"), text,
               command);
  return FALSE;
}

static SnetctlExit
report (const char *message, const char *hint, SnetctlExit status)
{
  g_autofree char *shown = gsnet_text_visible (message, MAX_MESSAGE_CHARS);

  g_printerr ("snetctl: %s\n", shown);
  if (hint)
    g_printerr ("%s\n", hint);
  return status;
}

static gboolean
is_no_bus (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
}

/* NULL: nothing is known of it. */
static const char *
find_answer (const GError *error, SnetctlExit *ret_status)
{
  g_autofree char *name = g_dbus_error_get_remote_error (error);

  *ret_status = SNETCTL_EXIT_FAILED;
  if (error->domain == G_OPTION_ERROR)
    *ret_status = SNETCTL_EXIT_USAGE;
  for (guint i = 0; name && i < G_N_ELEMENTS (answers); i++)
    if (g_str_equal (name, answers[i].name))
      {
        *ret_status = answers[i].status;
        return _ (answers[i].hint);
      }
  /* The bus could not have it started, for one of many reasons. */
  if (name && (g_str_has_prefix (name, "org.freedesktop.DBus.Error.Spawn.") ||
               g_str_has_prefix (name, "org.freedesktop.systemd1.")))
    {
      *ret_status = SNETCTL_EXIT_NO_SERVICE;
      return _ ("snetd cannot be started. See: journalctl -u snetd");
    }
  if (!is_no_bus (error))
    return NULL;
  *ret_status = SNETCTL_EXIT_NO_SERVICE;
  return _ ("The system bus cannot be reached; snetd is on it.");
}

SnetctlExit
snetctl_error_status (const GError *error)
{
  SnetctlExit status;

  find_answer (error, &status);
  return status;
}

SnetctlExit
snetctl_error_report (const GError *error)
{
  g_autoptr (GError) plain = g_error_copy (error);
  SnetctlExit status;
  const char *hint = find_answer (error, &status);

  g_dbus_error_strip_remote_error (plain);
  return report (plain->message, hint, status);
}

void
snetctl_error_print_problems (char **problems)
{
  for (guint i = 0; problems[i]; i++)
    {
      g_autofree char *shown = gsnet_text_visible (problems[i], MAX_MESSAGE_CHARS);

      g_printerr ("%s\n", shown);
    }
}

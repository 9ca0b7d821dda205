// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "gsnet-words.h"
#include "snet-names.h"

#include "snetctl-bus.h"
#include "snetctl-commands.h"
#include "snetctl-error.h"
#include "snetctl-json.h"
#include "snetctl-time.h"

static gboolean run_mode (SnetctlCall *call, GError **error);

const SnetctlCommand snetctl_mode = {
  "mode",
  N_ ("[ask|monitor|lockdown|off]"),
  N_ ("What becomes of calls that no rule decides"),
  run_mode,
};

static gboolean
show_mode (SnetctlCall *call, GError **error)
{
  g_autoptr (GVariant) properties =
    snetctl_bus_get_properties (call, SNET_INTERFACE_CONTROL, error);
  const char *mode = "";
  const char *after = "";
  gint64 until = 0;
  g_autofree char *when = NULL;

  if (!properties)
    return FALSE;
  g_variant_lookup (properties, "Mode", "&s", &mode);
  g_variant_lookup (properties, "ModeAfter", "&s", &after);
  g_variant_lookup (properties, "ModeUntil", "x", &until);
  if (call->json)
    {
      g_autoptr (GVariant) said =
        g_variant_ref_sink (g_variant_new_parsed ("{'Mode': <%s>, 'ModeUntil': <%x>,"
                                                  " 'ModeAfter': <%s>}",
                                                  mode, until, after));

      snetctl_json_print (said);
      return TRUE;
    }
  when = gsnet_words_time (until);
  if (when)
    g_print (_ ("%s, until %s, then %s\n"), mode, when, after);
  else
    g_print ("%s\n", mode);
  return TRUE;
}

static gboolean
add_end (GVariantDict *dict, const char *length, const char *until, GError **error)
{
  guint32 seconds;
  gint64 time;

  if (length && until)
    return snetctl_error_usage (error, "mode", _ ("either --for or --until"));
  if (length)
    {
      if (!snetctl_time_parse_duration (length, &seconds, error))
        return FALSE;
      g_variant_dict_insert (dict, "duration", "u", seconds);
    }
  if (until)
    {
      if (!snetctl_time_parse (until, g_get_real_time (), &time, error))
        return FALSE;
      g_variant_dict_insert (dict, "until", "x", time);
    }
  return TRUE;
}

static gboolean
run_mode (SnetctlCall *call, GError **error)
{
  g_autofree char *length = NULL;
  g_autofree char *until = NULL;
  const GOptionEntry entries[] = {
    { "for", 'f', 0, G_OPTION_ARG_STRING, &length,
      N_ ("For so long only, such as 15min; then the mode that was set last without an end"),
      N_ ("DURATION") },
    { "until", 'u', 0, G_OPTION_ARG_STRING, &until, N_ ("Only until then, such as 18:00"),
      N_ ("TIME") },
    G_OPTION_ENTRY_NULL
  };
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) reply = NULL;

  if (!snetctl_call_parse (
        call, &snetctl_mode, entries,
        _ ("ask: the user is asked.\n"
           "monitor: it is allowed, and written down; what rules deny is denied.\n"
           "lockdown: it is denied, and nobody is asked.\n"
           "off: everything is allowed, also what rules deny."),
        0, 1, error))
    return FALSE;
  if (call->argc == 1 && !length && !until)
    return show_mode (call, error);
  if (call->argc == 1)
    return snetctl_error_usage (error, "mode", _ ("which mode? It is missing"));
  if (!add_end (&dict, length, until, error))
    return FALSE;
  reply = snetctl_bus_call (call, SNET_INTERFACE_CONTROL, "SetMode",
                            g_variant_new ("(s@a{sv})", call->argv[1], g_variant_dict_end (&dict)),
                            "()", error);
  return reply != NULL;
}

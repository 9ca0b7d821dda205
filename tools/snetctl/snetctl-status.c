// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "gsnet-words.h"
#include "snet-names.h"

#include "snetctl-bus.h"
#include "snetctl-commands.h"
#include "snetctl-json.h"

static gboolean run_status (SnetctlCall *call, GError **error);

const SnetctlCommand snetctl_status = {
  "status",
  NULL,
  N_ ("Whether the firewall works, and how it decides"),
  run_status,
};

static const char *
describe_kernel (const char *kernel)
{
  if (g_str_equal (kernel, "lsm"))
    return _ ("the security module");
  if (g_str_equal (kernel, "module"))
    return _ ("a loaded module");
  if (g_str_equal (kernel, "busy"))
    return _ ("another program decides; end that, and restart snetd");
  if (g_str_equal (kernel, "absent"))
    return _ ("without snet: nothing is held, and nothing is denied");
  return kernel;
}

static void
print_line (const char *title, const char *text)
{
  g_print ("%s: %s\n", title, text);
}

static gboolean
run_status (SnetctlCall *call, GError **error)
{
  g_autoptr (GVariant) properties = NULL;
  const char *text = NULL;
  gint64 until = 0;
  guint32 delay = 0;

  if (!snetctl_call_parse (call, &snetctl_status, NULL, NULL, 0, 0, error))
    return FALSE;
  properties = snetctl_bus_get_properties (call, SNET_INTERFACE_CONTROL, error);
  if (!properties)
    return FALSE;
  if (call->json)
    {
      snetctl_json_print (properties);
      return TRUE;
    }
  if (g_variant_lookup (properties, "Version", "&s", &text))
    print_line ("snetd", text);
  if (g_variant_lookup (properties, "Kernel", "&s", &text))
    print_line (_ ("Kernel"), describe_kernel (text));
  g_variant_lookup (properties, "ModeUntil", "x", &until);
  if (g_variant_lookup (properties, "Mode", "&s", &text))
    {
      g_autofree char *sentence = gsnet_words_mode_sentence (text, until);

      print_line (_ ("Mode"), sentence ? sentence : text);
    }
  if (g_variant_lookup (properties, "VerdictDelay", "u", &delay))
    g_print (ngettext ("Delay: %u second\n", "Delay: %u seconds\n", delay), delay);
  if (g_variant_lookup (properties, "VerdictPolicy", "&s", &text))
    print_line (_ ("Policy"), text);
  return TRUE;
}

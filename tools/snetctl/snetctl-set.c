// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "snet-names.h"

#include "snetctl-bus.h"
#include "snetctl-commands.h"
#include "snetctl-error.h"
#include "snetctl-time.h"

static gboolean run_set (SnetctlCall *call, GError **error);
static gboolean run_flush (SnetctlCall *call, GError **error);
static gboolean run_reload (SnetctlCall *call, GError **error);

const SnetctlCommand snetctl_set = {
  "set",
  N_ ("delay DURATION | policy allow|deny"),
  N_ ("Change what becomes of calls that nobody answers"),
  run_set,
};

const SnetctlCommand snetctl_flush = {
  "flush",
  NULL,
  N_ ("Have the kernel forget what was decided, so that each call is judged anew"),
  run_flush,
};

const SnetctlCommand snetctl_reload = {
  "reload",
  NULL,
  N_ ("Read snetd.conf, and the rules in files, again"),
  run_reload,
};

static gboolean
run_set (SnetctlCall *call, GError **error)
{
  g_autoptr (GVariant) reply = NULL;
  guint32 seconds;

  if (!snetctl_call_parse (
        call, &snetctl_set, NULL,
        _ ("delay: how long a call is held before the policy decides, such as 45s.\n"
           "policy: what it decides then.\n"
           "Both hold until the machine, or snetd with a snetd.conf that says otherwise, is "
           "started again."),
        2, 2, error))
    return FALSE;
  if (g_str_equal (call->argv[1], "delay"))
    {
      if (!snetctl_time_parse_duration (call->argv[2], &seconds, error))
        return FALSE;
      reply = snetctl_bus_call (call, SNET_INTERFACE_CONTROL, "SetVerdictDelay",
                                g_variant_new ("(u)", seconds), "()", error);
    }
  else if (g_str_equal (call->argv[1], "policy"))
    reply = snetctl_bus_call (call, SNET_INTERFACE_CONTROL, "SetVerdictPolicy",
                              g_variant_new ("(s)", call->argv[2]), "()", error);
  else
    return snetctl_error_usage (error, "set", _ ("“%s” cannot be set, but delay and policy can"),
                                call->argv[1]);
  return reply != NULL;
}

static gboolean
do_it (SnetctlCall *call, const SnetctlCommand *command, const char *method, GError **error)
{
  g_autoptr (GVariant) reply = NULL;

  if (!snetctl_call_parse (call, command, NULL, NULL, 0, 0, error))
    return FALSE;
  reply = snetctl_bus_call (call, SNET_INTERFACE_CONTROL, method, NULL, "()", error);
  return reply != NULL;
}

static gboolean
run_flush (SnetctlCall *call, GError **error)
{
  return do_it (call, &snetctl_flush, "FlushTickets", error);
}

static gboolean
run_reload (SnetctlCall *call, GError **error)
{
  return do_it (call, &snetctl_reload, "Reload", error);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>
#include <inttypes.h>

#include "gsnet-text.h"
#include "gsnet-words.h"
#include "snet-names.h"

#include "snetctl-bus.h"
#include "snetctl-commands.h"
#include "snetctl-error.h"
#include "snetctl-fit.h"
#include "snetctl-json.h"

#define MAX_WORD_CHARS 60

static gboolean run_status (SnetctlCall *call, GError **error);

const SnetctlCommand snetctl_status = {
  "status",
  NULL,
  N_ ("Whether the firewall works, and how it decides"),
  run_status,
};

typedef enum
{
  GOOD,
  CAREFUL, /* calls are held, but not all is as usual */
  BAD,     /* nothing is held, or all is allowed */
} Health;

static const char *
get_text (GVariant *dict, const char *key)
{
  const char *text = "";

  g_variant_lookup (dict, key, "&s", &text);
  return text;
}

static Health
get_health (GVariant *properties)
{
  const char *kernel = get_text (properties, "Kernel");
  const char *mode = get_text (properties, "Mode");

  if (!g_str_equal (kernel, "lsm") && !g_str_equal (kernel, "module"))
    return BAD;
  if (g_str_equal (mode, SNET_MODE_WORD_OFF))
    return BAD;
  return g_str_equal (mode, SNET_MODE_WORD_MONITOR) ? CAREFUL : GOOD;
}

static char *
say_all (GVariant *properties)
{
  const char *kernel = get_text (properties, "Kernel");
  g_autofree char *mode = NULL;
  gint64 until = 0;

  if (g_str_equal (kernel, "absent"))
    return g_strdup (_ ("Not protected: the kernel has no snet, and nothing is held"));
  if (g_str_equal (kernel, "busy"))
    return g_strdup (_ ("Not protected by snetd: another program decides. End that one, and "
                        "restart snetd"));
  g_variant_lookup (properties, "ModeUntil", "x", &until);
  mode = gsnet_words_mode_sentence (get_text (properties, "Mode"), until);
  if (!mode)
    return g_strdup (_ ("Protected: what no rule decides is asked about"));
  return g_steal_pointer (&mode);
}

static void
print_headline (const SnetctlCall *call, GVariant *properties)
{
  static const char *const codes[] = {
    [GOOD] = "\033[1;32m", [CAREFUL] = "\033[1;33m", [BAD] = "\033[1;31m"
  };
  g_autofree char *text = say_all (properties);

  if (call->color)
    g_print ("%s● %s\033[0m\n", codes[get_health (properties)], text);
  else
    g_print ("● %s\n", text);
}

enum
{
  SNETD,
  KERNEL,
  WITHOUT,
  MODE,
  HOLDS,
  RULES,
  AGENTS,
  DECIDED,
  WAITING,
  MISSED,
  N_TITLES
};

static const char *const titles[N_TITLES] = {
  [SNETD] = "snetd",        [KERNEL] = N_ ("Kernel"),   [WITHOUT] = N_ ("Without"),
  [MODE] = N_ ("Mode"),     [HOLDS] = N_ ("Holds"),     [RULES] = N_ ("Rules"),
  [AGENTS] = N_ ("Agents"), [DECIDED] = N_ ("Decided"), [WAITING] = N_ ("Waiting"),
  [MISSED] = N_ ("Missed"),
};

/* As systemctl does it: the colons below each other, whatever the language. */
static void
print_line (guint title, const char *text)
{
  const guint taken = snetctl_fit_width (_ (titles[title]));
  guint width = 0;

  for (guint i = 0; i < N_TITLES; i++)
    width = MAX (width, snetctl_fit_width (_ (titles[i])));
  g_print ("  %*s%s: %s\n", (int)(width - taken), "", _ (titles[title]), text);
}

static char *
list_features (GVariant *properties)
{
  static const struct
  {
    const char *name;
    const char *without;
  } known[] = {
    { "accept", N_ ("incoming connections are not asked about") },
    { "identity", N_ ("programs are known only as far as /proc tells") },
    { "flow", N_ ("programs that do not wait are held instead of what they send") },
    { "close", N_ ("the end of connections is not told") },
  };
  g_autofree const char **there = NULL;
  g_autoptr (GString) missing = g_string_new (NULL);

  if (!g_variant_lookup (properties, "Features", "^a&s", &there))
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (!g_strv_contains (there, known[i].name))
      g_string_append_printf (missing, "%s%s (%s)", missing->len ? "; " : "", known[i].name,
                              _ (known[i].without));
  return missing->len ? g_strdup (missing->str) : NULL;
}

static void
print_kernel (GVariant *properties)
{
  const char *kernel = get_text (properties, "Kernel");
  g_autofree char *missing = NULL;

  if (g_str_equal (kernel, "absent") || g_str_equal (kernel, "busy"))
    return;
  print_line (KERNEL,
              g_str_equal (kernel, "lsm") ? _ ("the security module") : _ ("a loaded module"));
  missing = list_features (properties);
  if (missing)
    print_line (WITHOUT, missing);
}

static void
print_mode (GVariant *properties)
{
  const char *mode = get_text (properties, "Mode");
  gint64 until = 0;
  g_autofree char *when = NULL;
  g_autofree char *line = NULL;

  g_variant_lookup (properties, "ModeUntil", "x", &until);
  when = gsnet_words_time (until);
  line = when ? g_strdup_printf (_ ("%s, until %s, then %s"), mode, when,
                                 get_text (properties, "ModeAfter"))
              : gsnet_text_visible (mode, MAX_WORD_CHARS);
  print_line (MODE, line);
}

static void
print_delay (GVariant *properties)
{
  const char *policy = get_text (properties, "VerdictPolicy");
  guint32 delay = 0;
  g_autofree char *line = NULL;

  g_variant_lookup (properties, "VerdictDelay", "u", &delay);
  if (delay == 0)
    return;
  line = g_strdup_printf (
    ngettext ("at most %u second, then %s", "at most %u seconds, then %s", delay), delay, policy);
  print_line (HOLDS, line);
}

static guint64
get_number (GVariant *dict, const char *key)
{
  guint64 number = 0;

  g_variant_lookup (dict, key, "t", &number);
  return number;
}

static void
print_decided (GVariant *statistics)
{
  g_autoptr (GVariant) decided =
    g_variant_lookup_value (statistics, "decided", G_VARIANT_TYPE ("a{st}"));
  g_autoptr (GString) line = g_string_new (NULL);
  GVariantIter iter;
  const char *reason;
  guint64 count;

  if (!decided)
    return;
  g_variant_iter_init (&iter, decided);
  while (g_variant_iter_next (&iter, "{&st}", &reason, &count))
    if (count > 0)
      g_string_append_printf (line, "%s%" G_GUINT64_FORMAT " %s", line->len ? ", " : "", count,
                              reason);
  print_line (DECIDED, line->len ? line->str : _ ("nothing yet"));
}

static void
print_statistics (GVariant *statistics)
{
  const guint64 agents = get_number (statistics, "agents");
  const guint64 waiting = get_number (statistics, "waiting");
  const guint64 missed = get_number (statistics, "missed");
  g_autofree char *rules = g_strdup_printf ("%" G_GUINT64_FORMAT, get_number (statistics, "rules"));
  g_autofree char *line = NULL;

  print_line (RULES, rules);
  line = g_strdup_printf ("%" PRIu64, agents);
  print_line (AGENTS, agents ? line : _ ("0 (see: snetctl ask)"));
  g_free (line);
  print_decided (statistics);
  line = g_strdup_printf (_ ("%" PRIu64 " (see: snetctl pending)"), waiting);
  print_line (WAITING, waiting ? line : "0");
  g_free (line);
  line = g_strdup_printf (_ ("%" PRIu64 " (see: snetctl missed)"), missed);
  if (missed > 0)
    print_line (MISSED, line);
}

/* The properties, and the statistics with them. */
static void
print_json (GVariant *properties, GVariant *statistics)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (properties);
  g_autoptr (GVariant) all = NULL;

  g_variant_dict_insert (&dict, "Protected", "b", get_health (properties) != BAD);
  if (statistics)
    g_variant_dict_insert_value (&dict, "Statistics", statistics);
  all = g_variant_ref_sink (g_variant_dict_end (&dict));
  snetctl_json_print (all);
}

static gboolean
run_status (SnetctlCall *call, GError **error)
{
  g_autoptr (GVariant) properties = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) statistics = NULL;

  if (!snetctl_call_parse (call, &snetctl_status, NULL,
                           _ ("The exit status is 0 if calls are held, and not all are allowed."),
                           0, 0, error))
    return FALSE;
  properties = snetctl_bus_get_properties (call, SNET_INTERFACE_CONTROL, error);
  if (!properties)
    return FALSE;
  /* Without them all else is still worth to be shown. */
  reply = snetctl_bus_call (call, SNET_INTERFACE_CONTROL, "GetStatistics", NULL, "(a{sv})", NULL);
  statistics = reply ? g_variant_get_child_value (reply, 0) : NULL;

  call->exit_status = get_health (properties) == BAD ? SNETCTL_EXIT_FAILED : SNETCTL_EXIT_OK;
  if (call->json)
    {
      print_json (properties, statistics);
      return TRUE;
    }
  print_headline (call, properties);
  print_kernel (properties);
  print_mode (properties);
  print_delay (properties);
  if (statistics)
    print_statistics (statistics);
  print_line (SNETD, get_text (properties, "Version"));
  return TRUE;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>
#include <unistd.h>

#include "snet-names.h"

#include "gsnet-text.h"
#include "gsnet-words.h"

/* How rules are said: those that are, and the one that an answer would make. */

static gboolean
has (const char *const *match, const char *key)
{
  return g_strv_contains (match, key);
}

/* Whose calls of what kind: a whole phrase for each, so that all of them can be translated. */
static char *
say_subject (GsnetEvent *event, const char *const *match)
{
  const char *operation = gsnet_event_get_operation (event);
  const char *name = gsnet_event_get_program_name (event);
  gboolean program = has (match, SNET_KEY_PROGRAM);

  if (!has (match, SNET_KEY_OPERATION))
    return program ? g_strdup_printf (_ ("all that %s does on the network"), name)
                   : g_strdup (_ ("all that any of your programs does on the network"));
  if (g_str_equal (operation, "connect"))
    return program ? g_strdup_printf (_ ("connections that %s makes"), name)
                   : g_strdup (_ ("connections that any of your programs makes"));
  if (g_str_equal (operation, "bind"))
    return program ? g_strdup_printf (_ ("ports that %s uses"), name)
                   : g_strdup (_ ("ports that any of your programs uses"));
  if (g_str_equal (operation, "listen"))
    return program ? g_strdup_printf (_ ("ports where %s waits for connections"), name)
                   : g_strdup (_ ("ports where any of your programs waits for connections"));
  if (g_str_equal (operation, "accept"))
    return program ? g_strdup_printf (_ ("connections that %s accepts"), name)
                   : g_strdup (_ ("connections that any of your programs accepts"));
  if (g_str_equal (operation, "send"))
    return program ? g_strdup_printf (_ ("data that %s sends"), name)
                   : g_strdup (_ ("data that any of your programs sends"));
  if (g_str_equal (operation, "receive"))
    return program ? g_strdup_printf (_ ("data that %s receives"), name)
                   : g_strdup (_ ("data that any of your programs receives"));
  if (g_str_equal (operation, "create"))
    return program ? g_strdup_printf (_ ("sockets that %s creates"), name)
                   : g_strdup (_ ("sockets that any of your programs creates"));
  return program ? g_strdup_printf (_ ("calls of this kind by %s"), name)
                 : g_strdup (_ ("calls of this kind by any of your programs"));
}

static void
add_condition (GStrvBuilder *parts, const char *format, const char *value, gsize max)
{
  g_autofree char *shown = value ? gsnet_text_visible (value, max) : NULL;
  g_auto (GStrv) around = NULL;
  g_autofree char *part = NULL;

  if (!shown)
    return;
  around = g_strsplit (format, "%s", 2);
  part = g_strjoinv (shown, around);
  g_strv_builder_add (parts, part);
}

/* NULL where it is not kept. */
static const char *
get_kept (GsnetEvent *event, const char *const *match, const char *key)
{
  return has (match, key) ? gsnet_event_get_raw (event, key) : NULL;
}

static char *
say_conditions (GsnetEvent *event, const char *const *match)
{
  g_autoptr (GStrvBuilder) parts = g_strv_builder_new ();
  g_auto (GStrv) list = NULL;

  add_condition (parts, _ ("script %s"), get_kept (event, match, SNET_KEY_SCRIPT), 80);
  add_condition (parts, _ ("name %s"), get_kept (event, match, SNET_KEY_REMOTE_HOST), 80);
  add_condition (parts, _ ("address %s"),
                 get_kept (event, match, gsnet_event_get_address_key (event)), 64);
  if (has (match, gsnet_event_get_port_key (event)))
    {
      g_autofree char *part = g_strdup_printf (_ ("port %u"), gsnet_event_get_port (event));
      g_strv_builder_add (parts, part);
    }
  add_condition (parts, _ ("protocol %s"), get_kept (event, match, SNET_KEY_PROTOCOL), 24);
  list = g_strv_builder_end (parts);
  return g_strjoinv (C_ ("between conditions", ", "), list);
}

/* What the answer will do beyond this one call. match: the names of the conditions kept. */
char *
gsnet_words_rule_effect (GsnetEvent *event,
                         const char *const *match,
                         GsnetLifetime lifetime,
                         guint hours)
{
  g_autofree char *subject = say_subject (event, match);
  g_autofree char *conditions = say_conditions (event, match);
  g_autofree char *scope = NULL;

  /* Translators: first whose calls, then the conditions: "connections that curl makes
   * (address 192.0.2.1, port 80)" */
  scope = *conditions ? g_strdup_printf (_ ("%s (%s)"), subject, conditions) : g_strdup (subject);

  switch (lifetime)
    {
    case GSNET_LIFETIME_PROCESS:
      /* Translators: the name of a program, then calls: "connections that curl makes" */
      return g_strdup_printf (_ ("Until %s ends, your answer holds for %s."),
                              gsnet_event_get_program_name (event), scope);
    case GSNET_LIFETIME_HOURS:
      return g_strdup_printf (ngettext ("For %u hour, your answer holds for %s.",
                                        "For %u hours, your answer holds for %s.", hours),
                              hours, scope);
    case GSNET_LIFETIME_SESSION:
      return g_strdup_printf (_ ("Until you log out, your answer holds for %s."), scope);
    case GSNET_LIFETIME_REBOOT:
      return g_strdup_printf (_ ("Until the next restart, your answer holds for %s."), scope);
    case GSNET_LIFETIME_FOREVER:
      return g_strdup_printf (_ ("From now on, your answer holds for %s."), scope);
    case GSNET_LIFETIME_ONCE:
    case GSNET_N_LIFETIMES:
    default:
      return g_strdup (_ ("Your answer holds for this one call. You will be asked again."));
    }
}

char *
gsnet_words_trial (guint matched, guint examined, gboolean of_program)
{
  if (examined == 0)
    return g_strdup (of_program ? _ ("No earlier call of this program is known.")
                                : _ ("No earlier call is known."));
  if (of_program)
    return g_strdup_printf (
      ngettext ("It would have decided %u of the last %u call of this program.",
                "It would have decided %u of the last %u calls of this program.", examined),
      matched, examined);
  return g_strdup_printf (
    ngettext ("It would have decided %u of the last %u call of all of your programs.",
              "It would have decided %u of the last %u calls of all of your programs.", examined),
    matched, examined);
}

const char *
gsnet_words_lifetime_key (GsnetLifetime lifetime)
{
  switch (lifetime)
    {
    case GSNET_LIFETIME_PROCESS:
      return SNET_LIFETIME_WORD_PROCESS;
    case GSNET_LIFETIME_HOURS:
      return SNET_LIFETIME_WORD_UNTIL;
    case GSNET_LIFETIME_SESSION:
      return SNET_LIFETIME_WORD_SESSION;
    case GSNET_LIFETIME_REBOOT:
      return SNET_LIFETIME_WORD_REBOOT;
    case GSNET_LIFETIME_FOREVER:
      return SNET_LIFETIME_WORD_FOREVER;
    case GSNET_LIFETIME_ONCE:
    case GSNET_N_LIFETIMES:
    default:
      return SNET_LIFETIME_WORD_ONCE;
    }
}

const char *
gsnet_words_lifetime (const char *lifetime)
{
  /* docs/rules.md: a rule that does not say is for ever. */
  if (!lifetime || g_str_equal (lifetime, SNET_LIFETIME_WORD_FOREVER))
    return C_ ("lifetime", "Forever");
  if (g_str_equal (lifetime, SNET_LIFETIME_WORD_REBOOT))
    return C_ ("lifetime", "Until restart");
  if (g_str_equal (lifetime, SNET_LIFETIME_WORD_SESSION))
    return C_ ("lifetime", "Until logout");
  if (g_str_equal (lifetime, SNET_LIFETIME_WORD_PROCESS))
    return C_ ("lifetime", "Until it ends");
  if (g_str_equal (lifetime, SNET_LIFETIME_WORD_UNTIL))
    return C_ ("lifetime", "For a time");
  return C_ ("lifetime", "Other");
}

const char *
gsnet_words_action (const char *action)
{
  if (g_strcmp0 (action, SNET_VERDICT_WORD_ALLOW) == 0)
    return C_ ("verdict", "Allow");
  if (g_strcmp0 (action, SNET_VERDICT_WORD_DENY) == 0)
    return C_ ("verdict", "Deny");
  if (g_strcmp0 (action, "ask") == 0)
    return C_ ("verdict", "Ask");
  return C_ ("verdict", "Unknown");
}

static void
add_endpoint (GStrvBuilder *parts,
              GsnetRule *rule,
              const char *address_key,
              const char *port_key,
              gboolean local)
{
  const char *address = gsnet_rule_get_raw (rule, address_key);
  guint16 port = gsnet_rule_get_port (rule, port_key);

  if (address)
    {
      g_autofree char *shown = gsnet_words_address (address);
      g_autofree char *part =
        local ? g_strdup_printf (_ ("local address %s"), shown) : g_strdup (shown);
      g_strv_builder_add (parts, part);
    }
  if (port)
    {
      g_autofree char *part = g_strdup_printf (local ? _ ("local port %u") : _ ("port %u"), port);
      g_strv_builder_add (parts, part);
    }
}

static char *
say_text (const char *key, const char *shown)
{
  if (g_str_equal (key, SNET_KEY_REMOTE_DOMAIN))
    /* Translators: a domain, such as example.org */
    return g_strdup_printf (_ ("%s and what is below it"), shown);
  if (g_str_equal (key, SNET_KEY_REMOTE_LIST))
    return g_strdup_printf (_ ("the list “%s”"), shown);
  if (g_str_equal (key, SNET_KEY_REMOTE_PORTS))
    return g_strdup_printf (_ ("ports %s"), shown);
  if (g_str_equal (key, SNET_KEY_LOCAL_PORTS))
    return g_strdup_printf (_ ("local ports %s"), shown);
  return g_strdup (shown);
}

static void
add_text (GStrvBuilder *parts, GsnetRule *rule, const char *key, gsize max)
{
  const char *text = gsnet_rule_get_raw (rule, key);
  g_autofree char *shown = text ? gsnet_text_visible (text, max) : NULL;
  g_autofree char *part = shown ? say_text (key, shown) : NULL;

  if (part)
    g_strv_builder_add (parts, part);
}

/* Every condition on names, addresses, ports and protocols, or "Anywhere". */
char *
gsnet_words_rule_where (GsnetRule *rule)
{
  static const char *const words[] = { SNET_KEY_PROTOCOL, SNET_KEY_TYPE, SNET_KEY_FAMILY, NULL };
  static const char *const names[] = { SNET_KEY_REMOTE_HOST, SNET_KEY_REMOTE_DOMAIN,
                                       SNET_KEY_REMOTE_LIST };
  static const char *const ports[] = { SNET_KEY_REMOTE_PORTS, SNET_KEY_LOCAL_PORTS };
  g_autoptr (GStrvBuilder) parts = g_strv_builder_new ();
  g_auto (GStrv) list = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    add_text (parts, rule, names[i], 80);
  add_endpoint (parts, rule, SNET_KEY_REMOTE_ADDRESS, SNET_KEY_REMOTE_PORT, FALSE);
  add_endpoint (parts, rule, SNET_KEY_LOCAL_ADDRESS, SNET_KEY_LOCAL_PORT, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (ports); i++)
    add_text (parts, rule, ports[i], 80);
  for (guint i = 0; words[i]; i++)
    add_text (parts, rule, words[i], 24);
  list = g_strv_builder_end (parts);
  if (!list[0])
    return g_strdup (C_ ("where", "Anywhere"));
  return g_strjoinv (C_ ("between conditions", ", "), list);
}

char *
gsnet_words_rule_about (GsnetRule *rule)
{
  const char *what = gsnet_words_operation (gsnet_rule_get_raw (rule, SNET_KEY_OPERATION));
  g_autofree char *where = gsnet_words_rule_where (rule);

  /* Translators: a program, what it does, and where: "curl: Connect, 192.0.2.1, port 80" */
  return g_strdup_printf (_ ("%s: %s, %s"), gsnet_rule_get_program_name (rule), what, where);
}

/* The name of the file is enough: they are all in one folder. */
static char *
name_source (GsnetRule *rule)
{
  const char *source = gsnet_rule_get_raw (rule, SNET_KEY_SOURCE);
  g_autofree char *base = source ? g_path_get_basename (source) : NULL;

  return base ? gsnet_text_visible (base, 80) : NULL;
}

char *
gsnet_words_rule_source (GsnetRule *rule)
{
  g_autofree char *file = name_source (rule);
  guint32 uid;

  if (file)
    return g_strdup_printf (_ ("The system’s, written in the file %s: an administrator changes it "
                               "there"),
                            file);
  if (!gsnet_rule_get_owner (rule, &uid))
    return g_strdup (gsnet_rule_get_flag (rule, SNET_KEY_LOCKED)
                       ? _ ("The system’s, and locked: it comes before the rules of users")
                       : _ ("The system’s"));
  if (uid == getuid ())
    return g_strdup (_ ("Yours"));
  {
    g_autofree char *user = gsnet_words_user (uid);
    return g_strdup_printf (_ ("Of the user %s"), user);
  }
}

char *
gsnet_words_rule_state (GsnetRule *rule)
{
  if (gsnet_rule_get_flag (rule, SNET_KEY_DISABLED))
    return g_strdup (C_ ("state of a rule", "Not in use"));
  if (gsnet_rule_get_raw (rule, SNET_KEY_SOURCE))
    return g_strdup (C_ ("state of a rule", "From a file"));
  if (gsnet_rule_get_flag (rule, SNET_KEY_LOCKED))
    return g_strdup (C_ ("state of a rule", "Locked"));
  return NULL;
}

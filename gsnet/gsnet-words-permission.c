// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "snet-names.h"

#include "gsnet-words-permission.h"
#include "gsnet-words.h"

static gboolean
is_anywhere (GsnetRule *rule)
{
  static const char *const texts[] = {
    SNET_KEY_REMOTE_ADDRESS, SNET_KEY_REMOTE_HOST,   SNET_KEY_REMOTE_DOMAIN, SNET_KEY_REMOTE_LIST,
    SNET_KEY_REMOTE_PORTS,   SNET_KEY_LOCAL_ADDRESS, SNET_KEY_LOCAL_PORTS,   SNET_KEY_PROTOCOL,
    SNET_KEY_TYPE,           SNET_KEY_FAMILY,
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (gsnet_rule_get_raw (rule, texts[i]))
      return FALSE;
  return gsnet_rule_get_port (rule, SNET_KEY_REMOTE_PORT) == 0 &&
         gsnet_rule_get_port (rule, SNET_KEY_LOCAL_PORT) == 0;
}

static char *
say_anywhere (const char *operation, const char *name)
{
  if (g_strcmp0 (operation, "connect") == 0)
    return g_strdup_printf (_ ("%s may connect to anything"), name);
  if (g_strcmp0 (operation, "bind") == 0)
    return g_strdup_printf (_ ("%s may use any port"), name);
  if (g_strcmp0 (operation, "listen") == 0)
    return g_strdup_printf (_ ("%s may wait for connections"), name);
  if (g_strcmp0 (operation, "accept") == 0)
    return g_strdup_printf (_ ("%s may accept connections from anybody"), name);
  if (g_strcmp0 (operation, "send") == 0)
    return g_strdup_printf (_ ("%s may send to anything"), name);
  if (g_strcmp0 (operation, "receive") == 0)
    return g_strdup_printf (_ ("%s may receive from anybody"), name);
  if (g_strcmp0 (operation, "create") == 0)
    return g_strdup_printf (_ ("%s may create sockets"), name);
  return g_strdup_printf (_ ("%s may use the network in any way"), name);
}

static char *
say_somewhere (const char *operation, const char *name, const char *where)
{
  if (g_strcmp0 (operation, "connect") == 0)
    /* Translators: a program, then where: "curl may connect: example.org, port 443, tcp" */
    return g_strdup_printf (_ ("%s may connect: %s"), name, where);
  if (g_strcmp0 (operation, "bind") == 0)
    return g_strdup_printf (_ ("%s may use a port: %s"), name, where);
  if (g_strcmp0 (operation, "listen") == 0)
    return g_strdup_printf (_ ("%s may wait for connections: %s"), name, where);
  if (g_strcmp0 (operation, "accept") == 0)
    return g_strdup_printf (_ ("%s may accept connections: %s"), name, where);
  if (g_strcmp0 (operation, "send") == 0)
    return g_strdup_printf (_ ("%s may send: %s"), name, where);
  if (g_strcmp0 (operation, "receive") == 0)
    return g_strdup_printf (_ ("%s may receive: %s"), name, where);
  if (g_strcmp0 (operation, "create") == 0)
    return g_strdup_printf (_ ("%s may create sockets: %s"), name, where);
  return g_strdup_printf (_ ("%s may use the network: %s"), name, where);
}

/* An address, or one with the length of a prefix: all that these begin with is this machine. */
static gboolean
is_loopback (const char *address)
{
  return address && (g_str_has_prefix (address, "127.") || g_str_equal (address, "::1"));
}

static char *
say_where (GsnetRule *rule)
{
  g_autofree char *where = gsnet_words_rule_where (rule);

  if (is_loopback (gsnet_rule_get_raw (rule, SNET_KEY_REMOTE_ADDRESS)) ||
      is_loopback (gsnet_rule_get_raw (rule, SNET_KEY_LOCAL_ADDRESS)))
    /* Translators: addresses and ports of this machine: "127.0.0.0/8, port 53" */
    return g_strdup_printf (_ ("%s, within this machine"), where);
  return g_steal_pointer (&where);
}

char *
gsnet_words_permission (GsnetRule *rule)
{
  const char *operation = gsnet_rule_get_raw (rule, SNET_KEY_OPERATION);
  const char *name = gsnet_rule_get_program_name (rule);
  g_autofree char *where = NULL;

  if (is_anywhere (rule))
    return say_anywhere (operation, name);
  where = say_where (rule);
  return say_somewhere (operation, name, where);
}

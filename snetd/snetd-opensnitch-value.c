/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-opensnitch-value.h"

#include <pwd.h>
#include <string.h>

#include "snet-names.h"
#include "snetd-address.h"
#include "snetd-error.h"
#include "snetd-host.h"
#include "snetd-regexp.h"
#include "snetd-rule.h"

gboolean
snetd_opensnitch_refuse (GError **error, const char *format, ...)
{
  g_autofree char *what = NULL;
  va_list list;

  va_start (list, format);
  what = g_strdup_vprintf (format, list);
  va_end (list);
  g_set_error_literal (error, SNETD_ERROR, SNETD_ERROR_INVALID_RULE, what);
  return FALSE;
}

static void
add_choice (GPtrArray *choices, const char *key, GVariant *value)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, key, value);
  g_ptr_array_add (choices, g_variant_ref_sink (g_variant_dict_end (&dict)));
}

static void
add_text (GPtrArray *choices, const char *key, const char *text)
{
  add_choice (choices, key, g_variant_new_string (text));
}

/*
 * What is compared. There it is the text of a value, so that a text in any other form
 * than the value's own never matched, and must not begin to.
 */

static gboolean
check_form (const char *text, const char *own, GError **error)
{
  return g_ascii_strcasecmp (text, own) == 0 ||
         snetd_opensnitch_refuse (error, "“%s” never matches, as it would be “%s”", text, own);
}

static gboolean
check_plain (const SnetdBranch *branch, const char *what, GError **error)
{
  return branch->pattern == NULL ||
         snetd_opensnitch_refuse (error, "a pattern has no equivalent where it is about %s", what);
}

static gboolean
read_number (const char *text, guint64 max, guint64 *ret_number, GError **error)
{
  g_autofree char *own = NULL;

  if (!g_ascii_string_to_unsigned (text, 10, 0, max, ret_number, NULL))
    return snetd_opensnitch_refuse (error, "“%s” is not a number that there is", text);
  own = g_strdup_printf ("%" G_GUINT64_FORMAT, *ret_number);
  return check_form (text, own, error);
}

static gboolean
add_program (GPtrArray *choices, const SnetdBranch *branch, GError **error)
{
  if (branch->pattern != NULL)
    add_text (choices, SNET_KEY_PROGRAM_PATTERN, branch->pattern);
  else
    add_text (choices, SNET_KEY_PROGRAM, branch->text);
  return TRUE;
}

static gboolean
add_user (GPtrArray *choices, const SnetdBranch *branch, GError **error)
{
  guint64 uid;

  if (!check_plain (branch, "users", error) ||
      !read_number (branch->text, G_MAXUINT32 - 1, &uid, error))
    return FALSE;
  add_choice (choices, SNET_KEY_UID, g_variant_new_uint32 ((guint32)uid));
  return TRUE;
}

static gboolean
add_user_name (GPtrArray *choices, const SnetdBranch *branch, GError **error)
{
  struct passwd entry, *found = NULL;
  char buffer[16384];

  if (!check_plain (branch, "users", error))
    return FALSE;
  if (getpwnam_r (branch->text, &entry, buffer, sizeof buffer, &found) != 0 || found == NULL)
    return snetd_opensnitch_refuse (error, "there is no user “%s”", branch->text);
  add_choice (choices, SNET_KEY_UID, g_variant_new_uint32 (found->pw_uid));
  return TRUE;
}

static gboolean
add_address (GPtrArray *choices, const SnetdBranch *branch, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *own = NULL;
  SnetdAddress address;

  if (!check_plain (branch, "addresses", error))
    return FALSE;
  if (!snetd_address_parse (branch->text, &address, &local))
    return snetd_opensnitch_refuse (error, "%s", local->message);
  own = snetd_address_to_string (&address);
  if (!check_form (branch->text, own, error))
    return FALSE;
  if (!snetd_address_is_single (&address))
    return snetd_opensnitch_refuse (error, "“%s” is more than one address", branch->text);
  add_text (choices, SNET_KEY_REMOTE_ADDRESS, own);
  return TRUE;
}

static gboolean
add_port (GPtrArray *choices, const SnetdBranch *branch, GError **error)
{
  guint64 port;

  if (!check_plain (branch, "ports", error) ||
      !read_number (branch->text, G_MAXUINT16, &port, error))
    return FALSE;
  add_choice (choices, SNET_KEY_REMOTE_PORT, g_variant_new_uint16 ((guint16)port));
  return TRUE;
}

#define ANY_IPV4 "0.0.0.0/0"
#define ANY_IPV6 "::/0"

static const struct
{
  const char *word;
  const char *protocol;
  const char *addresses;
} protocols[] = {
  { "tcp", "tcp", ANY_IPV4 },         { "tcp6", "tcp", ANY_IPV6 },
  { "udp", "udp", ANY_IPV4 },         { "udp6", "udp", ANY_IPV6 },
  { "udplite", "udplite", ANY_IPV4 }, { "udplite6", "udplite", ANY_IPV6 },
  { "sctp", "sctp", ANY_IPV4 },       { "sctp6", "sctp", ANY_IPV6 },
  { "icmp", "icmp", ANY_IPV4 },
};

gboolean
snetd_opensnitch_find_protocol (const char *word,
                                const char **ret_protocol,
                                const char **ret_addresses)
{
  for (gsize i = 0; i < G_N_ELEMENTS (protocols); i++)
    {
      if (g_ascii_strcasecmp (protocols[i].word, word) == 0)
        {
          *ret_protocol = protocols[i].protocol;
          *ret_addresses = protocols[i].addresses;
          return TRUE;
        }
    }
  return FALSE;
}

static gboolean
add_protocol (GPtrArray *choices, const SnetdBranch *branch, GError **error)
{
  const char *protocol, *addresses;

  if (!check_plain (branch, "protocols", error))
    return FALSE;
  if (!snetd_opensnitch_find_protocol (branch->text, &protocol, &addresses))
    return snetd_opensnitch_refuse (error, "the protocol “%s” has no equivalent", branch->text);
  /* As it is there: what it says of addresses counts when these are known. */
  add_text (choices, SNET_KEY_PROTOCOL, branch->text);
  return TRUE;
}

/* Hosts: what ends in a name, and the name itself, are a domain together. */

static gboolean
check_host (const char *host, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *own = snetd_host_normalize (host, &local);

  if (own == NULL)
    return snetd_opensnitch_refuse (error, "%s", local->message);
  return check_form (host, own, error);
}

/* The domain that a branch is about, but for the domain itself; NULL: none. */
static const char *
find_domain (const SnetdBranch *branch)
{
  if (branch->pattern == NULL || branch->text[0] != '.' ||
      !g_str_has_prefix (branch->pattern, "**") ||
      !g_str_equal (branch->pattern + strlen ("**"), branch->text))
    return NULL;
  return branch->text + 1;
}

static gboolean
has_plain (GPtrArray *branches, const char *text)
{
  for (guint i = 0; i < branches->len; i++)
    {
      const SnetdBranch *branch = g_ptr_array_index (branches, i);

      if (branch->pattern == NULL && g_str_equal (branch->text, text))
        return TRUE;
    }
  return FALSE;
}

static gboolean
has_domain (GPtrArray *branches, const char *text)
{
  for (guint i = 0; i < branches->len; i++)
    {
      if (g_strcmp0 (find_domain (g_ptr_array_index (branches, i)), text) == 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
add_host (GPtrArray *choices, GPtrArray *branches, const SnetdBranch *branch, GError **error)
{
  const char *domain = find_domain (branch);

  if (domain != NULL && !has_plain (branches, domain))
    return snetd_opensnitch_refuse (error,
                                    "it is about what is in “%s” only, and “" SNET_KEY_REMOTE_DOMAIN
                                    "” would hold for that, too",
                                    domain);
  if (domain == NULL && !check_plain (branch, "hosts, other than ^(.*\\.)?example\\.org$", error))
    return FALSE;
  if (!check_host (domain != NULL ? domain : branch->text, error))
    return FALSE;
  if (domain != NULL)
    add_text (choices, SNET_KEY_REMOTE_DOMAIN, domain);
  else if (!has_domain (branches, branch->text))
    add_text (choices, SNET_KEY_REMOTE_HOST, branch->text);
  return TRUE;
}

static gboolean
add_hosts (GPtrArray *choices, GPtrArray *branches, GError **error)
{
  for (guint i = 0; i < branches->len; i++)
    {
      if (!add_host (choices, branches, g_ptr_array_index (branches, i), error))
        return FALSE;
    }
  return TRUE;
}

/* Operands. */

static const struct
{
  const char *operand;
  gboolean (*add) (GPtrArray *choices, const SnetdBranch *branch, GError **error);
} operands[] = {
  { "process.path", add_program }, { "user.id", add_user },   { "user.name", add_user_name },
  { "dest.ip", add_address },      { "dest.port", add_port }, { "protocol", add_protocol },
};

/* Those of which more can be said than that there is no such condition. */
static const char *
find_reason (const char *operand)
{
  if (g_str_equal (operand, "process.command"))
    return "a program can say of itself what it likes there; see “" SNET_KEY_PROGRAM
           "” and “" SNET_KEY_SCRIPT "”";
  if (g_str_equal (operand, "process.parent.path"))
    return "“" SNET_KEY_ANCESTOR
           "” is near to it, but also holds for what has become another program since";
  if (g_str_has_prefix (operand, "source."))
    return "it is mostly not known yet when a program is held";
  return "rules have no such condition";
}

gboolean
snetd_opensnitch_add_operand (GPtrArray *choices,
                              const char *operand,
                              GPtrArray *branches,
                              GError **error)
{
  if (g_str_equal (operand, "dest.host"))
    return add_hosts (choices, branches, error);

  for (gsize i = 0; i < G_N_ELEMENTS (operands); i++)
    {
      if (!g_str_equal (operands[i].operand, operand))
        continue;
      for (guint j = 0; j < branches->len; j++)
        {
          if (!operands[i].add (choices, g_ptr_array_index (branches, j), error))
            return FALSE;
        }
      return TRUE;
    }
  return snetd_opensnitch_refuse (error, "“%s” has no equivalent: %s", operand,
                                  find_reason (operand));
}

/* Bits of one host do not count there. */
gboolean
snetd_opensnitch_add_network (GPtrArray *choices,
                              const char *operand,
                              const char *data,
                              GError **error)
{
  const char *slash = strchrnul (data, '/');
  g_autofree char *host = g_strndup (data, slash - data);
  g_autofree char *own = NULL;
  SnetdAddress address;
  guint64 prefix;

  if (!g_str_equal (operand, "dest.network"))
    return snetd_opensnitch_refuse (error, "“%s” has no equivalent: %s", operand,
                                    find_reason (operand));
  if (*slash == '\0' || !snetd_address_parse (host, &address, NULL) ||
      !g_ascii_string_to_unsigned (slash + 1, 10, 0, address.prefix, &prefix, NULL))
    return snetd_opensnitch_refuse (error, "“%s” is not a network, such as 192.0.2.0/24", data);
  address = snetd_address_shorten (&address, (guint)prefix);
  own = snetd_address_to_string (&address);
  add_text (choices, SNET_KEY_REMOTE_ADDRESS, own);
  return TRUE;
}

gboolean
snetd_opensnitch_add_range (GPtrArray *choices,
                            const char *operand,
                            const char *data,
                            GError **error)
{
  g_autoptr (GError) local = NULL;
  SnetdPorts ports;

  if (!g_str_equal (operand, "dest.port"))
    return snetd_opensnitch_refuse (error, "a range of “%s” has no equivalent", operand);
  if (!snetd_ports_parse (data, &ports, &local))
    return snetd_opensnitch_refuse (error, "%s", local->message);
  add_text (choices, SNET_KEY_REMOTE_PORTS, data);
  return TRUE;
}

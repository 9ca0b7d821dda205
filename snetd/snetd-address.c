/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#define MAPPED_BITS 96

static const guint8 mapped_prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

static guint
family_bits (guint8 family)
{
  return family == AF_INET ? 32 : 128;
}

static void
unmap (SnetdAddress *address)
{
  if (address->family != AF_INET6 || address->prefix < MAPPED_BITS ||
      memcmp (address->bytes, mapped_prefix, sizeof mapped_prefix) != 0)
    return;

  memmove (address->bytes, address->bytes + sizeof mapped_prefix, 4);
  memset (address->bytes + 4, 0, sizeof address->bytes - 4);
  address->family = AF_INET;
  address->prefix -= MAPPED_BITS;
}

static gboolean
bits_equal (const guint8 *a, const guint8 *b, guint bits)
{
  guint rest = bits % 8;

  if (memcmp (a, b, bits / 8) != 0)
    return FALSE;

  return rest == 0 || (a[bits / 8] ^ b[bits / 8]) >> (8 - rest) == 0;
}

static gboolean
has_bits_after (const SnetdAddress *address)
{
  for (guint bit = address->prefix; bit < family_bits (address->family); bit++)
    {
      if (address->bytes[bit / 8] & (0x80 >> (bit % 8)))
        return TRUE;
    }
  return FALSE;
}

static void
clear_bits_after (SnetdAddress *address)
{
  guint byte = address->prefix / 8, rest = address->prefix % 8;

  if (rest != 0)
    address->bytes[byte++] &= 0xff00 >> rest;
  memset (address->bytes + byte, 0, sizeof address->bytes - byte);
}

gboolean
snetd_address_parse (const char *text, SnetdAddress *ret_address, GError **error)
{
  const char *slash = strchrnul (text, '/');
  g_autofree char *host = g_strndup (text, slash - text);
  SnetdAddress address = { 0 };
  guint64 prefix;

  if (inet_pton (AF_INET, host, address.bytes) == 1)
    address.family = AF_INET;
  else if (inet_pton (AF_INET6, host, address.bytes) == 1)
    address.family = AF_INET6;
  else
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "“%s” is not an IPv4 or IPv6 address", text);
      return FALSE;
    }

  address.prefix = family_bits (address.family);
  if (*slash == '/')
    {
      if (!g_ascii_string_to_unsigned (slash + 1, 10, 0, address.prefix, &prefix, NULL))
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                       "“%s”: the length of the prefix must be 0 to %u", text, address.prefix);
          return FALSE;
        }
      address.prefix = prefix;
    }

  /* Masking it silently would make a rule that is wider than what was read. */
  if (has_bits_after (&address))
    {
      g_autofree char *meant = NULL;

      clear_bits_after (&address);
      meant = snetd_address_to_string (&address);
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "“%s” names one host but has a prefix; say %s for all of them", text, meant);
      return FALSE;
    }

  unmap (&address);
  *ret_address = address;
  return TRUE;
}

gboolean
snetd_address_from_sockaddr (const struct sockaddr_storage *sockaddr,
                             socklen_t length,
                             SnetdAddress *ret_address,
                             guint16 *ret_port)
{
  SnetdAddress address = { 0 };

  if (length >= sizeof (struct sockaddr_in) && sockaddr->ss_family == AF_INET)
    {
      const struct sockaddr_in *in = (const struct sockaddr_in *)sockaddr;

      memcpy (address.bytes, &in->sin_addr, 4);
      *ret_port = ntohs (in->sin_port);
    }
  else if (length >= sizeof (struct sockaddr_in6) && sockaddr->ss_family == AF_INET6)
    {
      const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)sockaddr;

      memcpy (address.bytes, &in6->sin6_addr, 16);
      *ret_port = ntohs (in6->sin6_port);
    }
  else
    return FALSE;

  address.family = sockaddr->ss_family;
  address.prefix = family_bits (address.family);
  unmap (&address);
  *ret_address = address;
  return TRUE;
}

char *
snetd_address_to_string (const SnetdAddress *address)
{
  char text[INET6_ADDRSTRLEN];

  if (inet_ntop (address->family, address->bytes, text, sizeof text) == NULL)
    return NULL;

  if (snetd_address_is_single (address))
    return g_strdup (text);

  return g_strdup_printf ("%s/%u", text, address->prefix);
}

gboolean
snetd_address_is_single (const SnetdAddress *address)
{
  return address->prefix == family_bits (address->family);
}

gboolean
snetd_address_contains (const SnetdAddress *prefix, const SnetdAddress *address)
{
  return prefix->family == address->family && address->prefix >= prefix->prefix &&
         bits_equal (prefix->bytes, address->bytes, prefix->prefix);
}

SnetdAddress
snetd_address_shorten (const SnetdAddress *address, guint prefix)
{
  SnetdAddress shorter = *address;

  if (prefix < shorter.prefix)
    {
      shorter.prefix = prefix;
      clear_bits_after (&shorter);
    }
  return shorter;
}

guint
snetd_address_hash (gconstpointer address)
{
  const SnetdAddress *key = address;
  guint32 words[4];
  guint hash = key->family;

  memcpy (words, key->bytes, sizeof words);
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    hash = (hash ^ words[i]) * 0x9e3779b1u;
  return hash ^ hash >> 15;
}

gboolean
snetd_address_equal (gconstpointer a, gconstpointer b)
{
  const SnetdAddress *one = a, *other = b;

  return one->family == other->family && memcmp (one->bytes, other->bytes, sizeof one->bytes) == 0;
}

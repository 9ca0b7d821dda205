/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-host.h"

#include <string.h>

#define NAME_MAX_BYTES  253
#define LABEL_MAX_BYTES 63

/* Each character of a name takes a byte of DNS or more, and four of UTF-8 or less. */
#define CONVERTED_MAX_BYTES (4 * NAME_MAX_BYTES)

/* Of a name that is none, for who wrote it. */
#define SHOWN_MAX_BYTES 300

/* Underscores are no names of hosts, but there are many such hosts. */
static gboolean
is_label (const char *label, gsize length)
{
  if (length == 0 || length > LABEL_MAX_BYTES || label[0] == '-' || label[length - 1] == '-')
    return FALSE;

  for (gsize i = 0; i < length; i++)
    {
      if (!g_ascii_isalnum (label[i]) && label[i] != '-' && label[i] != '_')
        return FALSE;
    }
  return TRUE;
}

/* What ends in a number is read as an address by some, so there are no such names. */
static gboolean
is_number (const char *label)
{
  return label[strspn (label, "0123456789")] == '\0';
}

static gboolean
is_name (const char *name)
{
  const char *label = name;

  if (strlen (name) > NAME_MAX_BYTES || g_hostname_is_ip_address (name))
    return FALSE;

  for (;;)
    {
      const char *dot = strchrnul (label, '.');

      if (!is_label (label, dot - label))
        return FALSE;
      if (*dot == '\0')
        return !is_number (label);
      label = dot + 1;
    }
}

/*
 * GLib believes what it converts to be UTF-8, and reads beyond its end if it is not. A name
 * that is too long is not looked at: it takes time that grows with the square of that.
 */
static gboolean
can_be_converted (const char *name)
{
  const gsize length = strnlen (name, CONVERTED_MAX_BYTES + 1);

  return length <= CONVERTED_MAX_BYTES && g_utf8_validate (name, (gssize)length, NULL);
}

char *
snetd_host_normalize (const char *name, GError **error)
{
  g_autofree char *ascii = can_be_converted (name) ? g_hostname_to_ascii (name) : NULL;
  g_autofree char *small = ascii != NULL ? g_ascii_strdown (ascii, -1) : NULL;
  g_autofree char *shown = NULL;

  if (small != NULL && g_str_has_suffix (small, "."))
    small[strlen (small) - 1] = '\0';
  if (small != NULL && is_name (small))
    return g_steal_pointer (&small);

  shown = g_utf8_make_valid (name, (gssize)strnlen (name, SHOWN_MAX_BYTES));
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
               "“%s” is not the name of a host or domain, such as example.org", shown);
  return NULL;
}

gboolean
snetd_host_is_within (const char *host, const char *domain)
{
  gsize host_length = strlen (host), domain_length = strlen (domain);

  if (host_length < domain_length || strcmp (host + host_length - domain_length, domain) != 0)
    return FALSE;
  return host_length == domain_length || host[host_length - domain_length - 1] == '.';
}

const char *
snetd_host_parent (const char *host)
{
  const char *dot = strchr (host, '.');

  return dot != NULL ? dot + 1 : NULL;
}

guint
snetd_host_count_labels (const char *host)
{
  guint count = 1;

  while ((host = snetd_host_parent (host)) != NULL)
    count++;
  return count;
}

const char *
snetd_host_last_labels (const char *host, guint n)
{
  const char *label = host + strlen (host) + 1;

  for (; n > 0 && label != NULL; n--)
    {
      const char *dot = label > host ? memrchr (host, '.', (gsize)(label - 1 - host)) : NULL;

      if (dot != NULL)
        label = dot + 1;
      else
        label = label > host ? host : NULL;
    }
  return label;
}

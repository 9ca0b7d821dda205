/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Conditions on texts: paths, patterns, names. */
#include "snetd-condition-kind.h"

#include "snetd-error.h"
#include "snetd-host.h"
#include "snetd-list.h"
#include "snetd-pattern.h"

static const char *
text_of (gconstpointer value)
{
  return *(char *const *)value;
}

/* Texts. */

static gboolean
read_text (const Row *row, gpointer value, GVariant *variant, GError **error)
{
  g_autoptr (GError) local = NULL;
  char *text = row->normalize (g_variant_get_string (variant, NULL), &local);

  if (text == NULL)
    {
      g_set_error (error, SNETD_ERROR, SNETD_ERROR_INVALID_RULE, "“%s” %s", row->key,
                   local->message);
      return FALSE;
    }
  g_free (*(char **)value);
  *(char **)value = text;
  return TRUE;
}

static GVariant *
write_text (const Row *row, const SnetdRule *rule)
{
  return g_variant_new_string (text_of (in_rule (row, rule)));
}

static void
clear_text (gpointer value)
{
  g_clear_pointer ((char **)value, g_free);
}

static guint64
hash_text (gconstpointer value)
{
  return hash_bytes (text_of (value), strlen (text_of (value)));
}

static gboolean
text_holds (const Row *row, const SnetdRule *rule, const SnetdContext *context)
{
  return g_strcmp0 (text_of (in_rule (row, rule)), text_of (in_request (row, context->request))) ==
         0;
}

static gboolean
keep_text (const Row *row, gpointer value, const SnetdRequest *request)
{
  const char *text = text_of (in_request (row, request));
  g_autofree char *normal = text != NULL ? row->normalize (text, NULL) : NULL;

  /* A rule of another text could be made, and not be read again: a path that begins nowhere. */
  if (g_strcmp0 (normal, text) != 0 || text == NULL)
    return FALSE;
  g_free (*(char **)value);
  *(char **)value = g_steal_pointer (&normal);
  return TRUE;
}

static gboolean
hash_text_of_request (const Row *row, guint width, const SnetdRequest *request, guint64 *ret_hash)
{
  gconstpointer value = in_request (row, request);

  if (text_of (value) == NULL)
    return FALSE;
  *ret_hash = hash_text (value);
  return TRUE;
}

const Kind snetd_text_kind = {
  .type = "s",
  .read = read_text,
  .write = write_text,
  .holds = text_holds,
  .keep = keep_text,
  .clear = clear_text,
  .hash = hash_text,
  .hash_request = hash_text_of_request,
};

static gboolean
pattern_holds (const Row *row, const SnetdRule *rule, const SnetdContext *context)
{
  const char *text = text_of (in_request (row, context->request));

  return text != NULL && snetd_pattern_matches (text_of (in_rule (row, rule)), text);
}

const Kind snetd_pattern_kind = {
  .type = "s",
  .read = read_text,
  .write = write_text,
  .holds = pattern_holds,
  .clear = clear_text,
};

/* A domain is the more specific the more labels it has. */

static guint
domain_width (gconstpointer value)
{
  return G_MAXUINT8 - snetd_host_count_labels (text_of (value));
}

static gboolean
domain_holds (const Row *row, const SnetdRule *rule, const SnetdContext *context)
{
  const char *host = text_of (in_request (row, context->request));

  return host != NULL && snetd_host_is_within (host, text_of (in_rule (row, rule)));
}

static gboolean
hash_domain_of_request (const Row *row, guint width, const SnetdRequest *request, guint64 *ret_hash)
{
  const char *host = text_of (in_request (row, request));
  const char *domain = host != NULL ? snetd_host_last_labels (host, G_MAXUINT8 - width) : NULL;

  if (domain == NULL)
    return FALSE;
  *ret_hash = hash_text (&domain);
  return TRUE;
}

const Kind snetd_domain_kind = {
  .type = "s",
  .read = read_text,
  .write = write_text,
  .holds = domain_holds,
  .keep = keep_text,
  .clear = clear_text,
  .width = domain_width,
  .hash = hash_text,
  .hash_request = hash_domain_of_request,
};

/* Any of the programs that led to this one. */

static gboolean
ancestor_holds (const Row *row, const SnetdRule *rule, const SnetdContext *context)
{
  char *const *ancestors = *(char **const *)in_request (row, context->request);

  return ancestors != NULL &&
         g_strv_contains ((const char *const *)ancestors, text_of (in_rule (row, rule)));
}

const Kind snetd_ancestor_kind = {
  .type = "s",
  .read = read_text,
  .write = write_text,
  .holds = ancestor_holds,
  .clear = clear_text,
};

static gboolean
ancestor_pattern_holds (const Row *row, const SnetdRule *rule, const SnetdContext *context)
{
  char *const *ancestors = *(char **const *)in_request (row, context->request);

  for (; ancestors != NULL && *ancestors != NULL; ancestors++)
    {
      if (snetd_pattern_matches (text_of (in_rule (row, rule)), *ancestors))
        return TRUE;
    }
  return FALSE;
}

const Kind snetd_ancestor_pattern_kind = {
  .type = "s",
  .read = read_text,
  .write = write_text,
  .holds = ancestor_pattern_holds,
  .clear = clear_text,
};
/* The name of a list in which either the destination's name or its address is. */

static gboolean
list_holds (const Row *row, const SnetdRule *rule, const SnetdContext *context)
{
  const SnetdRequest *request = context->request;
  const SnetdList *list = NULL;

  if (context->lists != NULL)
    list = g_hash_table_lookup (context->lists, text_of (in_rule (row, rule)));
  if (list == NULL)
    return FALSE;
  return (request->remote_host != NULL && snetd_list_has_host (list, request->remote_host)) ||
         (SNETD_ADDRESS_KNOWN (&request->remote) &&
          snetd_list_has_address (list, &request->remote));
}

const Kind snetd_list_kind = {
  .type = "s",
  .read = read_text,
  .write = write_text,
  .holds = list_holds,
  .clear = clear_text,
};

/* What texts may be. */

static char *
refuse (const char *what, GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, what);
  return NULL;
}

/* The kernel names a file by one path only; another would never match. */
char *
snetd_normalize_path (const char *text, GError **error)
{
  g_autofree char *canonical = NULL;

  if (text[0] != '/')
    return refuse ("must be an absolute path", error);
  canonical = g_canonicalize_filename (text, "/");
  if (!g_str_equal (canonical, text) || text[1] == '\0')
    return refuse ("must be the path of a file, without “.”, “..” or needless slashes", error);
  return g_strdup (text);
}

char *
snetd_normalize_pattern (const char *text, GError **error)
{
  if (text[0] != '/' && text[0] != '*')
    return refuse ("must begin with a slash or a star", error);
  return snetd_pattern_check (text, error) ? g_strdup (text) : NULL;
}

char *
snetd_normalize_digest (const char *text, GError **error)
{
  if (strlen (text) != 64 || strspn (text, "0123456789abcdefABCDEF") != 64)
    return refuse ("must be a SHA-256: 64 hexadecimal digits", error);
  return g_ascii_strdown (text, -1);
}

#define NAME_MAX_BYTES 255

/* Of a unit or an app: what can be in the name of a cgroup. */
char *
snetd_normalize_name (const char *text, GError **error)
{
  if (text[0] == '\0' || strlen (text) > NAME_MAX_BYTES || strchr (text, '/') != NULL)
    return refuse ("must be a name, without a slash", error);
  return g_strdup (text);
}

char *
snetd_normalize_host (const char *text, GError **error)
{
  g_autoptr (GError) local = NULL;
  char *host = snetd_host_normalize (text, &local);

  if (host == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "cannot be this: %s",
                 local->message);
  return host;
}

char *
snetd_normalize_list (const char *text, GError **error)
{
  if (!snetd_list_is_name (text))
    return refuse ("must be the name of a list: letters, digits, dots, dashes and underscores, at "
                   "most 64 of them, and no dot first",
                   error);
  return g_strdup (text);
}

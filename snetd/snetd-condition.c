/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-condition.h"

#include <string.h>

#include "snet-names.h"
#include "snetd-dict.h"
#include "snetd-error.h"
#include "snetd-host.h"
#include "snetd-pattern.h"
#include "snetd-rule.h"

typedef struct Row Row;

/*
 * What the conditions of one kind have in common. The value is at row->in_rule of
 * the rule, and what it is compared with at row->in_request of the request.
 */
typedef struct
{
  const char *type; /* on D-Bus */
  gboolean (*read) (const Row *row, gpointer value, GVariant *variant, GError **error);
  GVariant *(*write) (const Row *row, const SnetdRule *rule);
  gboolean (*holds) (const Row *row, const SnetdRule *rule, const SnetdContext *context);
  /* NULL: nothing in a request is like it. FALSE: the request does not know it. */
  gboolean (*keep) (const Row *row, gpointer value, const SnetdRequest *request);
  void (*clear) (gpointer value); /* NULL: nothing to free */
  guint (*width) (gconstpointer value);
  /* NULL: not hashed. For a request, cut to the width; FALSE: not known. */
  guint64 (*hash) (gconstpointer value);
  gboolean (*hash_request) (const Row *row,
                            guint width,
                            const SnetdRequest *request,
                            guint64 *ret_hash);
} Kind;

struct Row
{
  const char *key;
  const Kind *kind;
  guint64 fields;
  gsize in_rule;
  gsize in_request;
  gsize address;                                         /* of a port, in the request */
  const SnetdVocabulary *vocabulary;                     /* of words */
  char *(*normalize) (const char *text, GError **error); /* of texts, without the key */
};

static gconstpointer
in_rule (const Row *row, const SnetdRule *rule)
{
  return (const guint8 *)rule + row->in_rule;
}

static gconstpointer
in_request (const Row *row, const SnetdRequest *request)
{
  return (const guint8 *)request + row->in_request;
}

static const char *
text_of (gconstpointer value)
{
  return *(char *const *)value;
}

static guint64
mix (guint64 value)
{
  /* The finalizer of SplitMix64: every bit of the value counts in each of the hash. */
  value = (value ^ value >> 30) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  value = (value ^ value >> 27) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return value ^ value >> 31;
}

static guint64
hash_bytes (const guint8 *bytes, gsize length)
{
  guint64 hash = length;

  for (gsize i = 0; i < length; i += 8)
    {
      guint64 word = 0;

      memcpy (&word, bytes + i, MIN (8, length - i));
      hash = mix (hash ^ word);
    }
  return hash;
}

static gboolean
invalid (const Row *row, const char *what, GError **error)
{
  g_set_error (error, SNETD_ERROR, SNETD_ERROR_INVALID_RULE, "“%s” %s", row->key, what);
  return FALSE;
}

/* Texts. */

static gboolean
read_text (const Row *row, gpointer value, GVariant *variant, GError **error)
{
  g_autoptr (GError) local = NULL;
  char *text = row->normalize (g_variant_get_string (variant, NULL), &local);

  if (text == NULL)
    return invalid (row, local->message, error);
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
  return hash_bytes ((const guint8 *)text_of (value), strlen (text_of (value)));
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

  if (text == NULL)
    return FALSE;
  g_free (*(char **)value);
  *(char **)value = g_strdup (text);
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

static const Kind text_kind = {
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

static const Kind pattern_kind = {
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

  while (host != NULL && domain_width (&host) < width)
    host = snetd_host_parent (host);
  if (host == NULL || domain_width (&host) != width)
    return FALSE;
  *ret_hash = hash_text (&host);
  return TRUE;
}

static const Kind domain_kind = {
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

static const Kind ancestor_kind = {
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

static const Kind ancestor_pattern_kind = {
  .type = "s",
  .read = read_text,
  .write = write_text,
  .holds = ancestor_pattern_holds,
  .clear = clear_text,
};

/* Words that stand for an int. */

static gboolean
read_word (const Row *row, gpointer value, GVariant *variant, GError **error)
{
  return snetd_dict_get_word (row->key, variant, row->vocabulary, value, SNETD_ERROR_INVALID_RULE,
                              error);
}

static GVariant *
write_word (const Row *row, const SnetdRule *rule)
{
  int value = *(const int *)in_rule (row, rule);

  return g_variant_new_take_string (snetd_vocabulary_word (row->vocabulary, value));
}

static gboolean
int_holds (const Row *row, const SnetdRule *rule, const SnetdContext *context)
{
  return *(const int *)in_rule (row, rule) == *(const int *)in_request (row, context->request);
}

static gboolean
keep_int (const Row *row, gpointer value, const SnetdRequest *request)
{
  *(int *)value = *(const int *)in_request (row, request);
  return TRUE;
}

static guint64
hash_int (gconstpointer value)
{
  return mix (*(const guint32 *)value + 1);
}

static gboolean
hash_int_of_request (const Row *row, guint width, const SnetdRequest *request, guint64 *ret_hash)
{
  *ret_hash = hash_int (in_request (row, request));
  return TRUE;
}

static const Kind word_kind = {
  .type = "s",
  .read = read_word,
  .write = write_word,
  .holds = int_holds,
  .keep = keep_int,
  .hash = hash_int,
  .hash_request = hash_int_of_request,
};

/* Only who names the family means one of its numbers: 6 is TCP, or some netlink. */
static gboolean
protocol_holds (const Row *row, const SnetdRule *rule, const SnetdContext *context)
{
  return int_holds (row, rule, context) && (snetd_family_is_internet (context->request->family) ||
                                            snetd_rule_has (rule, SNETD_CONDITION_FAMILY));
}

/* The words are those of the internet's protocols. */
static GVariant *
write_protocol (const Row *row, const SnetdRule *rule)
{
  int family = snetd_rule_has (rule, SNETD_CONDITION_FAMILY) ? rule->family : AF_INET;

  return g_variant_new_take_string (snetd_protocol_word (family, rule->protocol));
}

static const Kind protocol_kind = {
  .type = "s",
  .read = read_word,
  .write = write_protocol,
  .holds = protocol_holds,
  .keep = keep_int,
  .hash = hash_int,
  .hash_request = hash_int_of_request,
};

/* Numbers. */

static gboolean
read_u32 (const Row *row, gpointer value, GVariant *variant, GError **error)
{
  *(guint32 *)value = g_variant_get_uint32 (variant);
  return *(guint32 *)value != G_MAXUINT32 || invalid (row, "is not a number that there is", error);
}

static GVariant *
write_u32 (const Row *row, const SnetdRule *rule)
{
  return g_variant_new_uint32 (*(const guint32 *)in_rule (row, rule));
}

static gboolean
keep_u32 (const Row *row, gpointer value, const SnetdRequest *request)
{
  *(guint32 *)value = *(const guint32 *)in_request (row, request);
  return *(guint32 *)value != G_MAXUINT32;
}

static const Kind u32_kind = {
  .type = "u",
  .read = read_u32,
  .write = write_u32,
  /* (guint32)-1 is no user and no session, and in no rule. */
  .holds = int_holds,
  .keep = keep_u32,
  .hash = hash_int,
  .hash_request = hash_int_of_request,
};

static gboolean
read_u64 (const Row *row, gpointer value, GVariant *variant, GError **error)
{
  *(guint64 *)value = g_variant_get_uint64 (variant);
  return *(guint64 *)value != 0 || invalid (row, "cannot be 0", error);
}

static GVariant *
write_u64 (const Row *row, const SnetdRule *rule)
{
  return g_variant_new_uint64 (*(const guint64 *)in_rule (row, rule));
}

static gboolean
u64_holds (const Row *row, const SnetdRule *rule, const SnetdContext *context)
{
  return *(const guint64 *)in_rule (row, rule) ==
         *(const guint64 *)in_request (row, context->request);
}

static gboolean
keep_u64 (const Row *row, gpointer value, const SnetdRequest *request)
{
  *(guint64 *)value = *(const guint64 *)in_request (row, request);
  return *(guint64 *)value != 0;
}

static guint64
hash_u64 (gconstpointer value)
{
  return mix (*(const guint64 *)value);
}

static gboolean
hash_u64_of_request (const Row *row, guint width, const SnetdRequest *request, guint64 *ret_hash)
{
  *ret_hash = hash_u64 (in_request (row, request));
  return TRUE;
}

static const Kind u64_kind = {
  .type = "t",
  .read = read_u64,
  .write = write_u64,
  .holds = u64_holds,
  .keep = keep_u64,
  .hash = hash_u64,
  .hash_request = hash_u64_of_request,
};

/* Addresses: the longer the prefix, the more specific. */

static gboolean
read_address (const Row *row, gpointer value, GVariant *variant, GError **error)
{
  return snetd_dict_get_address (row->key, variant, value, SNETD_ERROR_INVALID_RULE, error);
}

static GVariant *
write_address (const Row *row, const SnetdRule *rule)
{
  return g_variant_new_take_string (snetd_address_to_string (in_rule (row, rule)));
}

static gboolean
address_holds (const Row *row, const SnetdRule *rule, const SnetdContext *context)
{
  return snetd_address_contains (in_rule (row, rule), in_request (row, context->request));
}

static gboolean
keep_address (const Row *row, gpointer value, const SnetdRequest *request)
{
  const SnetdAddress *address = in_request (row, request);

  if (!SNETD_ADDRESS_KNOWN (address))
    return FALSE;
  *(SnetdAddress *)value = *address;
  return TRUE;
}

static guint
address_width (gconstpointer value)
{
  return G_MAXUINT8 - ((const SnetdAddress *)value)->prefix;
}

static guint64
hash_address (gconstpointer value)
{
  const SnetdAddress *address = value;

  return mix (hash_bytes (address->bytes, sizeof address->bytes) ^ address->family);
}

static gboolean
hash_address_of_request (const Row *row,
                         guint width,
                         const SnetdRequest *request,
                         guint64 *ret_hash)
{
  const SnetdAddress *address = in_request (row, request);
  SnetdAddress prefix;

  if (!SNETD_ADDRESS_KNOWN (address) || address_width (address) > width)
    return FALSE;
  prefix = snetd_address_shorten (address, G_MAXUINT8 - width);
  *ret_hash = hash_address (&prefix);
  return TRUE;
}

static const Kind address_kind = {
  .type = "s",
  .read = read_address,
  .write = write_address,
  .holds = address_holds,
  .keep = keep_address,
  .width = address_width,
  .hash = hash_address,
  .hash_request = hash_address_of_request,
};

/* Ports, which are known where the address is. */

static gboolean
port_is_known (const Row *row, const SnetdRequest *request)
{
  const SnetdAddress *address = (const SnetdAddress *)((const guint8 *)request + row->address);

  return SNETD_ADDRESS_KNOWN (address);
}

static gboolean
read_port (const Row *row, gpointer value, GVariant *variant, GError **error)
{
  *(guint16 *)value = g_variant_get_uint16 (variant);
  return TRUE;
}

static GVariant *
write_port (const Row *row, const SnetdRule *rule)
{
  return g_variant_new_uint16 (*(const guint16 *)in_rule (row, rule));
}

static gboolean
port_holds (const Row *row, const SnetdRule *rule, const SnetdContext *context)
{
  return port_is_known (row, context->request) &&
         *(const guint16 *)in_rule (row, rule) ==
           *(const guint16 *)in_request (row, context->request);
}

static gboolean
keep_port (const Row *row, gpointer value, const SnetdRequest *request)
{
  *(guint16 *)value = *(const guint16 *)in_request (row, request);
  return port_is_known (row, request);
}

static guint64
hash_port (gconstpointer value)
{
  return mix (*(const guint16 *)value + 1);
}

static gboolean
hash_port_of_request (const Row *row, guint width, const SnetdRequest *request, guint64 *ret_hash)
{
  *ret_hash = hash_port (in_request (row, request));
  return port_is_known (row, request);
}

static const Kind port_kind = {
  .type = "q",
  .read = read_port,
  .write = write_port,
  .holds = port_holds,
  .keep = keep_port,
  .hash = hash_port,
  .hash_request = hash_port_of_request,
};

static gboolean
read_ports (const Row *row, gpointer value, GVariant *variant, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (snetd_ports_parse (g_variant_get_string (variant, NULL), value, &local))
    return TRUE;
  g_set_error (error, SNETD_ERROR, SNETD_ERROR_INVALID_RULE, "“%s”: %s", row->key, local->message);
  return FALSE;
}

static GVariant *
write_ports (const Row *row, const SnetdRule *rule)
{
  return g_variant_new_take_string (snetd_ports_to_string (in_rule (row, rule)));
}

static gboolean
ports_hold (const Row *row, const SnetdRule *rule, const SnetdContext *context)
{
  const SnetdPorts *ports = in_rule (row, rule);
  guint16 port = *(const guint16 *)in_request (row, context->request);

  return port_is_known (row, context->request) && ports->low <= port && port <= ports->high;
}

static guint
ports_width (gconstpointer value)
{
  const SnetdPorts *ports = value;

  return ports->high - ports->low + 1;
}

static const Kind ports_kind = {
  .type = "s",
  .read = read_ports,
  .write = write_ports,
  .holds = ports_hold,
  .width = ports_width,
};

/* Times of the week. */

static void
clear_week (gpointer value)
{
  g_clear_pointer ((SnetdWeek **)value, snetd_week_free);
}

static gboolean
read_week (const Row *row, gpointer value, GVariant *variant, GError **error)
{
  g_autoptr (GError) local = NULL;
  SnetdWeek *week = snetd_week_parse (g_variant_get_string (variant, NULL), &local);

  if (week == NULL)
    {
      g_set_error (error, SNETD_ERROR, SNETD_ERROR_INVALID_RULE, "“%s”: %s", row->key,
                   local->message);
      return FALSE;
    }
  clear_week (value);
  *(SnetdWeek **)value = week;
  return TRUE;
}

static GVariant *
write_week (const Row *row, const SnetdRule *rule)
{
  return g_variant_new_take_string (snetd_week_to_string (rule->time_of_week));
}

static gboolean
week_holds (const Row *row, const SnetdRule *rule, const SnetdContext *context)
{
  return snetd_week_contains (*(SnetdWeek *const *)in_rule (row, rule), context->week_minute);
}

static const Kind week_kind = {
  .type = "s",
  .read = read_week,
  .write = write_week,
  .holds = week_holds,
  .clear = clear_week,
};

/* What texts may be. */

static char *
refuse (const char *what, GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, what);
  return NULL;
}

/* The kernel names a file by one path only; another would never match. */
static char *
normalize_path (const char *text, GError **error)
{
  g_autofree char *canonical = NULL;

  if (text[0] != '/')
    return refuse ("must be an absolute path", error);
  canonical = g_canonicalize_filename (text, "/");
  if (!g_str_equal (canonical, text) || text[1] == '\0')
    return refuse ("must be the path of a file, without “.”, “..” or needless slashes", error);
  return g_strdup (text);
}

static char *
normalize_pattern (const char *text, GError **error)
{
  if (text[0] != '/' && text[0] != '*')
    return refuse ("must begin with a slash or a star", error);
  return snetd_pattern_check (text, error) ? g_strdup (text) : NULL;
}

static char *
normalize_digest (const char *text, GError **error)
{
  if (strlen (text) != 64 || strspn (text, "0123456789abcdefABCDEF") != 64)
    return refuse ("must be a SHA-256: 64 hexadecimal digits", error);
  return g_ascii_strdown (text, -1);
}

#define NAME_MAX_BYTES 255

/* Of a unit or an app: what can be in the name of a cgroup. */
static char *
normalize_name (const char *text, GError **error)
{
  if (text[0] == '\0' || strlen (text) > NAME_MAX_BYTES || strchr (text, '/') != NULL)
    return refuse ("must be a name, without a slash", error);
  return g_strdup (text);
}

static char *
normalize_host (const char *text, GError **error)
{
  g_autoptr (GError) local = NULL;
  char *host = snetd_host_normalize (text, &local);

  if (host == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "cannot be this: %s",
                 local->message);
  return host;
}

#define FIELD(name) .in_rule = G_STRUCT_OFFSET (SnetdRule, name)
#define SAME(name)                                                                                 \
  .in_rule = G_STRUCT_OFFSET (SnetdRule, name), .in_request = G_STRUCT_OFFSET (SnetdRequest, name)
#define OTHER(name)   .in_request = G_STRUCT_OFFSET (SnetdRequest, name)
#define PORT_OF(name) .address = G_STRUCT_OFFSET (SnetdRequest, name)

static const Row rows[SNETD_CONDITION_LAST] = {
  [SNETD_CONDITION_PROCESS] = { SNET_KEY_PROCESS, &u64_kind, SNET_FIELD_PROCESS, SAME (process) },
  [SNETD_CONDITION_PROGRAM] = { SNET_KEY_PROGRAM, &text_kind, SNET_FIELD_PROGRAM, SAME (program),
                                .normalize = normalize_path },
  [SNETD_CONDITION_PROGRAM_DIGEST] = { SNET_KEY_PROGRAM_DIGEST, &text_kind, SNET_FIELD_PROGRAM,
                                       SAME (program_digest), .normalize = normalize_digest },
  [SNETD_CONDITION_PROGRAM_PATTERN] = { SNET_KEY_PROGRAM_PATTERN, &pattern_kind, SNET_FIELD_PROGRAM,
                                        FIELD (program_pattern), OTHER (program),
                                        .normalize = normalize_pattern },
  [SNETD_CONDITION_SCRIPT] = { SNET_KEY_SCRIPT, &text_kind, SNET_FIELD_SCRIPT, SAME (script),
                               .normalize = normalize_path },
  [SNETD_CONDITION_SCRIPT_PATTERN] = { SNET_KEY_SCRIPT_PATTERN, &pattern_kind, SNET_FIELD_SCRIPT,
                                       FIELD (script_pattern), OTHER (script),
                                       .normalize = normalize_pattern },
  [SNETD_CONDITION_ANCESTOR] = { SNET_KEY_ANCESTOR, &ancestor_kind, SNET_FIELD_PROCESS,
                                 FIELD (ancestor), OTHER (ancestors), .normalize = normalize_path },
  [SNETD_CONDITION_ANCESTOR_PATTERN] = { SNET_KEY_ANCESTOR_PATTERN, &ancestor_pattern_kind,
                                         SNET_FIELD_PROCESS, FIELD (ancestor_pattern),
                                         OTHER (ancestors), .normalize = normalize_pattern },
  [SNETD_CONDITION_APP] = { SNET_KEY_APP, &text_kind, SNET_FIELD_CGROUP, SAME (app),
                            .normalize = normalize_name },
  [SNETD_CONDITION_UNIT] = { SNET_KEY_UNIT, &text_kind, SNET_FIELD_CGROUP, SAME (unit),
                             .normalize = normalize_name },
  [SNETD_CONDITION_CGROUP] = { SNET_KEY_CGROUP, &text_kind, SNET_FIELD_CGROUP, SAME (cgroup),
                               .normalize = normalize_path },
  [SNETD_CONDITION_REMOTE_HOST] = { SNET_KEY_REMOTE_HOST, &text_kind, SNET_FIELD_REMOTE_ADDR,
                                    SAME (remote_host), .normalize = normalize_host },
  [SNETD_CONDITION_REMOTE_DOMAIN] = { SNET_KEY_REMOTE_DOMAIN, &domain_kind, SNET_FIELD_REMOTE_ADDR,
                                      FIELD (remote_domain), OTHER (remote_host),
                                      .normalize = normalize_host },
  [SNETD_CONDITION_REMOTE_ADDRESS] = { SNET_KEY_REMOTE_ADDRESS, &address_kind,
                                       SNET_FIELD_REMOTE_ADDR, FIELD (remote_address),
                                       OTHER (remote) },
  [SNETD_CONDITION_REMOTE_PORT] = { SNET_KEY_REMOTE_PORT, &port_kind, SNET_FIELD_REMOTE_PORT,
                                    SAME (remote_port), PORT_OF (remote) },
  [SNETD_CONDITION_REMOTE_PORTS] = { SNET_KEY_REMOTE_PORTS, &ports_kind, SNET_FIELD_REMOTE_PORT,
                                     FIELD (remote_ports), OTHER (remote_port), PORT_OF (remote) },
  [SNETD_CONDITION_LOCAL_ADDRESS] = { SNET_KEY_LOCAL_ADDRESS, &address_kind, SNET_FIELD_LOCAL_ADDR,
                                      FIELD (local_address), OTHER (local) },
  [SNETD_CONDITION_LOCAL_PORT] = { SNET_KEY_LOCAL_PORT, &port_kind, SNET_FIELD_LOCAL_PORT,
                                   SAME (local_port), PORT_OF (local) },
  [SNETD_CONDITION_LOCAL_PORTS] = { SNET_KEY_LOCAL_PORTS, &ports_kind, SNET_FIELD_LOCAL_PORT,
                                    FIELD (local_ports), OTHER (local_port), PORT_OF (local) },
  [SNETD_CONDITION_OPERATION] = { SNET_KEY_OPERATION, &word_kind, SNET_FIELD_OPERATION,
                                  SAME (operation), .vocabulary = &snetd_operations },
  [SNETD_CONDITION_PROTOCOL] = { SNET_KEY_PROTOCOL, &protocol_kind,
                                 SNET_FIELD_PROTOCOL | SNET_FIELD_FAMILY, SAME (protocol),
                                 .vocabulary = &snetd_protocols },
  [SNETD_CONDITION_TYPE] = { SNET_KEY_TYPE, &word_kind, SNET_FIELD_TYPE, SAME (type),
                             .vocabulary = &snetd_types },
  [SNETD_CONDITION_FAMILY] = { SNET_KEY_FAMILY, &word_kind, SNET_FIELD_FAMILY, SAME (family),
                               .vocabulary = &snetd_families },
  [SNETD_CONDITION_NETNS] = { SNET_KEY_NETNS, &u64_kind, SNET_FIELD_NETNS, SAME (netns) },
  [SNETD_CONDITION_UID] = { SNET_KEY_UID, &u32_kind, SNET_FIELD_UID, SAME (uid) },
  [SNETD_CONDITION_SESSION] = { SNET_KEY_SESSION, &u32_kind, SNET_FIELD_PROCESS, SAME (session) },
  [SNETD_CONDITION_TIME_OF_WEEK] = { SNET_KEY_TIME_OF_WEEK, &week_kind, 0, FIELD (time_of_week) },
};

const char *
snetd_condition_key (SnetdCondition condition)
{
  return rows[condition].key;
}

SnetdCondition
snetd_condition_from_key (const char *key)
{
  SnetdCondition condition = 0;

  while (condition < SNETD_CONDITION_LAST && !g_str_equal (rows[condition].key, key))
    condition++;
  return condition;
}

char
snetd_condition_type (SnetdCondition condition)
{
  return rows[condition].kind->type[0];
}

guint64
snetd_condition_fields (SnetdCondition condition)
{
  return rows[condition].fields;
}

gboolean
snetd_condition_read (SnetdCondition condition, SnetdRule *rule, GVariant *value, GError **error)
{
  const Row *row = &rows[condition];

  if (!snetd_dict_check_type (row->key, value, G_VARIANT_TYPE (row->kind->type),
                              SNETD_ERROR_INVALID_RULE, error) ||
      !row->kind->read (row, (gpointer)in_rule (row, rule), value, error))
    return FALSE;

  rule->conditions |= SNETD_CONDITION_BIT (condition);
  return TRUE;
}

GVariant *
snetd_condition_write (SnetdCondition condition, const SnetdRule *rule)
{
  const Row *row = &rows[condition];

  return row->kind->write (row, rule);
}

void
snetd_condition_clear (SnetdCondition condition, SnetdRule *rule)
{
  const Row *row = &rows[condition];

  if (row->kind->clear != NULL)
    row->kind->clear ((gpointer)in_rule (row, rule));
  rule->conditions &= ~SNETD_CONDITION_BIT (condition);
}

gboolean
snetd_condition_holds (SnetdCondition condition, const SnetdRule *rule, const SnetdContext *context)
{
  const Row *row = &rows[condition];

  return row->kind->holds (row, rule, context);
}

gboolean
snetd_condition_keep (SnetdCondition condition, SnetdRule *rule, const SnetdRequest *request)
{
  const Row *row = &rows[condition];

  if (row->kind->keep == NULL || !row->kind->keep (row, (gpointer)in_rule (row, rule), request))
    return FALSE;

  rule->conditions |= SNETD_CONDITION_BIT (condition);
  return TRUE;
}

guint
snetd_condition_width (SnetdCondition condition, const SnetdRule *rule)
{
  const Row *row = &rows[condition];

  return row->kind->width != NULL ? row->kind->width (in_rule (row, rule)) : 0;
}

gboolean
snetd_condition_is_hashed (SnetdCondition condition)
{
  return rows[condition].kind->hash != NULL;
}

guint64
snetd_condition_hash_rule (SnetdCondition condition, const SnetdRule *rule)
{
  const Row *row = &rows[condition];

  return row->kind->hash (in_rule (row, rule));
}

gboolean
snetd_condition_hash_request (SnetdCondition condition,
                              guint width,
                              const SnetdRequest *request,
                              guint64 *ret_hash)
{
  const Row *row = &rows[condition];

  return row->kind->hash_request (row, width, request, ret_hash);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Conditions on all that is no text: words for numbers, numbers, addresses, ports, times. */
#include "snetd-condition-kind.h"

#include "snetd-dict.h"
#include "snetd-error.h"

static gboolean
invalid (const Row *row, const char *what, GError **error)
{
  g_set_error (error, SNETD_ERROR, SNETD_ERROR_INVALID_RULE, "“%s” %s", row->key, what);
  return FALSE;
}

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

/* A newer kernel may have some that there is no word for. */
static gboolean
keep_word (const Row *row, gpointer value, const SnetdRequest *request)
{
  const int asked = *(const int *)in_request (row, request);
  g_autofree char *word = snetd_vocabulary_word (row->vocabulary, asked);

  *(int *)value = asked;
  return word != NULL;
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

const Kind snetd_word_kind = {
  .type = "s",
  .read = read_word,
  .write = write_word,
  .holds = int_holds,
  .keep = keep_word,
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

const Kind snetd_protocol_kind = {
  .type = "s",
  .read = read_word,
  .write = write_protocol,
  .holds = protocol_holds,
  .keep = keep_word,
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

const Kind snetd_u32_kind = {
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

const Kind snetd_u64_kind = {
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

const Kind snetd_address_kind = {
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

const Kind snetd_port_kind = {
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

const Kind snetd_ports_kind = {
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

const Kind snetd_week_kind = {
  .type = "s",
  .read = read_week,
  .write = write_week,
  .holds = week_holds,
  .clear = clear_week,
};

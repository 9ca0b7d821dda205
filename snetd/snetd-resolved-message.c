/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-resolved-message.h"

#include <netinet/in.h>
#include <string.h>

#include "snetd-host.h"
#include "snetd-json.h"

/* Of DNS. */
#define CLASS_INTERNET 1
#define CLASS_MASK     0x7fff /* what is above is a flag of mDNS */
#define TYPE_A         1
#define TYPE_CNAME     5
#define TYPE_AAAA      28

/* A chain of aliases is no longer than resolved itself follows. */
#define ALIASES_MAX 16

/* Who has more is not to push out the names of all others. */
#define ADDRESSES_MAX 64

/* Members of an object; NULL, or -1, if there is none, or it is of another kind. */

static JsonNode *
get_member (JsonObject *object, const char *name)
{
  return object != NULL ? json_object_get_member (object, name) : NULL;
}

static JsonObject *
get_object (JsonObject *object, const char *name)
{
  JsonNode *node = get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static JsonArray *
get_array (JsonObject *object, const char *name)
{
  JsonNode *node = get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

static const char *
text_of (JsonNode *node)
{
  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) ||
      json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  return json_node_get_string (node);
}

static gint64
number_of (JsonNode *node)
{
  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) ||
      json_node_get_value_type (node) != G_TYPE_INT64)
    return -1;
  return json_node_get_int (node);
}

static guint
length_of (JsonArray *array)
{
  return array != NULL ? json_array_get_length (array) : 0;
}

static JsonObject *
object_at (JsonArray *array, guint i)
{
  JsonNode *node = json_array_get_element (array, i);

  return JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

/* What a question, or a record, is about. */

static gint64
type_of (JsonObject *key)
{
  const gint64 class = number_of (get_member (key, "class"));

  if (class < 0 || (class & CLASS_MASK) != CLASS_INTERNET)
    return -1;
  return number_of (get_member (key, "type"));
}

/* NULL: it has none, or one that no host has. */
static char *
name_in (JsonObject *object)
{
  const char *name = text_of (get_member (object, "name"));

  return name != NULL ? snetd_host_normalize (name, NULL) : NULL;
}

static gboolean
wants_address (gint64 type)
{
  return type == TYPE_A || type == TYPE_AAAA;
}

/* The first name that an address was asked of. */
static char *
first_name (JsonArray *questions)
{
  for (guint i = 0; i < length_of (questions); i++)
    {
      JsonObject *question = object_at (questions, i);
      g_autofree char *name = name_in (question);

      if (name != NULL && wants_address (type_of (question)))
        return g_steal_pointer (&name);
    }
  return NULL;
}

/* One record of an answer. */
typedef struct
{
  gint64 type;
  char *owner;
  char *alias; /* what a CNAME leads to */
  SnetdAddress address;
  guint32 ttl;
} Record;

static void
record_clear (gpointer data)
{
  Record *record = data;

  g_free (record->owner);
  g_free (record->alias);
}

/* As many bytes as an address of that type has. */
static gboolean
read_address (JsonArray *bytes, gint64 type, SnetdAddress *ret_address)
{
  const guint size = type == TYPE_A ? 4 : 16;
  struct sockaddr_storage sockaddr = { .ss_family = type == TYPE_A ? AF_INET : AF_INET6 };
  guint8 raw[16];
  guint16 port;

  if (length_of (bytes) != size)
    return FALSE;
  for (guint i = 0; i < size; i++)
    {
      const gint64 byte = number_of (json_array_get_element (bytes, i));

      if (byte < 0 || byte > G_MAXUINT8)
        return FALSE;
      raw[i] = byte;
    }
  if (type == TYPE_A)
    memcpy (&((struct sockaddr_in *)&sockaddr)->sin_addr, raw, size);
  else
    memcpy (&((struct sockaddr_in6 *)&sockaddr)->sin6_addr, raw, size);
  return snetd_address_from_sockaddr (&sockaddr, sizeof sockaddr, ret_address, &port);
}

/*
 * How long it may be kept is only in the bytes that came over the network: … type (2),
 * class (2), TTL (4), length (2), address. What precedes is the name, of any length.
 */
static guint32
read_ttl (JsonObject *answer, gint64 type)
{
  const gsize size = type == TYPE_A ? 4 : 16;
  const char *text = text_of (get_member (answer, "raw"));
  g_autofree guint8 *raw = NULL;
  const guint8 *fixed;
  guint32 ttl;
  gsize length;

  if (text == NULL || text[0] == '\0')
    return 0;
  raw = g_base64_decode (text, &length);
  if (length < 1 + 10 + size)
    return 0;
  fixed = raw + length - size - 10;
  if (fixed[0] != 0 || fixed[1] != type || fixed[8] != 0 || fixed[9] != size)
    return 0;
  ttl = (guint32)fixed[4] << 24 | fixed[5] << 16 | fixed[6] << 8 | fixed[7];
  return MIN (ttl, SNETD_RESOLVED_TTL_MAX);
}

/* FALSE: it leads to no address. */
static gboolean
read_record (JsonObject *answer, Record *ret_record)
{
  JsonObject *rr = get_object (answer, "rr");
  JsonObject *key = get_object (rr, "key");
  Record record = { .type = type_of (key) };

  if (wants_address (record.type))
    {
      if (!read_address (get_array (rr, "address"), record.type, &record.address))
        return FALSE;
      record.ttl = read_ttl (answer, record.type);
    }
  else if (record.type != TYPE_CNAME)
    return FALSE;

  record.owner = name_in (key);
  record.alias = record.type == TYPE_CNAME ? name_in (rr) : NULL;
  if (record.owner == NULL || (record.type == TYPE_CNAME && record.alias == NULL))
    {
      record_clear (&record);
      return FALSE;
    }
  *ret_record = record;
  return TRUE;
}

static GArray *
read_records (JsonArray *answers)
{
  GArray *records = g_array_new (FALSE, FALSE, sizeof (Record));

  g_array_set_clear_func (records, record_clear);
  for (guint i = 0; i < length_of (answers); i++)
    {
      Record record;

      if (read_record (object_at (answers, i), &record))
        g_array_append_val (records, record);
    }
  return records;
}

/* Where the question leads. */

static void
add_names (GHashTable *names, JsonArray *questions)
{
  for (guint i = 0; i < length_of (questions); i++)
    {
      char *name = name_in (object_at (questions, i));

      if (name != NULL)
        g_hash_table_add (names, name);
    }
}

static gboolean
has_owner (GArray *records, GHashTable *names)
{
  for (guint i = 0; i < records->len; i++)
    {
      if (g_hash_table_contains (names, g_array_index (records, Record, i).owner))
        return TRUE;
    }
  return FALSE;
}

/*
 * resolved looks for a name without a dot in the domains that the network has, too: then it
 * is the whole name that the answer is about. Takes the name, and returns that.
 */
static char *
complete (char *name, GArray *records, GHashTable *names)
{
  g_autofree char *start = g_strconcat (name, ".", NULL);

  if (strchr (name, '.') != NULL || has_owner (records, names))
    return name;
  for (guint i = 0; i < records->len; i++)
    {
      const char *owner = g_array_index (records, Record, i).owner;

      if (g_str_has_prefix (owner, start))
        {
          g_free (name);
          g_hash_table_add (names, g_strdup (owner));
          return g_strdup (owner);
        }
    }
  return name;
}

/* The records of a chain can be in any order. */
static void
follow_aliases (GArray *records, GHashTable *names)
{
  gboolean found = TRUE;

  for (guint round = 0; found && round < ALIASES_MAX; round++)
    {
      found = FALSE;
      for (guint i = 0; i < records->len; i++)
        {
          const Record *record = &g_array_index (records, Record, i);

          if (record->type == TYPE_CNAME && g_hash_table_contains (names, record->owner))
            found |= g_hash_table_add (names, g_strdup (record->alias));
        }
    }
}

static void
tell (JsonObject *parameters, SnetdResolvedFunc func, gpointer user_data)
{
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  JsonArray *questions = get_array (parameters, "question");
  /* Those before, if an alias led resolved to another question. */
  JsonArray *earlier = get_array (parameters, "collectedQuestions");
  g_autoptr (GArray) records = NULL;
  g_autofree char *asked = first_name (length_of (earlier) > 0 ? earlier : questions);
  guint told = 0;

  if (asked == NULL)
    return;

  records = read_records (get_array (parameters, "answer"));
  add_names (names, questions);
  add_names (names, earlier);
  asked = complete (g_steal_pointer (&asked), records, names);
  follow_aliases (records, names);
  for (guint i = 0; i < records->len && told < ADDRESSES_MAX; i++)
    {
      const Record *record = &g_array_index (records, Record, i);

      if (record->type == TYPE_CNAME || !g_hash_table_contains (names, record->owner))
        continue;
      func (&record->address, asked, record->ttl, user_data);
      told++;
    }
}

/* The message. */

static gboolean
refuse (GError **error, const char *what)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, what);
  return FALSE;
}

static JsonNode *
parse (const char *text, gsize length, GError **error)
{
  const char *end = text + length;
  const char *start = NULL;
  gsize found = 0;
  GError *local = NULL;

  if (!g_utf8_validate_len (text, length, NULL))
    {
      refuse (error, "it is not UTF-8");
      return NULL;
    }
  if (!snetd_json_next (&text, end, &start, &found, &local))
    {
      if (local == NULL)
        refuse (&local, "it is empty");
      g_propagate_error (error, local);
      return NULL;
    }
  if (found != length)
    {
      refuse (error, "something is behind it");
      return NULL;
    }
  return snetd_json_parse (start, found, error);
}

gboolean
snetd_resolved_message_read (const char *text,
                             gsize length,
                             SnetdResolvedFunc func,
                             gpointer user_data,
                             GError **error)
{
  g_autoptr (JsonNode) root = parse (text, length, error);
  JsonObject *message, *parameters;
  const char *refusal, *state;

  if (root == NULL)
    return FALSE;
  if (!JSON_NODE_HOLDS_OBJECT (root))
    return refuse (error, "it is not an object");

  message = json_node_get_object (root);
  refusal = text_of (get_member (message, "error"));
  if (refusal != NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, "it refuses (%s)", refusal);
      return FALSE;
    }
  parameters = get_object (message, "parameters");
  if (parameters == NULL)
    return refuse (error, "it has no parameters");

  /* Without one it only says that it begins. */
  state = text_of (get_member (parameters, "state"));
  if (state != NULL && g_str_equal (state, "success"))
    tell (parameters, func, user_data);
  return TRUE;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A call that somebody describes, to be told what the rules would do with it. */
#include "snet-names.h"
#include "snetd-dict.h"
#include "snetd-error.h"
#include "snetd-request.h"

typedef enum
{
  KIND_NONE, /* no rule asks for it */
  KIND_TEXT,
  KIND_TEXTS,
  KIND_WORD,
  KIND_ADDRESS,
  KIND_PORT,
  KIND_U32,
  KIND_U64,
  KIND_TIME,
} Kind;

static const char *const kind_types[] = {
  [KIND_TEXT] = "s", [KIND_TEXTS] = "as", [KIND_WORD] = "s", [KIND_ADDRESS] = "s",
  [KIND_PORT] = "q", [KIND_U32] = "u",    [KIND_U64] = "t",  [KIND_TIME] = "x",
};

#define MEMBER(name) G_STRUCT_OFFSET (SnetdRequest, name)

/* All keys that an event can have. */
static const struct
{
  const char *key;
  Kind kind;
  gsize offset;
  const SnetdVocabulary *vocabulary;
} event_keys[] = {
  { SNET_KEY_TIME, KIND_TIME, MEMBER (time), NULL },
  { SNET_KEY_OPERATION, KIND_WORD, MEMBER (operation), &snetd_operations },
  { SNET_KEY_FAMILY, KIND_WORD, MEMBER (family), &snetd_families },
  { SNET_KEY_TYPE, KIND_WORD, MEMBER (type), &snetd_types },
  { SNET_KEY_PROTOCOL, KIND_WORD, MEMBER (protocol), &snetd_protocols },
  { SNET_KEY_UID, KIND_U32, MEMBER (uid), NULL },
  { SNET_KEY_PROGRAM, KIND_TEXT, MEMBER (program), NULL },
  { SNET_KEY_PROGRAM_DIGEST, KIND_TEXT, MEMBER (program_digest), NULL },
  { SNET_KEY_SCRIPT, KIND_TEXT, MEMBER (script), NULL },
  { SNET_KEY_ANCESTORS, KIND_TEXTS, MEMBER (ancestors), NULL },
  { SNET_KEY_PROCESS, KIND_U64, MEMBER (process), NULL },
  { SNET_KEY_SESSION, KIND_U32, MEMBER (session), NULL },
  { SNET_KEY_APP, KIND_TEXT, MEMBER (app), NULL },
  { SNET_KEY_UNIT, KIND_TEXT, MEMBER (unit), NULL },
  { SNET_KEY_CGROUP, KIND_TEXT, MEMBER (cgroup), NULL },
  { SNET_KEY_NETNS, KIND_U64, MEMBER (netns), NULL },
  { SNET_KEY_LOCAL_ADDRESS, KIND_ADDRESS, MEMBER (local), NULL },
  { SNET_KEY_LOCAL_PORT, KIND_PORT, MEMBER (local_port), NULL },
  { SNET_KEY_REMOTE_ADDRESS, KIND_ADDRESS, MEMBER (remote), NULL },
  { SNET_KEY_REMOTE_PORT, KIND_PORT, MEMBER (remote_port), NULL },
  { SNET_KEY_REMOTE_HOST, KIND_TEXT, MEMBER (remote_host), NULL },
  { SNET_KEY_HOST_SOURCE, KIND_WORD, MEMBER (remote_host_source), &snetd_host_sources },
  { SNET_KEY_ID, KIND_NONE, 0, NULL },
  { SNET_KEY_PID, KIND_NONE, 0, NULL },
  { SNET_KEY_COMM, KIND_NONE, 0, NULL },
  { SNET_KEY_COMMAND, KIND_NONE, 0, NULL },
  { SNET_KEY_DIRECTORY, KIND_NONE, 0, NULL },
  { SNET_KEY_HOLD, KIND_NONE, 0, NULL },
  { SNET_KEY_DEADLINE, KIND_NONE, 0, NULL },
  { SNET_KEY_VERDICT, KIND_NONE, 0, NULL },
  { SNET_KEY_REASON, KIND_NONE, 0, NULL },
  { SNET_KEY_RULE, KIND_NONE, 0, NULL },
  { SNET_KEY_ERRNO, KIND_NONE, 0, NULL },
  { SNET_KEY_WAITED, KIND_NONE, 0, NULL },
  { SNET_KEY_SERIAL, KIND_NONE, 0, NULL },
  { SNET_KEY_COUNT, KIND_NONE, 0, NULL },
};

static gboolean
invalid (const char *key, const char *what, GError **error)
{
  g_set_error (error, SNETD_ERROR, SNETD_ERROR_INVALID_EVENT, "“%s” %s", key, what);
  return FALSE;
}

/* One address, as a call has it. */
static gboolean
set_address (const char *key, GVariant *value, SnetdAddress *ret_address, GError **error)
{
  return snetd_dict_get_address (key, value, ret_address, SNETD_ERROR_INVALID_EVENT, error) &&
         (snetd_address_is_single (ret_address) ||
          invalid (key, "must be one address, not a prefix", error));
}

static gboolean
set_member (gsize which, gpointer member, GVariant *value, GError **error)
{
  const char *key = event_keys[which].key;

  switch (event_keys[which].kind)
    {
    case KIND_TEXT:
      *(char **)member = g_variant_dup_string (value, NULL);
      return TRUE;
    case KIND_TEXTS:
      *(char ***)member = g_variant_dup_strv (value, NULL);
      return TRUE;
    case KIND_WORD:
      return snetd_dict_get_word (key, value, event_keys[which].vocabulary, member,
                                  SNETD_ERROR_INVALID_EVENT, error);
    case KIND_ADDRESS:
      return set_address (key, value, member, error);
    case KIND_PORT:
      *(guint16 *)member = g_variant_get_uint16 (value);
      return TRUE;
    case KIND_U32:
      *(guint32 *)member = g_variant_get_uint32 (value);
      return TRUE;
    case KIND_U64:
      *(guint64 *)member = g_variant_get_uint64 (value);
      return TRUE;
    case KIND_TIME:
      *(gint64 *)member = g_variant_get_int64 (value);
      return *(gint64 *)member >= 0 || invalid (key, "is before there was time", error);
    case KIND_NONE:
    default:
      return TRUE;
    }
}

static gboolean
read_key (SnetdRequest *request, const char *key, GVariant *value, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (event_keys); i++)
    {
      const char *type = kind_types[event_keys[i].kind];

      if (!g_str_equal (event_keys[i].key, key))
        continue;
      return (type == NULL || snetd_dict_check_type (key, value, G_VARIANT_TYPE (type),
                                                     SNETD_ERROR_INVALID_EVENT, error)) &&
             set_member (i, (guint8 *)request + event_keys[i].offset, value, error);
    }
  return invalid (key, "is not a key of an event", error);
}

/* Such a name decides nothing, here as in a call. */
static void
set_apart_reverse (SnetdRequest *request)
{
  if (request->remote_host_source != SNETD_HOST_SOURCE_REVERSE)
    return;
  request->reverse_host = g_steal_pointer (&request->remote_host);
  request->remote_host_source = SNETD_HOST_SOURCE_NONE;
}

SnetdRequest *
snetd_request_from_variant (GVariant *dictionary, GError **error)
{
  g_autoptr (SnetdRequest) request = g_new0 (SnetdRequest, 1);
  GVariantIter iter;
  const char *key;
  GVariant *value;

  g_ref_count_init (&request->ref_count);
  request->time = g_get_real_time ();
  request->uid = G_MAXUINT32;
  request->session = G_MAXUINT32;
  request->family = AF_INET;

  if (!snetd_dict_check_duplicates (dictionary, SNETD_ERROR_INVALID_EVENT, error))
    return NULL;
  g_variant_iter_init (&iter, dictionary);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &value))
    {
      g_autoptr (GVariant) owned = value;

      if (!read_key (request, key, owned, error))
        return NULL;
    }
  set_apart_reverse (request);
  return g_steal_pointer (&request);
}

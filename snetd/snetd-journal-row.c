/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-journal-row.h"

#include "snet-names.h"
#include "snetd-dict.h"

/* What a member of a request is, and when it is unknown. */
typedef enum
{
  KIND_TEXT,    /* unless NULL */
  KIND_TEXTS,   /* likewise */
  KIND_WORD,    /* unless there is none for it */
  KIND_ERRNO,   /* a word, unless 0 */
  KIND_ADDRESS, /* unless unknown */
  KIND_PROTOCOL,
  KIND_HOST,        /* unless NULL */
  KIND_HOST_SOURCE, /* a word, unless there is none for it */
  KIND_LOCAL_PORT,
  KIND_REMOTE_PORT,
  KIND_U32,
  KIND_SESSION, /* unless there is none */
  KIND_I64,
  KIND_U64, /* unless 0 */
} Kind;

#define MEMBER(name) G_STRUCT_OFFSET (SnetdRequest, name)

static const struct
{
  SnetdColumn column;
  Kind kind;
  gsize offset;
  const SnetdVocabulary *vocabulary;
} columns[] = {
  { { SNET_KEY_ID, "id", 't' }, KIND_U64, MEMBER (id), NULL },
  { { SNET_KEY_TIME, "time", 'x' }, KIND_I64, MEMBER (time), NULL },
  { { SNET_KEY_OPERATION, "operation", 's' }, KIND_WORD, MEMBER (operation), &snetd_operations },
  { { SNET_KEY_FAMILY, "family", 's' }, KIND_WORD, MEMBER (family), &snetd_families },
  { { SNET_KEY_TYPE, "type", 's' }, KIND_WORD, MEMBER (type), &snetd_types },
  { { SNET_KEY_PROTOCOL, "protocol", 's' }, KIND_PROTOCOL, 0, NULL },
  { { SNET_KEY_UID, "uid", 'u' }, KIND_U32, MEMBER (uid), NULL },
  { { SNET_KEY_PID, "pid", 'u' }, KIND_U32, MEMBER (pid), NULL },
  { { SNET_KEY_COMM, "comm", 's' }, KIND_TEXT, MEMBER (comm), NULL },
  { { SNET_KEY_PROGRAM, "program", 's' }, KIND_TEXT, MEMBER (program), NULL },
  { { SNET_KEY_PROGRAM_DIGEST, "program_digest", 's' }, KIND_TEXT, MEMBER (program_digest), NULL },
  { { SNET_KEY_SCRIPT, "script", 's' }, KIND_TEXT, MEMBER (script), NULL },
  { { SNET_KEY_COMMAND, "command", 'a' }, KIND_TEXTS, MEMBER (command), NULL },
  { { SNET_KEY_DIRECTORY, "directory", 's' }, KIND_TEXT, MEMBER (directory), NULL },
  { { SNET_KEY_ANCESTORS, "ancestors", 'a' }, KIND_TEXTS, MEMBER (ancestors), NULL },
  { { SNET_KEY_PROCESS, "process", 't' }, KIND_U64, MEMBER (process), NULL },
  { { SNET_KEY_SESSION, "session", 'u' }, KIND_SESSION, MEMBER (session), NULL },
  { { SNET_KEY_APP, "app", 's' }, KIND_TEXT, MEMBER (app), NULL },
  { { SNET_KEY_UNIT, "unit", 's' }, KIND_TEXT, MEMBER (unit), NULL },
  { { SNET_KEY_CGROUP, "cgroup", 's' }, KIND_TEXT, MEMBER (cgroup), NULL },
  { { SNET_KEY_NETNS, "netns", 't' }, KIND_U64, MEMBER (netns), NULL },
  { { SNET_KEY_LOCAL_ADDRESS, "local_address", 's' }, KIND_ADDRESS, MEMBER (local), NULL },
  { { SNET_KEY_LOCAL_PORT, "local_port", 'q' }, KIND_LOCAL_PORT, 0, NULL },
  { { SNET_KEY_REMOTE_ADDRESS, "remote_address", 's' }, KIND_ADDRESS, MEMBER (remote), NULL },
  { { SNET_KEY_REMOTE_PORT, "remote_port", 'q' }, KIND_REMOTE_PORT, 0, NULL },
  { { SNET_KEY_REMOTE_HOST, "remote_host", 's' }, KIND_HOST, 0, NULL },
  { { SNET_KEY_HOST_SOURCE, "remote_host_source", 's' }, KIND_HOST_SOURCE, 0, NULL },
  { { SNET_KEY_HOLD, "hold", 's' }, KIND_WORD, MEMBER (hold), &snetd_holds },
  { { SNET_KEY_VERDICT, "verdict", 's' }, KIND_WORD, MEMBER (verdict), &snetd_verdicts },
  { { SNET_KEY_REASON, "reason", 's' }, KIND_WORD, MEMBER (reason), &snetd_reasons },
  { { SNET_KEY_RULE, "rule", 't' }, KIND_U64, MEMBER (rule), NULL },
  { { SNET_KEY_ERRNO, "errno", 's' }, KIND_ERRNO, MEMBER (error), &snetd_errnos },
  { { SNET_KEY_WAITED, "waited", 'x' }, KIND_I64, MEMBER (waited), NULL },
};

char *
snetd_journal_row_names (void)
{
  GString *names = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (columns); i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", columns[i].column.column);
  return g_string_free (names, FALSE);
}

const SnetdColumn *
snetd_journal_row_column (guint number)
{
  return number < G_N_ELEMENTS (columns) ? &columns[number].column : NULL;
}

char *
snetd_journal_row_marks (void)
{
  return snetd_sql_marks (G_N_ELEMENTS (columns));
}

/* FALSE: it is not a text. *ret_text stays NULL if it is unknown. */
static gboolean
get_text (gsize which, const SnetdRequest *request, char **ret_text)
{
  const gconstpointer member = (const guint8 *)request + columns[which].offset;

  switch (columns[which].kind)
    {
    case KIND_TEXT:
      *ret_text = g_strdup (*(char *const *)member);
      return TRUE;
    case KIND_TEXTS:
      /* They have no line ends in them, see snetd_process_text(). */
      if (*(char **const *)member != NULL)
        *ret_text = g_strjoinv ("\n", *(char **const *)member);
      return TRUE;
    case KIND_WORD:
      *ret_text = snetd_vocabulary_word (columns[which].vocabulary, *(const int *)member);
      return TRUE;
    case KIND_ERRNO:
      if (*(const int *)member != 0)
        *ret_text = snetd_vocabulary_word (columns[which].vocabulary, *(const int *)member);
      return TRUE;
    case KIND_PROTOCOL:
      *ret_text = snetd_protocol_word (request->family, request->protocol);
      return TRUE;
    case KIND_HOST:
      *ret_text = g_strdup (snetd_request_get_host (request));
      return TRUE;
    case KIND_HOST_SOURCE:
      *ret_text =
        snetd_vocabulary_word (&snetd_host_sources, snetd_request_get_host_source (request));
      return TRUE;
    case KIND_ADDRESS:
      if (SNETD_ADDRESS_KNOWN ((const SnetdAddress *)member))
        *ret_text = snetd_address_to_string (member);
      return TRUE;
    case KIND_LOCAL_PORT:
    case KIND_REMOTE_PORT:
    case KIND_U32:
    case KIND_SESSION:
    case KIND_I64:
    case KIND_U64:
    default:
      return FALSE;
    }
}

/* FALSE: it is unknown. */
static gboolean
get_number (gsize which, const SnetdRequest *request, gint64 *ret_number)
{
  const gconstpointer member = (const guint8 *)request + columns[which].offset;

  switch (columns[which].kind)
    {
    case KIND_LOCAL_PORT:
      *ret_number = request->local_port;
      return SNETD_ADDRESS_KNOWN (&request->local);
    case KIND_REMOTE_PORT:
      *ret_number = request->remote_port;
      return SNETD_ADDRESS_KNOWN (&request->remote);
    case KIND_U32:
      *ret_number = *(const guint32 *)member;
      return TRUE;
    case KIND_SESSION:
      *ret_number = *(const guint32 *)member;
      return *ret_number != G_MAXUINT32;
    case KIND_I64:
      *ret_number = *(const gint64 *)member;
      return TRUE;
    case KIND_U64:
      *ret_number = (gint64) * (const guint64 *)member;
      return *ret_number != 0;
    case KIND_TEXT:
    case KIND_TEXTS:
    case KIND_WORD:
    case KIND_ERRNO:
    case KIND_ADDRESS:
    case KIND_PROTOCOL:
    case KIND_HOST:
    case KIND_HOST_SOURCE:
    default:
      g_return_val_if_reached (FALSE);
    }
}

gboolean
snetd_journal_row_bind (sqlite3_stmt *statement,
                        int first,
                        SnetdTexts *texts,
                        const SnetdRequest *request,
                        gint64 serial,
                        GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (columns); i++)
    {
      const int parameter = first + (int)i;
      g_autofree char *text = NULL;
      gint64 number = 0;
      gboolean known;

      if (get_text (i, request, &text))
        {
          known = text != NULL;
          if (known)
            number = snetd_texts_id (texts, text, serial, error);
          if (known && number == 0)
            return FALSE;
        }
      else
        known = get_number (i, request, &number);

      if (known)
        sqlite3_bind_int64 (statement, parameter, number);
      else
        sqlite3_bind_null (statement, parameter);
    }
  return TRUE;
}

/* NULL: it makes no sense. */
static GVariant *
read_value (sqlite3_stmt *statement, int number, char type, SnetdTexts *texts)
{
  const char *text;

  if (type != 's' && type != 'a')
    return snetd_sql_fits (statement, number, type) ? snetd_sql_read (statement, number, type)
                                                    : NULL;
  text = snetd_texts_lookup (texts, sqlite3_column_int64 (statement, number));
  return text != NULL ? snetd_sql_text_value (text, type) : NULL;
}

gboolean
snetd_journal_row_read (sqlite3_stmt *statement,
                        int first,
                        SnetdTexts *texts,
                        GVariantBuilder *dict)
{
  gboolean whole = TRUE;

  for (gsize i = 0; i < G_N_ELEMENTS (columns); i++)
    {
      const SnetdColumn *column = &columns[i].column;
      const int number = first + (int)i;
      GVariant *value;

      if (sqlite3_column_type (statement, number) == SQLITE_NULL)
        continue;
      value = read_value (statement, number, column->type, texts);
      if (value != NULL)
        snetd_dict_add (dict, column->key, value);
      else
        whole = FALSE;
    }
  return whole;
}

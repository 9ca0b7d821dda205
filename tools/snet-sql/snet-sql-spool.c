/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snet-sql-spool.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "snet-sql-error.h"
#include "snet-sql-log.h"

/* What a file begins with: a line that says what it is, and the sum of what follows. */
#define MAGIC       "snet-sql 1\n"
#define HEADER_SIZE 80
#define SUM_SIZE    64

typedef struct
{
  guint64 number;
  char *journal;
  guint64 last; /* the serial of its last event */
  guint64 events;
  guint64 bytes;
  gboolean sent; /* and without its contents */
} Entry;

struct SnetSqlSpool
{
  GMutex mutex;
  char *directory;
  guint64 bytes_max;
  GQueue entries; /* of Entry, the oldest first */
  SnetSqlBacklog backlog;
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_free (entry->journal);
  g_free (entry);
}

static char *
make_path (SnetSqlSpool *spool, const Entry *entry, const char *suffix)
{
  return g_strdup_printf (
    "%s/%020" G_GUINT64_FORMAT "_%s_%" G_GUINT64_FORMAT "_%" G_GUINT64_FORMAT ".%s",
    spool->directory, entry->number, entry->journal, entry->last, entry->events, suffix);
}

static char *
get_path (SnetSqlSpool *spool, const Entry *entry)
{
  return make_path (spool, entry, entry->sent ? "sent" : "page");
}

static void
add_to_backlog (SnetSqlSpool *spool, const Entry *entry, int sign)
{
  spool->backlog.pages += (guint)sign;
  spool->backlog.events += (guint64)sign * entry->events;
  spool->backlog.bytes += (guint64)sign * entry->bytes;
}

/* What is in the directory. */

static Entry *
parse_name (const char *name)
{
  g_auto (GStrv) parts = g_strsplit (name, "_", 5);
  g_autofree char *events = NULL;
  Entry *entry;
  const char *suffix;

  if (g_strv_length (parts) != 4 || (suffix = strrchr (parts[3], '.')) == NULL ||
      !(g_str_equal (suffix, ".page") || g_str_equal (suffix, ".sent")))
    return NULL;
  events = g_strndup (parts[3], (gsize)(suffix - parts[3]));
  entry = g_new0 (Entry, 1);
  entry->sent = g_str_equal (suffix, ".sent");
  entry->journal = g_strdup (parts[1]);
  if (g_ascii_string_to_unsigned (parts[0], 10, 1, G_MAXINT64, &entry->number, NULL) &&
      g_ascii_string_to_unsigned (parts[2], 10, 1, G_MAXINT64, &entry->last, NULL) &&
      g_ascii_string_to_unsigned (events, 10, 1, G_MAXUINT32, &entry->events, NULL))
    return entry;
  entry_free (entry);
  return NULL;
}

static int
compare (gconstpointer a, gconstpointer b, gpointer unused)
{
  const guint64 left = ((const Entry *)a)->number, right = ((const Entry *)b)->number;

  return (left > right) - (left < right);
}

static void
remove_entry (SnetSqlSpool *spool, const Entry *entry)
{
  g_autofree char *path = get_path (spool, entry);

  if (g_unlink (path) != 0 && errno != ENOENT)
    g_warning ("%s: %s", path, g_strerror (errno));
}

/* Of those that were sent only the last one says something. */
static void
remove_sent (SnetSqlSpool *spool)
{
  GList *next;

  for (GList *item = spool->entries.head; item != NULL && item->next != NULL; item = next)
    {
      next = item->next;
      if (!((Entry *)item->data)->sent)
        continue;
      remove_entry (spool, item->data);
      entry_free (item->data);
      g_queue_delete_link (&spool->entries, item);
    }
}

static void
add_file (SnetSqlSpool *spool, const char *name, gboolean clean)
{
  g_autofree char *path = g_build_filename (spool->directory, name, NULL);
  Entry *entry = parse_name (name);
  GStatBuf info;

  if (entry == NULL)
    {
      /* A file that was being written, see g_file_set_contents_full(). */
      if (clean && strstr (name, ".page.") != NULL)
        g_unlink (path);
      return;
    }
  if (!entry->sent)
    {
      entry->bytes = g_stat (path, &info) == 0 ? (guint64)info.st_size : 0;
      add_to_backlog (spool, entry, 1);
    }
  g_queue_insert_sorted (&spool->entries, entry, compare, NULL);
}

static SnetSqlSpool *
load (const char *directory, guint64 bytes_max, gboolean clean, GError **error)
{
  g_autoptr (SnetSqlSpool) spool = g_new0 (SnetSqlSpool, 1);
  g_autoptr (GDir) dir = NULL;
  const char *name;

  g_mutex_init (&spool->mutex);
  g_queue_init (&spool->entries);
  spool->directory = g_strdup (directory);
  spool->bytes_max = bytes_max;
  dir = g_dir_open (directory, 0, error);
  if (dir == NULL)
    return NULL;
  while ((name = g_dir_read_name (dir)) != NULL)
    add_file (spool, name, clean);
  return g_steal_pointer (&spool);
}

SnetSqlSpool *
snet_sql_spool_open (const char *directory, guint64 bytes_max, GError **error)
{
  SnetSqlSpool *spool;

  if (g_mkdir (directory, 0700) != 0 && errno != EEXIST)
    {
      g_set_error (error, SNET_SQL_ERROR, SNET_SQL_ERROR_DISK, "%s: %s", directory,
                   g_strerror (errno));
      return NULL;
    }
  spool = load (directory, bytes_max, TRUE, error);
  if (spool != NULL)
    remove_sent (spool);
  return spool;
}

SnetSqlSpool *
snet_sql_spool_look (const char *directory, GError **error)
{
  return load (directory, 0, FALSE, error);
}

void
snet_sql_spool_close (SnetSqlSpool *spool)
{
  g_queue_clear_full (&spool->entries, entry_free);
  g_mutex_clear (&spool->mutex);
  g_free (spool->directory);
  g_free (spool);
}

/* As a store */

static gboolean
get_position (gpointer store, char **ret_journal, guint64 *ret_serial)
{
  SnetSqlSpool *spool = store;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&spool->mutex);
  const Entry *last = g_queue_peek_tail (&spool->entries);

  if (last == NULL)
    return FALSE;
  *ret_journal = g_strdup (last->journal);
  *ret_serial = last->last;
  return TRUE;
}

static GByteArray *
encode (const SnetSqlPage *page)
{
  GVariant *variant = snet_sql_page_get_variant (page);
  const gsize size = g_variant_get_size (variant);
  g_autofree char *sum =
    g_compute_checksum_for_data (G_CHECKSUM_SHA256, g_variant_get_data (variant), size);
  GByteArray *bytes = g_byte_array_sized_new ((guint)(HEADER_SIZE + size));

  g_byte_array_set_size (bytes, HEADER_SIZE);
  memset (bytes->data, ' ', HEADER_SIZE);
  memcpy (bytes->data, MAGIC, strlen (MAGIC));
  memcpy (bytes->data + strlen (MAGIC), sum, SUM_SIZE);
  bytes->data[HEADER_SIZE - 1] = '\n';
  g_byte_array_append (bytes, g_variant_get_data (variant), (guint)size);
  return bytes;
}

static gboolean
write_file (SnetSqlSpool *spool, const Entry *entry, const GByteArray *bytes, GError **error)
{
  g_autofree char *path = get_path (spool, entry);
  g_autoptr (GError) why = NULL;

  if (g_file_set_contents_full (path, (const char *)bytes->data, bytes->len,
                                G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                &why))
    return TRUE;
  g_set_error (error, SNET_SQL_ERROR, SNET_SQL_ERROR_FULL, "%s", why->message);
  return FALSE;
}

static Entry *
make_entry (SnetSqlSpool *spool, const SnetSqlPage *page, guint64 bytes)
{
  const Entry *last = g_queue_peek_tail (&spool->entries);
  const guint rows = snet_sql_page_get_rows (page);
  Entry *entry = g_new0 (Entry, 1);

  entry->number = last != NULL ? last->number + 1 : 1;
  entry->journal = g_strdup (snet_sql_page_get_journal (page));
  entry->last = snet_sql_page_get_serial (page, rows - 1);
  entry->events = rows;
  entry->bytes = bytes;
  return entry;
}

/* The file is written without the lock, as the disk may be slow; nobody else adds any. */
static gboolean
take (gpointer store, const SnetSqlPage *page, GError **error)
{
  SnetSqlSpool *spool = store;
  g_autoptr (GByteArray) bytes = encode (page);
  Entry *entry;

  g_mutex_lock (&spool->mutex);
  entry = spool->backlog.bytes + bytes->len <= spool->bytes_max
            ? make_entry (spool, page, bytes->len)
            : NULL;
  g_mutex_unlock (&spool->mutex);
  if (entry == NULL)
    {
      g_set_error (error, SNET_SQL_ERROR, SNET_SQL_ERROR_FULL,
                   "%s: as many events wait as may (MaximumMegabytes)", spool->directory);
      return FALSE;
    }
  if (!write_file (spool, entry, bytes, error))
    {
      entry_free (entry);
      return FALSE;
    }

  g_mutex_lock (&spool->mutex);
  g_queue_push_tail (&spool->entries, entry);
  add_to_backlog (spool, entry, 1);
  remove_sent (spool);
  g_mutex_unlock (&spool->mutex);
  return TRUE;
}

const SnetSqlStore snet_sql_spool_store = { .get_position = get_position, .take = take };

/* For who sends them */

static gboolean
check_sum (const char *contents, gsize size)
{
  g_autofree char *sum = NULL;

  if (size < HEADER_SIZE || memcmp (contents, MAGIC, strlen (MAGIC)) != 0)
    return FALSE;
  sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *)contents + HEADER_SIZE,
                                     size - HEADER_SIZE);
  return memcmp (contents + strlen (MAGIC), sum, SUM_SIZE) == 0;
}

static SnetSqlPage *
read_file (const char *path, const Entry *entry, GError **error)
{
  g_autoptr (GBytes) all = NULL;
  g_autoptr (GBytes) body = NULL;
  g_autoptr (GVariant) variant = NULL;
  g_autoptr (SnetSqlPage) page = NULL;
  char *contents;
  gsize size;

  if (!g_file_get_contents (path, &contents, &size, error))
    return NULL;
  all = g_bytes_new_take (contents, size);
  if (!check_sum (contents, size))
    {
      g_set_error (error, SNET_SQL_ERROR, SNET_SQL_ERROR_FORMAT, "its sum is another one");
      return NULL;
    }
  body = g_bytes_new_from_bytes (all, HEADER_SIZE, size - HEADER_SIZE);
  variant = g_variant_ref_sink (g_variant_new_from_bytes (SNET_SQL_PAGE_TYPE, body, FALSE));
  page = snet_sql_page_new (variant, entry->journal, error);
  if (page == NULL)
    return NULL;
  if (snet_sql_page_get_rows (page) != entry->events ||
      snet_sql_page_get_serial (page, (guint)entry->events - 1) != entry->last)
    {
      g_set_error (error, SNET_SQL_ERROR, SNET_SQL_ERROR_FORMAT, "it is not what its name says");
      return NULL;
    }
  return g_steal_pointer (&page);
}

/* It has gone: what stays of the last one is its name. With the lock. */
static void
finish_entry (SnetSqlSpool *spool, GList *item)
{
  Entry *entry = item->data;
  g_autofree char *path = get_path (spool, entry);
  g_autofree char *sent = NULL;

  add_to_backlog (spool, entry, -1);
  if (item->next != NULL)
    {
      remove_entry (spool, entry);
      entry_free (entry);
      g_queue_delete_link (&spool->entries, item);
      return;
    }
  entry->sent = TRUE;
  entry->bytes = 0;
  sent = get_path (spool, entry);
  if (g_rename (path, sent) != 0 || truncate (sent, 0) != 0)
    g_warning ("%s: %s", path, g_strerror (errno));
}

static GList *
find_oldest (SnetSqlSpool *spool)
{
  for (GList *item = spool->entries.head; item != NULL; item = item->next)
    {
      if (!((Entry *)item->data)->sent)
        return item;
    }
  return NULL;
}

/* To be looked at by somebody; one is enough, so that they do not fill the disk. With the lock. */
static void
put_aside (SnetSqlSpool *spool, GList *item, const char *path, const char *why)
{
  g_autofree char *aside = g_build_filename (spool->directory, "damaged", NULL);

  snet_sql_log (G_LOG_LEVEL_WARNING, SNET_SQL_MESSAGE_DAMAGED,
                "%s is damaged (%s): it is put aside as %s, and its events are missing", path, why,
                aside);
  if (link (path, aside) != 0 && errno == EEXIST)
    {
      g_unlink (aside);
      if (link (path, aside) != 0)
        g_warning ("%s: %s", aside, g_strerror (errno));
    }
  finish_entry (spool, item);
}

SnetSqlPage *
snet_sql_spool_peek (SnetSqlSpool *spool, guint64 *ret_number, guint64 *ret_waiting)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&spool->mutex);
  GList *item;

  while ((item = find_oldest (spool)) != NULL)
    {
      const Entry *entry = item->data;
      g_autofree char *path = get_path (spool, entry);
      g_autoptr (GError) error = NULL;
      SnetSqlPage *page = read_file (path, entry, &error);

      if (page != NULL)
        {
          *ret_number = entry->number;
          *ret_waiting = spool->backlog.events;
          return page;
        }
      put_aside (spool, item, path, error->message);
    }
  return NULL;
}

void
snet_sql_spool_drop (SnetSqlSpool *spool, guint64 number)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&spool->mutex);
  GList *item = find_oldest (spool);

  g_return_if_fail (item != NULL && ((Entry *)item->data)->number == number);
  finish_entry (spool, item);
}

SnetSqlBacklog
snet_sql_spool_get_backlog (SnetSqlSpool *spool)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&spool->mutex);

  return spool->backlog;
}

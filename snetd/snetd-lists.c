/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-lists.h"

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "snetd-dict.h"
#include "snetd-file.h"

#define FILE_MAX_BYTES (256 * 1024 * 1024)

/*
 * What changes a file of the directory for who opens it. IN_CREATE is for links: a file is
 * read once more when who has made it has written it.
 */
#define EVENTS                                                                                     \
  (IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_ATTRIB |              \
   IN_MOVE_SELF | IN_ONLYDIR)

/* What became of reading one: either the list or the problem. */
typedef struct
{
  SnetdList *list;
  char *problem;
  guint64 nonsense; /* lines */
  gint64 time;
} Read;

/* A list that rules name. */
typedef struct
{
  guint users;
  gint64 read;      /* when; 0: it could not be */
  guint64 nonsense; /* lines */
  char *problem;
  gboolean reading;       /* by this reader: */
  GCancellable *reader;   /* cancelled if nobody wants to know any more */
  gboolean changed_since; /* it has begun to read too early */
} Entry;

struct _SnetdLists
{
  GObject parent_instance;

  char *directory;
  GHashTable *entries; /* by name, of Entry */
  GHashTable *lists;   /* by name, of SnetdList */
  int notify;          /* inotify, of the directory; -1: none, or it was not there */
  guint source;
};

enum
{
  CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SnetdLists, snetd_lists, G_TYPE_OBJECT)

/* Reading. */

static void
warn_of_nonsense (const char *path, const SnetdListNonsense *nonsense)
{
  g_autoptr (GString) lines = g_string_new (NULL);

  for (guint i = 0; i < MIN (nonsense->count, SNETD_LIST_LINES_NAMED); i++)
    g_string_append_printf (lines, "%s%" G_GUINT64_FORMAT, i > 0 ? ", " : "", nonsense->lines[i]);
  g_warning ("%s: %" G_GUINT64_FORMAT " lines make no sense and are passed over: %s%s", path,
             nonsense->count, lines->str, nonsense->count > SNETD_LIST_LINES_NAMED ? ", …" : "");
}

static void
read_free (Read *done)
{
  g_clear_pointer (&done->list, snetd_list_free);
  g_free (done->problem);
  g_free (done);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Read, read_free)

/* A problem has been said already. From any thread. */
static Read *
read_list (const char *path)
{
  Read *done = g_new0 (Read, 1);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  SnetdListNonsense nonsense;
  gsize length;

  text = snetd_file_read (path, FILE_MAX_BYTES, &length, &error);
  if (text == NULL)
    {
      g_warning ("Nothing is in this list, so that rules with it never hold: %s", error->message);
      done->problem = g_strdup (error->message);
      return done;
    }
  done->time = g_get_real_time ();
  done->list = snetd_list_new (text, length, &nonsense);
  done->nonsense = nonsense.count;
  if (nonsense.count > 0)
    warn_of_nonsense (path, &nonsense);
  g_message ("%s: %u names and %u ranges of addresses, in %" G_GSIZE_FORMAT " kB", path,
             snetd_list_count_names (done->list), snetd_list_count_ranges (done->list),
             snetd_list_bytes (done->list) / 1000);
  return done;
}

static char *
path_of (SnetdLists *self, const char *name)
{
  return g_build_filename (self->directory, name, NULL);
}

static void
set_list (SnetdLists *self, const char *name, Entry *entry, Read *done)
{
  const gboolean had = g_hash_table_contains (self->lists, name);
  const gboolean has = done->list != NULL;

  entry->read = done->time;
  entry->nonsense = done->nonsense;
  g_free (entry->problem);
  entry->problem = g_steal_pointer (&done->problem);
  if (has)
    g_hash_table_insert (self->lists, g_strdup (name), g_steal_pointer (&done->list));
  else
    g_hash_table_remove (self->lists, name);
  if (had || has)
    g_signal_emit (self, signals[CHANGED], 0);
}

static void start_reading (SnetdLists *self, const char *name, Entry *entry);

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SnetdLists *self = SNETD_LISTS (source);
  g_autofree char *name = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (Read) done = g_task_propagate_pointer (G_TASK (result), &error);
  Entry *entry;

  /* No rule names it any more, or another reader has been sent since. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  entry = g_hash_table_lookup (self->entries, name);
  entry->reading = FALSE;
  if (entry->changed_since)
    start_reading (self, name, entry);
  set_list (self, name, entry, done);
}

static void
read_thread (GTask *task, gpointer source, gpointer path, GCancellable *cancellable)
{
  g_task_return_pointer (task, read_list (path), (GDestroyNotify)read_free);
}

static void
start_reading (SnetdLists *self, const char *name, Entry *entry)
{
  g_autoptr (GTask) task = NULL;

  entry->changed_since = entry->reading;
  if (entry->reading)
    return;

  entry->reading = TRUE;
  task = g_task_new (self, entry->reader, read_cb, g_strdup (name));
  g_task_set_task_data (task, path_of (self, name), g_free);
  g_task_run_in_thread (task, read_thread);
}

/* The directory. */

static void
note_change (SnetdLists *self, const char *name)
{
  Entry *entry = g_hash_table_lookup (self->entries, name);

  if (entry != NULL)
    start_reading (self, name, entry);
}

static void
unwatch (SnetdLists *self)
{
  g_clear_handle_id (&self->source, g_source_remove);
  if (self->notify >= 0)
    close (self->notify);
  self->notify = -1;
}

static gboolean
notify_cb (int fd, GIOCondition condition, gpointer user_data)
{
  SnetdLists *self = user_data;
  _Alignas(struct inotify_event) char buffer[4096];
  const struct inotify_event *event;
  const gssize got = read (fd, buffer, sizeof buffer);

  for (gssize at = 0; at < got; at += (gssize)sizeof *event + event->len)
    {
      event = (const struct inotify_event *)(buffer + at);
      if (event->mask & (IN_IGNORED | IN_MOVE_SELF))
        {
          /* The directory is gone; perhaps there is another one, or will be at the next reload. */
          unwatch (self);
          snetd_lists_reload (self);
          return G_SOURCE_REMOVE;
        }
      if (event->mask & IN_Q_OVERFLOW)
        snetd_lists_reload (self);
      else if (event->len > 0)
        note_change (self, event->name);
    }
  return G_SOURCE_CONTINUE;
}

/*
 * Not a GFileMonitor: of a directory that is not there it looks every four seconds
 * whether it is.
 */
static void
watch (SnetdLists *self)
{
  if (self->notify >= 0)
    return;

  self->notify = inotify_init1 (IN_CLOEXEC | IN_NONBLOCK);
  if (self->notify < 0 || inotify_add_watch (self->notify, self->directory, EVENTS) < 0)
    {
      g_log (G_LOG_DOMAIN, errno == ENOENT ? G_LOG_LEVEL_DEBUG : G_LOG_LEVEL_WARNING,
             "%s is not watched: %s", self->directory, g_strerror (errno));
      unwatch (self);
      return;
    }
  self->source = g_unix_fd_add (self->notify, G_IO_IN, notify_cb, self);
}

/* Rules come and go. */

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_cancellable_cancel (entry->reader);
  g_object_unref (entry->reader);
  g_free (entry->problem);
  g_free (entry);
}

void
snetd_lists_use (SnetdLists *self, const char *name, gboolean now)
{
  Entry *entry = g_hash_table_lookup (self->entries, name);
  g_autofree char *path = NULL;
  g_autoptr (Read) done = NULL;

  if (entry != NULL)
    {
      entry->users++;
      return;
    }

  /* Before it is read, so that no change is between the two. */
  watch (self);
  entry = g_new0 (Entry, 1);
  entry->users = 1;
  entry->reader = g_cancellable_new ();
  g_hash_table_insert (self->entries, g_strdup (name), entry);
  if (!now)
    {
      start_reading (self, name, entry);
      return;
    }
  path = path_of (self, name);
  done = read_list (path);
  set_list (self, name, entry, done);
}

void
snetd_lists_release (SnetdLists *self, const char *name)
{
  Entry *entry = g_hash_table_lookup (self->entries, name);

  g_return_if_fail (entry != NULL);

  if (--entry->users > 0)
    return;
  g_hash_table_remove (self->lists, name);
  g_hash_table_remove (self->entries, name);
  if (g_hash_table_size (self->entries) == 0)
    unwatch (self);
}

void
snetd_lists_describe (SnetdLists *self, const char *name, GVariantBuilder *dict)
{
  const Entry *entry = g_hash_table_lookup (self->entries, name);
  const SnetdList *list = g_hash_table_lookup (self->lists, name);
  g_autofree char *path = path_of (self, name);

  snetd_dict_add_text (dict, "name", name);
  snetd_dict_add_text (dict, "file", path);
  if (entry == NULL)
    return;
  snetd_dict_add_text (dict, "problem", entry->problem);
  if (entry->reading)
    snetd_dict_add (dict, "reading", g_variant_new_boolean (TRUE));
  if (list == NULL)
    return;
  snetd_dict_add (dict, "read", g_variant_new_int64 (entry->read));
  snetd_dict_add (dict, "names", g_variant_new_uint32 (snetd_list_count_names (list)));
  snetd_dict_add (dict, "ranges", g_variant_new_uint32 (snetd_list_count_ranges (list)));
  if (entry->nonsense > 0)
    snetd_dict_add (dict, "nonsense", g_variant_new_uint64 (entry->nonsense));
}

GHashTable *
snetd_lists_get_table (SnetdLists *self)
{
  return self->lists;
}

void
snetd_lists_reload (SnetdLists *self)
{
  GHashTableIter iter;
  gpointer name, entry;

  if (g_hash_table_size (self->entries) > 0)
    watch (self);
  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, &name, &entry))
    start_reading (self, name, entry);
}

/* The object. */

static void
snetd_lists_dispose (GObject *object)
{
  SnetdLists *self = SNETD_LISTS (object);

  unwatch (self);
  g_hash_table_remove_all (self->entries);
  G_OBJECT_CLASS (snetd_lists_parent_class)->dispose (object);
}

static void
snetd_lists_finalize (GObject *object)
{
  SnetdLists *self = SNETD_LISTS (object);

  g_free (self->directory);
  g_hash_table_unref (self->entries);
  g_hash_table_unref (self->lists);
  G_OBJECT_CLASS (snetd_lists_parent_class)->finalize (object);
}

static void
snetd_lists_class_init (SnetdListsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = snetd_lists_dispose;
  object_class->finalize = snetd_lists_finalize;

  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
}

static void
snetd_lists_init (SnetdLists *self)
{
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, entry_free);
  self->lists =
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)snetd_list_free);
  self->notify = -1;
}

SnetdLists *
snetd_lists_new (const char *directory)
{
  SnetdLists *self = g_object_new (SNETD_TYPE_LISTS, NULL);

  self->directory = g_strdup (directory);
  return self;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-hosts-file.h"

#include <string.h>

#include "snetd-file.h"
#include "snetd-host.h"
#include "snetd-watch.h"

/* Some have a blocklist of a million names in it. */
#define FILE_MAX_BYTES (32 * 1024 * 1024)

/* What names an address is short, and what is longer is no such line. */
#define WORD_BYTES 256

struct SnetdHostsFile
{
  char *path;
  SnetdWatch *watch;
  GHashTable *names; /* SnetdAddress -> text */
  SnetdHostsFileFunc changed;
  gpointer user_data;
};

/* FALSE: there is none left, or a longer one than there can be. */
static gboolean
next_word (const char **text, const char *end, char word[WORD_BYTES])
{
  const char *at = *text;
  gsize length = 0;

  while (at < end && (*at == ' ' || *at == '\t' || *at == '\r'))
    at++;
  while (at + length < end && strchr (" \t\r", at[length]) == NULL)
    length++;
  if (length == 0 || length >= WORD_BYTES)
    return FALSE;
  memcpy (word, at, length);
  word[length] = '\0';
  *text = at + length;
  return TRUE;
}

static gboolean
is_unspecified (const SnetdAddress *address)
{
  static const guint8 zeros[16];

  return memcmp (address->bytes, zeros, sizeof zeros) == 0;
}

static void
read_line (GHashTable *names, const char *line, const char *end)
{
  const char *comment = memchr (line, '#', end - line);
  char word[WORD_BYTES];
  SnetdAddress address;
  char *name;

  if (comment != NULL)
    end = comment;
  if (memchr (line, '\0', end - line) != NULL || !next_word (&line, end, word))
    return;
  if (!snetd_address_parse (word, &address, NULL) || !snetd_address_is_single (&address) ||
      is_unspecified (&address) || g_hash_table_contains (names, &address))
    return;
  if (!next_word (&line, end, word) || !g_utf8_validate (word, -1, NULL))
    return;
  name = snetd_host_normalize (word, NULL);
  if (name != NULL)
    g_hash_table_insert (names, g_memdup2 (&address, sizeof address), name);
}

GHashTable *
snetd_hosts_file_parse (const char *text, gsize length)
{
  GHashTable *names =
    g_hash_table_new_full (snetd_address_hash, snetd_address_equal, g_free, g_free);
  const char *end = text + length;

  while (text < end)
    {
      const char *newline = memchr (text, '\n', end - text);
      const char *stop = newline != NULL ? newline : end;

      read_line (names, text, stop);
      text = newline != NULL ? newline + 1 : end;
    }
  return names;
}

static void
load (SnetdHostsFile *file)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  gsize length = 0;

  text = snetd_file_read (file->path, FILE_MAX_BYTES, &length, &error);
  if (error != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    g_warning ("Names of hosts are not taken from it: %s", error->message);
  g_clear_pointer (&file->names, g_hash_table_unref);
  file->names = snetd_hosts_file_parse (text != NULL ? text : "", length);
}

static void
changed_cb (gpointer user_data)
{
  SnetdHostsFile *file = user_data;

  load (file);
  file->changed (file->user_data);
}

SnetdHostsFile *
snetd_hosts_file_new (const char *path, SnetdHostsFileFunc changed, gpointer user_data)
{
  SnetdHostsFile *file = g_new0 (SnetdHostsFile, 1);

  file->path = g_strdup (path);
  file->changed = changed;
  file->user_data = user_data;
  /* First, so that no change is between the two. */
  file->watch = snetd_watch_new (path, changed_cb, file);
  load (file);
  return file;
}

void
snetd_hosts_file_free (SnetdHostsFile *file)
{
  snetd_watch_free (file->watch);
  g_hash_table_unref (file->names);
  g_free (file->path);
  g_free (file);
}

const char *
snetd_hosts_file_get (SnetdHostsFile *file, const SnetdAddress *address)
{
  return g_hash_table_lookup (file->names, address);
}

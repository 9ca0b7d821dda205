/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-rules-dir.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "snet-names.h"
#include "snetd-file.h"
#include "snetd-rule-text.h"

#define SUFFIX ".rules"

typedef struct
{
  const char *path;
  gsize bytes_left;
  GHashTable *ids; /* those that are taken */
  GPtrArray *rules;
  GPtrArray *problems;
} Load;

G_GNUC_PRINTF (3, 4)
static gboolean
add_problem (Load *load, const char *name, const char *format, ...)
{
  g_autofree char *what = NULL;
  va_list list;

  va_start (list, format);
  what = g_strdup_vprintf (format, list);
  va_end (list);
  g_ptr_array_add (load->problems,
                   g_strdup_printf ("%s%s%s: %s", load->path, name != NULL ? "/" : "",
                                    name != NULL ? name : "", what));
  return FALSE;
}

/* Rules. */

/*
 * Made of the names of the file and the group, so that it stays when snetd starts anew or
 * other rules come and go. Who comes second to a number, which is not to be expected, takes
 * the next one.
 */
static guint64
make_id (Load *load, const char *file, const char *group)
{
  g_autofree char *name = g_strconcat (file, "/", group, NULL);
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, name, -1);
  guint64 id;

  digest[13] = '\0'; /* 52 bits */
  id = SNETD_RULES_DIR_ID | g_ascii_strtoull (digest, NULL, 16);
  while (g_hash_table_contains (load->ids, &id))
    id = SNETD_RULES_DIR_ID | ((id + 1) & (SNETD_RULES_DIR_ID - 1));
  g_hash_table_add (load->ids, g_memdup2 (&id, sizeof id));
  return id;
}

/* What a file that is read again and again, for all users, cannot say. */
static const char *
find_fault (const SnetdRule *rule)
{
  if (rule->owner != SNETD_OWNER_SYSTEM)
    return "“" SNET_KEY_OWNER
           "” cannot be in a file, whose rules are the system's; say “" SNET_KEY_UID "”";
  if (rule->duration != 0)
    return "“" SNET_KEY_DURATION
           "” would begin anew whenever the file is read; say “" SNET_KEY_UNTIL "”";
  if (rule->lifetime != SNETD_LIFETIME_FOREVER && rule->lifetime != SNETD_LIFETIME_UNTIL)
    return "“" SNET_KEY_LIFETIME "” can be only forever or until in a file, which stays";
  return NULL;
}

static void
take_rule (Load *load, const char *file, const char *group, SnetdRule *rule)
{
  const char *fault = find_fault (rule);

  if (fault != NULL)
    {
      add_problem (load, file, "[%s]: %s", group, fault);
      return;
    }
  rule->id = make_id (load, file, group);
  rule->source = g_build_filename (load->path, file, NULL);
  g_ptr_array_add (load->rules, snetd_rule_ref (rule));
}

static void
parse (Load *load, const char *file, const char *text, gsize length)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) rules = snetd_rule_text_parse (text, length, names, problems);

  for (guint i = 0; i < problems->len; i++)
    add_problem (load, file, "%s", (const char *)g_ptr_array_index (problems, i));
  for (guint i = 0; i < rules->len; i++)
    take_rule (load, file, g_ptr_array_index (names, i), g_ptr_array_index (rules, i));
}

/* Files. */

static void
read_file (Load *load, const char *name)
{
  g_autofree char *path = g_build_filename (load->path, name, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  /* It is part of each rule on the bus. */
  if (!g_utf8_validate (name, -1, NULL))
    {
      g_autofree char *shown = g_filename_display_name (name);

      add_problem (load, shown, "is not used, as its name is not text (UTF-8)");
      return;
    }
  text = snetd_file_read (path, load->bytes_left, &length, &error);
  if (text != NULL)
    {
      load->bytes_left -= length;
      parse (load, name, text, length);
    }
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE))
    add_problem (load, name, "is not used, as there are more than %d bytes of rules in all",
                 SNETD_RULES_DIR_BYTES_MAX);
  else
    g_ptr_array_add (load->problems, g_strdup (error->message));
}

/* The directory. */

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

/* Who can write it can put there what root has written for something else. */
static gboolean
check_safe (Load *load, DIR *dir)
{
  struct stat info;

  if (fstat (dirfd (dir), &info) < 0)
    return add_problem (load, NULL, "%s", g_strerror (errno));
  if (info.st_uid != 0 && info.st_uid != geteuid ())
    return add_problem (load, NULL, "does not belong to root, and is not used");
  if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return add_problem (load, NULL, "can be written by others than its owner, and is not used");
  return TRUE;
}

static GPtrArray *
list_files (DIR *dir)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  const struct dirent *entry;

  while ((entry = readdir (dir)) != NULL)
    {
      if (entry->d_name[0] != '.' && g_str_has_suffix (entry->d_name, SUFFIX))
        g_ptr_array_add (names, g_strdup (entry->d_name));
    }
  g_ptr_array_sort (names, compare_names);
  return names;
}

static void
read_files (Load *load, DIR *dir)
{
  g_autoptr (GPtrArray) names = list_files (dir);

  for (guint i = 0; i < MIN (names->len, SNETD_RULES_DIR_FILES_MAX); i++)
    read_file (load, g_ptr_array_index (names, i));
  if (names->len > SNETD_RULES_DIR_FILES_MAX)
    add_problem (load, g_ptr_array_index (names, SNETD_RULES_DIR_FILES_MAX),
                 "is not used, nor is what follows it, as there are more than %d files",
                 SNETD_RULES_DIR_FILES_MAX);
}

GPtrArray *
snetd_rules_dir_load (const char *path, GPtrArray *problems)
{
  Load load = {
    .path = path,
    .bytes_left = SNETD_RULES_DIR_BYTES_MAX,
    .ids = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL),
    .rules = g_ptr_array_new_with_free_func ((GDestroyNotify)snetd_rule_unref),
    .problems = problems,
  };
  DIR *dir = opendir (path);

  if (dir != NULL)
    {
      if (check_safe (&load, dir))
        read_files (&load, dir);
      closedir (dir);
    }
  else if (errno != ENOENT)
    add_problem (&load, NULL, "%s", g_strerror (errno));
  g_hash_table_unref (load.ids);
  return load.rules;
}

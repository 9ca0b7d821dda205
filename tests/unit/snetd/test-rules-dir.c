/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules in files: what is read, whose files are believed, and what is said of the others. */
#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake-snet.h"
#include "snetd-rules-dir.h"

typedef struct
{
  char *path;
  GPtrArray *rules;
  GPtrArray *problems;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  fixture->path = g_dir_make_tmp ("rules.d-XXXXXX", &error);
  g_assert_no_error (error);
}

static void
forget (Fixture *fixture)
{
  g_clear_pointer (&fixture->rules, g_ptr_array_unref);
  g_clear_pointer (&fixture->problems, g_ptr_array_unref);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->path, name, NULL);

      g_remove (path);
    }
  g_rmdir (fixture->path);
  g_free (fixture->path);
  forget (fixture);
}

static void
write_file (Fixture *fixture, const char *name, const char *text, mode_t mode)
{
  g_autofree char *path = g_build_filename (fixture->path, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_cmpint (g_chmod (path, mode), ==, 0);
}

static void
load (Fixture *fixture)
{
  forget (fixture);
  fixture->problems = g_ptr_array_new_with_free_func (g_free);
  fixture->rules = snetd_rules_dir_load (fixture->path, fixture->problems);
  for (guint i = 0; i < fixture->problems->len; i++)
    g_test_message ("%s", (char *)g_ptr_array_index (fixture->problems, i));
}

/* The comments, which are the names of the groups. */
static void
check_rules (Fixture *fixture, const char *comments)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < fixture->rules->len; i++)
    {
      const SnetdRule *rule = g_ptr_array_index (fixture->rules, i);

      g_string_append_printf (text, "%s%s", i > 0 ? " " : "", rule->comment);
    }
  g_assert_cmpstr (text->str, ==, comments);
}

/* One, that has all of these words. */
static void
check_problem (Fixture *fixture, const char *const *says)
{
  g_assert_cmpuint (fixture->problems->len, ==, 1);
  for (guint i = 0; says[i] != NULL; i++)
    g_assert_nonnull (strstr (g_ptr_array_index (fixture->problems, 0), says[i]));
}

static guint64
id_of (Fixture *fixture, guint index)
{
  return ((SnetdRule *)g_ptr_array_index (fixture->rules, index))->id;
}

static void
test_reads (Fixture *fixture, gconstpointer unused)
{
  const SnetdRule *rule;
  g_autofree char *source = g_build_filename (fixture->path, "10-a.rules", NULL);

  write_file (fixture, "20-b.rules", "[c]\naction=deny\n", 0600);
  write_file (fixture, "10-a.rules", "[a]\naction=allow\nlocked=true\n[b]\naction=ask\n", 0644);
  write_file (fixture, "30-c.rules~", "[d]\naction=deny\n", 0600);
  write_file (fixture, ".40-d.rules", "[e]\naction=deny\n", 0600);
  write_file (fixture, "README", "no rules\n", 0600);
  load (fixture);
  g_assert_cmpuint (fixture->problems->len, ==, 0);
  check_rules (fixture, "a b c");
  rule = g_ptr_array_index (fixture->rules, 0);
  g_assert_cmpstr (rule->source, ==, source);
  g_assert_cmpint (rule->owner, ==, SNETD_OWNER_SYSTEM);
  g_assert_true (rule->locked);
}

static void
test_missing (Fixture *fixture, gconstpointer unused)
{
  g_assert_cmpint (g_rmdir (fixture->path), ==, 0);
  load (fixture);
  g_assert_cmpuint (fixture->rules->len, ==, 0);
  g_assert_cmpuint (fixture->problems->len, ==, 0);
}

/* An id stays as long as the names of file and group do, whatever else comes and goes. */
static void
test_ids (Fixture *fixture, gconstpointer unused)
{
  guint64 a, b;

  write_file (fixture, "a.rules", "[a]\naction=allow\n", 0600);
  write_file (fixture, "b.rules", "[a]\naction=allow\n", 0600);
  load (fixture);
  a = id_of (fixture, 0);
  b = id_of (fixture, 1);
  g_assert_cmpuint (a, !=, b);
  g_assert_cmpuint (a & SNETD_RULES_DIR_ID, !=, 0);
  /* What JSON's numbers can hold. */
  g_assert_cmpuint (MAX (a, b), <, G_GUINT64_CONSTANT (1) << 53);

  write_file (fixture, "a.rules", "[0]\naction=ask\n[a]\naction=deny\n", 0600);
  write_file (fixture, "0.rules", "[a]\naction=ask\n", 0600);
  load (fixture);
  g_assert_cmpuint (fixture->rules->len, ==, 4);
  g_assert_cmpuint (id_of (fixture, 2), ==, a);
  g_assert_cmpuint (id_of (fixture, 3), ==, b);
}

/* The first 52 bits of the SHA-256 of both are the same; it took some search. */
static void
test_same_id (Fixture *fixture, gconstpointer unused)
{
  write_file (fixture, "a.rules",
              "[b43068f56a446]\naction=allow\n[55e5a8cf2d51a]\naction=deny\n[c]\naction=ask\n",
              0600);
  load (fixture);
  check_rules (fixture, "b43068f56a446 55e5a8cf2d51a c");
  g_assert_cmpuint (id_of (fixture, 0), ==,
                    SNETD_RULES_DIR_ID | G_GUINT64_CONSTANT (0xa99b045a5a2ab));
  g_assert_cmpuint (id_of (fixture, 1), ==, id_of (fixture, 0) + 1);
}

/* What is wrong is said, with the file, the group and the key, and takes no other with it. */
static void
test_problems (Fixture *fixture, gconstpointer unused)
{
  static const struct
  {
    const char *text;
    const char *rules;
    const char *says[4];
  } cases[] = {
    { "[a]\naction=permit\n[b]\naction=allow\n", "z b", { "x.rules", "[a]", "“permit”" } },
    { "[a]\naction=allow\nowner=1000\n", "z", { "x.rules", "[a]", "“owner”" } },
    { "[a]\naction=allow\nlifetime=reboot\n", "z", { "x.rules", "[a]", "“lifetime”" } },
    { "[a]\naction=allow\nlifetime=process\nprocess=5\n", "z", { "[a]", "“lifetime”" } },
    { "[a]\naction=allow\nlifetime=until\nduration=60\n", "z", { "[a]", "“duration”" } },
    { "[a]\naction=allow\nlifetime=until\nuntil=2100-01-01T00:00:00Z\n", "z a", { NULL } },
    { "[a]\naction=allow\nid=5\n", "z", { "[a]", "“id”" } },
    { "[a]\naction=allow\nsource=/x\n", "z", { "[a]", "“source”" } },
    { "[a]\naction=allow\n[a]\naction=deny\n[b]\naction=ask\n", "z b", { "[a]", "two" } },
    { "[a]\naction=allow\naction=deny\n[b]\naction=ask\n", "z b", { "[a]", "“action”" } },
    { "action=allow\n", "z", { "x.rules", NULL } },
    { "[a]\naction=\xff\n", "z", { "x.rules", "UTF-8" } },
  };

  write_file (fixture, "0.rules", "[z]\naction=ask\n", 0600);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i].text);
      write_file (fixture, "x.rules", cases[i].text, 0600);
      load (fixture);
      check_rules (fixture, cases[i].rules);
      if (cases[i].says[0] != NULL)
        check_problem (fixture, cases[i].says);
      else
        g_assert_cmpuint (fixture->problems->len, ==, 0);
    }
}

static void
test_modes (Fixture *fixture, gconstpointer unused)
{
  static const struct
  {
    mode_t mode;
    gboolean used;
  } cases[] = {
    { 0644, TRUE }, { 0600, TRUE }, { 0755, TRUE }, { 0664, FALSE }, { 0646, FALSE },
  };
  const char *says[] = { "x.rules", "written", NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      write_file (fixture, "x.rules", "[a]\naction=allow\n", cases[i].mode);
      load (fixture);
      g_assert_cmpuint (fixture->rules->len, ==, cases[i].used);
      if (!cases[i].used)
        check_problem (fixture, says);
    }
}

static void
test_owner (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *path = g_build_filename (fixture->path, "x.rules", NULL);
  const char *says[] = { "x.rules", "belong", NULL };

  if (getuid () != 0)
    {
      g_test_skip ("only root can give files away");
      return;
    }
  write_file (fixture, "x.rules", "[a]\naction=allow\n", 0600);
  g_assert_cmpint (chown (path, 1, 0), ==, 0);
  load (fixture);
  g_assert_cmpuint (fixture->rules->len, ==, 0);
  check_problem (fixture, says);

  /* Who owns the directory can put there what root has written elsewhere. */
  g_assert_cmpint (chown (path, 0, 0), ==, 0);
  g_assert_cmpint (chown (fixture->path, 1, 0), ==, 0);
  load (fixture);
  g_assert_cmpuint (fixture->rules->len, ==, 0);
  g_assert_cmpint (chown (fixture->path, 0, 0), ==, 0);
}

static void
test_directory_mode (Fixture *fixture, gconstpointer unused)
{
  const char *says[] = { fixture->path, "written", NULL };

  write_file (fixture, "x.rules", "[a]\naction=allow\n", 0600);
  g_assert_cmpint (g_chmod (fixture->path, 0777), ==, 0);
  load (fixture);
  g_assert_cmpuint (fixture->rules->len, ==, 0);
  check_problem (fixture, says);
}

/* Nothing but files, and links to them, is read: a fifo would wait for its writer. */
static void
test_kinds (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *fifo = g_build_filename (fixture->path, "fifo.rules", NULL);
  g_autofree char *directory = g_build_filename (fixture->path, "dir.rules", NULL);
  g_autofree char *link = g_build_filename (fixture->path, "link.rules", NULL);

  write_file (fixture, "z.rules", "[z]\naction=ask\n", 0600);
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  g_assert_cmpint (g_mkdir (directory, 0700), ==, 0);
  g_assert_cmpint (symlink ("z.rules", link), ==, 0);
  load (fixture);
  check_rules (fixture, "z z");
  g_assert_cmpuint (fixture->problems->len, ==, 2);
  g_assert_nonnull (strstr (g_ptr_array_index (fixture->problems, 0), "dir.rules"));
  g_assert_nonnull (strstr (g_ptr_array_index (fixture->problems, 1), "fifo.rules"));
}

static void
test_name (Fixture *fixture, gconstpointer unused)
{
  write_file (fixture, "\xff.rules", "[a]\naction=allow\n", 0600);
  load (fixture);
  g_assert_cmpuint (fixture->rules->len, ==, 0);
  g_assert_cmpuint (fixture->problems->len, ==, 1);
  g_assert_true (g_utf8_validate (g_ptr_array_index (fixture->problems, 0), -1, NULL));
}

static void
test_too_big (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *path = g_build_filename (fixture->path, "x.rules", NULL);
  const char *says[] = { "x.rules", "bytes", NULL };

  write_file (fixture, "x.rules", "[a]\naction=allow\n", 0600);
  write_file (fixture, "y.rules", "[b]\naction=allow\n", 0600);
  g_assert_cmpint (truncate (path, SNETD_RULES_DIR_BYTES_MAX + 1), ==, 0);
  load (fixture);
  check_rules (fixture, "b");
  check_problem (fixture, says);
}

static void
test_too_many (Fixture *fixture, gconstpointer unused)
{
  const char *says[] = { "500.rules", "files", NULL };

  for (guint i = 0; i < SNETD_RULES_DIR_FILES_MAX + 2; i++)
    {
      g_autofree char *name = g_strdup_printf ("%03u.rules", i);

      write_file (fixture, name, "[a]\naction=allow\n", 0600);
    }
  load (fixture);
  g_assert_cmpuint (fixture->rules->len, ==, SNETD_RULES_DIR_FILES_MAX);
  check_problem (fixture, says);
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

static void
test_no_directory (Fixture *fixture, gconstpointer unused)
{
  static const char *const says[] = { "Not a directory", NULL };

  g_assert_no_errno (g_rmdir (fixture->path));
  g_assert_true (g_file_set_contents (fixture->path, "[a]\naction=allow\n", -1, NULL));
  load (fixture);
  g_assert_cmpuint (fixture->rules->len, ==, 0);
  check_problem (fixture, says);
  g_assert_no_errno (g_unlink (fixture->path));
  g_assert_no_errno (g_mkdir (fixture->path, 0700));
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  fake_snet_reset ();

  add ("/rules-dir/reads", test_reads);
  add ("/rules-dir/missing", test_missing);
  add ("/rules-dir/ids", test_ids);
  add ("/rules-dir/same-id", test_same_id);
  add ("/rules-dir/problems", test_problems);
  add ("/rules-dir/modes", test_modes);
  add ("/rules-dir/owner", test_owner);
  add ("/rules-dir/directory-mode", test_directory_mode);
  add ("/rules-dir/kinds", test_kinds);
  add ("/rules-dir/name", test_name);
  add ("/rules-dir/too-big", test_too_big);
  add ("/rules-dir/too-many", test_too_many);
  add ("/rules-dir/no-directory", test_no_directory);

  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events.Read and Recorded: the journal page by page, for who keeps all of it elsewhere. */
#include <glib/gstdio.h>

#include "fixture.h"
#include "snet-names.h"
#include "snetd-page.h"

typedef struct
{
  char *journal;
  guint64 last;
  GVariant *columns;
  const char **texts;
  GVariant *values;
  const gint64 *cells;
  gsize n_columns;
  gsize n_rows;
} Page;

static Page *
read_page (Fixture *fixture, guint64 after, guint limit)
{
  g_autoptr (GVariant) reply = client_call (fixture->root, "Events.Read", "(tu)", after, limit);
  g_autoptr (GVariant) texts = g_variant_get_child_value (reply, 3);
  Page *page = g_new0 (Page, 1);
  gsize n;

  g_variant_get (reply, "(st@a(sg)@as@ax)", &page->journal, &page->last, &page->columns, NULL,
                 &page->values);
  page->texts = g_variant_get_strv (texts, NULL);
  for (guint i = 0; page->texts[i] != NULL; i++)
    page->texts[i] = g_intern_string (page->texts[i]);
  page->cells = g_variant_get_fixed_array (page->values, &n, sizeof (gint64));
  page->n_columns = g_variant_n_children (page->columns);
  g_assert_cmpuint (n % page->n_columns, ==, 0);
  page->n_rows = n / page->n_columns;
  return page;
}

static void
page_free (Page *page)
{
  g_free (page->journal);
  g_variant_unref (page->columns);
  g_variant_unref (page->values);
  g_free (page->texts);
  g_free (page);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Page, page_free)

static gint64
get_cell (Page *page, gsize row, const char *key, const char *type)
{
  for (gsize i = 0; i < page->n_columns; i++)
    {
      const char *its_key, *its_type;

      g_variant_get_child (page->columns, i, "(&s&g)", &its_key, &its_type);
      if (!g_str_equal (key, its_key))
        continue;
      g_assert_cmpstr (type, ==, its_type);
      return page->cells[row * page->n_columns + i];
    }
  g_error ("there is no column %s", key);
}

/* What Query says of the same event, as text; "-": absent. */
static char *
query_value (GVariant *event, const char *key)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (event, key, NULL);

  if (value == NULL)
    return g_strdup ("-");
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (value, NULL);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING_ARRAY))
    {
      g_autofree const char **lines = g_variant_get_strv (value, NULL);

      return g_strjoinv ("\n", (char **)lines);
    }
  return g_variant_print (value, FALSE);
}

static char *
page_value (Page *page, gsize row, const char *key, const char *type)
{
  const gint64 cell = get_cell (page, row, key, type);

  if (cell == SNETD_PAGE_UNKNOWN)
    return g_strdup ("-");
  return type[0] == 's' || type[0] == 'a' ? g_strdup (page->texts[cell])
                                          : g_strdup_printf ("%" G_GINT64_FORMAT, cell);
}

static void
make_events (Fixture *fixture, guint n)
{
  for (guint i = 0; i < n; i++)
    kernel_gets_any_verdict (fixture_hold_to_port ((guint16)(1000 + i)));
  g_variant_unref (client_query (fixture->root, "{}"));
}

/* Rule 1, so that all of them are decided at once. */
static void
allow_all (Fixture *fixture)
{
  client_add_rule (fixture->root, "{'action': <'allow'>}");
}

/* All that Query says is in the page, and nothing else. */
static void
test_same (Fixture *fixture)
{
  g_autoptr (Page) page = NULL;
  g_autoptr (GVariant) events = NULL;

  allow_all (fixture);
  make_events (fixture, 3);
  page = read_page (fixture, 0, 0);
  events = client_query (fixture->root, "{}");
  g_assert_cmpuint (page->n_rows, ==, 3);
  g_assert_cmpuint (page->last, ==, 3);
  for (gsize row = 0; row < 3; row++)
    {
      g_autoptr (GVariant) event = g_variant_get_child_value (events, 2 - row);

      for (gsize i = 0; i < page->n_columns; i++)
        {
          const char *key, *type;
          g_autofree char *expected = NULL;
          g_autofree char *value = NULL;

          g_variant_get_child (page->columns, i, "(&s&g)", &key, &type);
          expected = query_value (event, key);
          value = page_value (page, row, key, type);
          g_test_message ("%s", key);
          g_assert_cmpstr (value, ==, expected);
        }
    }
}

/* The oldest first, each once, however they are divided. */
static void
test_pages (Fixture *fixture)
{
  guint64 after = 0;

  allow_all (fixture);
  make_events (fixture, 7);
  for (guint n = 0; n < 7; n += 3)
    {
      g_autoptr (Page) page = read_page (fixture, after, 3);

      g_assert_cmpuint (page->n_rows, ==, MIN (3, 7 - n));
      g_assert_cmpuint (page->last, ==, 7);
      for (gsize row = 0; row < page->n_rows; row++)
        g_assert_cmpint (get_cell (page, row, "serial", "t"), ==, (gint64)++after);
    }
  {
    g_autoptr (Page) none = read_page (fixture, after, 3);
    g_autoptr (Page) beyond = read_page (fixture, G_MAXUINT64, 3);

    g_assert_cmpuint (none->n_rows, ==, 0);
    g_assert_cmpuint (none->last, ==, 7);
    g_assert_cmpuint (beyond->n_rows, ==, 0);
  }
}

/* It keeps its name, but another journal has another. */
static void
test_name (Fixture *fixture)
{
  g_autoptr (Page) first = NULL;
  g_autoptr (Page) again = NULL;
  g_autoptr (Page) other = NULL;

  allow_all (fixture);
  make_events (fixture, 1);
  first = read_page (fixture, 0, 0);
  fixture_restart (fixture);
  again = read_page (fixture, 0, 0);
  g_assert_cmpuint (strlen (first->journal), ==, 32);
  g_assert_cmpstr (again->journal, ==, first->journal);
  fixture_stop (fixture);
  g_assert_no_errno (g_remove (fixture->journal_db));
  fixture_start (fixture);
  other = read_page (fixture, 0, 0);
  g_assert_cmpstr (other->journal, !=, first->journal);
  g_assert_cmpuint (other->last, ==, 0);
}

/* Nobody has to ask: it is told once, when the events can be read. */
static void
test_recorded (Fixture *fixture)
{
  g_autoptr (Page) page = NULL;

  allow_all (fixture);
  kernel_gets_any_verdict (fixture_hold_to_port (80));
  kernel_gets_any_verdict (fixture_hold_to_port (81));
  client_hears (fixture->root, "Recorded 2");
  client_has_not_heard (fixture->root, "Recorded 1");
  client_has_not_heard (fixture->alice, "Recorded 2");
  page = read_page (fixture, 0, 0);
  g_assert_cmpuint (page->n_rows, ==, 2);
}

static void
test_no_journal (Fixture *fixture)
{
  g_assert_true (g_file_set_contents (fixture->journal_db, "this is not a database", -1, NULL));
  fixture_start (fixture);
  client_check_error (fixture->root, SNET_ERROR_NAME_STORE_FAILED, "not a database", "Events.Read",
                      "(tu)", G_GUINT64_CONSTANT (0), 0);
}

static void
add_tests (void)
{
  fixture_add ("/read/same", test_same);
  fixture_add ("/read/pages", test_pages);
  fixture_add ("/read/name", test_name);
  fixture_add ("/read/recorded", test_recorded);
  fixture_add_stopped ("/read/no-journal", test_no_journal);
}

int
main (int argc, char **argv)
{
  return fixture_main (argc, argv, add_tests);
}

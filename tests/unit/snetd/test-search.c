/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whatever the journal is asked for, and whatever has gone: what it finds is what there is. */
#include <errno.h>
#include <glib/gstdio.h>
#include <locale.h>

#include "fake-snet.h"
#include "snet-names.h"
#include "snetd-journal.h"

#define EVENTS  1500
#define KEPT    600
#define FILTERS 200

static char *
pick (const char *prefix, gint32 n)
{
  return n == 0 ? NULL : g_strdup_printf ("%s%d", prefix, n);
}

/* Few values, so that most filters find something; some of them are missing. */
static SnetdRequest *
random_request (guint64 id)
{
  static const SnetdReason reasons[] = { SNETD_REASON_RULE, SNETD_REASON_USER,
                                         SNETD_REASON_TIMEOUT };
  struct snet_event event = fake_snet_event (1000 + g_test_rand_int_range (0, 3));
  SnetdRequest *request;

  event.id = id;
  request = snetd_request_new (&event, NULL);
  request->operation = g_test_rand_bit () ? SNET_OP_CONNECT : SNET_OP_LISTEN;
  g_free (request->program);
  request->program = pick ("/usr/bin/", g_test_rand_int_range (1, 5));
  g_free (request->script);
  request->script = pick ("/usr/bin/", g_test_rand_int_range (0, 3));
  request->unit = pick ("unit-", g_test_rand_int_range (0, 3));
  request->app = pick ("unit-", g_test_rand_int_range (0, 3));
  request->remote_host = pick ("host-", g_test_rand_int_range (0, 30));
  request->remote_port = (guint16)g_test_rand_int_range (0, 3);
  snetd_request_decide (request, g_test_rand_bit () ? SNET_VERDICT_ALLOW : SNET_VERDICT_DENY, 0,
                        reasons[g_test_rand_int_range (0, G_N_ELEMENTS (reasons))],
                        g_test_rand_int_range (0, 4));
  return request;
}

static void
fill (SnetdJournal *journal)
{
  for (guint64 id = 1; id <= EVENTS; id++)
    {
      g_autoptr (SnetdRequest) request = random_request (id);

      snetd_journal_append (journal, request);
      if (g_test_rand_int_range (0, 100) == 0)
        g_assert_true (snetd_journal_flush (journal, NULL));
    }
}

/* Some of what an event has, so that there is at least this one. */
static GVariant *
random_filter (GVariant *event)
{
  static const char *const keys[] = {
    SNET_KEY_UID,         SNET_KEY_OPERATION,   SNET_KEY_PROGRAM, SNET_KEY_SCRIPT,
    SNET_KEY_UNIT,        SNET_KEY_APP,         SNET_KEY_VERDICT, SNET_KEY_REASON,
    SNET_KEY_RULE,        SNET_KEY_REMOTE_HOST, SNET_KEY_PID,     SNET_KEY_REMOTE_ADDRESS,
    SNET_KEY_REMOTE_PORT, SNET_KEY_ID,
  };
  GVariantDict filter;
  const guint n = (guint)g_test_rand_int_range (0, 4);

  g_variant_dict_init (&filter, NULL);
  for (guint i = 0; i < n; i++)
    {
      /* Seldom the last one: it is the only one then. */
      const char *key = keys[g_test_rand_int_range (0, G_N_ELEMENTS (keys) - (i > 0))];
      g_autoptr (GVariant) value = g_variant_lookup_value (event, key, NULL);

      if (value != NULL)
        g_variant_dict_insert_value (&filter, key, value);
    }
  return g_variant_ref_sink (g_variant_dict_end (&filter));
}

static gboolean
matches (GVariant *filter, const char *text, GVariant *event)
{
  static const char *const searched[] = { SNET_KEY_PROGRAM, SNET_KEY_REMOTE_HOST };
  GVariantIter iter;
  const char *key;
  GVariant *value;
  gboolean found = text == NULL;

  g_variant_iter_init (&iter, filter);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &value))
    {
      g_autoptr (GVariant) wanted = value;
      g_autoptr (GVariant) has = g_variant_lookup_value (event, key, NULL);

      if (has == NULL || !g_variant_equal (has, wanted))
        return FALSE;
    }
  for (gsize i = 0; !found && i < G_N_ELEMENTS (searched); i++)
    {
      const char *string;

      found = g_variant_lookup (event, searched[i], "&s", &string) && strstr (string, text) != NULL;
    }
  return found;
}

static GVariant *
query (SnetdJournal *journal, GVariant *dictionary, guint limit)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SnetdFilter) filter = snetd_filter_new (dictionary, &error);
  GVariant *events;

  g_assert_no_error (error);
  events = snetd_journal_query (journal, filter, limit, &error);
  g_assert_no_error (error);
  return g_variant_ref_sink (events);
}

/* The newest of @all that match, up to @limit. */
static GVariant *
expected (GVariant *all, GVariant *filter, const char *text, guint limit)
{
  GVariantBuilder builder;
  guint n = 0;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (gsize i = 0; i < g_variant_n_children (all) && n < limit; i++)
    {
      g_autoptr (GVariant) event = g_variant_get_child_value (all, i);

      if (!matches (filter, text, event))
        continue;
      g_variant_builder_add_value (&builder, event);
      n++;
    }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static void
check_filter (SnetdJournal *journal, GVariant *all)
{
  static const char *const texts[] = { NULL, "host-2", "/usr/bin/3", "usr", "nowhere" };
  const char *text = texts[g_test_rand_int_range (0, G_N_ELEMENTS (texts))];
  const guint limit = (guint)g_test_rand_int_range (1, 60);
  const gsize which = (gsize)g_test_rand_int_range (0, (gint32)g_variant_n_children (all));
  g_autoptr (GVariant) event = g_variant_get_child_value (all, which);
  g_autoptr (GVariant) filter = random_filter (event);
  g_autoptr (GVariant) wanted = expected (all, filter, text, limit);
  g_autoptr (GVariant) got = NULL;
  g_autofree char *words = g_variant_print (filter, FALSE);
  GVariantDict with_text;
  g_autoptr (GVariant) question = NULL;

  g_variant_dict_init (&with_text, filter);
  if (text != NULL)
    g_variant_dict_insert (&with_text, SNET_KEY_TEXT, "s", text);
  question = g_variant_ref_sink (g_variant_dict_end (&with_text));

  got = query (journal, question, limit);
  g_test_message ("%s %s: %" G_GSIZE_FORMAT, words, text, g_variant_n_children (wanted));
  g_assert_true (g_variant_equal (got, wanted));
}

/* All that there is, a page after the other. */
static GVariant *
read_all (SnetdJournal *journal)
{
  GVariantBuilder builder;
  guint64 before = G_MAXINT64;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (;;)
    {
      g_autofree char *text =
        g_strdup_printf ("{'before': <uint64 %" G_GUINT64_FORMAT ">}", before);
      g_autoptr (GVariant) dictionary =
        g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, NULL);
      g_autoptr (GVariant) page = query (journal, dictionary, 0);
      const gsize n = g_variant_n_children (page);

      if (n == 0)
        return g_variant_ref_sink (g_variant_builder_end (&builder));
      for (gsize i = 0; i < n; i++)
        {
          g_autoptr (GVariant) event = g_variant_get_child_value (page, i);

          g_variant_builder_add_value (&builder, event);
          g_assert_true (g_variant_lookup (event, SNET_KEY_SERIAL, "t", &before));
        }
    }
}

static void
test_finds (void)
{
  const SnetdRetention retention = { KEPT, 30 };
  g_autoptr (GError) error = NULL;
  g_autoptr (SnetdJournal) journal = snetd_journal_open (":memory:", &retention, &error);
  g_autoptr (GVariant) all = NULL;

  g_assert_no_error (error);
  fill (journal);
  g_assert_true (snetd_journal_flush (journal, NULL));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  all = read_all (journal);
  g_assert_cmpuint (g_variant_n_children (all), ==, KEPT);
  for (guint i = 0; i < FILTERS; i++)
    check_filter (journal, all);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/search/finds", test_finds);
  return g_test_run ();
}

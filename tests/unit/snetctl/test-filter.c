/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options that say which events, for snetd and for what comes as a signal. */
#include "snetctl-filter.h"

/* What the options make; or NULL. */
static GVariant *
make (const char *line)
{
  g_auto (SnetctlFilter) filter = { 0 };
  g_autoptr (GArray) entries = g_array_new (TRUE, TRUE, sizeof (GOptionEntry));
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autofree char *all = g_strconcat ("test ", line, NULL);
  g_auto (GStrv) argv = NULL;
  g_autoptr (GError) error = NULL;
  GVariant *made;

  snetctl_filter_add_entries (&filter, entries);
  g_option_context_add_main_entries (context, (GOptionEntry *)(void *)entries->data, NULL);
  g_assert_true (g_shell_parse_argv (all, NULL, &argv, NULL));
  if (!g_option_context_parse_strv (context, &argv, &error))
    return NULL;
  made = snetctl_filter_to_variant (&filter, &error);
  g_assert_true ((made == NULL) == (error != NULL));
  return made;
}

static void
check_made (const char *line, const char *wanted)
{
  g_autoptr (GVariant) made = make (line);
  g_autoptr (GVariant) expected = g_variant_ref_sink (g_variant_new_parsed (wanted));
  g_autofree char *text = NULL;

  g_assert_nonnull (made);
  text = g_variant_print (made, TRUE);
  g_test_message ("%s", text);
  g_assert_true (g_variant_equal (made, expected));
}

static void
test_made (void)
{
  static const char *const bad[] = {
    "--verdict=maybe",     "--uid=nobody-by-this-name",
    "--remote-port=65536", "--pid=x",
    "--rule=-1",           "--since=soon",
    "--text=\xff",
  };

  check_made ("", "@a{sv} {}");
  check_made ("--uid=root", "{'uid': <@u 0>}");
  check_made ("--uid=12345", "{'uid': <@u 12345>}");
  check_made ("--remote-port 443", "{'remote-port': <@q 443>}");
  check_made ("--since=@5 --verdict=deny", "{'since': <@x 5000000>, 'verdict': <'deny'>}");
  check_made ("--rule=7", "{'rule': <@t 7>}");
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_test_message ("%s", bad[i]);
      g_assert_null (make (bad[i]));
    }
}

static void
check_matches (const char *line, gboolean is)
{
  g_autoptr (GVariant) filter = make (line);
  g_autoptr (GVariant) event = g_variant_ref_sink (g_variant_new_parsed (
    "{'time': <@x 5000000>, 'uid': <@u 1>, 'program': <'/usr/bin/Curl'>, 'verdict': <'allow'>,"
    " 'command': <['curl', 'HTTPS://example.org/']>, 'remote-port': <@q 443>}"));

  g_test_message ("%s", line);
  g_assert_cmpint (snetctl_filter_matches (filter, event), ==, is);
}

static void
test_matches (void)
{
  check_matches ("", TRUE);
  check_matches ("--uid=1 --remote-port=443 --verdict=allow", TRUE);
  check_matches ("--uid=1 --remote-port=80", FALSE);
  check_matches ("--local-port=443", FALSE);
  check_matches ("--since=@5 --until=@6", TRUE);
  check_matches ("--until=@5", FALSE);
  check_matches ("--since=@6", FALSE);
  check_matches ("--text=CURL", TRUE);
  check_matches ("--text=https://", TRUE);
  check_matches ("--text=wget", FALSE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/filter/made", test_made);
  g_test_add_func ("/filter/matches", test_matches);
  return g_test_run ();
}

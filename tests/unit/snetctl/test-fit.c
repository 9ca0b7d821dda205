/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What becomes of tables on narrow terminals. */
#include "snetctl-fit.h"

static void
check_text (const char *text, guint width, const char *wanted)
{
  g_autofree char *fitted = snetctl_fit_text (text, width);

  g_assert_cmpstr (fitted, ==, wanted);
  g_assert_cmpuint (snetctl_fit_width (fitted), <=, width);
}

static void
test_texts (void)
{
  check_text ("short", 5, "short");
  check_text ("/usr/lib/firefox/firefox", 24, "/usr/lib/firefox/firefox");
  check_text ("/usr/lib/firefox/firefox", 14, "/usr/…/firefox");
  check_text ("abc", 2, "…c");
  check_text ("abc", 1, "…");
  check_text ("abc", 0, "");
  /* Two columns each. */
  g_assert_cmpuint (snetctl_fit_width ("日本語"), ==, 6);
  check_text ("日本語", 6, "日本語");
  for (guint width = 0; width < 12; width++)
    {
      g_autofree char *wide = snetctl_fit_text ("日本語日本語日本語", width);
      g_autofree char *accents = snetctl_fit_text ("e\u0301e\u0301e\u0301e\u0301e\u0301", width);

      g_assert_cmpuint (snetctl_fit_width (wide), <=, width);
      g_assert_cmpuint (snetctl_fit_width (accents), <=, width);
      g_assert_true (g_utf8_validate (wide, -1, NULL));
    }
}

static void
check_wrapped (const char *text, guint width, const char *wanted)
{
  g_autofree char *wrapped = snetctl_fit_wrap (text, width);

  g_assert_cmpstr (wrapped, ==, wanted);
}

static void
test_wrapped (void)
{
  check_wrapped ("", 10, "");
  check_wrapped ("one two", 7, "one two");
  check_wrapped ("one two three\n\nfour", 9, "one two\nthree\n\nfour");
  check_wrapped ("  a  one two three four", 13, "  a  one two\n     three\n     four");
  check_wrapped ("  Name   one two three", 18, "  Name   one two\n         three");
  /* There is no room below it, and no place to break. */
  check_wrapped ("  Long title   one two", 12, "  Long title\n  one two");
  check_wrapped ("/a/path/without/a/space", 10, "/a/path/without/a/space");
  check_wrapped ("日本 日本 日本", 9, "日本 日本\n日本");
}

/* "5 20 - 4": what they get; -: gone. */
static void
check_columns (guint width, const char *wanted)
{
  SnetctlFitColumn columns[] = {
    { 5, 5, FALSE, 0 },   { 40, 10, FALSE, 0 }, { 7, 7, FALSE, 2 },
    { 20, 12, FALSE, 0 }, { 6, 6, FALSE, 4 },
  };
  g_autoptr (GString) got = g_string_new (NULL);

  snetctl_fit_columns (columns, G_N_ELEMENTS (columns), width);
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    if (columns[i].gone)
      g_string_append (got, i ? " -" : "-");
    else
      g_string_append_printf (got, "%s%u", i ? " " : "", columns[i].wanted);
  g_assert_cmpstr (got->str, ==, wanted);
}

static void
test_columns (void)
{
  check_columns (G_MAXUINT, "5 40 7 20 6");
  check_columns (82, "5 40 7 20 6");
  check_columns (80, "5 38 7 20 6");
  check_columns (60, "5 19 7 19 6");
  check_columns (44, "5 10 7 12 6");
  /* The one that vanishes first makes room for the others. */
  check_columns (43, "5 14 7 14 -");
}

/* Who and where are there even if they do not fit. */
static void
test_narrow (void)
{
  check_columns (30, "5 11 - 12 -");
  check_columns (10, "5 10 - 12 -");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fit/texts", test_texts);
  g_test_add_func ("/fit/wrapped", test_wrapped);
  g_test_add_func ("/fit/columns", test_columns);
  g_test_add_func ("/fit/narrow", test_narrow);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The values of conditions: patterns, ports, names of hosts, times of the week. */
#include <locale.h>
#include <string.h>

#include "snetd-host.h"
#include "snetd-pattern.h"
#include "snetd-ports.h"
#include "snetd-week.h"

static void
test_pattern (void)
{
  static const struct
  {
    const char *pattern, *text;
    gboolean matches;
  } cases[] = {
    { "", "", TRUE },
    { "", "a", FALSE },
    { "*", "", TRUE },
    { "**", "", TRUE },
    { "/usr/bin/curl", "/usr/bin/curl", TRUE },
    { "/usr/bin/curl", "/usr/bin/curl2", FALSE },
    { "/usr/bin/curl", "/usr/bin/cur", FALSE },
    { "/usr/bin/*", "/usr/bin/curl", TRUE },
    { "/usr/bin/*", "/usr/bin/", TRUE },
    { "/usr/bin/*", "/usr/bin/a/b", FALSE },
    { "/usr/**", "/usr/bin/a/b", TRUE },
    { "/usr/**/b", "/usr/bin/a/b", TRUE },
    { "/usr/**/b", "/usr/b", FALSE },
    { "/usr/**b", "/usr/b", TRUE },
    { "/opt/*/bin/*", "/opt/x/bin/y", TRUE },
    { "/opt/*/bin/*", "/opt/x/z/bin/y", FALSE },
    { "/opt/**/bin/*x", "/opt/x/bin/y/bin/zx", TRUE },
    { "/nix/store/*-curl-*/bin/curl", "/nix/store/abc-curl-8.1/bin/curl", TRUE },
    { "a*b*c", "aXbYbZc", TRUE },
    { "a*b*c", "aXbYbZ", FALSE },
    { "a**b*c", "a/b/x/bYc", TRUE },
    { "a*/b", "a/x/b", FALSE },
    { "?", "a", TRUE },
    { "?", "", FALSE },
    { "?", "/", FALSE },
    { "?", "ab", FALSE },
    { "?b",
      "\xc3\xa9"
      "b",
      TRUE },
    { "??", "\xc3\xa9", FALSE },
    { "?", "\xe2\x82\xac", TRUE },
    { "*\xac", "\xe2\x82\xac", TRUE },
    { "\\*", "*", TRUE },
    { "\\*", "a", FALSE },
    { "\\?\\\\", "?\\", TRUE },
    { "[ab]", "a", FALSE },
    { "[ab]", "[ab]", TRUE },
    { "**?**", "///", FALSE },
    { "**?**", "/a/", TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s  %s", cases[i].pattern, cases[i].text);
      g_assert_true (snetd_pattern_check (cases[i].pattern, NULL));
      g_assert_cmpint (snetd_pattern_matches (cases[i].pattern, cases[i].text), ==,
                       cases[i].matches);
    }
}

/* The plain reading: tries all that a star can be. */
static gboolean
reference_matches (const char *p, const char *t)
{
  if (p[0] == '\0')
    return t[0] == '\0';
  if (p[0] == '*')
    {
      gboolean any = p[1] == '*';

      for (;; t++)
        {
          if (reference_matches (p + (any ? 2 : 1), t))
            return TRUE;
          if (*t == '\0' || (*t == '/' && !any))
            return FALSE;
        }
    }
  if (t[0] == '\0' || (p[0] == '?' ? t[0] == '/' : p[0] != t[0]))
    return FALSE;
  return reference_matches (p + 1, t + 1);
}

static void
random_text (const char *letters, guint max, char *text)
{
  guint length = g_test_rand_int_range (0, max);

  for (guint i = 0; i < length; i++)
    text[i] = letters[g_test_rand_int_range (0, strlen (letters))];
  text[length] = '\0';
}

static void
test_pattern_random (void)
{
  char pattern[9], text[13];
  guint matched = 0;

  for (guint i = 0; i < 50000; i++)
    {
      random_text ("ab/*?*", sizeof pattern, pattern);
      random_text ("ab/", sizeof text, text);
      g_test_message ("%s  %s", pattern, text);
      g_assert_cmpint (snetd_pattern_matches (pattern, text), ==,
                       reference_matches (pattern, text));
      matched += snetd_pattern_matches (pattern, text);
    }
  g_assert_cmpuint (matched, >, 1000);
}

static void
test_pattern_bad (void)
{
  g_autofree char *longest = g_strnfill (SNETD_PATTERN_MAX, 'x');
  g_autofree char *longer = g_strnfill (SNETD_PATTERN_MAX + 1, 'x');
  g_autoptr (GError) error = NULL;

  g_assert_true (snetd_pattern_check (longest, NULL));
  g_assert_true (snetd_pattern_matches (longest, longest));
  g_assert_false (snetd_pattern_matches (longest, longer));
  g_assert_false (snetd_pattern_check (longer, &error));
  g_assert_nonnull (strstr (error->message, "255"));
  g_assert_false (snetd_pattern_check ("/a\\", NULL));
  g_assert_true (snetd_pattern_check ("/a\\\\", NULL));
}

static void
test_ports (void)
{
  static const struct
  {
    const char *text;
    int low, high; /* -1: refused */
  } cases[] = {
    { "0-65535", 0, 65535 }, { "80-80", 80, 80 },   { "6000-6010", 6000, 6010 },
    { "80", -1, 0 },         { "80-", -1, 0 },      { "-80", -1, 0 },
    { "90-80", -1, 0 },      { "80-65536", -1, 0 }, { "80-90-100", -1, 0 },
    { "80 - 90", -1, 0 },    { "", -1, 0 },         { "+80-90", -1, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *text = NULL;
      SnetdPorts ports;

      g_test_message ("%s", cases[i].text);
      if (cases[i].low < 0)
        {
          g_assert_false (snetd_ports_parse (cases[i].text, &ports, &error));
          g_assert_nonnull (strstr (error->message, "6000-6010"));
          continue;
        }
      g_assert_true (snetd_ports_parse (cases[i].text, &ports, &error));
      g_assert_cmpint (ports.low, ==, cases[i].low);
      g_assert_cmpint (ports.high, ==, cases[i].high);
      text = snetd_ports_to_string (&ports);
      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

static void
test_host (void)
{
  g_autofree char *long_label = g_strdup_printf ("%064d.org", 0);
  g_autofree char *many = g_strnfill (254, 'a');
  const struct
  {
    const char *in, *out; /* NULL: refused */
  } cases[] = {
    { "example.org", "example.org" },
    { "Example.ORG.", "example.org" },
    { "localhost", "localhost" },
    { "_sip._tcp.example.org", "_sip._tcp.example.org" },
    { "b\xc3\xbc"
      "cher.example",
      "xn--bcher-kva.example" },
    { "3com.example", "3com.example" },
    { "", NULL },
    { ".", NULL },
    { "a..b", NULL },
    { ".example.org", NULL },
    { "*.example.org", NULL },
    { "-a.org", NULL },
    { "a-.org", NULL },
    { "exa mple.org", NULL },
    { "example.org/", NULL },
    { "192.0.2.256", NULL },
    { "example.1", NULL },
    { "1.example", "1.example" },
    { "192.0.2.1", NULL },
    { "2001:db8::1", NULL },
    { long_label, NULL },
    { many, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *out = snetd_host_normalize (cases[i].in, &error);

      g_test_message ("%s", cases[i].in);
      g_assert_cmpstr (out, ==, cases[i].out);
      g_assert_cmpint (error == NULL, ==, out != NULL);
    }
}

/* From files, the bus and the database: whatever bytes they are. */
static void
test_host_bytes (void)
{
  static const char *const names[] = {
    "\xff",
    "ex\xc3mple.org",
    "example.\xc3",
    "example.\xf0\x9f\x98",
    "\xf8\x88\x80.org",
    "\xed\xa0\x80.org",
    "\xc0\xae.org",
    "a\xcc",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      /* Exactly as long as it is, so that one byte too many is seen. */
      g_autofree char *name = g_strdup (names[i]);
      g_autoptr (GError) error = NULL;

      g_assert_null (snetd_host_normalize (name, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      g_assert_null (snetd_host_normalize (name, NULL));
    }
}

/* What is far too long is refused at once, and not repeated in full. */
static void
test_host_long (void)
{
  g_autoptr (GString) name = g_string_new (NULL);
  g_autofree char *label = g_strnfill (49, 'a');
  g_autoptr (GError) error = NULL;
  g_autofree char *longest = NULL;

  for (guint i = 0; i < 1000000; i++)
    g_string_append (name, "é");
  g_assert_null (snetd_host_normalize (name->str, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_assert_cmpuint (strlen (error->message), <, 1000);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));

  /* And the longest that there can be is none of these. */
  g_string_truncate (name, 0);
  for (guint i = 0; i < 5; i++)
    g_string_append_printf (name, "%s.", label);
  g_string_append (name, "org");
  g_assert_cmpuint (name->len, ==, 253);
  longest = snetd_host_normalize (name->str, NULL);
  g_assert_cmpstr (longest, ==, name->str);
}

static void
test_domain (void)
{
  g_assert_true (snetd_host_is_within ("example.org", "example.org"));
  g_assert_true (snetd_host_is_within ("www.example.org", "example.org"));
  g_assert_true (snetd_host_is_within ("a.b.example.org", "org"));
  g_assert_false (snetd_host_is_within ("badexample.org", "example.org"));
  g_assert_false (snetd_host_is_within ("example.org", "www.example.org"));
  g_assert_false (snetd_host_is_within ("example.org.evil", "example.org"));
  g_assert_cmpstr (snetd_host_parent ("a.b.c"), ==, "b.c");
  g_assert_null (snetd_host_parent ("c"));
  g_assert_cmpstr (snetd_host_last_labels ("a.bc.d", 1), ==, "d");
  g_assert_cmpstr (snetd_host_last_labels ("a.bc.d", 2), ==, "bc.d");
  g_assert_cmpstr (snetd_host_last_labels ("a.bc.d", 3), ==, "a.bc.d");
  g_assert_null (snetd_host_last_labels ("a.bc.d", 4));
  g_assert_null (snetd_host_last_labels ("a.bc.d", 5));
  g_assert_cmpuint (snetd_host_count_labels ("a.b.c"), ==, 3);
  g_assert_cmpuint (snetd_host_count_labels ("c"), ==, 1);
}

#define AT(day, hour, minute) (((day)*24 + (hour)) * 60 + (minute))

static void
test_week (void)
{
  static const struct
  {
    const char *text;
    guint minute;
    gboolean within;
    guint until_change;
  } cases[] = {
    { "mon-fri 08:00-18:00", AT (0, 7, 59), FALSE, 1 },
    { "mon-fri 08:00-18:00", AT (0, 8, 0), TRUE, 600 },
    { "mon-fri 08:00-18:00", AT (4, 17, 59), TRUE, 1 },
    { "mon-fri 08:00-18:00", AT (4, 18, 0), FALSE, 62 * 60 },
    { "mon-fri 08:00-18:00", AT (5, 12, 0), FALSE, 44 * 60 },
    { "sat-sun", AT (5, 0, 0), TRUE, 48 * 60 },
    { "sat-sun", AT (6, 23, 59), TRUE, 1 },
    { "sat-sun", AT (0, 0, 0), FALSE, 5 * 24 * 60 },
    /* over midnight, and over the end of the week */
    { "22:00-06:00", AT (2, 23, 0), TRUE, 7 * 60 },
    { "22:00-06:00", AT (2, 6, 0), FALSE, 16 * 60 },
    { "sun 23:00-01:00", AT (0, 0, 59), TRUE, 1 },
    { "sun 23:00-01:00", AT (1, 0, 59), FALSE, AT (6, 23, 0) - AT (1, 0, 59) },
    { "sat-mon", AT (0, 12, 0), TRUE, 12 * 60 },
    { "sat-mon", AT (1, 0, 0), FALSE, 4 * 24 * 60 },
    { "mon, wed 10:00-11:00", AT (0, 3, 0), TRUE, 21 * 60 },
    { "mon, wed 10:00-11:00", AT (2, 10, 30), TRUE, 30 },
    { "mon-sun", AT (3, 3, 3), TRUE, SNETD_WEEK_MINUTES },
    { "00:00-24:00", AT (3, 3, 3), TRUE, SNETD_WEEK_MINUTES },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SnetdWeek) week = snetd_week_parse (cases[i].text, &error);
      g_autoptr (SnetdWeek) copy = NULL;
      g_autofree char *text = NULL;

      g_test_message ("%s at %u", cases[i].text, cases[i].minute);
      g_assert_no_error (error);
      g_assert_cmpint (snetd_week_contains (week, cases[i].minute), ==, cases[i].within);
      g_assert_cmpuint (snetd_week_until_change (week, cases[i].minute), ==, cases[i].until_change);
      copy = snetd_week_copy (week);
      text = snetd_week_to_string (copy);
      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

static void
test_week_spelling (void)
{
  static const char *const bad[] = {
    "",
    ",",
    "mon,",
    "monday",
    "mon-",
    "mon fri",
    "8:00-18:00",
    "08:00",
    "08:00-08:00",
    "24:00-08:00",
    "08:00-24:01",
    "08:60-09:00",
    "08:00-18:00 mon",
    "mon 08:00 - 18:00",
    "mon 08:00-18:00 x",
  };
  g_autoptr (SnetdWeek) week = snetd_week_parse ("  Mon-FRI\t08:00-18:00 ,sat ", NULL);
  g_autofree char *text = snetd_week_to_string (week);

  g_assert_cmpstr (text, ==, "mon-fri 08:00-18:00, sat");
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", bad[i]);
      g_assert_null (snetd_week_parse (bad[i], &error));
      g_assert_nonnull (strstr (error->message, "08:00-18:00"));
    }
}

/* Sunday, 22 November 2026, 13:45 there. */
static void
test_week_minute (void)
{
  g_assert_true (g_setenv ("TZ", "Europe/Berlin", TRUE));
  g_assert_cmpuint (snetd_week_minute (G_GINT64_CONSTANT (1795351500000000)), ==, AT (6, 13, 45));
  g_assert_true (g_setenv ("TZ", "UTC", TRUE));
  g_assert_cmpuint (snetd_week_minute (G_GINT64_CONSTANT (1795351500000000)), ==, AT (6, 12, 45));
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/values/pattern", test_pattern);
  g_test_add_func ("/values/pattern/random", test_pattern_random);
  g_test_add_func ("/values/pattern/bad", test_pattern_bad);
  g_test_add_func ("/values/ports", test_ports);
  g_test_add_func ("/values/host", test_host);
  g_test_add_func ("/values/host-bytes", test_host_bytes);
  g_test_add_func ("/values/host-long", test_host_long);
  g_test_add_func ("/values/domain", test_domain);
  g_test_add_func ("/values/week", test_week);
  g_test_add_func ("/values/week/spelling", test_week_spelling);
  g_test_add_func ("/values/week/minute", test_week_minute);

  return g_test_run ();
}

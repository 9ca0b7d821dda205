/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Regular expressions as texts and patterns: what they become, and that it means the same. */
#include <locale.h>
#include <string.h>

#include "snetd-pattern.h"
#include "snetd-regexp.h"

#define RANDOM_EXPRESSIONS 4000
#define RANDOM_TEXTS       60

/* "=text" or "~pattern" for each, with spaces between; or what is wrong. */
static char *
describe (const char *regexp)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) branches = snetd_regexp_expand (regexp, &error);
  GString *text = g_string_new (NULL);

  if (branches == NULL)
    g_string_append (text, error->message);
  for (guint i = 0; branches != NULL && i < branches->len; i++)
    {
      const SnetdBranch *branch = g_ptr_array_index (branches, i);

      g_string_append_printf (text, "%s%s%s", i > 0 ? " " : "", branch->pattern != NULL ? "~" : "=",
                              branch->pattern != NULL ? branch->pattern : branch->text);
    }
  return g_string_free (text, FALSE);
}

static void
test_expands (void)
{
  static const struct
  {
    const char *regexp;
    const char *branches;
  } cases[] = {
    { "^/usr/bin/curl$", "=/usr/bin/curl" },
    { "^example\\.org$", "=example.org" },
    { "^a\\/b\\-c[.]d$", "=a/b-c.d" },
    { "^(80|443)$", "=80 =443" },
    { "^(?:80|443)$", "=80 =443" },
    { "^(127\\.0\\.0\\.1|::1)$", "=127.0.0.1 =::1" },
    { "^/usr/(s|)bin/(a|b)$", "=/usr/sbin/a =/usr/bin/a =/usr/sbin/b =/usr/bin/b" },
    { "^((a|b)c|d)$", "=ac =bc =d" },
    { "^python3?$", "=python3 =python" },
    { "^(www\\.)?example\\.org$", "=www.example.org =example.org" },
    { "^/opt/.*$", "~/opt/**" },
    { "^/opt/", "~/opt/**" },
    { "/curl$", "~**/curl" },
    { "curl", "~**curl**" },
    { "", "~**" },
    { ".*", "~**" },
    { "^/home/[^/]*/bin/[^/]+$", "~/home/*/bin/?*" },
    { "^/[^/]$", "~/?" },
    { "^a\\*b\\?[*]$", "=a*b?*" },
    { "^a\\*.*$", "~a\\***" },
    { "^[^/]*[^/]*.*$", "~**" },
    { "^(.*\\.)?example\\.org$", "~**.example.org =example.org" },
    { "(^|\\.)example\\.org$", "~**.example.org =example.org" },
    { "^ü?x$", "=üx =x" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *branches = describe (cases[i].regexp);

      g_test_message ("%s", cases[i].regexp);
      g_assert_cmpstr (branches, ==, cases[i].branches);
    }
}

static void
test_refuses (void)
{
  static const char *const regexps[] = {
    "^a.c$",   "^a+$",      "^a*$",       "^a{2}$",
    "^[a-z]$", "^[^a]$",    "^\\d$",      "^(?i)a$",
    "^a|b$",   "^a$|^b$",   "^(a$",       "^a)$",
    "^a^b$",   "^a$b",      "^a\\",       "^.+$",
    "^.?$",    "^.*?$",     "^[^/]+?$",   "^(a|b)*$",
    "^a??$",   "^(a|b)+$",  "^[^/]{2}$",  "^((((((((((a))))))))))$",
    "^[a",     "^\\Qa\\E$", "^(?P<x>a)$", "^(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)$",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (regexps); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", regexps[i]);
      g_assert_null (snetd_regexp_expand (regexps[i], &error));
      g_assert_nonnull (error);
      g_test_message ("%s", error->message);
    }
}

/* Neither long ones nor those made to be slow take long. */
static void
test_bounds (void)
{
  g_autoptr (GString) deep = g_string_new (NULL);
  g_autoptr (GString) wide = g_string_new ("^");
  g_autofree char *text = NULL;

  for (guint i = 0; i < 100000; i++)
    g_string_append_c (deep, '(');
  text = describe (deep->str);
  g_clear_pointer (&text, g_free);
  for (guint i = 0; i < 100; i++)
    g_string_append (wide, "(a|b)?");
  text = describe (wide->str);
  g_assert_nonnull (strstr (text, "alternatives"));
}

/* Mostly what there is an equivalent of, and sometimes not. */
static void
append_random (GRand *random, guint depth, GString *regexp)
{
  static const char *const pieces[] = {
    "a",  "b",   "/",   "\\.", "[.]", ".*",   "[^/]*", "[^/]+", "[^/]",
    "a?", "\\*", "\\?", ".",   "b+",  "[ab]", "^",     "|",     "$",
  };
  /* The last of them are rare. */
  const guint n = g_rand_int_range (random, 0, 10) > 0 ? 12 : G_N_ELEMENTS (pieces);

  if (depth < 2 && g_rand_int_range (random, 0, 6) == 0)
    {
      g_string_append_c (regexp, '(');
      append_random (random, depth + 1, regexp);
      g_string_append_c (regexp, '|');
      append_random (random, depth + 1, regexp);
      g_string_append (regexp, g_rand_boolean (random) ? ")" : ")?");
    }
  else
    g_string_append (regexp, pieces[g_rand_int_range (random, 0, n)]);
  if (g_rand_int_range (random, 0, 4) > 0)
    append_random (random, depth, regexp);
}

static char *
random_text (GRand *random)
{
  static const char *const letters[] = { "a", "b", "/", ".", "*", "?", "c" };
  GString *text = g_string_new (NULL);
  const guint length = g_rand_int_range (random, 0, 9);

  for (guint i = 0; i < length; i++)
    g_string_append (text, letters[g_rand_int_range (random, 0, G_N_ELEMENTS (letters))]);
  return g_string_free (text, FALSE);
}

static gboolean
any_holds (GPtrArray *branches, const char *text)
{
  for (guint i = 0; i < branches->len; i++)
    {
      const SnetdBranch *branch = g_ptr_array_index (branches, i);

      if (branch->pattern != NULL ? snetd_pattern_matches (branch->pattern, text)
                                  : g_str_equal (branch->text, text))
        return TRUE;
    }
  return FALSE;
}

/* What is translated holds for the same texts as the expression itself. */
static void
test_random (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (g_test_rand_int ());
  guint translated = 0, held = 0;

  for (guint i = 0; i < RANDOM_EXPRESSIONS; i++)
    {
      g_autoptr (GString) regexp = g_string_new (g_rand_int_range (random, 0, 3) > 0 ? "^" : "");
      g_autoptr (GPtrArray) branches = NULL;
      g_autoptr (GRegex) original = NULL;

      append_random (random, 0, regexp);
      if (g_rand_int_range (random, 0, 3) > 0)
        g_string_append_c (regexp, '$');
      branches = snetd_regexp_expand (regexp->str, NULL);
      if (branches == NULL)
        continue;
      original = g_regex_new (regexp->str, G_REGEX_DOLLAR_ENDONLY, 0, NULL);
      g_assert_nonnull (original);
      translated++;
      for (guint j = 0; j < RANDOM_TEXTS; j++)
        {
          g_autofree char *text = random_text (random);
          const gboolean holds = g_regex_match (original, text, 0, NULL);

          if (any_holds (branches, text) != holds)
            g_error ("“%s” holds %sfor “%s”", regexp->str, holds ? "" : "not ", text);
          held += holds;
        }
    }
  g_test_message ("%u translated, %u texts", translated, held);
  g_assert_cmpuint (translated, >, RANDOM_EXPRESSIONS / 4);
  g_assert_cmpuint (held, >, RANDOM_EXPRESSIONS);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/regexp/expands", test_expands);
  g_test_add_func ("/regexp/refuses", test_refuses);
  g_test_add_func ("/regexp/bounds", test_bounds);
  g_test_add_func ("/regexp/random", test_random);

  return g_test_run ();
}

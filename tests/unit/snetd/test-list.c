/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of destinations: what their lines mean, against a plain reading, and hostile ones. */
#include <locale.h>
#include <string.h>

#include "snetd-host.h"
#include "snetd-list.h"

static SnetdList *
make (const char *text, gssize length, SnetdListNonsense *ret_nonsense)
{
  gsize bytes = length < 0 ? strlen (text) : (gsize)length;
  /* So that the sanitizer sees one byte too many, there is no 0 behind it. */
  g_autofree char *copy = g_memdup2 (text, bytes);

  return snetd_list_new (copy, bytes, ret_nonsense);
}

static gboolean
has (const SnetdList *list, const char *destination)
{
  SnetdAddress address;

  if (snetd_address_parse (destination, &address, NULL))
    return snetd_list_has_address (list, &address);
  return snetd_list_has_host (list, destination);
}

/* Lines that make sense, what they hold for, and what they do not hold for. */
static const struct
{
  const char *text;
  const char *in[4];
  const char *out[4];
} good[] = {
  { "example.com",
    { "example.com", "www.example.com", "a.b.example.com" },
    { "com", "anexample.com", "example.com.org" } },
  { "Example.COM.\r\n", { "example.com", "www.example.com" }, { "com" } },
  { "bücher.example", { "xn--bcher-kva.example" }, { "bcher.example" } },
  { "under_score.example", { "under_score.example" }, { NULL } },
  { "org", { "org", "example.org" }, { "net" } },
  { "  \texample.com  # why", { "example.com" }, { "why" } },
  { "example.com#why", { "example.com" }, { NULL } },
  { "192.0.2.0/24 ; SBL1", { "192.0.2.0", "192.0.2.255" }, { "192.0.1.255", "192.0.3.0" } },
  { "# example.com\n\n \n;example.org\n", { NULL }, { "example.com", "example.org" } },
  { "0.0.0.0 example.com", { "example.com" }, { "www.example.com", "0.0.0.0" } },
  { "127.0.0.1\tone.example\ttwo.example # both",
    { "one.example", "two.example" },
    { "127.0.0.1", "example" } },
  { ":: example.com", { "example.com" }, { "www.example.com" } },
  { "fe80::1%lo0 localhost", { NULL }, { "localhost", "fe80::1" } },
  { "127.0.0.1 localhost\n127.0.0.1 localhost.localdomain\n0.0.0.0 0.0.0.0\n::1 ip6-localhost",
    { NULL },
    { "localhost", "localhost.localdomain", "0.0.0.0", "ip6-localhost" } },
  { "0.0.0.0 example.com\nexample.com", { "example.com", "www.example.com" }, { NULL } },
  { "example.com\n0.0.0.0 example.com", { "example.com", "www.example.com" }, { NULL } },
  { "192.0.2.7", { "192.0.2.7" }, { "192.0.2.6", "192.0.2.8" } },
  { "::ffff:192.0.2.7", { "192.0.2.7" }, { "::192.0.2.7" } },
  { "0.0.0.0/0", { "0.0.0.0", "255.255.255.255" }, { "::", "example.com" } },
  { "::/0", { "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" }, { "192.0.2.1" } },
  { "2001:db8::/32", { "2001:db8::1", "2001:db8:ffff::" }, { "2001:db9::" } },
  { "10.0.0.0/25\n10.0.0.128/25", { "10.0.0.0/24", "10.0.0.64/26" }, { "10.0.0.0/23" } },
  { "255.255.255.255\n0.0.0.0", { "255.255.255.255", "0.0.0.0" }, { "255.255.255.254" } },
  { "\xef\xbb\xbf"
    "example.com",
    { "example.com" },
    { NULL } },
  { "", { NULL }, { "example.com", "192.0.2.1", "::1" } },
};

static void
test_lines (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      SnetdListNonsense nonsense;
      g_autoptr (SnetdList) list = make (good[i].text, -1, &nonsense);

      g_test_message ("%s", good[i].text);
      g_assert_cmpuint (nonsense.count, ==, 0);
      for (guint k = 0; k < G_N_ELEMENTS (good[i].in) && good[i].in[k] != NULL; k++)
        g_assert_true (has (list, good[i].in[k]));
      for (guint k = 0; k < G_N_ELEMENTS (good[i].out) && good[i].out[k] != NULL; k++)
        g_assert_false (has (list, good[i].out[k]));
    }
}

static void
test_nonsense (void)
{
  static const char *const lines[] = {
    "||example.com^",
    "*.example.com",
    ".example.com",
    "example..com",
    "-example.com",
    "example-.com",
    "http://example.com/",
    "example.com example.org",
    "address=/example.com/0.0.0.0",
    "192.0.2.1/24",
    "192.0.2.1/33",
    "192.0.2.256",
    "192.0.2.0/24 example.com",
    "0.0.0.0 exa$mple.com",
    "2001:db8::%eth0",
    "ex\xff"
    "ample.com",
    "[Adblock Plus]",
    "!",
  };
  SnetdListNonsense nonsense;

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autofree char *text = g_strconcat ("a.example\n", lines[i], "\nb.example", NULL);
      g_autoptr (SnetdList) list = make (text, -1, &nonsense);

      g_test_message ("%s", lines[i]);
      g_assert_cmpuint (nonsense.count, ==, 1);
      g_assert_cmpuint (nonsense.lines[0], ==, 2);
      g_assert_true (has (list, "a.example"));
      g_assert_true (has (list, "b.example"));
      g_assert_cmpuint (snetd_list_count_names (list), ==, 2);
      g_assert_cmpuint (snetd_list_count_ranges (list), ==, 0);
    }
}

/* The first ones are named, all are counted. */
static void
test_nonsense_counted (void)
{
  g_autoptr (GString) text = g_string_new ("# a list\n");
  g_autoptr (SnetdList) list = NULL;
  SnetdListNonsense nonsense;

  for (guint i = 0; i < 100; i++)
    g_string_append (text, i % 2 == 0 ? "good.example\n" : "!\r\n");
  list = make (text->str, (gssize)text->len, &nonsense);
  g_assert_cmpuint (nonsense.count, ==, 50);
  for (guint i = 0; i < SNETD_LIST_LINES_NAMED; i++)
    g_assert_cmpuint (nonsense.lines[i], ==, 3 + 2 * i);
}

/* Against a plain reading: what the lines were made of, looked at one by one. */

typedef struct
{
  GRand *random;
  GString *text;
  GPtrArray *names;   /* each alone */
  GPtrArray *domains; /* with all that is within */
  GArray *prefixes;
  guint nonsense;
} Model;

static guint
below (Model *model, guint end)
{
  return (guint)g_rand_int_range (model->random, 0, (gint32)end);
}

/* Few, so that lists and questions often meet. */
static char *
random_name (Model *model, guint labels)
{
  GString *name = g_string_new (NULL);

  for (guint n = 0; n < labels; n++)
    g_string_append_printf (name, "%s%c%s", n > 0 ? "." : "", 'a' + below (model, 5),
                            below (model, 3) == 0 ? "-x" : "");
  return g_string_free (name, FALSE);
}

static char *
random_address (Model *model)
{
  if (below (model, 3) > 0)
    return g_strdup_printf ("10.0.%u.%u", below (model, 4), below (model, 256));
  return g_strdup_printf ("2001:db8::%x:%x", below (model, 4), below (model, 65536));
}

static char *
random_prefix (Model *model)
{
  g_autofree char *text = random_address (model);
  SnetdAddress address, prefix;

  g_assert_true (snetd_address_parse (text, &address, NULL));
  prefix = snetd_address_shorten (&address, address.prefix - below (model, 12));
  return snetd_address_to_string (&prefix);
}

static void
append_written (Model *model, const char *name)
{
  for (const char *c = name; *c != '\0'; c++)
    g_string_append_c (model->text, below (model, 2) ? g_ascii_toupper (*c) : *c);
  g_string_append (model->text, below (model, 8) == 0 ? "." : "");
}

static void
append_hosts (Model *model)
{
  static const char *const addresses[] = { "0.0.0.0", "127.0.0.1", "::", "::1", "192.0.2.1" };

  g_string_append (model->text, addresses[below (model, G_N_ELEMENTS (addresses))]);
  for (guint n = below (model, 3) + 1; n > 0; n--)
    {
      char *name = random_name (model, 2 + below (model, 3));

      g_string_append_c (model->text, below (model, 2) ? ' ' : '\t');
      append_written (model, name);
      g_ptr_array_add (model->names, name);
    }
}

static void
append_prefix (Model *model)
{
  g_autofree char *text = random_prefix (model);
  SnetdAddress prefix;

  g_assert_true (snetd_address_parse (text, &prefix, NULL));
  g_array_append_val (model->prefixes, prefix);
  g_string_append (model->text, text);
}

static void
append_line (Model *model)
{
  char *name;

  g_string_append (model->text, below (model, 4) == 0 ? "  " : "");
  switch (below (model, 8))
    {
    case 0:
      break;
    case 1:
      g_string_append (model->text, below (model, 2) ? "$" : "a b");
      model->nonsense++;
      break;
    case 2:
    case 3:
      append_hosts (model);
      break;
    case 4:
    case 5:
      append_prefix (model);
      break;
    default:
      name = random_name (model, 1 + below (model, 4));
      append_written (model, name);
      g_ptr_array_add (model->domains, name);
      break;
    }
  g_string_append (model->text, below (model, 8) == 0 ? " # 0.0.0.0 a.b" : "");
  g_string_append (model->text, below (model, 3) == 0 ? "\r\n" : "\n");
}

static gboolean
scan_names (const Model *model, const char *host)
{
  for (guint i = 0; i < model->names->len; i++)
    {
      if (g_str_equal (g_ptr_array_index (model->names, i), host))
        return TRUE;
    }
  for (guint i = 0; i < model->domains->len; i++)
    {
      g_autofree char *end = g_strconcat (".", g_ptr_array_index (model->domains, i), NULL);

      if (g_str_equal (end + 1, host) || g_str_has_suffix (host, end))
        return TRUE;
    }
  return FALSE;
}

static gboolean
scan_prefixes (const Model *model, const SnetdAddress *address)
{
  for (guint i = 0; i < model->prefixes->len; i++)
    {
      if (snetd_address_contains (&g_array_index (model->prefixes, SnetdAddress, i), address))
        return TRUE;
    }
  return FALSE;
}

static guint
check_against_scan (Model *model, const SnetdList *list)
{
  guint found = 0;

  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *host = random_name (model, 1 + below (model, 5));
      g_autofree char *text = random_address (model);
      SnetdAddress address;
      gboolean in_names, in_prefixes;

      g_assert_true (snetd_address_parse (text, &address, NULL));
      in_names = scan_names (model, host);
      in_prefixes = scan_prefixes (model, &address);
      g_assert_cmpint (snetd_list_has_host (list, host), ==, in_names);
      g_assert_cmpint (snetd_list_has_address (list, &address), ==, in_prefixes);
      found += in_names + in_prefixes;
    }
  return found;
}

static void
test_random (void)
{
  guint found = 0, asked = 0;

  for (guint round = 0; round < 200; round++)
    {
      g_autoptr (GRand) random = g_rand_new_with_seed (g_test_rand_int ());
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
      g_autoptr (GPtrArray) domains = g_ptr_array_new_with_free_func (g_free);
      g_autoptr (GArray) prefixes = g_array_new (FALSE, FALSE, sizeof (SnetdAddress));
      Model model = { random, text, names, domains, prefixes, 0 };
      g_autoptr (SnetdList) list = NULL;
      SnetdListNonsense nonsense;

      for (guint n = below (&model, round % 20 == 0 ? 2000 : 40); n > 0; n--)
        append_line (&model);
      list = make (text->str, (gssize)text->len, &nonsense);
      g_assert_cmpuint (nonsense.count, ==, model.nonsense);
      found += check_against_scan (&model, list);
      asked += 400;
    }
  /* Or else it has shown nothing. */
  g_assert_cmpuint (found, >, asked / 20);
  g_assert_cmpuint (found, <, asked - asked / 20);
}

/* A name in a list is what the same name in a rule is, and nothing else is one. */
static void
test_names (void)
{
  static const char *const parts[] = {
    "a",
    "Z",
    "0",
    "9",
    "-",
    "_",
    ".",
    ".",
    "xn--",
    ":",
    "/24",
    "ä",
    "。",
    "\xff",
    "*",
    "10.0.0.1",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
  };
  guint names = 0, others = 0;

  for (guint i = 0; i < 20000; i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (SnetdList) list = NULL;
      g_autofree char *name = NULL;
      SnetdListNonsense nonsense;
      SnetdAddress address;

      for (gint n = g_test_rand_int_range (1, 7); n > 0; n--)
        g_string_append (text, parts[g_test_rand_int_range (0, G_N_ELEMENTS (parts))]);
      list = make (text->str, -1, &nonsense);
      if (g_utf8_validate (text->str, -1, NULL))
        name = snetd_host_normalize (text->str, NULL);

      if (name != NULL)
        g_assert_true (snetd_list_has_host (list, name));
      g_assert_cmpuint (snetd_list_count_names (list), ==, name != NULL);
      g_assert_cmpuint (nonsense.count, ==,
                        name == NULL && !snetd_address_parse (text->str, &address, NULL));
      names += name != NULL;
      others += name == NULL;
    }
  g_assert_cmpuint (names, >, 1000);
  g_assert_cmpuint (others, >, 1000);
}

/* Whatever it is, it is read; the sanitizers watch. */
static void
test_hostile (void)
{
  static const char alphabet[] = "a0.:/-%#;_ \t\r\n\n\v\0\xc3\xa4\xff";
  g_autofree char *line = g_strnfill (1000000, 'a');
  g_autofree char *dots = g_strnfill (1000000, '.');
  g_autofree char *digits = g_strnfill (1000000, '1');
  const char *const long_lines[] = { line, dots, digits };
  SnetdListNonsense nonsense;

  for (gsize i = 0; i < G_N_ELEMENTS (long_lines); i++)
    {
      g_autofree char *hosts = g_strconcat ("0.0.0.0 ", long_lines[i], ".a", NULL);
      g_autoptr (SnetdList) one = make (long_lines[i], -1, &nonsense);
      g_autoptr (SnetdList) two = make (hosts, -1, &nonsense);

      g_assert_cmpuint (nonsense.count, ==, 1);
      g_assert_cmpuint (snetd_list_count_names (one) + snetd_list_count_names (two), ==, 0);
    }

  for (guint i = 0; i < 5000; i++)
    {
      char text[64];
      const gint length = g_test_rand_int_range (0, sizeof text);
      g_autoptr (SnetdList) list = NULL;

      for (gint k = 0; k < length; k++)
        text[k] = alphabet[g_test_rand_int_range (0, sizeof alphabet - 1)];
      list = make (text, length, &nonsense);
      g_assert_false (snetd_list_has_host (list, "not.in.it"));
    }
}

static void
test_nul (void)
{
  static const char text[] = "a.example\0b.example\n1.2.3.4\0\nc.example";
  SnetdListNonsense nonsense;
  g_autoptr (SnetdList) list = make (text, sizeof text - 1, &nonsense);

  g_assert_cmpuint (nonsense.count, ==, 2);
  g_assert_false (has (list, "a.example"));
  g_assert_false (has (list, "1.2.3.4"));
  g_assert_true (has (list, "c.example"));
}

/* What a name and an address take of memory. */
static void
test_memory (void)
{
  const guint count = 100000;
  g_autoptr (GString) names = g_string_new (NULL);
  g_autoptr (GString) addresses = g_string_new (NULL);
  g_autoptr (SnetdList) of_names = NULL;
  g_autoptr (SnetdList) of_addresses = NULL;
  SnetdListNonsense nonsense;

  for (guint i = 0; i < count; i++)
    {
      g_string_append_printf (names, "0.0.0.0 host-%06u.example.org\n", i);
      g_string_append_printf (addresses, "10.%u.%u.%u\n", i >> 15, i >> 7 & 255, i << 1 & 255);
    }
  of_names = make (names->str, (gssize)names->len, &nonsense);
  of_addresses = make (addresses->str, (gssize)addresses->len, &nonsense);
  g_assert_cmpuint (snetd_list_count_names (of_names), ==, count);
  g_assert_cmpuint (snetd_list_count_ranges (of_addresses), ==, count);
  /* Its bytes, with one behind them, and not more than 11 of the table. */
  g_assert_cmpuint (snetd_list_bytes (of_names), <=,
                    count * (strlen ("host-000000.example.org") + 12));
  g_assert_cmpuint (snetd_list_bytes (of_addresses), <=, count * 8 + 1000);
  for (guint i = 0; i < count; i += 7)
    {
      g_autofree char *name = g_strdup_printf ("host-%06u.example.org", i);
      g_autofree char *other = g_strdup_printf ("host-%06u.example.net", i);

      g_assert_true (has (of_names, name));
      g_assert_false (has (of_names, other));
    }
}

static void
test_is_name (void)
{
  static const char *const yes[] = {
    "a", "ads.txt", "A-b_c.9", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
  };
  static const char *const no[] = {
    "",    ".hidden", "..",  "a/b",
    "a b", "ä",       "a\n", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
  };

  for (gsize i = 0; i < G_N_ELEMENTS (yes); i++)
    g_assert_true (snetd_list_is_name (yes[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (no); i++)
    g_assert_false (snetd_list_is_name (no[i]));
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/list/lines", test_lines);
  g_test_add_func ("/list/nonsense", test_nonsense);
  g_test_add_func ("/list/nonsense/counted", test_nonsense_counted);
  g_test_add_func ("/list/random", test_random);
  g_test_add_func ("/list/names", test_names);
  g_test_add_func ("/list/hostile", test_hostile);
  g_test_add_func ("/list/nul", test_nul);
  g_test_add_func ("/list/memory", test_memory);
  g_test_add_func ("/list/is-name", test_is_name);

  return g_test_run ();
}

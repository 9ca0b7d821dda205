/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a list costs: to read it, to keep it, to look something up in it. Prints lines of
 * a name, a number and its unit.
 *
 *   bench-list [ENTRIES | FILE]
 *
 * ENTRIES names, and as many prefixes, are made up; a million unless given.
 */
#include <stdlib.h>
#include <string.h>

#include "snetd-list.h"

#define TIMES     9
#define QUESTIONS 100000

static const char *const tops[] = { "com", "net", "org", "example", "co.uk", "info" };

/* As long as those of real blocklists, 20 bytes or so. */
static char *
random_name (GRand *random)
{
  GString *name = g_string_new (g_rand_boolean (random) ? "www." : "");

  for (gint n = g_rand_int_range (random, 5, 18); n > 0; n--)
    g_string_append_c (name, (char)g_rand_int_range (random, 'a', 'z' + 1));
  g_string_append_printf (name, ".%s", tops[g_rand_int_range (random, 0, G_N_ELEMENTS (tops))]);
  return g_string_free (name, FALSE);
}

static char *
make_names (GRand *random, guint entries)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < entries; i++)
    {
      g_autofree char *name = random_name (random);

      g_string_append_printf (text, "%s%s\n", i % 2 == 0 ? "0.0.0.0 " : "", name);
    }
  return g_string_free (text, FALSE);
}

static char *
make_prefixes (GRand *random, guint entries)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < entries; i++)
    {
      const guint32 address = g_rand_int (random);

      if (i % 2 == 0)
        g_string_append_printf (text, "%u.%u.%u.%u\n", address >> 24, address >> 16 & 255,
                                address >> 8 & 255, address & 255);
      else
        g_string_append_printf (text, "2001:db8:%x:%x::/64\n", address >> 16, address & 0xffff);
    }
  return g_string_free (text, FALSE);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const gint64 left = *(const gint64 *)a, right = *(const gint64 *)b;

  return (left > right) - (left < right);
}

static double
median (gint64 *took)
{
  qsort (took, TIMES, sizeof *took, compare);
  return (double)took[TIMES / 2];
}

static void
time_hosts (const SnetdList *list, const char *what, GPtrArray *hosts)
{
  gint64 took[TIMES];
  guint found = 0;

  for (guint t = 0; t < TIMES; t++)
    {
      const gint64 started = g_get_monotonic_time ();

      for (guint i = 0; i < hosts->len; i++)
        found += snetd_list_has_host (list, g_ptr_array_index (hosts, i));
      took[t] = g_get_monotonic_time () - started;
    }
  g_print ("look-up of %s %.0f ns (%u %% found)\n", what, median (took) * 1000 / hosts->len,
           found * 100 / hosts->len / TIMES);
}

static void
time_addresses (const SnetdList *list, const char *what, GArray *addresses)
{
  gint64 took[TIMES];
  guint found = 0;

  for (guint t = 0; t < TIMES; t++)
    {
      const gint64 started = g_get_monotonic_time ();

      for (guint i = 0; i < addresses->len; i++)
        found += snetd_list_has_address (list, &g_array_index (addresses, SnetdAddress, i));
      took[t] = g_get_monotonic_time () - started;
    }
  g_print ("look-up of %s %.0f ns (%u %% found)\n", what, median (took) * 1000 / addresses->len,
           found * 100 / addresses->len / TIMES);
}

static SnetdList *
time_reading (const char *what, const char *text, gsize length)
{
  const gint64 started = g_get_monotonic_time ();
  SnetdListNonsense nonsense;
  SnetdList *list = snetd_list_new (text, length, &nonsense);
  const double took = (double)(g_get_monotonic_time () - started);
  const guint entries = snetd_list_count_names (list) + snetd_list_count_ranges (list);

  g_print ("read %s %.0f ms (%u names, %u ranges, %" G_GUINT64_FORMAT " lines of nonsense)\n", what,
           took / 1000, snetd_list_count_names (list), snetd_list_count_ranges (list),
           nonsense.count);
  g_print ("keep %s %.1f bytes/entry (%.1f of text)\n", what,
           (double)snetd_list_bytes (list) / MAX (entries, 1), (double)length / MAX (entries, 1));
  return list;
}

/* Every name of the list, in another order than it has them; and some that are not in it. */
static void
ask_names (const SnetdList *list, GRand *random, const char *text)
{
  g_autoptr (GPtrArray) in = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) within = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) out = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  const guint count = g_strv_length (lines) - 1;

  for (guint i = 0; i < QUESTIONS; i++)
    {
      const char *line = lines[g_rand_int_range (random, 0, (gint32)count)];
      const char *space = strchr (line, ' ');
      const char *name = space != NULL ? space + 1 : line;

      g_ptr_array_add (in, g_strdup (name));
      g_ptr_array_add (within, g_strconcat ("a.b.c.", name, NULL));
      g_ptr_array_add (out, random_name (random));
    }
  time_hosts (list, "a name that is in it", in);
  time_hosts (list, "a name of five labels or more", within);
  time_hosts (list, "a name that is not", out);
}

static void
ask_addresses (const SnetdList *list, GRand *random)
{
  g_autoptr (GArray) ipv4 = g_array_new (FALSE, FALSE, sizeof (SnetdAddress));
  g_autoptr (GArray) ipv6 = g_array_new (FALSE, FALSE, sizeof (SnetdAddress));

  for (guint i = 0; i < QUESTIONS; i++)
    {
      SnetdAddress address = { .family = AF_INET, .prefix = 32 };
      const guint32 value = g_rand_int (random);

      memcpy (address.bytes, &value, sizeof value);
      g_array_append_val (ipv4, address);
      address = (SnetdAddress){ AF_INET6, 128, { 0x20, 1, 0xd, 0xb8 } };
      memcpy (address.bytes + 4, &value, sizeof value);
      g_array_append_val (ipv6, address);
    }
  time_addresses (list, "an IPv4 address", ipv4);
  time_addresses (list, "an IPv6 address", ipv6);
}

int
main (int argc, char **argv)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  guint64 entries = 1000000;

  if (argc > 1 && !g_ascii_string_to_unsigned (argv[1], 10, 1, 10000000, &entries, NULL))
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SnetdList) list = NULL;
      g_autofree char *text = NULL;
      gsize length;

      if (!g_file_get_contents (argv[1], &text, &length, &error))
        g_error ("%s", error->message);
      list = time_reading (argv[1], text, length);
    }
  else
    {
      g_autofree char *names = make_names (random, (guint)entries);
      g_autofree char *prefixes = make_prefixes (random, (guint)entries);
      g_autoptr (SnetdList) of_names = time_reading ("names", names, strlen (names));
      g_autoptr (SnetdList) of_prefixes = time_reading ("prefixes", prefixes, strlen (prefixes));

      ask_names (of_names, random, names);
      ask_addresses (of_prefixes, random);
    }
  return 0;
}

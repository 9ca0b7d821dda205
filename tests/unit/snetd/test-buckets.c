/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table that rules are found in, against GLib's. */
#include <locale.h>

#include "snetd-buckets.h"

/* Few places, so that many come to the same one; and tags that are the same. */
static guint64
random_hash (GRand *random, gboolean crowded)
{
  const guint64 high = (guint64)g_rand_int_range (random, 0, crowded ? 4 : G_MAXINT32);

  return crowded ? high << 62 | (guint64)g_rand_int_range (random, 0, 40) << 15
                 : high << 33 ^ (guint64)g_rand_int (random);
}

static void
count_cb (gpointer value, gpointer user_data)
{
  GHashTable *expected = user_data;
  const guint64 *hash = value;

  g_assert_true (g_hash_table_lookup (expected, hash) == value);
  g_hash_table_remove (expected, hash);
}

static void
test_random (gconstpointer data)
{
  const gboolean crowded = GPOINTER_TO_INT (data);
  g_autoptr (GRand) random = g_rand_new_with_seed (g_test_rand_int ());
  g_autoptr (GHashTable) expected =
    g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_free);
  SnetdBuckets buckets;

  snetd_buckets_init (&buckets);
  for (guint i = 0; i < 20000; i++)
    {
      guint64 hash = random_hash (random, crowded);
      guint64 *value = NULL;

      g_assert_true (snetd_buckets_get (&buckets, hash) == g_hash_table_lookup (expected, &hash));
      if (g_rand_int_range (random, 0, crowded ? 2 : 4) > 0)
        {
          value = g_memdup2 (&hash, sizeof hash);
          g_hash_table_replace (expected, value, value);
        }
      else
        g_hash_table_remove (expected, &hash);
      snetd_buckets_set (&buckets, hash, value);
      g_assert_true (snetd_buckets_get (&buckets, hash) == value);
      g_assert_cmpuint (buckets.count, ==, g_hash_table_size (expected));
    }
  g_assert_cmpuint (buckets.count, >, 50);
  snetd_buckets_foreach (&buckets, count_cb, expected);
  g_assert_cmpuint (g_hash_table_size (expected), ==, 0);
  snetd_buckets_clear (&buckets);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/buckets/random", GINT_TO_POINTER (FALSE), test_random);
  g_test_add_data_func ("/buckets/crowded", GINT_TO_POINTER (TRUE), test_random);

  return g_test_run ();
}

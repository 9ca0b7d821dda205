/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lists of destinations. A list has what either half of it has, and the same when it is written
 * twice.
 */
#include <string.h>

#include "fuzz.h"
#include "snetd-host.h"
#include "snetd-list.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define PROBES          64

typedef struct
{
  const SnetdList *whole;
  const SnetdList *first;
  const SnetdList *second;
} Lists;

static void
probe_host (const Lists *lists, const char *host)
{
  g_assert_cmpint (snetd_list_has_host (lists->whole, host), ==,
                   snetd_list_has_host (lists->first, host) ||
                     snetd_list_has_host (lists->second, host));
}

static void
probe_address (const Lists *lists, const SnetdAddress *address)
{
  g_assert_cmpint (snetd_list_has_address (lists->whole, address), ==,
                   snetd_list_has_address (lists->first, address) ||
                     snetd_list_has_address (lists->second, address));
}

static void
probe (const Lists *lists, const char *word)
{
  g_autofree char *below = g_strconcat ("www.", word, NULL);
  g_autofree char *host = snetd_host_normalize (word, NULL);
  g_autofree char *host_below = snetd_host_normalize (below, NULL);
  SnetdAddress address;

  if (snetd_address_parse (word, &address, NULL))
    {
      /* The first of a prefix; all of one can be in the two halves together. */
      address.prefix = address.family == AF_INET ? 32 : 128;
      probe_address (lists, &address);
    }
  if (host != NULL)
    probe_host (lists, host);
  if (host_below != NULL)
    probe_host (lists, host_below);
}

static void
check_halves (const SnetdList *whole, const char *text, size_t size)
{
  const char *newline = memchr (text + size / 2, '\n', size - size / 2);
  const char *second = newline != NULL ? newline + 1 : text + size;
  SnetdListNonsense nonsense;
  g_autoptr (SnetdList) a = snetd_list_new (text, second - text, &nonsense);
  g_autoptr (SnetdList) b = snetd_list_new (second, text + size - second, &nonsense);
  const Lists lists = { whole, a, b };
  g_autofree char *terminated = g_strndup (text, size);
  g_auto (GStrv) words = g_strsplit_set (terminated, " \t\r\n#;", PROBES);

  for (char **word = words; *word != NULL; word++)
    {
      /* Only text is ever looked for. */
      if (g_utf8_validate (*word, -1, NULL))
        probe (&lists, *word);
    }
}

static void
check_twice (const SnetdList *list, guint64 nonsense, const char *text, size_t size)
{
  g_autoptr (GString) twice = g_string_new_len (text, size);
  g_autoptr (SnetdList) other = NULL;
  SnetdListNonsense more;

  g_string_append_c (twice, '\n');
  g_string_append_len (twice, text, size);
  other = snetd_list_new (twice->str, twice->len, &more);
  g_assert_cmpuint (snetd_list_count_names (other), ==, snetd_list_count_names (list));
  g_assert_cmpuint (snetd_list_count_ranges (other), ==, snetd_list_count_ranges (list));
  g_assert_cmpuint (more.count, ==, 2 * nonsense);
}

static void
check_nonsense (const SnetdListNonsense *nonsense, const char *text, size_t size)
{
  guint64 lines = 1, last = 0;

  for (size_t i = 0; i < size; i++)
    lines += text[i] == '\n';
  g_assert_cmpuint (nonsense->count, <=, lines);
  for (guint i = 0; i < MIN (nonsense->count, SNETD_LIST_LINES_NAMED); i++)
    {
      g_assert_cmpuint (nonsense->lines[i], >, last);
      last = nonsense->lines[i];
    }
  g_assert_cmpuint (last, <=, lines);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const char *text = (const char *)data;
  SnetdListNonsense nonsense;
  g_autoptr (SnetdList) list = snetd_list_new (text, size, &nonsense);

  check_nonsense (&nonsense, text, size);
  /* One in the middle is not at the start of a half. */
  if (memmem (text, size, BYTE_ORDER_MARK, strlen (BYTE_ORDER_MARK)) != NULL)
    return 0;
  check_halves (list, text, size);
  check_twice (list, nonsense.count, text, size);
  return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-list.h"

#include <string.h>

#include "snetd-host.h"
#include "snetd-name-set.h"
#include "snetd-range-set.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

#define ADDRESS_BYTES   64   /* more than any has, with its prefix */
#define WRITTEN_BYTES   1024 /* more than any name has, before it is normalized */
#define NAME_BYTES      254  /* normalized, with its 0 */
#define LABEL_MAX_BYTES 63

#define NAMES_EXPECTED 2000000

#define LIST_NAME_BYTES   64
#define LIST_NAME_LETTERS G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-"

struct SnetdList
{
  SnetdNameSet *names;
  SnetdRangeSet *ranges;
};

/* A part of a line. */
typedef struct
{
  const char *text;
  gsize length;
} Token;

gboolean
snetd_list_is_name (const char *name)
{
  const gsize length = strlen (name);

  return length > 0 && length <= LIST_NAME_BYTES && name[0] != '.' &&
         strspn (name, LIST_NAME_LETTERS) == length;
}

/* Reading. */

static gboolean
is_space (char c)
{
  return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The next token between spaces; FALSE: there is none. Moves *line behind it. */
static gboolean
next_token (Token *line, Token *ret_token)
{
  gsize begin = 0, end;

  while (begin < line->length && is_space (line->text[begin]))
    begin++;
  end = begin;
  while (end < line->length && !is_space (line->text[end]))
    end++;
  *ret_token = (Token){ line->text + begin, end - begin };
  *line = (Token){ line->text + end, line->length - end };
  return ret_token->length > 0;
}

/* With its 0. FALSE: it is longer, or has a 0 within. */
static gboolean
copy_token (Token token, char *text, gsize size)
{
  if (token.length >= size || memchr (token.text, '\0', token.length) != NULL)
    return FALSE;
  memcpy (text, token.text, token.length);
  text[token.length] = '\0';
  return TRUE;
}

static gboolean
read_address (Token token, SnetdAddress *ret_address)
{
  char text[ADDRESS_BYTES];

  return copy_token (token, text, sizeof text) && snetd_address_parse (text, ret_address, NULL);
}

/* The rare ones, of other letters than ASCII's. */
static gboolean
normalize_slowly (Token token, char *name)
{
  char written[WRITTEN_BYTES];
  g_autofree char *normalized = NULL;

  if (!copy_token (token, written, sizeof written) || !g_utf8_validate (written, -1, NULL))
    return FALSE;
  normalized = snetd_host_normalize (written, NULL);
  return normalized != NULL && g_strlcpy (name, normalized, NAME_BYTES) < NAME_BYTES;
}

static gboolean
ends_label (Token token, gsize begin, gsize end)
{
  return end > begin && end - begin <= LABEL_MAX_BYTES && token.text[begin] != '-' &&
         token.text[end - 1] != '-';
}

/* What snetd_host_normalize() does, for a million names. */
static gboolean
normalize (Token token, char *name)
{
  const Token whole = token;
  gsize label = 0;
  gboolean letters = FALSE;

  if (token.length > 1 && token.text[token.length - 1] == '.')
    token.length--;
  if (token.length >= NAME_BYTES)
    return normalize_slowly (whole, name);

  for (gsize i = 0; i < token.length; i++)
    {
      const char c = token.text[i];

      if (c == '.' ? !ends_label (token, label, i) : !g_ascii_isalnum (c) && c != '-' && c != '_')
        return (guint8)c >= 0x80 && normalize_slowly (whole, name);
      letters = c == '.' ? FALSE : letters || !g_ascii_isdigit (c);
      label = c == '.' ? i + 1 : label;
      name[i] = g_ascii_tolower (c);
    }
  name[token.length] = '\0';
  return letters && ends_label (token, label, token.length);
}

/* As each file of hosts has them: names of this machine, and 0.0.0.0 as its own name. */
static gboolean
is_of_this_machine (Token token)
{
  static const char local[] = "localhost.localdomain";
  SnetdAddress address;

  return memchr (token.text, '.', token.length) == NULL ||
         (token.length == strlen (local) &&
          g_ascii_strncasecmp (token.text, local, token.length) == 0) ||
         read_address (token, &address);
}

/* An address, and names that somebody wants to be found there. */
static gboolean
read_hosts (SnetdList *list, Token address, Token names)
{
  const char *zone = memchr (address.text, '%', address.length);
  gboolean makes_sense = TRUE;
  char name[NAME_BYTES];
  SnetdAddress unused;
  Token token;

  if (zone != NULL)
    address.length = zone - address.text;
  if (memchr (address.text, '/', address.length) != NULL || !read_address (address, &unused))
    return FALSE;

  while (next_token (&names, &token))
    {
      if (!is_of_this_machine (token))
        makes_sense &= normalize (token, name) && snetd_name_set_add (list->names, name, FALSE);
    }
  return makes_sense;
}

/* Nothing is an address and a name as well; this only finds out faster. */
static gboolean
may_be_address (Token token)
{
  return g_ascii_isdigit (token.text[0]) || memchr (token.text, ':', token.length) != NULL;
}

static gboolean
read_single (SnetdList *list, Token token)
{
  char name[NAME_BYTES];
  SnetdAddress prefix;

  if (may_be_address (token) && read_address (token, &prefix))
    {
      snetd_range_set_add (list->ranges, &prefix);
      return TRUE;
    }
  return normalize (token, name) && snetd_name_set_add (list->names, name, TRUE);
}

static gboolean
is_comment (char c)
{
  return c == '#' || c == ';';
}

static gboolean
read_line (SnetdList *list, Token line)
{
  gsize length = 0;
  Token first, second, rest;

  while (length < line.length && !is_comment (line.text[length]))
    length++;
  line.length = length;
  if (!next_token (&line, &first))
    return TRUE;

  rest = line;
  if (next_token (&line, &second))
    return read_hosts (list, first, rest);
  return read_single (list, first);
}

/* No more than a large list has, as somebody may have a file of nothing but newlines. */
static guint
count_lines (const char *text, gsize length)
{
  const char *end = text + length;
  guint count = 0;

  while (count < NAMES_EXPECTED && text < end && (text = memchr (text, '\n', end - text)) != NULL)
    {
      count++;
      text++;
    }
  return count;
}

SnetdList *
snetd_list_new (const char *text, gsize length, SnetdListNonsense *ret_nonsense)
{
  SnetdList *list = g_new0 (SnetdList, 1);
  const char *end = text + length;
  guint64 number = 0;

  list->names = snetd_name_set_new (count_lines (text, length));
  list->ranges = snetd_range_set_new ();
  *ret_nonsense = (SnetdListNonsense){ 0 };

  if (length >= strlen (BYTE_ORDER_MARK) && memcmp (text, BYTE_ORDER_MARK, 3) == 0)
    text += strlen (BYTE_ORDER_MARK);
  while (text < end)
    {
      const char *newline = memchr (text, '\n', end - text);
      const char *stop = newline != NULL ? newline : end;

      number++;
      if (!read_line (list, (Token){ text, stop - text }))
        {
          if (ret_nonsense->count < SNETD_LIST_LINES_NAMED)
            ret_nonsense->lines[ret_nonsense->count] = number;
          ret_nonsense->count++;
        }
      text = newline != NULL ? newline + 1 : end;
    }

  snetd_name_set_seal (list->names);
  snetd_range_set_seal (list->ranges);
  return list;
}

void
snetd_list_free (SnetdList *list)
{
  snetd_name_set_free (list->names);
  snetd_range_set_free (list->ranges);
  g_free (list);
}

gboolean
snetd_list_has_host (const SnetdList *list, const char *host)
{
  return snetd_name_set_contains (list->names, host);
}

gboolean
snetd_list_has_address (const SnetdList *list, const SnetdAddress *address)
{
  return snetd_range_set_contains (list->ranges, address);
}

guint
snetd_list_count_names (const SnetdList *list)
{
  return snetd_name_set_count (list->names);
}

guint
snetd_list_count_ranges (const SnetdList *list)
{
  return snetd_range_set_count (list->ranges);
}

gsize
snetd_list_bytes (const SnetdList *list)
{
  return snetd_name_set_bytes (list->names) + snetd_range_set_bytes (list->ranges);
}

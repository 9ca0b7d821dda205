/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-pattern.h"

#include <string.h>

gboolean
snetd_pattern_check (const char *pattern, GError **error)
{
  gboolean escaped = FALSE;

  for (const char *p = pattern; *p != '\0'; p++)
    escaped = !escaped && *p == '\\';

  if (strlen (pattern) > SNETD_PATTERN_MAX)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "is longer than %d bytes",
                 SNETD_PATTERN_MAX);
  else if (escaped)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                 "ends in a backslash, which takes the meaning from nothing");
  else
    return TRUE;
  return FALSE;
}

typedef enum
{
  TOKEN_BYTE,
  TOKEN_ANY,
  TOKEN_STAR,
  TOKEN_GLOBSTAR,
} TokenKind;

typedef struct
{
  guint8 kind;
  guint8 byte;
} Token;

/* How many bytes of the pattern the token takes. */
static gsize
read_token (const char *pattern, Token *ret_token)
{
  *ret_token = (Token){ TOKEN_BYTE, (guint8)*pattern };
  switch (*pattern)
    {
    case '?':
      ret_token->kind = TOKEN_ANY;
      return 1;
    case '*':
      ret_token->kind = pattern[1] == '*' ? TOKEN_GLOBSTAR : TOKEN_STAR;
      return pattern[1] == '*' ? 2 : 1;
    case '\\':
      ret_token->byte = (guint8)pattern[1];
      return 2;
    default:
      return 1;
    }
}

static gboolean
is_continuation (guint8 byte)
{
  return (byte & 0xc0) == 0x80;
}

/* Whether the byte can be the first of what the token stands for. */
static gboolean
begins (const Token *token, guint8 byte)
{
  if (token->kind == TOKEN_ANY)
    return byte != '/' && !is_continuation (byte);
  return token->kind == TOKEN_BYTE && token->byte == byte;
}

/* Whether the byte can be one more of what the token stands for. */
static gboolean
goes_on (const Token *token, guint8 byte)
{
  return token->kind == TOKEN_GLOBSTAR || (token->kind == TOKEN_STAR && byte != '/');
}

/* A ? is a whole character, of however many bytes. */
static gboolean
is_within_character (const Token *before, guint8 byte)
{
  return before->kind == TOKEN_ANY && is_continuation (byte);
}

static gboolean
can_be_nothing (const Token *token)
{
  return token->kind == TOKEN_STAR || token->kind == TOKEN_GLOBSTAR;
}

static gboolean
is_special (char c)
{
  return c == '?' || c == '*' || c == '\\';
}

/* Leaves what comes behind the bytes that both begin with; FALSE: they begin otherwise. */
static gboolean
skip_beginning (const char **pattern, const char **text)
{
  for (; **pattern != '\0' && !is_special (**pattern); (*pattern)++, (*text)++)
    {
      if (**pattern != **text)
        return FALSE;
    }
  return TRUE;
}

static gboolean
ends_alike (const char *pattern, const char *text)
{
  const char *p = pattern + strlen (pattern), *t = text + strlen (text);

  while (p > pattern && !is_special (p[-1]))
    {
      if (t == text || *--t != *--p)
        return FALSE;
    }
  return TRUE;
}

/*
 * at[i]: the text so far can be what the first i tokens stand for. No going back
 * over the text, so no pattern takes for ever.
 */
static gboolean
matches_tokens (const char *pattern, const char *text)
{
  Token tokens[SNETD_PATTERN_MAX];
  gboolean at[SNETD_PATTERN_MAX + 1];
  guint n = 0;

  while (*pattern != '\0' && n < SNETD_PATTERN_MAX)
    pattern += read_token (pattern, &tokens[n++]);

  memset (at, 0, (n + 1) * sizeof at[0]);
  at[0] = TRUE;
  for (guint i = 0; i < n && can_be_nothing (&tokens[i]); i++)
    at[i + 1] = TRUE;

  for (; *text != '\0'; text++)
    {
      const guint8 byte = (guint8)*text;
      gboolean alive = FALSE;

      for (guint i = n + 1; i-- > 0;)
        {
          gboolean stays = at[i] && ((i < n && goes_on (&tokens[i], byte)) ||
                                     (i > 0 && is_within_character (&tokens[i - 1], byte)));

          at[i] = stays || (i > 0 && at[i - 1] && begins (&tokens[i - 1], byte));
          alive |= at[i];
        }
      if (!alive)
        return FALSE;
      for (guint i = 0; i < n; i++)
        at[i + 1] |= at[i] && can_be_nothing (&tokens[i]);
    }
  return at[n];
}

/* Nearly all patterns are told from nearly all texts by what they begin or end with. */
gboolean
snetd_pattern_matches (const char *pattern, const char *text)
{
  return skip_beginning (&pattern, &text) && ends_alike (pattern, text) &&
         matches_tokens (pattern, text);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events as text for people. */
#include "snet-listen-text.h"

#include <stddef.h>
#include <string.h>
#include <sys/un.h>

#include "snetd-address.h"
#include "snetd-names.h"
#include "snetd-process.h"

/* Control characters beyond ASCII, those that turn the direction of a line, and line ends. */
static gboolean
is_visible (gunichar c)
{
  switch (g_unichar_type (c))
    {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
      return FALSE;
    default:
      return TRUE;
    }
}

char *
snet_listen_visible (const char *text)
{
  g_autofree char *valid = snetd_process_text (text);
  GString *shown = g_string_new (NULL);
  /* Another character set could take half of a character for something else. */
  const gboolean utf8 = g_get_charset (NULL);

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (is_visible (c) && (utf8 || c < 0x80))
        g_string_append_unichar (shown, c);
      else
        g_string_append_c (shown, '?');
    }
  return g_string_free (shown, FALSE);
}

char *
snet_listen_line (const struct snet_event *event)
{
  char line[160];

  snet_event_format (event, line, sizeof line);
  return snet_listen_visible (line);
}

/* "192.0.2.1 port 443", or a path; NULL: none that can be written. */
static char *
place (const struct sockaddr_storage *sockaddr, socklen_t length)
{
  const gsize path = offsetof (struct sockaddr_un, sun_path);
  g_autofree char *text = NULL;
  SnetdAddress address;
  guint16 port;

  if (snetd_address_from_sockaddr (sockaddr, length, &address, &port))
    {
      text = snetd_address_to_string (&address);
      return g_strdup_printf ("%s port %u", text, port);
    }
  if (sockaddr->ss_family != AF_UNIX || length <= path)
    return NULL;
  text = g_strndup ((const char *)sockaddr + path, length - path);
  return text[0] != '\0' ? snet_listen_visible (text) : NULL;
}

static char *
wish (const struct snet_event *event)
{
  g_autofree char *local = NULL, *remote = NULL, *family = NULL, *type = NULL;

  if (event->fields & SNET_EVENT_LOCAL)
    local = place (&event->local, event->local_len);
  if (event->fields & SNET_EVENT_REMOTE)
    remote = place (&event->remote, event->remote_len);
  switch (event->operation)
    {
    case SNET_OP_CONNECT:
      return g_strconcat ("connect to ", remote != NULL ? remote : "somewhere", NULL);
    case SNET_OP_SEND:
      return g_strconcat ("send to ", remote != NULL ? remote : "somewhere", NULL);
    case SNET_OP_ACCEPT:
      return g_strconcat ("take a connection from ", remote != NULL ? remote : "somewhere", NULL);
    case SNET_OP_BIND:
      return g_strconcat ("use ", local != NULL ? local : "an address", NULL);
    case SNET_OP_LISTEN:
      return g_strconcat ("take connections at ", local != NULL ? local : "any port", NULL);
    case SNET_OP_RECEIVE:
      return g_strconcat ("receive at ", local != NULL ? local : "any port", NULL);
    case SNET_OP_CREATE:
      family = snetd_vocabulary_word (&snetd_families, event->family);
      type = snetd_vocabulary_word (&snetd_types, event->type);
      return g_strdup_printf ("make a socket of the family %s and the type %s",
                              family != NULL ? family : "?", type != NULL ? type : "?");
    default:
      return g_strdup ("do something that is not understood");
    }
}

char *
snet_listen_words (const struct snet_event *event)
{
  g_autofree char *program = snet_listen_visible (event->program ? event->program : event->comm);
  g_autofree char *script = event->script ? snet_listen_visible (event->script) : NULL;
  g_autofree char *protocol = snetd_protocol_word (event->family, event->protocol);
  g_autofree char *wanted = wish (event);

  return g_strdup_printf ("%s%s%s wants to %s (%s), as user %u", program,
                          script != NULL ? " for " : "", script != NULL ? script : "", wanted,
                          protocol, event->uid);
}

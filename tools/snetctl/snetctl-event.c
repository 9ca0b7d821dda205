// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>
#include <pwd.h>
#include <string.h>

#include "gsnet-text.h"
#include "gsnet-words.h"
#include "snet-names.h"

#include "snetctl-event.h"

/* Longer than any honest name; what is cut is cut in the middle. */
#define MAX_CHARS 200

char *
snetctl_event_user (GsnetEvent *event)
{
  struct passwd entry;
  struct passwd *found = NULL;
  char buffer[4096];
  guint32 uid;

  if (!gsnet_event_get_uid (event, &uid))
    return NULL;
  if (getpwuid_r (uid, &entry, buffer, sizeof buffer, &found) == 0 && found)
    return gsnet_text_visible (found->pw_name, MAX_CHARS);
  return g_strdup_printf ("%u", uid);
}

char *
snetctl_event_program (GsnetEvent *event)
{
  const char *text = gsnet_event_get_raw (event, SNET_KEY_SCRIPT);
  g_autofree char *shown = NULL;

  if (!text)
    text = gsnet_event_get_raw (event, SNET_KEY_PROGRAM);
  if (text)
    return gsnet_text_visible (text, MAX_CHARS);
  shown = gsnet_event_dup_visible (event, SNET_KEY_COMM);
  /* Anybody can take any name. */
  return shown ? g_strdup_printf ("[%s]", shown) : NULL;
}

char *
snetctl_event_pid (GsnetEvent *event)
{
  guint32 pid;

  return gsnet_event_get_pid (event, &pid) ? g_strdup_printf ("%u", pid) : NULL;
}

/* What its own network says of an address can be anything, and is not shown for it. */
static const char *
get_place (GsnetEvent *event)
{
  const char *host = gsnet_event_get_raw (event, SNET_KEY_REMOTE_HOST);
  const char *source = gsnet_event_get_raw (event, SNET_KEY_HOST_SOURCE);

  if (gsnet_event_is_remote (event) && host && g_strcmp0 (source, "reverse") != 0)
    return host;
  return gsnet_event_get_address (event);
}

static gboolean
is_any (const char *address)
{
  return g_str_equal (address, "0.0.0.0") || g_str_equal (address, "::");
}

static char *
describe_end (GsnetEvent *event)
{
  const char *place = get_place (event);
  const guint16 port = gsnet_event_get_port (event);
  g_autofree char *shown = place ? gsnet_text_visible (place, MAX_CHARS) : NULL;

  if (!shown || (!gsnet_event_is_remote (event) && is_any (place)))
    {
      g_free (shown);
      shown = g_strdup ("*");
    }
  if (port == 0)
    return g_strdup (shown);
  /* Who has connected, to which port of this machine. */
  if (g_str_equal (gsnet_event_get_operation (event), "accept"))
    return g_strdup_printf ("%s→:%u", shown, port);
  if (strchr (shown, ':'))
    return g_strdup_printf ("[%s]:%u", shown, port);
  return g_strdup_printf ("%s:%u", shown, port);
}

char *
snetctl_event_where (GsnetEvent *event)
{
  g_autofree char *protocol = gsnet_event_dup_visible (event, SNET_KEY_PROTOCOL);
  g_autofree char *family = gsnet_event_dup_visible (event, SNET_KEY_FAMILY);
  g_autofree char *type = gsnet_event_dup_visible (event, SNET_KEY_TYPE);
  g_autofree char *end = NULL;

  if (g_str_equal (gsnet_event_get_operation (event), "create") || !gsnet_event_is_internet (event))
    return family && type ? g_strdup_printf ("%s/%s", family, type) : g_steal_pointer (&family);
  end = describe_end (event);
  return protocol ? g_strdup_printf ("%s/%s", end, protocol) : g_steal_pointer (&end);
}

char *
snetctl_event_reason (GsnetEvent *event)
{
  g_autofree char *reason = gsnet_event_dup_visible (event, SNET_KEY_REASON);
  const guint64 rule = gsnet_event_get_rule (event);

  if (!reason || rule == 0)
    return g_steal_pointer (&reason);
  return g_strdup_printf ("%s %" G_GUINT64_FORMAT, reason, rule);
}

const char *
snetctl_event_color (GsnetEvent *event)
{
  const char *verdict = gsnet_event_get_verdict (event);

  if (g_strcmp0 (verdict, SNET_VERDICT_WORD_ALLOW) == 0)
    return "green";
  return g_strcmp0 (verdict, SNET_VERDICT_WORD_DENY) == 0 ? "red" : NULL;
}

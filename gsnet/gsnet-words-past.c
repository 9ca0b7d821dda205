// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "snet-names.h"

#include "gsnet-words-past.h"
#include "gsnet-words.h"

char *
gsnet_words_past_title (GsnetEvent *event)
{
  const char *operation = gsnet_event_get_operation (event);
  const char *name = gsnet_event_get_name (event);

  if (g_str_equal (operation, "connect"))
    return g_strdup_printf (_ ("%s wanted to connect"), name);
  if (g_str_equal (operation, "bind"))
    return g_strdup_printf (_ ("%s wanted to use a port"), name);
  if (g_str_equal (operation, "listen"))
    return g_strdup_printf (_ ("%s wanted to accept connections"), name);
  if (g_str_equal (operation, "accept"))
    return g_strdup_printf (_ ("%s wanted to accept a connection"), name);
  if (g_str_equal (operation, "send"))
    return g_strdup_printf (_ ("%s wanted to send"), name);
  if (g_str_equal (operation, "receive"))
    return g_strdup_printf (_ ("%s wanted to receive"), name);
  if (g_str_equal (operation, "create"))
    return g_strdup_printf (_ ("%s wanted to create a socket"), name);
  return g_strdup_printf (_ ("%s wanted to use the network"), name);
}

char *
gsnet_words_missed (GsnetEvent *event)
{
  g_autofree char *when = gsnet_words_time (gsnet_event_get_time (event));
  const gboolean allowed =
    g_strcmp0 (gsnet_event_get_verdict (event), SNET_VERDICT_WORD_ALLOW) == 0;
  const guint count = gsnet_event_get_count (event);

  if (count <= 1)
    /* Translators: a time */
    return g_strdup_printf (allowed ? _ ("Allowed at %s") : _ ("Denied at %s"), when ? when : "?");
  if (allowed)
    return g_strdup_printf (
      ngettext ("Allowed %u time, last at %s", "Allowed %u times, last at %s", count), count,
      when ? when : "?");
  return g_strdup_printf (
    ngettext ("Denied %u time, last at %s", "Denied %u times, last at %s", count), count,
    when ? when : "?");
}

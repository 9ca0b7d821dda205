// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "snet-names.h"

#include "gsnet-notice.h"
#include "gsnet-words.h"

static GsnetNotice *
notice_new (guint64 id, const char *title, const char *body, const char *icon, gboolean question)
{
  GsnetNotice *notice = g_new0 (GsnetNotice, 1);

  notice->id = id;
  notice->title = g_strdup (title);
  notice->body = g_strdup (body);
  notice->icon = g_strdup (icon);
  notice->question = question;
  return notice;
}

/* "… wants to connect to …", its file, and what else of it waits. */
static char *
say_body (GsnetEvent *event, guint others)
{
  g_autofree char *sentence = gsnet_words_sentence (event);
  g_autofree char *program = gsnet_event_dup_visible (event, SNET_KEY_PROGRAM);
  g_autofree char *more =
    others
      ? g_strdup_printf (
          ngettext ("%u more request of it waits", "%u more requests of it wait", others), others)
      : NULL;
  g_autoptr (GStrvBuilder) lines = g_strv_builder_new ();
  g_auto (GStrv) list = NULL;

  g_strv_builder_add (lines, sentence);
  if (program)
    g_strv_builder_add (lines, program);
  if (more)
    g_strv_builder_add (lines, more);
  list = g_strv_builder_end (lines);
  return g_strjoinv ("\n", list);
}

GsnetNotice *
gsnet_notice_new_question (GsnetEvent *event, const char *icon, guint others)
{
  g_autofree char *title = gsnet_words_title (event);
  g_autofree char *body = say_body (event, others);

  return notice_new (gsnet_event_get_id (event), title, body, icon, TRUE);
}

GsnetNotice *
gsnet_notice_new_summary (guint64 id, guint n, const char *names)
{
  g_autofree char *title =
    g_strdup_printf (ngettext ("%u more request waits", "%u more requests wait", n), n);

  return notice_new (id, title, names, "org.snet.Gsnet", FALSE);
}

void
gsnet_notice_free (GsnetNotice *notice)
{
  g_free (notice->title);
  g_free (notice->body);
  g_free (notice->icon);
  g_free (notice);
}

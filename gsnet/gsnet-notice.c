// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include "gsnet-notice.h"

GsnetNotice *
gsnet_notice_new (guint64 id,
                  const char *title,
                  const char *body,
                  const char *icon,
                  gboolean question)
{
  GsnetNotice *notice = g_new0 (GsnetNotice, 1);

  notice->id = id;
  notice->title = g_strdup (title);
  notice->body = g_strdup (body);
  notice->icon = g_strdup (icon);
  notice->question = question;
  return notice;
}

void
gsnet_notice_free (GsnetNotice *notice)
{
  g_free (notice->title);
  g_free (notice->body);
  g_free (notice->icon);
  g_free (notice);
}

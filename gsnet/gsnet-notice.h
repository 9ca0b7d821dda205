/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a notification says. All of it is fit to be shown, none of it is markup. */
typedef struct
{
  guint64 id;
  char *title;
  char *body;        /* its first line is the question, for servers that show no body */
  char *icon;        /* the name of one that there is */
  gboolean question; /* has Allow and Deny; else it only leads to a window */
} GsnetNotice;

GsnetNotice *gsnet_notice_new (guint64 id,
                               const char *title,
                               const char *body,
                               const char *icon,
                               gboolean question);
void gsnet_notice_free (GsnetNotice *notice);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsnetNotice, gsnet_notice_free)

G_END_DECLS

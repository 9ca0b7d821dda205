/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "gsnet-event.h"

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

/* icon: the name of one that there is. others: how many more requests of the program wait. */
GsnetNotice *gsnet_notice_new_question (GsnetEvent *event, const char *icon, guint others);
/* n: how many requests wait, of programs with these names. */
GsnetNotice *gsnet_notice_new_summary (guint64 id, guint n, const char *names);
void gsnet_notice_free (GsnetNotice *notice);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GsnetNotice, gsnet_notice_free)

G_END_DECLS

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How many columns of a terminal a text takes; and the text in no more than these. */
guint snetctl_fit_width (const char *text);
/* The middle gives way: both ends of a path, and of the name of a machine, say who it is. */
char *snetctl_fit_text (const char *text, guint width);
/*
 * The lines of a text, broken between words where they are longer than that. What goes on begins
 * where the text of its line does: below it, if it is behind a title and two spaces.
 */
char *snetctl_fit_wrap (const char *text, guint width);

typedef struct
{
  guint wanted;   /* of the widest text */
  guint least;    /* what it can be cut to; wanted: not at all */
  gboolean gone;  /* there is no room for it */
  guint vanishes; /* the greatest goes first; 0: never */
} SnetctlFitColumn;

/*
 * Gives columns what there is, with one column between two of them: @wanted becomes what they
 * get. What can be cut is cut, the widest first, and if that is not enough others go.
 */
void snetctl_fit_columns (SnetctlFitColumn *columns, guint n_columns, guint width);

G_END_DECLS

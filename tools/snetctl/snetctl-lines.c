// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "snetctl-event.h"
#include "snetctl-fit.h"
#include "snetctl-lines.h"
#include "snetctl-table.h"
#include "snet-names.h"

enum
{
  TIME,
  VERDICT,
  USER,
  PROGRAM,
  OPERATION,
  WHERE,
  REASON,
  N_COLUMNS
};

/* wanted: of a terminal that is wide enough; who and where get what is left. */
static const struct
{
  const char *title;
  SnetctlFitColumn fit;
} columns[N_COLUMNS] = {
  [TIME] = { N_ ("TIME"), { 15, 15, FALSE, 2 } },
  [VERDICT] = { N_ ("VERDICT"), { 7, 7, FALSE, 1 } },
  [USER] = { N_ ("USER"), { 8, 8, FALSE, 4 } },
  [PROGRAM] = { N_ ("PROGRAM"), { 40, 14, FALSE, 0 } },
  [OPERATION] = { N_ ("OPERATION"), { 9, 9, FALSE, 3 } },
  [WHERE] = { N_ ("WHERE"), { 40, 22, FALSE, 0 } },
  [REASON] = { N_ ("REASON"), { 11, 11, FALSE, 5 } },
};

struct _SnetctlLines
{
  SnetctlFitColumn fits[N_COLUMNS];
  guint width; /* of the terminal; 0: there is none */
  gboolean color;
};

SnetctlLines *
snetctl_lines_new (const SnetctlCall *call)
{
  SnetctlLines *self = g_new0 (SnetctlLines, 1);

  self->color = call->color;
  return self;
}

static void
append_cell (SnetctlLines *self, GString *line, guint i, const char *text, const char *color)
{
  const char *code = g_strcmp0 (color, "green") == 0 ? "\033[32m"
                     : g_strcmp0 (color, "red") == 0 ? "\033[31m"
                                                     : "\033[33m";
  g_autofree char *fitted =
    self->width ? snetctl_fit_text (text, self->fits[i].wanted) : g_strdup (text);
  const guint width = snetctl_fit_width (fitted);

  if (self->color && color)
    g_string_append_printf (line, "%s%s\033[0m", code, fitted);
  else
    g_string_append (line, fitted);
  g_string_append_printf (
    line, "%*s", (int)(width < self->fits[i].wanted ? self->fits[i].wanted - width : 0) + 1, "");
}

/* At once, as others may write there, too; nothing comes behind the last cell. */
static void
print_cells (SnetctlLines *self, const char *const *cells, const char *verdict_color)
{
  g_autoptr (GString) line = g_string_new (NULL);

  for (guint i = 0; i < N_COLUMNS; i++)
    if (!self->fits[i].gone)
      append_cell (self, line, i, cells[i] ? cells[i] : "-", i == VERDICT ? verdict_color : NULL);
  g_print ("%s\n", g_strchomp (line->str));
}

/* For a title that is longer in another language. */
static void
make_room (SnetctlFitColumn *column, const char *title)
{
  const guint width = snetctl_fit_width (title);
  const gboolean can_be_cut = column->least < column->wanted;

  column->wanted = MAX (column->wanted, width);
  if (!can_be_cut)
    column->least = column->wanted;
}

/* Also when the terminal has become another one. */
static void
fit (SnetctlLines *self)
{
  const guint width = snetctl_table_terminal_width ();
  const char *titles[N_COLUMNS];

  if (width == self->width && self->fits[TIME].wanted != 0)
    return;
  for (guint i = 0; i < N_COLUMNS; i++)
    self->fits[i] = columns[i].fit;
  self->width = width;
  if (width == 0)
    return;
  for (guint i = 0; i < N_COLUMNS; i++)
    make_room (&self->fits[i], _ (columns[i].title));
  snetctl_fit_columns (self->fits, N_COLUMNS, width);
  for (guint i = 0; i < N_COLUMNS; i++)
    titles[i] = _ (columns[i].title);
  print_cells (self, titles, NULL);
}

/* With the day, as a log goes over many of them. */
static char *
format_time (gint64 microseconds)
{
  g_autoptr (GDateTime) when = g_date_time_new_from_unix_local (microseconds / G_USEC_PER_SEC);

  /* Translators: a time with its day, which takes 15 columns at most, see strftime */
  return when ? g_date_time_format (when, _ ("%b %d %H:%M:%S")) : NULL;
}

void
snetctl_lines_print (SnetctlLines *self, GsnetEvent *event, const char *word)
{
  g_autofree char *time = format_time (gsnet_event_get_time (event));
  g_autofree char *user = snetctl_event_user (event);
  g_autofree char *program = snetctl_event_program (event);
  g_autofree char *where = snetctl_event_where (event);
  g_autofree char *reason = snetctl_event_reason (event);
  g_autofree char *verdict =
    word ? g_strdup (word) : gsnet_event_dup_visible (event, SNET_KEY_VERDICT);
  g_autofree char *operation = gsnet_event_dup_visible (event, SNET_KEY_OPERATION);
  const char *cells[N_COLUMNS] = { time, verdict, user, program, operation, where, reason };
  const char *color = word ? "yellow" : snetctl_event_color (event);

  fit (self);
  print_cells (self, cells, color);
}

void
snetctl_lines_free (SnetctlLines *self)
{
  g_free (self);
}

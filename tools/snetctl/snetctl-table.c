// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>
#include <libsmartcols.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "snetctl-fit.h"
#include "snetctl-json.h"
#include "snetctl-table.h"

#define LEAST_WIDTH 10

struct _SnetctlTable
{
  const SnetctlColumn *columns;
  guint n_columns;
  gboolean color;
  GPtrArray *rows; /* of Cell */
};

typedef struct
{
  char *text;
  const char *color;
} Cell;

/* libsmartcols fails only without memory, as which GLib ends the program. */
static void
must (int result)
{
  if (result < 0)
    g_error ("%s", g_strerror (-result));
}

static void *
must_have (void *made)
{
  if (!made)
    g_error ("%s", g_strerror (ENOMEM));
  return made;
}

/* The translation of "" is what a file of translations says about itself. */
static const char *
get_title (const SnetctlTable *self, guint i)
{
  const char *title = self->columns[i].title;

  return *title ? _ (title) : title;
}

guint
snetctl_table_terminal_width (void)
{
  const char *said = g_getenv ("COLUMNS");
  guint64 columns;
  struct winsize size;

  if (!isatty (STDOUT_FILENO))
    return 0;
  if (ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;
  if (said && g_ascii_string_to_unsigned (said, 10, 1, 10000, &columns, NULL))
    return (guint)columns;
  return 80;
}

SnetctlTable *
snetctl_table_new (const SnetctlCall *call, const SnetctlColumn *columns, guint n_columns)
{
  SnetctlTable *self = g_new0 (SnetctlTable, 1);

  self->columns = columns;
  self->n_columns = n_columns;
  self->color = call->color;
  self->rows = g_ptr_array_new ();
  return self;
}

void
snetctl_table_add (SnetctlTable *self, const char *const *cells)
{
  Cell *row = g_new0 (Cell, self->n_columns);

  for (guint i = 0; i < self->n_columns; i++)
    row[i].text = g_strdup (cells[i] && *cells[i] ? cells[i] : "-");
  g_ptr_array_add (self->rows, row);
}

void
snetctl_table_color (SnetctlTable *self, guint column, const char *color)
{
  Cell *row = g_ptr_array_index (self->rows, self->rows->len - 1);

  row[column].color = color;
}

static void
measure (const SnetctlTable *self, SnetctlFitColumn *fits)
{
  for (guint i = 0; i < self->n_columns; i++)
    {
      guint wanted = snetctl_fit_width (get_title (self, i));

      for (guint r = 0; r < self->rows->len; r++)
        {
          const Cell *row = g_ptr_array_index (self->rows, r);

          wanted = MAX (wanted, snetctl_fit_width (row[i].text));
        }
      fits[i].wanted = wanted;
      fits[i].least = wanted;
      if (self->columns[i].cut)
        fits[i].least = MIN (wanted, MAX (self->columns[i].least, LEAST_WIDTH));
      else
        fits[i].vanishes = i;
    }
  snetctl_fit_columns (fits, self->n_columns,
                       isatty (STDOUT_FILENO) ? snetctl_table_terminal_width () : G_MAXUINT);
}

static void
draw_row (const SnetctlTable *self,
          struct libscols_table *table,
          const SnetctlFitColumn *fits,
          const Cell *row)
{
  struct libscols_line *line = must_have (scols_table_new_line (table, NULL));
  guint at = 0;

  for (guint i = 0; i < self->n_columns; i++)
    {
      g_autofree char *text = NULL;

      if (fits[i].gone)
        continue;
      text = snetctl_fit_text (row[i].text, fits[i].wanted);
      must (scols_line_set_data (line, at, text));
      if (row[i].color)
        must (scols_cell_set_color (scols_line_get_cell (line, at), row[i].color));
      at++;
    }
}

void
snetctl_table_print (SnetctlTable *self)
{
  struct libscols_table *table = must_have (scols_new_table ());
  g_autofree SnetctlFitColumn *fits = g_new0 (SnetctlFitColumn, self->n_columns);

  measure (self, fits);
  must (scols_table_enable_colors (table, self->color));
  for (guint i = 0; i < self->n_columns; i++)
    if (!fits[i].gone)
      must_have (scols_table_new_column (table, get_title (self, i), fits[i].wanted,
                                         self->columns[i].right ? SCOLS_FL_RIGHT : 0));
  for (guint r = 0; r < self->rows->len; r++)
    draw_row (self, table, fits, g_ptr_array_index (self->rows, r));
  must (scols_print_table (table));
  scols_unref_table (table);
}

void
snetctl_table_free (SnetctlTable *self)
{
  for (guint r = 0; r < self->rows->len; r++)
    {
      Cell *row = g_ptr_array_index (self->rows, r);

      for (guint i = 0; i < self->n_columns; i++)
        g_free (row[i].text);
      g_free (row);
    }
  g_ptr_array_unref (self->rows);
  g_free (self);
}

void
snetctl_table_show (const SnetctlCall *call,
                    GVariant *dicts,
                    const SnetctlColumn *columns,
                    guint n_columns,
                    SnetctlTableAdd add,
                    const char *nothing)
{
  g_autoptr (SnetctlTable) table = NULL;

  if (call->json)
    {
      snetctl_json_print (dicts);
      return;
    }
  if (g_variant_n_children (dicts) == 0)
    {
      g_print ("%s\n", nothing);
      return;
    }
  table = snetctl_table_new (call, columns, n_columns);
  for (gsize i = 0; i < g_variant_n_children (dicts); i++)
    {
      g_autoptr (GVariant) dict = g_variant_get_child_value (dicts, i);

      add (table, dict);
    }
  snetctl_table_print (table);
}

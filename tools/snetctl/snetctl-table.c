// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>
#include <libsmartcols.h>

#include "snetctl-table.h"

struct _SnetctlTable
{
  struct libscols_table *table;
  struct libscols_line *last;
  guint n_columns;
};

/* libsmartcols fails only without memory, as which GLib ends the program. */
static void
must (int result)
{
  if (result < 0)
    g_error ("%s", g_strerror (-result));
}

SnetctlTable *
snetctl_table_new (const SnetctlCall *call, const SnetctlColumn *columns, guint n_columns)
{
  SnetctlTable *self = g_new0 (SnetctlTable, 1);

  self->table = scols_new_table ();
  if (!self->table)
    g_error ("%s", g_strerror (ENOMEM));
  self->n_columns = n_columns;
  must (scols_table_enable_colors (self->table, call->color));
  for (guint i = 0; i < n_columns; i++)
    {
      int flags = (columns[i].right ? SCOLS_FL_RIGHT : 0) | (columns[i].cut ? SCOLS_FL_TRUNC : 0);

      if (!scols_table_new_column (self->table, _ (columns[i].title), columns[i].width, flags))
        g_error ("%s", g_strerror (ENOMEM));
    }
  return self;
}

void
snetctl_table_add (SnetctlTable *self, const char *const *cells)
{
  self->last = scols_table_new_line (self->table, NULL);
  if (!self->last)
    g_error ("%s", g_strerror (ENOMEM));
  for (guint i = 0; i < self->n_columns; i++)
    must (scols_line_set_data (self->last, i, cells[i]));
}

void
snetctl_table_color (SnetctlTable *self, guint column, const char *color)
{
  must (scols_cell_set_color (scols_line_get_cell (self->last, column), color));
}

void
snetctl_table_print (SnetctlTable *self)
{
  must (scols_print_table (self->table));
}

void
snetctl_table_free (SnetctlTable *self)
{
  scols_unref_table (self->table);
  g_free (self);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>

#include "snetctl-call.h"

G_BEGIN_DECLS

typedef struct
{
  const char *title; /* N_() */
  guint least;       /* what a column that can be cut keeps, in characters; 10 unless it is more */
  gboolean right;    /* numbers */
  gboolean cut;      /* gives way when the terminal is narrow, and vanishes last */
} SnetctlColumn;

/*
 * A table that fits the terminal; not cut where there is none. When it is too narrow columns
 * that can be cut are, in the middle, and then the others go, the last one first, but for the
 * first of all.
 */
typedef struct _SnetctlTable SnetctlTable;

SnetctlTable *
snetctl_table_new (const SnetctlCall *call, const SnetctlColumn *columns, guint n_columns);
/* As many texts as there are columns, fit to be shown; NULL: nothing. Copied. */
void snetctl_table_add (SnetctlTable *self, const char *const *cells);
/* A colour of libsmartcols, such as "red", for a cell of the row that was added last. */
void snetctl_table_color (SnetctlTable *self, guint column, const char *color);
void snetctl_table_print (SnetctlTable *self);
/* Columns of the terminal that standard output is; 0: it is none. */
guint snetctl_table_terminal_width (void);
void snetctl_table_free (SnetctlTable *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetctlTable, snetctl_table_free)

/* Adds a dictionary as a row. */
typedef void (*SnetctlTableAdd) (SnetctlTable *self, GVariant *dict);

/* An aa{sv} as the call wants it: as JSON, or as a table; nothing: said instead of an empty one. */
void snetctl_table_show (const SnetctlCall *call,
                         GVariant *dicts,
                         const SnetctlColumn *columns,
                         guint n_columns,
                         SnetctlTableAdd add,
                         const char *nothing);

G_END_DECLS

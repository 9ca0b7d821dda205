/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>

#include "snetctl-call.h"

G_BEGIN_DECLS

typedef struct
{
  const char *title; /* N_() */
  /* How much of the width, 0 to 1, or in characters; what is too long is cut. */
  double width;
  gboolean right; /* numbers */
  gboolean cut;   /* gives way when the terminal is narrow */
} SnetctlColumn;

/* A table that fits the terminal; not cut where there is none. */
typedef struct _SnetctlTable SnetctlTable;

SnetctlTable *
snetctl_table_new (const SnetctlCall *call, const SnetctlColumn *columns, guint n_columns);
/* As many texts as there are columns, fit to be shown; NULL: nothing. Copied. */
void snetctl_table_add (SnetctlTable *self, const char *const *cells);
/* A colour of libsmartcols, such as "red", for a cell of the row that was added last. */
void snetctl_table_color (SnetctlTable *self, guint column, const char *color);
void snetctl_table_print (SnetctlTable *self);
void snetctl_table_free (SnetctlTable *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SnetctlTable, snetctl_table_free)

G_END_DECLS

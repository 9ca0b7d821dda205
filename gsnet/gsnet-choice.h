/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* A word of snetd, and what people are shown for it (N_). A list of them ends with NULL. */
typedef struct
{
  const char *word;
  const char *label;
} GsnetChoice;

/* The rows of a combo row are these, and @word if it is none of them, which is chosen. */
void gsnet_choice_fill (AdwComboRow *row, const GsnetChoice *choices, const char *word);
/* Of any operation, or one. */
void gsnet_choice_fill_operations (AdwComboRow *row, const char *word);
const char *gsnet_choice_get (AdwComboRow *row);
void gsnet_choice_set (AdwComboRow *row, const char *word);

G_END_DECLS

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A number of Control.GetStatistics, in words. */
typedef struct
{
  const char *title;
  const char *subtitle;
  guint64 value;
} GsnetNumber;

/* Those that there are, of GsnetNumber; what is a failure only if there have been any. */
GArray *gsnet_statistics_list (GVariant *statistics);

G_END_DECLS

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define GSNET_TYPE_ARMING (gsnet_arming_get_type ())
G_DECLARE_FINAL_TYPE (GsnetArming, gsnet_arming, GSNET, ARMING, GObject)

/*
 * Keeps the controls that answer insensitive until the window has had the focus for a moment in
 * which no key was pressed: who was typing elsewhere when it came answers nothing. Lives as long
 * as the window. first: has the focus at first, something to be read that no key does anything to.
 */
GsnetArming *gsnet_arming_new (GtkWindow *window, GtkWidget *first);
void gsnet_arming_add (GsnetArming *self, GtkWidget *control);

/* What is asked is another thing now, and has to be read first. */
void gsnet_arming_reset (GsnetArming *self);
/* While an answer is on its way there is nothing to answer. */
void gsnet_arming_block (GsnetArming *self, gboolean blocked);

G_END_DECLS

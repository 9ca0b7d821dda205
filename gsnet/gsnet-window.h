/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* What several windows do alike. */

/* Escape closes it, and Ctrl+W. For class_init. */
void gsnet_window_class_close_by_keys (GtkWidgetClass *widget_class);

/* As high as what it shows needs it to be, and as wide as it is. */
void gsnet_window_fit (GtkWindow *window);

/* A toast with text as it is, not markup. */
AdwToast *gsnet_window_new_toast (const char *text);

/*
 * Shown before all others, and until it has been read, is dismissed, or another one comes: of each
 * overlay there is one.
 */
void gsnet_window_show_problem (AdwToastOverlay *overlay, const char *text);
void gsnet_window_dismiss_problem (AdwToastOverlay *overlay);

G_END_DECLS

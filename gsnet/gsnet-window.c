// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include "gsnet-window.h"

#define PROBLEM_KEY "gsnet-window-problem"

void
gsnet_window_class_close_by_keys (GtkWidgetClass *widget_class)
{
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_w, GDK_CONTROL_MASK, "window.close",
                                       NULL);
}

void
gsnet_window_fit (GtkWindow *window)
{
  int width;
  int height;

  gtk_window_get_default_size (window, &width, &height);
  gtk_window_set_default_size (window, width, -1);
}

AdwToast *
gsnet_window_new_toast (const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  return adw_toast_new (escaped);
}

static void
problem_dismissed_cb (AdwToastOverlay *overlay, AdwToast *toast)
{
  if (g_object_get_data (G_OBJECT (overlay), PROBLEM_KEY) == toast)
    g_object_set_data (G_OBJECT (overlay), PROBLEM_KEY, NULL);
}

void
gsnet_window_dismiss_problem (AdwToastOverlay *overlay)
{
  AdwToast *toast = g_object_steal_data (G_OBJECT (overlay), PROBLEM_KEY);

  if (!toast)
    return;
  adw_toast_dismiss (toast);
  g_object_unref (toast);
}

void
gsnet_window_show_problem (AdwToastOverlay *overlay, const char *text)
{
  AdwToast *toast = gsnet_window_new_toast (text);

  gsnet_window_dismiss_problem (overlay);
  adw_toast_set_timeout (toast, 0);
  adw_toast_set_priority (toast, ADW_TOAST_PRIORITY_HIGH);
  g_signal_connect_object (toast, "dismissed", G_CALLBACK (problem_dismissed_cb), overlay,
                           G_CONNECT_SWAPPED);
  g_object_set_data_full (G_OBJECT (overlay), PROBLEM_KEY, g_object_ref (toast), g_object_unref);
  adw_toast_overlay_add_toast (overlay, toast);
}

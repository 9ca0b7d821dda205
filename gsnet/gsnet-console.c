// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "gsnet-console.h"
#include "gsnet-log-page.h"
#include "gsnet-overview-page.h"
#include "gsnet-rule-draft.h"
#include "gsnet-rule-editor.h"
#include "gsnet-rules-page.h"
#include "gsnet-settings-page.h"
#include "gsnet-waiting-page.h"
#include "gsnet-why.h"
#include "gsnet-window.h"
#include "gsnet-words.h"

struct _GsnetConsole
{
  AdwApplicationWindow parent_instance;

  AdwToastOverlay *toasts;
  AdwViewStack *stack;
  AdwViewStackPage *waiting_stack_page;
  GsnetWaitingPage *waiting_page;
  GsnetRulesPage *rules_page;
  GsnetLogPage *log_page;
  GsnetOverviewPage *overview_page;
  GsnetSettingsPage *settings_page;

  GtkMenuButton *mode_button;

  GsnetClient *client;
  GSettings *settings;
};

G_DEFINE_FINAL_TYPE (GsnetConsole, gsnet_console, ADW_TYPE_APPLICATION_WINDOW)

enum
{
  DETAILS,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* In the order in which they are shown, and have their keys. */
static const char *const page_names[] = { "waiting", "rules", "log", "overview", "settings" };

typedef struct
{
  GsnetConsole *self;
  GsnetRule *rule;
} Undo;

static void
undo_free (gpointer data, GClosure *closure)
{
  Undo *undo = data;

  g_object_unref (undo->rule);
  g_free (undo);
}

static void
page_details_cb (GsnetConsole *self, GsnetEvent *event)
{
  g_signal_emit (self, signals[DETAILS], 0, event);
}

/* Of what has been decided already; what waits has its own window, as it wants an answer. */
static void
page_make_rule_cb (GsnetConsole *self, GsnetEvent *event)
{
  g_autoptr (GVariant) rule = gsnet_rule_draft_from_event (event);

  gtk_window_present (
    GTK_WINDOW (gsnet_rule_editor_new (GTK_WINDOW (self), self->client, rule, 0)));
}

static void
page_why_cb (GsnetConsole *self, GsnetEvent *event)
{
  gtk_window_present (GTK_WINDOW (gsnet_why_new (GTK_WINDOW (self), self->client, event)));
}

static void
page_show_log_cb (GsnetConsole *self, GVariant *filter)
{
  gsnet_log_page_show (self->log_page, filter);
  gsnet_console_show_page (self, "log");
}

static void
page_problem_cb (GsnetConsole *self, const char *text)
{
  gsnet_window_show_problem (self->toasts, text);
}

void
gsnet_console_show_problem (GsnetConsole *self, const char *text)
{
  page_problem_cb (self, text);
}

static void
undo_clicked_cb (AdwToast *toast, Undo *undo)
{
  gsnet_rules_page_restore (undo->self->rules_page, undo->rule);
}

static void
rule_removed_cb (GsnetConsole *self, GsnetRule *rule)
{
  g_autofree char *text =
    g_strdup_printf (_ ("Removed the rule for %s"), gsnet_rule_get_program_name (rule));
  AdwToast *toast = gsnet_window_new_toast (text);
  Undo *undo = g_new0 (Undo, 1);

  /* The toast does not outlive this window. */
  undo->self = self;
  undo->rule = g_object_ref (rule);
  adw_toast_set_button_label (toast, _ ("_Undo"));
  g_signal_connect_data (toast, "button-clicked", G_CALLBACK (undo_clicked_cb), undo, undo_free, 0);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

static void
undo_import_cb (AdwToast *toast, GsnetConsole *self)
{
  gsnet_rules_page_remove_all (self->rules_page, g_object_get_data (G_OBJECT (toast), "rules"));
}

static void
rules_imported_cb (GsnetConsole *self, GVariant *rules)
{
  const guint n_rules = (guint)g_variant_n_children (rules);
  g_autofree char *text =
    g_strdup_printf (ngettext ("Imported %u rule", "Imported %u rules", n_rules), n_rules);
  AdwToast *toast = gsnet_window_new_toast (text);

  /* The toast does not outlive this window. */
  g_object_set_data_full (G_OBJECT (toast), "rules", g_variant_ref (rules),
                          (GDestroyNotify)g_variant_unref);
  adw_toast_set_button_label (toast, _ ("_Undo"));
  g_signal_connect (toast, "button-clicked", G_CALLBACK (undo_import_cb), self);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

static void
rules_exported_cb (GsnetConsole *self, const char *name)
{
  g_autofree char *text = g_strdup_printf (_ ("Exported to %s"), name);

  adw_toast_overlay_add_toast (self->toasts, gsnet_window_new_toast (text));
}

/* Both want to be looked at; only what waits cannot be put off. */
static void
count_waiting (GsnetConsole *self)
{
  const guint waiting = g_list_model_get_n_items (gsnet_client_get_waiting (self->client));
  const guint missed = gsnet_client_get_n_missed (self->client);

  adw_view_stack_page_set_badge_number (self->waiting_stack_page, waiting + missed);
  adw_view_stack_page_set_needs_attention (self->waiting_stack_page, waiting > 0);
}

/* Asking is what is expected; all else is to catch the eye, on each page. */
static void
show_mode (GsnetConsole *self)
{
  const char *mode = gsnet_client_get_mode (self->client);
  const char *words = gsnet_words_mode (mode);
  g_autofree char *sentence =
    gsnet_words_mode_sentence (mode, gsnet_client_get_mode_until (self->client));

  gtk_menu_button_set_label (self->mode_button, words ? words : C_ ("mode", "Asking"));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->mode_button),
                               sentence ? sentence : _ ("What no rule decides is asked about"));
  gtk_widget_set_visible (GTK_WIDGET (self->mode_button), mode != NULL);
  if (words)
    gtk_widget_add_css_class (GTK_WIDGET (self->mode_button), "mode-unusual");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->mode_button), "mode-unusual");
}

static void
page_action_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  gsnet_console_show_page (GSNET_CONSOLE (widget), g_variant_get_string (parameter, NULL));
}

/* Each page that can be searched has a way to that. */
static void
search_action_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  GsnetConsole *self = GSNET_CONSOLE (widget);
  GtkWidget *page = adw_view_stack_get_visible_child (self->stack);

  if (page == GTK_WIDGET (self->log_page))
    gsnet_log_page_search (self->log_page);
  else if (page == GTK_WIDGET (self->rules_page))
    gsnet_rules_page_search (self->rules_page);
}

/* Wherever the keyboard is. */
static void
add_rule_action_cb (GtkWidget *widget, const char *action, GVariant *parameter)
{
  gsnet_console_show_page (GSNET_CONSOLE (widget), "rules");
  gtk_widget_activate_action (GTK_WIDGET (GSNET_CONSOLE (widget)->rules_page), "rules.add", NULL);
}

static void
gsnet_console_dispose (GObject *object)
{
  g_clear_object (&GSNET_CONSOLE (object)->client);
  g_clear_object (&GSNET_CONSOLE (object)->settings);

  G_OBJECT_CLASS (gsnet_console_parent_class)->dispose (object);
}

static void
gsnet_console_class_init (GsnetConsoleClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gsnet_console_dispose;

  signals[DETAILS] = g_signal_new ("details", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 1, GSNET_TYPE_EVENT);

  g_type_ensure (GSNET_TYPE_WAITING_PAGE);
  g_type_ensure (GSNET_TYPE_RULES_PAGE);
  g_type_ensure (GSNET_TYPE_LOG_PAGE);
  g_type_ensure (GSNET_TYPE_OVERVIEW_PAGE);
  g_type_ensure (GSNET_TYPE_SETTINGS_PAGE);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/snet/Gsnet/gsnet-console.ui");
  gtk_widget_class_bind_template_child (widget_class, GsnetConsole, toasts);
  gtk_widget_class_bind_template_child (widget_class, GsnetConsole, mode_button);
  gtk_widget_class_bind_template_child (widget_class, GsnetConsole, stack);
  gtk_widget_class_bind_template_child (widget_class, GsnetConsole, waiting_stack_page);
  gtk_widget_class_bind_template_child (widget_class, GsnetConsole, waiting_page);
  gtk_widget_class_bind_template_child (widget_class, GsnetConsole, rules_page);
  gtk_widget_class_bind_template_child (widget_class, GsnetConsole, log_page);
  gtk_widget_class_bind_template_child (widget_class, GsnetConsole, overview_page);
  gtk_widget_class_bind_template_child (widget_class, GsnetConsole, settings_page);
  gtk_widget_class_bind_template_callback (widget_class, page_details_cb);
  gtk_widget_class_bind_template_callback (widget_class, page_make_rule_cb);
  gtk_widget_class_bind_template_callback (widget_class, page_problem_cb);
  gtk_widget_class_bind_template_callback (widget_class, page_show_log_cb);
  gtk_widget_class_bind_template_callback (widget_class, page_why_cb);
  gtk_widget_class_bind_template_callback (widget_class, rule_removed_cb);
  gtk_widget_class_bind_template_callback (widget_class, rules_imported_cb);
  gtk_widget_class_bind_template_callback (widget_class, rules_exported_cb);

  gtk_widget_class_install_action (widget_class, "win.page", "s", page_action_cb);
  gtk_widget_class_install_action (widget_class, "win.search", NULL, search_action_cb);
  gtk_widget_class_install_action (widget_class, "win.add-rule", NULL, add_rule_action_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_n, GDK_CONTROL_MASK, "win.add-rule",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_f, GDK_CONTROL_MASK, "win.search",
                                       NULL);
  for (guint i = 0; i < G_N_ELEMENTS (page_names); i++)
    {
      gtk_widget_class_add_binding_action (widget_class, GDK_KEY_1 + i, GDK_CONTROL_MASK,
                                           "win.page", "s", page_names[i]);
      gtk_widget_class_add_binding_action (widget_class, GDK_KEY_1 + i, GDK_ALT_MASK, "win.page",
                                           "s", page_names[i]);
    }
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_w, GDK_CONTROL_MASK, "window.close",
                                       NULL);
}

static void
gsnet_console_init (GsnetConsole *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  self->settings = g_settings_new ("org.snet.Gsnet");
  g_settings_bind (self->settings, "console-width", self, "default-width", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "console-height", self, "default-height",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "console-maximized", self, "maximized", G_SETTINGS_BIND_DEFAULT);
}

GsnetConsole *
gsnet_console_new (GtkApplication *application, GsnetClient *client, GMenuModel *modes)
{
  GsnetConsole *self = g_object_new (GSNET_TYPE_CONSOLE, "application", application, NULL);

  gsnet_waiting_page_bind (self->waiting_page, client);
  gsnet_rules_page_bind (self->rules_page, client);
  gsnet_log_page_bind (self->log_page, client);
  gsnet_overview_page_bind (self->overview_page, client);
  gsnet_settings_page_bind (self->settings_page, client);
  self->client = g_object_ref (client);
  g_signal_connect_object (gsnet_client_get_waiting (client), "items-changed",
                           G_CALLBACK (count_waiting), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (client, "notify::missed", G_CALLBACK (count_waiting), self,
                           G_CONNECT_SWAPPED);
  count_waiting (self);
  gtk_menu_button_set_menu_model (self->mode_button, modes);
  g_signal_connect_object (client, "notify::mode", G_CALLBACK (show_mode), self, G_CONNECT_SWAPPED);
  show_mode (self);
  return self;
}

void
gsnet_console_show_page (GsnetConsole *self, const char *page)
{
  if (adw_view_stack_get_child_by_name (self->stack, page))
    adw_view_stack_set_visible_child_name (self->stack, page);
}

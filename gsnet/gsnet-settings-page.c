// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "snet-names.h"

#include "gsnet-application.h"
#include "gsnet-autostart.h"
#include "gsnet-choice.h"
#include "gsnet-settings-page.h"
#include "gsnet-state-view.h"
#include "gsnet-statistics.h"
#include "gsnet-words.h"

struct _GsnetSettingsPage
{
  AdwBin parent_instance;

  GsnetStateView *view;
  AdwComboRow *mode_row;
  AdwEntryRow *delay_row;
  AdwComboRow *policy_row;
  AdwComboRow *ask_with_row;
  GtkSwitch *autostart;
  AdwPreferencesGroup *numbers_group;

  GsnetClient *client;
  GSettings *settings;
  GListStore *shown; /* what the state view shows the page for: always something */
  GPtrArray *rows;   /* of the numbers */
  gboolean showing;  /* what changes now is not of the user's making */
};

G_DEFINE_FINAL_TYPE (GsnetSettingsPage, gsnet_settings_page, ADW_TYPE_BIN)

enum
{
  PROBLEM,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static const GsnetChoice modes[] = {
  { SNET_MODE_WORD_ASK, N_ ("Ask") },
  { SNET_MODE_WORD_MONITOR, N_ ("Monitor: allow and log") },
  { SNET_MODE_WORD_LOCKDOWN, N_ ("Lock down: deny") },
  { SNET_MODE_WORD_OFF, N_ ("Off: allow everything") },
  { NULL, NULL },
};

static const GsnetChoice policies[] = {
  { SNET_VERDICT_WORD_ALLOW, N_ ("Allow") },
  { SNET_VERDICT_WORD_DENY, N_ ("Deny") },
  { NULL, NULL },
};

static const GsnetChoice ways_to_ask[] = {
  { "notification", N_ ("With a notification") },
  { "window", N_ ("In a window") },
  { "both", N_ ("With a notification and a window") },
  { NULL, NULL },
};

static void
show_kernel (GsnetSettingsPage *self)
{
  const char *policy = gsnet_client_get_policy (self->client);
  const guint delay = gsnet_client_get_delay (self->client);
  g_autofree char *text = delay > 0 ? g_strdup_printf ("%u", delay) : g_strdup ("");

  /* Without the kernel's module there is nothing to set. */
  gtk_widget_set_sensitive (GTK_WIDGET (self->delay_row), delay > 0);
  gtk_widget_set_sensitive (GTK_WIDGET (self->policy_row), policy != NULL);
  gtk_editable_set_text (GTK_EDITABLE (self->delay_row), text);
  if (policy)
    gsnet_choice_set (self->policy_row, policy);
}

/* As snetd has it, also after a change that it has refused. */
static void
show_all (GsnetSettingsPage *self)
{
  const char *mode = gsnet_client_get_mode (self->client);
  g_autofree char *sentence =
    gsnet_words_mode_sentence (mode, gsnet_client_get_mode_until (self->client));

  self->showing = TRUE;
  gtk_widget_set_sensitive (GTK_WIDGET (self->mode_row), mode != NULL);
  if (mode)
    gsnet_choice_set (self->mode_row, mode);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->mode_row),
                               sentence ? sentence : _ ("What no rule decides is asked about"));
  show_kernel (self);
  self->showing = FALSE;
}

static void
changed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GsnetSettingsPage) self = GSNET_SETTINGS_PAGE (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = gsnet_client_call_finish (GSNET_CLIENT (source), result, &error);
  g_autofree char *words = error ? gsnet_words_error (error) : NULL;

  if (!self->client || reply)
    return;
  show_all (self);
  g_signal_emit (self, signals[PROBLEM], 0, words);
}

static void
change (GsnetSettingsPage *self, const char *method, GVariant *arguments)
{
  gsnet_client_call_async (self->client, SNET_INTERFACE_CONTROL, method, arguments, NULL,
                           changed_cb, g_object_ref (self));
}

static void
mode_selected_cb (GsnetSettingsPage *self)
{
  const char *mode = gsnet_choice_get (self->mode_row);

  if (self->client && !self->showing && *mode)
    change (self, "SetMode", g_variant_new ("(s@a{sv})", mode, g_variant_new ("a{sv}", NULL)));
}

static void
policy_selected_cb (GsnetSettingsPage *self)
{
  if (self->client && !self->showing)
    change (self, "SetVerdictPolicy", g_variant_new ("(s)", gsnet_choice_get (self->policy_row)));
}

/* What is no number is for snetd to refuse, with words about what would be right. */
static void
delay_applied_cb (GsnetSettingsPage *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->delay_row));
  guint64 delay = 0;

  g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT32, &delay, NULL);
  change (self, "SetVerdictDelay", g_variant_new ("(u)", (guint)delay));
}

static void
ask_with_selected_cb (GsnetSettingsPage *self)
{
  if (!self->showing)
    g_settings_set_string (self->settings, "ask-with", gsnet_choice_get (self->ask_with_row));
}

static void
autostart_changed_cb (GsnetSettingsPage *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *words = NULL;

  if (self->showing || gsnet_autostart_set (gtk_switch_get_active (self->autostart), &error))
    return;
  words = gsnet_words_error (error);
  g_signal_emit (self, signals[PROBLEM], 0, words);
}

static void
add_number (GsnetSettingsPage *self, const GsnetNumber *number)
{
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT, number->value);
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *label = gtk_label_new (text);

  gtk_widget_add_css_class (label, "numeric");
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), number->title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), number->subtitle);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), label);
  adw_preferences_group_add (self->numbers_group, row);
  g_ptr_array_add (self->rows, row);
}

static void
show_numbers (GsnetSettingsPage *self, GVariant *statistics)
{
  g_autoptr (GArray) numbers = gsnet_statistics_list (statistics);

  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (self->numbers_group, g_ptr_array_index (self->rows, i));
  g_ptr_array_set_size (self->rows, 0);
  for (guint i = 0; i < numbers->len; i++)
    add_number (self, &g_array_index (numbers, GsnetNumber, i));
}

static void
statistics_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GsnetSettingsPage) self = GSNET_SETTINGS_PAGE (data);
  g_autoptr (GVariant) reply = gsnet_client_call_finish (GSNET_CLIENT (source), result, NULL);
  g_autoptr (GVariant) statistics = NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->numbers_group), reply != NULL);
  if (!self->client || !reply)
    return;
  statistics = g_variant_get_child_value (reply, 0);
  show_numbers (self, statistics);
}

static void
refresh (GsnetSettingsPage *self)
{
  if (gsnet_client_is_connected (self->client))
    gsnet_client_call_async (self->client, SNET_INTERFACE_CONTROL, "GetStatistics", NULL,
                             G_VARIANT_TYPE ("(a{sv})"), statistics_cb, g_object_ref (self));
}

static void
refresh_clicked_cb (GsnetSettingsPage *self)
{
  refresh (self);
}

static void
gsnet_settings_page_map (GtkWidget *widget)
{
  GsnetSettingsPage *self = GSNET_SETTINGS_PAGE (widget);
  g_autofree char *ask_with = g_settings_get_string (self->settings, "ask-with");

  GTK_WIDGET_CLASS (gsnet_settings_page_parent_class)->map (widget);

  self->showing = TRUE;
  gsnet_choice_set (self->ask_with_row, ask_with);
  gtk_switch_set_active (self->autostart, gsnet_autostart_get ());
  self->showing = FALSE;
  refresh (self);
}

static void
gsnet_settings_page_dispose (GObject *object)
{
  g_clear_object (&GSNET_SETTINGS_PAGE (object)->client);
  g_clear_object (&GSNET_SETTINGS_PAGE (object)->settings);
  g_clear_object (&GSNET_SETTINGS_PAGE (object)->shown);

  G_OBJECT_CLASS (gsnet_settings_page_parent_class)->dispose (object);
}

static void
gsnet_settings_page_finalize (GObject *object)
{
  g_ptr_array_unref (GSNET_SETTINGS_PAGE (object)->rows);

  G_OBJECT_CLASS (gsnet_settings_page_parent_class)->finalize (object);
}

#define BIND(child) gtk_widget_class_bind_template_child (widget_class, GsnetSettingsPage, child)

static void
gsnet_settings_page_class_init (GsnetSettingsPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gsnet_settings_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = gsnet_settings_page_finalize;
  widget_class->map = gsnet_settings_page_map;

  signals[PROBLEM] = g_signal_new ("problem", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  g_type_ensure (GSNET_TYPE_STATE_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/snet/Gsnet/gsnet-settings-page.ui");
  BIND (view);
  BIND (mode_row);
  BIND (delay_row);
  BIND (policy_row);
  BIND (ask_with_row);
  BIND (autostart);
  BIND (numbers_group);
  gtk_widget_class_bind_template_callback (widget_class, mode_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, policy_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, delay_applied_cb);
  gtk_widget_class_bind_template_callback (widget_class, ask_with_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, autostart_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, refresh_clicked_cb);
}

static void
gsnet_settings_page_init (GsnetSettingsPage *self)
{
  self->rows = g_ptr_array_new ();
  self->shown = g_list_store_new (G_TYPE_OBJECT);
  self->settings = g_settings_new (GSNET_APPLICATION_ID);
  self->showing = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
  gsnet_choice_fill (self->mode_row, modes, SNET_MODE_WORD_ASK);
  gsnet_choice_fill (self->policy_row, policies, SNET_VERDICT_WORD_DENY);
  gsnet_choice_fill (self->ask_with_row, ways_to_ask, "notification");
  self->showing = FALSE;
}

void
gsnet_settings_page_bind (GsnetSettingsPage *self, GsnetClient *client)
{
  self->client = g_object_ref (client);
  g_list_store_append (self->shown, self->mode_row);
  gsnet_state_view_bind (self->view, client, G_LIST_MODEL (self->shown));
  g_signal_connect_object (client, "notify::mode", G_CALLBACK (show_all), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (client, "kernel-settings-changed", G_CALLBACK (show_all), self,
                           G_CONNECT_SWAPPED);
  show_all (self);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "snet-names.h"

#include "gsnet-program-icon.h"
#include "gsnet-rule-dialog.h"
#include "gsnet-words.h"

/* Who was typing elsewhere when the window came has noticed it by then. */
#define ARM_MS 700
/* How long the reason stays readable when the question is over. */
#define SETTLED_MS 4000

struct _GsnetRuleDialog
{
  AdwWindow parent_instance;

  GtkStack *stack;
  GtkImage *icon;
  GtkLabel *sentence;
  GtkLabel *path;
  GtkToggleButton *once;
  GtkToggleButton *reboot;
  GtkToggleButton *forever;
  AdwPreferencesGroup *scope;
  AdwActionRow *program_row;
  AdwActionRow *address_row;
  AdwActionRow *port_row;
  AdwActionRow *operation_row;
  AdwActionRow *protocol_row;
  GtkCheckButton *program_check;
  GtkCheckButton *address_check;
  GtkCheckButton *port_check;
  GtkCheckButton *operation_check;
  GtkCheckButton *protocol_check;
  GtkLabel *effect;
  AdwExpanderRow *technical;
  GtkLabel *problem;
  GtkLabel *countdown;
  GtkButton *deny;
  GtkButton *allow;
  AdwStatusPage *settled;

  GsnetClient *client;
  GsnetEvent *event;
  guint arm_id;
  guint tick_id;
  guint settled_id;
  gboolean answering;
};

G_DEFINE_FINAL_TYPE (GsnetRuleDialog, gsnet_rule_dialog, ADW_TYPE_WINDOW)

static GsnetLifetime
get_lifetime (GsnetRuleDialog *self)
{
  if (gtk_toggle_button_get_active (self->reboot))
    return GSNET_LIFETIME_REBOOT;
  if (gtk_toggle_button_get_active (self->forever))
    return GSNET_LIFETIME_FOREVER;
  return GSNET_LIFETIME_ONCE;
}

static void
add_if_active (GStrvBuilder *match, GtkCheckButton *check, const char *key)
{
  if (gtk_check_button_get_active (check))
    g_strv_builder_add (match, key);
}

/* The names of the conditions that are to be kept. */
static GStrv
get_match (GsnetRuleDialog *self)
{
  g_autoptr (GStrvBuilder) match = g_strv_builder_new ();

  add_if_active (match, self->operation_check, SNET_KEY_OPERATION);
  add_if_active (match, self->program_check, SNET_KEY_PROGRAM);
  add_if_active (match, self->protocol_check, SNET_KEY_PROTOCOL);
  /* The protocols of other families are numbers that mean nothing without it. */
  if (!gsnet_event_is_internet (self->event))
    add_if_active (match, self->protocol_check, SNET_KEY_FAMILY);
  add_if_active (match, self->address_check, gsnet_event_get_address_key (self->event));
  add_if_active (match, self->port_check, gsnet_event_get_port_key (self->event));
  return g_strv_builder_end (match);
}

/* Shows or hides a part. The window is as high as it needs to be. */
static void
show_part (GsnetRuleDialog *self, gpointer part, gboolean show)
{
  int width;
  int height;

  if (gtk_widget_get_visible (part) == show)
    return;
  gtk_widget_set_visible (part, show);
  gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
  gtk_window_set_default_size (GTK_WINDOW (self), width, -1);
}

static void
choice_changed_cb (GsnetRuleDialog *self)
{
  g_auto (GStrv) match = NULL;
  g_autofree char *effect = NULL;
  GsnetLifetime lifetime = get_lifetime (self);
  gboolean wide;

  if (!self->event)
    return;
  match = get_match (self);
  effect = gsnet_words_rule_effect (self->event, (const char *const *)match, lifetime);
  wide = lifetime != GSNET_LIFETIME_ONCE && !gtk_check_button_get_active (self->program_check);
  /* An answer for this once has no scope to choose. */
  show_part (self, self->scope, lifetime != GSNET_LIFETIME_ONCE);
  gtk_label_set_label (self->effect, effect);
  if (wide)
    gtk_widget_add_css_class (GTK_WIDGET (self->effect), "warning");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->effect), "warning");
}

static gboolean
arm_cb (gpointer data)
{
  GsnetRuleDialog *self = GSNET_RULE_DIALOG (data);

  self->arm_id = 0;
  gtk_widget_set_sensitive (GTK_WIDGET (self->deny), TRUE);
  gtk_widget_set_sensitive (GTK_WIDGET (self->allow), TRUE);
  return G_SOURCE_REMOVE;
}

/* Answers are taken only from a window that has had the user's attention for a moment. */
static void
update_arming (GsnetRuleDialog *self)
{
  g_clear_handle_id (&self->arm_id, g_source_remove);
  gtk_widget_set_sensitive (GTK_WIDGET (self->deny), FALSE);
  gtk_widget_set_sensitive (GTK_WIDGET (self->allow), FALSE);
  if (!self->answering && gtk_window_is_active (GTK_WINDOW (self)) &&
      gtk_widget_get_mapped (GTK_WIDGET (self)))
    self->arm_id = g_timeout_add (ARM_MS, arm_cb, self);
}

static void
show_countdown (GsnetRuleDialog *self, gint64 seconds)
{
  const char *policy = gsnet_client_get_policy (self->client);
  g_autofree char *text = NULL;

  if (g_strcmp0 (policy, SNET_VERDICT_WORD_ALLOW) == 0)
    text = g_strdup_printf (_ ("Allowed by itself in %u s"), (guint)seconds);
  else if (g_strcmp0 (policy, SNET_VERDICT_WORD_DENY) == 0)
    text = g_strdup_printf (_ ("Denied by itself in %u s"), (guint)seconds);
  else
    text = g_strdup_printf (_ ("Waits for %u s more"), (guint)seconds);
  gtk_label_set_label (self->countdown, text);
}

static gboolean
tick_cb (gpointer data)
{
  GsnetRuleDialog *self = GSNET_RULE_DIALOG (data);
  gint64 left = gsnet_event_get_deadline (self->event) - g_get_real_time ();

  show_countdown (self, MAX (0, left / G_USEC_PER_SEC));
  if (left > 0)
    return G_SOURCE_CONTINUE;
  self->tick_id = 0;
  return G_SOURCE_REMOVE;
}

static void
stop_ticking (GsnetRuleDialog *self)
{
  g_clear_handle_id (&self->tick_id, g_source_remove);
}

/* A clock that ticks only while somebody can see it. */
static void
start_ticking (GsnetRuleDialog *self)
{
  stop_ticking (self);
  if (gsnet_event_get_deadline (self->event) > g_get_real_time () && tick_cb (self))
    self->tick_id = g_timeout_add_seconds (1, tick_cb, self);
}

static void
gsnet_rule_dialog_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (gsnet_rule_dialog_parent_class)->map (widget);

  update_arming (GSNET_RULE_DIALOG (widget));
  start_ticking (GSNET_RULE_DIALOG (widget));
}

static void
gsnet_rule_dialog_unmap (GtkWidget *widget)
{
  stop_ticking (GSNET_RULE_DIALOG (widget));

  GTK_WIDGET_CLASS (gsnet_rule_dialog_parent_class)->unmap (widget);
}

static GVariant *
make_options (GsnetRuleDialog *self)
{
  GsnetLifetime lifetime = get_lifetime (self);
  g_auto (GStrv) match = get_match (self);
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  g_variant_dict_insert (&options, SNET_KEY_LIFETIME, "s", gsnet_words_lifetime_key (lifetime));
  if (lifetime != GSNET_LIFETIME_ONCE)
    g_variant_dict_insert (&options, SNET_KEY_MATCH, "^as", match);
  return g_variant_dict_end (&options);
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GsnetRuleDialog) self = GSNET_RULE_DIALOG (data);
  g_autoptr (GError) error = NULL;
  g_autofree char *words = NULL;

  self->answering = FALSE;
  if (gsnet_client_verdict_finish (GSNET_CLIENT (source), result, &error))
    {
      gtk_window_destroy (GTK_WINDOW (self));
      return;
    }
  /* The window may have been closed in the meantime. */
  if (!self->client)
    return;
  words = gsnet_words_error (error);
  gtk_label_set_label (self->problem, words);
  show_part (self, self->problem, TRUE);
  update_arming (self);
}

static void
answer (GsnetRuleDialog *self, const char *verdict)
{
  self->answering = TRUE;
  update_arming (self);
  show_part (self, self->problem, FALSE);
  gsnet_client_verdict_async (self->client, gsnet_event_get_id (self->event), verdict,
                              make_options (self), answered_cb, g_object_ref (self));
}

static void
deny_clicked_cb (GsnetRuleDialog *self)
{
  answer (self, SNET_VERDICT_WORD_DENY);
}

static void
allow_clicked_cb (GsnetRuleDialog *self)
{
  answer (self, SNET_VERDICT_WORD_ALLOW);
}

static gboolean
settled_over_cb (gpointer data)
{
  GsnetRuleDialog *self = GSNET_RULE_DIALOG (data);

  self->settled_id = 0;
  gtk_window_destroy (GTK_WINDOW (self));
  return G_SOURCE_REMOVE;
}

static void
client_withdrawn_cb (GsnetRuleDialog *self, GsnetEvent *event, const char *reason)
{
  /* While this window's own answer is on its way, that tells how it went. */
  if (gsnet_event_get_id (event) != gsnet_event_get_id (self->event) || self->answering ||
      self->settled_id)
    return;
  stop_ticking (self);
  adw_status_page_set_description (self->settled, gsnet_words_withdrawn (reason));
  gtk_stack_set_visible_child_name (self->stack, "settled");
  self->settled_id = g_timeout_add (SETTLED_MS, settled_over_cb, self);
}

static void
add_detail (GsnetRuleDialog *self, const char *title, const char *value)
{
  GtkWidget *row;
  GtkWidget *label;

  if (!value)
    return;
  row = adw_action_row_new ();
  label = gtk_label_new (value);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 1.0);
  gtk_widget_add_css_class (label, "dim-label");
  gtk_widget_set_tooltip_text (label, value);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), label);
  adw_expander_row_add_row (self->technical, row);
}

static void
add_text_detail (GsnetRuleDialog *self, const char *title, const char *key)
{
  g_autofree char *value = gsnet_event_dup_visible (self->event, key);

  add_detail (self, title, value);
}

static void
add_number_detail (GsnetRuleDialog *self, const char *title, guint64 number)
{
  g_autofree char *value = g_strdup_printf ("%" G_GUINT64_FORMAT, number);

  add_detail (self, title, value);
}

static void
fill_technical (GsnetRuleDialog *self)
{
  g_autofree char *when = gsnet_words_time (gsnet_event_get_time (self->event));
  guint64 netns;
  guint32 number;

  add_text_detail (self, _ ("Program file"), SNET_KEY_PROGRAM);
  add_text_detail (self, _ ("Calls itself"), SNET_KEY_COMM);
  if (gsnet_event_get_pid (self->event, &number))
    add_number_detail (self, _ ("Process"), number);
  if (gsnet_event_get_uid (self->event, &number))
    {
      g_autofree char *user = gsnet_words_user (number);
      add_detail (self, _ ("User"), user);
    }
  add_text_detail (self, _ ("System call"), SNET_KEY_OPERATION);
  add_text_detail (self, _ ("Address family"), SNET_KEY_FAMILY);
  add_text_detail (self, _ ("Socket type"), SNET_KEY_TYPE);
  add_text_detail (self, _ ("Protocol"), SNET_KEY_PROTOCOL);
  add_text_detail (self, _ ("Remote address"), SNET_KEY_REMOTE_ADDRESS);
  add_text_detail (self, _ ("Remote name"), SNET_KEY_REMOTE_HOST);
  add_text_detail (self, _ ("Where that name is from"), SNET_KEY_HOST_SOURCE);
  add_text_detail (self, _ ("Local address"), SNET_KEY_LOCAL_ADDRESS);
  if (gsnet_event_get_port (self->event))
    add_number_detail (self, _ ("Port"), gsnet_event_get_port (self->event));
  if (gsnet_event_get_netns (self->event, &netns))
    add_number_detail (self, _ ("Network namespace"), netns);
  add_detail (self, _ ("Time"), when);
  add_number_detail (self, _ ("Request"), gsnet_event_get_id (self->event));
}

/* A condition that the event does not have cannot be kept. */
static void
fill_choice (AdwActionRow *row, GtkCheckButton *check, const char *value, gboolean active)
{
  gtk_widget_set_visible (GTK_WIDGET (row), value != NULL);
  if (value)
    adw_action_row_set_subtitle (row, value);
  gtk_check_button_set_active (check, value && active);
}

static void
fill_choices (GsnetRuleDialog *self)
{
  const char *address = gsnet_event_get_address (self->event);
  guint16 port = gsnet_event_get_port (self->event);
  gboolean remote = gsnet_event_is_remote (self->event);
  g_autofree char *program = gsnet_event_dup_visible (self->event, SNET_KEY_PROGRAM);
  g_autofree char *protocol = gsnet_event_dup_visible (self->event, SNET_KEY_PROTOCOL);
  g_autofree char *shown_address = address ? gsnet_words_address (address) : NULL;
  g_autofree char *shown_port =
    port ? gsnet_words_port (port, gsnet_event_get_raw (self->event, SNET_KEY_PROTOCOL)) : NULL;

  fill_choice (self->program_row, self->program_check, program, TRUE);
  fill_choice (self->address_row, self->address_check, shown_address, remote);
  fill_choice (self->port_row, self->port_check, shown_port, TRUE);
  fill_choice (self->operation_row, self->operation_check,
               gsnet_words_operation (gsnet_event_get_operation (self->event)), TRUE);
  fill_choice (self->protocol_row, self->protocol_check, protocol, TRUE);
}

static void
gsnet_rule_dialog_dispose (GObject *object)
{
  GsnetRuleDialog *self = GSNET_RULE_DIALOG (object);

  stop_ticking (self);
  g_clear_handle_id (&self->arm_id, g_source_remove);
  g_clear_handle_id (&self->settled_id, g_source_remove);
  if (self->client)
    g_signal_handlers_disconnect_by_data (self->client, self);
  g_clear_object (&self->client);
  g_clear_object (&self->event);

  G_OBJECT_CLASS (gsnet_rule_dialog_parent_class)->dispose (object);
}

#define BIND(child) gtk_widget_class_bind_template_child (widget_class, GsnetRuleDialog, child)

static void
gsnet_rule_dialog_class_init (GsnetRuleDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gsnet_rule_dialog_dispose;
  widget_class->map = gsnet_rule_dialog_map;
  widget_class->unmap = gsnet_rule_dialog_unmap;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/snet/Gsnet/gsnet-rule-dialog.ui");
  BIND (stack);
  BIND (icon);
  BIND (sentence);
  BIND (path);
  BIND (once);
  BIND (reboot);
  BIND (forever);
  BIND (scope);
  BIND (program_row);
  BIND (address_row);
  BIND (port_row);
  BIND (operation_row);
  BIND (protocol_row);
  BIND (program_check);
  BIND (address_check);
  BIND (port_check);
  BIND (operation_check);
  BIND (protocol_check);
  BIND (effect);
  BIND (technical);
  BIND (problem);
  BIND (countdown);
  BIND (deny);
  BIND (allow);
  BIND (settled);
  gtk_widget_class_bind_template_callback (widget_class, choice_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, deny_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, allow_clicked_cb);

  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_w, GDK_CONTROL_MASK, "window.close",
                                       NULL);
}

static void
gsnet_rule_dialog_init (GsnetRuleDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect (self, "notify::is-active", G_CALLBACK (update_arming), NULL);
}

GsnetRuleDialog *
gsnet_rule_dialog_new (GtkApplication *application, GsnetClient *client, GsnetEvent *event)
{
  GsnetRuleDialog *self = g_object_new (GSNET_TYPE_RULE_DIALOG, "application", application, NULL);
  g_autofree char *sentence = gsnet_words_sentence (event);
  g_autofree char *path = gsnet_event_dup_visible (event, SNET_KEY_PROGRAM);

  self->client = g_object_ref (client);
  self->event = g_object_ref (event);
  g_signal_connect_object (client, "withdrawn", G_CALLBACK (client_withdrawn_cb), self,
                           G_CONNECT_SWAPPED);
  gsnet_program_icon_set (self->icon, event);
  gtk_label_set_label (self->sentence, sentence);
  gtk_label_set_label (self->path, path ? path : _ ("It is not known which program file this is."));
  fill_choices (self);
  fill_technical (self);
  choice_changed_cb (self);
  return self;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "snet-names.h"

#include "gsnet-arming.h"
#include "gsnet-countdown.h"
#include "gsnet-event-details.h"
#include "gsnet-program-icon.h"
#include "gsnet-rule-choices.h"
#include "gsnet-rule-dialog.h"
#include "gsnet-rule-trial.h"
#include "gsnet-window.h"
#include "gsnet-words.h"

/* How long the reason stays readable when the question is over. */
#define SETTLED_MS 4000

struct _GsnetRuleDialog
{
  AdwWindow parent_instance;

  GtkStack *stack;
  GtkImage *icon;
  GtkLabel *sentence;
  GtkLabel *path;
  GtkToggleButton *lifetimes[GSNET_N_LIFETIMES];
  GtkWidget *hours_box;
  GtkSpinButton *hours;
  AdwPreferencesGroup *scope;
  AdwActionRow *rows[GSNET_N_PARTS];
  GtkCheckButton *checks[GSNET_N_PARTS];
  GtkLabel *effect;
  GtkLabel *trial_words;
  AdwExpanderRow *technical;
  GtkLabel *problem;
  GsnetCountdown *countdown;
  GtkButton *deny;
  GtkButton *allow;
  AdwStatusPage *settled;

  GsnetClient *client;
  GsnetEvent *event;
  GsnetRuleChoices choices;
  GsnetRuleTrial *trial;
  GsnetArming *arming;
  guint settled_id;
  gboolean answering;
};

G_DEFINE_FINAL_TYPE (GsnetRuleDialog, gsnet_rule_dialog, ADW_TYPE_WINDOW)

static void
show_part (GsnetRuleDialog *self, gpointer part, gboolean show)
{
  if (gtk_widget_get_visible (part) == show)
    return;
  gtk_widget_set_visible (part, show);
  gsnet_window_fit (GTK_WINDOW (self));
}

static void
read_choices (GsnetRuleDialog *self)
{
  for (GsnetLifetime l = 0; l < GSNET_N_LIFETIMES; l++)
    if (gtk_toggle_button_get_active (self->lifetimes[l]))
      self->choices.lifetime = l;
  for (GsnetPart part = 0; part < GSNET_N_PARTS; part++)
    self->choices.kept[part] = gtk_check_button_get_active (self->checks[part]);
  self->choices.hours = (guint)gtk_spin_button_get_value_as_int (self->hours);
}

/* The calls of one program, where that is what the rule is about. */
static GVariant *
make_filter (GsnetRuleDialog *self)
{
  g_autoptr (GVariant) program = gsnet_event_lookup (self->event, SNET_KEY_PROGRAM);
  GVariantDict filter;

  g_variant_dict_init (&filter, NULL);
  if (self->choices.kept[GSNET_PART_PROGRAM])
    g_variant_dict_insert_value (&filter, SNET_KEY_PROGRAM, program);
  return g_variant_dict_end (&filter);
}

/* Which action the rule has makes no difference to what it is about. */
static void
try_rule (GsnetRuleDialog *self)
{
  if (self->choices.lifetime == GSNET_LIFETIME_ONCE)
    gsnet_rule_trial_set (self->trial, NULL, NULL);
  else
    gsnet_rule_trial_set (self->trial,
                          gsnet_rule_choices_make_rule (&self->choices, SNET_VERDICT_WORD_DENY),
                          make_filter (self));
}

/* It keeps its place while it is not known, so that nothing jumps. */
static void
trial_changed_cb (GsnetRuleDialog *self)
{
  g_autofree char *words = NULL;
  guint matched;
  guint examined;

  if (gsnet_rule_trial_get (self->trial, &matched, &examined))
    words = gsnet_words_trial (matched, examined, self->choices.kept[GSNET_PART_PROGRAM]);
  gtk_label_set_label (self->trial_words, words ? words : "");
}

static void
choice_changed_cb (GsnetRuleDialog *self)
{
  g_autofree char *effect = NULL;

  if (!self->event)
    return;
  read_choices (self);
  effect = gsnet_rule_choices_sentence (&self->choices);
  /* An answer for this once has no scope to choose. */
  show_part (self, self->scope, self->choices.lifetime != GSNET_LIFETIME_ONCE);
  show_part (self, self->trial_words, self->choices.lifetime != GSNET_LIFETIME_ONCE);
  show_part (self, self->hours_box, self->choices.lifetime == GSNET_LIFETIME_HOURS);
  gtk_label_set_label (self->effect, effect);
  if (gsnet_rule_choices_is_wide (&self->choices))
    gtk_widget_add_css_class (GTK_WIDGET (self->effect), "warning");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->effect), "warning");
  try_rule (self);
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
  gsnet_arming_block (self->arming, FALSE);
}

static void
answer (GsnetRuleDialog *self, const char *verdict)
{
  self->answering = TRUE;
  gsnet_arming_block (self->arming, TRUE);
  show_part (self, self->problem, FALSE);
  gsnet_client_verdict_async (self->client, gsnet_event_get_id (self->event), verdict,
                              gsnet_rule_choices_make_options (&self->choices), answered_cb,
                              g_object_ref (self));
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
  gsnet_countdown_set (self->countdown, NULL, NULL);
  adw_status_page_set_description (
    self->settled, gsnet_words_withdrawn (reason, gsnet_client_get_policy (self->client)));
  gtk_stack_set_visible_child_name (self->stack, "settled");
  self->settled_id = g_timeout_add (SETTLED_MS, settled_over_cb, self);
}

/* Before the dialog has an event: what is filled in is no choice of the user. */
static void
fill_choices (GsnetRuleDialog *self, GsnetEvent *event)
{
  GsnetRuleChoices first;

  gsnet_rule_choices_init (&first, event);
  for (GsnetPart part = 0; part < GSNET_N_PARTS; part++)
    {
      g_autofree char *value = gsnet_rule_choices_describe (&first, part);

      gtk_widget_set_visible (GTK_WIDGET (self->rows[part]), value != NULL);
      if (value)
        adw_action_row_set_subtitle (self->rows[part], value);
      gtk_check_button_set_active (self->checks[part], first.kept[part]);
    }
  for (GsnetLifetime l = 0; l < GSNET_N_LIFETIMES; l++)
    gtk_widget_set_sensitive (GTK_WIDGET (self->lifetimes[l]),
                              gsnet_rule_choices_can_last (&first, l));
  self->choices = first;
}

static void
gsnet_rule_dialog_dispose (GObject *object)
{
  GsnetRuleDialog *self = GSNET_RULE_DIALOG (object);

  g_clear_handle_id (&self->settled_id, g_source_remove);
  if (self->client)
    g_signal_handlers_disconnect_by_data (self->client, self);
  g_clear_object (&self->client);
  g_clear_object (&self->event);
  if (self->trial)
    g_signal_handlers_disconnect_by_data (self->trial, self);
  g_clear_object (&self->trial);
  g_clear_object (&self->arming);

  G_OBJECT_CLASS (gsnet_rule_dialog_parent_class)->dispose (object);
}

#define BIND(child) gtk_widget_class_bind_template_child (widget_class, GsnetRuleDialog, child)

/* Children that are many of a kind. */
static void
bind_element (GtkWidgetClass *widget_class, const char *name, gsize offset)
{
  gtk_widget_class_bind_template_child_full (widget_class, name, FALSE, (gssize)offset);
}

static void
bind_choices (GtkWidgetClass *widget_class)
{
  static const char *const lifetimes[GSNET_N_LIFETIMES] = {
    [GSNET_LIFETIME_ONCE] = "once",       [GSNET_LIFETIME_PROCESS] = "process",
    [GSNET_LIFETIME_HOURS] = "for_hours", [GSNET_LIFETIME_SESSION] = "session",
    [GSNET_LIFETIME_REBOOT] = "reboot",   [GSNET_LIFETIME_FOREVER] = "forever",
  };
  static const char *const parts[GSNET_N_PARTS][2] = {
    [GSNET_PART_PROGRAM] = { "program_row", "program_check" },
    [GSNET_PART_SCRIPT] = { "script_row", "script_check" },
    [GSNET_PART_HOST] = { "host_row", "host_check" },
    [GSNET_PART_ADDRESS] = { "address_row", "address_check" },
    [GSNET_PART_PORT] = { "port_row", "port_check" },
    [GSNET_PART_OPERATION] = { "operation_row", "operation_check" },
    [GSNET_PART_PROTOCOL] = { "protocol_row", "protocol_check" },
  };

  for (GsnetLifetime l = 0; l < GSNET_N_LIFETIMES; l++)
    bind_element (widget_class, lifetimes[l],
                  G_STRUCT_OFFSET (GsnetRuleDialog, lifetimes) + l * sizeof (gpointer));
  for (GsnetPart part = 0; part < GSNET_N_PARTS; part++)
    {
      bind_element (widget_class, parts[part][0],
                    G_STRUCT_OFFSET (GsnetRuleDialog, rows) + part * sizeof (gpointer));
      bind_element (widget_class, parts[part][1],
                    G_STRUCT_OFFSET (GsnetRuleDialog, checks) + part * sizeof (gpointer));
    }
}

static void
gsnet_rule_dialog_class_init (GsnetRuleDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gsnet_rule_dialog_dispose;

  g_type_ensure (GSNET_TYPE_COUNTDOWN);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/snet/Gsnet/gsnet-rule-dialog.ui");
  BIND (stack);
  BIND (icon);
  BIND (sentence);
  BIND (path);
  BIND (hours_box);
  BIND (hours);
  BIND (scope);
  BIND (effect);
  BIND (trial_words);
  BIND (technical);
  BIND (problem);
  BIND (countdown);
  BIND (deny);
  BIND (allow);
  BIND (settled);
  bind_choices (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, choice_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, deny_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, allow_clicked_cb);

  gsnet_window_class_close_by_keys (widget_class);
}

static void
gsnet_rule_dialog_init (GsnetRuleDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (self->technical, "notify::expanded", G_CALLBACK (gsnet_window_fit), self,
                           G_CONNECT_SWAPPED);
  self->arming = gsnet_arming_new (GTK_WINDOW (self), GTK_WIDGET (self->sentence));
  gsnet_arming_add (self->arming, GTK_WIDGET (self->deny));
  gsnet_arming_add (self->arming, GTK_WIDGET (self->allow));
}

GsnetRuleDialog *
gsnet_rule_dialog_new (GtkApplication *application, GsnetClient *client, GsnetEvent *event)
{
  GsnetRuleDialog *self = g_object_new (GSNET_TYPE_RULE_DIALOG, "application", application, NULL);
  g_autofree char *sentence = gsnet_words_sentence (event);
  g_autofree char *path = gsnet_event_dup_visible (event, SNET_KEY_PROGRAM);

  self->client = g_object_ref (client);
  self->trial = gsnet_rule_trial_new (client);
  g_signal_connect_object (self->trial, "changed", G_CALLBACK (trial_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (client, "withdrawn", G_CALLBACK (client_withdrawn_cb), self,
                           G_CONNECT_SWAPPED);
  gsnet_program_icon_set (self->icon, event);
  gtk_label_set_label (self->sentence, sentence);
  gtk_label_set_label (self->path, path ? path : _ ("It is not known which program file this is."));
  fill_choices (self, event);
  self->event = g_object_ref (event);
  gsnet_event_details_add (self->technical, event);
  gsnet_countdown_set (self->countdown, client, event);
  choice_changed_cb (self);
  return self;
}

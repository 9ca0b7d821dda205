// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>
#include <unistd.h>

#include "snet-names.h"

#include "gsnet-choice.h"
#include "gsnet-rule-draft.h"
#include "gsnet-rule-editor.h"
#include "gsnet-rule-trial.h"
#include "gsnet-text.h"
#include "gsnet-window.h"
#include "gsnet-words.h"

#define MAX_VALUE_CHARS 160

struct _GsnetRuleEditor
{
  AdwWindow parent_instance;

  GtkButton *save;
  GtkLabel *problem;
  AdwComboRow *action_row;
  AdwEntryRow *program_row;
  AdwComboRow *owner_row;
  AdwComboRow *operation_row;
  AdwComboRow *destination_row;
  AdwEntryRow *destination_value_row;
  AdwEntryRow *remote_ports_row;
  AdwEntryRow *local_ports_row;
  AdwComboRow *protocol_row;
  GtkLabel *trial_words;
  AdwComboRow *lifetime_row;
  AdwEntryRow *comment_row;
  GtkSwitch *enabled;
  GtkSwitch *locked;
  AdwActionRow *locked_row;
  AdwPreferencesGroup *rest_group;

  GsnetClient *client;
  GVariant *rule; /* as it was */
  GsnetRuleTrial *trial;
  guint64 id;
  gboolean saving;
};

G_DEFINE_FINAL_TYPE (GsnetRuleEditor, gsnet_rule_editor, ADW_TYPE_WINDOW)

/* The words of snetd and those for people; "" and "any" are no condition at all. */
static const GsnetChoice actions[] = {
  { SNET_VERDICT_WORD_ALLOW, N_ ("Allow") },
  { SNET_VERDICT_WORD_DENY, N_ ("Deny") },
  { SNET_MODE_WORD_ASK, N_ ("Ask each time") },
  { NULL, NULL },
};

static const GsnetChoice owners[] = {
  { "own", N_ ("Only my own programs") },
  { "system", N_ ("All users (needs an administrator)") },
  { NULL, NULL },
};

static const GsnetChoice destinations[] = {
  { "", N_ ("Anywhere") },
  { SNET_KEY_REMOTE_HOST, N_ ("A name") },
  { SNET_KEY_REMOTE_DOMAIN, N_ ("A domain and what is below it") },
  { SNET_KEY_REMOTE_ADDRESS, N_ ("An address or a network") },
  { SNET_KEY_REMOTE_LIST, N_ ("A list of the administrator") },
  { NULL, NULL },
};

static const GsnetChoice protocols[] = {
  { "", N_ ("Any") }, { "tcp", "TCP" },          { "udp", "UDP" }, { "sctp", "SCTP" },
  { "icmp", "ICMP" }, { "ipv6-icmp", "ICMPv6" }, { NULL, NULL },
};

static const GsnetChoice lifetimes[] = {
  { SNET_LIFETIME_WORD_FOREVER, N_ ("Forever") },
  { SNET_LIFETIME_WORD_REBOOT, N_ ("Until the next restart") },
  { SNET_LIFETIME_WORD_SESSION, N_ ("Until I log out") },
  { NULL, NULL },
};

/* Keys that have a row of their own, or are none of the editor's business. */
static const char *const shown_keys[] = {
  SNET_KEY_ID,
  SNET_KEY_CREATED,
  SNET_KEY_SOURCE,
  SNET_KEY_OWNER,
  SNET_KEY_SYSTEM,
  SNET_KEY_ACTION,
  SNET_KEY_PROGRAM,
  SNET_KEY_OPERATION,
  SNET_KEY_REMOTE_HOST,
  SNET_KEY_REMOTE_DOMAIN,
  SNET_KEY_REMOTE_ADDRESS,
  SNET_KEY_REMOTE_LIST,
  SNET_KEY_REMOTE_PORT,
  SNET_KEY_REMOTE_PORTS,
  SNET_KEY_LOCAL_PORT,
  SNET_KEY_LOCAL_PORTS,
  SNET_KEY_PROTOCOL,
  SNET_KEY_LIFETIME,
  SNET_KEY_COMMENT,
  SNET_KEY_DISABLED,
  SNET_KEY_LOCKED,
  NULL,
};

static gboolean
has (GsnetRuleEditor *self, const char *key)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (self->rule, key, NULL);

  return value != NULL;
}

static const char *
lookup_text (GsnetRuleEditor *self, const char *key)
{
  const char *text = "";

  g_variant_lookup (self->rule, key, "&s", &text);
  return text;
}

static gboolean
lookup_flag (GsnetRuleEditor *self, const char *key)
{
  gboolean flag = FALSE;

  g_variant_lookup (self->rule, key, "b", &flag);
  return flag;
}

static void
set_text (GVariantDict *rule, const char *key, const char *text)
{
  if (*text)
    g_variant_dict_insert (rule, key, "s", text);
  else
    g_variant_dict_remove (rule, key);
}

static void
set_flag (GVariantDict *rule, const char *key, gboolean flag)
{
  if (flag)
    g_variant_dict_insert (rule, key, "b", TRUE);
  else
    g_variant_dict_remove (rule, key);
}

static gboolean
is_system (GsnetRuleEditor *self)
{
  return g_str_equal (gsnet_choice_get (self->owner_row), "system");
}

/* Who it is of cannot be changed, and for a new one is said by what is asked for. */
static void
put_owner (GsnetRuleEditor *self, GVariantDict *rule)
{
  if (self->id)
    return;
  g_variant_dict_remove (rule, SNET_KEY_OWNER);
  set_flag (rule, SNET_KEY_SYSTEM, is_system (self));
  /* For root, whose rules are the system's unless it is said otherwise. */
  if (!is_system (self))
    g_variant_dict_insert (rule, SNET_KEY_OWNER, "u", (guint32)getuid ());
}

static void
put_destination (GsnetRuleEditor *self, GVariantDict *rule)
{
  const char *key = gsnet_choice_get (self->destination_row);

  for (guint i = 1; destinations[i].word; i++)
    g_variant_dict_remove (rule, destinations[i].word);
  if (*key)
    set_text (rule, key, gtk_editable_get_text (GTK_EDITABLE (self->destination_value_row)));
}

static const char *
get_program (GsnetRuleEditor *self)
{
  return gtk_editable_get_text (GTK_EDITABLE (self->program_row));
}

static GVariant *
make_rule (GsnetRuleEditor *self)
{
  GVariantDict rule;

  g_variant_dict_init (&rule, self->rule);
  g_variant_dict_remove (&rule, SNET_KEY_ID);
  g_variant_dict_remove (&rule, SNET_KEY_CREATED);
  put_owner (self, &rule);
  put_destination (self, &rule);
  set_text (&rule, SNET_KEY_ACTION, gsnet_choice_get (self->action_row));
  set_text (&rule, SNET_KEY_PROGRAM, get_program (self));
  set_text (&rule, SNET_KEY_OPERATION, gsnet_choice_get (self->operation_row));
  set_text (&rule, SNET_KEY_PROTOCOL, gsnet_choice_get (self->protocol_row));
  set_text (&rule, SNET_KEY_LIFETIME, gsnet_choice_get (self->lifetime_row));
  set_text (&rule, SNET_KEY_COMMENT, gtk_editable_get_text (GTK_EDITABLE (self->comment_row)));
  gsnet_rule_draft_set_ports (&rule, SNET_KEY_REMOTE_PORT, SNET_KEY_REMOTE_PORTS,
                              gtk_editable_get_text (GTK_EDITABLE (self->remote_ports_row)));
  gsnet_rule_draft_set_ports (&rule, SNET_KEY_LOCAL_PORT, SNET_KEY_LOCAL_PORTS,
                              gtk_editable_get_text (GTK_EDITABLE (self->local_ports_row)));
  set_flag (&rule, SNET_KEY_DISABLED, !gtk_switch_get_active (self->enabled));
  set_flag (&rule, SNET_KEY_LOCKED, is_system (self) && gtk_switch_get_active (self->locked));
  if (!g_str_equal (gsnet_choice_get (self->action_row), SNET_VERDICT_WORD_DENY))
    g_variant_dict_remove (&rule, SNET_KEY_ERRNO);
  if (!g_str_equal (gsnet_choice_get (self->lifetime_row), SNET_LIFETIME_WORD_UNTIL))
    g_variant_dict_remove (&rule, SNET_KEY_UNTIL);
  return g_variant_dict_end (&rule);
}

/* As a new one that is in use: that is all that it can be tried as. */
static void
try_rule (GsnetRuleEditor *self)
{
  g_autoptr (GVariant) made = NULL;
  GVariantDict rule;
  GVariantDict filter;

  if (!self->trial) /* what changes is being filled in */
    return;
  made = g_variant_ref_sink (make_rule (self));
  g_variant_dict_init (&rule, made);
  g_variant_dict_remove (&rule, SNET_KEY_DISABLED);
  set_flag (&rule, SNET_KEY_SYSTEM, is_system (self));
  g_variant_dict_init (&filter, NULL);
  set_text (&filter, SNET_KEY_PROGRAM, get_program (self));
  gsnet_rule_trial_set (self->trial, g_variant_dict_end (&rule), g_variant_dict_end (&filter));
}

/* It keeps its place while it is not known, as of a rule that is not complete. */
static void
trial_changed_cb (GsnetRuleEditor *self)
{
  g_autofree char *words = NULL;
  guint matched;
  guint examined;

  if (gsnet_rule_trial_get (self->trial, &matched, &examined))
    words = gsnet_words_trial (matched, examined, *get_program (self) != '\0');
  gtk_label_set_label (self->trial_words, words ? words : "");
}

static void
update (GsnetRuleEditor *self)
{
  const gboolean anywhere = *gsnet_choice_get (self->destination_row) == '\0';

  gtk_widget_set_visible (GTK_WIDGET (self->destination_value_row), !anywhere);
  gtk_widget_set_visible (GTK_WIDGET (self->locked_row), is_system (self));
  try_rule (self);
}

static void
show_problem (GsnetRuleEditor *self, const char *words)
{
  gtk_label_set_label (self->problem, words ? words : "");
  gtk_widget_set_visible (GTK_WIDGET (self->problem), words != NULL);
}

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GsnetRuleEditor) self = GSNET_RULE_EDITOR (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = gsnet_client_call_finish (GSNET_CLIENT (source), result, &error);
  g_autofree char *words = NULL;

  self->saving = FALSE;
  if (!self->client) /* the window has been closed in the meantime */
    return;
  if (reply)
    {
      gtk_window_destroy (GTK_WINDOW (self));
      return;
    }
  words = gsnet_words_error (error);
  show_problem (self, words);
  gtk_widget_set_sensitive (GTK_WIDGET (self->save), TRUE);
}

static void
save_clicked_cb (GsnetRuleEditor *self)
{
  GVariant *rule;

  if (self->saving)
    return;
  self->saving = TRUE;
  show_problem (self, NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->save), FALSE);
  rule = make_rule (self);
  if (self->id)
    gsnet_client_call_async (self->client, SNET_INTERFACE_RULES, "Update",
                             g_variant_new ("(t@a{sv})", self->id, rule), NULL, saved_cb,
                             g_object_ref (self));
  else
    gsnet_client_call_async (self->client, SNET_INTERFACE_RULES, "Add",
                             g_variant_new ("(@a{sv})", rule), NULL, saved_cb, g_object_ref (self));
}

/* What has no row of its own is shown, and stays as it is. */
static void
show_rest (GsnetRuleEditor *self)
{
  GVariantIter iter;
  const char *key;
  GVariant *value;
  gboolean any = FALSE;

  g_variant_iter_init (&iter, self->rule);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &value))
    {
      g_autofree char *shown = NULL;
      g_autofree char *text = NULL;
      GtkWidget *row;

      if (g_strv_contains (shown_keys, key))
        continue;
      shown = g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)
                ? g_variant_dup_string (value, NULL)
              : g_str_equal (key, SNET_KEY_UNTIL) ? gsnet_words_time (g_variant_get_int64 (value))
                                                  : g_variant_print (value, FALSE);
      text = gsnet_text_visible (shown ? shown : "", MAX_VALUE_CHARS);
      row = adw_action_row_new ();
      adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), key);
      adw_action_row_set_subtitle (ADW_ACTION_ROW (row), text);
      adw_preferences_group_add (self->rest_group, row);
      any = TRUE;
    }
  gtk_widget_set_visible (GTK_WIDGET (self->rest_group), any);
}

static void
fill_destination (GsnetRuleEditor *self)
{
  const char *key = "";

  for (guint i = 1; destinations[i].word; i++)
    if (has (self, destinations[i].word))
      key = destinations[i].word;
  gsnet_choice_fill (self->destination_row, destinations, key);
  if (*key)
    gtk_editable_set_text (GTK_EDITABLE (self->destination_value_row), lookup_text (self, key));
}

static void
fill_ports (GsnetRuleEditor *self, AdwEntryRow *row, const char *port_key, const char *ports_key)
{
  g_autofree char *text = gsnet_rule_draft_get_ports (self->rule, port_key, ports_key);

  gtk_editable_set_text (GTK_EDITABLE (row), text ? text : "");
}

static void
fill (GsnetRuleEditor *self)
{
  const char *lifetime = lookup_text (self, SNET_KEY_LIFETIME);
  const gboolean system =
    self->id ? !has (self, SNET_KEY_OWNER) : lookup_flag (self, SNET_KEY_SYSTEM);

  gsnet_choice_fill (self->action_row, actions, lookup_text (self, SNET_KEY_ACTION));
  gsnet_choice_fill (self->owner_row, owners, system ? "system" : "own");
  gtk_widget_set_sensitive (GTK_WIDGET (self->owner_row), self->id == 0);
  gsnet_choice_fill_operations (self->operation_row, lookup_text (self, SNET_KEY_OPERATION));
  gsnet_choice_fill (self->protocol_row, protocols, lookup_text (self, SNET_KEY_PROTOCOL));
  gsnet_choice_fill (self->lifetime_row, lifetimes,
                     *lifetime ? lifetime : SNET_LIFETIME_WORD_FOREVER);
  gtk_editable_set_text (GTK_EDITABLE (self->program_row), lookup_text (self, SNET_KEY_PROGRAM));
  gtk_editable_set_text (GTK_EDITABLE (self->comment_row), lookup_text (self, SNET_KEY_COMMENT));
  fill_destination (self);
  fill_ports (self, self->remote_ports_row, SNET_KEY_REMOTE_PORT, SNET_KEY_REMOTE_PORTS);
  fill_ports (self, self->local_ports_row, SNET_KEY_LOCAL_PORT, SNET_KEY_LOCAL_PORTS);
  gtk_switch_set_active (self->enabled, !lookup_flag (self, SNET_KEY_DISABLED));
  gtk_switch_set_active (self->locked, lookup_flag (self, SNET_KEY_LOCKED));
}

static void
gsnet_rule_editor_dispose (GObject *object)
{
  GsnetRuleEditor *self = GSNET_RULE_EDITOR (object);

  if (self->trial)
    g_signal_handlers_disconnect_by_data (self->trial, self);
  g_clear_object (&self->trial);
  g_clear_object (&self->client);
  g_clear_pointer (&self->rule, g_variant_unref);

  G_OBJECT_CLASS (gsnet_rule_editor_parent_class)->dispose (object);
}

#define BIND(child) gtk_widget_class_bind_template_child (widget_class, GsnetRuleEditor, child)

static void
gsnet_rule_editor_class_init (GsnetRuleEditorClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gsnet_rule_editor_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/snet/Gsnet/gsnet-rule-editor.ui");
  BIND (save);
  BIND (problem);
  BIND (action_row);
  BIND (program_row);
  BIND (owner_row);
  BIND (operation_row);
  BIND (destination_row);
  BIND (destination_value_row);
  BIND (remote_ports_row);
  BIND (local_ports_row);
  BIND (protocol_row);
  BIND (trial_words);
  BIND (lifetime_row);
  BIND (comment_row);
  BIND (enabled);
  BIND (locked);
  BIND (locked_row);
  BIND (rest_group);
  gtk_widget_class_bind_template_callback (widget_class, save_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, update);

  gsnet_window_class_close_by_keys (widget_class);
}

static void
gsnet_rule_editor_init (GsnetRuleEditor *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GsnetRuleEditor *
gsnet_rule_editor_new (GtkWindow *parent, GsnetClient *client, GVariant *rule, guint64 id)
{
  GsnetRuleEditor *self = g_object_new (GSNET_TYPE_RULE_EDITOR, "transient-for", parent, NULL);

  self->client = g_object_ref (client);
  self->rule = g_variant_ref_sink (rule);
  self->id = id;
  if (id)
    {
      gtk_window_set_title (GTK_WINDOW (self), _ ("Edit Rule"));
      gtk_button_set_label (self->save, _ ("Save"));
    }
  fill (self);
  show_rest (self);
  self->trial = gsnet_rule_trial_new (client);
  g_signal_connect_object (self->trial, "changed", G_CALLBACK (trial_changed_cb), self,
                           G_CONNECT_SWAPPED);
  update (self);
  return self;
}

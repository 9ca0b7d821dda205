// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "snet-names.h"

#include "gsnet-pill.h"
#include "gsnet-rule.h"
#include "gsnet-why.h"
#include "gsnet-window.h"
#include "gsnet-words-past.h"
#include "gsnet-words.h"

/* More would say nothing: the first one decides. */
#define MAX_RULES 50

struct _GsnetWhy
{
  AdwWindow parent_instance;

  AdwActionRow *event_row;
  GsnetPill *pill;
  AdwPreferencesGroup *then_group;
  AdwPreferencesGroup *rules_group;
  AdwPreferencesGroup *details_group;

  GsnetClient *client;
  GsnetEvent *event;
};

G_DEFINE_FINAL_TYPE (GsnetWhy, gsnet_why, ADW_TYPE_WINDOW)

static GtkWidget *
add_row (AdwPreferencesGroup *group, const char *title, const char *subtitle)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  if (subtitle)
    adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_preferences_group_add (group, row);
  return row;
}

static void
add_known (AdwPreferencesGroup *group, const char *title, char *text)
{
  if (text)
    add_row (group, title, text);
  g_free (text);
}

/* How long it was held; what is decided by a rule takes no time that anybody notices. */
static char *
say_waited (GsnetEvent *event)
{
  const gint64 waited = gsnet_event_get_waited (event);
  const guint seconds = (guint)(waited / G_USEC_PER_SEC);

  if (waited < G_USEC_PER_SEC)
    return NULL;
  return g_strdup_printf (ngettext ("%u second", "%u seconds", seconds), seconds);
}

static void
show_event (GsnetWhy *self)
{
  g_autofree char *title = gsnet_words_past_title (self->event);
  g_autofree char *where = gsnet_words_where (self->event);
  guint32 number;

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->event_row), title);
  adw_action_row_set_subtitle (self->event_row, where);
  g_object_set (self->pill, "verdict", gsnet_event_get_verdict (self->event), NULL);
  add_known (self->then_group, _ ("Decided By"), gsnet_words_reason (self->event));
  add_known (self->then_group, _ ("When"), gsnet_words_time (gsnet_event_get_time (self->event)));
  add_known (self->then_group, _ ("Held For"), say_waited (self->event));
  add_known (self->details_group, _ ("The Program Was Told"),
             gsnet_event_dup_visible (self->event, SNET_KEY_ERRNO));
  add_known (self->details_group, _ ("Program File"),
             gsnet_event_dup_visible (self->event, SNET_KEY_PROGRAM));
  add_known (self->details_group, _ ("Script"),
             gsnet_event_dup_visible (self->event, SNET_KEY_SCRIPT));
  if (gsnet_event_get_uid (self->event, &number))
    add_known (self->details_group, _ ("User"), gsnet_words_user (number));
  if (gsnet_event_get_pid (self->event, &number))
    add_known (self->details_group, _ ("Process"), g_strdup_printf ("%u", number));
}

/* What its place in the order means. */
static const char *
say_place (GsnetWhy *self, GsnetRule *rule, guint position)
{
  const gboolean then = gsnet_rule_get_id (rule) == gsnet_event_get_rule (self->event);

  if (position == 0)
    return then ? _ ("Comes first: it decided, and still does") : _ ("Comes first: it decides now");
  return then ? _ ("Decided then; now others come before it") : _ ("Comes later: not looked at");
}

static void
add_rule (GsnetWhy *self, GsnetRule *rule, guint position)
{
  g_autofree char *about = gsnet_words_rule_about (rule);
  g_autofree char *source = gsnet_words_rule_source (rule);
  g_autofree char *title = g_strdup_printf ("%u. %s", position + 1, about);
  g_autofree char *subtitle = g_strdup_printf ("%s\n%s", say_place (self, rule, position), source);
  GtkWidget *row = add_row (self->rules_group, title, subtitle);
  GtkWidget *pill =
    g_object_new (GSNET_TYPE_PILL, "verdict", gsnet_rule_get_raw (rule, SNET_KEY_ACTION), "valign",
                  GTK_ALIGN_CENTER, NULL);

  adw_action_row_add_suffix (ADW_ACTION_ROW (row), pill);
  if (position > 0)
    gtk_widget_add_css_class (row, "dim-label");
}

/* What comes when no rule decides. */
static void
add_mode (GsnetWhy *self)
{
  g_autofree char *sentence = gsnet_words_mode_sentence (
    gsnet_client_get_mode (self->client), gsnet_client_get_mode_until (self->client));

  add_row (self->rules_group, _ ("No rule decides it"),
           sentence ? sentence : _ ("You are asked each time"));
}

static void
show_rules (GsnetWhy *self, GVariant *rules)
{
  const gsize n_rules = MIN (g_variant_n_children (rules), MAX_RULES);
  gboolean decided = FALSE;
  gboolean found = FALSE;

  for (gsize i = 0; i < n_rules; i++)
    {
      GVariant *dict = g_variant_get_child_value (rules, i);
      g_autoptr (GsnetRule) rule = gsnet_rule_new (dict);

      if (i == 0)
        decided = g_strcmp0 (gsnet_rule_get_raw (rule, SNET_KEY_ACTION), "ask") != 0;
      found |= gsnet_rule_get_id (rule) == gsnet_event_get_rule (self->event);
      add_rule (self, rule, (guint)i);
      g_variant_unref (dict);
    }
  if (!decided)
    add_mode (self);
  if (gsnet_event_get_rule (self->event) && !found)
    add_row (self->rules_group, _ ("The rule that decided then is no more"),
             _ ("It has been removed or changed, or it has ended."));
}

static void
explained_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GsnetWhy) self = GSNET_WHY (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = gsnet_client_call_finish (GSNET_CLIENT (source), result, &error);
  g_autoptr (GVariant) rules = NULL;
  g_autofree char *words = NULL;

  if (!self->client) /* it has been closed in the meantime */
    return;
  if (reply)
    {
      rules = g_variant_get_child_value (reply, 0);
      show_rules (self, rules);
      return;
    }
  words = gsnet_words_error (error);
  add_row (self->rules_group, _ ("This cannot be shown"), words);
}

static void
gsnet_why_dispose (GObject *object)
{
  g_clear_object (&GSNET_WHY (object)->client);
  g_clear_object (&GSNET_WHY (object)->event);

  G_OBJECT_CLASS (gsnet_why_parent_class)->dispose (object);
}

static void
gsnet_why_class_init (GsnetWhyClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gsnet_why_dispose;

  g_type_ensure (GSNET_TYPE_PILL);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/snet/Gsnet/gsnet-why.ui");
  gtk_widget_class_bind_template_child (widget_class, GsnetWhy, event_row);
  gtk_widget_class_bind_template_child (widget_class, GsnetWhy, pill);
  gtk_widget_class_bind_template_child (widget_class, GsnetWhy, then_group);
  gtk_widget_class_bind_template_child (widget_class, GsnetWhy, rules_group);
  gtk_widget_class_bind_template_child (widget_class, GsnetWhy, details_group);

  gsnet_window_class_close_by_keys (widget_class);
}

static void
gsnet_why_init (GsnetWhy *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GsnetWhy *
gsnet_why_new (GtkWindow *parent, GsnetClient *client, GsnetEvent *event)
{
  GsnetWhy *self = g_object_new (GSNET_TYPE_WHY, "transient-for", parent, NULL);

  self->client = g_object_ref (client);
  self->event = g_object_ref (event);
  show_event (self);
  gsnet_client_call_async (client, SNET_INTERFACE_RULES, "Explain",
                           g_variant_new ("(@a{sv})", gsnet_event_get_variant (event)),
                           G_VARIANT_TYPE ("(aa{sv})"), explained_cb, g_object_ref (self));
  return self;
}

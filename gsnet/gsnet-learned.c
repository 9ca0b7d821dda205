// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "snet-names.h"

#include "gsnet-learned.h"
#include "gsnet-proposal.h"
#include "gsnet-rule-text.h"
#include "gsnet-state-view.h"
#include "gsnet-text.h"
#include "gsnet-window.h"
#include "gsnet-words-permission.h"
#include "gsnet-words.h"

/* More than anybody looks through in one go; when some of them are added, others follow. */
#define MAX_ROWS       200
#define MAX_PATH_CHARS 160

struct _GsnetLearned
{
  AdwWindow parent_instance;

  AdwToastOverlay *toasts;
  GsnetStateView *view;
  GtkListBox *list;
  GtkLabel *more;
  GtkToggleButton *all;
  GtkButton *add;
  GtkLabel *add_label;

  GsnetClient *client;
  GListStore *proposals;
  gboolean loading;
  gboolean stale;
  gboolean adding;
};

G_DEFINE_FINAL_TYPE (GsnetLearned, gsnet_learned, ADW_TYPE_WINDOW)

static void load (GsnetLearned *self);

static GPtrArray *
collect_chosen (GsnetLearned *self)
{
  GPtrArray *chosen = g_ptr_array_new ();

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->proposals)); i++)
    {
      g_autoptr (GsnetProposal) proposal =
        g_list_model_get_item (G_LIST_MODEL (self->proposals), i);

      /* The list keeps it. */
      if (gsnet_proposal_is_chosen (proposal))
        g_ptr_array_add (chosen, gsnet_proposal_get_variant (proposal));
    }
  return chosen;
}

static void
update (GsnetLearned *self)
{
  g_autoptr (GPtrArray) chosen = collect_chosen (self);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->proposals));
  g_autofree char *label =
    g_strdup_printf (ngettext ("_Add %u Rule", "_Add %u Rules", chosen->len), chosen->len);

  gtk_label_set_label (self->add_label, chosen->len > 0 ? label : _ ("_Add Rules"));
  gtk_widget_set_sensitive (GTK_WIDGET (self->add), chosen->len > 0 && !self->adding);
  gtk_widget_set_sensitive (GTK_WIDGET (self->list), !self->adding);
  gtk_widget_set_visible (GTK_WIDGET (self->all), n > 0);
}

static char *
say_origin (GsnetProposal *proposal)
{
  const char *program = gsnet_rule_get_raw (gsnet_proposal_get_rule (proposal), SNET_KEY_PROGRAM);
  g_autofree char *path = gsnet_text_visible (program ? program : "", MAX_PATH_CHARS);
  guint count = (guint)MIN (gsnet_proposal_get_count (proposal), G_MAXUINT);

  /* Translators: the path of a program, then how often it did something */
  return g_strdup_printf (ngettext ("%s, %u call", "%s, %u calls", count), path, count);
}

static GtkWidget *
create_row_cb (gpointer item, gpointer data)
{
  GsnetProposal *proposal = GSNET_PROPOSAL (item);
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *check = gtk_check_button_new ();
  g_autofree char *words = gsnet_words_permission (gsnet_proposal_get_rule (proposal));
  g_autofree char *origin = say_origin (proposal);

  gtk_widget_set_valign (check, GTK_ALIGN_CENTER);
  g_object_bind_property (proposal, "chosen", check, "active",
                          G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), words);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), origin);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 2);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 1);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), check);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), check);
  return row;
}

static void
show_more (GsnetLearned *self, guint total)
{
  const guint hidden = total > MAX_ROWS ? total - MAX_ROWS : 0;
  g_autofree char *text =
    g_strdup_printf (ngettext ("%u more follows when some of these have been added.",
                               "%u more follow when some of these have been added.", hidden),
                     hidden);

  gtk_label_set_label (self->more, text);
  gtk_widget_set_visible (GTK_WIDGET (self->more), hidden > 0);
}

/* What was chosen already stays so, if it is proposed still. */
static void
take_proposals (GsnetLearned *self, GVariant *rules)
{
  g_autoptr (GPtrArray) chosen = collect_chosen (self);
  g_autoptr (GPtrArray) fresh = g_ptr_array_new_with_free_func (g_object_unref);
  const guint total = (guint)g_variant_n_children (rules);

  for (guint i = 0; i < MIN (total, MAX_ROWS); i++)
    {
      g_autoptr (GVariant) dict = g_variant_get_child_value (rules, i);
      GsnetProposal *proposal = gsnet_proposal_new (dict);

      if (g_ptr_array_find_with_equal_func (chosen, dict, g_variant_equal, NULL))
        g_object_set (proposal, "chosen", TRUE, NULL);
      g_signal_connect_object (proposal, "notify::chosen", G_CALLBACK (update), self,
                               G_CONNECT_SWAPPED);
      g_ptr_array_add (fresh, proposal);
    }
  g_list_store_splice (self->proposals, 0,
                       g_list_model_get_n_items (G_LIST_MODEL (self->proposals)), fresh->pdata,
                       fresh->len);
  show_more (self, total);
  update (self);
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GsnetLearned) self = GSNET_LEARNED (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = gsnet_client_call_finish (GSNET_CLIENT (source), result, &error);

  self->loading = FALSE;
  if (!self->client)
    return;
  gsnet_state_view_set_problem (self->view, error);
  if (reply)
    {
      g_autoptr (GVariant) rules = g_variant_get_child_value (reply, 0);

      take_proposals (self, rules);
    }
  if (self->stale)
    load (self);
}

/* A change in the middle of a reading means one more reading after it. */
static void
load (GsnetLearned *self)
{
  self->stale = self->loading;
  if (self->loading || !gsnet_client_is_connected (self->client))
    return;
  self->loading = TRUE;
  gsnet_client_call_async (self->client, SNET_INTERFACE_RULES, "Propose",
                           g_variant_new ("(a{sv})", NULL), G_VARIANT_TYPE ("(aa{sv})"), loaded_cb,
                           g_object_ref (self));
}

static void
added_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GsnetLearned) self = GSNET_LEARNED (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = gsnet_client_call_finish (GSNET_CLIENT (source), result, &error);
  g_autoptr (GVariant) rules = reply ? g_variant_get_child_value (reply, 0) : NULL;
  g_autofree char *text = NULL;
  guint n;

  /* The window may have been closed while polkit asked. */
  if (!self->client)
    return;
  self->adding = FALSE;
  update (self);
  if (!reply)
    {
      text = gsnet_words_error (error);
      gsnet_window_show_problem (self->toasts, text);
      return;
    }
  n = (guint)g_variant_n_children (rules);
  text = g_strdup_printf (ngettext ("Added %u rule", "Added %u rules", n), n);
  gsnet_window_dismiss_problem (self->toasts);
  adw_toast_overlay_add_toast (self->toasts, gsnet_window_new_toast (text));
  load (self);
}

static void
add_clicked_cb (GsnetLearned *self)
{
  g_autoptr (GPtrArray) chosen = collect_chosen (self);
  g_autofree char *text = gsnet_rule_text_format (chosen);

  self->adding = TRUE;
  gsnet_window_dismiss_problem (self->toasts);
  update (self);
  gsnet_client_call_async (self->client, SNET_INTERFACE_RULES, "Import",
                           g_variant_new ("(ssa{sv})", SNET_FORMAT_SNET, text, NULL),
                           G_VARIANT_TYPE ("(aa{sv}uas)"), added_cb, g_object_ref (self));
}

static void
all_toggled_cb (GsnetLearned *self)
{
  const gboolean chosen = gtk_toggle_button_get_active (self->all);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->proposals)); i++)
    {
      g_autoptr (GsnetProposal) proposal =
        g_list_model_get_item (G_LIST_MODEL (self->proposals), i);

      g_object_set (proposal, "chosen", chosen, NULL);
    }
}

static void
gsnet_learned_dispose (GObject *object)
{
  GsnetLearned *self = GSNET_LEARNED (object);

  if (self->list)
    gtk_list_box_bind_model (self->list, NULL, NULL, NULL, NULL);
  self->list = NULL;
  g_clear_object (&self->client);
  g_clear_object (&self->proposals);

  G_OBJECT_CLASS (gsnet_learned_parent_class)->dispose (object);
}

static void
gsnet_learned_class_init (GsnetLearnedClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gsnet_learned_dispose;

  g_type_ensure (GSNET_TYPE_STATE_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/snet/Gsnet/gsnet-learned.ui");
  gtk_widget_class_bind_template_child (widget_class, GsnetLearned, toasts);
  gtk_widget_class_bind_template_child (widget_class, GsnetLearned, view);
  gtk_widget_class_bind_template_child (widget_class, GsnetLearned, list);
  gtk_widget_class_bind_template_child (widget_class, GsnetLearned, more);
  gtk_widget_class_bind_template_child (widget_class, GsnetLearned, all);
  gtk_widget_class_bind_template_child (widget_class, GsnetLearned, add);
  gtk_widget_class_bind_template_child (widget_class, GsnetLearned, add_label);
  gtk_widget_class_bind_template_callback (widget_class, add_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, all_toggled_cb);

  gsnet_window_class_close_by_keys (widget_class);
}

static void
gsnet_learned_init (GsnetLearned *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->proposals = g_list_store_new (GSNET_TYPE_PROPOSAL);
}

GsnetLearned *
gsnet_learned_new (GtkApplication *application, GsnetClient *client)
{
  GsnetLearned *self = g_object_new (GSNET_TYPE_LEARNED, "application", application, NULL);

  self->client = g_object_ref (client);
  gsnet_state_view_bind (self->view, client, G_LIST_MODEL (self->proposals));
  gtk_list_box_bind_model (self->list, G_LIST_MODEL (self->proposals), create_row_cb, self, NULL);
  g_signal_connect_object (client, "notify::state", G_CALLBACK (load), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (client, "rules-changed", G_CALLBACK (load), self, G_CONNECT_SWAPPED);
  update (self);
  load (self);
  return self;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "snet-names.h"

#include "gsnet-choice.h"
#include "gsnet-log-bar.h"

/* A time of the past that is none of those that can be chosen, as from the overview. */
#define OTHER_TIME "other"

struct _GsnetLogBar
{
  AdwBin parent_instance;

  GtkSearchEntry *search;
  AdwComboRow *verdict_row;
  AdwComboRow *operation_row;
  AdwComboRow *time_row;
  AdwEntryRow *program_row;
  GtkFlowBox *chips;

  GsnetLogFilter *filter;
  gboolean showing; /* what changes now is not of the user's making */
};

G_DEFINE_FINAL_TYPE (GsnetLogBar, gsnet_log_bar, ADW_TYPE_BIN)

static const GsnetChoice verdicts[] = {
  { "", N_ ("Any") },
  { SNET_VERDICT_WORD_ALLOW, N_ ("Allowed") },
  { SNET_VERDICT_WORD_DENY, N_ ("Denied") },
  { NULL, NULL },
};

static const GsnetChoice times[] = {
  { "", N_ ("Any time") },      { "hour", N_ ("Last hour") },        { "day", N_ ("Last day") },
  { "week", N_ ("Last week") }, { OTHER_TIME, N_ ("Another time") }, { NULL, NULL },
};

/* In this order; the text that is searched for is in its entry already. */
static const char *const chip_keys[] = {
  SNET_KEY_PROGRAM,   SNET_KEY_REMOTE_HOST, SNET_KEY_REMOTE_ADDRESS, SNET_KEY_VERDICT,
  SNET_KEY_OPERATION, SNET_KEY_SINCE,       SNET_KEY_UNTIL,
};

static void
chip_clicked_cb (GtkButton *chip, GsnetLogBar *self)
{
  gsnet_log_filter_set (self->filter, g_object_get_data (G_OBJECT (chip), "key"), NULL);
}

static void
add_chip (GsnetLogBar *self, const char *key)
{
  g_autofree char *words = gsnet_log_filter_dup_words (self->filter, key);
  GtkWidget *chip, *box, *label;
  g_autofree char *name = NULL;

  if (!words)
    return;
  name = g_strdup_printf (_ ("Do not filter any more: %s"), words);
  box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  label = gtk_label_new (words);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), gtk_image_new_from_icon_name ("window-close-symbolic"));
  chip = gtk_button_new ();
  gtk_button_set_child (GTK_BUTTON (chip), box);
  gtk_widget_add_css_class (chip, "filter-chip");
  gtk_widget_set_tooltip_text (chip, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (chip), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_object_set_data (G_OBJECT (chip), "key", (gpointer)key);
  g_signal_connect_object (chip, "clicked", G_CALLBACK (chip_clicked_cb), self, 0);
  gtk_flow_box_append (self->chips, chip);
  /* The box around it takes the focus otherwise, and one more Tab. */
  gtk_widget_set_focusable (gtk_widget_get_parent (chip), FALSE);
}

static void
show_chips (GsnetLogBar *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->chips))))
    gtk_flow_box_remove (self->chips, child);
  for (guint i = 0; i < G_N_ELEMENTS (chip_keys); i++)
    add_chip (self, chip_keys[i]);
  gtk_widget_set_visible (GTK_WIDGET (self->chips),
                          gtk_widget_get_first_child (GTK_WIDGET (self->chips)) != NULL);
}

static void
show_text (GtkEditable *editable, const char *text)
{
  if (g_strcmp0 (gtk_editable_get_text (editable), text ? text : "") != 0)
    gtk_editable_set_text (editable, text ? text : "");
}

static void
show_choice (AdwComboRow *row, const char *word)
{
  gsnet_choice_set (row, word ? word : "");
}

static gboolean
has_time (GsnetLogBar *self)
{
  return gsnet_log_filter_get_time (self->filter, SNET_KEY_SINCE) ||
         gsnet_log_filter_get_time (self->filter, SNET_KEY_UNTIL);
}

static void
filter_changed_cb (GsnetLogBar *self)
{
  const gboolean chosen = *gsnet_choice_get (self->time_row) != '\0';

  self->showing = TRUE;
  show_text (GTK_EDITABLE (self->search), gsnet_log_filter_get_text (self->filter, SNET_KEY_TEXT));
  show_text (GTK_EDITABLE (self->program_row),
             gsnet_log_filter_get_text (self->filter, SNET_KEY_PROGRAM));
  show_choice (self->verdict_row, gsnet_log_filter_get_text (self->filter, SNET_KEY_VERDICT));
  show_choice (self->operation_row, gsnet_log_filter_get_text (self->filter, SNET_KEY_OPERATION));
  if (chosen != has_time (self))
    show_choice (self->time_row, has_time (self) ? OTHER_TIME : "");
  show_chips (self);
  self->showing = FALSE;
}

static void
search_changed_cb (GsnetLogBar *self)
{
  if (!self->showing)
    gsnet_log_filter_set_text (self->filter, SNET_KEY_TEXT,
                               gtk_editable_get_text (GTK_EDITABLE (self->search)));
}

static void
program_applied_cb (GsnetLogBar *self)
{
  gsnet_log_filter_set_text (self->filter, SNET_KEY_PROGRAM,
                             gtk_editable_get_text (GTK_EDITABLE (self->program_row)));
}

static void
verdict_selected_cb (GsnetLogBar *self)
{
  if (self->filter && !self->showing)
    gsnet_log_filter_set_text (self->filter, SNET_KEY_VERDICT,
                               gsnet_choice_get (self->verdict_row));
}

static void
operation_selected_cb (GsnetLogBar *self)
{
  if (self->filter && !self->showing)
    gsnet_log_filter_set_text (self->filter, SNET_KEY_OPERATION,
                               gsnet_choice_get (self->operation_row));
}

static gint64
get_span (const char *word)
{
  if (g_str_equal (word, "hour"))
    return G_TIME_SPAN_HOUR;
  if (g_str_equal (word, "day"))
    return G_TIME_SPAN_DAY;
  return 7 * G_TIME_SPAN_DAY;
}

static void
time_selected_cb (GsnetLogBar *self)
{
  const char *word = gsnet_choice_get (self->time_row);

  if (!self->filter || self->showing || g_str_equal (word, OTHER_TIME))
    return;
  gsnet_log_filter_set (self->filter, SNET_KEY_UNTIL, NULL);
  gsnet_log_filter_set (self->filter, SNET_KEY_SINCE,
                        *word ? g_variant_new_int64 (g_get_real_time () - get_span (word)) : NULL);
}

static void
gsnet_log_bar_dispose (GObject *object)
{
  g_clear_object (&GSNET_LOG_BAR (object)->filter);

  G_OBJECT_CLASS (gsnet_log_bar_parent_class)->dispose (object);
}

static void
gsnet_log_bar_class_init (GsnetLogBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gsnet_log_bar_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/org/snet/Gsnet/gsnet-log-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, GsnetLogBar, search);
  gtk_widget_class_bind_template_child (widget_class, GsnetLogBar, verdict_row);
  gtk_widget_class_bind_template_child (widget_class, GsnetLogBar, operation_row);
  gtk_widget_class_bind_template_child (widget_class, GsnetLogBar, time_row);
  gtk_widget_class_bind_template_child (widget_class, GsnetLogBar, program_row);
  gtk_widget_class_bind_template_child (widget_class, GsnetLogBar, chips);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, program_applied_cb);
  gtk_widget_class_bind_template_callback (widget_class, verdict_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, operation_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, time_selected_cb);
}

static void
gsnet_log_bar_init (GsnetLogBar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gsnet_choice_fill (self->verdict_row, verdicts, "");
  gsnet_choice_fill_operations (self->operation_row, "");
  gsnet_choice_fill (self->time_row, times, "");
}

void
gsnet_log_bar_bind (GsnetLogBar *self, GsnetLogFilter *filter)
{
  g_return_if_fail (!self->filter);

  self->filter = g_object_ref (filter);
  g_signal_connect_object (filter, "changed", G_CALLBACK (filter_changed_cb), self,
                           G_CONNECT_SWAPPED);
  filter_changed_cb (self);
}

void
gsnet_log_bar_search (GsnetLogBar *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->search));
}

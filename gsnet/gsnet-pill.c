// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include "snet-names.h"

#include "gsnet-pill.h"
#include "gsnet-words.h"

struct _GsnetPill
{
  AdwBin parent_instance;

  GtkLabel *label;
  char *verdict;
};

G_DEFINE_FINAL_TYPE (GsnetPill, gsnet_pill, ADW_TYPE_BIN)

enum
{
  PROP_VERDICT = 1,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
set_verdict (GsnetPill *self, const char *verdict)
{
  static const char *const classes[] = { SNET_VERDICT_WORD_ALLOW, SNET_VERDICT_WORD_DENY, "ask" };

  g_free (self->verdict);
  self->verdict = g_strdup (verdict);
  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    if (g_strcmp0 (verdict, classes[i]) == 0)
      gtk_widget_add_css_class (GTK_WIDGET (self->label), classes[i]);
    else
      gtk_widget_remove_css_class (GTK_WIDGET (self->label), classes[i]);
  gtk_label_set_label (self->label, verdict ? gsnet_words_action (verdict) : "");
  gtk_widget_set_visible (GTK_WIDGET (self->label), verdict != NULL);
}

static void
gsnet_pill_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  g_value_set_string (value, GSNET_PILL (object)->verdict);
}

static void
gsnet_pill_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  set_verdict (GSNET_PILL (object), g_value_get_string (value));
}

static void
gsnet_pill_finalize (GObject *object)
{
  g_clear_pointer (&GSNET_PILL (object)->verdict, g_free);

  G_OBJECT_CLASS (gsnet_pill_parent_class)->finalize (object);
}

static void
gsnet_pill_class_init (GsnetPillClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = gsnet_pill_get_property;
  object_class->set_property = gsnet_pill_set_property;
  object_class->finalize = gsnet_pill_finalize;

  properties[PROP_VERDICT] =
    g_param_spec_string ("verdict", NULL, NULL, NULL, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gsnet_pill_init (GsnetPill *self)
{
  self->label = GTK_LABEL (gtk_label_new (NULL));
  gtk_widget_set_halign (GTK_WIDGET (self->label), GTK_ALIGN_START);
  gtk_widget_set_valign (GTK_WIDGET (self->label), GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (GTK_WIDGET (self->label), "verdict-pill");
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->label));
}

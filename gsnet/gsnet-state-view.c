// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "gsnet-state-view.h"
#include "gsnet-words.h"

struct _GsnetStateView
{
  AdwBin parent_instance;

  GtkStack *stack;
  AdwStatusPage *status;
  AdwBin *content_bin;

  GsnetClient *client;
  GListModel *model;
  char *empty_icon;
  char *empty_title;
  char *empty_description;
  char *problem;
};

G_DEFINE_FINAL_TYPE (GsnetStateView, gsnet_state_view, ADW_TYPE_BIN)

enum
{
  PROP_CONTENT = 1,
  PROP_EMPTY_ICON,
  PROP_EMPTY_TITLE,
  PROP_EMPTY_DESCRIPTION,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
show_status (GsnetStateView *self, const char *icon, const char *title, const char *description)
{
  adw_status_page_set_icon_name (self->status, icon);
  adw_status_page_set_title (self->status, title);
  adw_status_page_set_description (self->status, description);
  gtk_stack_set_visible_child_name (self->stack, "status");
}

static void
show_empty (GsnetStateView *self, GsnetState state)
{
  if (state == GSNET_STATE_NO_KERNEL)
    show_status (self, "org.snet.Gsnet-nokernel-symbolic", _ ("This kernel asks nobody"),
                 _ ("The running kernel does not have the snet security module, so no program is "
                    "held. Start the machine with a kernel that has it."));
  else if (state == GSNET_STATE_KERNEL_BUSY)
    show_status (self, "org.snet.Gsnet-nokernel-symbolic",
                 _ ("Another program controls the firewall"),
                 _ ("The kernel takes answers from one program only, and that is not snetd. Stop "
                    "the other one, then start snetd again."));
  else
    show_status (self, self->empty_icon, self->empty_title, self->empty_description);
}

static void
update (GsnetStateView *self)
{
  GsnetState state;

  if (!self->client)
    return;
  state = gsnet_client_get_state (self->client);
  if (state == GSNET_STATE_NO_DAEMON)
    show_status (self, "org.snet.Gsnet-nodaemon-symbolic",
                 _ ("The firewall service is not running"),
                 _ ("Without it nobody is asked, and the kernel's own policy decides. An "
                    "administrator can start it with “systemctl start snetd”."));
  else if (state == GSNET_STATE_REFUSED)
    show_status (self, "org.snet.Gsnet-nodaemon-symbolic", _ ("You may not answer"),
                 _ ("The firewall service does not accept this session. An administrator can "
                    "allow it."));
  else if (g_list_model_get_n_items (self->model) > 0)
    gtk_stack_set_visible_child_name (self->stack, "content");
  else if (self->problem)
    show_status (self, "dialog-warning-symbolic", _ ("This cannot be shown"), self->problem);
  else
    show_empty (self, state);
}

static void
gsnet_state_view_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GsnetStateView *self = GSNET_STATE_VIEW (object);

  switch (prop_id)
    {
    case PROP_CONTENT:
      g_value_set_object (value, adw_bin_get_child (self->content_bin));
      break;
    case PROP_EMPTY_ICON:
      g_value_set_string (value, self->empty_icon);
      break;
    case PROP_EMPTY_TITLE:
      g_value_set_string (value, self->empty_title);
      break;
    case PROP_EMPTY_DESCRIPTION:
      g_value_set_string (value, self->empty_description);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
replace_string (char **string, const GValue *value)
{
  g_free (*string);
  *string = g_value_dup_string (value);
}

static void
gsnet_state_view_set_property (GObject *object,
                               guint prop_id,
                               const GValue *value,
                               GParamSpec *pspec)
{
  GsnetStateView *self = GSNET_STATE_VIEW (object);

  switch (prop_id)
    {
    case PROP_CONTENT:
      adw_bin_set_child (self->content_bin, g_value_get_object (value));
      break;
    case PROP_EMPTY_ICON:
      replace_string (&self->empty_icon, value);
      break;
    case PROP_EMPTY_TITLE:
      replace_string (&self->empty_title, value);
      break;
    case PROP_EMPTY_DESCRIPTION:
      replace_string (&self->empty_description, value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
  update (self);
}

static void
gsnet_state_view_dispose (GObject *object)
{
  GsnetStateView *self = GSNET_STATE_VIEW (object);

  g_clear_object (&self->client);
  g_clear_object (&self->model);

  G_OBJECT_CLASS (gsnet_state_view_parent_class)->dispose (object);
}

static void
gsnet_state_view_finalize (GObject *object)
{
  GsnetStateView *self = GSNET_STATE_VIEW (object);

  g_clear_pointer (&self->empty_icon, g_free);
  g_clear_pointer (&self->empty_title, g_free);
  g_clear_pointer (&self->empty_description, g_free);
  g_clear_pointer (&self->problem, g_free);

  G_OBJECT_CLASS (gsnet_state_view_parent_class)->finalize (object);
}

static void
gsnet_state_view_class_init (GsnetStateViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = gsnet_state_view_get_property;
  object_class->set_property = gsnet_state_view_set_property;
  object_class->dispose = gsnet_state_view_dispose;
  object_class->finalize = gsnet_state_view_finalize;

  properties[PROP_CONTENT] = g_param_spec_object ("content", NULL, NULL, GTK_TYPE_WIDGET, flags);
  properties[PROP_EMPTY_ICON] = g_param_spec_string ("empty-icon", NULL, NULL, NULL, flags);
  properties[PROP_EMPTY_TITLE] = g_param_spec_string ("empty-title", NULL, NULL, NULL, flags);
  properties[PROP_EMPTY_DESCRIPTION] =
    g_param_spec_string ("empty-description", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (widget_class, "/org/snet/Gsnet/gsnet-state-view.ui");
  gtk_widget_class_bind_template_child (widget_class, GsnetStateView, stack);
  gtk_widget_class_bind_template_child (widget_class, GsnetStateView, status);
  gtk_widget_class_bind_template_child (widget_class, GsnetStateView, content_bin);
}

static void
gsnet_state_view_init (GsnetStateView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
gsnet_state_view_bind (GsnetStateView *self, GsnetClient *client, GListModel *model)
{
  g_return_if_fail (!self->client);

  self->client = g_object_ref (client);
  self->model = g_object_ref (model);
  g_signal_connect_object (client, "notify::state", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (model, "items-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

void
gsnet_state_view_set_problem (GsnetStateView *self, const GError *error)
{
  g_autofree char *words = error ? gsnet_words_error (error) : NULL;

  g_free (self->problem);
  self->problem = words ? g_markup_escape_text (words, -1) : NULL;
  update (self);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include "snet-dbus-generated.h"
#include "snet-names.h"

#include "gsnet-agent.h"
#include "gsnet-event.h"

/* The object that snetd calls. It checks who calls, and passes on what was said. */
struct _GsnetAgent
{
  GObject parent_instance;

  SnetDBusAgent *skeleton;
  char *owner;
};

G_DEFINE_FINAL_TYPE (GsnetAgent, gsnet_agent, G_TYPE_OBJECT)

enum
{
  ASKED,
  WITHDRAWN,
  DECIDED,
  MISSED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static gboolean
check_caller (GsnetAgent *self, GDBusMethodInvocation *invocation)
{
  if (self->owner && g_strcmp0 (g_dbus_method_invocation_get_sender (invocation), self->owner) == 0)
    return TRUE;
  g_dbus_method_invocation_return_error_literal (
    invocation, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED,
    "Only the owner of " SNET_BUS_NAME " may call this agent");
  return FALSE;
}

static gboolean
handle_ask_cb (SnetDBusAgent *skeleton,
               GDBusMethodInvocation *invocation,
               guint64 id,
               GVariant *dict,
               GsnetAgent *self)
{
  g_autoptr (GsnetEvent) event = NULL;

  if (!check_caller (self, invocation))
    return TRUE;
  event = gsnet_event_new (id, dict);
  snet_dbus_agent_complete_ask (skeleton, invocation);
  g_signal_emit (self, signals[ASKED], 0, event);
  return TRUE;
}

static gboolean
handle_withdraw_cb (SnetDBusAgent *skeleton,
                    GDBusMethodInvocation *invocation,
                    guint64 id,
                    const char *reason,
                    GsnetAgent *self)
{
  if (!check_caller (self, invocation))
    return TRUE;
  g_signal_emit (self, signals[WITHDRAWN], 0, id, reason);
  snet_dbus_agent_complete_withdraw (skeleton, invocation);
  return TRUE;
}

static gboolean
handle_decided_cb (SnetDBusAgent *skeleton,
                   GDBusMethodInvocation *invocation,
                   guint64 id,
                   const char *verdict,
                   GVariant *dict,
                   GsnetAgent *self)
{
  g_autoptr (GsnetEvent) event = NULL;

  if (!check_caller (self, invocation))
    return TRUE;
  event = gsnet_event_new (id, dict);
  snet_dbus_agent_complete_decided (skeleton, invocation);
  g_signal_emit (self, signals[DECIDED], 0, event);
  return TRUE;
}

static gboolean
handle_missed_cb (SnetDBusAgent *skeleton,
                  GDBusMethodInvocation *invocation,
                  guint count,
                  GsnetAgent *self)
{
  if (!check_caller (self, invocation))
    return TRUE;
  snet_dbus_agent_complete_missed (skeleton, invocation);
  g_signal_emit (self, signals[MISSED], 0, count);
  return TRUE;
}

static void
gsnet_agent_dispose (GObject *object)
{
  GsnetAgent *self = GSNET_AGENT (object);

  gsnet_agent_unexport (self);
  g_clear_object (&self->skeleton);

  G_OBJECT_CLASS (gsnet_agent_parent_class)->dispose (object);
}

static void
gsnet_agent_finalize (GObject *object)
{
  GsnetAgent *self = GSNET_AGENT (object);

  g_clear_pointer (&self->owner, g_free);

  G_OBJECT_CLASS (gsnet_agent_parent_class)->finalize (object);
}

static void
gsnet_agent_class_init (GsnetAgentClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = gsnet_agent_dispose;
  object_class->finalize = gsnet_agent_finalize;

  signals[ASKED] = g_signal_new ("asked", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 1, GSNET_TYPE_EVENT);
  signals[WITHDRAWN] =
    g_signal_new ("withdrawn", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 2, G_TYPE_UINT64, G_TYPE_STRING);
  signals[DECIDED] = g_signal_new ("decided", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 1, GSNET_TYPE_EVENT);
  signals[MISSED] = g_signal_new ("missed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
gsnet_agent_init (GsnetAgent *self)
{
  self->skeleton = snet_dbus_agent_skeleton_new ();
  g_signal_connect_object (self->skeleton, "handle-ask", G_CALLBACK (handle_ask_cb), self, 0);
  g_signal_connect_object (self->skeleton, "handle-withdraw", G_CALLBACK (handle_withdraw_cb), self,
                           0);
  g_signal_connect_object (self->skeleton, "handle-decided", G_CALLBACK (handle_decided_cb), self,
                           0);
  g_signal_connect_object (self->skeleton, "handle-missed", G_CALLBACK (handle_missed_cb), self, 0);
}

GsnetAgent *
gsnet_agent_new (void)
{
  return g_object_new (GSNET_TYPE_AGENT, NULL);
}

gboolean
gsnet_agent_export (GsnetAgent *self, GDBusConnection *connection, GError **error)
{
  return g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (self->skeleton), connection,
                                           GSNET_AGENT_PATH, error);
}

void
gsnet_agent_unexport (GsnetAgent *self)
{
  if (self->skeleton &&
      g_dbus_interface_skeleton_get_connection (G_DBUS_INTERFACE_SKELETON (self->skeleton)))
    g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (self->skeleton));
}

void
gsnet_agent_set_owner (GsnetAgent *self, const char *owner)
{
  g_free (self->owner);
  self->owner = g_strdup (owner);
}

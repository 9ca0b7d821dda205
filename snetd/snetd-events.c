/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-events.h"

#include "snet-names.h"
#include "snetd-answer.h"
#include "snetd-error.h"
#include "snetd-log.h"
#include "snetd-read.h"
#include "snetd-step.h"
#include "snetd-summarize.h"

/* A summary may take some seconds. */
#define READING_MAX 2

struct _SnetdEvents
{
  SnetDBusEventsSkeleton parent_instance;

  SnetdManager *manager;
  SnetdAuthority *authority;
  SnetdLogins *logins;
  SnetdReading *reading;
};

static void snetd_events_iface_init (SnetDBusEventsIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SnetdEvents,
                               snetd_events,
                               SNET_DBUS_TYPE_EVENTS_SKELETON,
                               G_IMPLEMENT_INTERFACE (SNET_DBUS_TYPE_EVENTS,
                                                      snetd_events_iface_init))

/* A call that waits for the authority. */
typedef struct
{
  SnetdEvents *self;
  GDBusMethodInvocation *invocation;
  guint64 id;
  SnetdAnswer *answer;
  SnetdFilter *filter;
  guint limit;
} Call;

static Call *
call_new (SnetdEvents *self, GDBusMethodInvocation *invocation)
{
  Call *call = g_new0 (Call, 1);

  call->self = g_object_ref (self);
  call->invocation = g_object_ref (invocation);
  return call;
}

static void
call_free (Call *call)
{
  g_clear_object (&call->self);
  g_clear_object (&call->invocation);
  g_clear_pointer (&call->answer, snetd_answer_free);
  g_clear_pointer (&call->filter, snetd_filter_free);
  g_free (call);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

/* Verdict */

static gboolean
answer (Call *call, guint32 caller, GError **error)
{
  g_autoptr (SnetdRule) rule = NULL;
  SnetdRequest *request;
  gboolean answered;

  snetd_step ("allowed");

  /* It may have ended while polkit was thinking. */
  request = snetd_manager_find (call->self->manager, call->id, error);
  if (request == NULL)
    return FALSE;

  if (call->answer->lifetime != SNETD_LIFETIME_ONCE)
    {
      rule = snetd_answer_make_rule (call->answer, request, caller, error);
      if (rule == NULL)
        return FALSE;
    }
  answered = snetd_manager_answer (call->self->manager, call->id, call->answer->verdict,
                                   call->answer->error, rule, error);

  /* Also when the answer came too late: the rule stays. */
  if (rule != NULL && rule->id != 0)
    snetd_log_user (SNETD_MESSAGE_RULE, caller,
                    "Rule %" G_GUINT64_FORMAT " made of an answer by user %u", rule->id, caller);
  return answered;
}

static void
verdict_allowed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GError) error = NULL;
  guint32 caller;

  if (!snetd_authority_check_finish (SNETD_AUTHORITY (source), result, &caller, &error) ||
      !answer (call, caller, &error))
    {
      g_dbus_method_invocation_return_gerror (call->invocation, error);
      return;
    }
  snetd_step ("answered");
  snet_dbus_events_complete_verdict (SNET_DBUS_EVENTS (call->self), call->invocation);
}

/* Whose it is, for the authority. Takes the call. */
static void
check_verdict (Call *call)
{
  g_autoptr (Call) owned = call;
  g_autoptr (GError) error = NULL;
  SnetdRequest *request = snetd_manager_find (call->self->manager, call->id, &error);

  if (request == NULL)
    {
      g_dbus_method_invocation_return_gerror (call->invocation, error);
      return;
    }
  snetd_authority_check (call->self->authority, call->invocation, "Events.Verdict", request->uid,
                         verdict_allowed_cb, g_steal_pointer (&owned));
}

static void
login_found_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;

  call->answer->login = snetd_logins_find_finish (SNETD_LOGINS (source), result, NULL);
  check_verdict (call);
}

static gboolean
handle_verdict (SnetDBusEvents *object,
                GDBusMethodInvocation *invocation,
                guint64 id,
                const char *verdict,
                GVariant *options)
{
  SnetdEvents *self = SNETD_EVENTS (object);
  g_autoptr (Call) call = call_new (self, invocation);
  g_autoptr (GError) error = NULL;
  SnetdRequest *request;

  call->id = id;
  call->answer = snetd_answer_new (verdict, options, &error);
  request = call->answer != NULL ? snetd_manager_find (self->manager, id, &error) : NULL;
  if (request == NULL)
    {
      g_dbus_method_invocation_return_gerror (invocation, error);
      return G_DBUS_METHOD_INVOCATION_HANDLED;
    }

  if (call->answer->lifetime == SNETD_LIFETIME_SESSION)
    snetd_logins_find (self->logins, request->pid, request->uid, login_found_cb,
                       g_steal_pointer (&call));
  else
    check_verdict (g_steal_pointer (&call));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* ListPending: who may not see all sees the own. */

static void
list_pending_allowed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GPtrArray) requests = NULL;
  GVariantBuilder events;
  guint32 caller;
  gboolean all;

  all = snetd_authority_check_finish (SNETD_AUTHORITY (source), result, &caller, NULL);
  requests = snetd_manager_list_waiting (call->self->manager);

  g_variant_builder_init (&events, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < requests->len; i++)
    {
      SnetdRequest *request = g_ptr_array_index (requests, i);

      if (all || request->uid == caller)
        g_variant_builder_add_value (&events, snetd_request_to_variant (request));
    }
  snet_dbus_events_complete_list_pending (SNET_DBUS_EVENTS (call->self), call->invocation,
                                          g_variant_builder_end (&events));
}

static gboolean
handle_list_pending (SnetDBusEvents *object, GDBusMethodInvocation *invocation)
{
  SnetdEvents *self = SNETD_EVENTS (object);

  snetd_authority_check (self->authority, invocation, "Events.ListPending", SNETD_AUTHORITY_SYSTEM,
                         list_pending_allowed_cb, call_new (self, invocation));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* ListMissed, likewise */

static void
list_missed_allowed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GPtrArray) requests = NULL;
  SnetdMissed *missed = snetd_manager_get_missed (call->self->manager);
  GVariantBuilder events;
  guint32 caller;
  gboolean all;

  all = snetd_authority_check_finish (SNETD_AUTHORITY (source), result, &caller, NULL);
  requests = snetd_missed_list (missed);

  g_variant_builder_init (&events, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < requests->len; i++)
    {
      SnetdRequest *request = g_ptr_array_index (requests, i);

      if (all || request->uid == caller)
        g_variant_builder_add_value (&events, snetd_missed_to_variant (missed, request));
    }
  snet_dbus_events_complete_list_missed (SNET_DBUS_EVENTS (call->self), call->invocation,
                                         g_variant_builder_end (&events));
}

static gboolean
handle_list_missed (SnetDBusEvents *object, GDBusMethodInvocation *invocation)
{
  SnetdEvents *self = SNETD_EVENTS (object);

  snetd_authority_check (self->authority, invocation, "Events.ListMissed", SNETD_AUTHORITY_SYSTEM,
                         list_missed_allowed_cb, call_new (self, invocation));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* Dismiss */

static void
dismiss_allowed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GError) error = NULL;
  guint32 caller;

  if (!snetd_authority_check_finish (SNETD_AUTHORITY (source), result, &caller, &error))
    {
      g_dbus_method_invocation_return_gerror (call->invocation, error);
      return;
    }
  /* Somebody else may have done it while polkit was thinking. */
  snetd_missed_remove (snetd_manager_get_missed (call->self->manager), call->id);
  snet_dbus_events_complete_dismiss (SNET_DBUS_EVENTS (call->self), call->invocation);
}

static gboolean
handle_dismiss (SnetDBusEvents *object, GDBusMethodInvocation *invocation, guint64 id)
{
  SnetdEvents *self = SNETD_EVENTS (object);
  SnetdRequest *request = snetd_missed_lookup (snetd_manager_get_missed (self->manager), id);
  Call *call;

  if (request == NULL)
    {
      g_dbus_method_invocation_return_error (
        invocation, SNETD_ERROR, SNETD_ERROR_UNKNOWN_REQUEST,
        "Request %" G_GUINT64_FORMAT " is not listed as missed", id);
      return G_DBUS_METHOD_INVOCATION_HANDLED;
    }
  call = call_new (self, invocation);
  call->id = id;
  snetd_authority_check (self->authority, invocation, "Events.Dismiss", request->uid,
                         dismiss_allowed_cb, call);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* Query, likewise */

static void
query_allowed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GError) error = NULL;
  GVariant *events;
  guint32 caller;

  if (!snetd_authority_check_finish (SNETD_AUTHORITY (source), result, &caller, NULL))
    snetd_filter_only_uid (call->filter, caller);

  events = snetd_record_query (snetd_manager_get_record (call->self->manager), call->filter,
                               call->limit, &error);
  if (events == NULL)
    g_dbus_method_invocation_return_gerror (call->invocation, error);
  else
    snet_dbus_events_complete_query (SNET_DBUS_EVENTS (call->self), call->invocation, events);
}

static gboolean
handle_query (SnetDBusEvents *object,
              GDBusMethodInvocation *invocation,
              GVariant *filter,
              guint limit)
{
  SnetdEvents *self = SNETD_EVENTS (object);
  g_autoptr (Call) call = call_new (self, invocation);
  g_autoptr (GError) error = NULL;

  call->limit = limit;
  call->filter = snetd_filter_new (filter, &error);
  if (call->filter == NULL)
    {
      g_dbus_method_invocation_return_gerror (invocation, error);
      return G_DBUS_METHOD_INVOCATION_HANDLED;
    }

  snetd_authority_check (self->authority, invocation, "Events.Query", SNETD_AUTHORITY_SYSTEM,
                         query_allowed_cb, g_steal_pointer (&call));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* Summarize, likewise */

static gboolean
handle_summarize (SnetDBusEvents *object,
                  GDBusMethodInvocation *invocation,
                  GVariant *filter,
                  guint buckets)
{
  snetd_summarize_begin (SNETD_EVENTS (object)->reading, invocation, filter, buckets);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* Read */

static gboolean
handle_read (SnetDBusEvents *object, GDBusMethodInvocation *invocation, guint64 after, guint limit)
{
  snetd_read_begin (SNETD_EVENTS (object)->reading, invocation, after, limit);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* Signals: the bus policy says who may hear them. */

static void
requested_cb (SnetdManager *manager, SnetdRequest *request, SnetdEvents *self)
{
  snet_dbus_events_emit_requested (SNET_DBUS_EVENTS (self), request->id,
                                   snetd_request_to_variant (request));
}

static void
decided_cb (SnetdManager *manager, SnetdRequest *request, SnetdEvents *self)
{
  g_autofree char *verdict = snetd_vocabulary_word (&snetd_verdicts, request->verdict);

  snet_dbus_events_emit_decided (SNET_DBUS_EVENTS (self), request->id, verdict,
                                 snetd_request_to_variant (request));
}

static void
cancelled_cb (SnetdManager *manager, SnetdRequest *request, const char *reason, SnetdEvents *self)
{
  snet_dbus_events_emit_cancelled (SNET_DBUS_EVENTS (self), request->id, reason);
}

static void
written_cb (guint64 serial, gpointer user_data)
{
  snet_dbus_events_emit_recorded (SNET_DBUS_EVENTS (user_data), serial);
}

static void
snetd_events_finalize (GObject *object)
{
  SnetdEvents *self = SNETD_EVENTS (object);

  snetd_record_set_written (snetd_manager_get_record (self->manager), NULL, NULL);
  g_clear_pointer (&self->reading, snetd_reading_free);
  g_clear_object (&self->manager);
  g_clear_object (&self->authority);
  g_clear_object (&self->logins);
  G_OBJECT_CLASS (snetd_events_parent_class)->finalize (object);
}

static void
snetd_events_class_init (SnetdEventsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = snetd_events_finalize;
}

static void
snetd_events_iface_init (SnetDBusEventsIface *iface)
{
  iface->handle_verdict = handle_verdict;
  iface->handle_list_pending = handle_list_pending;
  iface->handle_list_missed = handle_list_missed;
  iface->handle_dismiss = handle_dismiss;
  iface->handle_query = handle_query;
  iface->handle_summarize = handle_summarize;
  iface->handle_read = handle_read;
}

static void
snetd_events_init (SnetdEvents *self)
{
}

SnetdEvents *
snetd_events_new (SnetdManager *manager, SnetdAuthority *authority, SnetdLogins *logins)
{
  SnetdEvents *self = g_object_new (SNETD_TYPE_EVENTS, NULL);

  self->manager = g_object_ref (manager);
  self->authority = g_object_ref (authority);
  self->logins = g_object_ref (logins);
  self->reading =
    snetd_reading_new (G_OBJECT (self), snetd_manager_get_record (manager), authority, READING_MAX);
  snetd_record_set_written (snetd_manager_get_record (manager), written_cb, self);
  g_signal_connect_object (manager, "requested", G_CALLBACK (requested_cb), self, 0);
  g_signal_connect_object (manager, "decided", G_CALLBACK (decided_cb), self, 0);
  g_signal_connect_object (manager, "cancelled", G_CALLBACK (cancelled_cb), self, 0);
  return self;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-authority.h"

#include "snet-names.h"
#include "snetd-log.h"

#define POLKIT_NAME              "org.freedesktop.PolicyKit1"
#define POLKIT_PATH              "/org/freedesktop/PolicyKit1/Authority"
#define POLKIT_INTERFACE         "org.freedesktop.PolicyKit1.Authority"
#define POLKIT_ALLOW_INTERACTION 1u

/* A name on the bus is one connection's for ever, so its uid may be kept. */
#define CACHED_UIDS_MAX 256

#define FREE "" /* needs no action */

static const struct
{
  const char *method;
  const char *own;   /* for what is the caller's; NULL: nobody may */
  const char *other; /* for all else */
  gboolean reads;    /* who is denied is shown less: nothing to ask a password for */
} authority_table[] = {
  { "Events.Verdict", SNET_ACTION_ANSWER_OWN, SNET_ACTION_ANSWER_ANY, FALSE },
  { "Events.ListPending", FREE, SNET_ACTION_OBSERVE, TRUE },
  { "Events.ListMissed", FREE, SNET_ACTION_OBSERVE, TRUE },
  { "Events.Dismiss", SNET_ACTION_ANSWER_OWN, SNET_ACTION_ANSWER_ANY, FALSE },
  { "Events.Query", FREE, SNET_ACTION_OBSERVE, TRUE },
  { "Events.Summarize", FREE, SNET_ACTION_OBSERVE, TRUE },
  /* The policy of the bus lets only those call it who hear the signals as well. */
  { "Events.Read", FREE, FREE, TRUE },
  { "Rules.List", FREE, SNET_ACTION_OBSERVE, TRUE },
  { "Rules.Get", FREE, SNET_ACTION_OBSERVE, TRUE },
  { "Rules.Explain", FREE, SNET_ACTION_OBSERVE, TRUE },
  { "Rules.Propose", FREE, SNET_ACTION_OBSERVE, TRUE },
  { "Rules.Match", FREE, SNET_ACTION_OBSERVE, TRUE },
  { "Rules.Add", SNET_ACTION_MANAGE_OWN_RULES, SNET_ACTION_MANAGE_SYSTEM_RULES, FALSE },
  { "Rules.Update", SNET_ACTION_MANAGE_OWN_RULES, SNET_ACTION_MANAGE_SYSTEM_RULES, FALSE },
  { "Rules.Remove", SNET_ACTION_MANAGE_OWN_RULES, SNET_ACTION_MANAGE_SYSTEM_RULES, FALSE },
  { "Control.SetMode", SNET_ACTION_CONFIGURE, SNET_ACTION_CONFIGURE, FALSE },
  { "Control.SetVerdictDelay", SNET_ACTION_CONFIGURE, SNET_ACTION_CONFIGURE, FALSE },
  { "Control.SetVerdictPolicy", SNET_ACTION_CONFIGURE, SNET_ACTION_CONFIGURE, FALSE },
  { "Control.FlushTickets", SNET_ACTION_CONFIGURE, SNET_ACTION_CONFIGURE, FALSE },
  { "Control.Reload", SNET_ACTION_CONFIGURE, SNET_ACTION_CONFIGURE, FALSE },
  { "Control.GetStatistics", FREE, FREE, TRUE },
  { "Rules.Import", SNET_ACTION_MANAGE_OWN_RULES, SNET_ACTION_MANAGE_SYSTEM_RULES, FALSE },
  { "Rules.Export", FREE, SNET_ACTION_OBSERVE, TRUE },
  { "Rules.Lists", FREE, SNET_ACTION_OBSERVE, TRUE },
  { "Agents.Register", FREE, NULL, FALSE },
  { "Agents.Unregister", FREE, NULL, FALSE },
  { "Agents.Watch", FREE, NULL, FALSE },
};

struct _SnetdAuthority
{
  GObject parent_instance;

  GDBusConnection *connection;
  guint32 superuser;
  gboolean has_polkit;
  gboolean polkit_gone; /* it did not answer the last question */
  GHashTable *uids;     /* unique bus name -> uid */
};

G_DEFINE_FINAL_TYPE (SnetdAuthority, snetd_authority, G_TYPE_OBJECT)

typedef struct
{
  char *method;
  char *sender;
  gint64 owner;
  gboolean interactive;
  guint32 uid;
  const char *action;
} Check;

static void
check_free (Check *check)
{
  g_free (check->method);
  g_free (check->sender);
  g_free (check);
}

const char *
snetd_authority_action (const char *method, gboolean own)
{
  for (gsize i = 0; i < G_N_ELEMENTS (authority_table); i++)
    {
      if (g_str_equal (authority_table[i].method, method))
        return own ? authority_table[i].own : authority_table[i].other;
    }
  return NULL;
}

static gboolean
only_reads (const char *method)
{
  for (gsize i = 0; i < G_N_ELEMENTS (authority_table); i++)
    {
      if (g_str_equal (authority_table[i].method, method))
        return authority_table[i].reads;
    }
  return FALSE;
}

static void
deny (GTask *task, const char *why)
{
  Check *check = g_task_get_task_data (task);

  if (check->action != NULL)
    g_task_return_new_error (task, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED,
                             "Not allowed: %s (polkit action %s)", why, check->action);
  else
    g_task_return_new_error (task, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED, "Not allowed: %s",
                             why);
}

/* Said once, as everybody can ask as often as they like. */
static void
note_polkit (SnetdAuthority *self, const GError *error)
{
  const gboolean gone = error != NULL;

  if (self->polkit_gone == gone)
    return;
  self->polkit_gone = gone;
  if (gone)
    snetd_log (G_LOG_LEVEL_WARNING, SNETD_MESSAGE_POLKIT,
               "polkit does not answer, so only root may do what it would be asked about: %s",
               error->message);
  else
    snetd_log (G_LOG_LEVEL_MESSAGE, SNETD_MESSAGE_POLKIT, "polkit answers again");
}

static void
polkit_answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;
  gboolean authorized, challenge;

  reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  note_polkit (g_task_get_source_object (task), error);
  if (reply == NULL)
    {
      deny (task, "polkit is not there to ask, so only root may");
      return;
    }

  g_variant_get (reply, "((bb@a{ss}))", &authorized, &challenge, NULL);
  if (authorized)
    g_task_return_boolean (task, TRUE);
  else if (challenge)
    deny (task, "it needs an authentication, which the caller did not offer");
  else
    deny (task, "polkit says no");
}

/*
 * Called by its name on the bus: libpolkit would set itself up in threads, on
 * a connection of its own, and that race showed when two asked at once.
 */
static void
ask_polkit (SnetdAuthority *self, GTask *task)
{
  Check *check = g_task_get_task_data (task);
  GVariantDict subject;
  GVariant *details;

  g_variant_dict_init (&subject, NULL);
  g_variant_dict_insert (&subject, "name", "s", check->sender);
  details = g_variant_new_array (G_VARIANT_TYPE ("{ss}"), NULL, 0);

  /* A person who types a password takes the time that it takes. */
  g_dbus_connection_call (
    self->connection, POLKIT_NAME, POLKIT_PATH, POLKIT_INTERFACE, "CheckAuthorization",
    g_variant_new ("((s@a{sv})s@a{ss}us)", "system-bus-name", g_variant_dict_end (&subject),
                   check->action, details, check->interactive ? POLKIT_ALLOW_INTERACTION : 0, ""),
    G_VARIANT_TYPE ("((bba{ss}))"), G_DBUS_CALL_FLAGS_NONE, check->interactive ? G_MAXINT : -1,
    NULL, polkit_answered_cb, g_object_ref (task));
}

static void
decide (SnetdAuthority *self, GTask *task)
{
  Check *check = g_task_get_task_data (task);
  gboolean own = check->owner == SNETD_AUTHORITY_CALLER || check->owner == check->uid;

  check->action = snetd_authority_action (check->method, own);

  if (check->action == NULL)
    deny (task, own ? "nobody may do this" : "it is not yours");
  else if (g_str_equal (check->action, FREE) || check->uid == self->superuser)
    g_task_return_boolean (task, TRUE);
  else if (!self->has_polkit)
    deny (task, "polkit is not there to ask, so only root may");
  else
    ask_polkit (self, task);
}

static void
uid_found_cb (GObject *source, GAsyncResult *res, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;
  SnetdAuthority *self = g_task_get_source_object (task);
  Check *check = g_task_get_task_data (task);

  reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), res, &error);
  if (reply == NULL)
    {
      g_debug ("The bus does not know who %s is: %s", check->sender, error->message);
      deny (task, "the bus does not say who you are");
      return;
    }
  g_variant_get (reply, "(u)", &check->uid);

  if (g_hash_table_size (self->uids) >= CACHED_UIDS_MAX)
    g_hash_table_remove_all (self->uids);
  g_hash_table_insert (self->uids, g_strdup (check->sender), GUINT_TO_POINTER (check->uid));

  decide (self, task);
}

void
snetd_authority_check (SnetdAuthority *self,
                       GDBusMethodInvocation *invocation,
                       const char *method,
                       gint64 owner,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  GDBusMessage *message = g_dbus_method_invocation_get_message (invocation);
  Check *check = g_new0 (Check, 1);
  gpointer uid;

  g_task_set_task_data (task, check, (GDestroyNotify)check_free);
  check->method = g_strdup (method);
  check->sender = g_strdup (g_dbus_method_invocation_get_sender (invocation));
  check->owner = owner;
  check->interactive =
    !only_reads (method) && (g_dbus_message_get_flags (message) &
                             G_DBUS_MESSAGE_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION) != 0;
  check->uid = SNETD_AUTHORITY_NOBODY;

  if (g_hash_table_lookup_extended (self->uids, check->sender, NULL, &uid))
    {
      check->uid = GPOINTER_TO_UINT (uid);
      decide (self, task);
      return;
    }

  g_dbus_connection_call (self->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                          "org.freedesktop.DBus", "GetConnectionUnixUser",
                          g_variant_new ("(s)", check->sender), G_VARIANT_TYPE ("(u)"),
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, uid_found_cb, g_object_ref (task));
}

gboolean
snetd_authority_check_finish (SnetdAuthority *self,
                              GAsyncResult *result,
                              guint32 *ret_uid,
                              GError **error)
{
  Check *check = g_task_get_task_data (G_TASK (result));

  *ret_uid = check->uid;
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
snetd_authority_finalize (GObject *object)
{
  SnetdAuthority *self = SNETD_AUTHORITY (object);

  g_clear_object (&self->connection);
  g_clear_pointer (&self->uids, g_hash_table_unref);
  G_OBJECT_CLASS (snetd_authority_parent_class)->finalize (object);
}

static void
snetd_authority_class_init (SnetdAuthorityClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = snetd_authority_finalize;
}

static void
snetd_authority_init (SnetdAuthority *self)
{
  self->uids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

SnetdAuthority *
snetd_authority_new (GDBusConnection *connection, guint32 superuser, gboolean polkit)
{
  SnetdAuthority *self = g_object_new (SNETD_TYPE_AUTHORITY, NULL);

  self->connection = g_object_ref (connection);
  self->superuser = superuser;
  self->has_polkit = polkit;
  return self;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-logins.h"

#define LOGIND_NAME       "org.freedesktop.login1"
#define LOGIND_PATH       "/org/freedesktop/login1"
#define MANAGER_INTERFACE "org.freedesktop.login1.Manager"
#define BUS_NAME          "org.freedesktop.DBus"
#define BUS_PATH          "/org/freedesktop/DBus"

#define SESSIONS_TYPE "(a(susso))"

enum
{
  SESSION_NEW,
  SESSION_REMOVED,
  LOGIND_STARTED,
  N_SUBSCRIPTIONS,
};

struct _SnetdLogins
{
  GObject parent_instance;

  GDBusConnection *connection;
  GCancellable *cancellable;
  guint followers;
  guint subscriptions[N_SUBSCRIPTIONS];
  gboolean known;     /* logind has told: */
  GHashTable *logins; /* a set of texts */
};

enum
{
  CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SnetdLogins, snetd_logins, G_TYPE_OBJECT)

static char *
login_of_user (guint32 uid)
{
  return g_strdup_printf ("user-%u", uid);
}

static void
call_logind (SnetdLogins *self,
             const char *method,
             GVariant *arguments,
             const char *reply,
             GCancellable *cancellable,
             GAsyncReadyCallback callback,
             gpointer user_data)
{
  g_dbus_connection_call (self->connection, LOGIND_NAME, LOGIND_PATH, MANAGER_INTERFACE, method,
                          arguments, G_VARIANT_TYPE (reply), G_DBUS_CALL_FLAGS_NO_AUTO_START, -1,
                          cancellable, callback, user_data);
}

static GVariant *
finish (GObject *source, GAsyncResult *result, GError **error)
{
  return g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, error);
}

/* Following. */

static gboolean
is_not_there (const GError *error)
{
  return g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) ||
         g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER);
}

static void
set_logins (SnetdLogins *self, GVariant *reply)
{
  g_autoptr (GVariantIter) sessions = NULL;
  const char *id;
  guint32 uid;

  g_hash_table_remove_all (self->logins);
  if (reply == NULL)
    return;
  g_variant_get (reply, SESSIONS_TYPE, &sessions);
  while (g_variant_iter_next (sessions, "(&su&s&s&o)", &id, &uid, NULL, NULL, NULL))
    {
      g_hash_table_add (self->logins, g_strdup (id));
      g_hash_table_add (self->logins, login_of_user (uid));
    }
}

/*
 * Without a logind there are no sessions. One that is started anew still has those that it
 * had, and so may one that does not answer.
 */
static void
listed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  SnetdLogins *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = finish (source, result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->followers == 0)
    return;
  if (reply == NULL && !(is_not_there (error) && !self->known))
    {
      g_message ("The login sessions are not known: %s", error->message);
      return;
    }
  self->known = TRUE;
  set_logins (self, reply);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
ask (SnetdLogins *self)
{
  call_logind (self, "ListSessions", NULL, SESSIONS_TYPE, self->cancellable, listed_cb, self);
}

static void
sessions_cb (GDBusConnection *connection,
             const char *sender,
             const char *path,
             const char *interface,
             const char *signal,
             GVariant *parameters,
             gpointer user_data)
{
  ask (user_data);
}

static guint
subscribe (SnetdLogins *self,
           const char *name,
           const char *path,
           const char *interface,
           const char *signal,
           const char *argument)
{
  return g_dbus_connection_signal_subscribe (self->connection, name, interface, signal, path,
                                             argument, G_DBUS_SIGNAL_FLAGS_NONE, sessions_cb, self,
                                             NULL);
}

void
snetd_logins_follow (SnetdLogins *self)
{
  if (self->followers++ == 0)
    {
      self->subscriptions[SESSION_NEW] =
        subscribe (self, LOGIND_NAME, LOGIND_PATH, MANAGER_INTERFACE, "SessionNew", NULL);
      self->subscriptions[SESSION_REMOVED] =
        subscribe (self, LOGIND_NAME, LOGIND_PATH, MANAGER_INTERFACE, "SessionRemoved", NULL);
      self->subscriptions[LOGIND_STARTED] =
        subscribe (self, BUS_NAME, BUS_PATH, BUS_NAME, "NameOwnerChanged", LOGIND_NAME);
    }
  /* After that, so that no change is between the two. */
  ask (self);
}

static void
unsubscribe (SnetdLogins *self)
{
  for (guint i = 0; i < N_SUBSCRIPTIONS; i++)
    {
      if (self->subscriptions[i] != 0)
        g_dbus_connection_signal_unsubscribe (self->connection, self->subscriptions[i]);
      self->subscriptions[i] = 0;
    }
}

void
snetd_logins_unfollow (SnetdLogins *self)
{
  g_return_if_fail (self->followers > 0);

  if (--self->followers > 0)
    return;
  unsubscribe (self);
  self->known = FALSE;
}

gboolean
snetd_logins_has (SnetdLogins *self, const char *login)
{
  return g_hash_table_contains (self->logins, login);
}

/* Finding one: the path of its session, then the list that says which that is. */

typedef struct
{
  guint32 uid;
  char *path; /* NULL: it is in no session */
} Search;

static void
search_free (gpointer data)
{
  Search *search = data;

  g_free (search->path);
  g_free (search);
}

static char *
find_login (const Search *search, GVariant *reply)
{
  g_autoptr (GVariantIter) sessions = NULL;
  const char *id, *path;
  guint32 uid;

  g_variant_get (reply, SESSIONS_TYPE, &sessions);
  while (g_variant_iter_next (sessions, "(&su&s&s&o)", &id, &uid, NULL, NULL, &path))
    {
      if (search->path == NULL && uid == search->uid)
        return login_of_user (uid);
      if (g_strcmp0 (search->path, path) == 0)
        return g_strdup (id);
    }
  return NULL;
}

static void
searched_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = finish (source, result, &error);
  char *login = reply != NULL ? find_login (g_task_get_task_data (task), reply) : NULL;

  if (login != NULL)
    g_task_return_pointer (task, login, g_free);
  else
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                             "logind knows of no login session that the program belongs to");
}

static void
session_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Search *search = g_task_get_task_data (task);
  g_autoptr (GVariant) reply = finish (source, result, NULL);

  if (reply != NULL)
    g_variant_get (reply, "(o)", &search->path);
  call_logind (g_task_get_source_object (task), "ListSessions", NULL, SESSIONS_TYPE, NULL,
               searched_cb, task);
}

/* Takes the task. */
static void
search_process (GTask *task, guint32 pid, guint32 uid)
{
  Search *search = g_new0 (Search, 1);

  search->uid = uid;
  g_task_set_task_data (task, search, search_free);
  call_logind (g_task_get_source_object (task), "GetSessionByPID", g_variant_new ("(u)", pid),
               "(o)", NULL, session_cb, task);
}

static void
credentials_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = finish (source, result, &error);
  g_autoptr (GVariant) credentials = NULL;
  guint32 pid, uid;

  if (reply == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  g_variant_get (reply, "(@a{sv})", &credentials);
  if (g_variant_lookup (credentials, "ProcessID", "u", &pid) &&
      g_variant_lookup (credentials, "UnixUserID", "u", &uid))
    search_process (g_steal_pointer (&task), pid, uid);
  else
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                             "the bus does not say who you are");
}

void
snetd_logins_find (SnetdLogins *self,
                   guint32 pid,
                   guint32 uid,
                   GAsyncReadyCallback callback,
                   gpointer user_data)
{
  search_process (g_task_new (self, NULL, callback, user_data), pid, uid);
}

void
snetd_logins_find_caller (SnetdLogins *self,
                          const char *name,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_dbus_connection_call (self->connection, BUS_NAME, BUS_PATH, BUS_NAME,
                          "GetConnectionCredentials", g_variant_new ("(s)", name),
                          G_VARIANT_TYPE ("(a{sv})"), G_DBUS_CALL_FLAGS_NONE, -1, NULL,
                          credentials_cb, g_task_new (self, NULL, callback, user_data));
}

char *
snetd_logins_find_finish (SnetdLogins *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* The object. */

static void
snetd_logins_dispose (GObject *object)
{
  SnetdLogins *self = SNETD_LOGINS (object);

  g_cancellable_cancel (self->cancellable);
  unsubscribe (self);
  G_OBJECT_CLASS (snetd_logins_parent_class)->dispose (object);
}

static void
snetd_logins_finalize (GObject *object)
{
  SnetdLogins *self = SNETD_LOGINS (object);

  g_clear_object (&self->cancellable);
  g_clear_object (&self->connection);
  g_hash_table_unref (self->logins);
  G_OBJECT_CLASS (snetd_logins_parent_class)->finalize (object);
}

static void
snetd_logins_class_init (SnetdLoginsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = snetd_logins_dispose;
  object_class->finalize = snetd_logins_finalize;

  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
}

static void
snetd_logins_init (SnetdLogins *self)
{
  self->cancellable = g_cancellable_new ();
  self->logins = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

SnetdLogins *
snetd_logins_new (GDBusConnection *connection)
{
  SnetdLogins *self = g_object_new (SNETD_TYPE_LOGINS, NULL);

  self->connection = g_object_ref (connection);
  return self;
}

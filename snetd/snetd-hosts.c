/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-hosts.h"

#include "snetd-alarm.h"
#include "snetd-host-cache.h"
#include "snetd-hosts-file.h"
#include "snetd-resolved.h"
#include "snetd-reverse.h"

/* Some 200 bytes each. */
#define NAMES_MAX 16384

/*
 * A program may well use an address for longer than its name server says; but not for so long
 * that somebody else has it.
 */
#define GRACE_SECONDS 600

/* More than there are tickets of hosts at a time; beyond, all of them end. */
#define RELIED_MAX 4096

struct _SnetdHosts
{
  GObject parent_instance;

  SnetdHostsFile *file;    /* or NULL */
  SnetdResolved *resolved; /* likewise */
  SnetdReverse *reverse;   /* likewise */
  SnetdHostCache *answers; /* of resolved */
  GHashTable *relied;      /* of SnetdAddress: somebody decides by what it is called */
  guint idle;              /* says once that there are names */
};

enum
{
  NAMED,
  OUTDATED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SnetdHosts, snetd_hosts, G_TYPE_OBJECT)

static gint64
now (void)
{
  return snetd_clock_now (SNETD_CLOCK_OF_BOOT);
}

/* What an address is called; NULL: nobody says. Until when that holds, G_MAXINT64: without end. */
static const char *
look_up (SnetdHosts *self,
         const SnetdAddress *address,
         SnetdHostSource *ret_source,
         gint64 *ret_end)
{
  const char *name = self->file != NULL ? snetd_hosts_file_get (self->file, address) : NULL;

  *ret_end = G_MAXINT64;
  *ret_source = SNETD_HOST_SOURCE_HOSTS;
  if (name != NULL)
    return name;

  *ret_source = SNETD_HOST_SOURCE_RESOLVED;
  if (snetd_host_cache_get (self->answers, address, now (), &name, ret_end))
    return name;
  return NULL;
}

/*
 * Addresses of this machine are known from /etc/hosts. Any name server can say that a name
 * leads here, and is not to give its own to what is only here.
 */
static gboolean
is_own (const SnetdAddress *address)
{
  g_autoptr (GInetAddress) inet = g_inet_address_new_from_bytes (
    address->bytes, address->family == AF_INET ? G_SOCKET_FAMILY_IPV4 : G_SOCKET_FAMILY_IPV6);

  return g_inet_address_get_is_loopback (inet) || g_inet_address_get_is_any (inet);
}

static gboolean
goes_out (const SnetdRequest *request)
{
  return request->operation == SNET_OP_CONNECT || request->operation == SNET_OP_SEND;
}

gboolean
snetd_hosts_name (SnetdHosts *self, SnetdRequest *request)
{
  SnetdHostSource source;
  const char *name;
  gint64 end;

  if (request->remote_host != NULL || !SNETD_ADDRESS_KNOWN (&request->remote))
    return FALSE;
  name = look_up (self, &request->remote, &source, &end);
  if (name == NULL)
    return FALSE;
  request->remote_host = g_strdup (name);
  request->remote_host_source = source;
  return TRUE;
}

gboolean
snetd_hosts_name_to_show (SnetdHosts *self, SnetdRequest *request)
{
  if (self->reverse == NULL || request->remote_host != NULL || request->reverse_host != NULL ||
      !SNETD_ADDRESS_KNOWN (&request->remote))
    return FALSE;
  request->reverse_host = g_strdup (snetd_reverse_get (self->reverse, &request->remote));
  return request->reverse_host != NULL;
}

gboolean
snetd_hosts_expects (SnetdHosts *self, const SnetdRequest *request)
{
  return request->remote_host == NULL && SNETD_ADDRESS_KNOWN (&request->remote) &&
         goes_out (request) && !is_own (&request->remote) && self->resolved != NULL &&
         snetd_resolved_is_heard (self->resolved);
}

/* Those who decide. */

static void
end_reliance (SnetdHosts *self)
{
  if (g_hash_table_size (self->relied) == 0)
    return;
  g_hash_table_remove_all (self->relied);
  g_signal_emit (self, signals[OUTDATED], 0);
}

guint32
snetd_hosts_rely (SnetdHosts *self, const SnetdRequest *request)
{
  SnetdHostSource source;
  const char *name;
  gint64 end, left;

  if (!SNETD_ADDRESS_KNOWN (&request->remote))
    return G_MAXUINT32;
  name = look_up (self, &request->remote, &source, &end);
  if (g_strcmp0 (name, request->remote_host) != 0)
    return 0;

  if (g_hash_table_size (self->relied) == RELIED_MAX)
    end_reliance (self);
  g_hash_table_add (self->relied, g_memdup2 (&request->remote, sizeof request->remote));
  if (end == G_MAXINT64)
    return G_MAXUINT32;
  left = (end - now ()) / G_USEC_PER_SEC;
  return CLAMP (left, 0, G_MAXUINT32 - 1);
}

/* What the sources say. */

static gboolean
idle_cb (gpointer user_data)
{
  SnetdHosts *self = user_data;

  self->idle = 0;
  g_signal_emit (self, signals[NAMED], 0);
  return G_SOURCE_REMOVE;
}

/* Answers come with many addresses, and many at a time. */
static void
tell_named (SnetdHosts *self)
{
  if (self->idle == 0)
    self->idle = g_idle_add_full (G_PRIORITY_DEFAULT, idle_cb, self, NULL);
}

static void
file_cb (gpointer user_data)
{
  SnetdHosts *self = user_data;

  end_reliance (self);
  tell_named (self);
}

static void
resolved_cb (const SnetdAddress *address, const char *name, guint32 ttl, gpointer user_data)
{
  SnetdHosts *self = user_data;
  const gint64 time = now ();
  const gint64 end = time + ((gint64)ttl + GRACE_SECONDS) * G_USEC_PER_SEC;

  if (is_own (address) || !snetd_host_cache_set (self->answers, address, name, time, end))
    return;
  if (g_hash_table_contains (self->relied, address))
    end_reliance (self);
  tell_named (self);
}

static void
reverse_cb (gpointer user_data)
{
  tell_named (user_data);
}

void
snetd_hosts_set_reverse (SnetdHosts *self, gboolean reverse)
{
  if (!reverse)
    g_clear_pointer (&self->reverse, snetd_reverse_free);
  else if (self->reverse == NULL)
    self->reverse = snetd_reverse_new (reverse_cb, self);
}

/* The object. */

static void
snetd_hosts_finalize (GObject *object)
{
  SnetdHosts *self = SNETD_HOSTS (object);

  g_clear_handle_id (&self->idle, g_source_remove);
  g_clear_pointer (&self->reverse, snetd_reverse_free);
  g_clear_pointer (&self->resolved, snetd_resolved_free);
  g_clear_pointer (&self->file, snetd_hosts_file_free);
  g_clear_pointer (&self->answers, snetd_host_cache_free);
  g_clear_pointer (&self->relied, g_hash_table_unref);
  G_OBJECT_CLASS (snetd_hosts_parent_class)->finalize (object);
}

static void
snetd_hosts_class_init (SnetdHostsClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = snetd_hosts_finalize;

  signals[NAMED] =
    g_signal_new ("named", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[OUTDATED] =
    g_signal_new ("outdated", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
snetd_hosts_init (SnetdHosts *self)
{
  self->answers = snetd_host_cache_new (NAMES_MAX);
  self->relied = g_hash_table_new_full (snetd_address_hash, snetd_address_equal, g_free, NULL);
}

SnetdHosts *
snetd_hosts_new (const char *hosts_file, const char *resolved, const char *monitor)
{
  SnetdHosts *self = g_object_new (SNETD_TYPE_HOSTS, NULL);

  if (hosts_file != NULL)
    self->file = snetd_hosts_file_new (hosts_file, file_cb, self);
  if (resolved != NULL)
    self->resolved = snetd_resolved_new (resolved, monitor, resolved_cb, self);
  return self;
}

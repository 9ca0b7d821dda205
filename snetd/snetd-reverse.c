/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-reverse.h"

#include "snetd-alarm.h"
#include "snetd-host-cache.h"
#include "snetd-host.h"

#define KEPT_MAX     4096
#define KEPT_SECONDS 600

/* At a time; of those behind them there are no more than questions that somebody can read. */
#define ASKED_MAX  4
#define BEHIND_MAX 64

struct SnetdReverse
{
  SnetdHostCache *cache;
  GResolver *resolver;
  GCancellable *cancellable;
  GHashTable *wanted; /* of SnetdAddress: asked for, or to be */
  GQueue behind;      /* of those in it, which are to be, oldest first */
  guint asked;
  SnetdReverseFunc found;
  gpointer user_data;
};

static void ask_next (SnetdReverse *self);

/* An address that is being asked for. */
typedef struct
{
  SnetdReverse *reverse;
  SnetdAddress address;
} Question;

static gint64
now (void)
{
  return snetd_clock_now (SNETD_CLOCK_OF_BOOT);
}

/* An error is no name as well: nobody is asked for it again at once. */
static void
take_answer (SnetdReverse *self, const SnetdAddress *address, const char *answer)
{
  const gint64 time = now ();
  const gboolean sane = answer != NULL && g_utf8_validate (answer, -1, NULL);
  g_autofree char *name = sane ? snetd_host_normalize (answer, NULL) : NULL;

  snetd_host_cache_set (self->cache, address, name, time, time + KEPT_SECONDS * G_USEC_PER_SEC);
  if (name != NULL)
    self->found (self->user_data);
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Question *question = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *answer =
    g_resolver_lookup_by_address_finish (G_RESOLVER (source), result, &error);
  SnetdReverse *self = question->reverse;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self->asked--;
  g_hash_table_remove (self->wanted, &question->address);
  take_answer (self, &question->address, answer);
  ask_next (self);
}

static void
ask_next (SnetdReverse *self)
{
  while (self->asked < ASKED_MAX && self->behind.length > 0)
    {
      const SnetdAddress *address = g_queue_pop_head (&self->behind);
      Question *question = g_new (Question, 1);
      g_autoptr (GInetAddress) inet = g_inet_address_new_from_bytes (
        address->bytes, address->family == AF_INET ? G_SOCKET_FAMILY_IPV4 : G_SOCKET_FAMILY_IPV6);

      *question = (Question){ self, *address };
      self->asked++;
      g_resolver_lookup_by_address_async (self->resolver, inet, self->cancellable, answered_cb,
                                          question);
    }
}

const char *
snetd_reverse_get (SnetdReverse *self, const SnetdAddress *address)
{
  const char *name;
  SnetdAddress *key;
  gint64 end;

  if (snetd_host_cache_get (self->cache, address, now (), &name, &end))
    return name;
  if (g_hash_table_contains (self->wanted, address) || self->behind.length == BEHIND_MAX)
    return NULL;

  key = g_memdup2 (address, sizeof *address);
  g_hash_table_add (self->wanted, key);
  g_queue_push_tail (&self->behind, key);
  ask_next (self);
  return NULL;
}

SnetdReverse *
snetd_reverse_new (SnetdReverseFunc found, gpointer user_data)
{
  SnetdReverse *self = g_new0 (SnetdReverse, 1);

  self->cache = snetd_host_cache_new (KEPT_MAX);
  self->resolver = g_resolver_get_default ();
  self->cancellable = g_cancellable_new ();
  self->wanted = g_hash_table_new_full (snetd_address_hash, snetd_address_equal, g_free, NULL);
  g_queue_init (&self->behind);
  self->found = found;
  self->user_data = user_data;
  return self;
}

void
snetd_reverse_free (SnetdReverse *self)
{
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  g_object_unref (self->resolver);
  g_queue_clear (&self->behind);
  g_hash_table_unref (self->wanted);
  snetd_host_cache_free (self->cache);
  g_free (self);
}

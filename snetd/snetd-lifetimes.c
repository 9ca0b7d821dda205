/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-lifetimes.h"

#include <errno.h>
#include <glib-unix.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "snetd-alarm.h"

typedef struct
{
  SnetdLifetimes *owner; /* not owned */
  SnetdRule *rule;
  int process; /* pidfd; -1: none, or it cannot be watched */
  guint source;
} Watch;

struct _SnetdLifetimes
{
  GObject parent_instance;

  SnetdLogins *logins;
  GHashTable *watches;                  /* by the rule's id, of Watch */
  SnetdAlarm *alarms[SNETD_CLOCK_LAST]; /* of each clock; NULL: it ends no rule */
  gint64 when[SNETD_CLOCK_LAST];        /* it rings */
};

enum
{
  ENDED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SnetdLifetimes, snetd_lifetimes, G_TYPE_OBJECT)

/*
 * What was to last for a while is timed by the clock that nobody sets, and what was to last
 * until a time by the one on the wall. FALSE: no clock ends it.
 */
static gboolean
end_of (const SnetdRule *rule, SnetdClock *ret_clock, gint64 *ret_end)
{
  if (rule->lifetime != SNETD_LIFETIME_UNTIL)
    return FALSE;
  *ret_clock = rule->until_boot != 0 ? SNETD_CLOCK_OF_BOOT : SNETD_CLOCK_ON_WALL;
  *ret_end = rule->until_boot != 0 ? rule->until_boot : rule->until;
  return TRUE;
}

guint32
snetd_lifetimes_seconds_left (const SnetdRule *rule)
{
  SnetdClock clock;
  gint64 end, left;

  if (!end_of (rule, &clock, &end))
    return G_MAXUINT32;
  left = end - snetd_clock_now (clock);
  return CLAMP (left / G_USEC_PER_SEC, 0, G_MAXINT32);
}

static gboolean
ends_with_login (const SnetdRule *rule)
{
  return rule->lifetime == SNETD_LIFETIME_SESSION && rule->login != NULL;
}

static void
watch_free (Watch *watch)
{
  if (ends_with_login (watch->rule))
    snetd_logins_unfollow (watch->owner->logins);
  g_clear_handle_id (&watch->source, g_source_remove);
  if (watch->process >= 0)
    close (watch->process);
  snetd_rule_unref (watch->rule);
  g_free (watch);
}

void
snetd_lifetimes_forget (SnetdLifetimes *self, guint64 id)
{
  g_hash_table_remove (self->watches, &id);
}

static void
end (SnetdLifetimes *self, guint64 id)
{
  snetd_lifetimes_forget (self, id);
  g_signal_emit (self, signals[ENDED], 0, id);
}

/* Clocks. */

static void alarm_cb (gpointer user_data);

static void
set_alarm (SnetdLifetimes *self, SnetdClock clock, gint64 when)
{
  /* An earlier one sets the next when it rings. */
  if (self->alarms[clock] != NULL && self->when[clock] <= when)
    return;
  g_clear_pointer (&self->alarms[clock], snetd_alarm_free);
  self->alarms[clock] = snetd_alarm_new (clock, when, alarm_cb, self);
  self->when[clock] = when;
}

/* Those that have ended; the alarms are set to the first ends that are yet to come. */
static GArray *
take_stock (SnetdLifetimes *self)
{
  GArray *ended = g_array_new (FALSE, FALSE, sizeof (guint64));
  GHashTableIter iter;
  gpointer watch;

  for (SnetdClock c = 0; c < SNETD_CLOCK_LAST; c++)
    g_clear_pointer (&self->alarms[c], snetd_alarm_free);
  g_hash_table_iter_init (&iter, self->watches);
  while (g_hash_table_iter_next (&iter, NULL, &watch))
    {
      const SnetdRule *rule = ((Watch *)watch)->rule;
      SnetdClock clock;
      gint64 when;

      if (!end_of (rule, &clock, &when))
        continue;
      if (when <= snetd_clock_now (clock))
        g_array_append_val (ended, rule->id);
      else
        set_alarm (self, clock, when);
    }
  return ended;
}

static void
alarm_cb (gpointer user_data)
{
  g_autoptr (SnetdLifetimes) self = g_object_ref (user_data);
  g_autoptr (GArray) ended = take_stock (self);

  for (guint i = 0; i < ended->len; i++)
    end (self, g_array_index (ended, guint64, i));
}

/* Processes. */

static gboolean
process_ended (gpointer user_data)
{
  Watch *watch = user_data;
  g_autoptr (SnetdLifetimes) self = g_object_ref (watch->owner);

  watch->source = 0;
  end (self, watch->rule->id);
  return G_SOURCE_REMOVE;
}

static gboolean
process_ended_cb (int fd, GIOCondition condition, gpointer user_data)
{
  return process_ended (user_data);
}

/*
 * Another process can have its number by now. Then the rule, which holds for the
 * one process only, stays a while without harm.
 */
static void
watch_process (Watch *watch)
{
  watch->process = (int)syscall (SYS_pidfd_open, (pid_t)watch->rule->pid, 0);
  if (watch->process >= 0)
    watch->source = g_unix_fd_add (watch->process, G_IO_IN, process_ended_cb, watch);
  else if (errno == ESRCH)
    watch->source = g_idle_add (process_ended, watch);
  else
    g_warning ("Rule %" G_GUINT64_FORMAT " does not end with its process: %s", watch->rule->id,
               g_strerror (errno));
}

/* Login sessions. */

static void
logins_changed_cb (SnetdLogins *logins, SnetdLifetimes *self)
{
  g_autoptr (GArray) ended = g_array_new (FALSE, FALSE, sizeof (guint64));
  GHashTableIter iter;
  gpointer watch;

  g_hash_table_iter_init (&iter, self->watches);
  while (g_hash_table_iter_next (&iter, NULL, &watch))
    {
      const SnetdRule *rule = ((Watch *)watch)->rule;

      if (ends_with_login (rule) && !snetd_logins_has (logins, rule->login))
        g_array_append_val (ended, rule->id);
    }
  for (guint i = 0; i < ended->len; i++)
    end (self, g_array_index (ended, guint64, i));
}

/* All. */

void
snetd_lifetimes_watch (SnetdLifetimes *self, SnetdRule *rule)
{
  const gboolean has_process = rule->lifetime == SNETD_LIFETIME_PROCESS && rule->pid != 0;
  SnetdClock clock;
  gint64 when;
  Watch *watch;

  if (rule->lifetime != SNETD_LIFETIME_UNTIL && !has_process && !ends_with_login (rule))
    return;

  watch = g_new0 (Watch, 1);
  watch->owner = self;
  watch->rule = snetd_rule_ref (rule);
  watch->process = -1;
  g_hash_table_replace (self->watches, &rule->id, watch);
  if (has_process)
    watch_process (watch);
  else if (ends_with_login (rule))
    snetd_logins_follow (self->logins);
  else if (end_of (rule, &clock, &when))
    set_alarm (self, clock, when);
}

/* The object. */

static void
snetd_lifetimes_finalize (GObject *object)
{
  SnetdLifetimes *self = SNETD_LIFETIMES (object);

  for (SnetdClock c = 0; c < SNETD_CLOCK_LAST; c++)
    g_clear_pointer (&self->alarms[c], snetd_alarm_free);
  g_hash_table_unref (self->watches);
  g_clear_object (&self->logins);
  G_OBJECT_CLASS (snetd_lifetimes_parent_class)->finalize (object);
}

static void
snetd_lifetimes_class_init (SnetdLifetimesClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = snetd_lifetimes_finalize;
  signals[ENDED] = g_signal_new ("ended", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                 1, G_TYPE_UINT64);
}

static void
snetd_lifetimes_init (SnetdLifetimes *self)
{
  self->watches =
    g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, (GDestroyNotify)watch_free);
}

SnetdLifetimes *
snetd_lifetimes_new (SnetdLogins *logins)
{
  SnetdLifetimes *self = g_object_new (SNETD_TYPE_LIFETIMES, NULL);

  self->logins = g_object_ref (logins);
  g_signal_connect_object (logins, "changed", G_CALLBACK (logins_changed_cb), self, 0);
  return self;
}

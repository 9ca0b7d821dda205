/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-lifetimes.h"

#include <errno.h>
#include <glib-unix.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

/*
 * A clock. What was to last for a while is timed by the one that nobody sets, and
 * what was to last until a time by the one on the wall, which tells when it was set.
 */
typedef struct
{
  clockid_t id;
  int fd;
  guint source;
} Clock;

enum
{
  CLOCK_OF_BOOT,
  CLOCK_ON_WALL,
  N_CLOCKS,
};

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
  GHashTable *watches; /* by the rule's id, of Watch */
  Clock clocks[N_CLOCKS];
};

enum
{
  ENDED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SnetdLifetimes, snetd_lifetimes, G_TYPE_OBJECT)

static gint64
read_clock (clockid_t id)
{
  struct timespec now;

  clock_gettime (id, &now);
  return now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

gint64
snetd_boot_time (void)
{
  return read_clock (CLOCK_BOOTTIME);
}

/* Which clock ends it, and when; FALSE: none. */
static gboolean
end_of (const SnetdRule *rule, guint *ret_clock, gint64 *ret_end)
{
  if (rule->lifetime != SNETD_LIFETIME_UNTIL)
    return FALSE;
  *ret_clock = rule->until_boot != 0 ? CLOCK_OF_BOOT : CLOCK_ON_WALL;
  *ret_end = rule->until_boot != 0 ? rule->until_boot : rule->until;
  return TRUE;
}

guint32
snetd_lifetimes_seconds_left (const SnetdRule *rule)
{
  gint64 end, left;
  guint clock;

  if (!end_of (rule, &clock, &end))
    return G_MAXUINT32;
  left = end - read_clock (clock == CLOCK_OF_BOOT ? CLOCK_BOOTTIME : CLOCK_REALTIME);
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

static void
set_clock (Clock *clock, gint64 when)
{
  struct itimerspec timer = {
    /* A time of 0 would stop it. */
    .it_value = { MAX (when, 1) / G_USEC_PER_SEC, MAX (when, 1) % G_USEC_PER_SEC * 1000 },
  };
  int flags = TFD_TIMER_ABSTIME;

  if (clock->id == CLOCK_REALTIME)
    flags |= TFD_TIMER_CANCEL_ON_SET;
  if (when == G_MAXINT64)
    timer.it_value = (struct timespec){ 0 };
  if (timerfd_settime (clock->fd, flags, &timer, NULL) < 0)
    g_warning ("Rules that end at a time do not: %s", g_strerror (errno));
}

/* Sets a clock for the first rule that it will end; one that it has ended already counts. */
static void
set_to_next (SnetdLifetimes *self, guint which)
{
  gint64 next = G_MAXINT64, when;
  GHashTableIter iter;
  gpointer watch;
  guint its;

  g_hash_table_iter_init (&iter, self->watches);
  while (g_hash_table_iter_next (&iter, NULL, &watch))
    {
      if (end_of (((Watch *)watch)->rule, &its, &when) && its == which)
        next = MIN (next, when);
    }
  set_clock (&self->clocks[which], next);
}

static GArray *
find_ended (SnetdLifetimes *self, guint which)
{
  GArray *ended = g_array_new (FALSE, FALSE, sizeof (guint64));
  const gint64 now = read_clock (self->clocks[which].id);
  GHashTableIter iter;
  gpointer watch;
  gint64 when;
  guint its;

  g_hash_table_iter_init (&iter, self->watches);
  while (g_hash_table_iter_next (&iter, NULL, &watch))
    {
      const SnetdRule *rule = ((Watch *)watch)->rule;

      if (end_of (rule, &its, &when) && its == which && when <= now)
        g_array_append_val (ended, rule->id);
    }
  return ended;
}

static void
tell_ended (SnetdLifetimes *self, guint which)
{
  g_autoptr (GArray) ended = find_ended (self, which);

  for (guint i = 0; i < ended->len; i++)
    end (self, g_array_index (ended, guint64, i));
  set_to_next (self, which);
}

/* It has run down, or the clock on the wall was set. */
static gboolean
clock_cb (int fd, GIOCondition condition, gpointer user_data)
{
  g_autoptr (SnetdLifetimes) self = g_object_ref (user_data);
  guint64 unused;

  if (read (fd, &unused, sizeof unused) < 0 && errno != ECANCELED && errno != EAGAIN)
    g_warning ("Rules that end at a time may not: %s", g_strerror (errno));
  tell_ended (self, fd == self->clocks[CLOCK_OF_BOOT].fd ? CLOCK_OF_BOOT : CLOCK_ON_WALL);
  return G_SOURCE_CONTINUE;
}

static void
open_clock (SnetdLifetimes *self, guint which, clockid_t id)
{
  Clock *clock = &self->clocks[which];

  clock->id = id;
  clock->fd = timerfd_create (id, TFD_CLOEXEC | TFD_NONBLOCK);
  if (clock->fd < 0)
    g_warning ("Rules that end at a time do not: %s", g_strerror (errno));
  else
    clock->source = g_unix_fd_add (clock->fd, G_IO_IN, clock_cb, self);
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
  gint64 when;
  guint clock;
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
    set_to_next (self, clock);
}

/* The object. */

static void
close_clock (Clock *clock)
{
  g_clear_handle_id (&clock->source, g_source_remove);
  if (clock->fd >= 0)
    close (clock->fd);
}

static void
snetd_lifetimes_finalize (GObject *object)
{
  SnetdLifetimes *self = SNETD_LIFETIMES (object);

  for (guint i = 0; i < N_CLOCKS; i++)
    close_clock (&self->clocks[i]);
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
  open_clock (self, CLOCK_OF_BOOT, CLOCK_BOOTTIME);
  open_clock (self, CLOCK_ON_WALL, CLOCK_REALTIME);
}

SnetdLifetimes *
snetd_lifetimes_new (SnetdLogins *logins)
{
  SnetdLifetimes *self = g_object_new (SNETD_TYPE_LIFETIMES, NULL);

  self->logins = g_object_ref (logins);
  g_signal_connect_object (logins, "changed", G_CALLBACK (logins_changed_cb), self, 0);
  return self;
}

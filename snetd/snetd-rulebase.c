/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-rulebase.h"

#include "snetd-alarm.h"
#include "snetd-error.h"
#include "snetd-lifetimes.h"
#include "snetd-log.h"
#include "snetd-rules-dir.h"
#include "snetd-step.h"

struct _SnetdRulebase
{
  GObject parent_instance;

  SnetdEngine *engine;
  SnetdLifetimes *lifetimes;
  SnetdLists *lists;
  SnetdLogins *logins;
  GPtrArray *unsure; /* of SnetdRule: whose login sessions may have ended while snetd was away */
  gboolean loaded;   /* from here on nothing may block */
  SnetdStore *store; /* NULL: see store_error */
  GError *store_error;
  char *rules_dir;   /* or NULL */
  gint64 minute;     /* since the epoch, for which … */
  guint week_minute; /* … this is known */
};

enum
{
  ADDED,
  UPDATED,
  REMOVED,
  CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SnetdRulebase, snetd_rulebase, G_TYPE_OBJECT)

/* From here on it decides, and from there on no more. */

static gboolean
uses_list (const SnetdRule *rule)
{
  return snetd_rule_has (rule, SNETD_CONDITION_REMOTE_LIST) && !rule->disabled;
}

static void
put_in_force (SnetdRulebase *self, SnetdRule *rule)
{
  if (uses_list (rule))
    snetd_lists_use (self->lists, rule->remote_list, !self->loaded);
  snetd_engine_add (self->engine, rule);
  snetd_lifetimes_watch (self->lifetimes, rule);
}

static void
take_out_of_force (SnetdRulebase *self, guint64 id)
{
  const SnetdRule *rule = snetd_engine_lookup (self->engine, id);

  if (uses_list (rule))
    snetd_lists_release (self->lists, rule->remote_list);
  snetd_lifetimes_forget (self->lifetimes, id);
  snetd_engine_remove (self->engine, id);
}

static void
announce (SnetdRulebase *self, guint signal, guint64 id)
{
  g_signal_emit (self, signals[signal], 0, id);
  g_signal_emit (self, signals[CHANGED], 0);
}

GPtrArray *
snetd_rulebase_list (SnetdRulebase *self)
{
  return snetd_engine_list (self->engine);
}

SnetdLists *
snetd_rulebase_get_lists (SnetdRulebase *self)
{
  return self->lists;
}

guint
snetd_rulebase_count (SnetdRulebase *self)
{
  return snetd_engine_count (self->engine);
}

SnetdRule *
snetd_rulebase_lookup (SnetdRulebase *self, guint64 id)
{
  return snetd_engine_lookup (self->engine, id);
}

/* What a time is in the machine's time zone takes longer than all the rest, and holds for a minute.
 */
static SnetdContext
make_context (SnetdRulebase *self, const SnetdRequest *request, gint64 time)
{
  const gint64 minute = time / (60 * G_USEC_PER_SEC);

  if (minute != self->minute)
    {
      self->minute = minute;
      self->week_minute = snetd_week_minute (time);
    }
  return (SnetdContext){ request, self->week_minute, snetd_lists_get_table (self->lists) };
}

void
snetd_rulebase_decide (SnetdRulebase *self,
                       const SnetdRequest *request,
                       gint64 time,
                       SnetdDecision *ret_decision)
{
  SnetdContext context = make_context (self, request, time);

  snetd_engine_decide (self->engine, &context, ret_decision);
}

GPtrArray *
snetd_rulebase_explain (SnetdRulebase *self, const SnetdRequest *request, gint64 time)
{
  SnetdContext context = make_context (self, request, time);

  return snetd_engine_explain (self->engine, &context);
}

/* Changes. */

static gboolean
check_store (SnetdRulebase *self, GError **error)
{
  if (self->store == NULL)
    g_propagate_error (error, g_error_copy (self->store_error));
  return self->store != NULL;
}

static gboolean
check_login (const SnetdRule *rule, GError **error)
{
  if (rule->lifetime != SNETD_LIFETIME_SESSION || rule->login != NULL)
    return TRUE;
  g_set_error_literal (error, SNETD_ERROR, SNETD_ERROR_INVALID_RULE,
                       "“lifetime” cannot be “session”: logind knows of no login session that the "
                       "rule could end with");
  return FALSE;
}

gboolean
snetd_rulebase_add (SnetdRulebase *self, SnetdRule *rule, GError **error)
{
  snetd_rule_begin (rule, g_get_real_time (), snetd_clock_now (SNETD_CLOCK_OF_BOOT));
  if (!check_login (rule, error) || !check_store (self, error) ||
      !snetd_store_add (self->store, rule, error))
    return FALSE;

  snetd_step ("stored");
  put_in_force (self, rule);
  announce (self, ADDED, rule->id);
  snetd_step ("announced");
  return TRUE;
}

gboolean
snetd_rulebase_add_all (SnetdRulebase *self, GPtrArray *rules, GError **error)
{
  for (guint i = 0; i < rules->len; i++)
    {
      snetd_rule_begin (g_ptr_array_index (rules, i), g_get_real_time (),
                        snetd_clock_now (SNETD_CLOCK_OF_BOOT));
      if (!check_login (g_ptr_array_index (rules, i), error))
        return FALSE;
    }
  if (!check_store (self, error) || !snetd_store_add_all (self->store, rules, error))
    return FALSE;

  for (guint i = 0; i < rules->len; i++)
    put_in_force (self, g_ptr_array_index (rules, i));
  for (guint i = 0; i < rules->len; i++)
    g_signal_emit (self, signals[ADDED], 0, ((SnetdRule *)g_ptr_array_index (rules, i))->id);
  if (rules->len > 0)
    g_signal_emit (self, signals[CHANGED], 0);
  return TRUE;
}

gboolean
snetd_rulebase_can_change (const SnetdRule *rule, GError **error)
{
  if (rule->source == NULL)
    return TRUE;
  g_set_error (error, SNETD_ERROR, SNETD_ERROR_READ_ONLY_RULE,
               "Rule %" G_GUINT64_FORMAT " is written in %s, and can be changed only there",
               rule->id, rule->source);
  return FALSE;
}

gboolean
snetd_rulebase_update (SnetdRulebase *self, SnetdRule *rule, GError **error)
{
  if (!snetd_rulebase_can_change (snetd_rulebase_lookup (self, rule->id), error))
    return FALSE;
  snetd_rule_begin (rule, g_get_real_time (), snetd_clock_now (SNETD_CLOCK_OF_BOOT));
  if (!check_login (rule, error) || !check_store (self, error) ||
      !snetd_store_update (self->store, rule, error))
    return FALSE;

  take_out_of_force (self, rule->id);
  put_in_force (self, rule);
  announce (self, UPDATED, rule->id);
  return TRUE;
}

gboolean
snetd_rulebase_remove (SnetdRulebase *self, guint64 id, GError **error)
{
  if (!snetd_rulebase_can_change (snetd_rulebase_lookup (self, id), error))
    return FALSE;
  if (!check_store (self, error) || !snetd_store_remove (self->store, id, error))
    return FALSE;

  take_out_of_force (self, id);
  announce (self, REMOVED, id);
  return TRUE;
}

/* On disk it is dropped at the next start at the latest; in its file it stays, and is not used. */
static void
drop (SnetdRulebase *self, guint64 id)
{
  const SnetdRule *rule = snetd_rulebase_lookup (self, id);
  g_autoptr (GError) error = NULL;

  snetd_log (G_LOG_LEVEL_MESSAGE, SNETD_MESSAGE_RULE, "Rule %" G_GUINT64_FORMAT " has ended", id);
  if ((rule == NULL || rule->source == NULL) && !snetd_store_remove (self->store, id, &error))
    g_warning ("%s", error->message);
}

static void
ended_cb (SnetdLifetimes *lifetimes, guint64 id, SnetdRulebase *self)
{
  drop (self, id);
  take_out_of_force (self, id);
  announce (self, REMOVED, id);
}

/* Which of the login sessions there still are is known. */
static void
logins_changed_cb (SnetdLogins *logins, SnetdRulebase *self)
{
  g_autoptr (GPtrArray) unsure = g_steal_pointer (&self->unsure);

  if (unsure == NULL)
    return;
  for (guint i = 0; i < unsure->len; i++)
    {
      SnetdRule *rule = g_ptr_array_index (unsure, i);

      if (snetd_logins_has (logins, rule->login))
        put_in_force (self, rule);
      else
        drop (self, rule->id);
    }
  snetd_logins_unfollow (logins);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
list_changed_cb (SnetdLists *lists, SnetdRulebase *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

/* Files. */

static GHashTable *
find_from_files (SnetdRulebase *self)
{
  g_autoptr (GPtrArray) rules = snetd_rulebase_list (self);
  GHashTable *found =
    g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, (GDestroyNotify)snetd_rule_unref);

  for (guint i = 0; i < rules->len; i++)
    {
      SnetdRule *rule = g_ptr_array_index (rules, i);

      if (rule->source != NULL)
        g_hash_table_insert (found, &rule->id, snetd_rule_ref (rule));
    }
  return found;
}

static gboolean
is_same (const SnetdRule *one, const SnetdRule *other)
{
  g_autoptr (GBytes) content = snetd_rule_content (one);
  g_autoptr (GBytes) other_content = snetd_rule_content (other);

  return g_bytes_equal (content, other_content);
}

/* Whether anything has changed. */
static gboolean
take_from_file (SnetdRulebase *self, SnetdRule *rule, const SnetdRule *before)
{
  if (before != NULL && is_same (rule, before))
    return FALSE;

  if (before != NULL)
    take_out_of_force (self, rule->id);
  put_in_force (self, rule);
  g_signal_emit (self, signals[before != NULL ? UPDATED : ADDED], 0, rule->id);
  return TRUE;
}

static gboolean
drop_gone (SnetdRulebase *self, GHashTable *gone)
{
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, gone);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    {
      take_out_of_force (self, *(guint64 *)id);
      g_signal_emit (self, signals[REMOVED], 0, *(guint64 *)id);
    }
  return g_hash_table_size (gone) > 0;
}

GPtrArray *
snetd_rulebase_reload (SnetdRulebase *self)
{
  GPtrArray *problems = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) gone = find_from_files (self);
  g_autoptr (GPtrArray) rules = NULL;
  gboolean changed = FALSE;

  if (self->loaded)
    snetd_lists_reload (self->lists);
  if (self->rules_dir == NULL)
    return problems;

  rules = snetd_rules_dir_load (self->rules_dir, problems);
  for (guint i = 0; i < rules->len; i++)
    {
      SnetdRule *rule = g_ptr_array_index (rules, i);

      if (snetd_lifetimes_seconds_left (rule) == 0)
        continue;
      changed |= take_from_file (self, rule, g_hash_table_lookup (gone, &rule->id));
      g_hash_table_remove (gone, &rule->id);
    }
  changed |= drop_gone (self, gone);
  if (changed)
    g_signal_emit (self, signals[CHANGED], 0);
  for (guint i = 0; i < problems->len; i++)
    snetd_log (G_LOG_LEVEL_WARNING, SNETD_MESSAGE_RULES_WRONG, "%s",
               (const char *)g_ptr_array_index (problems, i));
  return problems;
}

/* The object. */

static void
load_rule (SnetdRulebase *self, SnetdRule *rule)
{
  if (rule->lifetime == SNETD_LIFETIME_SESSION)
    g_ptr_array_add (self->unsure, snetd_rule_ref (rule));
  else if (snetd_lifetimes_seconds_left (rule) > 0)
    put_in_force (self, rule);
  else
    drop (self, rule->id);
}

static void
load (SnetdRulebase *self)
{
  g_autoptr (GPtrArray) rules = NULL;

  if (self->store == NULL)
    return;

  rules = snetd_store_load (self->store, &self->store_error);
  if (rules == NULL)
    {
      snetd_log (G_LOG_LEVEL_WARNING, SNETD_MESSAGE_NO_RULES, "There are no rules: %s",
                 self->store_error->message);
      g_clear_pointer (&self->store, snetd_store_close);
      return;
    }
  self->unsure = g_ptr_array_new_with_free_func ((GDestroyNotify)snetd_rule_unref);
  for (guint i = 0; i < rules->len; i++)
    load_rule (self, g_ptr_array_index (rules, i));
  if (self->unsure->len > 0)
    snetd_logins_follow (self->logins);
  else
    g_clear_pointer (&self->unsure, g_ptr_array_unref);
}

static void
snetd_rulebase_finalize (GObject *object)
{
  SnetdRulebase *self = SNETD_RULEBASE (object);

  g_clear_object (&self->lifetimes);
  g_clear_object (&self->lists);
  g_clear_object (&self->logins);
  g_clear_pointer (&self->unsure, g_ptr_array_unref);
  g_clear_pointer (&self->store, snetd_store_close);
  g_clear_error (&self->store_error);
  g_free (self->rules_dir);
  g_clear_pointer (&self->engine, snetd_engine_free);
  G_OBJECT_CLASS (snetd_rulebase_parent_class)->finalize (object);
}

static void
snetd_rulebase_class_init (SnetdRulebaseClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = snetd_rulebase_finalize;

  signals[ADDED] = g_signal_new ("added", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                 1, G_TYPE_UINT64);
  signals[UPDATED] = g_signal_new ("updated", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, G_TYPE_UINT64);
  signals[REMOVED] = g_signal_new ("removed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, G_TYPE_UINT64);
  signals[CHANGED] =
    g_signal_new ("changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
snetd_rulebase_init (SnetdRulebase *self)
{
  self->engine = snetd_engine_new ();
  self->minute = G_MININT64;
}

SnetdRulebase *
snetd_rulebase_new (SnetdStore *store,
                    const GError *store_error,
                    const char *rules_dir,
                    SnetdLists *lists,
                    SnetdLogins *logins)
{
  SnetdRulebase *self = g_object_new (SNETD_TYPE_RULEBASE, NULL);
  g_autoptr (GPtrArray) problems = NULL;

  g_return_val_if_fail (store != NULL || store_error != NULL, NULL);

  self->lifetimes = snetd_lifetimes_new (logins);
  self->lists = g_object_ref (lists);
  self->logins = g_object_ref (logins);
  self->store = store;
  self->store_error = store_error != NULL ? g_error_copy (store_error) : NULL;
  self->rules_dir = g_strdup (rules_dir);
  load (self);
  problems = snetd_rulebase_reload (self);
  self->loaded = TRUE;
  g_signal_connect_object (logins, "changed", G_CALLBACK (logins_changed_cb), self, 0);
  g_signal_connect_object (lists, "changed", G_CALLBACK (list_changed_cb), self, 0);
  g_signal_connect_object (self->lifetimes, "ended", G_CALLBACK (ended_cb), self, 0);
  return self;
}

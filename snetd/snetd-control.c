/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-control.h"

#include "snet-names.h"
#include "snetd-dict.h"
#include "snetd-error.h"
#include "snetd-log.h"

struct _SnetdControl
{
  SnetDBusControlSkeleton parent_instance;

  SnetdKernel *kernel;
  SnetdManager *manager;
  SnetdRulebase *rulebase;
  SnetdSwitch *mode;
  SnetdSettings *settings;
  SnetdAuthority *authority;
};

static void snetd_control_iface_init (SnetDBusControlIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SnetdControl,
                               snetd_control,
                               SNET_DBUS_TYPE_CONTROL_SKELETON,
                               G_IMPLEMENT_INTERFACE (SNET_DBUS_TYPE_CONTROL,
                                                      snetd_control_iface_init))

/* A change that waits for the authority. */
typedef struct Call Call;

typedef gboolean (*Change) (const Call *call, guint32 caller, GError **error);

struct Call
{
  SnetdControl *self;
  GDBusMethodInvocation *invocation;
  Change change;
  int word; /* a mode, or a policy */
  SnetdSpan span;
  guint32 seconds;
};

static Call *
call_new (SnetDBusControl *object, GDBusMethodInvocation *invocation, Change change)
{
  Call *call = g_new0 (Call, 1);

  call->self = g_object_ref (SNETD_CONTROL (object));
  call->invocation = g_object_ref (invocation);
  call->change = change;
  return call;
}

static void
call_free (Call *call)
{
  g_clear_object (&call->self);
  g_clear_object (&call->invocation);
  g_free (call);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

static void
allowed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GError) error = NULL;
  guint32 caller;

  if (!snetd_authority_check_finish (SNETD_AUTHORITY (source), result, &caller, &error) ||
      !call->change (call, caller, &error))
    {
      g_dbus_method_invocation_return_gerror (call->invocation, error);
      return;
    }
  /* Who hears that it is done finds it changed. */
  g_dbus_interface_skeleton_flush (G_DBUS_INTERFACE_SKELETON (call->self));
  g_dbus_method_invocation_return_value (call->invocation, NULL);
}

/* Takes the call; @error, if there is one, is the answer to it. */
static gboolean
check (Call *call, const char *method, const GError *error)
{
  if (error == NULL)
    {
      snetd_authority_check (call->self->authority, call->invocation, method,
                             SNETD_AUTHORITY_SYSTEM, allowed_cb, call);
      return G_DBUS_METHOD_INVOCATION_HANDLED;
    }
  g_dbus_method_invocation_return_gerror (call->invocation, error);
  call_free (call);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
get_word (const char *what,
          const char *word,
          const SnetdVocabulary *vocabulary,
          int *ret_value,
          GError **error)
{
  g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_string (word));

  return snetd_dict_get_word (what, value, vocabulary, ret_value, SNETD_ERROR_INVALID_OPTION,
                              error);
}

/* SetMode */

static gboolean
invalid (const char *option, const char *what, GError **error)
{
  g_set_error (error, SNETD_ERROR, SNETD_ERROR_INVALID_OPTION, "“%s” %s", option, what);
  return FALSE;
}

static gboolean
read_option (SnetdSpan *span, const char *option, GVariant *value, GError **error)
{
  if (g_str_equal (option, SNET_KEY_DURATION))
    {
      if (!snetd_dict_check_type (option, value, G_VARIANT_TYPE_UINT32, SNETD_ERROR_INVALID_OPTION,
                                  error))
        return FALSE;
      span->duration = g_variant_get_uint32 (value);
      return span->duration != 0 || invalid (option, "cannot be 0", error);
    }
  if (g_str_equal (option, SNET_KEY_UNTIL))
    {
      if (!snetd_dict_check_type (option, value, G_VARIANT_TYPE_INT64, SNETD_ERROR_INVALID_OPTION,
                                  error))
        return FALSE;
      span->until = g_variant_get_int64 (value);
      return span->until > g_get_real_time () || invalid (option, "is over already", error);
    }
  return invalid (option, "is not an option; there are duration and until", error);
}

static gboolean
read_options (SnetdSpan *span, GVariant *options, GError **error)
{
  GVariantIter iter;
  const char *option;
  GVariant *value;
  gboolean ok = TRUE;

  g_variant_iter_init (&iter, options);
  while (ok && g_variant_iter_next (&iter, "{&sv}", &option, &value))
    {
      ok = read_option (span, option, value, error);
      g_variant_unref (value);
    }
  if (ok && span->duration != 0 && span->until != 0)
    ok = invalid (SNET_KEY_DURATION, "does not go with “until”", error);
  return ok && snetd_dict_check_duplicates (options, SNETD_ERROR_INVALID_OPTION, error);
}

static void
log_mode (SnetdControl *self, guint32 caller)
{
  const gint64 until = snetd_switch_get_until (self->mode);
  g_autofree char *word = snetd_vocabulary_word (&snetd_modes, snetd_switch_get_mode (self->mode));
  g_autofree char *user = g_strdup_printf ("%u", caller);
  g_autoptr (GDateTime) time = NULL;
  g_autofree char *end = NULL;

  /* A calendar ends before the numbers do. */
  if (until != 0)
    time = g_date_time_new_from_unix_utc (until / G_USEC_PER_SEC);
  if (time != NULL)
    end = g_date_time_format_iso8601 (time);
  snetd_log_fields (G_LOG_LEVEL_MESSAGE, SNETD_MESSAGE_MODE, "SNET_MODE", word, "SNET_UID", user,
                    "MESSAGE", "The mode is “%s”%s%s, set by user %u", word,
                    end != NULL ? " until " : "", end != NULL ? end : "", caller);
}

static gboolean
set_mode (const Call *call, guint32 caller, GError **error)
{
  if (!snetd_switch_set (call->self->mode, call->word, &call->span, error))
    return FALSE;
  log_mode (call->self, caller);
  return TRUE;
}

static gboolean
handle_set_mode (SnetDBusControl *object,
                 GDBusMethodInvocation *invocation,
                 const char *mode,
                 GVariant *options)
{
  Call *call = call_new (object, invocation, set_mode);
  g_autoptr (GError) error = NULL;

  if (get_word ("mode", mode, &snetd_modes, &call->word, &error))
    read_options (&call->span, options, &error);
  return check (call, "Control.SetMode", error);
}

/* SetVerdictDelay and SetVerdictPolicy */

/* The kernel's own words, as the failure of a method. */
static gboolean
report (gboolean done, GError **local, GError **error)
{
  if (!done)
    g_set_error (error, G_DBUS_ERROR, G_DBUS_ERROR_FAILED, "%s", (*local)->message);
  return done;
}

static gboolean
set_delay (const Call *call, guint32 caller, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (!report (snetd_settings_set_delay (call->self->settings, call->seconds, &local), &local,
               error))
    return FALSE;
  snetd_log_user (SNETD_MESSAGE_SETTING, caller, "The delay is %u seconds, set by user %u",
                  call->seconds, caller);
  return TRUE;
}

static gboolean
handle_set_verdict_delay (SnetDBusControl *object, GDBusMethodInvocation *invocation, guint seconds)
{
  Call *call = call_new (object, invocation, set_delay);
  g_autoptr (GError) error = NULL;

  call->seconds = seconds;
  if (seconds < 1 || seconds > SNET_DELAY_MAX)
    g_set_error (&error, SNETD_ERROR, SNETD_ERROR_INVALID_OPTION,
                 "“seconds” must be a number from 1 to %d", SNET_DELAY_MAX);
  return check (call, "Control.SetVerdictDelay", error);
}

static gboolean
set_policy (const Call *call, guint32 caller, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *word = snetd_vocabulary_word (&snetd_verdicts, call->word);

  if (!report (snetd_settings_set_policy (call->self->settings, call->word, &local), &local, error))
    return FALSE;
  snetd_log_user (SNETD_MESSAGE_SETTING, caller, "The policy is “%s”, set by user %u", word,
                  caller);
  return TRUE;
}

static gboolean
handle_set_verdict_policy (SnetDBusControl *object,
                           GDBusMethodInvocation *invocation,
                           const char *policy)
{
  Call *call = call_new (object, invocation, set_policy);
  g_autoptr (GError) error = NULL;

  get_word ("policy", policy, &snetd_verdicts, &call->word, &error);
  return check (call, "Control.SetVerdictPolicy", error);
}

/* FlushTickets and Reload */

static gboolean
flush_tickets (const Call *call, guint32 caller, GError **error)
{
  snetd_kernel_flush_tickets (call->self->kernel);
  g_message ("Tickets made invalid by user %u", caller);
  return TRUE;
}

static gboolean
handle_flush_tickets (SnetDBusControl *object, GDBusMethodInvocation *invocation)
{
  return check (call_new (object, invocation, flush_tickets), "Control.FlushTickets", NULL);
}

static gboolean
reload (const Call *call, guint32 caller, GError **error)
{
  g_message ("The configuration is read again for user %u", caller);
  return snetd_settings_reload (call->self->settings, error);
}

static gboolean
handle_reload (SnetDBusControl *object, GDBusMethodInvocation *invocation)
{
  return check (call_new (object, invocation, reload), "Control.Reload", NULL);
}

/* GetStatistics */

static GVariant *
kernel_statistics (const struct snet_stats *stats)
{
  const struct
  {
    const char *key;
    guint64 number;
  } numbers[] = {
    { "requests", stats->requests },
    { "allowed", stats->allowed },
    { "denied", stats->denied },
    { "cancelled", stats->cancelled },
    { "timeout", stats->timeout },
    { "no-controller", stats->no_controller },
    { "controller-gone", stats->controller_gone },
    { "queue-full", stats->queue_full },
    { "undeliverable", stats->undeliverable },
    { "ticket-allowed", stats->ticket_allowed },
    { "ticket-denied", stats->ticket_denied },
    { "pending", stats->pending },
    { "tickets", stats->tickets },
    { "tickets-evicted", stats->tickets_evicted },
    { "tickets-refused", stats->tickets_refused },
    { "flow-dropped", stats->flow_dropped },
  };
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{st}"));
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    g_variant_builder_add (&builder, "{st}", numbers[i].key, numbers[i].number);
  return g_variant_builder_end (&builder);
}

static GVariant *
get_statistics (SnetdControl *self, GError **error)
{
  g_auto (GVariantBuilder) dict = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  g_autoptr (GError) local = NULL;
  struct snet_stats stats;

  if (snetd_kernel_get_state (self->kernel) == SNETD_KERNEL_LSM)
    {
      if (!report (snetd_kernel_get_stats (self->kernel, &stats, &local), &local, error))
        return NULL;
      snetd_dict_add (&dict, "kernel", kernel_statistics (&stats));
    }
  snetd_dict_add (&dict, "rules", g_variant_new_uint64 (snetd_rulebase_count (self->rulebase)));
  snetd_manager_add_statistics (self->manager, &dict);
  return g_variant_builder_end (&dict);
}

static void
statistics_allowed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Call) call = user_data;
  g_autoptr (GError) error = NULL;
  GVariant *statistics = NULL;
  guint32 caller;

  if (snetd_authority_check_finish (SNETD_AUTHORITY (source), result, &caller, &error))
    statistics = get_statistics (call->self, &error);
  if (statistics == NULL)
    g_dbus_method_invocation_return_gerror (call->invocation, error);
  else
    snet_dbus_control_complete_get_statistics (SNET_DBUS_CONTROL (call->self), call->invocation,
                                               statistics);
}

static gboolean
handle_get_statistics (SnetDBusControl *object, GDBusMethodInvocation *invocation)
{
  SnetdControl *self = SNETD_CONTROL (object);

  snetd_authority_check (self->authority, invocation, "Control.GetStatistics",
                         SNETD_AUTHORITY_SYSTEM, statistics_allowed_cb,
                         call_new (object, invocation, NULL));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* Properties */

static void
show_kernel (SnetdControl *self)
{
  snet_dbus_control_set_kernel (SNET_DBUS_CONTROL (self),
                                snetd_kernel_get_state_name (self->kernel));
}

static void
show_features (SnetdControl *self)
{
  static const struct
  {
    enum snet_feature bit;
    const char *word;
  } features[] = {
    { SNET_FEATURE_ACCEPT, "accept" },
    { SNET_FEATURE_IDENTITY, "identity" },
    { SNET_FEATURE_FLOW, "flow" },
    { SNET_FEATURE_CLOSE, "close" },
  };
  const guint64 has = snetd_settings_get_features (self->settings);
  const char *words[G_N_ELEMENTS (features) + 1] = { NULL };
  guint n = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (features); i++)
    if (has & features[i].bit)
      words[n++] = features[i].word;
  snet_dbus_control_set_features (SNET_DBUS_CONTROL (self), words);
}

static void
show_settings (SnetdControl *self)
{
  SnetDBusControl *control = SNET_DBUS_CONTROL (self);
  g_autofree char *policy =
    snetd_vocabulary_word (&snetd_verdicts, snetd_settings_get_policy (self->settings));

  show_features (self);
  snet_dbus_control_set_verdict_delay (control, snetd_settings_get_delay (self->settings));
  snet_dbus_control_set_verdict_policy (control, policy != NULL ? policy : "");
}

static void
show_mode (SnetdControl *self)
{
  SnetDBusControl *control = SNET_DBUS_CONTROL (self);
  g_autofree char *mode = snetd_vocabulary_word (&snetd_modes, snetd_switch_get_mode (self->mode));
  g_autofree char *next = snetd_vocabulary_word (&snetd_modes, snetd_switch_get_next (self->mode));

  snet_dbus_control_set_mode (control, mode);
  snet_dbus_control_set_mode_until (control, snetd_switch_get_until (self->mode));
  snet_dbus_control_set_mode_after (control, next);
}

/* The object. */

static void
snetd_control_finalize (GObject *object)
{
  SnetdControl *self = SNETD_CONTROL (object);

  g_clear_object (&self->kernel);
  g_clear_object (&self->manager);
  g_clear_object (&self->rulebase);
  g_clear_object (&self->mode);
  g_clear_object (&self->settings);
  g_clear_object (&self->authority);
  G_OBJECT_CLASS (snetd_control_parent_class)->finalize (object);
}

static void
snetd_control_class_init (SnetdControlClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = snetd_control_finalize;
}

static void
snetd_control_iface_init (SnetDBusControlIface *iface)
{
  iface->handle_set_mode = handle_set_mode;
  iface->handle_set_verdict_delay = handle_set_verdict_delay;
  iface->handle_set_verdict_policy = handle_set_verdict_policy;
  iface->handle_flush_tickets = handle_flush_tickets;
  iface->handle_reload = handle_reload;
  iface->handle_get_statistics = handle_get_statistics;
}

static void
snetd_control_init (SnetdControl *self)
{
}

SnetdControl *
snetd_control_new (SnetdKernel *kernel,
                   SnetdManager *manager,
                   SnetdRulebase *rulebase,
                   SnetdSwitch *mode,
                   SnetdSettings *settings,
                   SnetdAuthority *authority)
{
  SnetdControl *self = g_object_new (SNETD_TYPE_CONTROL, NULL);

  self->kernel = g_object_ref (kernel);
  self->manager = g_object_ref (manager);
  self->rulebase = g_object_ref (rulebase);
  self->mode = g_object_ref (mode);
  self->settings = g_object_ref (settings);
  self->authority = g_object_ref (authority);

  snet_dbus_control_set_version (SNET_DBUS_CONTROL (self), SNET_VERSION);
  show_kernel (self);
  show_settings (self);
  show_mode (self);
  g_signal_connect_object (kernel, "state-changed", G_CALLBACK (show_kernel), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed", G_CALLBACK (show_settings), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (mode, "changed", G_CALLBACK (show_mode), self, G_CONNECT_SWAPPED);
  return self;
}

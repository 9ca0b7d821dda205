/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-settings.h"

#include "snetd-error.h"
#include "snetd-log.h"

struct _SnetdSettings
{
  GObject parent_instance;

  char *path;
  SnetdConfig config;
  SnetdKernel *kernel;
  SnetdSwitch *mode;
  SnetdPolicy *kept;
  SnetdManager *manager;   /* NULL: not bound yet */
  SnetdRulebase *rulebase; /* likewise */
  guint32 delay;           /* the kernel's; 0: there is none */
  int policy;              /* likewise; -1 */
  guint64 features;        /* likewise; 0 */
};

enum
{
  CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SnetdSettings, snetd_settings, G_TYPE_OBJECT)

/* The kernel's. */

/* NULL: no kernel is controlled. */
static void
note (SnetdSettings *self, const struct snet_config *settings)
{
  const guint32 delay = settings != NULL ? settings->delay : 0;
  const int policy = settings != NULL ? (int)settings->policy : -1;
  const guint64 features = settings != NULL ? settings->features : 0;

  if (self->delay == delay && self->policy == policy && self->features == features)
    return;

  self->delay = delay;
  self->policy = policy;
  self->features = features;
  g_signal_emit (self, signals[CHANGED], 0);
}

/* 0 and -1: it stays, but for what lockdown makes of the policy. */
static gboolean
set (SnetdSettings *self, guint32 delay, int policy, GError **error)
{
  const gboolean lockdown = snetd_switch_get_mode (self->mode) == SNETD_MODE_LOCKDOWN;
  struct snet_config wanted = { .delay = delay };
  struct snet_config settings;

  if (!snetd_kernel_get_config (self->kernel, &settings, error))
    return FALSE;

  wanted.policy = snetd_policy_choose (self->kept, lockdown, policy, settings.policy);
  if (delay != 0)
    wanted.fields |= SNET_CONFIG_DELAY;
  if (wanted.policy != settings.policy)
    wanted.fields |= SNET_CONFIG_POLICY;
  if (wanted.fields != 0 && (!snetd_kernel_set_config (self->kernel, &wanted, error) ||
                             !snetd_kernel_get_config (self->kernel, &settings, error)))
    return FALSE;

  if (!lockdown)
    snetd_policy_forget (self->kept);
  note (self, &settings);
  return TRUE;
}

gboolean
snetd_settings_set_delay (SnetdSettings *self, guint32 seconds, GError **error)
{
  return set (self, seconds, -1, error);
}

gboolean
snetd_settings_set_policy (SnetdSettings *self, enum snet_verdict policy, GError **error)
{
  return set (self, 0, policy, error);
}

guint32
snetd_settings_get_delay (SnetdSettings *self)
{
  return self->delay;
}

int
snetd_settings_get_policy (SnetdSettings *self)
{
  return self->policy;
}

guint64
snetd_settings_get_features (SnetdSettings *self)
{
  return self->features;
}

static void
set_or_warn (SnetdSettings *self, guint32 delay, int policy)
{
  g_autoptr (GError) error = NULL;

  if (snetd_kernel_get_state (self->kernel) != SNETD_KERNEL_LSM)
    note (self, NULL);
  else if (!set (self, delay, policy, &error))
    g_warning ("%s", error->message);
}

/* What the file does not say stays as the kernel has it. */
static void
apply_to_kernel (SnetdSettings *self)
{
  set_or_warn (self, self->config.delay, self->config.policy);
}

static void
state_cb (SnetdKernel *kernel, SnetdSettings *self)
{
  apply_to_kernel (self);
}

static void
mode_cb (SnetdSwitch *mode, SnetdSettings *self)
{
  set_or_warn (self, 0, -1);
}

/* The file. */

const SnetdRetention *
snetd_settings_get_retention (SnetdSettings *self)
{
  return &self->config.retention;
}

static void
apply_to_manager (SnetdSettings *self)
{
  snetd_prompts_set_wait (snetd_manager_get_prompts (self->manager),
                          self->config.without_agent == SNETD_WITHOUT_AGENT_WAIT);
  snetd_hosts_set_reverse (snetd_manager_get_hosts (self->manager), self->config.reverse);
}

void
snetd_settings_bind (SnetdSettings *self, SnetdManager *manager, SnetdRulebase *rulebase)
{
  g_return_if_fail (self->manager == NULL);

  self->manager = g_object_ref (manager);
  self->rulebase = g_object_ref (rulebase);
  apply_to_manager (self);
}

static gboolean
reload_rules (SnetdSettings *self, GError **error)
{
  g_autoptr (GPtrArray) problems = snetd_rulebase_reload (self->rulebase);

  if (problems->len == 0)
    return TRUE;
  g_set_error (error, SNETD_ERROR, SNETD_ERROR_INVALID_RULE,
               "Some of the rules in files are wrong, and are not used; all else has been read "
               "again; the log says what");
  return FALSE;
}

gboolean
snetd_settings_reload (SnetdSettings *self, GError **error)
{
  SnetdConfig config;

  g_return_val_if_fail (self->manager != NULL, FALSE);

  snetd_config_init (&config);
  if (snetd_config_load (&config, self->path) > 0)
    {
      g_set_error (error, SNETD_ERROR, SNETD_ERROR_INVALID_CONFIG,
                   "Something in %s is wrong, so all stays as it was; the log says what",
                   self->path);
      return FALSE;
    }

  self->config = config;
  apply_to_kernel (self);
  apply_to_manager (self);
  snetd_record_set_retention (snetd_manager_get_record (self->manager), &config.retention);
  snetd_log (G_LOG_LEVEL_MESSAGE, SNETD_MESSAGE_CONFIG, "%s has been read again", self->path);
  return reload_rules (self, error);
}

/* The object. */

static void
snetd_settings_finalize (GObject *object)
{
  SnetdSettings *self = SNETD_SETTINGS (object);

  g_clear_object (&self->kernel);
  g_clear_object (&self->mode);
  g_clear_pointer (&self->kept, snetd_policy_free);
  g_clear_object (&self->manager);
  g_clear_object (&self->rulebase);
  g_free (self->path);
  G_OBJECT_CLASS (snetd_settings_parent_class)->finalize (object);
}

static void
snetd_settings_class_init (SnetdSettingsClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = snetd_settings_finalize;
  signals[CHANGED] =
    g_signal_new ("changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
snetd_settings_init (SnetdSettings *self)
{
  self->policy = -1;
  snetd_config_init (&self->config);
}

SnetdSettings *
snetd_settings_new (const char *path, SnetdKernel *kernel, SnetdSwitch *mode, SnetdPolicy *kept)
{
  SnetdSettings *self = g_object_new (SNETD_TYPE_SETTINGS, NULL);

  self->path = g_strdup (path);
  self->kernel = g_object_ref (kernel);
  self->mode = g_object_ref (mode);
  self->kept = kept;
  snetd_config_load (&self->config, path);
  g_signal_connect_object (kernel, "state-changed", G_CALLBACK (state_cb), self, 0);
  g_signal_connect_object (mode, "changed", G_CALLBACK (mode_cb), self, 0);
  return self;
}

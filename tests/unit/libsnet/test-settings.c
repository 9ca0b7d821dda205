/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Settings, counters, and commands that change what the kernel asks about.
 */
#include <errno.h>
#include <string.h>

#include "controller.h"

static const struct
{
  guint32 field;
  guint16 attr;
  gsize offset;
} settings[] = {
#define SETTING(name, member)                                                                      \
  {                                                                                                \
    SNET_CONFIG_##name, SNET_A_##name, offsetof (struct snet_config, member)                       \
  }
  SETTING (DELAY, delay),
  SETTING (POLICY, policy),
  SETTING (POLICY_NO_CONTROLLER, policy_no_controller),
  SETTING (POLICY_CONTROLLER_GONE, policy_controller_gone),
  SETTING (POLICY_QUEUE_FULL, policy_queue_full),
  SETTING (POLICY_UNDELIVERABLE, policy_undeliverable),
  SETTING (POLICY_TIMEOUT, policy_timeout),
  SETTING (TICKET_MODE, ticket_mode),
  SETTING (TICKET_LIFETIME, ticket_lifetime),
  SETTING (TICKETS_PERSIST, tickets_persist),
#undef SETTING
};

#define ALL_SETTINGS (SNET_CONFIG_FEATURES - 1)

static guint32 *
setting (struct snet_config *config, gsize i)
{
  return (guint32 *)((guint8 *)config + settings[i].offset);
}

typedef struct
{
  struct snet_config config;
  guint16 bad; /* an attribute to be told with a wrong length */
} ConfigKernel;

static void
take_config (ConfigKernel *self, const struct nlmsghdr *command)
{
  self->config.fields = 0;
  for (gsize i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      if (!command_has (command, settings[i].attr))
        continue;
      self->config.fields |= settings[i].field;
      *setting (&self->config, i) = command_u32 (command, settings[i].attr);
    }
  g_assert_false (command_has (command, SNET_A_FEATURES));
}

static void
tell_config (ConfigKernel *self, FakeKernel *kernel, const struct nlmsghdr *command)
{
  TestMessage message;

  message_begin_genl (&message, SNET_CMD_CONFIG_GET, 0, command->nlmsg_seq, TEST_PORT);
  for (gsize i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      if (self->config.fields & settings[i].field)
        message_put_u32 (&message, settings[i].attr, *setting (&self->config, i));
    }
  if (self->config.fields & SNET_CONFIG_FEATURES)
    message_put_u64 (&message, SNET_A_FEATURES, self->config.features);
  if (self->bad)
    message_put (&message, self->bad, "12345", 5);
  message_put (&message, SNET_A_MAX + 1, "newer", 5);
  fake_kernel_send_request (kernel, 40);
  fake_kernel_send (kernel, &message);
  fake_kernel_send_request (kernel, 41);
}

static void
config_kernel (FakeKernel *kernel, const struct nlmsghdr *command, gpointer data)
{
  if (command_number (command) == SNET_CMD_CONFIG_SET)
    take_config (data, command);
  else
    tell_config (data, kernel, command);
  fake_kernel_ack (kernel, command, 0, NULL);
}

static void
test_config_set (void)
{
  struct snet_config config = { 0 };
  ConfigKernel self = { 0 };
  g_auto (Controller) controller;
  struct snet *snet;

  controller_set_up (&controller, config_kernel, &self);
  snet = controller.kernel->snet;
  for (gsize i = 0; i < G_N_ELEMENTS (settings); i++)
    *setting (&config, i) = 100 + i;

  /* Each alone, and nothing else with it. */
  for (gsize i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      config.fields = settings[i].field;
      g_assert_cmpint (snet_config_set (snet, &config), ==, 0);
      g_assert_cmphex (self.config.fields, ==, settings[i].field);
      g_assert_cmpuint (*setting (&self.config, i), ==, 100 + i);
    }
  /* All of them, as they come from snet_config_get(). */
  config.fields = ALL_SETTINGS | SNET_CONFIG_FEATURES;
  g_assert_cmpint (snet_config_set (snet, &config), ==, 0);
  g_assert_cmphex (self.config.fields, ==, ALL_SETTINGS);
}

static void
test_config_get (void)
{
  ConfigKernel self = { 0 };
  struct snet_config config;
  g_auto (Controller) controller;
  struct snet *snet;

  controller_set_up (&controller, config_kernel, &self);
  snet = controller.kernel->snet;
  self.config.fields = ALL_SETTINGS | SNET_CONFIG_FEATURES;
  self.config.features = G_GUINT64_CONSTANT (0x100000007);
  for (gsize i = 0; i < G_N_ELEMENTS (settings); i++)
    *setting (&self.config, i) = 200 + i;
  g_assert_cmpint (snet_config_get (snet, &config), ==, 0);
  g_assert_cmphex (config.fields, ==, ALL_SETTINGS | SNET_CONFIG_FEATURES);
  g_assert_cmphex (config.features, ==, self.config.features);
  for (gsize i = 0; i < G_N_ELEMENTS (settings); i++)
    g_assert_cmpuint (*setting (&config, i), ==, 200 + i);
  g_assert_cmpint (snet_dispatch (snet), ==, 2);
  controller_assert_told (&controller, "40 41 ");

  /* An older kernel has but these. */
  self.config.fields = SNET_CONFIG_DELAY | SNET_CONFIG_POLICY;
  g_assert_cmpint (snet_config_get (snet, &config), ==, 0);
  g_assert_cmphex (config.fields, ==, SNET_CONFIG_DELAY | SNET_CONFIG_POLICY);
  g_assert_cmpuint (config.ticket_mode, ==, 0);
}

/* Half an answer is none, and leaves the output alone. */
static void
test_config_malformed (void)
{
  ConfigKernel self = { .config.fields = ALL_SETTINGS };
  struct snet_config config = { .delay = 5 };
  g_auto (Controller) controller;
  struct snet *snet;

  controller_set_up (&controller, config_kernel, &self);
  snet = controller.kernel->snet;
  for (gsize i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      self.bad = settings[i].attr;
      g_assert_cmpint (snet_config_get (snet, &config), ==, -EBADMSG);
    }
  self.bad = SNET_A_FEATURES;
  g_assert_cmpint (snet_config_get (snet, &config), ==, -EBADMSG);
  self.bad = 0;
  self.config.fields = ALL_SETTINGS & ~SNET_CONFIG_POLICY;
  g_assert_cmpint (snet_config_get (snet, &config), ==, -EBADMSG);
  controller.kernel->handler = ack_only;
  g_assert_cmpint (snet_config_get (snet, &config), ==, -EBADMSG);
  g_assert_cmpuint (config.delay, ==, 5);
}

/* data: an attribute to be left out. */
static void
stats_kernel (FakeKernel *kernel, const struct nlmsghdr *command, gpointer data)
{
  TestMessage message;

  g_assert_cmpint (command_number (command), ==, SNET_CMD_STATS_GET);
  g_assert_cmphex (command->nlmsg_flags, ==, NLM_F_REQUEST | NLM_F_ACK);
  message_begin_genl (&message, SNET_CMD_STATS_GET, 0, command->nlmsg_seq, TEST_PORT);
  for (guint16 i = SNET_A_STAT_REQUESTS; i <= SNET_A_STAT_FLOW_DROPPED; i++)
    {
      if ((i > SNET_A_STAT_PENDING && i < SNET_A_STAT_TICKET_ALLOWED) ||
          i == GPOINTER_TO_UINT (data))
        continue;
      message_put_u64 (&message, i, G_GUINT64_CONSTANT (0x100000000) + i);
    }
  fake_kernel_send (kernel, &message);
  fake_kernel_ack (kernel, command, 0, NULL);
}

static void
test_stats (void)
{
  g_auto (Controller) controller;
  struct snet_stats stats;
  struct snet *snet;

  controller_set_up (&controller, stats_kernel, NULL);
  snet = controller.kernel->snet;
  g_assert_cmpint (snet_stats_get (snet, &stats), ==, 0);
#define EXPECT(field, attr) g_assert_cmphex (stats.field, ==, 0x100000000 + attr)
  EXPECT (requests, SNET_A_STAT_REQUESTS);
  EXPECT (allowed, SNET_A_STAT_ALLOWED);
  EXPECT (denied, SNET_A_STAT_DENIED);
  EXPECT (cancelled, SNET_A_STAT_CANCELLED);
  EXPECT (timeout, SNET_A_STAT_TIMEOUT);
  EXPECT (no_controller, SNET_A_STAT_NO_CONTROLLER);
  EXPECT (controller_gone, SNET_A_STAT_CONTROLLER_GONE);
  EXPECT (queue_full, SNET_A_STAT_QUEUE_FULL);
  EXPECT (undeliverable, SNET_A_STAT_UNDELIVERABLE);
  EXPECT (pending, SNET_A_STAT_PENDING);
  EXPECT (ticket_allowed, SNET_A_STAT_TICKET_ALLOWED);
  EXPECT (ticket_denied, SNET_A_STAT_TICKET_DENIED);
  EXPECT (tickets, SNET_A_STAT_TICKETS);
  EXPECT (tickets_evicted, SNET_A_STAT_TICKETS_EVICTED);
  EXPECT (tickets_refused, SNET_A_STAT_TICKETS_REFUSED);
  EXPECT (flow_dropped, SNET_A_STAT_FLOW_DROPPED);
#undef EXPECT

  for (guint16 i = SNET_A_STAT_REQUESTS; i <= SNET_A_STAT_FLOW_DROPPED; i++)
    {
      if (i > SNET_A_STAT_PENDING && i < SNET_A_STAT_TICKET_ALLOWED)
        continue;
      controller.kernel->data = GUINT_TO_POINTER (i);
      g_assert_cmpint (snet_stats_get (snet, &stats), ==, -EBADMSG);
    }
}

/* What a command has to be like; those that are -1 have to be missing. */
typedef struct
{
  guint8 number;
  gint64 operation, family, type, protocol, hold;
} Expected;

static void
assert_attr (const struct nlmsghdr *command, guint16 attr, gint64 expected)
{
  if (expected < 0)
    g_assert_false (command_has (command, attr));
  else
    g_assert_cmpint (command_u32 (command, attr), ==, expected);
}

static void
expecting_kernel (FakeKernel *kernel, const struct nlmsghdr *command, gpointer data)
{
  Expected *expected = data;

  g_assert_cmpint (command_number (command), ==, expected->number);
  assert_attr (command, SNET_A_OPERATION, expected->operation);
  assert_attr (command, SNET_A_FAMILY, expected->family);
  assert_attr (command, SNET_A_TYPE, expected->type);
  assert_attr (command, SNET_A_PROTOCOL, expected->protocol);
  assert_attr (command, SNET_A_HOLD, expected->hold);
  fake_kernel_ack (kernel, command, -ENOSPC, "full");
}

static void
test_mediated (void)
{
  struct snet_mediated entry = {
    .operation = SNET_OP_SEND, .family = AF_UNIX, .type = 2, .protocol = 0, .hold = SNET_HOLD_THREAD
  };
  struct snet_mediated any = { .operation = SNET_OP_BIND,
                               .family = SNET_ANY,
                               .type = SNET_ANY,
                               .protocol = SNET_ANY,
                               .hold = SNET_HOLD_AUTO };
  g_auto (Controller) controller;
  struct snet *snet;
  Expected expected;

  controller_set_up (&controller, expecting_kernel, &expected);
  snet = controller.kernel->snet;
  expected = (Expected){ SNET_CMD_MEDIATE_ADD, SNET_OP_SEND, AF_UNIX, 2, 0, SNET_HOLD_THREAD };
  g_assert_cmpint (snet_mediated_add (snet, &entry), ==, -ENOSPC);
  g_assert_cmpstr (snet_strerror (snet, -ENOSPC), ==, "full");
  expected = (Expected){ SNET_CMD_MEDIATE_ADD, SNET_OP_BIND, -1, -1, -1, SNET_HOLD_AUTO };
  g_assert_cmpint (snet_mediated_add (snet, &any), ==, -ENOSPC);
  expected = (Expected){ SNET_CMD_MEDIATE_DEL, SNET_OP_SEND, AF_UNIX, 2, 0, -1 };
  g_assert_cmpint (snet_mediated_remove (snet, &entry), ==, -ENOSPC);
  expected = (Expected){ SNET_CMD_MEDIATE_DEL, SNET_OP_BIND, -1, -1, -1, -1 };
  g_assert_cmpint (snet_mediated_remove (snet, &any), ==, -ENOSPC);
  expected = (Expected){ SNET_CMD_MEDIATE_DEL, -1, -1, -1, -1, -1 };
  g_assert_cmpint (snet_mediated_clear (snet), ==, -ENOSPC);
  expected = (Expected){ SNET_CMD_TICKET_FLUSH, -1, -1, -1, -1, -1 };
  g_assert_cmpint (snet_ticket_flush (snet), ==, -ENOSPC);
}

static void
ticket_kernel (FakeKernel *kernel, const struct nlmsghdr *command, gpointer data)
{
  const struct snet_ticket_terms *terms = data;

  g_assert_cmpint (command_number (command), ==, SNET_CMD_VERDICT);
  g_assert_cmpuint (command_u64 (command, SNET_A_ID), ==, 9);
  g_assert_cmpuint (command_u32 (command, SNET_A_VERDICT), ==, SNET_VERDICT_DENY);
  g_assert_cmpuint (command_u32 (command, SNET_A_ERRNO), ==, EPERM);
  g_assert_cmpint (command_has (command, SNET_A_TICKET_FIELDS), ==, terms != NULL);
  if (terms)
    g_assert_cmphex (command_u64 (command, SNET_A_TICKET_FIELDS), ==, terms->fields);
  assert_attr (command, SNET_A_TICKET_MODE,
               terms && terms->mode != SNET_TICKET_DEFAULT ? (gint64)terms->mode : -1);
  assert_attr (command, SNET_A_TICKET_LIFETIME,
               terms && terms->lifetime != SNET_TICKET_DEFAULT ? (gint64)terms->lifetime : -1);
  fake_kernel_ack (kernel, command, 0, NULL);
}

static void
test_verdict_ticket (void)
{
  static const struct snet_ticket_terms cases[] = {
    { .fields = 0, .mode = SNET_TICKET_OFF, .lifetime = 0 },
    { .fields = SNET_FIELD_ALL, .mode = SNET_TICKET_DEFAULT, .lifetime = SNET_TICKET_DEFAULT },
    { .fields = SNET_FIELD_PROCESS, .mode = SNET_TICKET_EXTENDED, .lifetime = SNET_TICKET_DEFAULT },
    { .fields = SNET_FIELD_UID, .mode = SNET_TICKET_DEFAULT, .lifetime = 3600 },
    { .fields = G_MAXUINT64, .mode = 77, .lifetime = G_MAXUINT32 - 1 },
  };
  g_auto (Controller) controller;
  struct snet *snet;

  controller_set_up (&controller, ticket_kernel, NULL);
  snet = controller.kernel->snet;
  g_assert_cmpint (snet_verdict_ticket (snet, 9, SNET_VERDICT_DENY, EPERM, NULL), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      controller.kernel->data = (gpointer)&cases[i];
      g_assert_cmpint (snet_verdict_ticket (snet, 9, SNET_VERDICT_DENY, EPERM, &cases[i]), ==, 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/libsnet/config/set", test_config_set);
  g_test_add_func ("/libsnet/config/get", test_config_get);
  g_test_add_func ("/libsnet/config/malformed", test_config_malformed);
  g_test_add_func ("/libsnet/stats", test_stats);
  g_test_add_func ("/libsnet/mediated", test_mediated);
  g_test_add_func ("/libsnet/verdict-ticket", test_verdict_ticket);
  return g_test_run ();
}

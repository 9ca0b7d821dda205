/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bus ends and comes back: who is held stays so, rules go on, and all is there again. */
#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <unistd.h>

#include "fixture.h"
#include "snet-names.h"
#include "snetd-log.h"
#include "snetd-service.h"

#define AGENT "/agent"

/* Not one of the system's users: nobody waits for an agent of theirs. */
#define PERSON 65534

/* Longer than a bus takes to come back, so that nobody is taken for having left. */
#define AGENT_TIMEOUT_MS 60000

typedef struct
{
  PrivateBus *bus;
  char *state_dir;
  SnetdService *service;
  Client *root;
  Client *person;
  guint ready;
} Test;

static guint n_said; /* of the bus */

static GLogWriterOutput
count_message (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer unused)
{
  for (gsize i = 0; i < n_fields; i++)
    n_said +=
      g_str_equal (fields[i].key, "MESSAGE_ID") && g_str_equal (fields[i].value, SNETD_MESSAGE_BUS);
  return g_log_writer_default (level, fields, n_fields, NULL);
}

static void
ready_cb (SnetdService *service, Test *test)
{
  test->ready++;
}

static void
failed_cb (SnetdService *service, const char *message, Test *test)
{
  g_error ("%s", message);
}

static gboolean
is_ready (gpointer user_data)
{
  return ((Test *)user_data)->ready > 0;
}

static gboolean
has_said (gpointer user_data)
{
  return n_said >= GPOINTER_TO_UINT (user_data);
}

static void
set_up (Test *test, gconstpointer unused)
{
  SnetdDaemonOptions options = { .lists_dir = "/nowhere", .rules_dir = "/nowhere" };
  g_autoptr (GError) error = NULL;

  n_said = 0;
  fake_snet_reset ();
  test->bus = private_bus_new (SNET_TEST_DATA "/org.snet.conf");
  test->state_dir = g_dir_make_tmp ("snetd-XXXXXX", &error);
  g_assert_no_error (error);
  options.state_dir = test->state_dir;
  options.config_file = "/nowhere/snetd.conf";
  options.agent_timeout = AGENT_TIMEOUT_MS;
  test->service = snetd_service_new (private_bus_address (test->bus), &options, &error);
  g_assert_no_error (error);
  g_signal_connect (test->service, "ready", G_CALLBACK (ready_cb), test);
  g_signal_connect (test->service, "failed", G_CALLBACK (failed_cb), test);
  wait_until (is_ready, test, "snetd");
  test->ready = 0;
}

static void
tear_down (Test *test, gconstpointer unused)
{
  static const char *const names[] = { "rules.db",   "rules.db-wal",   "rules.db-shm",
                                       "journal.db", "journal.db-wal", "journal.db-shm",
                                       "mode",       "policy" };

  g_clear_pointer (&test->root, client_free);
  g_clear_pointer (&test->person, client_free);
  g_clear_object (&test->service);
  private_bus_free (test->bus);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (test->state_dir, names[i], NULL);

      g_unlink (path);
    }
  g_rmdir (test->state_dir);
  g_free (test->state_dir);
}

static void
connect_clients (Test *test)
{
  test->root = client_new_on (private_bus_connect (test->bus, 0));
  test->person = client_new_on (private_bus_connect (test->bus, PERSON));
}

static void
disconnect_clients (Test *test)
{
  g_clear_pointer (&test->root, client_free);
  g_clear_pointer (&test->person, client_free);
}

/* The bus is gone, and snetd has seen it. */
static void
stop_bus (Test *test)
{
  disconnect_clients (test);
  private_bus_stop (test->bus);
  wait_until (has_said, GUINT_TO_POINTER (n_said + 1), "the end of the bus");
}

static void
start_bus (Test *test)
{
  private_bus_start (test->bus);
  wait_until (is_ready, test, "snetd on the next bus");
  test->ready = 0;
}

static guint64
hold (guint16 port)
{
  struct snet_event event = fake_snet_event (PERSON);

  ((struct sockaddr_in *)&event.remote)->sin_port = htons (port);
  return fake_snet_hold (event);
}

static void
test_bus (Test *test, gconstpointer unused)
{
  guint64 before, rule, without;

  connect_clients (test);
  /* A call of snetd's is under way when the bus ends. */
  test->person->hangs = TRUE;
  client_add_agent (test->person, AGENT);
  client_add_rule (test->root, "{'action': <'deny'>, 'remote-port': <uint16 7>}");
  client_set_mode (test->root, "ask", "{'duration': <uint32 3600>}");
  before = hold (443);
  client_hears (test->person, "Ask 1");

  stop_bus (test);
  rule = hold (7);
  kernel_gets_verdict (rule, SNET_VERDICT_DENY, 0);
  without = hold (444);
  start_bus (test);
  g_assert_cmpuint (n_said, ==, 2);
  g_assert_true (fake_snet_waits (before));
  g_assert_true (fake_snet_waits (without));

  connect_clients (test);
  client_check_pending (test->root, "1 3");
  client_add_agent (test->person, AGENT);
  client_hears (test->person, "Ask 1");
  client_hears (test->person, "Ask 3");
  client_answer (test->root, before, "allow", "{}");
  client_answer (test->root, without, "deny", "{}");
  kernel_gets_verdict (before, SNET_VERDICT_ALLOW, 0);
  kernel_gets_verdict (without, SNET_VERDICT_DENY, 0);
  kernel_gets_verdict (hold (7), SNET_VERDICT_DENY, 0);
  client_check_control (test->root, "Kernel", "lsm");
  client_check_control (test->root, "VerdictDelay", "60");
  client_check_control (test->root, "Mode", "ask");
}

/* Again and again, and what was decided while there was no bus is in the journal. */
static void
test_often (Test *test, gconstpointer unused)
{
  g_autoptr (GVariant) events = NULL;

  connect_clients (test);
  client_add_rule (test->root, "{'action': <'deny'>, 'remote-port': <uint16 7>}");
  for (guint i = 0; i < 3; i++)
    {
      stop_bus (test);
      kernel_gets_verdict (hold (7), SNET_VERDICT_DENY, 0);
      start_bus (test);
    }
  connect_clients (test);
  events = client_query (test->root, "{'reason': <'rule'>}");
  g_assert_cmpuint (g_variant_n_children (events), ==, 3);
}

/* It ends while there is no bus. */
static void
test_end (Test *test, gconstpointer unused)
{
  hold (443);
  stop_bus (test);
  g_assert_true (snetd_service_reload (test->service, NULL));
  g_clear_object (&test->service);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  if (getuid () != 0)
    {
      g_print ("1..0 # SKIP only root can be different users on a bus\n");
      return 0;
    }
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  g_log_set_writer_func (count_message, NULL, NULL);

#define ADD(name, function) g_test_add (name, Test, NULL, set_up, function, tear_down)
  ADD ("/restart/bus", test_bus);
  ADD ("/restart/bus/often", test_often);
  ADD ("/restart/bus/end", test_end);
#undef ADD

  return g_test_run ();
}

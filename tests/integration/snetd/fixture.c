/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fixture.h"

#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <unistd.h>

#include "snet-names.h"

#define AGENT_TIMEOUT_MS 300

/* Most tests answer without being an agent. */
#define WAIT "[Prompts]\nAskWithoutAgent=wait\n"

static PrivateBus *bus;
static FakePolkit *polkit;
static FakeLogind *logind;
static GPtrArray *tests;    /* of FixtureTest */
static GPtrArray *warnings; /* of texts */
static GPtrArray *messages; /* of the ids of what was said */

static GLogWriterOutput
keep_warning (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer unused)
{
  for (gsize i = 0; i < n_fields; i++)
    {
      if (level == G_LOG_LEVEL_WARNING && g_str_equal (fields[i].key, "MESSAGE"))
        g_ptr_array_add (warnings, g_strdup (fields[i].value));
      if (g_str_equal (fields[i].key, "MESSAGE_ID"))
        g_ptr_array_add (messages, g_strdup (fields[i].value));
    }
  return g_log_writer_default (level, fields, n_fields, NULL);
}

guint
fixture_count_warnings (const char *pattern)
{
  guint count = 0;

  for (guint i = 0; i < warnings->len; i++)
    count += g_pattern_match_simple (pattern, g_ptr_array_index (warnings, i));
  return count;
}

guint
fixture_count_messages (const char *id)
{
  guint count = 0;

  for (guint i = 0; i < messages->len; i++)
    count += g_str_equal (id, g_ptr_array_index (messages, i));
  return count;
}

/* FALSE if the program has to be skipped, which has been said. */
static gboolean
init (void)
{
  setlocale (LC_ALL, "C.UTF-8");
  if (getuid () != 0)
    {
      g_print ("1..0 # SKIP only root can be different users on a bus\n");
      return FALSE;
    }

  tests = g_ptr_array_new_with_free_func (g_free);
  warnings = g_ptr_array_new_with_free_func (g_free);
  messages = g_ptr_array_new_with_free_func (g_free);
  bus = private_bus_new (SNET_TEST_DATA "/org.snet.conf");
  polkit = fake_polkit_new (private_bus_connect (bus, 0));
  logind = fake_logind_new (private_bus_connect (bus, 0));

  /* Warnings are part of many tests; mistakes are not. */
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  g_log_set_writer_func (keep_warning, NULL, NULL);
  return TRUE;
}

gboolean
fixture_has_member (void)
{
  return private_bus_has_member (bus);
}

static void
clean_up (void)
{
  g_ptr_array_unref (tests);
  fake_polkit_free (polkit);
  fake_logind_free (logind);
  private_bus_free (bus);
}

int
fixture_main (int argc, char **argv, void (*add_tests) (void))
{
  int status;

  g_test_init (&argc, &argv, NULL);
  if (!init ())
    return 0;
  add_tests ();
  status = g_test_run ();
  clean_up ();
  return status;
}

/* snetd */

static void
ready_cb (SnetdDaemon *daemon, Fixture *fixture)
{
  fixture->ready = TRUE;
}

static void
failed_cb (SnetdDaemon *daemon, const char *message, Fixture *fixture)
{
  fixture->failure = g_strdup (message);
}

static gboolean
has_started (gpointer user_data)
{
  Fixture *fixture = user_data;

  return fixture->ready || fixture->failure != NULL;
}

void
fixture_start (Fixture *fixture)
{
  const SnetdDaemonOptions options = {
    .state_dir = fixture->state_dir,
    .config_file = fixture->config_file,
    .lists_dir = fixture->lists_dir,
    .rules_dir = fixture->rules_dir,
    .hosts_file = fixture->hosts_file,
    .resolved = fixture->resolved,
    .resolved_monitor = fixture->resolved,
    .agent_timeout = fixture->agent_timeout,
    .session = fixture->session,
  };
  g_autoptr (GDBusConnection) connection = private_bus_connect (bus, 0);
  g_autoptr (GError) error = NULL;

  fixture->ready = FALSE;
  g_clear_pointer (&fixture->failure, g_free);
  fixture->daemon = snetd_daemon_new (connection, &options, &error);
  g_assert_no_error (error);
  g_signal_connect (fixture->daemon, "ready", G_CALLBACK (ready_cb), fixture);
  g_signal_connect (fixture->daemon, "failed", G_CALLBACK (failed_cb), fixture);
  wait_until (has_started, fixture, "snetd");
}

static gboolean
is_gone (gpointer user_data)
{
  return *(gpointer *)user_data == NULL && !fake_snet_is_open ();
}

void
fixture_stop (Fixture *fixture)
{
  gpointer left = fixture->daemon;

  if (fixture->daemon == NULL)
    return;

  /* Calls that wait for an answer may still hold it. */
  g_object_add_weak_pointer (left, &left);
  g_clear_object (&fixture->daemon);
  wait_until (is_gone, &left, "the end of snetd");
}

void
fixture_restart (Fixture *fixture)
{
  fixture_stop (fixture);
  fixture_start (fixture);
  g_assert_null (fixture->failure);
}

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  g_ptr_array_set_size (warnings, 0);
  g_ptr_array_set_size (messages, 0);
  fake_snet_reset ();
  fake_polkit_reset (polkit);
  fake_logind_reset (logind);
  fixture->polkit = polkit;
  fixture->logind = logind;
  fixture->agent_timeout = AGENT_TIMEOUT_MS;
  fixture->state_dir = g_dir_make_tmp ("snetd-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->config_file = g_build_filename (fixture->state_dir, "snetd.conf", NULL);
  g_assert_true (g_file_set_contents (fixture->config_file, WAIT, -1, NULL));
  fixture->lists_dir = g_build_filename (fixture->state_dir, "lists.d", NULL);
  g_assert_no_errno (g_mkdir (fixture->lists_dir, 0700));
  fixture->rules_dir = g_build_filename (fixture->state_dir, "rules.d", NULL);
  fixture->rules_db = g_build_filename (fixture->state_dir, "rules.db", NULL);
  fixture->mode_file = g_build_filename (fixture->state_dir, "mode", NULL);
  fixture->journal_db = g_build_filename (fixture->state_dir, "journal.db", NULL);
  fixture->hosts_file = g_build_filename (fixture->state_dir, "hosts", NULL);
  fixture->resolved = g_build_filename (fixture->state_dir, "resolved", NULL);
  fixture->root = client_new (0);
  fixture->alice = client_new (ALICE);
  fixture->bob = client_new (BOB);
}

static void
set_up_running (Fixture *fixture, gconstpointer unused)
{
  set_up (fixture, unused);
  fixture_start (fixture);
  g_assert_null (fixture->failure);
}

static void
remove_files (const char *directory)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (directory, name, NULL);

      g_unlink (path);
    }
  g_rmdir (directory);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  client_free (fixture->root);
  client_free (fixture->alice);
  client_free (fixture->bob);
  fixture_stop (fixture);

  remove_files (fixture->lists_dir);
  remove_files (fixture->rules_dir);
  remove_files (fixture->state_dir);
  g_free (fixture->lists_dir);
  g_free (fixture->state_dir);
  g_free (fixture->config_file);
  g_free (fixture->rules_dir);
  g_free (fixture->rules_db);
  g_free (fixture->mode_file);
  g_free (fixture->journal_db);
  g_free (fixture->hosts_file);
  g_free (fixture->resolved);
  g_free (fixture->failure);
}

/* A function's address does not fit a data pointer in ISO C. */
typedef struct
{
  FixtureFunc run;
} FixtureTest;

static void
run_test (Fixture *fixture, gconstpointer data)
{
  FixtureFunc test = *(void (*const *) (Fixture *))data;

  test (fixture);
}

static void
add (const char *path, FixtureFunc run, void (*start) (Fixture *, gconstpointer))
{
  FixtureTest *test = g_new (FixtureTest, 1);

  test->run = run;
  g_ptr_array_add (tests, test);
  g_test_add_vtable (path, sizeof (Fixture), test, (GTestFixtureFunc)start,
                     (GTestFixtureFunc)run_test, (GTestFixtureFunc)tear_down);
}

void
fixture_add (const char *path, FixtureFunc test)
{
  add (path, test, set_up_running);
}

void
fixture_add_stopped (const char *path, FixtureFunc test)
{
  add (path, test, set_up);
}

guint64
fixture_hold (Fixture *fixture, guint32 uid)
{
  struct snet_event event = fake_snet_event (uid);
  g_autofree char *requested = NULL;
  guint64 id;

  ((struct sockaddr_in *)&event.remote)->sin_port = htons (443 + fixture->held++);
  id = fake_snet_hold (event);
  requested = g_strdup_printf ("Requested %" G_GUINT64_FORMAT, id);

  client_hears (fixture->root, requested);
  return id;
}

guint64
fixture_hold_to_port (guint16 port)
{
  struct snet_event event = fake_snet_event (ALICE);

  ((struct sockaddr_in *)&event.remote)->sin_port = htons (port);
  return fake_snet_hold (event);
}

/* The programs on the bus are in client.c. */

Client *
client_new (guint32 uid)
{
  return client_new_on (private_bus_connect (bus, uid));
}

static gboolean
has_verdict (gpointer user_data)
{
  return fake_snet_verdict (*(guint64 *)user_data, NULL, NULL);
}

void
kernel_gets_any_verdict (guint64 id)
{
  wait_until (has_verdict, &id, "a verdict");
}

void
kernel_gets_verdict (guint64 id, enum snet_verdict verdict, int error)
{
  enum snet_verdict got_verdict;
  int got_error;

  kernel_gets_any_verdict (id);
  g_assert_true (fake_snet_verdict (id, &got_verdict, &got_error));
  g_assert_cmpint (got_verdict, ==, verdict);
  g_assert_cmpint (got_error, ==, error);
}

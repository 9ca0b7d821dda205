/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What destinations are called: shown, decided by, and for how long. */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "fake-resolved.h"
#include "fixture.h"

/* fake_snet_event() goes there. */
#define ADDRESS "192.0.2.1"

#define ALLOW_ALL "{'action': <'allow'>, 'operation': <'connect'>}"
#define DENY_BAD  "{'action': <'deny'>, 'locked': <true>, 'remote-host': <'bad.example.org'>}"

static void
write_hosts (Fixture *fixture, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents_full (fixture->hosts_file, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0644,
                            &error);
  g_assert_no_error (error);
}

/* "name source" of the only one that waits. */
static char *
get_shown (Client *client)
{
  g_autoptr (GVariant) reply = client_call (client, "Events.ListPending", NULL);
  g_autoptr (GVariant) events = g_variant_get_child_value (reply, 0);
  g_autoptr (GVariant) event = NULL;
  const char *name = "-", *source = "-";

  g_assert_cmpuint (g_variant_n_children (events), ==, 1);
  event = g_variant_get_child_value (events, 0);
  g_variant_lookup (event, "remote-host", "&s", &name);
  g_variant_lookup (event, "remote-host-source", "&s", &source);
  return g_strconcat (name, " ", source, NULL);
}

static void
check_shown (Client *client, const char *expected)
{
  g_autofree char *shown = get_shown (client);

  g_assert_cmpstr (shown, ==, expected);
}

typedef struct
{
  Client *client;
  const char *wanted;
} Showing;

static gboolean
is_shown (gpointer user_data)
{
  Showing *showing = user_data;
  g_autofree char *shown = get_shown (showing->client);

  return g_str_equal (shown, showing->wanted);
}

static void
wait_shown (Client *client, const char *wanted)
{
  Showing showing = { client, wanted };

  wait_until (is_shown, &showing, wanted);
}

/* resolved */

typedef struct
{
  FakeResolved *resolved;
  guint listeners;
} Listening;

static gboolean
has_listeners (gpointer user_data)
{
  Listening *listening = user_data;

  return fake_resolved_listeners (listening->resolved) >= listening->listeners;
}

/* It is there, and snetd hears it. */
static FakeResolved *
start_resolved (Fixture *fixture)
{
  Listening listening = { fake_resolved_new (fixture->resolved), 1 };

  wait_until (has_listeners, &listening, "snetd to listen");
  return listening.resolved;
}

/* Another address each time, so that nothing of it is known. */
static struct snet_event
event_to (const char *address)
{
  struct snet_event event = fake_snet_event (ALICE);

  g_assert_cmpint (inet_pton (AF_INET, address, &((struct sockaddr_in *)&event.remote)->sin_addr),
                   ==, 1);
  return event;
}

static guint64
hold_to (const char *address)
{
  return fake_snet_hold (event_to (address));
}

/* How often read_all() ends all tickets: its rule comes and goes. */
#define MARKED 2

static gboolean
has_verdict (gpointer user_data)
{
  return fake_snet_verdict (*(guint64 *)user_data, NULL, NULL);
}

/*
 * After this snetd has read all that resolved has sent before: it has read what comes last,
 * and decides by it. That may take more than one call, as none waits long for its name.
 */
static void
read_all (Fixture *fixture, FakeResolved *resolved)
{
  static guint count;
  g_autofree char *marker = g_strdup_printf ("198.51.100.%u", ++count);
  g_autoptr (GVariant) removed = NULL;
  enum snet_verdict verdict = SNET_VERDICT_ALLOW;
  guint64 rule, id;
  int error;

  rule = client_add_rule (fixture->root, "{'action': <'deny'>, 'errno': <'EPERM'>,"
                                         " 'locked': <true>, 'remote-host': <'marker.test'>}");
  fake_resolved_answer (resolved, "marker.test", marker, 60);
  for (guint i = 0; i < 100 && verdict == SNET_VERDICT_ALLOW; i++)
    {
      id = hold_to (marker);
      wait_until (has_verdict, &id, "a verdict");
      fake_snet_verdict (id, &verdict, &error);
    }
  g_assert_cmpint (verdict, ==, SNET_VERDICT_DENY);
  g_assert_cmpint (error, ==, EPERM);
  removed = client_call (fixture->root, "Rules.Remove", "(t)", rule);
}

/* Shown while it waits, and in the journal by that name. */
static void
test_resolved (Fixture *fixture)
{
  g_autoptr (FakeResolved) resolved = start_resolved (fixture);
  g_autoptr (GVariant) events = NULL;
  g_autoptr (GVariant) event = NULL;
  const char *source;
  guint64 id;

  fake_resolved_answer (resolved, "WWW.example.org", ADDRESS, 60);
  read_all (fixture, resolved);
  id = fixture_hold (fixture, ALICE);
  check_shown (fixture->alice, "www.example.org resolved");
  client_answer (fixture->root, id, "deny", "{}");
  kernel_gets_verdict (id, SNET_VERDICT_DENY, 0);

  events = client_query (fixture->alice, "{'remote-host': <'www.example.org'>,"
                                         " 'remote-host-source': <'resolved'>}");
  g_assert_cmpuint (g_variant_n_children (events), ==, 1);
  event = g_variant_get_child_value (events, 0);
  g_assert_true (g_variant_lookup (event, "remote-host-source", "&s", &source));
  g_assert_cmpstr (source, ==, "resolved");
}

/* Each of the three conditions on names. */
static void
test_rules (Fixture *fixture)
{
  static const char *const rules[] = {
    "{'action': <'deny'>, 'remote-host': <'www.example.org'>}",
    "{'action': <'deny'>, 'remote-domain': <'example.org'>}",
    "{'action': <'deny'>, 'remote-list': <'bad'>}",
  };
  g_autoptr (FakeResolved) resolved = start_resolved (fixture);
  g_autofree char *list = g_build_filename (fixture->lists_dir, "bad", NULL);

  g_assert_true (g_file_set_contents_full (list, "0.0.0.0 www.example.org\n", -1,
                                           G_FILE_SET_CONTENTS_CONSISTENT, 0644, NULL));
  fake_resolved_answer (resolved, "www.example.org", ADDRESS, 60);
  fake_resolved_answer (resolved, "www.example.net", "192.0.2.2", 60);
  read_all (fixture, resolved);

  for (gsize i = 0; i < G_N_ELEMENTS (rules); i++)
    {
      guint64 rule = client_add_rule (fixture->root, rules[i]);
      guint64 denied = hold_to (ADDRESS), asked = hold_to ("192.0.2.2");
      g_autofree char *requested = g_strdup_printf ("Requested %" G_GUINT64_FORMAT, asked);
      g_autoptr (GVariant) removed = NULL;

      kernel_gets_verdict (denied, SNET_VERDICT_DENY, 0);
      client_hears (fixture->root, requested);
      removed = client_call (fixture->root, "Rules.Remove", "(t)", rule);
      client_answer (fixture->root, asked, "allow", "{}");
    }
}

/*
 * resolved tells the program first: a call is not decided before its name has had a moment to
 * come, if a name could matter; and else it is.
 */
static void
test_late (Fixture *fixture)
{
  g_autoptr (FakeResolved) resolved = start_resolved (fixture);
  guint64 id;

  read_all (fixture, resolved);
  client_add_rule (fixture->root, ALLOW_ALL);
  id = hold_to ("192.0.2.3");
  fake_resolved_answer (resolved, "bad.example.org", "192.0.2.3", 60);
  kernel_gets_verdict (id, SNET_VERDICT_ALLOW, 0);

  client_add_rule (fixture->root, DENY_BAD);
  id = hold_to ("192.0.2.4");
  fake_resolved_answer (resolved, "bad.example.org", "192.0.2.4", 60);
  kernel_gets_verdict (id, SNET_VERDICT_DENY, 0);

  /* There is none. */
  id = hold_to ("192.0.2.5");
  kernel_gets_verdict (id, SNET_VERDICT_ALLOW, 0);
}

/* What somebody is asked about gets its name when it comes, and a rule on that is heard. */
static void
test_later (Fixture *fixture)
{
  g_autoptr (FakeResolved) resolved = start_resolved (fixture);
  guint64 one, two;

  read_all (fixture, resolved);
  client_add_agent (fixture->alice, "/agent");
  one = fixture_hold (fixture, ALICE);
  check_shown (fixture->alice, "- -");
  fake_resolved_answer (resolved, "www.example.org", ADDRESS, 60);
  wait_shown (fixture->alice, "www.example.org resolved");

  /* Whoever answers has read the first name. */
  fake_resolved_answer (resolved, "evil.example.net", ADDRESS, 60);
  client_answer (fixture->root, one, "allow", "{}");
  kernel_gets_verdict (one, SNET_VERDICT_ALLOW, 0);
  read_all (fixture, resolved);
  two = fixture_hold (fixture, ALICE);
  check_shown (fixture->alice, "evil.example.net resolved");
  client_answer (fixture->root, two, "deny", "{}");

  client_add_rule (fixture->root, DENY_BAD);
  one = hold_to ("192.0.2.6");
  {
    g_autofree char *requested = g_strdup_printf ("Requested %" G_GUINT64_FORMAT, one);

    client_hears (fixture->root, requested);
  }
  fake_resolved_answer (resolved, "bad.example.org", "192.0.2.6", 60);
  kernel_gets_verdict (one, SNET_VERDICT_DENY, 0);
}

/* A rule that an answer makes keeps the name, if it is one that can be decided by. */
static void
test_answer (Fixture *fixture)
{
  g_autoptr (FakeResolved) resolved = start_resolved (fixture);
  guint64 id;

  fake_resolved_answer (resolved, "www.example.org", ADDRESS, 60);
  fake_resolved_answer (resolved, "www.example.org", "192.0.2.2", 60);
  read_all (fixture, resolved);
  id = fixture_hold (fixture, ALICE);
  client_answer (fixture->root, id, "allow",
                 "{'lifetime': <'forever'>, 'match': <['remote-host', 'operation']>}");
  id = hold_to ("192.0.2.2");
  kernel_gets_verdict (id, SNET_VERDICT_ALLOW, 0);
}

/* Tickets */

static gboolean
has_flushed (gpointer user_data)
{
  return fake_snet_flushes () > *(guint *)user_data;
}

static struct snet_ticket_terms
decide (const char *address, enum snet_verdict verdict)
{
  struct snet_ticket_terms terms;
  guint64 id = hold_to (address);

  kernel_gets_verdict (id, verdict, 0);
  g_assert_true (fake_snet_ticket (id, &terms));
  g_assert_cmphex (terms.fields & SNET_FIELD_REMOTE_ADDR, ==, SNET_FIELD_REMOTE_ADDR);
  g_assert_cmphex (terms.fields & ~(guint64)SNET_FIELD_ALL, ==, 0);
  return terms;
}

/* A ticket is for one address, no longer than its name is believed, and ends when that changes. */
static void
test_tickets (Fixture *fixture)
{
  g_autoptr (FakeResolved) resolved = start_resolved (fixture);
  struct snet_ticket_terms terms;
  guint flushes;

  client_add_rule (fixture->root, ALLOW_ALL);
  client_add_rule (fixture->root, DENY_BAD);
  fake_resolved_answer (resolved, "bad.example.org", ADDRESS, 60);
  read_all (fixture, resolved);
  terms = decide (ADDRESS, SNET_VERDICT_DENY);
  g_assert_cmpuint (terms.mode, ==, SNET_TICKET_FIXED);
  g_assert_cmpuint (terms.lifetime, >, 600);
  g_assert_cmpuint (terms.lifetime, <=, 660);

  /* The same again, and what no ticket is about. */
  flushes = fake_snet_flushes ();
  fake_resolved_answer (resolved, "bad.example.org", ADDRESS, 60);
  fake_resolved_answer (resolved, "good.example.org", "192.0.2.200", 60);
  read_all (fixture, resolved);
  decide ("192.0.2.200", SNET_VERDICT_ALLOW);
  g_assert_cmpuint (fake_snet_flushes (), ==, flushes + MARKED);

  flushes = fake_snet_flushes ();
  fake_resolved_answer (resolved, "good.example.org", ADDRESS, 60);
  wait_until (has_flushed, &flushes, "the end of all tickets");
  decide (ADDRESS, SNET_VERDICT_ALLOW);

  /* That there is no name is something that can change as well. */
  terms = decide ("192.0.2.201", SNET_VERDICT_ALLOW);
  g_assert_cmphex (terms.lifetime, ==, SNET_TICKET_DEFAULT);
  flushes = fake_snet_flushes ();
  fake_resolved_answer (resolved, "bad.example.org", "192.0.2.201", 60);
  wait_until (has_flushed, &flushes, "the end of all tickets");
  decide ("192.0.2.201", SNET_VERDICT_DENY);
}

/* Where no rule asks for names, they are no matter. */
static void
test_no_matter (Fixture *fixture)
{
  g_autoptr (FakeResolved) resolved = start_resolved (fixture);
  struct snet_ticket_terms terms;
  guint flushes;
  guint64 id;

  read_all (fixture, resolved);
  client_add_rule (fixture->root, ALLOW_ALL);
  fake_resolved_answer (resolved, "one.example.org", ADDRESS, 60);
  id = hold_to (ADDRESS);
  kernel_gets_verdict (id, SNET_VERDICT_ALLOW, 0);
  g_assert_true (fake_snet_ticket (id, &terms));
  g_assert_cmphex (terms.fields, ==, SNET_FIELD_OPERATION);
  g_assert_cmphex (terms.lifetime, ==, SNET_TICKET_DEFAULT);

  flushes = fake_snet_flushes ();
  fake_resolved_answer (resolved, "two.example.org", ADDRESS, 60);
  read_all (fixture, resolved);
  g_assert_cmpuint (fake_snet_flushes (), ==, flushes + MARKED);
}

/* What comes from elsewhere */

/* No name server names this machine's own addresses. */
static void
test_own (Fixture *fixture)
{
  g_autoptr (FakeResolved) resolved = start_resolved (fixture);
  guint64 id;

  fake_resolved_answer (resolved, "www.example.org", "127.0.0.1", 60);
  fake_resolved_answer (resolved, "www.example.org", "0.0.0.0", 60);
  read_all (fixture, resolved);
  id = hold_to ("127.0.0.1");
  {
    g_autofree char *requested = g_strdup_printf ("Requested %" G_GUINT64_FORMAT, id);

    client_hears (fixture->root, requested);
  }
  check_shown (fixture->root, "- -");
  client_answer (fixture->root, id, "deny", "{}");
}

/* Messages that make no sense are passed over, which is said once, and the next is read. */
static void
test_malformed (Fixture *fixture)
{
  g_autoptr (FakeResolved) resolved = start_resolved (fixture);
  g_autofree char *huge = g_strnfill (3 * 1024 * 1024, '{');

  fake_resolved_send (resolved, huge);
  fake_resolved_send (resolved, "");
  fake_resolved_send (resolved, "nonsense");
  fake_resolved_send (resolved, "{\"parameters\":7}");
  read_all (fixture, resolved);
  g_assert_cmpuint (fixture_count_warnings ("*systemd-resolved is passed over*"), ==, 1);
  fixture_hold (fixture, ALICE);
  check_shown (fixture->alice, "- -");
}

/* It is started again: heard again, and what it said is still known. */
static void
test_restart (Fixture *fixture)
{
  FakeResolved *first = start_resolved (fixture);
  g_autoptr (FakeResolved) second = NULL;

  fake_resolved_answer (first, "www.example.org", ADDRESS, 60);
  read_all (fixture, first);
  fake_resolved_free (first);
  second = start_resolved (fixture);
  read_all (fixture, second);
  fixture_hold (fixture, ALICE);
  check_shown (fixture->alice, "www.example.org resolved");
}

/* Most machines have none: nothing is said of that, and nothing waits for a name. */
static void
test_none (Fixture *fixture)
{
  guint64 id;

  client_add_rule (fixture->root, ALLOW_ALL);
  client_add_rule (fixture->root, DENY_BAD);
  id = hold_to (ADDRESS);
  kernel_gets_verdict (id, SNET_VERDICT_ALLOW, 0);
  g_assert_cmpuint (fixture_count_warnings ("*"), ==, 0);
}

/* A file of the administrator's is believed more, and read when it changes. */
static void
test_file (Fixture *fixture)
{
  g_autoptr (FakeResolved) resolved = NULL;
  guint64 id;

  write_hosts (fixture, ADDRESS " printer.example.org\n");
  fixture_start (fixture);
  resolved = start_resolved (fixture);
  fake_resolved_answer (resolved, "evil.example.org", ADDRESS, 60);
  read_all (fixture, resolved);
  id = fixture_hold (fixture, ALICE);
  check_shown (fixture->alice, "printer.example.org hosts");
  client_answer (fixture->root, id, "deny", "{}");

  client_add_rule (fixture->root, "{'action': <'deny'>, 'remote-host': <'scanner.example.org'>}");
  id = hold_to ("192.0.2.9");
  write_hosts (fixture, "192.0.2.9 scanner.example.org\n");
  kernel_gets_verdict (id, SNET_VERDICT_DENY, 0);
}

/* Name servers: a resolver that answers when it is told to. */

typedef struct
{
  GResolver parent_instance;
  GQueue tasks; /* of GTask, in the order in which they came */
  guint asked;
} FakeServers;

typedef GResolverClass FakeServersClass;

GType fake_servers_get_type (void);

G_DEFINE_TYPE (FakeServers, fake_servers, G_TYPE_RESOLVER)

static void
lookup_by_address_async (GResolver *resolver,
                         GInetAddress *address,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  FakeServers *self = (FakeServers *)resolver;

  self->asked++;
  g_queue_push_tail (&self->tasks, g_task_new (resolver, cancellable, callback, user_data));
}

static char *
lookup_by_address_finish (GResolver *resolver, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
fake_servers_class_init (FakeServersClass *klass)
{
  klass->lookup_by_address_async = lookup_by_address_async;
  klass->lookup_by_address_finish = lookup_by_address_finish;
}

static void
fake_servers_init (FakeServers *self)
{
  g_queue_init (&self->tasks);
}

/* The one that was asked for first gets this name; NULL: there is none. */
static void
answer_servers (FakeServers *servers, const char *name)
{
  g_autoptr (GTask) task = g_queue_pop_head (&servers->tasks);

  g_assert_nonnull (task);
  if (name != NULL)
    g_task_return_pointer (task, g_strdup (name), g_free);
  else
    g_task_return_new_error (task, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "none");
}

static void
start_with_servers (Fixture *fixture, FakeServers *servers)
{
  g_assert_true (g_file_set_contents (
    fixture->config_file, "[Prompts]\nAskWithoutAgent=wait\n[Names]\nReverseLookup=yes\n", -1,
    NULL));
  g_resolver_set_default (G_RESOLVER (servers));
  fixture_start (fixture);
}

static gboolean
is_asked_again (gpointer user_data)
{
  Client *client = user_data;
  guint count = 0;

  for (guint i = 0; i < client->heard->len; i++)
    count += g_str_has_prefix (g_ptr_array_index (client->heard, i), "Ask ");
  return count == 2;
}

/* It is shown when it comes, to who was asked already, too; and no rule looks at it. */
static void
test_reverse (Fixture *fixture)
{
  g_autoptr (GObject) object = g_object_new (fake_servers_get_type (), NULL);
  FakeServers *servers = (FakeServers *)object;
  guint64 id;

  start_with_servers (fixture, servers);
  client_add_rule (fixture->root, "{'action': <'allow'>, 'remote-host': <'evil.example.org'>}");
  client_add_agent (fixture->alice, "/agent");
  id = fixture_hold (fixture, ALICE);
  check_shown (fixture->alice, "- -");
  g_assert_cmpuint (servers->asked, ==, 1);
  answer_servers (servers, "Evil.example.org");
  wait_shown (fixture->alice, "evil.example.org reverse");
  wait_until (is_asked_again, fixture->alice, "the question with the name");
  g_assert_true (fake_snet_waits (id));

  /* Nor can an answer make a rule of it. */
  client_check_answer_error (fixture->root, id, "allow",
                             "{'lifetime': <'forever'>, 'match': <['remote-host']>}",
                             "org.snet.Error.InvalidOption", "remote-host");
  client_answer (fixture->root, id, "deny", "{}");

  /* It is known now, and shown at once; and in the journal as what it is. */
  id = fixture_hold (fixture, ALICE);
  check_shown (fixture->alice, "evil.example.org reverse");
  g_assert_cmpuint (servers->asked, ==, 1);
  client_answer (fixture->root, id, "deny", "{}");
  {
    g_autoptr (GVariant) events =
      client_query (fixture->alice, "{'remote-host-source': <'reverse'>}");

    g_assert_cmpuint (g_variant_n_children (events), ==, 2);
  }
}

/* Few at a time; and that there is no name is not asked again. */
static void
test_reverse_bounds (Fixture *fixture)
{
  g_autoptr (GObject) object = g_object_new (fake_servers_get_type (), NULL);
  FakeServers *servers = (FakeServers *)object;
  guint64 id = 0;

  start_with_servers (fixture, servers);
  for (guint i = 1; i <= 10; i++)
    {
      g_autofree char *address = g_strdup_printf ("203.0.113.%u", i);
      g_autofree char *requested = NULL;

      id = hold_to (address);
      requested = g_strdup_printf ("Requested %" G_GUINT64_FORMAT, id);
      client_hears (fixture->root, requested);
    }
  g_assert_cmpuint (servers->asked, ==, 4);
  for (guint i = 0; i < 10; i++)
    {
      answer_servers (servers, NULL);
      client_sync (fixture->root);
    }
  g_assert_cmpuint (servers->asked, ==, 10);

  client_answer (fixture->root, id, "deny", "{}");
  id = hold_to ("203.0.113.10");
  {
    g_autofree char *requested = g_strdup_printf ("Requested %" G_GUINT64_FORMAT, id);

    client_hears (fixture->root, requested);
  }
  g_assert_cmpuint (servers->asked, ==, 10);
}

static void
add_tests (void)
{
  fixture_add ("/hosts/resolved", test_resolved);
  fixture_add ("/hosts/rules", test_rules);
  fixture_add ("/hosts/late", test_late);
  fixture_add ("/hosts/later", test_later);
  fixture_add ("/hosts/answer", test_answer);
  fixture_add ("/hosts/tickets", test_tickets);
  fixture_add ("/hosts/no-matter", test_no_matter);
  fixture_add ("/hosts/own", test_own);
  fixture_add ("/hosts/malformed", test_malformed);
  fixture_add ("/hosts/restart", test_restart);
  fixture_add ("/hosts/none", test_none);
  fixture_add_stopped ("/hosts/file", test_file);
  fixture_add_stopped ("/hosts/reverse", test_reverse);
  fixture_add_stopped ("/hosts/reverse-bounds", test_reverse_bounds);
}

int
main (int argc, char **argv)
{
  return fixture_main (argc, argv, add_tests);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules.Propose: what monitor mode has let pass, as rules. */
#include <arpa/inet.h>

#include "fixture.h"
#include "snet-names.h"

/* "PROGRAM OPERATION PORT xCOUNT; …", of the rules that are proposed to this client */
static char *
list_proposals (Client *client, const char *filter)
{
  g_autoptr (GVariant) dictionary =
    g_variant_parse (G_VARIANT_TYPE_VARDICT, filter, NULL, NULL, NULL);
  g_autoptr (GVariant) reply = client_call (client, "Rules.Propose", "(@a{sv})", dictionary);
  g_autoptr (GVariant) rules = g_variant_get_child_value (reply, 0);
  GString *list = g_string_new (NULL);

  for (gsize i = 0; i < g_variant_n_children (rules); i++)
    {
      g_autoptr (GVariant) rule = g_variant_get_child_value (rules, i);
      g_autofree char *text = g_variant_print (rule, FALSE);
      const char *program, *operation;
      guint16 port = 0;
      guint64 count;

      g_test_message ("%s", text);
      g_assert_true (g_variant_lookup (rule, "program", "&s", &program));
      g_assert_true (g_variant_lookup (rule, "operation", "&s", &operation));
      g_assert_true (g_variant_lookup (rule, "count", "t", &count));
      g_assert_true (g_variant_lookup (rule, "owner", "u", NULL));
      if (!g_variant_lookup (rule, "remote-port", "q", &port))
        g_variant_lookup (rule, "local-port", "q", &port);
      g_string_append_printf (list, "%s%s %s %u x%" G_GUINT64_FORMAT, i > 0 ? "; " : "",
                              strrchr (program, '/') + 1, operation, port, count);
    }
  return g_string_free (list, FALSE);
}

static void
check_proposals (Client *client, const char *filter, const char *expected)
{
  g_autofree char *list = list_proposals (client, filter);

  g_assert_cmpstr (list, ==, expected);
}

static guint64
learn (guint32 uid, enum snet_operation operation, guint16 local, guint16 remote)
{
  struct snet_event event = fake_snet_event (uid);
  struct sockaddr_in *address = (struct sockaddr_in *)&event.local;

  event.operation = operation;
  event.script = NULL;
  address->sin_family = AF_INET;
  address->sin_port = htons (local);
  event.local_len = sizeof *address;
  event.fields |= SNET_EVENT_LOCAL;
  ((struct sockaddr_in *)&event.remote)->sin_port = htons (remote);
  return fake_snet_hold (event);
}

/* The rules that come of it, when they are made, decide what they were made of, and no more. */
static void
test_propose (Fixture *fixture)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *name = g_path_get_basename (self);
  g_autofree char *all =
    g_strdup_printf ("%s connect 443 x3; %s connect 80 x2; %s listen 8000 x1", name, name, name);
  g_autofree char *alices = g_strdup_printf ("%s connect 443 x3; %s listen 8000 x1", name, name);
  g_autofree char *rest = g_strdup_printf ("%s connect 80 x2; %s listen 8000 x1", name, name);
  g_autofree char *rule = NULL;
  guint64 id = 0;

  /* What was asked, or decided by a rule, is not learned. */
  client_answer (fixture->root, fixture_hold (fixture, ALICE), "allow", "{}");
  client_add_rule (fixture->root, "{'action': <'deny'>, 'remote-port': <uint16 25>}");
  client_set_mode (fixture->root, "monitor", "{}");
  learn (ALICE, SNET_OP_CONNECT, 0, 25);
  for (guint i = 0; i < 3; i++)
    learn (ALICE, SNET_OP_CONNECT, 40000 + i, 443);
  for (guint i = 0; i < 2; i++)
    learn (BOB, SNET_OP_CONNECT, 40000 + i, 80);
  id = learn (ALICE, SNET_OP_LISTEN, 8000, 1);
  kernel_gets_verdict (id, SNET_VERDICT_ALLOW, 0);

  check_proposals (fixture->root, "{}", all);
  check_proposals (fixture->alice, "{}", alices);
  check_proposals (fixture->root, "{'uid': <uint32 1>}", alices);
  check_proposals (fixture->root, "{'operation': <'bind'>}", "");
  client_check_error (fixture->root, SNET_ERROR_NAME_INVALID_FILTER, "colour", "Rules.Propose",
                      "(@a{sv})", g_variant_new_parsed ("@a{sv} {'colour': <1>}"));

  rule = g_strdup_printf ("{'action': <'allow'>, 'owner': <uint32 1>, 'operation': <'connect'>,"
                          " 'program': <'%s'>, 'protocol': <'tcp'>, 'lifetime': <'forever'>,"
                          " 'remote-address': <'192.0.2.1'>, 'remote-port': <uint16 443>}",
                          self);
  client_add_rule (fixture->root, rule);
  check_proposals (fixture->root, "{}", rest);
  client_set_mode (fixture->root, "lockdown", "{}");
  id = learn (ALICE, SNET_OP_CONNECT, 50000, 443);
  kernel_gets_verdict (id, SNET_VERDICT_ALLOW, 0);
  id = learn (BOB, SNET_OP_CONNECT, 50000, 443);
  kernel_gets_verdict (id, SNET_VERDICT_DENY, 0);
}

/* A rule by path would be about what is there next, and by another's path about that. */
static void
test_propose_gone (Fixture *fixture)
{
  static const char *const programs[] = { "/usr/bin/gone (deleted)", "memfd:x (deleted)", NULL };
  struct snet_event event = fake_snet_event (ALICE);
  guint64 id = 0;

  client_set_mode (fixture->root, "monitor", "{}");
  for (gsize i = 0; programs[i] != NULL; i++)
    {
      event.program = programs[i];
      id = fake_snet_hold (event);
    }
  event.program = NULL;
  event.script = "/usr/bin/gone (deleted)";
  id = fake_snet_hold (event);
  kernel_gets_verdict (id, SNET_VERDICT_ALLOW, 0);
  {
    g_autoptr (GVariant) events = client_query (fixture->root, "{'reason': <'monitor'>}");

    g_assert_cmpuint (g_variant_n_children (events), ==, 3);
  }
  check_proposals (fixture->root, "{}", "");
}

/* As it is proposed it can be made. */
static void
test_propose_add (Fixture *fixture)
{
  static const enum snet_operation operations[] = {
    SNET_OP_BIND, SNET_OP_CONNECT, SNET_OP_LISTEN, SNET_OP_ACCEPT,
    SNET_OP_SEND, SNET_OP_RECEIVE, SNET_OP_CREATE,
  };
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) rules = NULL;
  guint64 id = 0;

  client_set_mode (fixture->root, "monitor", "{}");
  for (gsize i = 0; i < G_N_ELEMENTS (operations); i++)
    id = learn (ALICE, operations[i], 5000, 53);
  /* A script is what is allowed, not all that its interpreter could do. */
  id = fake_snet_hold (fake_snet_event (ALICE));
  kernel_gets_verdict (id, SNET_VERDICT_ALLOW, 0);
  reply = client_call (fixture->root, "Rules.Propose", "(a{sv})", NULL);
  rules = g_variant_get_child_value (reply, 0);
  g_assert_cmpuint (g_variant_n_children (rules), ==, G_N_ELEMENTS (operations) + 1);
  for (gsize i = 0; i < g_variant_n_children (rules); i++)
    {
      g_autoptr (GVariant) rule = g_variant_get_child_value (rules, i);
      g_autofree char *text = NULL;
      GVariantDict dict;
      GVariant *without;

      g_variant_dict_init (&dict, rule);
      g_assert_true (g_variant_dict_remove (&dict, "count"));
      without = g_variant_ref_sink (g_variant_dict_end (&dict));
      text = g_variant_print (without, TRUE);
      g_variant_unref (without);
      client_add_rule (fixture->root, text);
      if (strstr (text, "<uint16 443>") != NULL)
        g_assert_nonnull (strstr (text, "'script': <'/usr/bin/get'>"));
    }
  check_proposals (fixture->root, "{}", "");
}

static void
add_tests (void)
{
  fixture_add ("/propose/learned", test_propose);
  fixture_add ("/propose/gone", test_propose_gone);
  fixture_add ("/propose/added", test_propose_add);
}

int
main (int argc, char **argv)
{
  return fixture_main (argc, argv, add_tests);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who may do what, sees what and hears what: each member on the bus, for each kind of caller. */
#include "cell.h"

#include <string.h>

#include "snet-dbus-generated.h"

#define MEMBER PRIVATE_BUS_MEMBER_UID

/* The columns: who calls, and whose it is what the call is about. */
static const struct
{
  const char *name;
  guint32 uid;
  FakePolkitSeat seat;
  gint64 owner;
  gboolean password; /* has an administrator's, and offers it */
  gboolean no_polkit;
} callers[] = {
  { "root, for a user", 0, FAKE_POLKIT_ANY, ALICE, FALSE, FALSE },
  { "active, own", ALICE, FAKE_POLKIT_ACTIVE, ALICE, FALSE, FALSE },
  { "active, another's", ALICE, FAKE_POLKIT_ACTIVE, BOB, FALSE, FALSE },
  { "active, the system's", ALICE, FAKE_POLKIT_ACTIVE, CELL_SYSTEM, FALSE, FALSE },
  { "inactive, own", ALICE, FAKE_POLKIT_INACTIVE, ALICE, FALSE, FALSE },
  { "inactive, another's", ALICE, FAKE_POLKIT_INACTIVE, BOB, FALSE, FALSE },
  { "in no session, own", ALICE, FAKE_POLKIT_ANY, ALICE, FALSE, FALSE },
  { "in no session, another's", ALICE, FAKE_POLKIT_ANY, BOB, FALSE, FALSE },
  { "with a password, another's", ALICE, FAKE_POLKIT_ACTIVE, BOB, TRUE, FALSE },
  { "with a password, the system's", ALICE, FAKE_POLKIT_ACTIVE, CELL_SYSTEM, TRUE, FALSE },
  { "in the group snet, own", MEMBER, FAKE_POLKIT_ANY, MEMBER, FALSE, FALSE },
  { "in the group snet, another's", MEMBER, FAKE_POLKIT_ANY, BOB, FALSE, FALSE },
  { "no polkit, root", 0, FAKE_POLKIT_ANY, ALICE, FALSE, TRUE },
  { "no polkit, own", ALICE, FAKE_POLKIT_ACTIVE, ALICE, FALSE, TRUE },
  { "no polkit, another's", ALICE, FAKE_POLKIT_ACTIVE, BOB, FALSE, TRUE },
};

/*
 * The words are those of cell.h; -: there is no such thing. polkit decides by the defaults
 * of the policy file that is installed, the bus by the bus policy that is. Who has a password
 * gives it when asked, and is not asked for what only reads.
 */
static const struct
{
  const char *name;
  const char *words;
} table[] = {
  /* clang-format off */
  /*
                                      for  active              inactive      no session    password      group snet    no polkit
                                      user   own   other sys     own   other   own   other   other sys     own   other   root  own   other */
  { "Events.Verdict",              "yes    yes   no    -      no    no     no    no     yes   -      no    no     yes   no    no" },
  { "Events.Dismiss",              "yes    yes   no    -      no    no     no    no     yes   -      no    no     yes   no    no" },
  { "Events.ListPending",          "all    own   own   own    own   own    own   own    own   own    own   own    all   own   own" },
  { "Events.ListMissed",           "all    own   own   own    own   own    own   own    own   own    own   own    all   own   own" },
  { "Events.Query",                "all    own   own   own    own   own    own   own    own   own    own   own    all   own   own" },
  { "Events.Summarize",            "all    own   own   own    own   own    own   own    own   own    own   own    all   own   own" },
  { "Events.Read",                 "all    no    no    no     no    no     no    no     no    no     all   all    all   no    no" },
  { "Events.Requested",            "hears  deaf  deaf  -      deaf  deaf   deaf  deaf   deaf  -      hears hears  hears deaf  deaf" },
  { "Events.Decided",              "hears  deaf  deaf  -      deaf  deaf   deaf  deaf   deaf  -      hears hears  hears deaf  deaf" },
  { "Events.Cancelled",            "hears  deaf  deaf  -      deaf  deaf   deaf  deaf   deaf  -      hears hears  hears deaf  deaf" },
  { "Events.Recorded",             "hears  deaf  deaf  -      deaf  deaf   deaf  deaf   deaf  -      hears hears  hears deaf  deaf" },
  { "Rules.List",                  "all    own   own   own    own   own    own   own    own   own    own   own    all   own   own" },
  { "Rules.Lists",                 "all    own   own   own    own   own    own   own    own   own    own   own    all   own   own" },
  { "Rules.Get",                   "yes    yes   hid   yes    yes   hid    yes   hid    hid   yes    yes   hid    yes   yes   hid" },
  { "Rules.Add",                   "yes    yes   no    -      no    no     no    no     yes   -      no    no     yes   no    no" },
  { "Rules.Update",                "yes    yes   hid   no     no    hid    no    hid    yes   yes    no    hid    yes   no    hid" },
  { "Rules.Remove",                "yes    yes   hid   no     no    hid    no    hid    yes   yes    no    hid    yes   no    hid" },
  { "Rules.Import",                "yes    yes   no    no     no    no     no    no     yes   yes    no    no     yes   no    no" },
  { "Rules.Export (all)",          "all    own   own   own    own   own    own   own    own   own    own   own    all   own   own" },
  { "Rules.Export (one owner)",    "yes    yes   no    yes    yes   no     yes   no     no    yes    yes   no     yes   yes   no" },
  { "Rules.Explain",               "yes    yes   no    -      yes   no     yes   no     no    -      yes   no     yes   yes   no" },
  { "Rules.Propose",               "all    own   own   own    own   own    own   own    own   own    own   own    all   own   own" },
  { "Rules.Match",                 "all    own   own   own    own   own    own   own    own   own    own   own    all   own   own" },
  { "Rules.Added",                 "hears  hears hears hears  hears hears  hears hears  hears hears  hears hears  hears hears hears" },
  { "Rules.Changed",               "hears  hears hears hears  hears hears  hears hears  hears hears  hears hears  hears hears hears" },
  { "Rules.Removed",               "hears  hears hears hears  hears hears  hears hears  hears hears  hears hears  hears hears hears" },
  { "Agents.Register",             "deaf   hears deaf  -      hears deaf   hears deaf   deaf  -      hears deaf   deaf  hears deaf" },
  { "Agents.Unregister",           "hid    yes   hid   -      yes   hid    yes   hid    hid   -      yes   hid    hid   yes   hid" },
  { "Agents.Watch",                "deaf   hears deaf  -      hears deaf   hears deaf   deaf  -      hears deaf   deaf  hears deaf" },
  { "Agent.Ask",                   "yes    no    no    -      no    no     no    no     no    -      no    no     yes   no    no" },
  { "Agent.Withdraw",              "yes    no    no    -      no    no     no    no     no    -      no    no     yes   no    no" },
  { "Agent.Missed",                "yes    no    no    -      no    no     no    no     no    -      no    no     yes   no    no" },
  { "Agent.Decided",               "yes    no    no    -      no    no     no    no     no    -      no    no     yes   no    no" },
  { "Control.SetMode",             "yes    no    no    no     no    no     no    no     yes   yes    no    no     yes   no    no" },
  { "Control.SetVerdictDelay",     "yes    no    no    no     no    no     no    no     yes   yes    no    no     yes   no    no" },
  { "Control.SetVerdictPolicy",    "yes    no    no    no     no    no     no    no     yes   yes    no    no     yes   no    no" },
  { "Control.FlushTickets",        "yes    no    no    no     no    no     no    no     yes   yes    no    no     yes   no    no" },
  { "Control.Reload",              "yes    no    no    no     no    no     no    no     yes   yes    no    no     yes   no    no" },
  { "Control.GetStatistics",       "yes    yes   yes   yes    yes   yes    yes   yes    yes   yes    yes   yes    yes   yes   yes" },
  { "Control.Version",             "yes    yes   yes   yes    yes   yes    yes   yes    yes   yes    yes   yes    yes   yes   yes" },
  { "Control.Kernel",              "yes    yes   yes   yes    yes   yes    yes   yes    yes   yes    yes   yes    yes   yes   yes" },
  { "Control.Features",            "yes    yes   yes   yes    yes   yes    yes   yes    yes   yes    yes   yes    yes   yes   yes" },
  { "Control.Mode",                "yes    yes   yes   yes    yes   yes    yes   yes    yes   yes    yes   yes    yes   yes   yes" },
  { "Control.ModeUntil",           "yes    yes   yes   yes    yes   yes    yes   yes    yes   yes    yes   yes    yes   yes   yes" },
  { "Control.ModeAfter",           "yes    yes   yes   yes    yes   yes    yes   yes    yes   yes    yes   yes    yes   yes   yes" },
  { "Control.VerdictDelay",        "yes    yes   yes   yes    yes   yes    yes   yes    yes   yes    yes   yes    yes   yes   yes" },
  { "Control.VerdictPolicy",       "yes    yes   yes   yes    yes   yes    yes   yes    yes   yes    yes   yes    yes   yes   yes" },
  { "Properties.Get",              "yes    yes   yes   yes    yes   yes    yes   yes    yes   yes    yes   yes    yes   yes   yes" },
  { "Properties.GetAll",           "yes    yes   yes   yes    yes   yes    yes   yes    yes   yes    yes   yes    yes   yes   yes" },
  { "Properties.Set",              "bad    bad   bad   bad    bad   bad    bad   bad    bad   bad    bad   bad    bad   bad   bad" },
  { "Properties.PropertiesChanged", "hears  hears hears hears  hears hears  hears hears  hears hears  hears hears  hears hears hears" },
  { "Introspectable.Introspect",   "yes    yes   yes   yes    yes   yes    yes   yes    yes   yes    yes   yes    yes   yes   yes" },
  { "Peer.Ping",                   "yes    yes   yes   yes    yes   yes    yes   yes    yes   yes    yes   yes    yes   yes   yes" },
  { "Peer.GetMachineId",           "yes    yes   yes   yes    yes   yes    yes   yes    yes   yes    yes   yes    yes   yes   yes" },
  /* clang-format on */
};

static void
check_cell (Fixture *fixture, guint column, const char *name, const char *word)
{
  const guint32 uid = callers[column].uid;
  Cell cell = {
    .fixture = fixture,
    .uid = uid,
    .mine = uid == 0 ? ALICE : uid,
    .owner = callers[column].owner,
    .password = callers[column].password,
  };

  g_test_message ("%s: %s", name, callers[column].name);
  if (g_str_equal (word, "-"))
    return;
  if (uid == MEMBER && !fixture_has_member ())
    {
      g_test_message ("not checked: the bus cannot be given a group");
      return;
    }

  cell.client = client_new (uid);
  fake_polkit_seat (fixture->polkit, g_dbus_connection_get_unique_name (cell.client->connection),
                    callers[column].seat);
  if (callers[column].no_polkit)
    fake_polkit_lose_name (fixture->polkit);
  g_assert_cmpstr (cell_try (&cell, name), ==, word);
  if (callers[column].no_polkit)
    fake_polkit_own_name (fixture->polkit);
  client_free (cell.client);
}

/* The row that the test is named after. */
static void
test_row (Fixture *fixture)
{
  const char *name = g_test_get_path () + strlen ("/callers/");
  g_auto (GStrv) words = NULL;
  guint column = 0, row = 0;

  while (!g_str_equal (table[row].name, name))
    row++;
  fake_polkit_use_policy (fixture->polkit, SNET_TEST_DATA "/org.snet.policy.in");
  words = g_strsplit (table[row].words, " ", -1);
  for (guint i = 0; words[i] != NULL; i++)
    {
      if (words[i][0] == '\0')
        continue;
      g_assert_cmpuint (column, <, G_N_ELEMENTS (callers));
      check_cell (fixture, column++, name, words[i]);
    }
  g_assert_cmpuint (column, ==, G_N_ELEMENTS (callers));
}

/* All that is there has a row, and no row is about what is not. */

static void
add_member (GHashTable *members, const GDBusInterfaceInfo *interface, const char *member)
{
  g_hash_table_add (members, g_strdup_printf ("%s.%s", strrchr (interface->name, '.') + 1, member));
}

static void
add_members (GHashTable *members, const GDBusInterfaceInfo *interface)
{
  for (guint i = 0; interface->methods != NULL && interface->methods[i] != NULL; i++)
    add_member (members, interface, interface->methods[i]->name);
  for (guint i = 0; interface->signals != NULL && interface->signals[i] != NULL; i++)
    add_member (members, interface, interface->signals[i]->name);
  for (guint i = 0; interface->properties != NULL && interface->properties[i] != NULL; i++)
    add_member (members, interface, interface->properties[i]->name);
}

static gboolean
has_row (const char *member)
{
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_auto (GStrv) words = g_strsplit (table[i].name, " ", 2);

      if (g_str_equal (words[0], member))
        return TRUE;
    }
  return FALSE;
}

static GDBusNodeInfo *
introspect (Fixture *fixture)
{
  Cell cell = { .fixture = fixture, .client = fixture->root };
  g_autoptr (GVariant) reply = cell_introspect (&cell);
  g_autoptr (GError) error = NULL;
  GDBusNodeInfo *node;
  const char *xml;

  g_variant_get (reply, "(&s)", &xml);
  node = g_dbus_node_info_new_for_xml (xml, &error);
  g_assert_no_error (error);
  return node;
}

static void
test_complete (Fixture *fixture)
{
  g_autoptr (GHashTable) members = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GDBusNodeInfo) node = introspect (fixture);
  GHashTableIter iter;
  gpointer member;

  for (guint i = 0; node->interfaces[i] != NULL; i++)
    add_members (members, node->interfaces[i]);
  add_members (members, snet_dbus_agent_interface_info ());

  g_hash_table_iter_init (&iter, members);
  while (g_hash_table_iter_next (&iter, &member, NULL))
    {
      if (!has_row (member))
        g_error ("%s is on the bus, and not in the table", (const char *)member);
    }
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_auto (GStrv) words = g_strsplit (table[i].name, " ", 2);

      g_assert_true (g_hash_table_contains (members, words[0]));
    }
}

static void
add_tests (void)
{
  fixture_add ("/callers-table/is-complete", test_complete);
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autofree char *path = g_strconcat ("/callers/", table[i].name, NULL);

      fixture_add (path, test_row);
    }
}

int
main (int argc, char **argv)
{
  return fixture_main (argc, argv, add_tests);
}

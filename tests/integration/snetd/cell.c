/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How each member on the bus is tried, and what came of it. */
#include "cell.h"

#include <string.h>

#include "cell-call.h"
#include "snet-names.h"

#define STANDARD "org.freedesktop.DBus."
#define AGENT    "/agent"

static guint serial; /* so that no two things are alike */

/* org.snet.Events */

static guint64
miss (Cell *cell, guint32 uid)
{
  guint64 id = fixture_hold (cell->fixture, uid);
  g_autofree char *decided = g_strdup_printf ("Decided %" G_GUINT64_FORMAT " deny", id);

  fake_snet_time_out (id, SNET_VERDICT_DENY);
  client_hears (cell->fixture->root, decided);
  return id;
}

/* By root, who sees all: an entry with this id, and comment unless NULL. */
static gboolean
is_listed (Cell *cell, const char *method, guint64 id, const char *comment)
{
  g_autoptr (GVariant) reply = client_call (cell->fixture->root, method, NULL);
  g_autoptr (GVariant) list = g_variant_get_child_value (reply, 0);

  for (gsize i = 0; i < g_variant_n_children (list); i++)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (list, i);
      const char *its_comment = NULL;
      guint64 its_id;

      g_assert_true (g_variant_lookup (entry, "id", "t", &its_id));
      g_variant_lookup (entry, "comment", "&s", &its_comment);
      if (its_id == id && (comment == NULL || g_strcmp0 (comment, its_comment) == 0))
        return TRUE;
    }
  return FALSE;
}

static const char *
try_verdict (Cell *cell)
{
  const guint64 id = fixture_hold (cell->fixture, (guint32)cell->owner);
  GDBusMessage *reply =
    cell_call (cell, g_variant_new ("(ts@a{sv})", id, "allow", cell_no_options ()));

  return cell_judge_change (reply, !fake_snet_waits (id));
}

static const char *
try_dismiss (Cell *cell)
{
  const guint64 id = miss (cell, (guint32)cell->owner);
  GDBusMessage *reply = cell_call (cell, g_variant_new ("(t)", id));

  return cell_judge_change (reply, !is_listed (cell, "Events.ListMissed", id, NULL));
}

static const char *
try_list_pending (Cell *cell)
{
  fixture_hold (cell->fixture, cell->mine);
  fixture_hold (cell->fixture, BOB);
  return cell_judge_list (cell, cell_call (cell, NULL), "uid");
}

static const char *
try_list_missed (Cell *cell)
{
  miss (cell, cell->mine);
  miss (cell, BOB);
  return cell_judge_list (cell, cell_call (cell, NULL), "uid");
}

static const char *
try_query (Cell *cell)
{
  miss (cell, cell->mine);
  miss (cell, BOB);
  return cell_judge_list (
    cell, cell_call (cell, g_variant_new ("(@a{sv}u)", cell_no_options (), 0)), "uid");
}

/* It knows no own events, so there is no list to judge. */
static const char *
try_read (Cell *cell)
{
  g_autoptr (GDBusMessage) reply = NULL;
  const char *word;

  miss (cell, BOB);
  g_variant_unref (client_query (cell->fixture->root, "{}"));
  reply = cell_call (cell, g_variant_new ("(tu)", G_GUINT64_CONSTANT (0), 0));
  word = cell_judge (g_object_ref (reply));
  if (g_str_equal (word, "yes"))
    {
      g_autoptr (GVariant) values = g_variant_get_child_value (g_dbus_message_get_body (reply), 4);

      g_assert_cmpuint (g_variant_n_children (values), >, 0);
      return "all";
    }
  return word;
}

/* org.snet.Rules */

static char *
rule_comment (guint number)
{
  return g_strdup_printf ("rule-%u-", number);
}

static GVariant *
new_rule (gint64 owner)
{
  g_autofree char *comment = rule_comment (++serial);
  GVariantDict rule;

  g_variant_dict_init (&rule, NULL);
  g_variant_dict_insert (&rule, "action", "s", "deny");
  g_variant_dict_insert (&rule, "remote-port", "q", 25);
  g_variant_dict_insert (&rule, "comment", "s", comment);
  if (owner != CELL_SYSTEM)
    g_variant_dict_insert (&rule, "owner", "u", (guint32)owner);
  return g_variant_dict_end (&rule);
}

static guint64
make_rule (Cell *cell, gint64 owner)
{
  g_autoptr (GVariant) reply =
    client_call (cell->fixture->root, "Rules.Add", "(@a{sv})", new_rule (owner));
  guint64 id;

  g_variant_get (reply, "(t)", &id);
  return id;
}

static guint
count_rules (Cell *cell)
{
  g_autoptr (GVariant) reply = client_call (cell->fixture->root, "Rules.List", NULL);
  g_autoptr (GVariant) rules = g_variant_get_child_value (reply, 0);

  return (guint)g_variant_n_children (rules);
}

/* By whose rules a text is to be, for Import and Export. */
static GVariant *
transfer_options (Cell *cell)
{
  GVariantDict options;

  g_variant_dict_init (&options, NULL);
  if (cell->owner == CELL_SYSTEM)
    g_variant_dict_insert (&options, "system", "b", TRUE);
  else
    g_variant_dict_insert (&options, "owner", "u", (guint32)cell->owner);
  return g_variant_dict_end (&options);
}

static const char *
try_list_rules (Cell *cell)
{
  const guint64 of_system = make_rule (cell, CELL_SYSTEM);
  g_autoptr (GDBusMessage) reply = NULL;
  g_autofree char *text = NULL;
  g_autofree char *entry = g_strdup_printf ("uint64 %" G_GUINT64_FORMAT ">", of_system);

  make_rule (cell, cell->mine);
  make_rule (cell, BOB);
  reply = cell_call (cell, NULL);
  text = g_variant_print (g_dbus_message_get_body (reply), TRUE);
  g_assert_nonnull (strstr (text, entry));
  return cell_judge_list (cell, g_steal_pointer (&reply), "owner");
}

static void
name_list (Cell *cell, gint64 owner, const char *name)
{
  GVariantDict rule;
  g_autoptr (GVariant) reply = NULL;

  g_variant_dict_init (&rule, NULL);
  g_variant_dict_insert (&rule, "action", "s", "deny");
  g_variant_dict_insert (&rule, "remote-list", "s", name);
  if (owner != CELL_SYSTEM)
    g_variant_dict_insert (&rule, "owner", "u", (guint32)owner);
  reply = client_call (cell->fixture->root, "Rules.Add", "(@a{sv})", g_variant_dict_end (&rule));
}

/* Those that rules name which the caller may see. */
static const char *
try_lists (Cell *cell)
{
  g_autoptr (GDBusMessage) reply = NULL;
  g_autofree char *text = NULL;

  name_list (cell, CELL_SYSTEM, "of-system");
  name_list (cell, cell->mine, "of-mine");
  name_list (cell, BOB, "of-bob");
  reply = cell_call (cell, NULL);
  text = g_variant_print (g_dbus_message_get_body (reply), TRUE);
  g_assert_nonnull (strstr (text, "of-system"));
  g_assert_nonnull (strstr (text, "of-mine"));
  return strstr (text, "of-bob") ? "all" : "own";
}

static const char *
try_get (Cell *cell)
{
  return cell_judge (cell_call (cell, g_variant_new ("(t)", make_rule (cell, cell->owner))));
}

static const char *
try_add (Cell *cell)
{
  const guint rules = count_rules (cell);
  GDBusMessage *reply = cell_call (cell, g_variant_new ("(@a{sv})", new_rule (cell->owner)));

  return cell_judge_change (reply, count_rules (cell) == rules + 1);
}

static const char *
try_update (Cell *cell)
{
  const guint64 id = make_rule (cell, cell->owner);
  GVariant *rule = new_rule (cell->owner);
  g_autofree char *comment = rule_comment (serial);
  GDBusMessage *reply = cell_call (cell, g_variant_new ("(t@a{sv})", id, rule));

  return cell_judge_change (reply, is_listed (cell, "Rules.List", id, comment));
}

static const char *
try_remove (Cell *cell)
{
  const guint64 id = make_rule (cell, cell->owner);
  GDBusMessage *reply = cell_call (cell, g_variant_new ("(t)", id));

  return cell_judge_change (reply, !is_listed (cell, "Rules.List", id, NULL));
}

static const char *
try_import (Cell *cell)
{
  g_autofree char *text = g_strdup_printf ("[%u]\naction=deny\nremote-port=25\n", ++serial);
  const guint rules = count_rules (cell);
  GDBusMessage *reply =
    cell_call (cell, g_variant_new ("(ss@a{sv})", "snet", text, transfer_options (cell)));

  return cell_judge_change (reply, count_rules (cell) == rules + 1);
}

static gboolean
says_rule (GDBusMessage *reply, guint number)
{
  g_autofree char *comment = rule_comment (number);
  const char *text;

  g_variant_get (g_dbus_message_get_body (reply), "(&s)", &text);
  return strstr (text, comment) != NULL;
}

static const char *
try_export_all (Cell *cell)
{
  g_autoptr (GDBusMessage) reply = NULL;
  guint first = serial + 1;

  make_rule (cell, CELL_SYSTEM);
  make_rule (cell, cell->mine);
  make_rule (cell, BOB);
  reply = cell_call (cell, g_variant_new ("(@a{sv})", cell_no_options ()));
  g_assert_null (g_dbus_message_get_error_name (reply));
  g_assert_true (says_rule (reply, first) && says_rule (reply, first + 1));
  return says_rule (reply, first + 2) ? "all" : "own";
}

static const char *
try_export (Cell *cell)
{
  return cell_judge (cell_call (cell, g_variant_new ("(@a{sv})", transfer_options (cell))));
}

static const char *
try_explain (Cell *cell)
{
  GVariantDict event;

  g_variant_dict_init (&event, NULL);
  g_variant_dict_insert (&event, "uid", "u", (guint32)cell->owner);
  return cell_judge (cell_call (cell, g_variant_new ("(@a{sv})", g_variant_dict_end (&event))));
}

static const char *
try_propose (Cell *cell)
{
  const guint32 uids[] = { cell->mine, BOB };

  client_set_mode (cell->fixture->root, "monitor", "{}");
  for (guint i = 0; i < G_N_ELEMENTS (uids); i++)
    {
      struct snet_event event = fake_snet_event (uids[i]);

      event.script = NULL;
      kernel_gets_verdict (fake_snet_hold (event), SNET_VERDICT_ALLOW, 0);
    }
  return cell_judge_list (cell, cell_call (cell, g_variant_new ("(@a{sv})", cell_no_options ())),
                          "owner");
}

/* Of an event of the caller and one of Bob, with a rule of nobody in particular: what is looked at?
 */
static const char *
try_match (Cell *cell)
{
  const guint32 uids[] = { cell->mine, BOB };
  g_autoptr (GDBusMessage) reply = NULL;
  g_autoptr (GVariant) written = NULL;
  guint matched, examined;

  client_set_mode (cell->fixture->root, "monitor", "{}");
  for (guint i = 0; i < G_N_ELEMENTS (uids); i++)
    kernel_gets_verdict (fake_snet_hold (fake_snet_event (uids[i])), SNET_VERDICT_ALLOW, 0);
  written = client_query (cell->fixture->root, "{}");
  reply = cell_call (cell, g_variant_new_parsed ("({'action': <'allow'>}, @a{sv} {})"));
  g_assert_null (g_dbus_message_get_error_name (reply));
  g_variant_get (g_dbus_message_get_body (reply), "(uu)", &matched, &examined);
  if (examined == g_variant_n_children (written))
    return "all";
  /* One cell comes after the other, on one journal. */
  g_assert_cmpuint (examined * 2, <=, g_variant_n_children (written));
  g_assert_cmpuint (matched, ==, examined);
  return "own";
}

/* Of an event of the caller and one of Bob: how many are counted? */
static const char *
try_summarize (Cell *cell)
{
  const guint32 uids[] = { cell->mine, BOB };
  g_autoptr (GDBusMessage) reply = NULL;
  g_autoptr (GVariant) written = NULL;
  g_autoptr (GVariant) summary = NULL;
  guint64 events;

  client_set_mode (cell->fixture->root, "monitor", "{}");
  for (guint i = 0; i < G_N_ELEMENTS (uids); i++)
    kernel_gets_verdict (fake_snet_hold (fake_snet_event (uids[i])), SNET_VERDICT_ALLOW, 0);
  written = client_query (cell->fixture->root, "{}");
  reply = cell_call (cell, g_variant_new_parsed ("({'since': <int64 0>}, uint32 1)"));
  g_assert_null (g_dbus_message_get_error_name (reply));
  summary = g_variant_get_child_value (g_dbus_message_get_body (reply), 0);
  g_assert_true (g_variant_lookup (summary, "events", "t", &events));
  if (events == g_variant_n_children (written))
    return "all";
  /* One cell comes after the other, on one journal. */
  g_assert_cmpuint (events * 2, <=, g_variant_n_children (written));
  return "own";
}

/* org.snet.Agents, org.snet.Agent */

/* Is the caller's agent asked about what is its owner's? */
static const char *
try_register (Cell *cell)
{
  g_autofree char *ask = NULL;

  client_add_agent (cell->client, AGENT);
  ask =
    g_strdup_printf ("Ask %" G_GUINT64_FORMAT, fixture_hold (cell->fixture, (guint32)cell->owner));
  if (cell->uid == cell->owner)
    {
      client_hears (cell->client, ask);
      return "hears";
    }
  /* When it has come to this one, the first one has been offered. */
  fixture_hold (cell->fixture, (guint32)cell->owner);
  client_has_not_heard (cell->client, ask);
  return "deaf";
}

static const char *
try_unregister (Cell *cell)
{
  g_autoptr (Client) other = client_new ((guint32)cell->owner);

  client_add_agent (cell->uid == cell->owner ? cell->client : other, AGENT);
  return cell_judge (cell_call (cell, g_variant_new ("(o)", AGENT)));
}

static const char *
try_watch (Cell *cell)
{
  const guint64 id = fixture_hold (cell->fixture, (guint32)cell->owner);
  const guint64 last = fixture_hold (cell->fixture, (guint32)cell->owner);
  g_autofree char *decided = g_strdup_printf ("AgentDecided %" G_GUINT64_FORMAT " deny", id);

  client_add_watcher (cell->client, AGENT);
  client_answer (cell->fixture->root, id, "deny", "{}");
  client_answer (cell->fixture->root, last, "deny", "{}");
  if (cell->uid == cell->owner)
    {
      client_hears (cell->client, decided);
      return "hears";
    }
  client_sync (cell->client);
  client_has_not_heard (cell->client, decided);
  return "deaf";
}

/* Calls the agent of its owner, past snetd. */
static const char *
call_agent (Cell *cell, const char *arguments)
{
  g_autoptr (Client) agent = client_new ((guint32)cell->owner);

  client_add_agent (agent, AGENT);
  return cell_judge (cell_call_at (cell, g_dbus_connection_get_unique_name (agent->connection),
                                   AGENT, cell->interface, cell->member,
                                   g_variant_new_parsed (arguments)));
}

static const char *
try_ask (Cell *cell)
{
  return call_agent (cell, "(uint64 1, {'id': <uint64 1>, 'count': <uint32 1>})");
}

static const char *
try_withdraw (Cell *cell)
{
  return call_agent (cell, "(uint64 1, 'answered')");
}

static const char *
try_missed (Cell *cell)
{
  return call_agent (cell, "(uint32 1,)");
}

static const char *
try_decided (Cell *cell)
{
  return call_agent (cell, "(uint64 1, 'allow', {'verdict': <'allow'>})");
}

/* org.snet.Control */

static gboolean
control_is (Cell *cell, const char *property, const char *value)
{
  g_autofree char *got = client_get_control (cell->fixture->root, property);

  return g_str_equal (got, value);
}

static const char *
try_set_mode (Cell *cell)
{
  GDBusMessage *reply;

  client_set_mode (cell->fixture->root, "ask", "{}");
  reply = cell_call (cell, g_variant_new ("(s@a{sv})", "monitor", cell_no_options ()));
  return cell_judge_change (reply, control_is (cell, "Mode", "monitor"));
}

static const char *
try_set_delay (Cell *cell)
{
  const guint32 delay = 100 + ++serial;
  GDBusMessage *reply = cell_call (cell, g_variant_new ("(u)", delay));

  return cell_judge_change (reply, fake_snet_config ().delay == delay);
}

static const char *
try_set_policy (Cell *cell)
{
  const enum snet_verdict policy =
    fake_snet_config ().policy == SNET_VERDICT_ALLOW ? SNET_VERDICT_DENY : SNET_VERDICT_ALLOW;
  GDBusMessage *reply =
    cell_call (cell, g_variant_new ("(s)", policy == SNET_VERDICT_ALLOW ? "allow" : "deny"));

  return cell_judge_change (reply, fake_snet_config ().policy == policy);
}

static const char *
try_flush (Cell *cell)
{
  const guint flushes = fake_snet_flushes ();
  GDBusMessage *reply = cell_call (cell, NULL);

  return cell_judge_change (reply, fake_snet_flushes () == flushes + 1);
}

static const char *
try_reload (Cell *cell)
{
  const guint32 delay = 100 + ++serial;
  g_autofree char *config = g_strdup_printf ("[Verdict]\nDelay=%u\n", delay);
  GDBusMessage *reply;

  g_assert_true (g_file_set_contents (cell->fixture->config_file, config, -1, NULL));
  reply = cell_call (cell, NULL);
  return cell_judge_change (reply, fake_snet_config ().delay == delay);
}

GVariant *
cell_introspect (Cell *cell)
{
  g_autoptr (GDBusMessage) reply = cell_call_at (cell, SNET_BUS_NAME, SNET_OBJECT_PATH,
                                                 STANDARD "Introspectable", "Introspect", NULL);

  g_assert_null (g_dbus_message_get_error_name (reply));
  return g_variant_ref (g_dbus_message_get_body (reply));
}

static const char *
try_plain (Cell *cell)
{
  return cell_judge (cell_call (cell, NULL));
}

/* Properties */

static const char *
try_property (Cell *cell)
{
  return cell_judge (cell_call_at (cell, SNET_BUS_NAME, SNET_OBJECT_PATH, STANDARD "Properties",
                                   "Get", g_variant_new ("(ss)", cell->interface, cell->member)));
}

static const char *
try_properties_get (Cell *cell)
{
  return cell_judge (cell_call (cell, g_variant_new ("(ss)", SNET_INTERFACE_CONTROL, "Mode")));
}

static const char *
try_properties_get_all (Cell *cell)
{
  return cell_judge (cell_call (cell, g_variant_new ("(s)", SNET_INTERFACE_CONTROL)));
}

static const char *
try_properties_set (Cell *cell)
{
  GDBusMessage *reply = cell_call (cell, g_variant_new ("(ssv)", SNET_INTERFACE_CONTROL, "Mode",
                                                        g_variant_new_string ("monitor")));

  return cell_judge_change (reply, control_is (cell, "Mode", "monitor"));
}

/* Signals. Root hears them all, and the bus gives them to all at once. */

static const char *
hears_id (Cell *cell, guint64 id, const char *word)
{
  g_autofree char *what = g_strdup_printf ("%s %" G_GUINT64_FORMAT "%s", cell->member, id, word);

  client_hears (cell->fixture->root, what);
  client_sync (cell->client);
  return g_ptr_array_find_with_equal_func (cell->client->heard, what, g_str_equal, NULL) ? "hears"
                                                                                         : "deaf";
}

static const char *
hear_requested (Cell *cell)
{
  return hears_id (cell, fixture_hold (cell->fixture, (guint32)cell->owner), "");
}

static const char *
hear_decided (Cell *cell)
{
  return hears_id (cell, miss (cell, (guint32)cell->owner), " deny");
}

static const char *
hear_cancelled (Cell *cell)
{
  guint64 id = fixture_hold (cell->fixture, (guint32)cell->owner);

  fake_snet_kill (id);
  return hears_id (cell, id, " exited");
}

static const char *
hear_recorded (Cell *cell)
{
  guint64 last;

  miss (cell, (guint32)cell->owner);
  {
    g_autoptr (GVariant) events = client_query (cell->fixture->root, "{}");
    g_autoptr (GVariant) newest = g_variant_get_child_value (events, 0);

    g_assert_true (g_variant_lookup (newest, "serial", "t", &last));
  }
  return hears_id (cell, last, "");
}

static const char *
hear_added (Cell *cell)
{
  return hears_id (cell, make_rule (cell, cell->owner), "");
}

static const char *
hear_changed (Cell *cell)
{
  guint64 id = make_rule (cell, cell->owner);
  g_autoptr (GVariant) reply =
    client_call (cell->fixture->root, "Rules.Update", "(t@a{sv})", id, new_rule (cell->owner));

  return hears_id (cell, id, "");
}

static const char *
hear_removed (Cell *cell)
{
  guint64 id = make_rule (cell, cell->owner);
  g_autoptr (GVariant) reply = client_call (cell->fixture->root, "Rules.Remove", "(t)", id);

  return hears_id (cell, id, "");
}

static const char *
hear_properties (Cell *cell)
{
  const guint32 delay = 100 + ++serial;
  g_autofree char *what = g_strdup_printf ("VerdictDelay %u", delay);
  g_autoptr (GVariant) reply =
    client_call (cell->fixture->root, "Control.SetVerdictDelay", "(u)", delay);

  client_sees (cell->fixture->root, what);
  client_sync (cell->client);
  return g_ptr_array_find_with_equal_func (cell->client->seen, what, g_str_equal, NULL) ? "hears"
                                                                                        : "deaf";
}

static gboolean
is_standard (const char *interface)
{
  return g_str_equal (interface, "Properties") || g_str_equal (interface, "Introspectable") ||
         g_str_equal (interface, "Peer");
}

/* Does it, and says in the table's words what came of it. */
typedef const char *(*Try) (Cell *cell);

static const struct
{
  const char *name;
  Try run;
} tries[] = {
  { "Events.Verdict", try_verdict },
  { "Events.Dismiss", try_dismiss },
  { "Events.ListPending", try_list_pending },
  { "Events.ListMissed", try_list_missed },
  { "Events.Query", try_query },
  { "Events.Summarize", try_summarize },
  { "Events.Read", try_read },
  { "Events.Requested", hear_requested },
  { "Events.Decided", hear_decided },
  { "Events.Cancelled", hear_cancelled },
  { "Events.Recorded", hear_recorded },
  { "Rules.List", try_list_rules },
  { "Rules.Lists", try_lists },
  { "Rules.Get", try_get },
  { "Rules.Add", try_add },
  { "Rules.Update", try_update },
  { "Rules.Remove", try_remove },
  { "Rules.Import", try_import },
  { "Rules.Export (all)", try_export_all },
  { "Rules.Export (one owner)", try_export },
  { "Rules.Explain", try_explain },
  { "Rules.Propose", try_propose },
  { "Rules.Match", try_match },
  { "Rules.Added", hear_added },
  { "Rules.Changed", hear_changed },
  { "Rules.Removed", hear_removed },
  { "Agents.Register", try_register },
  { "Agents.Unregister", try_unregister },
  { "Agents.Watch", try_watch },
  { "Agent.Ask", try_ask },
  { "Agent.Withdraw", try_withdraw },
  { "Agent.Missed", try_missed },
  { "Agent.Decided", try_decided },
  { "Control.SetMode", try_set_mode },
  { "Control.SetVerdictDelay", try_set_delay },
  { "Control.SetVerdictPolicy", try_set_policy },
  { "Control.FlushTickets", try_flush },
  { "Control.Reload", try_reload },
  { "Control.GetStatistics", try_plain },
  { "Control.Version", try_property },
  { "Control.Kernel", try_property },
  { "Control.Features", try_property },
  { "Control.Mode", try_property },
  { "Control.ModeUntil", try_property },
  { "Control.ModeAfter", try_property },
  { "Control.VerdictDelay", try_property },
  { "Control.VerdictPolicy", try_property },
  { "Properties.Get", try_properties_get },
  { "Properties.GetAll", try_properties_get_all },
  { "Properties.Set", try_properties_set },
  { "Properties.PropertiesChanged", hear_properties },
  { "Introspectable.Introspect", try_plain },
  { "Peer.Ping", try_plain },
  { "Peer.GetMachineId", try_plain },
};

const char *
cell_try (Cell *cell, const char *name)
{
  g_auto (GStrv) parts = g_strsplit_set (name, ". ", 3);
  g_autofree char *interface = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (tries); i++)
    {
      if (!g_str_equal (name, tries[i].name))
        continue;
      interface = g_strconcat (is_standard (parts[0]) ? STANDARD : "org.snet.", parts[0], NULL);
      cell->interface = interface;
      cell->member = parts[1];
      return tries[i].run (cell);
    }
  g_error ("nothing says how to try %s", name);
}

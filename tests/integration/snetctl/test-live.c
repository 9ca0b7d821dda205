/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The log, and what snetctl shows while it happens. */
#include <json-glib/json-glib.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "ctl.h"
#include "snet-names.h"

static guint
count_lines (const char *text)
{
  guint count = 0;

  for (const char *p = text; *p; p++)
    count += *p == '\n';
  return count;
}

/* A call of Alice's to this port, denied by root. */
static guint64
deny_to (Fixture *fixture, guint16 port)
{
  guint64 id = fixture_hold_to_port (port);

  client_answer (fixture->root, id, "deny", "{}");
  return id;
}

/* The ports of the lines, in their order: "443 444". */
static char *
list_ports (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  GString *ports = g_string_new (NULL);

  for (guint i = 0; lines[i]; i++)
    {
      const char *at = strstr (lines[i], "192.0.2.1:");

      if (at)
        g_string_append_printf (ports, "%s%u", ports->len ? " " : "",
                                (guint)g_ascii_strtoull (at + strlen ("192.0.2.1:"), NULL, 10));
    }
  return g_string_free (ports, FALSE);
}

static void
check_ports (const char *arguments, const char *wanted)
{
  g_autoptr (Ctl) ctl = ctl_run (0, "%s", arguments);
  g_autofree char *ports = list_ports (ctl->out->str);

  g_assert_cmpint (ctl->status, ==, 0);
  g_assert_cmpstr (ports, ==, wanted);
}

static void
test_log (Fixture *fixture)
{
  for (guint16 port = 1; port <= 5; port++)
    deny_to (fixture, port);
  check_ports ("log", "1 2 3 4 5");
  check_ports ("log --reverse", "5 4 3 2 1");
  check_ports ("log -n 2", "4 5");
  check_ports ("log -rn 2", "5 4");
  check_ports ("log -n all --remote-port 3", "3");
  check_ports ("log --verdict allow", "");
  check_ports ("log --uid daemon --text 192.0.2 --before 4 --after 1", "2 3");
  check_ports ("log --since tomorrow", "");
  check_ports ("log --since '1 hour ago' --until '+1h'", "1 2 3 4 5");
  ctl_check (ALICE, "log -n 1", SNETCTL_EXIT_OK,
             "* deny *daemon *connect *192.0.2.1:5/tcp *user\n");
  ctl_check (BOB, "log", SNETCTL_EXIT_OK, "");
  ctl_check (0, "log -n few", SNETCTL_EXIT_USAGE, "*few*");
  ctl_check (0, "log --since soon", SNETCTL_EXIT_USAGE, "*soon*");
  ctl_check (0, "log --json --csv", SNETCTL_EXIT_USAGE, "*");
  ctl_check (0, "log today", SNETCTL_EXIT_USAGE, "*today*");
}

/* More than a page, and than snetd gives at a time. */
static void
test_pages (Fixture *fixture)
{
  g_autoptr (GString) wanted = g_string_new (NULL);

  client_add_rule (fixture->root, "{'action': <'deny'>}");
  for (guint16 port = 1; port <= 1050; port++)
    {
      guint64 id = fixture_hold_to_port (port);

      g_string_append_printf (wanted, "%s%u", port > 1 ? " " : "", port);
      if (port % 50 == 0 || port == 1050)
        kernel_gets_any_verdict (id);
    }
  check_ports ("log -n all", wanted->str);
  check_ports ("log -n 1001 --remote-port 5", "5");
  {
    g_autoptr (Ctl) lines = ctl_run (0, "log");
    g_autoptr (Ctl) json = ctl_run (0, "log --json");
    g_autoptr (Ctl) csv = ctl_run (0, "log --csv --reverse");

    g_assert_cmpuint (count_lines (lines->out->str), ==, 100);
    g_assert_cmpuint (count_lines (json->out->str), ==, 1050);
    g_assert_cmpuint (count_lines (csv->out->str), ==, 1051);
  }
}

/* What a program calls itself comes to no terminal, and into no spreadsheet as a formula. */
static void
test_hostile (Fixture *fixture)
{
  struct snet_event event = fake_snet_event (ALICE);
  g_autoptr (Ctl) json = NULL;
  g_autoptr (Ctl) csv = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;

  g_strlcpy (event.comm, "=1\033[2J\xc2\233J\n\"", sizeof event.comm);
  client_answer (fixture->root, fake_snet_hold (event), "deny", "{}");
  json = ctl_run (0, "log --json");
  g_assert_null (strchr (json->out->str, '\033'));
  g_assert_null (strstr (json->out->str, "\xc2\x9b"));
  g_assert_cmpuint (count_lines (json->out->str), ==, 1);
  node = json_from_string (json->out->str, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (json_object_get_string_member (json_node_get_object (node), "comm"), ==,
                   "=1\\x1b[2J\xc2\233J\\x0a\"");
  csv = ctl_run (0, "log --csv");
  g_assert_nonnull (strstr (csv->out->str, ",\"'=1\\x1b[2J<U+009B>J\\x0a\"\"\","));
  ctl_check (0, "log", SNETCTL_EXIT_OK, "* deny *\n");
}

static void
test_csv (Fixture *fixture)
{
  g_autoptr (Ctl) csv = NULL;

  deny_to (fixture, 443);
  csv = ctl_run (0, "log --csv");
  g_assert_true (g_str_has_prefix (csv->out->str, "serial,id,time,verdict,reason,"));
  g_assert_nonnull (strstr (csv->out->str, "\r\n1,1,1"));
  g_assert_nonnull (strstr (csv->out->str, ",deny,user,,EACCES,"));
}

typedef struct
{
  Fixture *fixture;
  Ctl *ctl;
  gsize length;
} Hearing;

static gboolean
happen_cb (gpointer user_data)
{
  deny_to (((Hearing *)user_data)->fixture, 9);
  return G_SOURCE_CONTINUE;
}

static gboolean
has_heard (gpointer user_data)
{
  const Hearing *hearing = user_data;

  return hearing->ctl->out->len > hearing->length;
}

/* Something happens until it is told of it. */
static void
ctl_hears_from_now_on (Ctl *ctl, Fixture *fixture)
{
  Hearing hearing = { fixture, ctl, ctl->out->len };
  const guint timer = g_timeout_add (50, happen_cb, &hearing);

  wait_until (has_heard, &hearing, "something that is shown");
  g_source_remove (timer);
}

/* Signals, of everybody, for root. */
static void
test_monitor (Fixture *fixture)
{
  g_autoptr (Ctl) ctl = ctl_start (0, "monitor");
  g_autoptr (Ctl) json = ctl_start (0, "monitor --json --verdict deny");
  guint64 one, two;

  /* It hears all from its first answer on. */
  ctl_hears_from_now_on (ctl, fixture);
  ctl_hears_from_now_on (json, fixture);
  one = fixture_hold_to_port (4001);
  ctl_says (ctl, "192.0.2.1:4001/tcp");
  client_answer (fixture->root, one, "deny", "{}");
  ctl_says (json, "{\"signal\":\"Decided\"");
  two = fixture_hold_to_port (4002);
  ctl_says (ctl, "192.0.2.1:4002/tcp");
  fake_snet_kill (two);
  ctl_says (ctl, "exited");

  ctl_signal (ctl, SIGINT);
  ctl_wait (ctl, 0);
  ctl_signal (json, SIGTERM);
  ctl_wait (json, 0);
  g_assert_null (strstr (json->out->str, "Requested"));
}

/* What is their own, for others; and nobody is asked on their behalf. */
static void
test_watch (Fixture *fixture)
{
  g_autoptr (Ctl) ctl = ctl_start (ALICE, "monitor");

  ctl_says (ctl, "group snet");
  ctl_hears_from_now_on (ctl, fixture);
  client_answer (fixture->root, fixture_hold (fixture, BOB), "deny", "{}");
  deny_to (fixture, 4003);
  ctl_says (ctl, "192.0.2.1:4003/tcp");
  g_assert_null (strstr (ctl->out->str, " bin "));
  ctl_signal (ctl, SIGINT);
  ctl_wait (ctl, 0);
}

/* snetd goes, and comes back. */
static void
test_restart (Fixture *fixture)
{
  const guint32 users[] = { 0, ALICE };

  for (guint i = 0; i < G_N_ELEMENTS (users); i++)
    {
      g_autoptr (Ctl) ctl = ctl_start (users[i], "monitor");
      g_autoptr (Ctl) log = ctl_start (users[i], "log --follow --csv");

      ctl_hears_from_now_on (ctl, fixture);
      fixture_stop (fixture);
      ctl_says (ctl, "waiting until it does");
      ctl_says (log, "waiting until it does");
      fixture_start (fixture);
      ctl_says (ctl, "there again");
      ctl_says (log, "there again");
      ctl_hears_from_now_on (ctl, fixture);
      deny_to (fixture, (guint16)(5000 + i));
      ctl_says (ctl, i ? ":5001/tcp" : ":5000/tcp");
      ctl_says (log, i ? ",5001," : ",5000,");
    }
}

/* It ends when nobody reads it any more, or the bus is gone. */
static void
test_ends (Fixture *fixture)
{
  g_autoptr (Ctl) ctl = ctl_start (0, "monitor");
  g_autoptr (Ctl) log = ctl_start (0, "log -f --csv");

  ctl_hears_from_now_on (ctl, fixture);
  ctl_says (log, "serial,");
  ctl_close (ctl);
  ctl_close (log);
  ctl_wait (ctl, 0);
  ctl_wait (log, 0);
}

static void
test_follow (Fixture *fixture)
{
  g_autoptr (Ctl) ctl = NULL;
  g_autofree char *ports = NULL;

  for (guint16 port = 1; port <= 3; port++)
    deny_to (fixture, port);
  ctl = ctl_start (0, "log --follow -n 2");
  ctl_says (ctl, "192.0.2.1:3/tcp");
  deny_to (fixture, 4);
  ctl_says (ctl, "192.0.2.1:4/tcp");
  deny_to (fixture, 5);
  ctl_says (ctl, "192.0.2.1:5/tcp");
  ctl_signal (ctl, SIGINT);
  ctl_wait (ctl, 0);
  ports = list_ports (ctl->out->str);
  g_assert_cmpstr (ports, ==, "2 3 4 5");
}

static void
add_tests (void)
{
  fixture_add ("/live/log", test_log);
  fixture_add ("/live/pages", test_pages);
  fixture_add ("/live/hostile", test_hostile);
  fixture_add ("/live/csv", test_csv);
  fixture_add ("/live/monitor", test_monitor);
  fixture_add ("/live/watch", test_watch);
  fixture_add ("/live/restart", test_restart);
  fixture_add ("/live/ends", test_ends);
  fixture_add ("/live/follow", test_follow);
}

int
main (int argc, char **argv)
{
  return ctl_main (argc, argv, add_tests);
}

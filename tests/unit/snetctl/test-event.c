/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events in a few words, and as CSV, whatever programs call themselves. */
#include <string.h>

#include "snetctl-csv.h"
#include "snetctl-event.h"
#include "snetctl-json.h"

static void
check_where (const char *dict, const char *wanted)
{
  g_autoptr (GsnetEvent) event = gsnet_event_new (1, g_variant_new_parsed (dict));
  g_autofree char *where = snetctl_event_where (event);

  g_assert_cmpstr (where, ==, wanted);
}

static void
test_where (void)
{
  check_where ("{'operation': <'connect'>, 'family': <'inet'>, 'protocol': <'tcp'>,"
               " 'remote-address': <'192.0.2.1'>, 'remote-port': <@q 443>}",
               "192.0.2.1:443/tcp");
  check_where ("{'operation': <'send'>, 'family': <'inet6'>, 'protocol': <'udp'>,"
               " 'remote-address': <'2001:db8::1'>, 'remote-port': <@q 53>}",
               "[2001:db8::1]:53/udp");
  check_where ("{'operation': <'connect'>, 'family': <'inet'>, 'protocol': <'tcp'>,"
               " 'remote-address': <'192.0.2.1'>, 'remote-port': <@q 443>,"
               " 'remote-host': <'example.org'>, 'remote-host-source': <'hosts'>}",
               "example.org:443/tcp");
  /* Anybody can have any name so. */
  check_where ("{'operation': <'connect'>, 'family': <'inet'>, 'protocol': <'tcp'>,"
               " 'remote-address': <'192.0.2.1'>, 'remote-port': <@q 443>,"
               " 'remote-host': <'example.org'>, 'remote-host-source': <'reverse'>}",
               "192.0.2.1:443/tcp");
  check_where ("{'operation': <'listen'>, 'family': <'inet6'>, 'protocol': <'tcp'>,"
               " 'local-address': <'::'>, 'local-port': <@q 80>}",
               "*:80/tcp");
  check_where ("{'operation': <'bind'>, 'family': <'inet'>, 'protocol': <'tcp'>,"
               " 'local-address': <'127.0.0.1'>, 'local-port': <@q 80>}",
               "127.0.0.1:80/tcp");
  check_where ("{'operation': <'accept'>, 'family': <'inet'>, 'protocol': <'tcp'>,"
               " 'remote-address': <'192.0.2.1'>, 'local-port': <@q 22>}",
               "192.0.2.1→:22/tcp");
  check_where ("{'operation': <'create'>, 'family': <'packet'>, 'type': <'raw'>}", "packet/raw");
  check_where ("{'operation': <'connect'>, 'family': <'unix'>}", "unix");
  check_where ("{'operation': <'connect'>}", "*");
  check_where ("@a{sv} {}", "*");
}

static void
check_program (const char *dict, const char *wanted)
{
  g_autoptr (GsnetEvent) event = gsnet_event_new (1, g_variant_new_parsed (dict));
  g_autofree char *program = snetctl_event_program (event);

  g_assert_cmpstr (program, ==, wanted);
}

static void
test_program (void)
{
  check_program ("{'program': <'/usr/bin/curl'>, 'comm': <'x'>}", "/usr/bin/curl");
  check_program ("{'program': <'/usr/bin/python3'>, 'script': <'/opt/a.py'>}", "/opt/a.py");
  check_program ("{'comm': <'\\u001b[2Jcurl'>}", "[<U+001B>[2Jcurl]");
  check_program ("{'program': <'/tmp/\\u202eexe.txt\\u009b1m'>}", "/tmp/<U+202E>exe.txt<U+009B>1m");
  check_program ("@a{sv} {}", NULL);
}

/* The cell of a key in the line of an event. */
static void
check_csv (const char *dict, const char *cell)
{
  g_autoptr (GVariant) event = g_variant_ref_sink (g_variant_new_parsed (dict));
  g_autofree char *line = snetctl_csv_line (event);
  g_autofree char *wanted = g_strconcat (",", cell, ",", NULL);

  g_test_message ("%s", line);
  g_assert_nonnull (strstr (line, wanted));
  g_assert_true (g_str_has_suffix (line, ",\r\n"));
  g_assert_cmpint (strchr (line, '\n') - line, ==, (gssize)strlen (line) - 1);
}

static void
test_csv (void)
{
  check_csv ("{'comm': <'curl'>}", "curl");
  check_csv ("{'comm': <'a b'>}", "\"a b\"");
  check_csv ("{'comm': <'a,\"b\"'>}", "\"a,\"\"b\"\"\"");
  check_csv ("{'comm': <'=1+1'>}", "'=1+1");
  check_csv ("{'comm': <'+1'>}", "'+1");
  check_csv ("{'comm': <'-1'>}", "'-1");
  check_csv ("{'comm': <'@SUM(1)'>}", "'@SUM(1)");
  check_csv ("{'comm': <\"'x\">}", "''x");
  check_csv ("{'comm': <'\\t=1'>}", "<U+0009>=1");
  check_csv ("{'comm': <'a\\r\\nb'>}", "a<U+000D><U+000A>b");
  check_csv ("{'command': <['=curl', '-s', 'a b']>}", "\"'=curl -s a b\"");
  check_csv ("{'remote-port': <@q 443>, 'uid': <@u 0>}", "443");
}

static void
test_json (void)
{
  g_autoptr (GVariant) value = g_variant_ref_sink (
    g_variant_new_parsed ("{'comm': <'\\u001b[2J\\u009b\\u202e\\U000e0041\"'>, 'id': <@t 5>}"));
  g_autofree char *text = snetctl_json_text (value);

  g_assert_cmpstr (text, ==, "{\"comm\":\"\\u001b[2J\\u009b\\u202e\\udb40\\udc41\\\"\",\"id\":5}");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/event/where", test_where);
  g_test_add_func ("/event/program", test_program);
  g_test_add_func ("/event/csv", test_csv);
  g_test_add_func ("/event/json", test_json);
  return g_test_run ();
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtk/gtk.h>
#include <locale.h>

#include "gsnet-event.h"
#include "gsnet-lines.h"
#include "gsnet-mode-actions.h"
#include "gsnet-rule.h"
#include "gsnet-text.h"
#include "gsnet-words.h"

/* What strangers send: nothing of it may break, hide or fake anything. */

static GsnetEvent *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) dict = g_variant_parse (G_VARIANT_TYPE_VARDICT, text, NULL, NULL, &error);

  g_assert_no_error (error);
  return gsnet_event_new (7, dict);
}

static void
test_text (void)
{
  static const struct
  {
    const char *in;
    const char *out;
  } cases[] = {
    { "curl", "curl" },
    { "", "" },
    { "two words", "two words" },
    { "caf\xc3\xa9", "caf\xc3\xa9" },
    { "a\nb\tc\x1b[1m", "a<U+000A>b<U+0009>c<U+001B>[1m" },
    { "x\xe2\x80\xaegnp.exe", "x<U+202E>gnp.exe" },
    { "zero\xe2\x80\x8bwidth", "zero<U+200B>width" },
    { "no\xc2\xa0"
      "break",
      "no<U+00A0>break" },
    { "bad\xff", "bad\xef\xbf\xbd" },
    { "\xd7\x90\xd7\x91", "\xe2\x81\xa8\xd7\x90\xd7\x91\xe2\x81\xa9" },
    { "12345678901", "12345\xe2\x80\xa6"
                     "8901" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *out = gsnet_text_visible (cases[i].in, 10 + (i < 10 ? 90 : 0));
      g_assert_cmpstr (out, ==, cases[i].out);
    }
}

static void
test_lines (void)
{
  g_autofree char *left = gsnet_lines_join ("a", "/b");
  g_autofree char *right = NULL;
  g_autofree char *one = NULL;

  gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);
  right = gsnet_lines_join ("a", "/b");
  one = gsnet_lines_join ("a", NULL);
  gtk_widget_set_default_direction (GTK_TEXT_DIR_LTR);
  g_assert_cmpstr (left, ==, "a\n/b");
  g_assert_cmpstr (right, ==,
                   "\xe2\x80\x8f\xe2\x81\xa8"
                   "a\xe2\x81\xa9\n\xe2\x80\x8f\xe2\x81\xa8/b\xe2\x81\xa9");
  g_assert_cmpstr (one, ==,
                   "\xe2\x80\x8f\xe2\x81\xa8"
                   "a\xe2\x81\xa9");
}

static void
test_missing (void)
{
  g_autoptr (GsnetEvent) event = parse ("{}");
  g_autofree char *sentence = gsnet_words_sentence (event);
  guint32 pid;

  g_assert_cmpuint (gsnet_event_get_id (event), ==, 7);
  g_assert_cmpuint (gsnet_event_get_port (event), ==, 0);
  g_assert_null (gsnet_event_get_address (event));
  g_assert_false (gsnet_event_get_pid (event, &pid));
  g_assert_cmpstr (sentence, ==,
                   "An unknown program wants to use the network:  (protocol not known)");
}

static void
test_wrong_types (void)
{
  g_autoptr (GsnetEvent) event =
    parse ("{'program': <5>, 'comm': <['x']>, 'remote-port': <'80'>, 'operation': <uint32 3>,"
           " 'pid': <'1'>, 'time': <'now'>, 'remote-address': <@as []>}");

  g_assert_cmpstr (gsnet_event_get_program_name (event), ==, "An unknown program");
  g_assert_cmpuint (gsnet_event_get_port (event), ==, 0);
  g_assert_cmpint (gsnet_event_get_time (event), ==, 0);
}

static void
test_hostile_name (void)
{
  g_autoptr (GsnetEvent) event =
    parse ("{'operation': <'connect'>, 'program': <'/tmp/a\\u202eb\\nc'>, 'protocol': <'tcp'>,"
           " 'remote-address': <'192.0.2.1'>, 'remote-port': <uint16 4>}");
  g_autofree char *sentence = gsnet_words_sentence (event);

  g_assert_cmpstr (sentence, ==, "a<U+202E>b<U+000A>c wants to connect to 192.0.2.1, port 4 (tcp)");
  g_assert_null (gsnet_event_get_icon_name (event));
}

static void
test_icon_only_of_installed_programs (void)
{
  g_autoptr (GsnetEvent) installed = parse ("{'program': <'/usr/bin/firefox'>}");
  g_autoptr (GsnetEvent) fake = parse ("{'program': <'/tmp/firefox'>}");
  g_autoptr (GsnetEvent) sneaky = parse ("{'program': <'/usr/../tmp/firefox'>}");

  g_assert_cmpstr (gsnet_event_get_icon_name (installed), ==, "firefox");
  g_assert_null (gsnet_event_get_icon_name (fake));
  g_assert_null (gsnet_event_get_icon_name (sneaky));
}

static void
test_sentences (void)
{
  static const struct
  {
    const char *event;
    const char *sentence;
  } cases[] = {
    { "{'operation': <'connect'>, 'program': <'/usr/bin/curl'>, 'protocol': <'tcp'>,"
      " 'remote-address': <'127.0.0.1'>, 'remote-port': <uint16 8080>}",
      "curl wants to connect to 127.0.0.1, port 8080 (http-alt/tcp)" },
    { "{'operation': <'connect'>, 'program': <'/usr/bin/curl'>, 'protocol': <'tcp'>,"
      " 'remote-host': <'example.org'>, 'remote-host-source': <'resolved'>,"
      " 'remote-address': <'192.0.2.1'>, 'remote-port': <uint16 443>}",
      "curl wants to connect to example.org (192.0.2.1), port 443 (https/tcp)" },
    { "{'operation': <'connect'>, 'program': <'/usr/bin/curl'>, 'protocol': <'tcp'>,"
      " 'remote-host': <'your-bank.example'>, 'remote-host-source': <'reverse'>,"
      " 'remote-address': <'192.0.2.1'>, 'remote-port': <uint16 443>}",
      "curl wants to connect to 192.0.2.1, port 443 (https/tcp)" },
    { "{'operation': <'connect'>, 'program': <'/bin/ping'>, 'protocol': <'icmp'>,"
      " 'remote-address': <'2001:db8::1'>}",
      "ping wants to connect to 2001:db8::1 (icmp)" },
    { "{'operation': <'listen'>, 'program': <'/usr/bin/python3.11'>, 'protocol': <'tcp'>,"
      " 'local-address': <'0.0.0.0'>, 'local-port': <uint16 8000>}",
      "python3.11 wants to accept connections on port 8000 (tcp)" },
    { "{'operation': <'connect'>, 'program': <'/usr/bin/python3.11'>, 'protocol': <'tcp'>,"
      " 'script': <'/home/me/bin/back\\nup.py'>, 'remote-address': <'192.0.2.1'>,"
      " 'remote-port': <uint16 443>}",
      "python3.11 (back<U+000A>up.py) wants to connect to 192.0.2.1, port 443 (https/tcp)" },
    { "{'operation': <'listen'>, 'comm': <'nc'>, 'protocol': <'tcp'>,"
      " 'local-address': <'::1'>, 'local-port': <uint16 8000>}",
      "nc wants to accept connections on port 8000, from this machine only (tcp)" },
    { "{'operation': <'bind'>, 'program': <'/usr/bin/nc'>, 'protocol': <'udp'>,"
      " 'local-address': <'192.0.2.7'>, 'local-port': <uint16 53>}",
      "nc wants to use port 53 of the address 192.0.2.7 (domain/udp)" },
    { "{'operation': <'bind'>, 'program': <'/usr/bin/nc'>, 'protocol': <'udp'>,"
      " 'local-address': <'0.0.0.0'>}",
      "nc wants to use any free port of this machine (udp)" },
    { "{'operation': <'accept'>, 'program': <'/usr/sbin/nginx'>, 'protocol': <'tcp'>,"
      " 'local-address': <'127.0.0.1'>, 'local-port': <uint16 80>,"
      " 'remote-address': <'192.0.2.9'>, 'remote-port': <uint16 54321>}",
      "nginx wants to accept a connection from 192.0.2.9 on port 80 (http/tcp)" },
    { "{'operation': <'accept'>, 'comm': <'x'>, 'family': <'vsock'>, 'protocol': <'0'>}",
      "x wants to accept a connection, it is not known from where (vsock)" },
    { "{'operation': <'send'>, 'program': <'/usr/bin/dig'>, 'protocol': <'udp'>,"
      " 'remote-address': <'192.0.2.1'>, 'remote-port': <uint16 53>}",
      "dig wants to send to 192.0.2.1, port 53 (domain/udp)" },
    { "{'operation': <'send'>, 'comm': <'ip'>, 'family': <'netlink'>, 'protocol': <'0'>}",
      "ip wants to send, it is not known where to (netlink)" },
    { "{'operation': <'receive'>, 'comm': <'x'>, 'protocol': <'udp'>,"
      " 'local-port': <uint16 53>}",
      "x wants to receive on port 53 (domain/udp)" },
    { "{'operation': <'create'>, 'comm': <'ping'>, 'type': <'raw'>, 'family': <'inet'>,"
      " 'protocol': <'icmp'>}",
      "ping wants to create a raw socket (icmp)" },
    { "{'operation': <'create'>, 'comm': <'x'>, 'type': <'dgram'>, 'family': <'packet'>,"
      " 'protocol': <'3'>}",
      "x wants to create a socket (packet)" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GsnetEvent) event = parse (cases[i].event);
      g_autofree char *sentence = gsnet_words_sentence (event);

      g_assert_cmpstr (sentence, ==, cases[i].sentence);
    }
}

static void
test_rule_effect (void)
{
  static const char *const all[] = { "operation", "program", "remote-port", NULL };
  static const char *const none[] = { NULL };
  g_autoptr (GsnetEvent) event =
    parse ("{'operation': <'connect'>, 'program': <'/usr/bin/curl'>, 'protocol': <'tcp'>,"
           " 'remote-address': <'127.0.0.1'>, 'remote-port': <uint16 80>}");
  g_autofree char *narrow = gsnet_words_rule_effect (event, all, GSNET_LIFETIME_FOREVER, 0);
  g_autofree char *wide = gsnet_words_rule_effect (event, none, GSNET_LIFETIME_REBOOT, 0);

  g_autoptr (GsnetEvent) of_script =
    parse ("{'operation': <'connect'>, 'program': <'/usr/bin/python3.11'>,"
           " 'script': <'/home/me/backup.py'>, 'remote-port': <uint16 80>}");
  g_autofree char *any_script = gsnet_words_rule_effect (of_script, all, GSNET_LIFETIME_FOREVER, 0);

  /* It is not about the script alone, so the script is not named. */
  g_assert_cmpstr (any_script, ==,
                   "From now on, your answer holds for connections that python3.11 makes (port "
                   "80).");
  g_assert_cmpstr (narrow, ==,
                   "From now on, your answer holds for connections that curl makes (port 80).");
  g_assert_cmpstr (wide, ==,
                   "Until the next restart, your answer holds for all that any of your "
                   "programs does on the network.");
}

static void
test_rule_again (void)
{
  g_autoptr (GVariant) dict = g_variant_ref_sink (g_variant_new_parsed (
    "{'id': <uint64 3>, 'created': <int64 1>, 'action': <'deny'>, 'remote-port': <uint16 80>}"));
  g_autoptr (GsnetRule) rule = gsnet_rule_new (dict);
  g_autoptr (GVariant) again = gsnet_rule_dup_for_add (rule);
  g_autofree char *where = gsnet_words_rule_where (rule);
  gboolean system = FALSE;

  g_assert_cmpuint (g_variant_n_children (again), ==, 3);
  g_assert_false (g_variant_lookup (again, "id", "t", NULL));
  g_assert_true (g_variant_lookup (again, "action", "s", NULL));
  /* It has no owner, and is not to become the caller's. */
  g_assert_true (g_variant_lookup (again, "system", "b", &system));
  g_assert_true (system);
  g_assert_cmpstr (where, ==, "port 80");
}

/* A rule that looks as if it held for everything would be removed, or trusted, by mistake. */
static void
test_rule_where (void)
{
  g_autoptr (GVariant) dict = g_variant_ref_sink (g_variant_new_parsed (
    "{'action': <'allow'>, 'remote-domain': <'example.org'>, 'remote-list': <'ads'>,"
    " 'remote-ports': <'80-443'>, 'local-ports': <'1-9'>}"));
  g_autoptr (GVariant) host =
    g_variant_ref_sink (g_variant_new_parsed ("{'remote-host': <'www.example.org'>}"));
  g_autoptr (GsnetRule) rule = gsnet_rule_new (dict);
  g_autoptr (GsnetRule) host_rule = gsnet_rule_new (host);
  g_autofree char *where = gsnet_words_rule_where (rule);
  g_autofree char *host_where = gsnet_words_rule_where (host_rule);

  g_assert_cmpstr (where, ==,
                   "example.org and what is below it, the list “ads”, ports 80-443, local ports "
                   "1-9");
  g_assert_cmpstr (host_where, ==, "www.example.org");
}

/* Nor one that holds for one script as if it held for all that its interpreter runs. */
static void
test_rule_of_script (void)
{
  g_autoptr (GVariant) dict = g_variant_ref_sink (g_variant_new_parsed (
    "{'action': <'allow'>, 'program': <'/usr/bin/python3.11'>, 'script': <'/home/me/backup.py'>,"
    " 'operation': <'connect'>, 'remote-port': <uint16 443>}"));
  g_autoptr (GsnetRule) rule = gsnet_rule_new (dict);
  g_autofree char *about = gsnet_words_rule_about (rule);

  g_assert_cmpstr (about, ==, "python3.11 (backup.py): Connect, port 443");
}

static void
test_errors (void)
{
  g_autoptr (GError) remote =
    g_dbus_error_new_for_dbus_error ("org.snet.Error.StoreFailed", "no space");
  g_autoptr (GError) other = g_dbus_error_new_for_dbus_error ("org.snet.Error.Odd", "odd\nthing");
  g_autoptr (GError) gone =
    g_error_new_literal (G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN, "none");
  g_autofree char *remote_words = gsnet_words_error (remote);
  g_autofree char *other_words = gsnet_words_error (other);
  g_autofree char *gone_words = gsnet_words_error (gone);

  g_assert_cmpstr (remote_words, ==,
                   "The rule could not be saved, so nothing was decided. Is the disk full?");
  g_assert_cmpstr (other_words, ==, "odd<U+000A>thing");
  g_assert_cmpstr (gone_words, ==, "The firewall service (snetd) is not running.");
}

static void
assert_tomorrow (const char *zone_name, const char *now, const char *tomorrow)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier (zone_name);
  g_autoptr (GDateTime) from = g_date_time_new_from_iso8601 (now, zone);
  g_autoptr (GDateTime) to = g_date_time_new_from_iso8601 (tomorrow, zone);

  g_assert_cmpint (gsnet_mode_tomorrow (from), ==, g_date_time_to_unix (to) * G_USEC_PER_SEC);
}

/* At the day's end it is no matter of minutes, and at night not of a day and more. */
static void
test_tomorrow (void)
{
  assert_tomorrow ("UTC", "2026-11-22T10:00:00", "2026-11-23T06:00:00");
  assert_tomorrow ("UTC", "2026-12-31T23:59:59", "2027-01-01T06:00:00");
  assert_tomorrow ("UTC", "2026-11-23T02:00:00", "2026-11-23T06:00:00");
  assert_tomorrow ("UTC", "2026-11-23T05:59:59", "2026-11-24T06:00:00");
  assert_tomorrow ("Europe/Paris", "2026-10-24T20:00:00", "2026-10-25T06:00:00");
}

int
main (int argc, char *argv[])
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/visible", test_text);
  g_test_add_func ("/text/lines", test_lines);
  g_test_add_func ("/event/missing", test_missing);
  g_test_add_func ("/event/wrong-types", test_wrong_types);
  g_test_add_func ("/event/hostile-name", test_hostile_name);
  g_test_add_func ("/event/icon", test_icon_only_of_installed_programs);
  g_test_add_func ("/words/sentences", test_sentences);
  g_test_add_func ("/words/rule-effect", test_rule_effect);
  g_test_add_func ("/words/errors", test_errors);
  g_test_add_func ("/rule/again", test_rule_again);
  g_test_add_func ("/rule/where", test_rule_where);
  g_test_add_func ("/rule/script", test_rule_of_script);
  g_test_add_func ("/mode/tomorrow", test_tomorrow);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <glib.h>
#include <netinet/in.h>
#include <string.h>

#include "snet.h"

static struct snet_event
seed_event (void)
{
  struct snet_event event = { .id = 0xd,
                              .operation = SNET_OP_CONNECT,
                              .family = AF_INET,
                              .type = SOCK_STREAM,
                              .protocol = IPPROTO_TCP,
                              .uid = 256,
                              .pid = 23886,
                              .comm = "tcpconnect" };

  return event;
}

static void
assert_format (const struct snet_event *event, const char *expected)
{
  char text[256];

  g_assert_cmpint (snet_event_format (event, text, sizeof text), ==, strlen (expected));
  g_assert_cmpstr (text, ==, expected);
}

static void
test_format (void)
{
  struct snet_event event = seed_event ();

  assert_format (
    &event,
    "verdict_id=0xd syscall=CONNECT protocol=6 [tcp] family=2 uid=256 pid=23886 [tcpconnect]");

  event.id = G_MAXUINT64;
  event.operation = SNET_OP_LISTEN;
  event.protocol = 262;
  event.family = AF_INET6;
  event.uid = G_MAXUINT32;
  event.pid = G_MAXUINT32;
  strcpy (event.comm, "fifteen letters");
  assert_format (&event,
                 "verdict_id=0xffffffffffffffff syscall=LISTEN protocol=262 [mptcp] family=10 "
                 "uid=4294967295 pid=4294967295 [fifteen letters]");
}

static void
test_format_unknown (void)
{
  struct snet_event event = seed_event ();

  event.operation = 77;
  event.protocol = 200;
  assert_format (
    &event, "verdict_id=0xd syscall=77 protocol=200 [?] family=2 uid=256 pid=23886 [tcpconnect]");

  /* Protocol 6 is TCP only where the numbers are those of the internet. */
  event.operation = SNET_OP_UNSPEC;
  event.protocol = 6;
  event.family = AF_VSOCK;
  assert_format (
    &event, "verdict_id=0xd syscall=0 protocol=6 [?] family=40 uid=256 pid=23886 [tcpconnect]");
}

/* A program's name is its own choice. */
static void
test_format_comm (void)
{
  static const struct
  {
    const char *comm;
    const char *shown;
  } cases[] = {
    { "a\nverdict_id=1", "[a?verdict_id=1]" },
    { "\033[2J\177", "[?[2J?]" },
    { "caf\xc3\xa9", "[caf\xc3\xa9]" },
    { "x\xc2\x9b"
      "31m",
      "[x??31m]" },
    { "", "[]" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      struct snet_event event = seed_event ();
      char text[256];

      strcpy (event.comm, cases[i].comm);
      snet_event_format (&event, text, sizeof text);
      g_assert_true (g_str_has_suffix (text, cases[i].shown));
      g_assert_null (strchr (text, '\n'));
    }
}

static void
test_format_size (void)
{
  struct snet_event event = seed_event ();
  char whole[256], text[256];
  int len = snet_event_format (&event, whole, sizeof whole);

  g_assert_cmpint (snet_event_format (&event, NULL, 0), ==, len);
  for (int size = 1; size <= len + 1; size++)
    {
      memset (text, '#', sizeof text);
      g_assert_cmpint (snet_event_format (&event, text, size), ==, len);
      g_assert_cmpuint (strlen (text), ==, size - 1);
      g_assert_true (strncmp (text, whole, size - 1) == 0);
      g_assert_cmpint (text[size], ==, '#');
    }
}

static void
test_operation_name (void)
{
  g_assert_cmpstr (snet_operation_name (SNET_OP_BIND), ==, "bind");
  g_assert_cmpstr (snet_operation_name (SNET_OP_CONNECT), ==, "connect");
  g_assert_cmpstr (snet_operation_name (SNET_OP_LISTEN), ==, "listen");
  g_assert_null (snet_operation_name (SNET_OP_UNSPEC));
  g_assert_null (snet_operation_name (__SNET_OP_MAX));
  g_assert_null (snet_operation_name ((enum snet_operation) - 1));
}

static void
test_strerror (void)
{
  g_assert_cmpstr (snet_strerror (NULL, -ENOENT), ==, g_strerror (ENOENT));
  g_assert_cmpstr (snet_strerror (NULL, ENOENT), ==, g_strerror (ENOENT));
  g_assert_nonnull (snet_strerror (NULL, 0));
  g_assert_nonnull (snet_strerror (NULL, -99999));
  g_assert_nonnull (snet_strerror (NULL, G_MININT));
  g_assert_nonnull (snet_strerror (NULL, G_MAXINT));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/libsnet/format/seed", test_format);
  g_test_add_func ("/libsnet/format/unknown", test_format_unknown);
  g_test_add_func ("/libsnet/format/comm", test_format_comm);
  g_test_add_func ("/libsnet/format/size", test_format_size);
  g_test_add_func ("/libsnet/format/operation-name", test_operation_name);
  g_test_add_func ("/libsnet/format/strerror", test_strerror);
  return g_test_run ();
}

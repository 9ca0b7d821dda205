/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What snet-listen writes on a terminal. */
#include <arpa/inet.h>
#include <locale.h>
#include <string.h>
#include <sys/un.h>

#include "snet-listen-text.h"

static void
assert_visible (const char *text, const char *wanted)
{
  g_autofree char *shown = snet_listen_visible (text);

  g_assert_cmpstr (shown, ==, wanted);
}

static void
test_visible (void)
{
  assert_visible ("/usr/bin/curl", "/usr/bin/curl");
  assert_visible ("a\x1b[2J\n\x7f", "a\\x1b[2J\\x0a\\x7f");
  assert_visible ("\xc2\x9b\xe2\x80\xae\xe2\x80\xa8", "???");
  if (g_get_charset (NULL))
    {
      assert_visible ("b\xc3\xa4r \xf0\x9f\x94\xa5", "b\xc3\xa4r \xf0\x9f\x94\xa5");
      assert_visible ("\x9b", "\\x9b");
    }
  else
    assert_visible ("b\xc3\xa4r\x9b", "b?r\\x9b");
}

static void
assert_words (const struct snet_event *event, const char *wanted)
{
  g_autofree char *words = snet_listen_words (event);

  g_assert_cmpstr (words, ==, wanted);
}

static void
test_words (void)
{
  struct snet_event event = { .family = AF_INET,
                              .type = SOCK_STREAM,
                              .protocol = IPPROTO_TCP,
                              .uid = 1000,
                              .program = "/usr/bin/python3",
                              .script = "/usr/bin/x\x1b" };
  struct sockaddr_in *local = (struct sockaddr_in *)&event.local;
  struct sockaddr_in *remote = (struct sockaddr_in *)&event.remote;

  *local = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons (80) };
  *remote = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons (443) };
  remote->sin_addr.s_addr = htonl (0xc0000201);
  event.local_len = event.remote_len = sizeof *local;
  event.operation = SNET_OP_CONNECT;
  event.fields = SNET_EVENT_REMOTE;
  assert_words (&event,
                "/usr/bin/python3 for /usr/bin/x\\x1b wants to connect to 192.0.2.1 port 443"
                " (tcp), as user 1000");
  event.script = NULL;
  event.operation = SNET_OP_ACCEPT;
  assert_words (&event, "/usr/bin/python3 wants to take a connection from 192.0.2.1 port 443 (tcp),"
                        " as user 1000");
  event.operation = SNET_OP_LISTEN;
  event.fields = SNET_EVENT_LOCAL;
  assert_words (&event, "/usr/bin/python3 wants to take connections at 0.0.0.0 port 80 (tcp),"
                        " as user 1000");
  event.operation = SNET_OP_BIND;
  event.fields = 0;
  assert_words (&event, "/usr/bin/python3 wants to use an address (tcp), as user 1000");
  event.operation = SNET_OP_CREATE;
  event.type = SOCK_RAW;
  event.protocol = IPPROTO_ICMP;
  assert_words (&event,
                "/usr/bin/python3 wants to make a socket of the family inet and the type raw"
                " (icmp), as user 1000");
  event.operation = SNET_OP_UNSPEC;
  event.program = NULL;
  strcpy (event.comm, "c\x1bm");
  assert_words (&event,
                "c\\x1bm wants to do something that is not understood (icmp), as user 1000");
}

static void
test_unix (void)
{
  struct snet_event event = { .operation = SNET_OP_CONNECT,
                              .family = AF_UNIX,
                              .fields = SNET_EVENT_REMOTE,
                              .program = "/bin/p" };
  struct sockaddr_un *remote = (struct sockaddr_un *)&event.remote;

  remote->sun_family = AF_UNIX;
  event.remote_len = sizeof remote->sun_family;
  assert_words (&event, "/bin/p wants to connect to somewhere (0), as user 0");
  strcpy (remote->sun_path, "/run/\ax");
  event.remote_len += 7;
  assert_words (&event, "/bin/p wants to connect to /run/\\x07x (0), as user 0");
  /* All of it, without an end. */
  memset (remote->sun_path, 'a', sizeof remote->sun_path);
  event.remote_len = sizeof *remote;
  {
    g_autofree char *words = snet_listen_words (&event);

    g_assert_nonnull (strstr (words, "aaa (0)"));
    g_assert_cmpuint (strlen (words), <, 200);
  }
}

static void
test_line (void)
{
  struct snet_event event = { .id = 13, .operation = SNET_OP_CONNECT, .comm = "a\x9b" };
  g_autofree char *line = snet_listen_line (&event);

  g_assert_true (g_utf8_validate (line, -1, NULL));
  g_assert_true (g_str_has_prefix (line, "verdict_id=0xd syscall=CONNECT "));
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/snet-listen/text/visible", test_visible);
  g_test_add_func ("/snet-listen/text/words", test_words);
  g_test_add_func ("/snet-listen/text/unix", test_unix);
  g_test_add_func ("/snet-listen/text/line", test_line);
  return g_test_run ();
}

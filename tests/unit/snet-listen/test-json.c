/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The JSON of snet-listen says what snetd says on D-Bus, and is JSON whatever programs are called.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "snet-listen-json.h"
#include "snetd-request.h"

/* curl of user 1000 connects by IPv6, and a ticket has denied it. */
static void
init_event (struct snet_event *event)
{
  struct sockaddr_in6 *local = (struct sockaddr_in6 *)&event->local;
  struct sockaddr_in6 *remote = (struct sockaddr_in6 *)&event->remote;

  *event = (struct snet_event){
    .id = 77,
    .operation = SNET_OP_CONNECT,
    .family = AF_INET6,
    .type = SOCK_STREAM,
    .protocol = IPPROTO_TCP,
    .hold = SNET_HOLD_FLOW,
    .pid = 4711,
    .tid = 4712,
    .uid = 1000,
    .process = 9,
    .session = 3,
    .netns = 4026531840,
    .time_ns = 1600000000123456789,
    .program = "/usr/bin/curl",
    .script = "/usr/bin/get",
    .ancestors = { "/usr/bin/bash", "/usr/sbin/sshd" },
    .comm = "curl",
    .local_len = sizeof *local,
    .remote_len = sizeof *remote,
    .verdict = SNET_VERDICT_DENY,
    .error = ENETDOWN,
    .cause = SNET_CAUSE_TICKET,
    .waited_ns = 5999,
    .fields = SNET_EVENT_LOCAL | SNET_EVENT_REMOTE | SNET_EVENT_NETNS | SNET_EVENT_VERDICT |
              SNET_EVENT_CAUSE | SNET_EVENT_WAITED,
  };
  *local = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons (8080) };
  *remote = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons (443) };
  inet_pton (AF_INET6, "2001:db8::1", &local->sin6_addr);
  /* On the bus it is told as what it is. */
  inet_pton (AF_INET6, "::ffff:192.0.2.1", &remote->sin6_addr);
}

static JsonNode *
to_json (const struct snet_event *event)
{
  const SnetListenEnd end = snet_listen_end_of_event (event);
  g_autofree char *text = snet_listen_json (event, &end);
  g_autoptr (GError) error = NULL;
  JsonNode *node = json_from_string (text, &error);

  g_assert_no_error (error);
  for (const char *at = text; *at != '\0'; at++)
    g_assert_true (*at >= ' ' && *at < 0x7f);
  return node;
}

/* As snetctl writes what it gets. */
static JsonNode *
to_bus (const struct snet_event *event)
{
  g_autoptr (SnetdRequest) request = snetd_request_new_decided (event);
  g_autoptr (GVariant) dictionary = g_variant_ref_sink (snetd_request_to_variant (request));

  return json_gvariant_serialize (dictionary);
}

static void
assert_same (const struct snet_event *event)
{
  g_autoptr (JsonNode) told = to_json (event);
  g_autoptr (JsonNode) wanted = to_bus (event);
  g_autoptr (GList) keys = json_object_get_members (json_node_get_object (wanted));

  for (GList *key = keys; key != NULL; key = key->next)
    {
      JsonNode *there = json_object_get_member (json_node_get_object (told), key->data);

      g_test_message ("%s", (const char *)key->data);
      g_assert_nonnull (there);
      g_assert_true (
        json_node_equal (there, json_object_get_member (json_node_get_object (wanted), key->data)));
    }
  g_assert_cmpuint (json_object_get_size (json_node_get_object (told)), ==, g_list_length (keys));
}

static void
test_same (void)
{
  struct snet_event event;

  init_event (&event);
  assert_same (&event);
  event.verdict = SNET_VERDICT_ALLOW;
  event.error = 0;
  event.cause = SNET_CAUSE_QUEUE_FULL;
  assert_same (&event);
  event.operation = SNET_OP_SEND;
  event.type = SOCK_DGRAM;
  event.protocol = IPPROTO_UDPLITE;
  event.hold = SNET_HOLD_THREAD;
  event.script = NULL;
  event.ancestors[0] = NULL;
  event.process = 0;
  event.session = G_MAXUINT32;
  assert_same (&event);
  event.operation = SNET_OP_BIND;
  event.family = AF_VSOCK;
  event.protocol = 200;
  event.type = 77;
  event.fields &= ~(guint32)(SNET_EVENT_REMOTE | SNET_EVENT_LOCAL | SNET_EVENT_NETNS);
  assert_same (&event);
}

static void
test_bad_names (void)
{
  static const char *const names[] = {
    "/tmp/a\x1b[2J\x01\x07\x1f\x7f\"\\\n\t", "/tmp/\xff\xfe\xc2", "/tmp/\xc2\x9b\xe2\x80\xae",
    "/tmp/\xf0\x9f\x94\xa5\xef\xbf\xbf",     "/tmp/\xed\xa0\x80",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      struct snet_event event;

      init_event (&event);
      event.program = names[i];
      event.script = names[i];
      event.ancestors[0] = names[i];
      g_strlcpy (event.comm, names[i] + 5, sizeof event.comm);
      assert_same (&event);
    }
}

static void
assert_reason (guint32 cause, const char *reason, gboolean has_verdict)
{
  g_autoptr (JsonNode) told = NULL;
  struct snet_event event;
  JsonObject *object;

  init_event (&event);
  event.cause = cause;
  told = to_json (&event);
  object = json_node_get_object (told);
  g_assert_cmpstr (json_object_get_string_member_with_default (object, "reason", NULL), ==, reason);
  g_assert_cmpint (json_object_has_member (object, "verdict"), ==, has_verdict);
}

static void
test_reasons (void)
{
  assert_reason (SNET_CAUSE_CONTROLLER, NULL, TRUE);
  assert_reason (SNET_CAUSE_TICKET, "ticket", TRUE);
  assert_reason (SNET_CAUSE_TIMEOUT, "timeout", TRUE);
  assert_reason (SNET_CAUSE_NO_CONTROLLER, "policy", TRUE);
  assert_reason (SNET_CAUSE_CONTROLLER_GONE, "policy", TRUE);
  assert_reason (SNET_CAUSE_UNDELIVERABLE, "policy", TRUE);
  assert_reason (SNET_CAUSE_CANCELLED, NULL, FALSE);
  assert_reason (__SNET_CAUSE_MAX, NULL, TRUE);
}

static void
test_close (void)
{
  g_autoptr (JsonNode) told = NULL;
  struct snet_event event;
  JsonObject *object;

  init_event (&event);
  event.operation = SNET_OP_CLOSE;
  event.fields = SNET_EVENT_DURATION | SNET_EVENT_BYTES_SENT | SNET_EVENT_BYTES_RECEIVED;
  event.duration_ns = 1999;
  event.bytes_sent = 3;
  event.bytes_received = G_MAXUINT64;
  event.error = 0;
  told = to_json (&event);
  object = json_node_get_object (told);
  g_assert_cmpstr (json_object_get_string_member (object, "operation"), ==, "close");
  g_assert_cmpint (json_object_get_int_member (object, "duration"), ==, 1);
  g_assert_cmpint (json_object_get_int_member (object, "bytes-sent"), ==, 3);
  g_assert_cmpint (json_object_get_int_member (object, "bytes-received"), ==, G_MAXINT64);
  g_assert_false (json_object_has_member (object, "verdict"));
  g_assert_false (json_object_has_member (object, "waited"));
  g_assert_false (json_object_has_member (object, "local-address"));
}

/* What could not be read is absent, and not zero. */
static void
test_unknown (void)
{
  g_autoptr (JsonNode) told = NULL;
  const struct snet_event event = {
    .id = 1, .operation = SNET_OP_UNSPEC, .uid = G_MAXUINT32, .session = G_MAXUINT32
  };
  static const char *const absent[] = { "operation", "uid",     "pid",     "comm",   "program",
                                        "script",    "session", "process", "netns",  "hold",
                                        "verdict",   "reason",  "errno",   "waited", "ancestors" };

  told = to_json (&event);
  for (gsize i = 0; i < G_N_ELEMENTS (absent); i++)
    g_assert_false (json_object_has_member (json_node_get_object (told), absent[i]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/snet-listen/json/same", test_same);
  g_test_add_func ("/snet-listen/json/bad-names", test_bad_names);
  g_test_add_func ("/snet-listen/json/reasons", test_reasons);
  g_test_add_func ("/snet-listen/json/close", test_close);
  g_test_add_func ("/snet-listen/json/unknown", test_unknown);
  return g_test_run ();
}

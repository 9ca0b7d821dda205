/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events as JSON. Keys and words are those of events on D-Bus, as in org.snet.Events(5), as far as
 * the kernel knows them; for what it tells of closed sockets there are three more.
 */
#include "snet-listen-json.h"

#include <json-glib/json-glib.h>

#include "snet-names.h"
#include "snetd-address.h"
#include "snetd-names.h"
#include "snetd-process.h"

static void
add_number (JsonObject *object, const char *key, guint64 number)
{
  /* JSON has no larger ones that all readers understand; nor has the kernel. */
  json_object_set_int_member (object, key, (gint64)MIN (number, (guint64)G_MAXINT64));
}

static void
add_text (JsonObject *object, const char *key, const char *text)
{
  g_autofree char *shown = NULL;

  if (text == NULL || text[0] == '\0')
    return;
  shown = snetd_process_text (text);
  json_object_set_string_member (object, key, shown);
}

static void
add_word (JsonObject *object, const char *key, const SnetdVocabulary *vocabulary, int value)
{
  g_autofree char *word = snetd_vocabulary_word (vocabulary, value);

  add_text (object, key, word);
}

static void
add_ancestors (JsonObject *object, const struct snet_event *event)
{
  JsonArray *array;

  if (event->ancestors[0] == NULL)
    return;
  array = json_array_new ();
  for (gsize i = 0; event->ancestors[i] != NULL; i++)
    {
      g_autofree char *shown = snetd_process_text (event->ancestors[i]);

      json_array_add_string_element (array, shown);
    }
  json_object_set_array_member (object, SNET_KEY_ANCESTORS, array);
}

static void
add_address (JsonObject *object,
             const char *address_key,
             const char *port_key,
             const struct sockaddr_storage *sockaddr,
             socklen_t length)
{
  g_autofree char *text = NULL;
  SnetdAddress address;
  guint16 port;

  if (!snetd_address_from_sockaddr (sockaddr, length, &address, &port))
    return;
  text = snetd_address_to_string (&address);
  add_text (object, address_key, text);
  add_number (object, port_key, port);
}

static void
add_call (JsonObject *object, const struct snet_event *event)
{
  g_autofree char *protocol = snetd_protocol_word (event->family, event->protocol);

  if (event->id != 0)
    add_number (object, SNET_KEY_ID, event->id);
  add_number (object, SNET_KEY_TIME, event->time_ns / 1000);
  add_word (object, SNET_KEY_OPERATION, &snetd_operations, (int)event->operation);
  add_word (object, SNET_KEY_FAMILY, &snetd_families, event->family);
  add_word (object, SNET_KEY_TYPE, &snetd_types, event->type);
  add_text (object, SNET_KEY_PROTOCOL, protocol);
  if (event->fields & SNET_EVENT_LOCAL)
    add_address (object, SNET_KEY_LOCAL_ADDRESS, SNET_KEY_LOCAL_PORT, &event->local,
                 event->local_len);
  if (event->fields & SNET_EVENT_REMOTE)
    add_address (object, SNET_KEY_REMOTE_ADDRESS, SNET_KEY_REMOTE_PORT, &event->remote,
                 event->remote_len);
  add_word (object, SNET_KEY_HOLD, &snetd_holds, (int)event->hold);
}

static void
add_process (JsonObject *object, const struct snet_event *event)
{
  if (event->uid != G_MAXUINT32)
    add_number (object, SNET_KEY_UID, event->uid);
  if (event->pid != 0)
    add_number (object, SNET_KEY_PID, event->pid);
  add_text (object, SNET_KEY_COMM, event->comm);
  add_text (object, SNET_KEY_PROGRAM, event->program);
  add_text (object, SNET_KEY_SCRIPT, event->script);
  add_ancestors (object, event);
  if (event->process != 0)
    add_number (object, SNET_KEY_PROCESS, event->process);
  if (event->session != G_MAXUINT32)
    add_number (object, SNET_KEY_SESSION, event->session);
  if (event->fields & SNET_EVENT_NETNS)
    add_number (object, SNET_KEY_NETNS, event->netns);
}

static void
add_close (JsonObject *object, const struct snet_event *event)
{
  if (event->fields & SNET_EVENT_DURATION)
    add_number (object, "duration", event->duration_ns / 1000);
  if (event->fields & SNET_EVENT_BYTES_SENT)
    add_number (object, "bytes-sent", event->bytes_sent);
  if (event->fields & SNET_EVENT_BYTES_RECEIVED)
    add_number (object, "bytes-received", event->bytes_received);
}

static void
add_end (JsonObject *object, const SnetListenEnd *end)
{
  if (end->has_verdict)
    add_word (object, SNET_KEY_VERDICT, &snetd_verdicts, (int)end->verdict);
  if (end->reason >= 0)
    add_word (object, SNET_KEY_REASON, &snetd_reasons, end->reason);
  if (end->error != 0)
    add_word (object, SNET_KEY_ERRNO, &snetd_errnos, end->error);
  if (end->waited >= 0)
    add_number (object, SNET_KEY_WAITED, (guint64)end->waited);
}

/*
 * What a program calls itself may steer a terminal, and json-glib lets some of that through. All
 * of the text but strings is ASCII, so whatever else there is stands in one.
 */
static char *
to_ascii (const char *json)
{
  GString *ascii = g_string_new (NULL);

  for (const char *at = json; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (c >= 0x20 && c < 0x7f)
        g_string_append_c (ascii, (char)c);
      else if (c < 0x10000)
        g_string_append_printf (ascii, "\\u%04x", c);
      else
        g_string_append_printf (ascii, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10),
                                0xdc00 + ((c - 0x10000) & 0x3ff));
    }
  return g_string_free (ascii, FALSE);
}

SnetListenEnd
snet_listen_end_of_event (const struct snet_event *event)
{
  SnetListenEnd end = { .reason = -1, .waited = -1 };

  end.has_verdict = (event->fields & SNET_EVENT_VERDICT) != 0;
  end.verdict = event->verdict;
  end.error = event->error;
  if (event->fields & SNET_EVENT_WAITED)
    end.waited = (gint64)(event->waited_ns / 1000);
  if (!(event->fields & SNET_EVENT_CAUSE))
    return end;
  switch (event->cause)
    {
    case SNET_CAUSE_TICKET:
      end.reason = SNETD_REASON_TICKET;
      break;
    case SNET_CAUSE_TIMEOUT:
      end.reason = SNETD_REASON_TIMEOUT;
      break;
    case SNET_CAUSE_NO_CONTROLLER:
    case SNET_CAUSE_CONTROLLER_GONE:
    case SNET_CAUSE_QUEUE_FULL:
    case SNET_CAUSE_UNDELIVERABLE:
      end.reason = SNETD_REASON_POLICY;
      break;
    case SNET_CAUSE_CANCELLED:
      /* The program has gone: there was nobody left to decide about. */
      end.has_verdict = FALSE;
      break;
    default:
      /* Why the controller has decided so is its own business. */
      break;
    }
  return end;
}

char *
snet_listen_json (const struct snet_event *event, const SnetListenEnd *end)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;

  json_node_take_object (node, json_object_new ());
  add_call (json_node_get_object (node), event);
  add_process (json_node_get_object (node), event);
  add_close (json_node_get_object (node), event);
  add_end (json_node_get_object (node), end);
  text = json_to_string (node, FALSE);
  return to_ascii (text);
}

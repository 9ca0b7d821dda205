/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "identity.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "call.h"

#define LONG_DELAY 600

/* All the paths that a request can have, at their longest, and the rest. */
#define MESSAGE_MAX ((SNET_ANCESTORS_MAX + 3) * 4096)

typedef union
{
  struct nlmsghdr hdr;
  guint8 bytes[MESSAGE_MAX];
} Message;

void
request_free (Request *request)
{
  g_free (request->program);
  g_free (request->script);
  g_ptr_array_unref (request->ancestors);
  g_free (request);
}

Wire *
identity_begin (void)
{
  Wire *wire = wire_open (wire_family ());
  TestMessage message;

  g_assert_cmpint (wire_command (wire, SNET_CMD_REGISTER, 0), ==, 0);
  wire_begin (wire, &message, SNET_CMD_CONFIG_SET, 0);
  message_put_u32 (&message, SNET_A_DELAY, LONG_DELAY);
  message_put_u32 (&message, SNET_A_POLICY, SNET_VERDICT_DENY);
  g_assert_cmpint (wire_call (wire, &message), ==, 0);
  return wire;
}

static guint64
read_number (const struct nlattr *nla)
{
  guint64 wide;
  guint32 narrow;

  if (nla->nla_len == NLA_HDRLEN + sizeof wide)
    {
      memcpy (&wide, nla + 1, sizeof wide);
      return wide;
    }
  g_assert_cmpuint (nla->nla_len, ==, NLA_HDRLEN + sizeof narrow);
  memcpy (&narrow, nla + 1, sizeof narrow);
  return narrow;
}

static char *
read_string (const struct nlattr *nla)
{
  const char *string = (const char *)(nla + 1);
  gsize size = nla->nla_len - NLA_HDRLEN;

  g_assert_cmpuint (size, >, 1);
  g_assert_cmpuint (strnlen (string, size), ==, size - 1);
  return g_strdup (string);
}

static void
read_attr (Request *request, const struct nlattr *nla)
{
  switch (nla->nla_type & NLA_TYPE_MASK)
    {
    case SNET_A_ID:
      request->id = read_number (nla);
      break;
    case SNET_A_PID:
      request->pid = read_number (nla);
      break;
    case SNET_A_TID:
      request->tid = read_number (nla);
      break;
    case SNET_A_UID:
      request->uid = read_number (nla);
      break;
    case SNET_A_NETNS:
      request->netns = read_number (nla);
      break;
    case SNET_A_PROCESS:
      request->process = read_number (nla);
      break;
    case SNET_A_START_TIME:
      request->start_time = read_number (nla);
      break;
    case SNET_A_PROGRAM:
      g_assert_null (request->program);
      request->program = read_string (nla);
      break;
    case SNET_A_PROGRAM_DEV:
      request->dev = read_number (nla);
      break;
    case SNET_A_PROGRAM_INODE:
      request->inode = read_number (nla);
      break;
    case SNET_A_SCRIPT:
      g_assert_null (request->script);
      request->script = read_string (nla);
      break;
    case SNET_A_ANCESTOR:
      g_ptr_array_add (request->ancestors, read_string (nla));
      break;
    default:
      break;
    }
}

/* Waits for a message. Return: its attributes' length. */
static gsize
receive (Wire *wire, guint8 command, Message *message, const guint8 **ret_attrs)
{
  struct pollfd pollfd = { .fd = wire->fd, .events = POLLIN };
  const struct genlmsghdr *genl;
  gssize len;

  g_assert_cmpint (poll (&pollfd, 1, TEST_PATIENCE_MS), ==, 1);
  len = recv (wire->fd, message, sizeof *message, 0);
  g_assert_cmpint (len, >=, NLMSG_LENGTH (GENL_HDRLEN));
  g_assert_cmpint (len, ==, message->hdr.nlmsg_len);
  g_assert_cmpuint (message->hdr.nlmsg_type, ==, wire->family);
  genl = NLMSG_DATA (&message->hdr);
  g_assert_cmpuint (genl->cmd, ==, command);
  *ret_attrs = message->bytes + NLMSG_LENGTH (GENL_HDRLEN);
  return len - NLMSG_LENGTH (GENL_HDRLEN);
}

Request *
identity_next (Wire *wire)
{
  g_autofree Message *message = g_new (Message, 1);
  Request *request = g_new0 (Request, 1);
  const guint8 *attrs;
  gsize len = receive (wire, SNET_CMD_REQUEST, message, &attrs);

  request->ancestors = g_ptr_array_new_with_free_func (g_free);
  for (gsize at = 0; at < len;)
    {
      const struct nlattr *nla = (const struct nlattr *)(attrs + at);

      g_assert_cmpuint (nla->nla_len, >=, NLA_HDRLEN);
      g_assert_cmpuint (at + nla->nla_len, <=, len);
      read_attr (request, nla);
      at += NLA_ALIGN (nla->nla_len);
    }
  return request;
}

void
identity_next_cancel (Wire *wire, const Request *request, enum snet_cancel_reason reason)
{
  TestMessage message;

  wire_receive (wire, &message);
  g_assert_cmpuint (((struct genlmsghdr *)NLMSG_DATA (&message.hdr))->cmd, ==, SNET_CMD_CANCEL);
  g_assert_cmpuint (read_number (message_find (&message, SNET_A_ID)), ==, request->id);
  g_assert_cmpuint (read_number (message_find (&message, SNET_A_REASON)), ==, reason);
}

void
identity_verdict (Wire *wire, const Request *request, enum snet_verdict verdict)
{
  TestMessage message;

  wire_begin (wire, &message, SNET_CMD_VERDICT, 0);
  message_put_u64 (&message, SNET_A_ID, request->id);
  message_put_u32 (&message, SNET_A_VERDICT, verdict);
  g_assert_cmpint (wire_call (wire, &message), ==, 0);
}

void
identity_allow_ticket (Wire *wire, const Request *request, guint64 fields)
{
  TestMessage message;

  wire_begin (wire, &message, SNET_CMD_VERDICT, 0);
  message_put_u64 (&message, SNET_A_ID, request->id);
  message_put_u32 (&message, SNET_A_VERDICT, SNET_VERDICT_ALLOW);
  message_put_u64 (&message, SNET_A_TICKET_FIELDS, fields);
  message_put_u32 (&message, SNET_A_TICKET_MODE, SNET_TICKET_FIXED);
  g_assert_cmpint (wire_call (wire, &message), ==, 0);
}

void
identity_finish (Wire *wire, const Request *request, Child *child)
{
  identity_verdict (wire, request, SNET_VERDICT_DENY);
  g_assert_cmpint (child_finish (child), ==, EACCES);
}

void
assert_file (const Request *request, const char *path)
{
  struct stat status;

  g_assert_no_errno (stat (path, &status));
  g_assert_cmpuint (request->dev, ==, status.st_dev);
  g_assert_cmpuint (request->inode, ==, status.st_ino);
  g_assert_cmpuint (request->process, !=, 0);
}

void
assert_program (const Request *request, const char *path)
{
  g_assert_cmpstr (request->program, ==, path);
  g_assert_null (request->script);
  assert_file (request, path);
}

void
assert_ancestors (const Request *request, const char *first, ...)
{
  va_list list;
  guint i = 0;

  va_start (list, first);
  for (const char *path = first; path; path = va_arg (list, const char *))
    {
      g_assert_cmpuint (i, <, request->ancestors->len);
      g_assert_cmpstr (g_ptr_array_index (request->ancestors, i), ==, path);
      i++;
    }
  va_end (list);
}

const char *
self_path (void)
{
  static char *path;

  if (!path)
    path = realpath ("/proc/self/exe", NULL);
  g_assert_nonnull (path);
  return path;
}

const char *
caller_path (void)
{
  static char *path;

  if (!path)
    {
      g_autofree char *folder = g_path_get_dirname (self_path ());

      path = g_build_filename (folder, "caller", NULL);
    }
  return path;
}

char *
folder_new (void)
{
  char *folder = g_strdup ("/run/test-identity-XXXXXX");

  g_assert_nonnull (mkdtemp (folder));
  g_assert_no_errno (chmod (folder, 0755));
  return folder;
}

void
folder_remove (char *folder)
{
  /* rm knows what to do about paths that are too long. */
  char *argv[] = { (char *)"rm", (char *)"-r", folder, NULL };
  int status;
  gboolean ok;

  ok = g_spawn_sync (NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status, NULL);
  g_assert_true (ok);
  g_assert_cmpint (status, ==, 0);
  g_free (folder);
}

char *
folder_add (const char *folder, const char *name, const char *contents, gssize len)
{
  char *path = g_build_filename (folder, name, NULL);
  gboolean ok =
    g_file_set_contents_full (path, contents, len, G_FILE_SET_CONTENTS_NONE, 0755, NULL);

  g_assert_true (ok);
  return path;
}

char *
folder_add_caller (const char *folder, const char *name)
{
  g_autofree char *contents = NULL;
  gsize len;

  g_assert_true (g_file_get_contents (caller_path (), &contents, &len, NULL));
  return folder_add (folder, name, contents, len);
}

char *
folder_add_script (const char *folder, const char *name, const char *format, ...)
{
  g_autofree char *contents = NULL;
  va_list list;

  va_start (list, format);
  contents = g_strdup_vprintf (format, list);
  va_end (list);
  return folder_add (folder, name, contents, -1);
}

int
run_path (gconstpointer path)
{
  execl (path, path, NULL);
  return errno;
}

int
run_argv (gconstpointer argv)
{
  char *const *words = (char *const *)argv;

  execv (words[0], words);
  return errno;
}

int
run_call (gconstpointer unused)
{
  Call call = call_loopback (AF_INET, SOCK_DGRAM, 9);

  return call_connect (&call);
}

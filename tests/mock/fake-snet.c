/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake-snet.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

typedef enum
{
  MESSAGE_REQUEST,
  MESSAGE_CANCEL,
  MESSAGE_OVERRUN,
  MESSAGE_REPORT,
  MESSAGE_REPORTS_LOST,
  MESSAGE_ERROR,
} MessageKind;

typedef struct
{
  MessageKind kind;
  struct snet_event *event;
  struct snet_cancel cancel;
  int error;
} Message;

typedef struct
{
  enum snet_verdict verdict;
  int error;
  gboolean has_ticket;
  struct snet_ticket_terms terms;
} Verdict;

struct snet
{
  int fd;
  GQueue messages;
  struct snet_callbacks callbacks;
  struct snet_monitor_callbacks monitor;
  void *data;
};

static struct
{
  guint64 last_id;
  GPtrArray *waiting;   /* of struct snet_event */
  GHashTable *verdicts; /* guint64 -> Verdict */
  struct snet *controller;
  struct snet *monitor;
  gboolean losing;
  guint flushes;
  struct snet_config config;
  int results[FAKE_SNET_N_CALLS]; /* what they fail with, 0: they do not */
  FakeSnetVerdictHook hook;
  gpointer hook_data;
} kernel;

static void
free_message (Message *message)
{
  snet_event_free (message->event);
  g_free (message);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Message, free_message)

gboolean
fake_snet_is_open (void)
{
  return kernel.controller != NULL || kernel.monitor != NULL;
}

void
fake_snet_reset (void)
{
  g_assert_null (kernel.controller);
  g_assert_null (kernel.monitor);

  g_clear_pointer (&kernel.waiting, g_ptr_array_unref);
  g_clear_pointer (&kernel.verdicts, g_hash_table_unref);
  memset (&kernel, 0, sizeof kernel);

  kernel.waiting = g_ptr_array_new_with_free_func ((GDestroyNotify)snet_event_free);
  kernel.verdicts = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  kernel.config.fields = SNET_CONFIG_DELAY | SNET_CONFIG_POLICY | SNET_CONFIG_FEATURES;
  kernel.config.features = SNET_FEATURE_IDENTITY | SNET_FEATURE_CLOSE;
  kernel.config.delay = 60;
  kernel.config.policy = SNET_VERDICT_ALLOW;
}

/* For a program that knows nothing of the script. */
static void __attribute__ ((constructor)) boot (void)
{
  fake_snet_reset ();
}

void
fake_snet_fail (FakeSnetCall call, int result)
{
  kernel.results[call] = result;
}

struct snet_config
fake_snet_config (void)
{
  return kernel.config;
}

void
fake_snet_set_process (struct snet_event *event, guint32 pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%u/stat", pid);
  g_autofree char *text = NULL;
  g_auto (GStrv) fields = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  fields = g_strsplit (strrchr (text, ')'), " ", 0);
  event->pid = pid;
  event->tid = pid;
  /* The kernel is more exact than /proc. */
  event->start_time_ns =
    g_ascii_strtoull (fields[20], NULL, 10) * (1000000000 / sysconf (_SC_CLK_TCK));
  event->start_time_ns += 12345;
  event->fields |= SNET_EVENT_START_TIME;
}

struct snet_event
fake_snet_event (guint32 uid)
{
  struct snet_event event = { 0 };
  struct sockaddr_in *remote = (struct sockaddr_in *)&event.remote;

  event.operation = SNET_OP_CONNECT;
  event.hold = SNET_HOLD_THREAD;
  event.fields = SNET_EVENT_REMOTE | SNET_EVENT_NETNS;
  event.family = AF_INET;
  event.type = SOCK_STREAM;
  event.protocol = IPPROTO_TCP;
  fake_snet_set_process (&event, getpid ());
  event.uid = uid;
  event.euid = uid;
  event.gid = uid;
  event.netns = 4026531840;
  event.process = 77;
  event.session = 3;
  event.script = "/usr/bin/get";
  event.ancestors[0] = "/usr/bin/bash";
  event.ancestors[1] = "/usr/sbin/sshd";
  event.time_ns = g_get_real_time () * 1000;
  event.deadline_ns = event.time_ns + 60 * 1000000000ull;
  g_strlcpy (event.comm, "curl", sizeof event.comm);
  remote->sin_family = AF_INET;
  remote->sin_port = htons (443);
  remote->sin_addr.s_addr = htonl (0xc0000201);
  event.remote_len = sizeof *remote;
  return event;
}

/* Its event is the message's. */
static void
send_to (struct snet *snet, const Message *message)
{
  guint64 one = 1;

  if (snet == NULL)
    {
      snet_event_free (message->event);
      return;
    }

  g_queue_push_tail (&snet->messages, g_memdup2 (message, sizeof *message));
  g_assert_cmpint (write (snet->fd, &one, sizeof one), ==, sizeof one);
}

static void
send_message (const Message *message)
{
  send_to (kernel.losing ? NULL : kernel.controller, message);
}

void
fake_snet_report (struct snet_event event)
{
  const Message message = { .kind = MESSAGE_REPORT, .event = snet_event_copy (&event) };

  send_to (kernel.monitor, &message);
}

void
fake_snet_lose_reports (void)
{
  const Message message = { .kind = MESSAGE_REPORTS_LOST };

  send_to (kernel.monitor, &message);
}

static int
find_waiting (guint64 id)
{
  for (guint i = 0; i < kernel.waiting->len; i++)
    {
      if (((struct snet_event *)g_ptr_array_index (kernel.waiting, i))->id == id)
        return i;
    }
  return -1;
}

guint64
fake_snet_hold (struct snet_event event)
{
  Message message = { .kind = MESSAGE_REQUEST };

  event.id = ++kernel.last_id;
  g_ptr_array_add (kernel.waiting, snet_event_copy (&event));
  message.event = snet_event_copy (&event);
  send_message (&message);
  return event.id;
}

static void
end_by_itself (guint64 id, enum snet_cancel_reason reason, enum snet_verdict verdict)
{
  Message message = { .kind = MESSAGE_CANCEL, .cancel = { id, reason, verdict } };
  int i = find_waiting (id);

  g_assert_cmpint (i, >=, 0);
  g_ptr_array_remove_index (kernel.waiting, i);
  send_message (&message);
}

void
fake_snet_kill (guint64 id)
{
  end_by_itself (id, SNET_CANCEL_KILLED, SNET_VERDICT_ALLOW);
}

void
fake_snet_time_out (guint64 id, enum snet_verdict verdict)
{
  end_by_itself (id, SNET_CANCEL_TIMEOUT, verdict);
}

void
fake_snet_start_losing (void)
{
  kernel.losing = TRUE;
}

void
fake_snet_overrun (void)
{
  const Message message = { .kind = MESSAGE_OVERRUN };

  kernel.losing = FALSE;
  send_message (&message);
}

void
fake_snet_send_malformed (void)
{
  fake_snet_break (-EBADMSG);
}

void
fake_snet_break (int result)
{
  const Message message = { .kind = MESSAGE_ERROR, .error = result };

  send_message (&message);
}

void
fake_snet_break_monitor (int result)
{
  const Message message = { .kind = MESSAGE_ERROR, .error = result };

  send_to (kernel.monitor, &message);
}

void
fake_snet_set_verdict_hook (FakeSnetVerdictHook hook, gpointer user_data)
{
  kernel.hook = hook;
  kernel.hook_data = user_data;
}

gboolean
fake_snet_verdict (guint64 id, enum snet_verdict *ret_verdict, int *ret_error)
{
  Verdict *verdict = g_hash_table_lookup (kernel.verdicts, &id);

  if (verdict == NULL)
    return FALSE;
  if (ret_verdict != NULL)
    *ret_verdict = verdict->verdict;
  if (ret_error != NULL)
    *ret_error = verdict->error;
  return TRUE;
}

gboolean
fake_snet_ticket (guint64 id, struct snet_ticket_terms *ret_terms)
{
  Verdict *verdict = g_hash_table_lookup (kernel.verdicts, &id);

  g_assert_nonnull (verdict);
  *ret_terms = verdict->terms;
  return verdict->has_ticket;
}

guint
fake_snet_flushes (void)
{
  return kernel.flushes;
}

gboolean
fake_snet_waits (guint64 id)
{
  return find_waiting (id) >= 0;
}

/* libsnet */

int
snet_open (struct snet **ret_snet)
{
  if (kernel.results[FAKE_SNET_OPEN] != 0)
    return kernel.results[FAKE_SNET_OPEN];

  *ret_snet = g_new0 (struct snet, 1);
  (*ret_snet)->fd = eventfd (0, EFD_NONBLOCK | EFD_CLOEXEC | EFD_SEMAPHORE);
  return 0;
}

struct snet *
snet_close (struct snet *snet)
{
  if (snet == NULL)
    return NULL;

  if (kernel.controller == snet)
    kernel.controller = NULL;
  if (kernel.monitor == snet)
    kernel.monitor = NULL;
  g_queue_clear_full (&snet->messages, (GDestroyNotify)free_message);
  close (snet->fd);
  g_free (snet);
  return NULL;
}

int
snet_fd (const struct snet *snet)
{
  return snet->fd;
}

int
snet_register (struct snet *snet, const struct snet_callbacks *callbacks, void *data)
{
  if (kernel.results[FAKE_SNET_REGISTER] != 0)
    return kernel.results[FAKE_SNET_REGISTER];
  if (kernel.controller != NULL)
    return -EBUSY;

  snet->callbacks = *callbacks;
  snet->data = data;
  kernel.controller = snet;
  return 0;
}

int
snet_monitor (struct snet *snet, const struct snet_monitor_callbacks *callbacks, void *data)
{
  if (kernel.results[FAKE_SNET_MONITOR] != 0)
    return kernel.results[FAKE_SNET_MONITOR];

  g_assert_null (kernel.monitor);
  snet->monitor = *callbacks;
  snet->data = data;
  kernel.monitor = snet;
  return 0;
}

int
snet_dispatch (struct snet *snet)
{
  guint64 count;
  int called = 0;

  while (read (snet->fd, &count, sizeof count) == sizeof count)
    {
      g_autoptr (Message) message = g_queue_pop_head (&snet->messages);

      switch (message->kind)
        {
        case MESSAGE_REQUEST:
          snet->callbacks.request (snet, message->event, snet->data);
          break;
        case MESSAGE_CANCEL:
          snet->callbacks.cancel (snet, &message->cancel, snet->data);
          break;
        case MESSAGE_OVERRUN:
          snet->callbacks.overrun (snet, snet->data);
          break;
        case MESSAGE_REPORT:
          snet->monitor.event (snet, message->event, snet->data);
          break;
        case MESSAGE_REPORTS_LOST:
          snet->monitor.overrun (snet, snet->data);
          break;
        case MESSAGE_ERROR:
        default:
          return message->error;
        }
      called++;
    }
  return called;
}

int
snet_verdict_ticket (struct snet *snet,
                     uint64_t id,
                     uint32_t verdict,
                     int error,
                     const struct snet_ticket_terms *terms)
{
  Verdict taken = { .verdict = verdict, .error = error, .has_ticket = terms != NULL };
  int i, result;

  if (kernel.controller != snet)
    return -EPERM;
  if (kernel.hook != NULL)
    {
      result = kernel.hook (id, kernel.hook_data);
      if (result != 0)
        return result;
    }

  i = find_waiting (id);
  if (i < 0)
    return -ENOENT;
  if (terms != NULL)
    taken.terms = *terms;
  g_ptr_array_remove_index (kernel.waiting, i);
  g_hash_table_insert (kernel.verdicts, g_memdup2 (&id, sizeof id),
                       g_memdup2 (&taken, sizeof taken));
  return 0;
}

int
snet_ticket_flush (struct snet *snet)
{
  if (kernel.results[FAKE_SNET_FLUSH] != 0)
    return kernel.results[FAKE_SNET_FLUSH];

  kernel.flushes++;
  return 0;
}

int
snet_config_get (struct snet *snet, struct snet_config *ret_config)
{
  if (kernel.results[FAKE_SNET_CONFIG_GET] != 0)
    return kernel.results[FAKE_SNET_CONFIG_GET];

  *ret_config = kernel.config;
  return 0;
}

int
snet_config_set (struct snet *snet, const struct snet_config *config)
{
  if (kernel.results[FAKE_SNET_CONFIG_SET] != 0)
    return kernel.results[FAKE_SNET_CONFIG_SET];
  if ((config->fields & SNET_CONFIG_DELAY) && (config->delay < 1 || config->delay > SNET_DELAY_MAX))
    return -ERANGE;
  if (config->fields & SNET_CONFIG_DELAY)
    kernel.config.delay = config->delay;
  if (config->fields & SNET_CONFIG_POLICY)
    kernel.config.policy = config->policy;
  return 0;
}

int
snet_stats_get (struct snet *snet, struct snet_stats *ret_stats)
{
  if (kernel.results[FAKE_SNET_STATS] != 0)
    return kernel.results[FAKE_SNET_STATS];

  *ret_stats = (struct snet_stats){
    .requests = kernel.last_id,
    .pending = kernel.waiting->len,
    .tickets = 7,
  };
  return 0;
}

int
snet_pending (struct snet *snet,
              void (*callback) (struct snet *snet, const struct snet_event *event, void *data),
              void *data)
{
  if (kernel.results[FAKE_SNET_PENDING] != 0)
    return kernel.results[FAKE_SNET_PENDING];

  for (guint i = 0; i < kernel.waiting->len; i++)
    callback (snet, g_ptr_array_index (kernel.waiting, i), data);
  return kernel.waiting->len;
}

const char *
snet_strerror (struct snet *snet, int error)
{
  return g_strerror (-error);
}

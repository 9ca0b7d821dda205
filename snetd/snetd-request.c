/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-request.h"

#include <errno.h>

#include "snet-names.h"
#include "snetd-dict.h"

/* G_DEFINE_BOXED_TYPE() needs an extension of the language. */
GType
snetd_request_get_type (void)
{
  static gsize type = 0;

  if (g_once_init_enter (&type))
    {
      GType new_type = g_boxed_type_register_static (
        "SnetdRequest", (GBoxedCopyFunc)snetd_request_ref, (GBoxedFreeFunc)snetd_request_unref);

      g_once_init_leave (&type, new_type);
    }
  return type;
}

static SnetdRequest *
new_from_event (const struct snet_event *event)
{
  SnetdRequest *request = g_new0 (SnetdRequest, 1);

  g_ref_count_init (&request->ref_count);
  request->id = event->id;
  request->time = event->time_ns / 1000;
  request->operation = event->operation;
  request->hold = event->hold;
  request->family = event->family;
  request->type = event->type;
  request->protocol = event->protocol;
  request->pid = event->pid;
  request->tid = event->tid;
  request->uid = event->uid;
  request->euid = event->euid;
  request->gid = event->gid;
  request->process = event->process;
  request->session = event->session;
  request->ancestors = snetd_process_ancestors (event);
  if (event->script != NULL)
    request->script = snetd_process_text (event->script);
  if (event->comm[0] != '\0')
    request->comm = snetd_process_text (event->comm);
  if (event->fields & SNET_EVENT_NETNS)
    request->netns = event->netns;
  if (event->fields & SNET_EVENT_LOCAL)
    snetd_address_from_sockaddr (&event->local, event->local_len, &request->local,
                                 &request->local_port);
  if (event->fields & SNET_EVENT_REMOTE)
    snetd_address_from_sockaddr (&event->remote, event->remote_len, &request->remote,
                                 &request->remote_port);
  return request;
}

static void
add_process (SnetdRequest *request, const struct snet_event *event, SnetdProcesses *processes)
{
  g_auto (SnetdProcess) process = { 0 };

  if (processes != NULL)
    snetd_processes_read (processes, event, &process);
  else
    snetd_process_read (event, &process);
  request->program = g_steal_pointer (&process.program);
  request->command = g_steal_pointer (&process.command);
  request->directory = g_steal_pointer (&process.directory);
  request->cgroup = g_steal_pointer (&process.cgroup);
  request->unit = g_steal_pointer (&process.unit);
  request->app = g_steal_pointer (&process.app);
}

SnetdRequest *
snetd_request_new (const struct snet_event *event, SnetdProcesses *processes)
{
  SnetdRequest *request = new_from_event (event);

  request->deadline = event->deadline_ns / 1000;
  add_process (request, event, processes);
  return request;
}

void
snetd_request_wait (SnetdRequest *request)
{
  const gint64 age = g_get_real_time () - request->time;

  request->held_since = g_get_monotonic_time () - MAX (age, 0);
}

SnetdRequest *
snetd_request_new_decided (const struct snet_event *event)
{
  SnetdRequest *request = new_from_event (event);

  request->program = snetd_process_program_told (event);
  request->decided = TRUE;
  request->verdict = event->verdict;
  request->error = event->error;
  request->reason = event->cause == SNET_CAUSE_TICKET ? SNETD_REASON_TICKET : SNETD_REASON_POLICY;
  request->waited = event->waited_ns / 1000;
  return request;
}

SnetdRequest *
snetd_request_ref (SnetdRequest *request)
{
  g_ref_count_inc (&request->ref_count);
  return request;
}

void
snetd_request_unref (SnetdRequest *request)
{
  if (!g_ref_count_dec (&request->ref_count))
    return;

  g_free (request->comm);
  g_free (request->program);
  g_free (request->program_digest);
  g_free (request->script);
  g_strfreev (request->ancestors);
  g_strfreev (request->command);
  g_free (request->directory);
  g_free (request->app);
  g_free (request->unit);
  g_free (request->cgroup);
  g_free (request->remote_host);
  g_free (request->reverse_host);
  g_free (request);
}

void
snetd_request_decide (SnetdRequest *request,
                      enum snet_verdict verdict,
                      int error,
                      SnetdReason reason,
                      guint64 rule)
{
  gint64 waited;

  g_return_if_fail (!request->decided);

  request->decided = TRUE;
  request->verdict = verdict;
  if (verdict == SNET_VERDICT_DENY)
    request->error = error != 0 ? error : EACCES;
  request->reason = reason;
  request->rule = rule;
  waited = request->held_since != 0 ? g_get_monotonic_time () - request->held_since
                                    : g_get_real_time () - request->time;
  request->waited = MAX (waited, 0);
}

const char *
snetd_request_get_host (const SnetdRequest *request)
{
  return request->remote_host != NULL ? request->remote_host : request->reverse_host;
}

SnetdHostSource
snetd_request_get_host_source (const SnetdRequest *request)
{
  if (request->remote_host != NULL)
    return request->remote_host_source;
  return request->reverse_host != NULL ? SNETD_HOST_SOURCE_REVERSE : SNETD_HOST_SOURCE_NONE;
}

static void
add_texts (GVariantBuilder *dict, const char *key, char **texts)
{
  if (texts != NULL)
    snetd_dict_add (dict, key, g_variant_new_strv ((const char *const *)texts, -1));
}

static void
add_decision (GVariantBuilder *dict, const SnetdRequest *request)
{
  snetd_dict_add_word (dict, SNET_KEY_VERDICT, &snetd_verdicts, request->verdict);
  snetd_dict_add_word (dict, SNET_KEY_REASON, &snetd_reasons, request->reason);
  if (request->rule != 0)
    snetd_dict_add (dict, SNET_KEY_RULE, g_variant_new ("t", request->rule));
  if (request->error != 0)
    snetd_dict_add_word (dict, SNET_KEY_ERRNO, &snetd_errnos, request->error);
  snetd_dict_add (dict, SNET_KEY_WAITED, g_variant_new ("x", request->waited));
}

GVariant *
snetd_request_to_variant (const SnetdRequest *request)
{
  g_auto (GVariantBuilder) dict = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);
  g_autofree char *protocol = NULL;

  if (request->id != 0)
    snetd_dict_add (&dict, SNET_KEY_ID, g_variant_new ("t", request->id));
  snetd_dict_add (&dict, SNET_KEY_TIME, g_variant_new ("x", request->time));
  snetd_dict_add_word (&dict, SNET_KEY_OPERATION, &snetd_operations, request->operation);
  snetd_dict_add_word (&dict, SNET_KEY_FAMILY, &snetd_families, request->family);
  snetd_dict_add_word (&dict, SNET_KEY_TYPE, &snetd_types, request->type);
  protocol = snetd_protocol_word (request->family, request->protocol);
  snetd_dict_add_text (&dict, SNET_KEY_PROTOCOL, protocol);
  snetd_dict_add (&dict, SNET_KEY_UID, g_variant_new ("u", request->uid));
  snetd_dict_add (&dict, SNET_KEY_PID, g_variant_new ("u", request->pid));
  snetd_dict_add_text (&dict, SNET_KEY_COMM, request->comm);
  snetd_dict_add_text (&dict, SNET_KEY_PROGRAM, request->program);
  snetd_dict_add_text (&dict, SNET_KEY_PROGRAM_DIGEST, request->program_digest);
  snetd_dict_add_text (&dict, SNET_KEY_SCRIPT, request->script);
  add_texts (&dict, SNET_KEY_COMMAND, request->command);
  snetd_dict_add_text (&dict, SNET_KEY_DIRECTORY, request->directory);
  add_texts (&dict, SNET_KEY_ANCESTORS, request->ancestors);
  if (request->process != 0)
    snetd_dict_add (&dict, SNET_KEY_PROCESS, g_variant_new ("t", request->process));
  if (request->session != G_MAXUINT32)
    snetd_dict_add (&dict, SNET_KEY_SESSION, g_variant_new ("u", request->session));
  snetd_dict_add_text (&dict, SNET_KEY_APP, request->app);
  snetd_dict_add_text (&dict, SNET_KEY_UNIT, request->unit);
  snetd_dict_add_text (&dict, SNET_KEY_CGROUP, request->cgroup);
  if (request->netns != 0)
    snetd_dict_add (&dict, SNET_KEY_NETNS, g_variant_new ("t", request->netns));
  snetd_dict_add_address (&dict, SNET_KEY_LOCAL_ADDRESS, &request->local);
  if (SNETD_ADDRESS_KNOWN (&request->local))
    snetd_dict_add (&dict, SNET_KEY_LOCAL_PORT, g_variant_new ("q", request->local_port));
  snetd_dict_add_address (&dict, SNET_KEY_REMOTE_ADDRESS, &request->remote);
  if (SNETD_ADDRESS_KNOWN (&request->remote))
    snetd_dict_add (&dict, SNET_KEY_REMOTE_PORT, g_variant_new ("q", request->remote_port));
  snetd_dict_add_text (&dict, SNET_KEY_REMOTE_HOST, snetd_request_get_host (request));
  snetd_dict_add_word (&dict, SNET_KEY_HOST_SOURCE, &snetd_host_sources,
                       snetd_request_get_host_source (request));
  snetd_dict_add_word (&dict, SNET_KEY_HOLD, &snetd_holds, request->hold);

  if (request->decided)
    add_decision (&dict, request);
  else
    snetd_dict_add (&dict, SNET_KEY_DEADLINE, g_variant_new ("x", request->deadline));

  return g_variant_builder_end (&dict);
}

GVariant *
snetd_request_to_counted_variant (const SnetdRequest *request, guint count)
{
  g_autoptr (GVariant) event = g_variant_ref_sink (snetd_request_to_variant (request));
  GVariantDict dict;

  g_variant_dict_init (&dict, event);
  g_variant_dict_insert (&dict, SNET_KEY_COUNT, "u", count);
  return g_variant_dict_end (&dict);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "snet-names.h"

#include "snetctl-family.h"
#include "snetctl-scope.h"

/* Deeper than what anybody starts; a process that has gone ends the search. */
#define MAX_DEPTH 100

struct _SnetctlFamily
{
  char *cgroup;
  char *self_program;
  GHashTable *pids; /* of those that are known, also when they have ended */
};

SnetctlFamily *
snetctl_family_new (const char *cgroup)
{
  SnetctlFamily *self = g_new0 (SnetctlFamily, 1);

  self->cgroup = g_strdup (cgroup);
  self->self_program = g_file_read_link ("/proc/self/exe", NULL);
  self->pids = g_hash_table_new (NULL, NULL);
  return self;
}

/* In it, or in a part of it that one of them has made. */
static gboolean
is_in_cgroup (SnetctlFamily *self, const char *cgroup)
{
  const gsize length = strlen (self->cgroup);

  return strncmp (cgroup, self->cgroup, length) == 0 &&
         (cgroup[length] == '\0' || cgroup[length] == '/');
}

/* 0: it has gone. */
static GPid
get_parent (GPid pid)
{
  g_autofree char *file = g_strdup_printf ("/proc/%d/stat", (int)pid);
  g_autofree char *text = NULL;
  const char *end;
  char state;
  int parent;

  if (!g_file_get_contents (file, &text, NULL, NULL))
    return 0;
  end = strrchr (text, ')');
  return end && sscanf (end, ") %c %d", &state, &parent) == 2 ? parent : 0;
}

static gboolean
is_descendant (GPid pid)
{
  for (guint i = 0; pid > 1 && i < MAX_DEPTH; i++)
    {
      pid = get_parent (pid);
      if (pid == getpid ())
        return TRUE;
    }
  return FALSE;
}

/* As it is now; TRUE and no answer: it has gone. */
static gboolean
is_member_now (SnetctlFamily *self, GPid pid, gboolean *ret_gone)
{
  g_autofree char *cgroup = self->cgroup ? snetctl_scope_of (pid) : NULL;

  *ret_gone = get_parent (pid) == 0;
  if (self->cgroup)
    return cgroup && is_in_cgroup (self, cgroup);
  return is_descendant (pid);
}

/*
 * Of what the kernel has decided by itself for a process that has ended already, this is all
 * there is: that a program like this one has led to it.
 */
static gboolean
is_led_to (SnetctlFamily *self, GsnetEvent *event)
{
  g_autoptr (GVariant) ancestors = gsnet_event_lookup (event, SNET_KEY_ANCESTORS);
  g_autofree const char **paths = NULL;

  if (!ancestors || !g_variant_is_of_type (ancestors, G_VARIANT_TYPE_STRING_ARRAY))
    return FALSE;
  paths = g_variant_get_strv (ancestors, NULL);
  return self->self_program && g_strv_contains (paths, self->self_program);
}

static gboolean
find (SnetctlFamily *self, GsnetEvent *event, GPid pid)
{
  const char *cgroup = gsnet_event_get_raw (event, SNET_KEY_CGROUP);
  gboolean gone;

  if (self->cgroup && cgroup)
    return is_in_cgroup (self, cgroup);
  if (g_hash_table_contains (self->pids, GINT_TO_POINTER (pid)) || is_member_now (self, pid, &gone))
    return TRUE;
  return gone && is_led_to (self, event);
}

gboolean
snetctl_family_has (SnetctlFamily *self, GsnetEvent *event)
{
  guint32 pid;

  if (!gsnet_event_get_pid (event, &pid) || !find (self, event, (GPid)pid))
    return FALSE;
  g_hash_table_add (self->pids, GINT_TO_POINTER ((GPid)pid));
  return TRUE;
}

void
snetctl_family_free (SnetctlFamily *self)
{
  g_free (self->cgroup);
  g_free (self->self_program);
  g_hash_table_unref (self->pids);
  g_free (self);
}

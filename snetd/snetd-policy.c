/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-policy.h"

#include <glib/gstdio.h>

#include "snet-names.h"
#include "snetd-log.h"
#include "snetd-names.h"

struct SnetdPolicy
{
  char *path;
  char *boot_id;
  int kept; /* -1: the kernel has what was set */
};

/* "BOOT-ID WORD"; FALSE: it is something else. */
static gboolean
parse (SnetdPolicy *policy, char *text)
{
  g_auto (GStrv) words = g_strsplit (g_strstrip (text), " ", -1);
  int verdict;

  if (g_strv_length (words) != 2 || !snetd_vocabulary_value (&snetd_verdicts, words[1], &verdict))
    return FALSE;
  if (g_str_equal (words[0], policy->boot_id))
    policy->kept = verdict;
  return TRUE;
}

static void
read_file (SnetdPolicy *policy)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  if (g_file_get_contents (policy->path, &text, NULL, &error) && parse (policy, text))
    return;
  if (g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    return;
  snetd_log (G_LOG_LEVEL_WARNING, SNETD_MESSAGE_MODE_LOST,
             "%s cannot be used, so the policy stays as the kernel has it: %s", policy->path,
             error != NULL ? error->message : "it makes no sense");
}

SnetdPolicy *
snetd_policy_new (const char *path, const char *boot_id)
{
  SnetdPolicy *policy = g_new0 (SnetdPolicy, 1);

  policy->path = g_strdup (path);
  policy->boot_id = g_strdup (boot_id);
  policy->kept = -1;
  read_file (policy);
  return policy;
}

void
snetd_policy_free (SnetdPolicy *policy)
{
  g_free (policy->path);
  g_free (policy->boot_id);
  g_free (policy);
}

static void
keep (SnetdPolicy *policy, enum snet_verdict verdict)
{
  g_autofree char *word = snetd_vocabulary_word (&snetd_verdicts, verdict);
  g_autofree char *text = g_strdup_printf ("%s %s\n", policy->boot_id, word);
  g_autoptr (GError) error = NULL;

  policy->kept = verdict;
  if (!g_file_set_contents_full (policy->path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                 &error))
    g_warning ("Should snetd end in lockdown, the policy stays “" SNET_VERDICT_WORD_DENY "”: %s",
               error->message);
}

enum snet_verdict
snetd_policy_choose (SnetdPolicy *policy, gboolean lockdown, int set, enum snet_verdict now)
{
  if (lockdown)
    {
      if (set >= 0)
        keep (policy, set);
      else if (policy->kept < 0)
        keep (policy, now);
      return SNET_VERDICT_DENY;
    }

  if (set >= 0)
    return set;
  return policy->kept >= 0 ? (enum snet_verdict)policy->kept : now;
}

void
snetd_policy_forget (SnetdPolicy *policy)
{
  if (policy->kept < 0)
    return;
  policy->kept = -1;
  g_unlink (policy->path);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>
#include <unistd.h>

#include "gsnet-rule-draft.h"
#include "gsnet-text.h"
#include "snet-names.h"

#include "snetctl-event.h"
#include "snetctl-fit.h"
#include "snetctl-rule.h"
#include "snetctl-tally.h"

#define MAX_COMMAND_CHARS 20000

enum
{
  COUNT,
  VERDICT,
  PROGRAM,
  OPERATION,
  WHERE,
  REASON,
  N_CELLS
};

/* Calls that were decided alike. */
typedef struct
{
  guint count;
  char *cells[N_CELLS]; /* but for COUNT */
} Group;

struct _SnetctlTally
{
  GPtrArray *events;
  GHashTable *groups; /* char * -> Group */
};

static void
group_free (Group *group)
{
  for (guint i = 0; i < N_CELLS; i++)
    g_free (group->cells[i]);
  g_free (group);
}

SnetctlTally *
snetctl_tally_new (void)
{
  SnetctlTally *self = g_new0 (SnetctlTally, 1);

  self->events = g_ptr_array_new_with_free_func (g_object_unref);
  self->groups =
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)group_free);
  return self;
}

/* Of the longest of them in this language. */
static guint
get_verdict_width (void)
{
  return MAX (snetctl_fit_width (_ ("allowed")),
              MAX (snetctl_fit_width (_ ("denied")), snetctl_fit_width (_ ("held"))));
}

static char *
say_verdict (GsnetEvent *event)
{
  const char *verdict = gsnet_event_get_verdict (event);

  if (g_strcmp0 (verdict, SNET_VERDICT_WORD_ALLOW) == 0)
    return g_strdup (_ ("allowed"));
  if (g_strcmp0 (verdict, SNET_VERDICT_WORD_DENY) == 0)
    return g_strdup (_ ("denied"));
  return g_strdup (_ ("held"));
}

static void
fill (GsnetEvent *event, char *cells[N_CELLS])
{
  cells[COUNT] = NULL;
  cells[VERDICT] = say_verdict (event);
  cells[PROGRAM] = g_strdup (gsnet_event_get_program_name (event));
  cells[OPERATION] = gsnet_event_dup_visible (event, SNET_KEY_OPERATION);
  cells[WHERE] = snetctl_event_where (event);
  cells[REASON] = snetctl_event_reason (event);
  for (guint i = VERDICT; i < N_CELLS; i++)
    if (!cells[i])
      cells[i] = g_strdup ("-");
}

gboolean
snetctl_tally_add (SnetctlTally *self, GsnetEvent *event)
{
  Group *group = g_new0 (Group, 1);
  g_autofree char *key = NULL;
  Group *known;

  fill (event, group->cells);
  key = g_strjoin ("\n", group->cells[VERDICT], group->cells[PROGRAM], group->cells[OPERATION],
                   group->cells[WHERE], group->cells[REASON], NULL);
  g_ptr_array_add (self->events, g_object_ref (event));
  known = g_hash_table_lookup (self->groups, key);
  if (known)
    {
      known->count++;
      group_free (group);
      return FALSE;
    }
  group->count = 1;
  g_hash_table_insert (self->groups, g_steal_pointer (&key), group);
  return TRUE;
}

char *
snetctl_tally_line (GsnetEvent *event)
{
  char *cells[N_CELLS];
  int space;
  char *line;

  fill (event, cells);
  space = (int)(get_verdict_width () - snetctl_fit_width (cells[VERDICT]));
  line =
    g_strdup_printf ("%s%*s  %s  %s  %s%s%s%s", cells[VERDICT], space, "", cells[PROGRAM],
                     cells[OPERATION], cells[WHERE], gsnet_event_get_verdict (event) ? "  (" : "",
                     gsnet_event_get_verdict (event) ? cells[REASON] : "",
                     gsnet_event_get_verdict (event) ? ")" : "");
  for (guint i = 0; i < N_CELLS; i++)
    g_free (cells[i]);
  return line;
}

/* The most frequent first; what is as frequent as in the alphabet, so that it is always the same.
 */
static int
compare (gconstpointer a, gconstpointer b)
{
  const Group *left = *(Group *const *)a;
  const Group *right = *(Group *const *)b;

  if (left->count != right->count)
    return left->count > right->count ? -1 : 1;
  return g_strcmp0 (left->cells[WHERE], right->cells[WHERE]);
}

/* Borrowed. */
static GPtrArray *
sort_groups (SnetctlTally *self)
{
  GPtrArray *sorted = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->groups);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Group *group = value;

      g_free (group->cells[COUNT]);
      group->cells[COUNT] = g_strdup_printf ("%u", group->count);
      g_ptr_array_add (sorted, group);
    }
  g_ptr_array_sort (sorted, compare);
  return sorted;
}

static void
add_row (GString *text, const char *const cells[N_CELLS], const guint widths[N_CELLS])
{
  for (guint i = 0; i < N_CELLS; i++)
    {
      const int space = (int)(widths[i] - snetctl_fit_width (cells[i]));

      if (i == COUNT)
        g_string_append_printf (text, "%*s%s ", space, "", cells[i]);
      else
        g_string_append_printf (text, " %s%*s", cells[i], i + 1 < N_CELLS ? space : 0, "");
    }
  g_string_append_c (text, '\n');
}

static void
widen (guint widths[N_CELLS], const char *const cells[N_CELLS])
{
  for (guint i = 0; i < N_CELLS; i++)
    widths[i] = MAX (widths[i], snetctl_fit_width (cells[i]));
}

char *
snetctl_tally_summary (SnetctlTally *self)
{
  const char *const titles[N_CELLS] = { _ ("CALLS"),     _ ("VERDICT"), _ ("PROGRAM"),
                                        _ ("OPERATION"), _ ("WHERE"),   _ ("REASON") };
  g_autoptr (GPtrArray) sorted = sort_groups (self);
  GString *text = g_string_new (NULL);
  guint widths[N_CELLS] = { 0 };

  widen (widths, titles);
  for (guint i = 0; i < sorted->len; i++)
    widen (widths, (const char *const *)((Group *)g_ptr_array_index (sorted, i))->cells);
  add_row (text, titles, widths);
  for (guint i = 0; i < sorted->len; i++)
    add_row (text, (const char *const *)((Group *)g_ptr_array_index (sorted, i))->cells, widths);
  return g_string_free (text, FALSE);
}

gboolean
snetctl_tally_is_empty (SnetctlTally *self)
{
  return self->events->len == 0;
}

GVariant *
snetctl_tally_to_variant (SnetctlTally *self)
{
  GVariantBuilder events;

  g_variant_builder_init (&events, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < self->events->len; i++)
    g_variant_builder_add_value (&events,
                                 gsnet_event_get_variant (g_ptr_array_index (self->events, i)));
  return g_variant_ref_sink (g_variant_builder_end (&events));
}

static gboolean
has_rule (GsnetEvent *event, guint64 but)
{
  return gsnet_event_get_rule (event) != 0 && gsnet_event_get_rule (event) != but;
}

/* A rule without a program would be about everybody's. */
static gboolean
is_known (GsnetEvent *event)
{
  g_autoptr (GVariant) draft = gsnet_rule_draft_from_event (event);

  return g_variant_lookup (draft, SNET_KEY_PROGRAM, "s", NULL);
}

/* Of root the system's, of others their own: that is what a rule without owner becomes. */
static char *
make_command (GsnetEvent *event)
{
  g_autoptr (GVariant) draft = gsnet_rule_draft_from_event (event);
  g_autoptr (GVariant) owned = NULL;
  GVariantDict dict;

  g_variant_dict_init (&dict, draft);
  if (getuid () != 0)
    g_variant_dict_insert (&dict, SNET_KEY_OWNER, "u", (guint32)getuid ());
  owned = g_variant_ref_sink (g_variant_dict_end (&dict));
  return snetctl_rule_to_command (owned);
}

char *
snetctl_tally_rules (SnetctlTally *self, guint64 rule)
{
  g_autoptr (GHashTable) said = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < self->events->len; i++)
    {
      GsnetEvent *event = g_ptr_array_index (self->events, i);
      g_autofree char *command =
        has_rule (event, rule) || !is_known (event) ? NULL : make_command (event);
      g_autofree char *shown = command ? gsnet_text_visible (command, MAX_COMMAND_CHARS) : NULL;

      if (command && g_hash_table_add (said, g_steal_pointer (&command)))
        g_string_append_printf (text, "%s\n", shown);
    }
  return g_string_free (text, FALSE);
}

void
snetctl_tally_free (SnetctlTally *self)
{
  g_ptr_array_unref (self->events);
  g_hash_table_unref (self->groups);
  g_free (self);
}

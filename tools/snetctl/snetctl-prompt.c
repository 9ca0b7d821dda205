// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>
#include <inttypes.h>

#include "gsnet-words.h"
#include "snet-names.h"

#include "snetctl-fit.h"
#include "snetctl-prompt.h"

/* At least, so that the values of most questions are below each other. */
#define TITLE_WIDTH 12

typedef struct
{
  const char *title;
  char *value;
} Line;

static void
line_clear (gpointer data)
{
  Line *line = data;

  g_free (line->value);
}

static GArray *
lines_new (void)
{
  GArray *lines = g_array_new (FALSE, FALSE, sizeof (Line));

  g_array_set_clear_func (lines, line_clear);
  return lines;
}

/* A value that is not known is left out. */
static void
add (GArray *lines, const char *title, char *value)
{
  const Line line = { title, value };

  if (value)
    g_array_append_val (lines, line);
}

/* printf () would count the bytes of a title. */
static void
append_title (GString *text, const char *title, guint width)
{
  const guint taken = snetctl_fit_width (title);

  g_string_append_printf (text, "%s%*s ", title, taken < width ? (int)(width - taken) : 0, "");
}

/* Each in a line, and the values below each other. */
static void
append_lines (GString *text, const GArray *lines)
{
  guint width = TITLE_WIDTH;

  for (guint i = 0; i < lines->len; i++)
    width = MAX (width, snetctl_fit_width (g_array_index (lines, Line, i).title));
  for (guint i = 0; i < lines->len; i++)
    {
      const Line *line = &g_array_index (lines, Line, i);

      g_string_append (text, "  ");
      append_title (text, line->title, width);
      g_string_append_printf (text, "%s\n", line->value);
    }
}

static char *
say_user (GsnetEvent *event)
{
  guint32 uid;

  return gsnet_event_get_uid (event, &uid) ? gsnet_words_user (uid) : NULL;
}

static char *
say_number (GsnetEvent *event, const char *key)
{
  g_autoptr (GVariant) number = gsnet_event_lookup (event, key);

  return number ? g_variant_print (number, FALSE) : NULL;
}

static char *
end (GString *text)
{
  /* Without the end of the last line. */
  if (text->len)
    g_string_truncate (text, text->len - 1);
  return g_string_free (text, FALSE);
}

char *
snetctl_prompt_question (GsnetEvent *event)
{
  g_autofree char *sentence = gsnet_words_sentence (event);
  g_autoptr (GArray) lines = lines_new ();
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "%s\n", sentence);
  add (lines, _ ("Program"), gsnet_event_dup_visible (event, SNET_KEY_PROGRAM));
  add (lines, _ ("Script"), gsnet_event_dup_visible (event, SNET_KEY_SCRIPT));
  add (lines, _ ("Command"), gsnet_event_dup_list_visible (event, SNET_KEY_COMMAND, " "));
  add (lines, _ ("User"), say_user (event));
  append_lines (text, lines);
  return end (text);
}

static void
add_who (GArray *lines, GsnetEvent *event)
{
  add (lines, _ ("Process"), say_number (event, SNET_KEY_PID));
  add (lines, _ ("Calls itself"), gsnet_event_dup_visible (event, SNET_KEY_COMM));
  add (lines, _ ("Folder"), gsnet_event_dup_visible (event, SNET_KEY_DIRECTORY));
  add (lines, _ ("Started by"), gsnet_event_dup_list_visible (event, SNET_KEY_ANCESTORS, ", "));
  add (lines, _ ("SHA-256"), gsnet_event_dup_visible (event, SNET_KEY_PROGRAM_DIGEST));
  add (lines, _ ("Application"), gsnet_event_dup_visible (event, SNET_KEY_APP));
  add (lines, _ ("Unit"), gsnet_event_dup_visible (event, SNET_KEY_UNIT));
  add (lines, _ ("Group"), gsnet_event_dup_visible (event, SNET_KEY_CGROUP));
}

static void
add_what (GArray *lines, GsnetEvent *event)
{
  add (lines, _ ("Call"), gsnet_event_dup_visible (event, SNET_KEY_OPERATION));
  add (lines, _ ("Family"), gsnet_event_dup_visible (event, SNET_KEY_FAMILY));
  add (lines, _ ("Type"), gsnet_event_dup_visible (event, SNET_KEY_TYPE));
  add (lines, _ ("Protocol"), gsnet_event_dup_visible (event, SNET_KEY_PROTOCOL));
  add (lines, _ ("To"), gsnet_event_dup_visible (event, SNET_KEY_REMOTE_ADDRESS));
  add (lines, _ ("Port"), say_number (event, SNET_KEY_REMOTE_PORT));
  add (lines, _ ("Name"), gsnet_event_dup_visible (event, SNET_KEY_REMOTE_HOST));
  add (lines, _ ("Named by"), gsnet_event_dup_visible (event, SNET_KEY_HOST_SOURCE));
  add (lines, _ ("From"), gsnet_event_dup_visible (event, SNET_KEY_LOCAL_ADDRESS));
  add (lines, _ ("Local port"), say_number (event, SNET_KEY_LOCAL_PORT));
  add (lines, _ ("Namespace"), say_number (event, SNET_KEY_NETNS));
}

char *
snetctl_prompt_details (GsnetEvent *event)
{
  g_autoptr (GArray) lines = lines_new ();
  GString *text = g_string_new (NULL);

  add_who (lines, event);
  add_what (lines, event);
  add (lines, _ ("Time"), gsnet_words_time (gsnet_event_get_time (event)));
  add (lines, _ ("Request"), g_strdup_printf ("%" G_GUINT64_FORMAT, gsnet_event_get_id (event)));
  append_lines (text, lines);
  return end (text);
}

static const char *
name_part (GsnetPart part)
{
  switch (part)
    {
    case GSNET_PART_PROGRAM:
      return _ ("Program");
    case GSNET_PART_SCRIPT:
      return _ ("Script");
    case GSNET_PART_HOST:
      return _ ("Name");
    case GSNET_PART_ADDRESS:
      return _ ("Address");
    case GSNET_PART_PORT:
      return _ ("Port");
    case GSNET_PART_OPERATION:
      return _ ("Operation");
    case GSNET_PART_PROTOCOL:
    case GSNET_N_PARTS:
    default:
      return _ ("Protocol");
    }
}

gboolean
snetctl_prompt_get_part (const GsnetRuleChoices *choices, guint number, GsnetPart *ret_part)
{
  for (GsnetPart part = 0; part < GSNET_N_PARTS; part++)
    {
      g_autofree char *value = gsnet_rule_choices_describe (choices, part);

      if (value && --number == 0)
        {
          *ret_part = part;
          return TRUE;
        }
    }
  return FALSE;
}

char *
snetctl_prompt_choices (const GsnetRuleChoices *choices)
{
  g_autofree char *sentence = gsnet_rule_choices_sentence (choices);
  GString *text = g_string_new (NULL);
  GsnetPart part;

  for (guint number = 1; snetctl_prompt_get_part (choices, number, &part); number++)
    {
      g_autofree char *value = gsnet_rule_choices_describe (choices, part);

      g_string_append_printf (text, "  %u [%c] ", number, choices->kept[part] ? 'x' : ' ');
      append_title (text, name_part (part), TITLE_WIDTH);
      g_string_append_printf (text, "%s\n", value);
    }
  g_string_append_printf (text, "%s\n", sentence);
  if (gsnet_rule_choices_is_wide (choices))
    g_string_append_printf (text, "%s\n", _ ("Mind: it is about any of your programs."));
  return end (text);
}

static char *
say_rest (gint64 seconds, guint calls, guint more)
{
  GString *text = g_string_new (NULL);

  if (calls > 1)
    g_string_append_printf (text, ngettext (" %u call,", " %u calls,", calls), calls);
  if (more)
    g_string_append_printf (text, ngettext (" %u more,", " %u more,", more), more);
  if (seconds >= 0)
    g_string_append_printf (text, _ (" %" PRId64 " s,"), seconds);
  if (text->len)
    g_string_truncate (text, text->len - 1);
  return g_string_free (text, FALSE);
}

/* The first of the texts that fits with what is behind it; or the last, cut. */
static char *
fit (const char *const *texts, const char *rest, guint width)
{
  g_autofree char *line = NULL;

  for (; *texts; texts++)
    {
      g_free (line);
      line = g_strdup_printf ("%s%s%s ", *texts, *rest ? " —" : "", rest);
      if (g_utf8_strlen (line, -1) < (glong)width)
        return g_steal_pointer (&line);
    }
  return g_utf8_substring (line, 0, MIN ((glong)width - 1, g_utf8_strlen (line, -1)));
}

char *
snetctl_prompt_keys (gint64 seconds, guint calls, guint more, guint width)
{
  const char *const texts[] = {
    _ ("a allow  d deny  r rule  i details  s later  q quit  ? help"),
    _ ("a allow  d deny  r rule  i s q ?"),
    _ ("a allow  d deny  r i s q ?"),
    "adrisq?",
    NULL,
  };
  g_autofree char *rest = say_rest (seconds, calls, more);

  return fit (texts, rest, MAX (width, 2));
}

char *
snetctl_prompt_rule_keys (gint64 seconds, guint width)
{
  const char *const texts[] = {
    _ ("1… keep or not  l how long  a allow  d deny  c no rule  ? help"),
    _ ("1… l how long  a allow  d deny  c back"),
    "1…ladc?",
    NULL,
  };
  g_autofree char *rest = say_rest (seconds, 0, 0);

  return fit (texts, rest, MAX (width, 2));
}

char *
snetctl_prompt_help (void)
{
  return g_strdup (
    _ ("  a  allow this call, once\n"
       "  d  deny it, once\n"
       "  r  a rule of it: choose what it keeps of the call (1, 2, …) and for how long (l), "
       "then a or d; c goes back\n"
       "  i  all that is known of the call\n"
       "  s  later: it goes on waiting, and the others come first\n"
       "  q  quit; then others are asked, or the policy decides\n"
       "What was typed before a question came, or too soon after, is no answer."));
}

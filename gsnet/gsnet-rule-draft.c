// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include "snet-names.h"

#include "gsnet-rule-draft.h"

static void
keep_text (GVariantDict *rule, GsnetEvent *event, const char *key)
{
  const char *text = gsnet_event_get_raw (event, key);

  if (text)
    g_variant_dict_insert (rule, key, "s", text);
}

/* snetd adds these words to what is no path any more, and to what is another one's. */
static gboolean
is_path (const char *program)
{
  return program && *program == '/' && !g_str_has_suffix (program, " (deleted)") &&
         !g_str_has_suffix (program, " (elsewhere)");
}

static void
keep_program (GVariantDict *rule, GsnetEvent *event)
{
  if (is_path (gsnet_event_get_raw (event, SNET_KEY_PROGRAM)))
    keep_text (rule, event, SNET_KEY_PROGRAM);
  /* An interpreter is only to do what this script of it did. */
  if (is_path (gsnet_event_get_raw (event, SNET_KEY_SCRIPT)))
    keep_text (rule, event, SNET_KEY_SCRIPT);
}

/* A name lasts longer than its address; but what the name servers of the address say is no name. */
static void
keep_destination (GVariantDict *rule, GsnetEvent *event)
{
  const char *source = gsnet_event_get_raw (event, SNET_KEY_HOST_SOURCE);

  if (!gsnet_event_is_remote (event))
    return;
  if (gsnet_event_get_raw (event, SNET_KEY_REMOTE_HOST) && g_strcmp0 (source, "reverse") != 0)
    keep_text (rule, event, SNET_KEY_REMOTE_HOST);
  else
    keep_text (rule, event, SNET_KEY_REMOTE_ADDRESS);
}

GVariant *
gsnet_rule_draft_from_event (GsnetEvent *event)
{
  const char *verdict = gsnet_event_get_verdict (event);
  const guint16 port = gsnet_event_get_port (event);
  GVariantDict rule;

  g_variant_dict_init (&rule, NULL);
  g_variant_dict_insert (&rule, SNET_KEY_ACTION, "s", verdict ? verdict : SNET_VERDICT_WORD_DENY);
  keep_program (&rule, event);
  keep_text (&rule, event, SNET_KEY_OPERATION);
  keep_text (&rule, event, SNET_KEY_PROTOCOL);
  if (!gsnet_event_is_internet (event))
    keep_text (&rule, event, SNET_KEY_FAMILY);
  keep_destination (&rule, event);
  if (port)
    g_variant_dict_insert (&rule, gsnet_event_get_port_key (event), "q", port);
  return g_variant_ref_sink (g_variant_dict_end (&rule));
}

void
gsnet_rule_draft_set_ports (GVariantDict *rule,
                            const char *port_key,
                            const char *ports_key,
                            const char *text)
{
  guint64 port;

  g_variant_dict_remove (rule, port_key);
  g_variant_dict_remove (rule, ports_key);
  if (*text == '\0')
    return;
  /* What is neither is for snetd to refuse, with words about what would be right. */
  if (g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT16, &port, NULL))
    g_variant_dict_insert (rule, port_key, "q", (guint16)port);
  else
    g_variant_dict_insert (rule, ports_key, "s", text);
}

char *
gsnet_rule_draft_get_ports (GVariant *rule, const char *port_key, const char *ports_key)
{
  const char *text;
  guint16 port;

  if (g_variant_lookup (rule, port_key, "q", &port))
    return g_strdup_printf ("%u", port);
  if (g_variant_lookup (rule, ports_key, "&s", &text))
    return g_strdup (text);
  return NULL;
}

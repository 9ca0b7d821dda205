/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a program on the bus does with rules. */
#include "fixture.h"

void
client_remove_rule (Client *client, guint64 id)
{
  g_autoptr (GVariant) reply = client_call (client, "Rules.Remove", "(t)", id);
}

char *
client_get_rule_key (Client *client, guint64 id, const char *key)
{
  g_autoptr (GVariant) reply = client_call (client, "Rules.Get", "(t)", id);
  g_autoptr (GVariant) rule = g_variant_get_child_value (reply, 0);
  g_autoptr (GVariant) value = g_variant_lookup_value (rule, key, NULL);

  return value != NULL ? g_variant_print (value, FALSE) : NULL;
}

void
client_check_rule_key (Client *client, guint64 id, const char *key, const char *expected)
{
  g_autofree char *text = client_get_rule_key (client, id, key);

  g_assert_cmpstr (text, ==, expected);
}

char *
client_list_rules (Client *client)
{
  return client_list_ids (client, "Rules.List");
}

void
client_check_rules (Client *client, const char *ids)
{
  g_autofree char *rules = client_list_rules (client);

  g_assert_cmpstr (rules, ==, ids);
}

static gboolean
has_no_rule (gpointer client)
{
  g_autofree char *rules = client_list_rules (client);

  return g_str_equal (rules, "");
}

void
client_loses_all_rules (Client *client)
{
  wait_until (has_no_rule, client, "the end of the rules");
}

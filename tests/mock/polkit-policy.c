/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "polkit-policy.h"

/* What polkit takes what is not said for. */
#define UNSAID "no"

static const char *const elements[] = {
  [FAKE_POLKIT_ANY] = "allow_any",
  [FAKE_POLKIT_INACTIVE] = "allow_inactive",
  [FAKE_POLKIT_ACTIVE] = "allow_active",
};

struct PolkitPolicy
{
  GHashTable *actions;  /* id */
  GHashTable *defaults; /* "id element" -> word */
  char *action;         /* while it is read */
};

static void
start_cb (GMarkupParseContext *context,
          const char *element,
          const char **names,
          const char **values,
          gpointer user_data,
          GError **error)
{
  PolkitPolicy *policy = user_data;
  const char *id;

  if (!g_str_equal (element, "action") ||
      !g_markup_collect_attributes (element, names, values, error, G_MARKUP_COLLECT_STRING, "id",
                                    &id, G_MARKUP_COLLECT_INVALID))
    return;
  g_free (policy->action);
  policy->action = g_strdup (id);
  g_hash_table_add (policy->actions, g_strdup (id));
}

static void
text_cb (GMarkupParseContext *context,
         const char *text,
         gsize length,
         gpointer user_data,
         GError **error)
{
  PolkitPolicy *policy = user_data;
  const char *element = g_markup_parse_context_get_element (context);
  g_autofree char *word = g_strstrip (g_strndup (text, length));

  for (gsize i = 0; i < G_N_ELEMENTS (elements); i++)
    {
      if (g_str_equal (element, elements[i]))
        g_hash_table_insert (policy->defaults, g_strdup_printf ("%s %s", policy->action, element),
                             g_steal_pointer (&word));
    }
}

PolkitPolicy *
polkit_policy_new (const char *file)
{
  static const GMarkupParser parser = { .start_element = start_cb, .text = text_cb };
  g_autoptr (GMarkupParseContext) context = NULL;
  PolkitPolicy *policy = g_new0 (PolkitPolicy, 1);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  policy->actions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  policy->defaults = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_file_get_contents (file, &text, &length, &error);
  g_assert_no_error (error);

  context = g_markup_parse_context_new (&parser, 0, policy, NULL);
  g_markup_parse_context_parse (context, text, length, &error);
  g_assert_no_error (error);
  g_markup_parse_context_end_parse (context, &error);
  g_assert_no_error (error);
  return policy;
}

void
polkit_policy_free (PolkitPolicy *policy)
{
  g_hash_table_unref (policy->actions);
  g_hash_table_unref (policy->defaults);
  g_free (policy->action);
  g_free (policy);
}

const char *
polkit_policy_get (const PolkitPolicy *policy, const char *action, FakePolkitSeat seat)
{
  g_autofree char *key = g_strdup_printf ("%s %s", action, elements[seat]);
  const char *word;

  g_assert_true (g_hash_table_contains (policy->actions, action));
  word = g_hash_table_lookup (policy->defaults, key);
  return word != NULL ? word : UNSAID;
}

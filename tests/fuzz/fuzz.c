/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the targets have in common. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "snetd-rule-text.h"

/* When a rule is made: a moment in 2026, an hour after the machine was started. */
#define NOW      G_GINT64_CONSTANT (1790000000000000)
#define NOW_BOOT G_GINT64_CONSTANT (3600000000)

/* GLib would end the program by a signal that libFuzzer takes for somebody else's. */
static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  GLogWriterOutput output = g_log_writer_default (level, fields, n_fields, data);

  if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
    abort ();
  return output;
}

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  g_setenv ("TZ", "UTC", TRUE);
  g_log_set_writer_func (write_log, NULL, NULL);
  return 0;
}

GVariant *
fuzz_read_value (const GVariantType *type, const uint8_t *data, size_t size)
{
  const char *text = (const char *)data;
  g_autoptr (GVariant) untrusted = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (size > 0 && (data[0] == '{' || data[0] == '('))
    return g_utf8_validate (text, size, NULL)
             ? g_variant_parse (type, text, text + size, NULL, NULL)
             : NULL;
  bytes = g_bytes_new (data, size);
  untrusted = g_variant_ref_sink (g_variant_new_from_bytes (type, bytes, FALSE));
  return g_variant_get_normal_form (untrusted);
}

static void
check_same (const SnetdRule *one, const SnetdRule *other)
{
  g_autoptr (GBytes) a = snetd_rule_content (one);
  g_autoptr (GBytes) b = snetd_rule_content (other);

  g_assert_true (g_bytes_equal (a, b));
}

static void
check_rule (SnetdRule *rule)
{
  g_autoptr (GVariant) dictionary = NULL;
  g_autoptr (SnetdRule) again = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (snetd_rule_check (rule, NULL));
  /* A duration is no more once it has begun. */
  snetd_rule_begin (rule, NOW, NOW_BOOT);
  dictionary = g_variant_ref_sink (snetd_rule_to_variant (rule));
  again = snetd_rule_from_variant (dictionary, SNETD_RULE_FROM_CLIENT, &error);
  g_assert_no_error (error);
  check_same (rule, again);
}

void
fuzz_check_rules (GPtrArray *rules)
{
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) again = NULL;
  g_autofree char *text = NULL;

  for (guint i = 0; i < rules->len; i++)
    check_rule (g_ptr_array_index (rules, i));

  text = snetd_rule_text_format (rules);
  again = snetd_rule_text_parse (text, strlen (text), NULL, problems);
  if (problems->len > 0)
    g_error ("%s, in:\n%s", (char *)g_ptr_array_index (problems, 0), text);
  g_assert_cmpuint (again->len, ==, rules->len);
  for (guint i = 0; i < rules->len; i++)
    check_same (g_ptr_array_index (rules, i), g_ptr_array_index (again, i));
}

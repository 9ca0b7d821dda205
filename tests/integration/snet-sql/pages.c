/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pages.h"

#include "snet-sql-columns.h"

#define UNKNOWN G_MININT64

typedef struct
{
  GVariantBuilder columns;
  GPtrArray *texts;
  GArray *values;
} Builder;

static void
builder_init (Builder *builder)
{
  g_variant_builder_init (&builder->columns, G_VARIANT_TYPE ("a(sg)"));
  for (guint i = 0; i < SNET_SQL_N_COLUMNS; i++)
    g_variant_builder_add (&builder->columns, "(sg)", snet_sql_columns[i].key,
                           snet_sql_columns[i].type);
  builder->texts = g_ptr_array_new_with_free_func (g_free);
  builder->values = g_array_new (FALSE, FALSE, sizeof (gint64));
}

static GVariant *
builder_end (Builder *builder, const char *journal, guint64 end)
{
  GVariant *reply = g_variant_new (
    "(sta(sg)@as@ax)", journal, end, &builder->columns,
    g_variant_new_strv ((const char *const *)builder->texts->pdata, builder->texts->len),
    g_variant_new_fixed_array (G_VARIANT_TYPE_INT64, builder->values->data, builder->values->len,
                               sizeof (gint64)));

  g_ptr_array_unref (builder->texts);
  g_array_unref (builder->values);
  return reply;
}

static gint64
add_text (Builder *builder, const char *text)
{
  g_ptr_array_add (builder->texts, g_strdup (text));
  return (gint64)builder->texts->len - 1;
}

static gint64
choose (const char *key, guint64 serial, gint64 time)
{
  static const struct
  {
    const char *key;
    gint64 value;
  } numbers[] = {
    { "uid", 1000 },         { "pid", 4711 }, { "process", 31337 }, { "session", 3 },
    { "netns", 4026531840 }, { "rule", 12 },  { "waited", 150 },    { "remote-port", 443 },
  };

  if (g_str_equal (key, "serial"))
    return (gint64)serial;
  if (g_str_equal (key, "time"))
    return time + (gint64)serial;
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      if (g_str_equal (key, numbers[i].key))
        return numbers[i].value;
    }
  return UNKNOWN;
}

/* As of a desktop: some dozens of programs and destinations. */
static void
add_texts (Builder *builder)
{
  static const char *const words[] = { "connect", "inet", "stream", "tcp", "allow", "ticket" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    add_text (builder, words[i]);
  for (guint i = 0; i < 40; i++)
    {
      add_text (builder, "program");
      g_ptr_array_add (builder->texts, g_strdup_printf ("/usr/bin/program-%u", i));
      g_ptr_array_add (builder->texts, g_strdup_printf ("192.0.2.%u", i));
      g_ptr_array_add (builder->texts, g_strdup_printf ("host-%u.example.org", i));
      add_text (builder, "/usr/bin/bash\n/usr/bin/gnome-shell\n/usr/lib/systemd/systemd");
    }
}

static gint64
choose_text (const char *key, guint64 serial)
{
  static const char *const words[] = { "operation", "family",  "type",
                                       "protocol",  "verdict", "reason" };
  static const char *const others[] = { "comm", "program", "remote-address", "remote-host",
                                        "ancestors" };

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    {
      if (g_str_equal (key, words[i]))
        return (gint64)i;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    {
      if (g_str_equal (key, others[i]))
        return (gint64)(G_N_ELEMENTS (words) + (serial * 7 % 40) * G_N_ELEMENTS (others) + i);
    }
  return UNKNOWN;
}

GVariant *
pages_make_reply (const char *journal, guint64 first, guint n, guint64 end)
{
  const gint64 now = g_get_real_time () - G_TIME_SPAN_SECOND;
  Builder builder;

  builder_init (&builder);
  add_texts (&builder);
  for (guint64 serial = first; serial < first + n; serial++)
    {
      for (guint i = 0; i < SNET_SQL_N_COLUMNS; i++)
        {
          const char *key = snet_sql_columns[i].key;
          const gint64 value = snet_sql_columns[i].kind < SNET_SQL_TEXT ? choose (key, serial, now)
                                                                        : choose_text (key, serial);

          g_array_append_val (builder.values, value);
        }
    }
  return builder_end (&builder, journal, end);
}

SnetSqlPage *
pages_make (const char *journal, guint64 first, guint n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
    g_variant_ref_sink (pages_make_reply (journal, first, n, first + n - 1));
  SnetSqlPage *page = snet_sql_page_new (reply, NULL, &error);

  g_assert_no_error (error);
  return page;
}

SnetSqlPage *
pages_make_one (const char *journal,
                guint64 serial,
                const char *program,
                const char *command,
                gint64 time,
                guint16 port)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;
  SnetSqlPage *page;
  Builder builder;

  builder_init (&builder);
  for (guint i = 0; i < SNET_SQL_N_COLUMNS; i++)
    {
      const char *key = snet_sql_columns[i].key;
      gint64 value = UNKNOWN;

      if (g_str_equal (key, "serial"))
        value = (gint64)serial;
      else if (g_str_equal (key, "time"))
        value = time;
      else if (g_str_equal (key, "remote-port"))
        value = port;
      else if (g_str_equal (key, "program"))
        value = add_text (&builder, program);
      else if (g_str_equal (key, "command"))
        value = add_text (&builder, command);
      g_array_append_val (builder.values, value);
    }
  reply = g_variant_ref_sink (builder_end (&builder, journal, serial));
  page = snet_sql_page_new (reply, NULL, &error);
  g_assert_no_error (error);
  return page;
}

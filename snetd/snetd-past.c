/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-past.h"

#include "snetd-engine.h"
#include "snetd-journal-row.h"
#include "snetd-journal-schema.h"

/* Instructions of SQLite, for about a second. */
#define STEPS 100000000

typedef struct
{
  SnetdDatabase *database;
  SnetdTexts *texts;
  SnetdEngine *engine; /* with the one rule */
  gboolean asks_time;
  guint matched;
  guint examined;
} Past;

static SnetdRequest *
read_request (Past *past, sqlite3_stmt *statement)
{
  g_autoptr (GVariant) event = NULL;
  GVariantBuilder dict;

  g_variant_builder_init (&dict, G_VARIANT_TYPE_VARDICT);
  snetd_journal_row_read (statement, 0, past->texts, &dict);
  event = g_variant_ref_sink (g_variant_builder_end (&dict));
  return snetd_request_from_variant (event, NULL);
}

static void
judge (Past *past, const SnetdRequest *request)
{
  const SnetdContext context = {
    .request = request,
    .week_minute = past->asks_time ? snetd_week_minute (request->time) : 0,
  };
  SnetdDecision decision;

  snetd_engine_decide (past->engine, &context, &decision);
  past->matched += decision.rule != NULL;
  past->examined++;
}

/* A row that makes no sense is passed over, as if it were not there. */
static gboolean
judge_all (Past *past, sqlite3_stmt *statement, GError **error)
{
  int result;

  while ((result = snetd_database_step (past->database, statement, error)) == SQLITE_ROW)
    {
      g_autoptr (SnetdRequest) request = read_request (past, statement);

      if (request != NULL)
        judge (past, request);
    }
  return result == SQLITE_DONE;
}

static gboolean
run (Past *past, const SnetdFilter *filter, GError **error)
{
  g_autofree char *names = snetd_journal_row_names ();
  g_autofree char *serials = snetd_filter_sql (filter, past->database, SNETD_PAST_MAX);
  g_autofree char *sql =
    g_strdup_printf ("SELECT %s FROM (%s) CROSS JOIN calls USING (serial)", names, serials);
  sqlite3_stmt *statement = snetd_database_prepare (past->database, sql, error);
  gboolean done;

  if (statement == NULL)
    return FALSE;

  snetd_filter_bind (filter, statement);
  snetd_database_set_bound (past->database, STEPS);
  done = judge_all (past, statement, error);
  sqlite3_finalize (statement);
  return done;
}

gboolean
snetd_past_match (const char *path,
                  const SnetdFilter *filter,
                  SnetdRule *rule,
                  guint *ret_matched,
                  guint *ret_examined,
                  GError **error)
{
  g_autoptr (SnetdDatabase) database =
    snetd_database_open_to_read (path, &snetd_journal_schema, error);
  g_autoptr (SnetdTexts) texts = database != NULL ? snetd_texts_new (database, error) : NULL;
  g_autoptr (SnetdEngine) engine = snetd_engine_new ();
  Past past = {
    .database = database,
    .texts = texts,
    .engine = engine,
    .asks_time = snetd_rule_has (rule, SNETD_CONDITION_TIME_OF_WEEK),
  };

  g_return_val_if_fail (!snetd_rule_has (rule, SNETD_CONDITION_REMOTE_LIST), FALSE);

  if (texts == NULL)
    return FALSE;
  snetd_engine_add (engine, rule);
  if (!run (&past, filter, error))
    return FALSE;
  *ret_matched = past.matched;
  *ret_examined = past.examined;
  return TRUE;
}

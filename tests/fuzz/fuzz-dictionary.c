/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An a{sv} of a caller on the bus, as a rule, and as the filter of a Query. */
#include "fuzz.h"
#include "snetd-database.h"
#include "snetd-filter.h"
#include "snetd-journal-schema.h"
#include "snetd-request.h"

/* One with all that a rule can ask about. */
#define REQUEST                                                                                    \
  "{'operation': <'connect'>, 'family': <'inet6'>, 'type': <'stream'>, 'protocol': <'tcp'>,"       \
  " 'uid': <uint32 1000>, 'program': <'/usr/bin/curl'>, 'script': <'/usr/bin/update'>,"            \
  " 'program-digest': <'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'>,"       \
  " 'ancestors': <['/usr/bin/bash', '/usr/bin/xterm']>, 'process': <uint64 7>,"                    \
  " 'session': <uint32 3>, 'app': <'org.gnome.Maps'>, 'unit': <'cron.service'>,"                   \
  " 'cgroup': <'/system.slice/cron.service'>, 'netns': <uint64 4026531840>,"                       \
  " 'local-address': <'192.0.2.7'>, 'local-port': <uint16 40000>,"                                 \
  " 'remote-address': <'192.0.2.1'>, 'remote-port': <uint16 443>,"                                 \
  " 'remote-host': <'www.example.com'>}"

static SnetdRequest *
make_request (void)
{
  g_autoptr (GVariant) dictionary =
    g_variant_parse (G_VARIANT_TYPE_VARDICT, REQUEST, NULL, NULL, NULL);
  SnetdRequest *request = snetd_request_from_variant (dictionary, NULL);

  g_assert_nonnull (request);
  return request;
}

static void
read_rule (GVariant *dictionary)
{
  static SnetdRequest *request = NULL;
  g_autoptr (GPtrArray) rules = g_ptr_array_new_with_free_func ((GDestroyNotify)snetd_rule_unref);
  SnetdRule *rule = snetd_rule_from_variant (dictionary, SNETD_RULE_FROM_CLIENT, NULL);
  SnetdContext context = { 0 };

  if (rule == NULL)
    return;
  g_ptr_array_add (rules, rule);
  fuzz_check_rules (rules);

  if (request == NULL)
    request = make_request ();
  context.request = request;
  for (SnetdCondition c = 0; c < SNETD_CONDITION_LAST; c++)
    {
      guint64 hash;

      if (!snetd_rule_has (rule, c) || !snetd_condition_is_hashed (c))
        continue;
      /* What holds is found. */
      if (!snetd_condition_holds (c, rule, &context))
        continue;
      g_assert_true (
        snetd_condition_hash_request (c, snetd_condition_width (c, rule), request, &hash));
      g_assert_cmpuint (hash, ==, snetd_condition_hash_rule (c, rule));
    }
}

static void
run_sql (SnetdDatabase *database, const SnetdFilter *filter, const char *sql)
{
  g_autoptr (GError) error = NULL;
  sqlite3_stmt *statement = snetd_database_prepare (database, sql, &error);

  g_assert_no_error (error);
  snetd_filter_bind (filter, statement);
  snetd_database_step (database, statement, &error);
  g_assert_no_error (error);
  sqlite3_finalize (statement);
}

static void
read_filter (GVariant *dictionary)
{
  static SnetdDatabase *database = NULL;
  g_autoptr (SnetdFilter) filter = snetd_filter_new (dictionary, NULL);
  g_autofree char *sql = NULL;
  g_autofree char *glance = NULL;

  if (filter == NULL)
    return;
  if (database == NULL)
    database = snetd_database_open (":memory:", &snetd_journal_schema, NULL);
  snetd_filter_only_uid (filter, 1000);
  sql = snetd_filter_sql (filter, database, 10);
  run_sql (database, filter, sql);
  glance = snetd_filter_glance_sql (filter, 10);
  if (glance != NULL)
    run_sql (database, filter, glance);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GVariant) dictionary = fuzz_read_value (G_VARIANT_TYPE_VARDICT, data, size);

  if (dictionary == NULL)
    return 0;
  read_rule (dictionary);
  read_filter (dictionary);
  return 0;
}

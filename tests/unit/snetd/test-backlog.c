/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Of each is told once and in order, whenever that is. */
#include <locale.h>

#include "snetd-backlog.h"

typedef struct
{
  SnetdBacklog *backlog;
  GString *told; /* ids */
  guint64 flush_at;
} Fixture;

static void
add (Fixture *fixture, guint64 id)
{
  struct snet_event event = { .id = id };
  g_autoptr (SnetdRequest) request = snetd_request_new_decided (&event);

  snetd_backlog_add (fixture->backlog, request);
}

static void
tell (SnetdRequest *request, gpointer user_data)
{
  Fixture *fixture = user_data;

  g_string_append_printf (fixture->told, "%" G_GUINT64_FORMAT " ", request->id);
  if (request->id != fixture->flush_at)
    return;
  snetd_backlog_flush (fixture->backlog);
  add (fixture, 100);
}

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  fixture->backlog = snetd_backlog_new (tell, fixture);
  fixture->told = g_string_new (NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  g_clear_pointer (&fixture->backlog, snetd_backlog_free);
  /* Nothing is left that would tell of it. */
  g_assert_false (g_main_context_pending (NULL));
  g_string_free (fixture->told, TRUE);
}

static void
wait_for (Fixture *fixture, const char *told)
{
  const gint64 end = g_get_monotonic_time () + 10 * G_TIME_SPAN_SECOND;

  while (!g_str_equal (fixture->told->str, told) && g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (fixture->told->str, ==, told);
}

static void
test_later (Fixture *fixture, gconstpointer unused)
{
  for (guint64 id = 1; id <= 9; id++)
    add (fixture, id);
  g_assert_cmpstr (fixture->told->str, ==, "");
  wait_for (fixture, "1 2 3 4 5 6 7 8 9 ");

  add (fixture, 10);
  wait_for (fixture, "1 2 3 4 5 6 7 8 9 10 ");
}

static void
test_flush (Fixture *fixture, gconstpointer unused)
{
  add (fixture, 1);
  add (fixture, 2);
  snetd_backlog_flush (fixture->backlog);
  g_assert_cmpstr (fixture->told->str, ==, "1 2 ");
  snetd_backlog_flush (fixture->backlog);
  g_assert_cmpstr (fixture->told->str, ==, "1 2 ");
}

/* By who is being told, which comes by the main loop. */
static void
test_flush_within (Fixture *fixture, gconstpointer unused)
{
  fixture->flush_at = 2;
  for (guint64 id = 1; id <= 6; id++)
    add (fixture, id);
  wait_for (fixture, "1 2 3 4 5 6 100 ");
}

/* It cannot grow without end while nobody has time to tell. */
static void
test_full (Fixture *fixture, gconstpointer unused)
{
  guint64 id = 1;

  while (fixture->told->len == 0 && id < 100000)
    add (fixture, id++);
  g_assert_cmpuint (id, <=, 1001);
  g_assert_true (g_str_has_prefix (fixture->told->str, "1 2 3 "));
}

static void
test_dropped (Fixture *fixture, gconstpointer unused)
{
  add (fixture, 1);
  g_clear_pointer (&fixture->backlog, snetd_backlog_free);
  g_assert_cmpstr (fixture->told->str, ==, "");
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/backlog/later", Fixture, NULL, set_up, test_later, tear_down);
  g_test_add ("/backlog/flush", Fixture, NULL, set_up, test_flush, tear_down);
  g_test_add ("/backlog/flush-within", Fixture, NULL, set_up, test_flush_within, tear_down);
  g_test_add ("/backlog/full", Fixture, NULL, set_up, test_full, tear_down);
  g_test_add ("/backlog/dropped", Fixture, NULL, set_up, test_dropped, tear_down);
  return g_test_run ();
}

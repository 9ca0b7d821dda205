/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A browser goes on while one of its connections is held: its page's timer, and
 * the page's other connections. Runs as root under an snet kernel, as the only
 * controller; SNET_TEST_SOURCE is the folder of this file.
 */
#include <errno.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <sys/stat.h>

#include "hold.h"
#include "web.h"

/* How long a connection is held at least, and how often the page ticks in that. */
#define HELD_MS   1000
#define TICKS_MIN 20
/*
 * How soon after the answer the fetch has to end, by the page's own clock: a
 * second where the processor is no program. What gives up by itself takes minutes.
 */
#define TICKS_SOON 20
/* Longer than a browser takes to start where the processor is a program, too. */
#define PATIENCE_S 280

typedef struct
{
  Controller *controller;
  guint readable;
  Web *page;  /* the page, and what it says */
  Web *other; /* where the connections to are held */
  char *html;
  GSubprocess *process;
  gboolean ended;
  const char *wanted; /* what is waited for, in words */

  GQueue *held; /* of Event; all to the other */
  gint64 held_time;
  gboolean answered; /* those that come later are answered as they were */
  int error;
  gint64 answer_time;
  guint ticks;  /* since the last of these */
  char *result; /* what the page says of its fetch */
  guint result_ticks;
} Browser;

static const char *
answer_page (const char *target, gpointer data)
{
  Browser *browser = data;

  if (g_str_has_prefix (target, "/?"))
    return browser->html;
  if (g_str_equal (target, "/tick"))
    {
      browser->ticks++;
    }
  else if (g_str_has_prefix (target, "/result?"))
    {
      g_assert_null (browser->result);
      browser->result = g_strdup (strchr (target, '?') + 1);
      browser->result_ticks = browser->ticks;
    }
  return "";
}

static const char *
answer_other (const char *target, gpointer data)
{
  return "through";
}

/* What the browser has given up is no longer there. */
static void
answer (Browser *browser, const Event *event, int error)
{
  enum snet_verdict verdict = error ? SNET_VERDICT_DENY : SNET_VERDICT_ALLOW;
  int err = snet_verdict (browser->controller->snet, event->id, verdict, error);

  if (err != -ENOENT)
    g_assert_cmpint (err, ==, 0);
}

static gboolean
is_to_other (Browser *browser, const Event *event)
{
  const struct sockaddr_in *remote = (const struct sockaddr_in *)&event->remote;

  return event->operation == SNET_OP_CONNECT && event->remote_len >= sizeof *remote &&
         remote->sin_family == AF_INET && ntohs (remote->sin_port) == web_port (browser->other);
}

static void
take_request (Browser *browser, Event *event)
{
  g_autoptr (Event) taken = event;

  if (!is_to_other (browser, event))
    {
      answer (browser, event, 0);
      return;
    }
  g_assert_true (g_str_has_suffix (event->program, "/chromium"));
  g_assert_cmpint (event->hold, ==, SNET_HOLD_FLOW);
  if (browser->answered)
    {
      answer (browser, event, browser->error);
      return;
    }
  if (g_queue_is_empty (browser->held))
    {
      browser->held_time = g_get_monotonic_time ();
      browser->ticks = 0;
    }
  g_queue_push_tail (browser->held, g_steal_pointer (&taken));
}

static gboolean
on_readable (int fd, GIOCondition condition, gpointer data)
{
  Browser *browser = data;
  Event *event;

  g_assert_cmpint (snet_dispatch (browser->controller->snet), >=, 0);
  while ((event = g_queue_pop_head (browser->controller->requests)))
    take_request (browser, event);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_impatience (gpointer data)
{
  Browser *browser = data;

  g_error ("%d seconds without %s: %u connections for the page, %u held, %u ticks", PATIENCE_S,
           browser->wanted, web_connections (browser->page), browser->held->length, browser->ticks);
  return G_SOURCE_REMOVE;
}

static void
run_until (Browser *browser, gboolean (*reached) (Browser *browser), const char *what)
{
  guint impatience = g_timeout_add_seconds (PATIENCE_S, on_impatience, browser);

  browser->wanted = what;
  while (!reached (browser))
    {
      g_assert_false (browser->ended);
      g_main_context_iteration (NULL, TRUE);
    }
  g_source_remove (impatience);
}

static gboolean
has_ticked (Browser *browser)
{
  return browser->ticks >= TICKS_MIN;
}

static gboolean
has_ticked_while_held (Browser *browser)
{
  return browser->held_time > 0 && has_ticked (browser) &&
         g_get_monotonic_time () - browser->held_time >= HELD_MS * 1000;
}

static gboolean
has_result (Browser *browser)
{
  return browser->result != NULL;
}

static gboolean
has_ended (Browser *browser)
{
  return browser->ended;
}

static void
on_ended (GObject *process, GAsyncResult *result, gpointer data)
{
  ((Browser *)data)->ended = TRUE;
}

/*
 * Not as root. Without its sandbox, as that wants more of seccomp than User-Mode
 * Linux has; with none of what it would do for a person.
 */
static GSubprocess *
start (guint16 page, guint16 other)
{
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  const char *out = g_getenv ("SNET_OUT");
  g_autofree char *home = g_dir_make_tmp ("browser-XXXXXX", NULL);
  g_autofree char *profile = g_strconcat ("--user-data-dir=", home, NULL);
  g_autofree char *log = g_build_filename (out ? out : home, "browser.log", NULL);
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u/?%u", page, other);
  g_autoptr (GError) error = NULL;
  GSubprocess *process;

  g_assert_no_errno (chmod (home, 0777));
  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDERR_MERGE);
  g_subprocess_launcher_set_stdout_file_path (launcher, log);
  g_subprocess_launcher_setenv (launcher, "HOME", home, TRUE);
  process = g_subprocess_launcher_spawn (
    launcher, &error, "setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups",
    "--pdeathsig=KILL", "chromium", "--headless", "--no-sandbox", "--disable-gpu",
    "--disable-background-networking", "--no-first-run", "--no-proxy-server", profile, url, NULL);
  g_assert_no_error (error);
  return process;
}

static Browser *
browser_new (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("SNET_TEST_SOURCE"), "browser.html", NULL);
  g_autoptr (GError) error = NULL;
  Browser *browser = g_new0 (Browser, 1);

  g_file_get_contents (path, &browser->html, NULL, &error);
  g_assert_no_error (error);
  browser->held = g_queue_new ();
  browser->controller = hold_begin ();
  browser->readable =
    g_unix_fd_add (snet_fd (browser->controller->snet), G_IO_IN, on_readable, browser);
  browser->page = web_new (answer_page, browser);
  browser->other = web_new (answer_other, browser);
  browser->process = start (web_port (browser->page), web_port (browser->other));
  g_subprocess_wait_async (browser->process, NULL, on_ended, browser);
  return browser;
}

/* It may ask for more until it has ended. */
static void
browser_free (Browser *browser)
{
  g_subprocess_send_signal (browser->process, SIGTERM);
  run_until (browser, has_ended, "the end of the browser");
  g_object_unref (browser->process);
  web_free (browser->page);
  web_free (browser->other);
  g_source_remove (browser->readable);
  controller_free (browser->controller);
  g_queue_free_full (browser->held, (GDestroyNotify)snet_event_free);
  g_free (browser->html);
  g_free (browser->result);
  g_free (browser);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Browser, browser_free)

static void
answer_held (Browser *browser, int error)
{
  browser->answered = TRUE;
  browser->error = error;
  browser->answer_time = g_get_monotonic_time ();
  browser->ticks = 0;
  for (GList *i = browser->held->head; i; i = i->next)
    answer (browser, i->data, error);
}

static void
test_browser (gconstpointer data)
{
  int error = GPOINTER_TO_INT (data);
  g_autoptr (Browser) browser = browser_new ();

  run_until (browser, has_ticked_while_held, "a connection that is held, and ticks meanwhile");
  g_test_message ("held: %u connections, %u ticks in %" G_GINT64_FORMAT " ms",
                  browser->held->length, browser->ticks,
                  (g_get_monotonic_time () - browser->held_time) / 1000);
  g_assert_null (browser->result);
  g_assert_cmpuint (web_connections (browser->other), ==, 0);

  answer_held (browser, error);
  run_until (browser, has_result, "an end of the fetch");
  g_test_message ("the fetch ended after %u ticks, %" G_GINT64_FORMAT " ms", browser->result_ticks,
                  (g_get_monotonic_time () - browser->answer_time) / 1000);
  g_assert_cmpstr (browser->result, ==, error ? "TypeError" : "through");
  g_assert_cmpuint (browser->result_ticks, <=, TICKS_SOON);
  if (error)
    g_assert_cmpuint (web_connections (browser->other), ==, 0);
  run_until (browser, has_ticked, "ticks after the answer");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/browser/allow", GINT_TO_POINTER (0), test_browser);
  g_test_add_data_func ("/browser/deny", GINT_TO_POINTER (EACCES), test_browser);
  return g_test_run ();
}

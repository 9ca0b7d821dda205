/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions on the terminal. */
#include "snet-listen-asker.h"

#include <errno.h>
#include <glib-unix.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#include "snet-listen-text.h"

struct _SnetListenAsker
{
  SnetListenAskerCallbacks callbacks;
  gpointer data;
  GQueue waiting; /* struct snet_event; the first one is asked about */
  gboolean asking;
  guint keys; /* source */
  struct termios saved;
};

static const struct snet_event *
current (SnetListenAsker *asker)
{
  return g_queue_peek_head (&asker->waiting);
}

static gint64
seconds_left (const struct snet_event *event)
{
  gint64 left = (gint64)(event->deadline_ns / 1000) - g_get_real_time ();

  return MAX (left, 0) / G_USEC_PER_SEC;
}

static void
print_prompt (SnetListenAsker *asker)
{
  const guint others = g_queue_get_length (&asker->waiting) - 1;
  g_autofree char *more = others > 0 ? g_strdup_printf (", %u more wait", others) : g_strdup ("");

  fprintf (stderr, "  allow? [y/n] (%" G_GINT64_FORMAT " s left%s) ",
           seconds_left (current (asker)), more);
  fflush (stderr);
}

static void
ask (SnetListenAsker *asker)
{
  g_autofree char *line = NULL, *words = NULL;

  asker->asking = !g_queue_is_empty (&asker->waiting);
  if (!asker->asking)
    return;
  line = snet_listen_line (current (asker));
  words = snet_listen_words (current (asker));
  fprintf (stderr, "%s\n  %s\n", line, words);
  tcflush (STDIN_FILENO, TCIFLUSH);
  print_prompt (asker);
}

static void
answer (SnetListenAsker *asker, gboolean allow)
{
  struct snet_event *event = g_queue_pop_head (&asker->waiting);

  asker->asking = FALSE;
  fprintf (stderr, "%s\n", allow ? "yes" : "no");
  asker->callbacks.answered (event, allow, asker->data);
  snet_event_free (event);
  ask (asker);
}

/* One key is taken; whatever was typed behind it was not meant for what comes next. */
static void
take_key (SnetListenAsker *asker, char key)
{
  switch (g_ascii_tolower (key))
    {
    case 'y':
      if (asker->asking)
        answer (asker, TRUE);
      break;
    case 'n':
      if (asker->asking)
        answer (asker, FALSE);
      break;
    case 'q':
      asker->callbacks.left (asker->data);
      break;
    default:
      snet_listen_asker_say (asker, "y: allow it, n: deny it, q: quit");
      break;
    }
}

static gboolean
keys_cb (int fd, GIOCondition condition, gpointer data)
{
  SnetListenAsker *asker = data;
  char keys[64];
  ssize_t n = read (fd, keys, sizeof keys);

  if (n < 0 && (errno == EINTR || errno == EAGAIN))
    return G_SOURCE_CONTINUE;
  if (n <= 0)
    {
      asker->keys = 0;
      asker->callbacks.left (asker->data);
      return G_SOURCE_REMOVE;
    }
  take_key (asker, keys[0]);
  return G_SOURCE_CONTINUE;
}

/* Keys come one by one, and are not shown; those that send signals do so still. */
static void
set_terminal (SnetListenAsker *asker)
{
  struct termios keys;

  tcgetattr (STDIN_FILENO, &asker->saved);
  keys = asker->saved;
  keys.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
  keys.c_cc[VMIN] = 1;
  keys.c_cc[VTIME] = 0;
  tcsetattr (STDIN_FILENO, TCSANOW, &keys);
}

SnetListenAsker *
snet_listen_asker_new (const SnetListenAskerCallbacks *callbacks, gpointer data)
{
  SnetListenAsker *asker = g_new0 (SnetListenAsker, 1);

  asker->callbacks = *callbacks;
  asker->data = data;
  g_queue_init (&asker->waiting);
  set_terminal (asker);
  asker->keys = g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR, keys_cb, asker);
  return asker;
}

void
snet_listen_asker_free (SnetListenAsker *asker)
{
  if (asker->asking)
    fputc ('\n', stderr);
  if (asker->keys != 0)
    g_source_remove (asker->keys);
  g_queue_clear_full (&asker->waiting, (GDestroyNotify)snet_event_free);
  tcsetattr (STDIN_FILENO, TCSANOW, &asker->saved);
  g_free (asker);
}

void
snet_listen_asker_say (SnetListenAsker *asker, const char *text)
{
  fprintf (stderr, "%s  %s\n", asker->asking ? "\n" : "", text);
  if (asker->asking)
    print_prompt (asker);
}

void
snet_listen_asker_add (SnetListenAsker *asker, const struct snet_event *event)
{
  struct snet_event *copy = snet_event_copy (event);

  /* The library says so; GLib ends a program that has no memory. */
  if (copy == NULL)
    g_error ("out of memory");
  g_queue_push_tail (&asker->waiting, copy);
  if (!asker->asking)
    ask (asker);
}

static GList *
find (SnetListenAsker *asker, guint64 id)
{
  for (GList *link = asker->waiting.head; link != NULL; link = link->next)
    {
      if (((const struct snet_event *)link->data)->id == id)
        return link;
    }
  return NULL;
}

gboolean
snet_listen_asker_has (SnetListenAsker *asker, guint64 id)
{
  return find (asker, id) != NULL;
}

struct snet_event *
snet_listen_asker_withdraw (SnetListenAsker *asker, guint64 id, const char *why)
{
  GList *link = find (asker, id);
  gboolean asked = link != NULL && link == asker->waiting.head;
  g_autofree char *text = NULL;
  struct snet_event *event;

  if (link == NULL)
    return NULL;
  event = link->data;
  text = g_strdup_printf ("withdrawn: 0x%" G_GINT64_MODIFIER "x %s", id, why);
  if (!asked)
    {
      g_queue_delete_link (&asker->waiting, link);
      snet_listen_asker_say (asker, text);
      return event;
    }
  fprintf (stderr, "\n  %s\n", text);
  g_queue_delete_link (&asker->waiting, link);
  ask (asker);
  return event;
}

guint
snet_listen_asker_count (SnetListenAsker *asker)
{
  return g_queue_get_length (&asker->waiting);
}

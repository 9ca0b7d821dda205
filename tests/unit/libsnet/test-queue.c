/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The queue of messages: order, bounds, and what it keeps of its memory.
 */
#include <glib.h>
#include <string.h>

#include "snet-private.h"

typedef union
{
  struct nlmsghdr hdr;
  guint8 bytes[SNET_RECEIVE_SIZE];
} Message;

/* Its size, and what is in it, follow from its number. */
static guint32
message_len (guint32 number)
{
  return NLMSG_HDRLEN + number * 7919 % (number % 10 ? 300 : SNET_RECEIVE_SIZE - NLMSG_HDRLEN);
}

static gboolean
push (struct snet_queue *queue, guint32 number, gsize max)
{
  Message message;

  memset (&message, number & 0xff, sizeof message);
  message.hdr.nlmsg_len = message_len (number);
  message.hdr.nlmsg_seq = number;
  return snet_queue_push (queue, &message.hdr, max);
}

static void
assert_first (struct snet_queue *queue, guint32 number)
{
  const struct nlmsghdr *hdr = snet_queue_peek (queue);

  g_assert_nonnull (hdr);
  g_assert_cmpuint (GPOINTER_TO_SIZE (hdr) % NLMSG_ALIGNTO, ==, 0);
  g_assert_cmpuint (hdr->nlmsg_seq, ==, number);
  g_assert_cmpuint (hdr->nlmsg_len, ==, message_len (number));
  for (guint32 i = NLMSG_HDRLEN; i < hdr->nlmsg_len; i++)
    g_assert_cmphex (((const guint8 *)hdr)[i], ==, number & 0xff);
}

/* The order survives growing and moving. */
static void
test_order (void)
{
  struct snet_queue queue = { 0 };
  guint32 in = 0, out = 0;

  for (int round = 0; round < 300; round++)
    {
      for (int n = g_test_rand_int_range (0, 40); n > 0; n--)
        g_assert_true (push (&queue, in++, G_MAXSIZE));
      for (int n = g_test_rand_int_range (0, 40); n > 0 && out < in; n--)
        {
          assert_first (&queue, out++);
          snet_queue_pop (&queue);
        }
    }
  for (; out < in; snet_queue_pop (&queue))
    assert_first (&queue, out++);
  g_assert_null (snet_queue_peek (&queue));
  snet_queue_clear (&queue);
}

static void
test_bound (void)
{
  struct snet_queue queue = { 0 };
  gsize used = 0;

  for (guint32 i = 1; used + NLMSG_ALIGN (message_len (i)) <= 100000; i++)
    {
      g_assert_true (push (&queue, i, 100000));
      used += NLMSG_ALIGN (message_len (i));
    }
  g_assert_false (push (&queue, 10, 100000));
  g_assert_false (push (&queue, 1, 0));
  assert_first (&queue, 1);
  snet_queue_pop (&queue);
  g_assert_true (push (&queue, 1, 100000));
  snet_queue_clear (&queue);
  g_assert_null (snet_queue_peek (&queue));
}

/* One in, one out, for ever: its memory does not grow. A crowd's is given back. */
static void
test_memory (void)
{
  struct snet_queue queue = { 0 };
  gsize size;

  for (guint32 i = 1; i <= 20; i++)
    g_assert_true (push (&queue, 1, G_MAXSIZE));
  for (guint32 i = 1; i <= 1000; i++)
    {
      g_assert_true (push (&queue, 1, G_MAXSIZE));
      snet_queue_pop (&queue);
    }
  size = queue.size;
  for (guint32 i = 1; i <= 100000; i++)
    {
      g_assert_true (push (&queue, 1, G_MAXSIZE));
      snet_queue_pop (&queue);
    }
  g_assert_cmpuint (queue.size, ==, size);

  for (guint32 i = 1; i <= 10000; i++)
    g_assert_true (push (&queue, i, G_MAXSIZE));
  while (snet_queue_peek (&queue))
    snet_queue_pop (&queue);
  g_assert_cmpuint (queue.size, ==, 0);
  g_assert_true (push (&queue, 5, G_MAXSIZE));
  assert_first (&queue, 5);
  snet_queue_pop (&queue);
  g_assert_cmpuint (queue.size, >, 0);
  snet_queue_clear (&queue);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/libsnet/queue/order", test_order);
  g_test_add_func ("/libsnet/queue/bound", test_bound);
  g_test_add_func ("/libsnet/queue/memory", test_memory);
  return g_test_run ();
}

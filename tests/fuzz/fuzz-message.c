/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages of the kernel: as libsnet reads them, and what snetd says of them on the bus. */
#include <string.h>

#include <linux/netlink.h>

#include "fuzz.h"
#include "snet-private.h"
#include "snetd-request.h"

static void
check_event (const struct snet_event *event)
{
  struct snet_event *copy = snet_event_copy (event);
  g_autoptr (SnetdRequest) request = snetd_request_new_decided (copy);
  g_autoptr (GVariant) dictionary = g_variant_ref_sink (snetd_request_to_variant (request));

  g_assert_cmpuint (event->local_len, <=, sizeof event->local);
  g_assert_cmpuint (event->remote_len, <=, sizeof event->remote);
  g_assert_nonnull (memchr (event->comm, '\0', sizeof event->comm));
  g_assert_true (g_variant_is_of_type (dictionary, G_VARIANT_TYPE_VARDICT));
  snet_event_free (copy);
}

static void
check_ack (const struct nlmsghdr *message, const struct snet_ack *ack)
{
  const char *end = (const char *)message + message->nlmsg_len;

  if (ack->words != NULL)
    g_assert_cmpuint (ack->words_len, <=, end - ack->words);
  if (ack->is_whole)
    g_assert_cmpuint (ack->command->nlmsg_len, <=, end - (const char *)ack->command);
}

static void
read_item (const struct nlmsghdr *message)
{
  struct snet_item item;
  int result;

  /* What is not written must not be looked at. */
  memset (&item, 0xa5, sizeof item);
  result = snet_decode (message, &item);
  switch (item.kind)
    {
    case SNET_ITEM_REQUEST:
      g_assert_cmpuint (item.event.id, !=, 0);
      /* No rule can hold for one that was not understood. */
      g_assert_cmpint (result < 0, ==, item.event.operation == SNET_OP_UNSPEC);
      check_event (&item.event);
      break;
    case SNET_ITEM_EVENT:
      g_assert_cmpint (result, ==, 0);
      g_assert_cmpint (item.event.operation, !=, SNET_OP_UNSPEC);
      check_event (&item.event);
      break;
    case SNET_ITEM_CANCEL:
      g_assert_cmpuint (item.cancel.id, !=, 0);
      g_assert_cmpint (result < 0, ==, item.cancel.reason == SNET_CANCEL_UNSPEC);
      break;
    case SNET_ITEM_REFUSED:
      g_assert_cmpuint (item.refusal.id, !=, 0);
      check_ack (message, &item.refusal.ack);
      break;
    case SNET_ITEM_NONE:
      break;
    default:
      g_assert_not_reached ();
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree struct nlmsghdr *message = NULL;
  struct snet_ticket ticket;
  struct snet_event call;
  struct snet_ack ack;

  if (size < NLMSG_HDRLEN)
    return 0;
  /* It came whole: whoever received it has looked at its length. */
  message = g_memdup2 (data, size);
  message->nlmsg_len = size;

  read_item (message);
  if (snet_decode_ticket (message, &ticket, &call))
    check_event (ticket.call);
  if (snet_ack_read (message, &ack))
    check_ack (message, &ack);
  snet_ack_read_done (message, &ack);
  check_ack (message, &ack);
  return 0;
}

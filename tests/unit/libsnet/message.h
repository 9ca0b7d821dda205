/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Netlink messages as the kernel would write them, and as it never would.
 */
#pragma once

#include <glib.h>
#include <linux/netlink.h>

#include "snet.h"

/* Type of the family in these tests. */
#define TEST_FAMILY 0x1f

typedef struct
{
  guint16 type;
  guint16 len;
  const void *data;
} TestAttr;

/* A message under construction: aligned, and never too small for a test. */
typedef struct
{
  union
  {
    struct nlmsghdr hdr;
    guint8 bytes[32768];
  };
} TestMessage;

void message_begin (TestMessage *message, guint16 type, guint16 flags, guint32 seq, guint32 port);
void message_append (TestMessage *message, const void *data, gsize len);
void
message_begin_genl (TestMessage *message, guint8 command, guint16 flags, guint32 seq, guint32 port);
void message_put (TestMessage *message, guint16 type, const void *data, gsize len);
void message_put_u32 (TestMessage *message, guint16 type, guint32 value);
void message_put_u64 (TestMessage *message, guint16 type, guint64 value);

/* A whole request: a connect() to 192.0.2.1:443 of a program "curl". */
void message_put_request (TestMessage *message, guint64 id);
void message_request (TestMessage *message, guint64 id);
/* The same, decided: denied by a ticket. */
void message_event (TestMessage *message);
void message_cancel (TestMessage *message,
                     guint64 id,
                     enum snet_cancel_reason reason,
                     enum snet_verdict verdict);

/* The attribute of @type, to be damaged; fails if there is none. */
struct nlattr *message_find (TestMessage *message, guint16 type);
void message_remove (TestMessage *message, guint16 type);

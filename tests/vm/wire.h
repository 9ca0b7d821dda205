/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A netlink socket without libsnet, for messages that libsnet would not send.
 */
#pragma once

#include <glib.h>

#include "message.h"

typedef struct
{
  int fd;
  guint32 port;
  guint16 family;
  guint32 seq;
  char words[256]; /* of the last answer's extended ack */
} Wire;

/* The number of the family; does not depend on who asks or where. */
guint16 wire_family (void);
Wire *wire_open (guint16 family);
void wire_close (Wire *wire);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Wire, wire_close)

/* Makes @message the next command of @wire; attributes go behind. */
void wire_begin (Wire *wire, TestMessage *message, guint8 command, guint16 flags);
/* Sends what was begun. Return: 0, or the errno that the kernel refuses it with. */
int wire_call (Wire *wire, const TestMessage *message);
/* The same with a command that has no attributes. */
int wire_command (Wire *wire, guint8 command, guint16 flags);
/* Waits for the next message that is no answer. */
void wire_receive (Wire *wire, TestMessage *message);

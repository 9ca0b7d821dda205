/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel for the library to talk to.
 *
 * The real one handles a command within sendmsg(), and so does this: the linker
 * lets the library's sendmsg() and recvmmsg() end up here, where the test's
 * handler answers before sendmsg() returns. Nothing waits, nothing races.
 */
#pragma once

#include "message.h"
#include "snet-private.h"

typedef struct FakeKernel FakeKernel;

/* Gets each command, in the thread that sent it. */
typedef void (*FakeHandler) (FakeKernel *kernel, const struct nlmsghdr *command, gpointer data);

struct FakeKernel
{
  struct snet *snet;
  FakeHandler handler;
  gpointer data;

  int fd;             /* our end */
  int snet_fd;        /* the library's */
  guint32 sender;     /* netlink port that messages seem to come from: 0 is the kernel */
  gint receive_errno; /* what the next recvmmsg() fails with, once */
  gint send_errno;    /* what the next sendmsg() fails with, once */
  gint join_errno;    /* what joining the multicast group fails with */
  guint n_joined;
  guint n_sent; /* system calls of the library */
  guint n_received;
  guint n_allocations; /* of the library */
};

#define TEST_PORT  4711
#define TEST_GROUP 21

FakeKernel *fake_kernel_new (FakeHandler handler, gpointer data);
void fake_kernel_free (FakeKernel *kernel);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeKernel, fake_kernel_free)

/* Queues one datagram. */
void fake_kernel_send_bytes (FakeKernel *kernel, const void *data, gsize len);
void fake_kernel_send (FakeKernel *kernel, const TestMessage *message);
void fake_kernel_send_request (FakeKernel *kernel, guint64 id);

/* Answers @command by an ack, with words if not NULL. */
void
fake_kernel_ack (FakeKernel *kernel, const struct nlmsghdr *command, int error, const char *words);
/* Answers by an error, which quotes @command. The words are not terminated. */
void fake_kernel_refuse (FakeKernel *kernel,
                         const struct nlmsghdr *command,
                         int error,
                         const char *words);
void fake_kernel_done (FakeKernel *kernel,
                       const struct nlmsghdr *command,
                       guint16 flags,
                       int error,
                       const char *words);

guint8 command_number (const struct nlmsghdr *command);
/* Fails unless @command has the attribute, with this length. */
guint32 command_u32 (const struct nlmsghdr *command, guint16 type);
guint64 command_u64 (const struct nlmsghdr *command, guint16 type);
gboolean command_has (const struct nlmsghdr *command, guint16 type);

/* Whether a main loop would call snet_dispatch() now. */
gboolean snet_is_readable (struct snet *snet);

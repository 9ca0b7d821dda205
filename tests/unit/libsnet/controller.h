/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A controller of the fake kernel that writes down what it is told.
 */
#pragma once

#include "fake-kernel.h"

typedef struct
{
  /* Ids, '-' before a cancelled one, '?' behind an unreadable one, 'x' before that of a refused
   * verdict, with words; '!' for an overrun. */
  GString *told;
  FakeKernel *kernel;
} Controller;

extern const struct snet_callbacks controller_callbacks;

/* Registers, and then leaves the kernel to @handler. */
void controller_set_up (Controller *controller, FakeHandler handler, gpointer data);
void controller_tear_down (Controller *controller);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Controller, controller_tear_down)

/* What was told since the last time. */
void controller_assert_told (Controller *controller, const char *expected);
void controller_on_request (struct snet *snet, const struct snet_event *event, void *data);

/* Kernels. */
void ack_only (FakeKernel *kernel, const struct nlmsghdr *command, gpointer data);
/* Request 20 comes first. */
void event_then_ack (FakeKernel *kernel, const struct nlmsghdr *command, gpointer data);
/* -ERANGE, with words if @data. */
void uncapped_ack (FakeKernel *kernel, const struct nlmsghdr *command, gpointer data);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "controller.h"

#include <errno.h>
#include <string.h>

void
controller_on_request (struct snet *snet, const struct snet_event *event, void *data)
{
  Controller *controller = data;

  g_string_append_printf (controller->told, "%" G_GUINT64_FORMAT "%s ", event->id,
                          event->operation == SNET_OP_UNSPEC ? "?" : "");
}

static void
on_cancel (struct snet *snet, const struct snet_cancel *cancel, void *data)
{
  Controller *controller = data;

  g_string_append_printf (controller->told, "-%" G_GUINT64_FORMAT " ", cancel->id);
}

static void
on_overrun (struct snet *snet, void *data)
{
  Controller *controller = data;

  g_string_append (controller->told, "! ");
}

static void
on_refused (struct snet *snet, uint64_t id, int error, void *data)
{
  Controller *controller = data;

  g_string_append_printf (controller->told, "x%" G_GUINT64_FORMAT ": %s ", id,
                          snet_strerror (snet, error));
}

const struct snet_callbacks controller_callbacks = {
  .request = controller_on_request,
  .cancel = on_cancel,
  .overrun = on_overrun,
  .refused = on_refused,
};

void
controller_assert_told (Controller *controller, const char *expected)
{
  g_assert_cmpstr (controller->told->str, ==, expected);
  g_string_truncate (controller->told, 0);
}

void
ack_only (FakeKernel *kernel, const struct nlmsghdr *command, gpointer data)
{
  fake_kernel_ack (kernel, command, 0, NULL);
}

void
controller_set_up (Controller *controller, FakeHandler handler, gpointer data)
{
  controller->told = g_string_new (NULL);
  controller->kernel = fake_kernel_new (ack_only, NULL);
  g_assert_cmpint (snet_register (controller->kernel->snet, &controller_callbacks, controller), ==,
                   0);
  controller->kernel->handler = handler;
  controller->kernel->data = data;
}

void
controller_tear_down (Controller *controller)
{
  fake_kernel_free (controller->kernel);
  g_string_free (controller->told, TRUE);
}

void
event_then_ack (FakeKernel *kernel, const struct nlmsghdr *command, gpointer data)
{
  fake_kernel_send_request (kernel, 20);
  fake_kernel_ack (kernel, command, 0, NULL);
}

void
uncapped_ack (FakeKernel *kernel, const struct nlmsghdr *command, gpointer data)
{
  const char *words = data;

  fake_kernel_refuse (kernel, command, -ERANGE, words);
}

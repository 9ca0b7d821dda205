/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Room in structs that programs make is of no use one day unless it is zero from the first. */
#include <errno.h>
#include <string.h>

#include "controller.h"

static const struct snet_callbacks no_callbacks = { .request = NULL };
static const struct snet_monitor_callbacks no_monitor = { .event = NULL };
static const struct snet_config some_config = { .fields = SNET_CONFIG_DELAY, .delay = 5 };
static const struct snet_mediated some_kind = { .operation = SNET_OP_BIND, .family = SNET_ANY };
static const struct snet_ticket_terms some_terms = { .fields = SNET_FIELD_UID };

static int
do_register (struct snet *snet, const void *callbacks)
{
  return snet_register (snet, callbacks, NULL);
}

static int
do_monitor (struct snet *snet, const void *callbacks)
{
  return snet_monitor (snet, callbacks, NULL);
}

static int
do_config (struct snet *snet, const void *config)
{
  return snet_config_set (snet, config);
}

static int
do_add (struct snet *snet, const void *entry)
{
  return snet_mediated_add (snet, entry);
}

static int
do_remove (struct snet *snet, const void *entry)
{
  return snet_mediated_remove (snet, entry);
}

static int
do_verdict (struct snet *snet, const void *terms)
{
  return snet_verdict_ticket (snet, 7, SNET_VERDICT_DENY, 0, terms);
}

static int
do_nowait (struct snet *snet, const void *terms)
{
  return snet_verdict_nowait (snet, 7, SNET_VERDICT_DENY, 0, terms);
}

static const struct
{
  const char *what;
  int (*call) (struct snet *snet, const void *given);
  const void *good;
  gsize size;
  gsize reserved; /* where it begins; it is what comes last */
} cases[] = {
#define CASE(function, type, good)                                                                 \
  {                                                                                                \
#function, do_##function, &good, sizeof(struct type), offsetof(struct type, reserved)          \
  }
  CASE (register, snet_callbacks, no_callbacks), CASE (monitor, snet_monitor_callbacks, no_monitor),
  CASE (config, snet_config, some_config),       CASE (add, snet_mediated, some_kind),
  CASE (remove, snet_mediated, some_kind),       CASE (verdict, snet_ticket_terms, some_terms),
  CASE (nowait, snet_ticket_terms, some_terms),
};

static void
test_refused (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autoptr (FakeKernel) kernel = fake_kernel_new (ack_only, NULL);
  g_autofree guint8 *given = g_memdup2 (cases[i].good, cases[i].size);

  for (gsize at = cases[i].reserved; at < cases[i].size; at++)
    {
      given[at] = 1;
      g_assert_cmpint (cases[i].call (kernel->snet, given), ==, -EINVAL);
      g_assert_nonnull (strstr (snet_strerror (kernel->snet, -EINVAL), "reserved"));
      given[at] = 0;
    }
  /* Of all that nothing has reached the kernel. */
  g_assert_cmpuint (kernel->n_sent + kernel->n_joined, ==, 0);
  g_assert_cmpint (cases[i].call (kernel->snet, given), ==, 0);
  g_assert_cmpuint (kernel->n_sent + kernel->n_joined, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/libsnet/reserved/%s", cases[i].what);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_refused);
    }
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What systemd-resolved tells, in which there is what name servers have answered. */
#include "fuzz.h"
#include "snetd-host.h"
#include "snetd-resolved-message.h"

static void
check (const SnetdAddress *address, const char *name, guint32 ttl, gpointer user_data)
{
  g_autofree char *normal = snetd_host_normalize (name, NULL);

  g_assert_cmpstr (name, ==, normal);
  g_assert_true (SNETD_ADDRESS_KNOWN (address) && snetd_address_is_single (address));
  g_assert_cmpuint (ttl, <=, SNETD_RESOLVED_TTL_MAX);
  ++*(guint *)user_data;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  guint told = 0;
  gboolean sane = snetd_resolved_message_read ((const char *)data, size, check, &told, &error);

  g_assert_true (sane == (error == NULL));
  g_assert_true (sane || told == 0);
  g_assert_cmpuint (told, <=, 64);
  return 0;
}

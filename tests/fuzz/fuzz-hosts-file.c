/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of hosts, as /etc/hosts. */
#include "fuzz.h"
#include "snetd-host.h"
#include "snetd-hosts-file.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GHashTable) names = snetd_hosts_file_parse ((const char *)data, size);
  GHashTableIter iter;
  gpointer address, name;

  g_hash_table_iter_init (&iter, names);
  while (g_hash_table_iter_next (&iter, &address, &name))
    {
      g_autofree char *normal = snetd_host_normalize (name, NULL);

      g_assert_cmpstr (name, ==, normal);
      g_assert_true (SNETD_ADDRESS_KNOWN ((SnetdAddress *)address) &&
                     snetd_address_is_single (address));
    }
  return 0;
}

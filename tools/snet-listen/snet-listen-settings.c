/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settings of the kernel: they outlive who has made them, so what was before is put back. */
#include "snet-listen-settings.h"

typedef struct
{
  const struct snet_mediated *wanted;
  gboolean found;
} Search;

static void
entry_cb (struct snet *snet, const struct snet_mediated *entry, void *data)
{
  Search *search = data;

  search->found |= entry->operation == search->wanted->operation &&
                   entry->family == search->wanted->family && entry->type == search->wanted->type &&
                   entry->protocol == search->wanted->protocol;
}

/* One that is there already stays when this program ends. */
static int
mediate (SnetListenSettings *settings, struct snet *snet, const struct snet_mediated *kind)
{
  Search search = { .wanted = kind };
  int result = snet_mediated_list (snet, entry_cb, &search);

  if (result < 0 || search.found)
    return MIN (result, 0);
  result = snet_mediated_add (snet, kind);
  if (result == 0)
    g_array_append_vals (settings->added, kind, 1);
  return result;
}

static int
set_delay (SnetListenSettings *settings, struct snet *snet, guint delay)
{
  struct snet_config wanted = { .fields = SNET_CONFIG_DELAY, .delay = delay };
  struct snet_config before;
  int result = snet_config_get (snet, &before);

  if (result == 0)
    result = snet_config_set (snet, &wanted);
  if (result == 0)
    settings->before = (struct snet_config){ .fields = SNET_CONFIG_DELAY, .delay = before.delay };
  return result;
}

int
snet_listen_settings_apply (SnetListenSettings *settings,
                            struct snet *snet,
                            const SnetListenOptions *options)
{
  int result = 0;

  settings->added = g_array_new (FALSE, FALSE, sizeof (struct snet_mediated));
  if (options->delay != 0)
    result = set_delay (settings, snet, options->delay);
  for (guint i = 0; i < options->mediate->len && result == 0; i++)
    result = mediate (settings, snet, &g_array_index (options->mediate, struct snet_mediated, i));
  return result;
}

void
snet_listen_settings_restore (SnetListenSettings *settings, struct snet *snet)
{
  if (settings->added == NULL)
    return;
  for (guint i = 0; i < settings->added->len; i++)
    snet_mediated_remove (snet, &g_array_index (settings->added, struct snet_mediated, i));
  if (settings->before.fields != 0)
    snet_config_set (snet, &settings->before);
  g_clear_pointer (&settings->added, g_array_unref);
}

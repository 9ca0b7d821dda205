// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include "snet-names.h"

#include "snetctl-bus.h"
#include "snetctl-pages.h"

/* What snetd gives at a time. */
#define PAGE 1000

/* NULL and error; before: 0, none. */
static GVariant *
fetch (const SnetctlCall *call, GVariant *filter, guint64 before, guint limit, GError **error)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (filter);
  g_autoptr (GVariant) reply = NULL;
  guint64 given = G_MAXUINT64;

  g_variant_lookup (filter, "before", "t", &given);
  if (before != 0)
    g_variant_dict_insert (&dict, "before", "t", MIN (before, given));
  reply = snetctl_bus_call (call, SNET_INTERFACE_EVENTS, "Query",
                            g_variant_new ("(@a{sv}u)", g_variant_dict_end (&dict), limit),
                            "(aa{sv})", error);
  return reply ? g_variant_get_child_value (reply, 0) : NULL;
}

static guint64
get_serial (GVariant *page, gsize i)
{
  g_autoptr (GVariant) event = g_variant_get_child_value (page, i);
  guint64 serial = 0;

  g_variant_lookup (event, SNET_KEY_SERIAL, "t", &serial);
  return serial;
}

static gboolean
give (GVariant *page, gsize i, SnetctlPagesFunc func, gpointer user_data)
{
  g_autoptr (GVariant) event = g_variant_get_child_value (page, i);

  return func (event, user_data);
}

gboolean
snetctl_pages_newest (const SnetctlCall *call,
                      GVariant *filter,
                      guint64 limit,
                      SnetctlPagesFunc func,
                      gpointer user_data,
                      GError **error)
{
  guint64 left = limit ? limit : G_MAXUINT64;
  guint64 before = 0;

  while (left > 0)
    {
      const guint wanted = (guint)MIN (left, PAGE);
      g_autoptr (GVariant) page = fetch (call, filter, before, wanted, error);
      const gsize n = page ? g_variant_n_children (page) : 0;

      if (!page)
        return FALSE;
      for (gsize i = 0; i < n; i++)
        if (!give (page, i, func, user_data))
          return TRUE;
      if (n < wanted)
        return TRUE;
      left -= n;
      before = get_serial (page, n - 1);
    }
  return TRUE;
}

/* Where a page begins, which is behind its newest event, and how many are in it. */
typedef struct
{
  guint64 before;
  guint count;
} Place;

/* The places of all pages, the newest first; and the last one of them. */
static GArray *
find_places (const SnetctlCall *call,
             GVariant *filter,
             guint64 limit,
             GVariant **ret_oldest,
             GError **error)
{
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (Place));
  g_autoptr (GVariant) oldest = NULL;
  guint64 left = limit ? limit : G_MAXUINT64;
  guint64 before = 0;

  while (left > 0)
    {
      const guint wanted = (guint)MIN (left, PAGE);
      g_autoptr (GVariant) page = fetch (call, filter, before, wanted, error);
      Place place;

      if (!page)
        return NULL;
      place.count = (guint)g_variant_n_children (page);
      if (place.count == 0)
        break;
      place.before = get_serial (page, 0) + 1;
      before = get_serial (page, place.count - 1);
      left -= place.count;
      g_array_append_val (places, place);
      g_clear_pointer (&oldest, g_variant_unref);
      oldest = g_steal_pointer (&page);
      if (place.count < wanted)
        break;
    }
  *ret_oldest = g_steal_pointer (&oldest);
  return g_steal_pointer (&places);
}

gboolean
snetctl_pages_oldest (const SnetctlCall *call,
                      GVariant *filter,
                      guint64 limit,
                      SnetctlPagesFunc func,
                      gpointer user_data,
                      GError **error)
{
  g_autoptr (GVariant) page = NULL;
  g_autoptr (GArray) places = find_places (call, filter, limit, &page, error);

  if (!places)
    return FALSE;
  for (guint i = places->len; i > 0; i--)
    {
      const Place *place = &g_array_index (places, Place, i - 1);

      if (!page)
        page = fetch (call, filter, place->before, place->count, error);
      if (!page)
        return FALSE;
      for (gsize at = g_variant_n_children (page); at > 0; at--)
        if (!give (page, at - 1, func, user_data))
          return TRUE;
      g_clear_pointer (&page, g_variant_unref);
    }
  return TRUE;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <gdk-pixbuf/gdk-pixbuf.h>

#include "snet-names.h"

#include "gsnet-icon.h"

#define RESOURCE_FORMAT "/org/snet/Gsnet/icons/scalable/apps/%s.svg"

/* Icons by name are symbolic, and take the colour of the panel; as pixels they have their own. */
typedef struct
{
  const char *symbolic;
  const char *coloured;
} Icon;

#define ICON(name)                                                                                 \
  {                                                                                                \
    "org.snet.Gsnet-" name "-symbolic", "org.snet.Gsnet-" name                                     \
  }

static const Icon state_icons[] = {
  [GSNET_STATE_NO_DAEMON] = ICON ("nodaemon"),
  [GSNET_STATE_REFUSED] = ICON ("nodaemon"),
  [GSNET_STATE_NO_KERNEL] = ICON ("nokernel"),
  [GSNET_STATE_KERNEL_BUSY] = ICON ("nokernel"),
  [GSNET_STATE_IDLE] = { "org.snet.Gsnet-symbolic", "org.snet.Gsnet-idle" },
  [GSNET_STATE_WAITING] = ICON ("waiting"),
};

/* Where nothing more urgent is to be shown. */
static const struct
{
  const char *mode;
  Icon icon;
} mode_icons[] = {
  { SNET_MODE_WORD_MONITOR, ICON ("monitor") },
  { SNET_MODE_WORD_LOCKDOWN, ICON ("lockdown") },
  { SNET_MODE_WORD_OFF, ICON ("off") },
};

static const Icon *
find_icon (GsnetState state, const char *mode)
{
  g_return_val_if_fail (state < G_N_ELEMENTS (state_icons), &state_icons[GSNET_STATE_NO_DAEMON]);

  for (gsize i = 0; state == GSNET_STATE_IDLE && i < G_N_ELEMENTS (mode_icons); i++)
    if (g_strcmp0 (mode, mode_icons[i].mode) == 0)
      return &mode_icons[i].icon;
  return &state_icons[state];
}

const char *
gsnet_icon_name (GsnetState state, const char *mode)
{
  return find_icon (state, mode)->symbolic;
}

/* ARGB, the most significant byte first, as the protocol wants it. */
static GVariant *
make_pixmap (GdkPixbuf *pixbuf)
{
  int width = gdk_pixbuf_get_width (pixbuf);
  int height = gdk_pixbuf_get_height (pixbuf);
  int stride = gdk_pixbuf_get_rowstride (pixbuf);
  int channels = gdk_pixbuf_get_n_channels (pixbuf);
  const guchar *pixels = gdk_pixbuf_read_pixels (pixbuf);
  g_autoptr (GByteArray) out = g_byte_array_sized_new ((guint)(width * height * 4));

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        const guchar *p = pixels + (gsize)y * (gsize)stride + (gsize)x * (gsize)channels;
        guchar argb[4] = { channels == 4 ? p[3] : 0xff, p[0], p[1], p[2] };
        g_byte_array_append (out, argb, sizeof argb);
      }
  return g_variant_new ("(ii@ay)", width, height,
                        g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, out->data, out->len, 1));
}

GVariant *
gsnet_icon_pixmaps (GsnetState state, const char *mode)
{
  static const int sizes[] = { 22, 32, 48 };
  g_autofree char *path = NULL;
  GVariantBuilder builder;

  path = g_strdup_printf (RESOURCE_FORMAT, find_icon (state, mode)->coloured);
  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(iiay)"));
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GdkPixbuf) pixbuf =
        gdk_pixbuf_new_from_resource_at_scale (path, sizes[i], sizes[i], TRUE, &error);

      /* Without a loader for SVG there is still the name of the icon. */
      if (!pixbuf)
        g_debug ("Cannot draw the status icon: %s", error->message);
      else
        g_variant_builder_add_value (&builder, make_pixmap (pixbuf));
    }
  return g_variant_builder_end (&builder);
}

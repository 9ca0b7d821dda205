// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <gdk-pixbuf/gdk-pixbuf.h>

#include "gsnet-icon.h"

#define RESOURCE_FORMAT "/org/snet/Gsnet/icons/scalable/apps/%s.svg"

/* Icons by name are symbolic, and take the colour of the panel; as pixels they have their own. */
static const struct
{
  const char *symbolic;
  const char *coloured;
} icons[] = {
  [GSNET_STATE_NO_DAEMON] = { "org.snet.Gsnet-nodaemon-symbolic", "org.snet.Gsnet-nodaemon" },
  [GSNET_STATE_REFUSED] = { "org.snet.Gsnet-nodaemon-symbolic", "org.snet.Gsnet-nodaemon" },
  [GSNET_STATE_NO_KERNEL] = { "org.snet.Gsnet-nokernel-symbolic", "org.snet.Gsnet-nokernel" },
  [GSNET_STATE_KERNEL_BUSY] = { "org.snet.Gsnet-nokernel-symbolic", "org.snet.Gsnet-nokernel" },
  [GSNET_STATE_IDLE] = { "org.snet.Gsnet-symbolic", "org.snet.Gsnet-idle" },
  [GSNET_STATE_WAITING] = { "org.snet.Gsnet-waiting-symbolic", "org.snet.Gsnet-waiting" },
};

const char *
gsnet_icon_name_for_state (GsnetState state)
{
  g_return_val_if_fail (state < G_N_ELEMENTS (icons), NULL);

  return icons[state].symbolic;
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
gsnet_icon_pixmaps_for_state (GsnetState state)
{
  static const int sizes[] = { 22, 32, 48 };
  g_autofree char *path = NULL;
  GVariantBuilder builder;

  g_return_val_if_fail (state < G_N_ELEMENTS (icons), NULL);

  path = g_strdup_printf (RESOURCE_FORMAT, icons[state].coloured);
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

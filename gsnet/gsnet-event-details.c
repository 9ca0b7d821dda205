// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "snet-names.h"

#include "gsnet-event-details.h"
#include "gsnet-words.h"

static void
add (AdwExpanderRow *expander, const char *title, const char *value)
{
  GtkWidget *row;
  GtkWidget *label;

  if (!value)
    return;
  row = adw_action_row_new ();
  label = gtk_label_new (value);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 1.0);
  gtk_widget_add_css_class (label, "dim-label");
  gtk_widget_set_tooltip_text (label, value);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), label);
  adw_expander_row_add_row (expander, row);
}

static void
add_text (AdwExpanderRow *expander, GsnetEvent *event, const char *title, const char *key)
{
  g_autofree char *value = gsnet_event_dup_visible (event, key);

  add (expander, title, value);
}

static void
add_list (AdwExpanderRow *expander,
          GsnetEvent *event,
          const char *title,
          const char *key,
          const char *separator)
{
  g_autofree char *value = gsnet_event_dup_list_visible (event, key, separator);

  add (expander, title, value);
}

static void
add_number (AdwExpanderRow *expander, GsnetEvent *event, const char *title, const char *key)
{
  g_autoptr (GVariant) number = gsnet_event_lookup (event, key);
  g_autofree char *value = number ? g_variant_print (number, FALSE) : NULL;

  add (expander, title, value);
}

static void
add_user (AdwExpanderRow *expander, GsnetEvent *event)
{
  g_autofree char *user = NULL;
  guint32 uid;

  if (!gsnet_event_get_uid (event, &uid))
    return;
  user = gsnet_words_user (uid);
  add (expander, _ ("User"), user);
}

static void
add_who (AdwExpanderRow *expander, GsnetEvent *event)
{
  add_text (expander, event, _ ("Program file"), SNET_KEY_PROGRAM);
  add_text (expander, event, _ ("Script"), SNET_KEY_SCRIPT);
  add_list (expander, event, _ ("Command"), SNET_KEY_COMMAND, " ");
  add_text (expander, event, _ ("Folder"), SNET_KEY_DIRECTORY);
  add_text (expander, event, _ ("Calls itself"), SNET_KEY_COMM);
  /* Translators: the programs that started this one */
  add_list (expander, event, _ ("Started by"), SNET_KEY_ANCESTORS, ", ");
  add_text (expander, event, _ ("SHA-256 of the file"), SNET_KEY_PROGRAM_DIGEST);
  add_number (expander, event, _ ("Process"), SNET_KEY_PID);
  add_user (expander, event);
  add_text (expander, event, _ ("Application"), SNET_KEY_APP);
  add_text (expander, event, _ ("Systemd unit"), SNET_KEY_UNIT);
  add_text (expander, event, _ ("Control group"), SNET_KEY_CGROUP);
}

static void
add_what (AdwExpanderRow *expander, GsnetEvent *event)
{
  add_text (expander, event, _ ("System call"), SNET_KEY_OPERATION);
  add_text (expander, event, _ ("Address family"), SNET_KEY_FAMILY);
  add_text (expander, event, _ ("Socket type"), SNET_KEY_TYPE);
  add_text (expander, event, _ ("Protocol"), SNET_KEY_PROTOCOL);
}

static void
add_where (AdwExpanderRow *expander, GsnetEvent *event)
{
  add_text (expander, event, _ ("Remote address"), SNET_KEY_REMOTE_ADDRESS);
  add_number (expander, event, _ ("Remote port"), SNET_KEY_REMOTE_PORT);
  add_text (expander, event, _ ("Remote name"), SNET_KEY_REMOTE_HOST);
  add_text (expander, event, _ ("Where that name is from"), SNET_KEY_HOST_SOURCE);
  add_text (expander, event, _ ("Local address"), SNET_KEY_LOCAL_ADDRESS);
  add_number (expander, event, _ ("Local port"), SNET_KEY_LOCAL_PORT);
  add_number (expander, event, _ ("Network namespace"), SNET_KEY_NETNS);
}

void
gsnet_event_details_add (AdwExpanderRow *row, GsnetEvent *event)
{
  g_autofree char *when = gsnet_words_time (gsnet_event_get_time (event));
  g_autofree char *id = g_strdup_printf ("%" G_GUINT64_FORMAT, gsnet_event_get_id (event));

  add_who (row, event);
  add_what (row, event);
  add_where (row, event);
  add (row, _ ("Time"), when);
  add (row, _ ("Request"), id);
}

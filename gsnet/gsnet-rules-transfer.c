// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "snet-names.h"

#include "gsnet-rules-transfer.h"
#include "gsnet-text.h"
#include "gsnet-words.h"

/* More is not taken by snetd. */
#define MAX_BYTES (16 * 1024 * 1024)

struct _GsnetRulesTransfer
{
  GObject parent_instance;

  GsnetClient *client;
  GtkFileChooserNative *chooser; /* while it is shown */
};

G_DEFINE_FINAL_TYPE (GsnetRulesTransfer, gsnet_rules_transfer, G_TYPE_OBJECT)

enum
{
  TEXT,
  EXPORTED,
  PROBLEM,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* A text that is on its way into a file. */
typedef struct
{
  GsnetRulesTransfer *self;
  GFile *file;
  GBytes *bytes;
} Export;

static void
export_free (Export *export)
{
  g_object_unref (export->self);
  g_object_unref (export->file);
  g_clear_pointer (&export->bytes, g_bytes_unref);
  g_free (export);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Export, export_free)

static void
report (GsnetRulesTransfer *self, const GError *error)
{
  g_autofree char *words = gsnet_words_error (error);

  g_signal_emit (self, signals[PROBLEM], 0, words);
}

/* Who chooses a film by mistake need not wait for it. */
static gboolean
read_more_cb (const char *text, goffset length, gpointer data)
{
  return length <= MAX_BYTES;
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GsnetRulesTransfer) self = GSNET_RULES_TRANSFER (data);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  gsize length;

  if (!g_file_load_partial_contents_finish (G_FILE (source), result, &text, &length, NULL, &error))
    report (self, error);
  else if (length > MAX_BYTES || !g_utf8_validate (text, (gssize)length, NULL))
    g_signal_emit (self, signals[PROBLEM], 0,
                   length > MAX_BYTES ? _ ("This file is too large to be rules.")
                                      : _ ("This file is no text, so there are no rules in it."));
  else
    g_signal_emit (self, signals[TEXT], 0, text);
}

void
gsnet_rules_transfer_read (GsnetRulesTransfer *self, GFile *file)
{
  g_file_load_partial_contents_async (file, NULL, read_more_cb, loaded_cb, g_object_ref (self));
}

static void
written_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Export) export = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_file_get_basename (export->file);
  g_autofree char *shown = gsnet_text_visible (name, 80);

  if (g_file_replace_contents_finish (G_FILE (source), result, NULL, &error))
    g_signal_emit (export->self, signals[EXPORTED], 0, shown);
  else
    report (export->self, error);
}

static void
exported_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Export) export = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = gsnet_client_call_finish (GSNET_CLIENT (source), result, &error);
  const char *text;
  GFile *file = export->file;
  GBytes *bytes;

  if (!reply)
    {
      report (export->self, error);
      return;
    }
  g_variant_get (reply, "(&s)", &text);
  bytes = export->bytes = g_bytes_new (text, strlen (text));
  g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE, G_FILE_CREATE_PRIVATE, NULL,
                                       written_cb, g_steal_pointer (&export));
}

void
gsnet_rules_transfer_write (GsnetRulesTransfer *self, GFile *file)
{
  Export *export = g_new0 (Export, 1);

  export->self = g_object_ref (self);
  export->file = g_object_ref (file);
  gsnet_client_call_async (self->client, SNET_INTERFACE_RULES, "Export",
                           g_variant_new_parsed ("(@a{sv} {},)"), G_VARIANT_TYPE ("(s)"),
                           exported_cb, export);
}

static void
chosen_cb (GtkNativeDialog *dialog, int response, GsnetRulesTransfer *self)
{
  GtkFileChooser *chooser = GTK_FILE_CHOOSER (dialog);
  g_autoptr (GFile) file = gtk_file_chooser_get_file (chooser);
  const gboolean save = gtk_file_chooser_get_action (chooser) == GTK_FILE_CHOOSER_ACTION_SAVE;

  if (response == GTK_RESPONSE_ACCEPT && file && save)
    gsnet_rules_transfer_write (self, file);
  else if (response == GTK_RESPONSE_ACCEPT && file)
    gsnet_rules_transfer_read (self, file);
  g_clear_object (&self->chooser);
}

static void
choose (GsnetRulesTransfer *self, GtkFileChooserNative *chooser)
{
  g_clear_object (&self->chooser);
  self->chooser = chooser;
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  g_signal_connect_object (chooser, "response", G_CALLBACK (chosen_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

void
gsnet_rules_transfer_import (GsnetRulesTransfer *self, GtkWindow *parent)
{
  choose (self, gtk_file_chooser_native_new (_ ("Import Rules"), parent,
                                             GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Open"), NULL));
}

void
gsnet_rules_transfer_export (GsnetRulesTransfer *self, GtkWindow *parent)
{
  GtkFileChooserNative *chooser = gtk_file_chooser_native_new (
    _ ("Export Rules"), parent, GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Save"), NULL);

  /* Translators: the name of a file; keep its end */
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (chooser), _ ("my.rules"));
  choose (self, chooser);
}

static void
gsnet_rules_transfer_dispose (GObject *object)
{
  g_clear_object (&GSNET_RULES_TRANSFER (object)->client);
  g_clear_object (&GSNET_RULES_TRANSFER (object)->chooser);

  G_OBJECT_CLASS (gsnet_rules_transfer_parent_class)->dispose (object);
}

static void
gsnet_rules_transfer_class_init (GsnetRulesTransferClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = gsnet_rules_transfer_dispose;

  signals[TEXT] = g_signal_new ("text", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                1, G_TYPE_STRING);
  signals[EXPORTED] = g_signal_new ("exported", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[PROBLEM] = g_signal_new ("problem", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
gsnet_rules_transfer_init (GsnetRulesTransfer *self)
{
}

GsnetRulesTransfer *
gsnet_rules_transfer_new (GsnetClient *client)
{
  GsnetRulesTransfer *self = g_object_new (GSNET_TYPE_RULES_TRANSFER, NULL);

  self->client = g_object_ref (client);
  return self;
}

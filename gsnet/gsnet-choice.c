// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "gsnet-choice.h"
#include "gsnet-text.h"
#include "gsnet-words.h"

#define MAX_WORD_CHARS 40
#define WORDS_KEY      "gsnet-choice-words"

static GPtrArray *
get_words (AdwComboRow *row)
{
  return g_object_get_data (G_OBJECT (row), WORDS_KEY);
}

void
gsnet_choice_set (AdwComboRow *row, const char *word)
{
  guint position;

  if (g_ptr_array_find_with_equal_func (get_words (row), word, g_str_equal, &position))
    adw_combo_row_set_selected (row, position);
}

/* Takes words. */
static void
fill (AdwComboRow *row, GPtrArray *words, GtkStringList *labels, const char *word)
{
  if (!g_ptr_array_find_with_equal_func (words, word, g_str_equal, NULL))
    {
      g_ptr_array_add (words, g_strdup (word));
      gtk_string_list_take (labels, gsnet_text_visible (word, MAX_WORD_CHARS));
    }
  g_object_set_data_full (G_OBJECT (row), WORDS_KEY, words, (GDestroyNotify)g_ptr_array_unref);
  adw_combo_row_set_model (row, G_LIST_MODEL (labels));
  gsnet_choice_set (row, word);
}

void
gsnet_choice_fill (AdwComboRow *row, const GsnetChoice *choices, const char *word)
{
  g_autoptr (GtkStringList) labels = gtk_string_list_new (NULL);
  GPtrArray *words = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; choices[i].word; i++)
    {
      g_ptr_array_add (words, g_strdup (choices[i].word));
      gtk_string_list_append (labels, _ (choices[i].label));
    }
  fill (row, words, labels, word);
}

void
gsnet_choice_fill_operations (AdwComboRow *row, const char *word)
{
  static const char *const operations[] = { "",       "connect", "send",    "bind",
                                            "listen", "accept",  "receive", "create" };
  g_autoptr (GtkStringList) labels = gtk_string_list_new (NULL);
  GPtrArray *words = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < G_N_ELEMENTS (operations); i++)
    {
      g_ptr_array_add (words, g_strdup (operations[i]));
      gtk_string_list_append (labels, gsnet_words_operation (operations[i]));
    }
  fill (row, words, labels, word);
}

const char *
gsnet_choice_get (AdwComboRow *row)
{
  GPtrArray *words = get_words (row);
  const guint position = adw_combo_row_get_selected (row);

  return words && position < words->len ? g_ptr_array_index (words, position) : "";
}

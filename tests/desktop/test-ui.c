// SPDX-License-Identifier: GPL-2.0-or-later
#include <adwaita.h>
#include <glib/gstdio.h>
#include <locale.h>

/*
 * Each .ui file is read as the program reads it: templates by their classes, which know the types
 * and the callbacks that are named there, and the cells of tables as when a row is shown. What GTK
 * has to say about a file ends the program.
 */

#define PREFIX "/org/snet/Gsnet/"
#define BROKEN "gsnet-learned.ui"

/* What is written wrong in a file, and what GTK says of it. */
typedef struct
{
  const char *name;
  const char *right;
  const char *wrong;
  const char *message;
} Change;

static char *
load_source (const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, name, NULL);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

/* The cells of a table are built when there are rows; here they are without. */
static void
build_cell (GtkBuilderListItemFactory *cells)
{
  g_autoptr (GtkBuilder) builder = gtk_builder_new ();
  g_autoptr (GObject) item = g_object_new (GTK_TYPE_LIST_ITEM, NULL);
  g_autoptr (GError) error = NULL;
  GBytes *bytes = gtk_builder_list_item_factory_get_bytes (cells);

  if (gtk_builder_list_item_factory_get_scope (cells))
    gtk_builder_set_scope (builder, gtk_builder_list_item_factory_get_scope (cells));
  gtk_builder_set_current_object (builder, item);
  gtk_builder_extend_with_template (builder, item, GTK_TYPE_LIST_ITEM,
                                    g_bytes_get_data (bytes, NULL),
                                    (gssize)g_bytes_get_size (bytes), &error);
  g_assert_no_error (error);
  g_assert_nonnull (gtk_list_item_get_child (GTK_LIST_ITEM (item)));
}

/* How many kinds of cells there are in the tables below a widget. */
static guint
build_cells (GtkWidget *widget)
{
  GListModel *columns =
    GTK_IS_COLUMN_VIEW (widget) ? gtk_column_view_get_columns (GTK_COLUMN_VIEW (widget)) : NULL;
  guint n = 0;

  for (guint i = 0; columns && i < g_list_model_get_n_items (columns); i++)
    {
      g_autoptr (GtkColumnViewColumn) column = g_list_model_get_item (columns, i);
      GtkListItemFactory *factory = gtk_column_view_column_get_factory (column);

      /* Others are made by functions. */
      if (!GTK_IS_BUILDER_LIST_ITEM_FACTORY (factory))
        continue;
      build_cell (GTK_BUILDER_LIST_ITEM_FACTORY (factory));
      n++;
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child;
       child = gtk_widget_get_next_sibling (child))
    n += build_cells (child);
  return n;
}

/* Found by its name, as GtkBuilder finds it. */
static void
build_template (const char *class_name)
{
  g_autoptr (GtkBuilder) builder = gtk_builder_new ();
  const GType type = gtk_builder_get_type_from_name (builder, class_name);
  GtkWidget *widget;

  g_assert_true (g_type_is_a (type, GTK_TYPE_WIDGET));
  widget = g_object_ref_sink (g_object_new (type, NULL));
  g_test_message ("%s: %u kinds of cells", class_name, build_cells (widget));
  if (GTK_IS_WINDOW (widget))
    gtk_window_destroy (GTK_WINDOW (widget));
  g_object_unref (widget);
}

static void
start_element_cb (GMarkupParseContext *context,
                  const char *element,
                  const char **names,
                  const char **values,
                  gpointer data,
                  GError **error)
{
  char **class_name = data;

  if (g_str_equal (element, "template"))
    g_markup_collect_attributes (element, names, values, error, G_MARKUP_COLLECT_STRDUP, "class",
                                 class_name, G_MARKUP_COLLECT_STRING | G_MARKUP_COLLECT_OPTIONAL,
                                 "parent", NULL, G_MARKUP_COLLECT_INVALID);
}

/* NULL if the file is no template. */
static char *
read_class_name (const char *text)
{
  static const GMarkupParser parser = { .start_element = start_element_cb };
  char *class_name = NULL;
  g_autoptr (GMarkupParseContext) context =
    g_markup_parse_context_new (&parser, 0, &class_name, NULL);
  g_autoptr (GError) error = NULL;

  g_markup_parse_context_parse (context, text, -1, &error);
  g_assert_no_error (error);
  return class_name;
}

static void
test_file (gconstpointer data)
{
  const char *name = data;
  g_autofree char *resource = g_strconcat (PREFIX, name, NULL);
  g_autofree char *text = load_source (name);
  g_autofree char *class_name = read_class_name (text);
  g_autoptr (GBytes) bytes = g_resources_lookup_data (resource, 0, NULL);

  g_assert_nonnull (bytes);
  if (class_name)
    build_template (class_name);
  else
    {
      g_autoptr (GtkBuilder) builder = gtk_builder_new_from_resource (resource);

      g_assert_nonnull (builder);
    }
}

/* A file that is not as it should be is told. */
static void
test_broken (gconstpointer data)
{
  const Change *change = data;
  g_autofree char *dir = g_dir_make_tmp ("gsnet-ui-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, BROKEN, NULL);
  g_autofree char *overlay = g_strdup_printf (PREFIX BROKEN "=%s", path);
  g_autofree char *text = load_source (BROKEN);
  g_auto (GStrv) parts = g_strsplit (text, change->right, 2);
  g_autofree char *broken = g_strjoinv (change->wrong, parts);
  g_autofree char *test = g_strconcat ("/ui/", BROKEN, NULL);

  g_assert_cmpuint (g_strv_length (parts), ==, 2);
  g_assert_true (g_file_set_contents (path, broken, -1, NULL));
  g_setenv ("G_RESOURCE_OVERLAYS", overlay, TRUE);
  g_test_trap_subprocess (test, 0, 0);
  g_unsetenv ("G_RESOURCE_OVERLAYS");
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr (change->message);
  g_remove (path);
  g_rmdir (dir);
}

static guint
add_files (void)
{
  g_autoptr (GDir) dir = g_dir_open (g_test_get_dir (G_TEST_DIST), 0, NULL);
  const char *name;
  guint n = 0;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)))
    if (g_str_has_suffix (name, ".ui"))
      {
        g_autofree char *test = g_strconcat ("/ui/", name, NULL);

        g_test_add_data_func_full (test, g_strdup (name), test_file, g_free);
        n++;
      }
  return n;
}

int
main (int argc, char *argv[])
{
  static const Change changes[] = {
    { "property", "\"default-width\"", "\"default-breadth\"", "*Invalid property*" },
    { "class", "\"GsnetStateView\"", "\"GsnetNone\"", "*Invalid object type*" },
    { "child", "id=\"more\"", "id=\"less\"", "*'more'*" },
    { "callback", "add_clicked_cb", "no_clicked_cb", "*no_clicked_cb*" },
    { "element", "<child>", "<children>", "*children*" },
  };

  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  g_assert_cmpuint (add_files (), >, 0);
  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autofree char *test = g_strdup_printf ("/ui/broken/%s", changes[i].name);

      g_test_add_data_func (test, &changes[i], test_broken);
    }
  return g_test_run ();
}

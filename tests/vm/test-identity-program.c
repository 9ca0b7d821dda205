/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which file a program is, however it was found, and whatever became of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "identity.h"

/* Starts @func, and waits for the one call of what it executes. */
static Request *
ask (Wire *wire, ChildFunc func, gconstpointer data, Child **ret_child)
{
  *ret_child = child_start (func, data);
  return identity_next (wire);
}

/* On the overlay that is the root of the machine, over another file system. */
static void
test_overlay (void)
{
  g_autoptr (Wire) wire = identity_begin ();
  g_autoptr (Child) child = NULL;
  g_autoptr (Request) request = ask (wire, run_path, caller_path (), &child);

  assert_program (request, caller_path ());
  assert_ancestors (request, self_path (), NULL);
  g_assert_cmpuint (request->pid, ==, child->pid);
  identity_finish (wire, request, child);
}

static int
run_in_folder (gconstpointer folder)
{
  if (chdir (folder) < 0)
    return errno;
  return run_path ("./program");
}

static int
run_through_link (gconstpointer folder)
{
  if (chdir (folder) < 0 || symlink ("program", "link") < 0)
    return errno;
  return run_path ("link");
}

static int
run_descriptor (gconstpointer path)
{
  static char *argv[] = { "program", NULL };
  int fd = open (path, O_RDONLY | O_CLOEXEC);

  if (fd >= 0)
    fexecve (fd, argv, environ);
  return errno;
}

static int
run_program_descriptor (gconstpointer folder)
{
  g_autofree char *path = g_build_filename (folder, "program", NULL);

  return run_descriptor (path);
}

static int
run_in_root (gconstpointer folder)
{
  if (chroot (folder) < 0 || chdir ("/") < 0)
    return errno;
  return run_path ("/program");
}

/* The program "program" of a folder, by all kinds of names. */
static void
test_name (gconstpointer data)
{
  g_autoptr (Wire) wire = identity_begin ();
  char *folder = folder_new ();
  g_autofree char *path = folder_add_caller (folder, "program");
  g_autoptr (Child) child = NULL;
  g_autoptr (Request) request = ask (wire, *(const ChildFunc *)data, folder, &child);

  assert_program (request, path);
  identity_finish (wire, request, child);
  folder_remove (folder);
}

static int
run_memory (gconstpointer unused)
{
  static char *argv[] = { "program", NULL };
  g_autofree char *contents = NULL;
  gsize len;
  int fd = memfd_create ("some name", MFD_CLOEXEC);

  if (!g_file_get_contents (caller_path (), &contents, &len, NULL) ||
      write (fd, contents, len) != (gssize)len)
    return EIO;
  fexecve (fd, argv, environ);
  return errno;
}

static void
test_memory (void)
{
  g_autoptr (Wire) wire = identity_begin ();
  g_autoptr (Child) child = NULL;
  g_autoptr (Request) request = ask (wire, run_memory, NULL, &child);
  g_autofree char *exe = g_strdup_printf ("/proc/%u/exe", request->pid);

  g_assert_cmpstr (request->program, ==, "(unreachable)/memfd:some name (deleted)");
  assert_file (request, exe);
  identity_finish (wire, request, child);
}

static void
test_deleted_meanwhile (void)
{
  g_autoptr (Wire) wire = identity_begin ();
  char *folder = folder_new ();
  g_autofree char *path = folder_add_caller (folder, "program");
  const char *argv[] = { path, "call", "call", NULL };
  g_autoptr (Child) child = NULL;
  g_autoptr (Request) before = ask (wire, run_argv, argv, &child);
  g_autoptr (Request) after = NULL;
  g_autofree char *exe = g_strdup_printf ("/proc/%u/exe", before->pid);

  assert_program (before, path);
  g_assert_no_errno (unlink (path));
  identity_verdict (wire, before, SNET_VERDICT_ALLOW);
  after = identity_next (wire);
  g_assert_cmpstr (after->program, ==, path);
  assert_file (after, exe);
  g_assert_cmpuint (after->process, ==, before->process);
  identity_finish (wire, after, child);
  folder_remove (folder);
}

static int
run_deleted (gconstpointer path)
{
  static char *argv[] = { "program", NULL };
  int fd = open (path, O_RDONLY | O_CLOEXEC);

  if (fd >= 0 && unlink (path) == 0)
    fexecve (fd, argv, environ);
  return errno;
}

static void
test_deleted_before (void)
{
  g_autoptr (Wire) wire = identity_begin ();
  char *folder = folder_new ();
  g_autofree char *path = folder_add_caller (folder, "program");
  g_autofree char *expected = g_strconcat (path, " (deleted)", NULL);
  g_autoptr (Child) child = NULL;
  g_autoptr (Request) request = ask (wire, run_deleted, path, &child);
  g_autofree char *exe = g_strdup_printf ("/proc/%u/exe", request->pid);

  g_assert_cmpstr (request->program, ==, expected);
  assert_file (request, exe);
  identity_finish (wire, request, child);
  folder_remove (folder);
}

static void
test_replaced (void)
{
  g_autoptr (Wire) wire = identity_begin ();
  char *folder = folder_new ();
  g_autofree char *path = folder_add_caller (folder, "program");
  g_autoptr (Child) child = NULL;
  g_autoptr (Child) other_child = NULL;
  g_autoptr (Request) request = ask (wire, run_path, path, &child);
  g_autoptr (Request) other = NULL;
  g_autofree char *new_path = folder_add_caller (folder, "new");

  assert_program (request, path);
  g_assert_no_errno (rename (new_path, path));
  other = ask (wire, run_path, path, &other_child);
  assert_program (other, path);
  g_assert_cmpuint (other->inode, !=, request->inode);
  g_assert_cmpuint (other->process, !=, request->process);
  identity_finish (wire, other, other_child);
  identity_finish (wire, request, child);
  folder_remove (folder);
}

/* The file is another one as soon as it was changed: no ticket holds for it. */
static void
test_changed (void)
{
  g_autoptr (Wire) wire = identity_begin ();
  char *folder = folder_new ();
  g_autofree char *path = folder_add_caller (folder, "program");
  g_autoptr (Child) first = NULL;
  g_autoptr (Child) second = NULL;
  g_autoptr (Child) third = NULL;
  g_autoptr (Request) request = ask (wire, run_path, path, &first);
  g_autoptr (Request) changed = NULL;
  struct stat before, now;

  identity_allow_ticket (wire, request, SNET_FIELD_OPERATION | SNET_FIELD_PROGRAM);
  g_assert_cmpint (child_finish (first), ==, 0);
  second = child_start (run_path, path);
  g_assert_cmpint (child_finish (second), ==, 0);

  g_assert_no_errno (stat (path, &before));
  do
    {
      g_assert_no_errno (chmod (path, 0755));
      g_assert_no_errno (stat (path, &now));
    }
  while (memcmp (&now.st_ctim, &before.st_ctim, sizeof now.st_ctim) == 0);
  changed = ask (wire, run_path, path, &third);
  assert_program (changed, path);
  g_assert_cmpuint (changed->inode, ==, request->inode);
  identity_finish (wire, changed, third);
  folder_remove (folder);
}

/* Puts a file system on @folder that nobody else sees, with a program. */
static int
mount_privately (const char *folder)
{
  if (unshare (CLONE_NEWNS) < 0 || mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
      mount ("test", folder, "tmpfs", 0, NULL) < 0)
    return -1;
  g_free (folder_add_caller (folder, "program"));
  return 0;
}

static int
run_unmounted (gconstpointer folder)
{
  static char *argv[] = { "program", NULL };
  g_autofree char *path = g_build_filename (folder, "program", NULL);
  int fd;

  if (mount_privately (folder) < 0)
    return errno;
  fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd >= 0 && umount2 (folder, MNT_DETACH) == 0)
    fexecve (fd, argv, environ);
  return errno;
}

static void
test_unmounted (void)
{
  g_autoptr (Wire) wire = identity_begin ();
  char *folder = folder_new ();
  g_autoptr (Child) child = NULL;
  g_autoptr (Request) request = ask (wire, run_unmounted, folder, &child);
  g_autofree char *exe = g_strdup_printf ("/proc/%u/exe", request->pid);

  g_assert_cmpstr (request->program, ==, "(unreachable)/program");
  assert_file (request, exe);
  identity_finish (wire, request, child);
  folder_remove (folder);
}

static int
run_in_private_mount (gconstpointer folder)
{
  if (mount_privately (folder) < 0)
    return errno;
  return run_in_folder (folder);
}

/* A path of a mount namespace can mean anything; device and inode tell. */
static void
test_private_mount (void)
{
  g_autoptr (Wire) wire = identity_begin ();
  char *folder = folder_new ();
  g_autofree char *path = folder_add_caller (folder, "program");
  g_autoptr (Child) child = NULL;
  g_autoptr (Request) request = ask (wire, run_in_private_mount, folder, &child);
  g_autofree char *exe = g_strdup_printf ("/proc/%u/exe", request->pid);
  struct stat status;

  g_assert_cmpstr (request->program, ==, path);
  assert_file (request, exe);
  g_assert_no_errno (stat (path, &status));
  g_assert_cmpuint (request->dev, !=, status.st_dev);
  identity_finish (wire, request, child);
  folder_remove (folder);
}

#define NAME_LEN 250

static void
name_of_depth (char *name)
{
  memset (name, 'd', NAME_LEN);
  name[NAME_LEN] = '\0';
}

/* Executes the program in a folder that is @depth below the working folder. */
static int
run_deep (const char *folder, guint depth)
{
  char name[NAME_LEN + 1];

  name_of_depth (name);
  if (chdir (folder) < 0)
    return errno;
  for (guint i = 0; i < depth; i++)
    if (mkdir (name, 0755) < 0 || chdir (name) < 0)
      return errno;
  g_free (folder_add_caller (".", "program"));
  return run_path ("./program");
}

static int
run_long (gconstpointer folder)
{
  return run_deep (folder, 16);
}

static int
run_too_long (gconstpointer folder)
{
  return run_deep (folder, 20);
}

static void
test_long (void)
{
  g_autoptr (Wire) wire = identity_begin ();
  char *folder = folder_new ();
  g_autoptr (Child) child = NULL;
  g_autoptr (Request) request = ask (wire, run_long, folder, &child);
  g_autoptr (GString) expected = g_string_new (folder);
  char name[NAME_LEN + 1];

  name_of_depth (name);
  for (guint i = 0; i < 16; i++)
    g_string_append_printf (expected, "/%s", name);
  g_string_append (expected, "/program");
  g_assert_cmpstr (request->program, ==, expected->str);
  identity_finish (wire, request, child);
  folder_remove (folder);
}

static void
test_too_long (void)
{
  g_autoptr (Wire) wire = identity_begin ();
  char *folder = folder_new ();
  g_autoptr (Child) child = NULL;
  g_autoptr (Request) request = ask (wire, run_too_long, folder, &child);
  g_autofree char *exe = g_strdup_printf ("/proc/%u/exe", request->pid);
  g_autofree char *expected = NULL;
  char name[NAME_LEN + 1];

  name_of_depth (name);
  expected = g_strdup_printf ("(too long)/%s/%s/%s/program", name, name, name);
  g_assert_cmpstr (request->program, ==, expected);
  assert_file (request, exe);
  identity_finish (wire, request, child);
  folder_remove (folder);
}

void
add_program_tests (void)
{
  static const ChildFunc names[] = {
    run_in_folder,
    run_through_link,
    run_program_descriptor,
    run_in_root,
  };

  g_test_add_func ("/identity/program/overlay", test_overlay);
  g_test_add_data_func ("/identity/program/relative", &names[0], test_name);
  g_test_add_data_func ("/identity/program/link", &names[1], test_name);
  g_test_add_data_func ("/identity/program/descriptor", &names[2], test_name);
  g_test_add_data_func ("/identity/program/chroot", &names[3], test_name);
  g_test_add_func ("/identity/program/memory", test_memory);
  g_test_add_func ("/identity/program/deleted-meanwhile", test_deleted_meanwhile);
  g_test_add_func ("/identity/program/deleted-before", test_deleted_before);
  g_test_add_func ("/identity/program/replaced", test_replaced);
  g_test_add_func ("/identity/program/changed", test_changed);
  g_test_add_func ("/identity/program/unmounted", test_unmounted);
  g_test_add_func ("/identity/program/private-mount", test_private_mount);
  g_test_add_func ("/identity/program/long", test_long);
  g_test_add_func ("/identity/program/too-long", test_too_long);
}

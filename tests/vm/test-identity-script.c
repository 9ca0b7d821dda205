/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scripts behind their interpreters, and what was run before.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "identity.h"

/* A call by Python, which reports like a Child. */
#define PYTHON_CALL                                                                                \
  "import os, socket\n"                                                                            \
  "result = socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect_ex(('127.0.0.1', 9))\n"       \
  "os.write(3, result.to_bytes(4, 'little'))\n"

static char *
canonical (const char *path)
{
  char *result = realpath (path, NULL);

  g_assert_nonnull (result);
  return result;
}

static void
assert_script (const Request *request, const char *script, const char *interpreter)
{
  g_autofree char *program = canonical (interpreter);

  g_assert_cmpstr (request->script, ==, script);
  g_assert_cmpstr (request->program, ==, program);
  assert_file (request, program);
}

static void
test_interpreter (void)
{
  g_autoptr (Wire) wire = identity_begin ();
  char *folder = folder_new ();
  g_autofree char *script =
    folder_add_script (folder, "script", "#!/usr/bin/python3\n" PYTHON_CALL);
  g_autoptr (Child) child = child_start (run_path, script);
  g_autoptr (Request) request = identity_next (wire);

  assert_script (request, script, "/usr/bin/python3");
  assert_ancestors (request, self_path (), NULL);
  identity_finish (wire, request, child);
  folder_remove (folder);
}

/* The interpreter is a script that has an interpreter: first and last count. */
static void
test_nested (void)
{
  g_autoptr (Wire) wire = identity_begin ();
  char *folder = folder_new ();
  g_autofree char *inner = folder_add_script (folder, "inner", "#!/usr/bin/python3\n" PYTHON_CALL);
  g_autofree char *middle = folder_add_script (folder, "middle", "#!%s\n", inner);
  g_autofree char *outer = folder_add_script (folder, "outer", "#!%s\n", middle);
  g_autoptr (Child) child = child_start (run_path, outer);
  g_autoptr (Request) request = identity_next (wire);

  assert_script (request, outer, "/usr/bin/python3");
  assert_ancestors (request, self_path (), NULL);
  identity_finish (wire, request, child);
  folder_remove (folder);
}

/* env executes the interpreter by itself: the script is what was run before. */
static void
test_env (void)
{
  g_autoptr (Wire) wire = identity_begin ();
  char *folder = folder_new ();
  g_autofree char *script =
    folder_add_script (folder, "script", "#!/usr/bin/env -S PATH=/usr/bin python3\n" PYTHON_CALL);
  g_autofree char *python = canonical ("/usr/bin/python3");
  g_autoptr (Child) child = child_start (run_path, script);
  g_autoptr (Request) request = identity_next (wire);

  assert_program (request, python);
  assert_ancestors (request, script, self_path (), NULL);
  identity_finish (wire, request, child);
  folder_remove (folder);
}

static int
run_fed (gconstpointer script)
{
  int fd = open (script, O_RDONLY);

  if (fd < 0 || dup2 (fd, STDIN_FILENO) < 0)
    return errno;
  return run_path ("/usr/bin/python3");
}

/* What an interpreter reads by itself cannot be known. */
static void
test_fed (void)
{
  g_autoptr (Wire) wire = identity_begin ();
  char *folder = folder_new ();
  g_autofree char *script = folder_add_script (folder, "script", PYTHON_CALL);
  g_autofree char *python = canonical ("/usr/bin/python3");
  g_autoptr (Child) child = child_start (run_fed, script);
  g_autoptr (Request) request = identity_next (wire);

  assert_program (request, python);
  identity_finish (wire, request, child);
  folder_remove (folder);
}

typedef struct
{
  const char *bad;
  const char *good;
} Paths;

/* Fails to execute, then calls, then executes. */
static int
run_after_failure (gconstpointer data)
{
  const Paths *paths = data;
  int error = run_path (paths->bad);

  if (error != ENOENT && error != ENOEXEC)
    return ENOTRECOVERABLE;
  error = run_call (NULL);
  if (error)
    return error;
  return run_path (paths->good);
}

/* @interpreter of a script cannot be executed, which leaves nothing behind. */
static void
assert_nothing_left (const char *folder, const char *interpreter)
{
  g_autoptr (Wire) wire = identity_begin ();
  g_autofree char *script = folder_add_script (folder, "script", "#!%s\n", interpreter);
  Paths paths = { script, caller_path () };
  g_autoptr (Child) child = child_start (run_after_failure, &paths);
  g_autoptr (Request) before = identity_next (wire);
  g_autoptr (Request) after = NULL;

  assert_program (before, self_path ());
  identity_verdict (wire, before, SNET_VERDICT_ALLOW);
  after = identity_next (wire);
  assert_program (after, caller_path ());
  assert_ancestors (after, self_path (), NULL);
  g_assert_cmpuint (after->ancestors->len, <=, before->ancestors->len + 1);
  g_assert_cmpuint (after->process, >, before->process);
  identity_finish (wire, after, child);
}

/* Fails when the script is known. */
static void
test_no_interpreter (void)
{
  char *folder = folder_new ();

  assert_nothing_left (folder, "/nowhere/to/be/found");
  folder_remove (folder);
}

/* Fails when the interpreter is known, too. */
static void
test_bad_interpreter (void)
{
  char *folder = folder_new ();
  g_autofree char *interpreter = folder_add (folder, "interpreter", "\1\2\3\4", 4);

  assert_nothing_left (folder, interpreter);
  folder_remove (folder);
}

static void
test_ancestors (void)
{
  g_autoptr (Wire) wire = identity_begin ();
  char *folder = folder_new ();
  g_autofree char *inner =
    folder_add_script (folder, "inner", "#!/bin/sh\n%s; exit\n", caller_path ());
  g_autofree char *outer = folder_add_script (folder, "outer", "#!/bin/sh\nexec %s\n", inner);
  g_autoptr (Child) child = child_start (run_path, outer);
  g_autoptr (Request) request = identity_next (wire);

  assert_program (request, caller_path ());
  assert_ancestors (request, inner, outer, self_path (), NULL);
  identity_finish (wire, request, child);
  folder_remove (folder);
}

/* A daemon that has left its parents behind still has its ancestors. */
static void
test_orphan (void)
{
  g_autoptr (Wire) wire = identity_begin ();
  char *folder = folder_new ();
  g_autofree char *script =
    folder_add_script (folder, "script", "#!/bin/sh\n(setsid %s call call &)\n", caller_path ());
  g_autofree char *setsid = canonical ("/usr/bin/setsid");
  g_autoptr (Child) child = child_start (run_path, script);
  g_autoptr (Request) before = identity_next (wire);
  g_autoptr (Request) after = NULL;
  siginfo_t info;

  /* Not reaped yet, that is for child_finish(). */
  g_assert_no_errno (waitid (P_PID, child->pid, &info, WEXITED | WNOWAIT));
  identity_verdict (wire, before, SNET_VERDICT_ALLOW);
  after = identity_next (wire);
  assert_program (after, caller_path ());
  assert_ancestors (after, setsid, script, self_path (), NULL);
  identity_finish (wire, after, child);
  folder_remove (folder);
}

/* Only so many are kept, the latest ones. */
static void
test_many_ancestors (void)
{
  g_autoptr (Wire) wire = identity_begin ();
  char *folder = folder_new ();
  g_autofree char *script = folder_add_script (
    folder, "script", "#!/bin/sh\n[ $1 = 0 ] && exec %s\nexec \"$0\" $(($1 - 1))\n",
    caller_path ());
  g_autofree char *count = g_strdup_printf ("%d", SNET_ANCESTORS_MAX + 2);
  const char *argv[] = { script, count, NULL };
  g_autoptr (Child) child = child_start (run_argv, argv);
  g_autoptr (Request) request = identity_next (wire);

  assert_program (request, caller_path ());
  g_assert_cmpuint (request->ancestors->len, ==, SNET_ANCESTORS_MAX);
  for (guint i = 0; i < request->ancestors->len; i++)
    g_assert_cmpstr (g_ptr_array_index (request->ancestors, i), ==, script);
  identity_finish (wire, request, child);
  folder_remove (folder);
}

void
add_script_tests (void)
{
  g_test_add_func ("/identity/script/interpreter", test_interpreter);
  g_test_add_func ("/identity/script/nested", test_nested);
  g_test_add_func ("/identity/script/env", test_env);
  g_test_add_func ("/identity/script/fed", test_fed);
  g_test_add_func ("/identity/script/no-interpreter", test_no_interpreter);
  g_test_add_func ("/identity/script/bad-interpreter", test_bad_interpreter);
  g_test_add_func ("/identity/ancestors/chain", test_ancestors);
  g_test_add_func ("/identity/ancestors/orphan", test_orphan);
  g_test_add_func ("/identity/ancestors/limit", test_many_ancestors);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of identities share: programs that call, and a controller
 * that reads all that the kernel tells of them.
 */
#pragma once

#include <glib.h>

#include "child.h"
#include "snet.h"
#include "wire.h"

typedef struct
{
  guint64 id;
  guint32 pid;
  guint32 tid;
  guint32 uid;
  guint64 netns;
  guint64 process;
  guint64 start_time;
  char *program; /* or NULL */
  guint64 dev;
  guint64 inode;
  char *script;         /* or NULL */
  GPtrArray *ancestors; /* of char * */
} Request;

void request_free (Request *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Request, request_free)

/* Becomes the controller; what is not answered waits long. */
Wire *identity_begin (void);
/* Waits for the next request; nothing else may come before it. */
Request *identity_next (Wire *wire);
/* Waits for the next message, which says that @request is cancelled. */
void identity_next_cancel (Wire *wire, const Request *request, enum snet_cancel_reason reason);
void identity_verdict (Wire *wire, const Request *request, enum snet_verdict verdict);
/* Allows it, and what is alike in @fields (of enum snet_field), by a ticket. */
void identity_allow_ticket (Wire *wire, const Request *request, guint64 fields);
/* Denies @request, and waits for @child, which it is the last one of. */
void identity_finish (Wire *wire, const Request *request, Child *child);

/* The program is the file at the absolute, canonical @path, run without a script. */
void assert_program (const Request *request, const char *path);
/* Likewise, but by whatever name. */
void assert_file (const Request *request, const char *path);
/* The latest ancestors are @first, ..., NULL. */
void assert_ancestors (const Request *request, const char *first, ...) G_GNUC_NULL_TERMINATED;

/* The program of these tests, and caller.c's. */
const char *self_path (void);
const char *caller_path (void);

/* A folder of the test's own on a tmpfs; goes with all that is in it. */
char *folder_new (void);
void folder_remove (char *folder);
/* Puts an executable file there. Return: its path. */
char *folder_add (const char *folder, const char *name, const char *contents, gssize len);
char *folder_add_caller (const char *folder, const char *name);
G_GNUC_PRINTF (3, 4)
char *folder_add_script (const char *folder, const char *name, const char *format, ...);

/* Child functions: execute the path, or the vector of arguments. */
int run_path (gconstpointer path);
int run_argv (gconstpointer argv);
/* Makes the call itself. */
int run_call (gconstpointer unused);

void add_program_tests (void);
void add_script_tests (void);
void add_task_tests (void);

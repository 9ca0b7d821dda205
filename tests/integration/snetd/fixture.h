/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "fake-logind.h"
#include "fake-polkit.h"
#include "fake-snet.h"
#include "private-bus.h"
#include "snetd-daemon.h"

/* Users of the tests: daemon and bin, as the bus knows only users that exist. */
#define ALICE 1
#define BOB   2

/*
 * snetd in this process, between a kernel that follows a script and a private
 * bus; and a program on that bus for each of three users.
 */

typedef struct
{
  GDBusConnection *connection;
  GPtrArray *heard; /* "Requested 1", "Withdraw 1 answered": signals and calls of its agents */
  GPtrArray *seen;  /* "Mode off": changes of properties */
  guint subscription;
  GPtrArray *agents; /* of GDBusInterfaceSkeleton */
  guint missed;      /* as its agents were told last */
  gboolean hangs;    /* its agents do not reply */
} Client;

typedef struct
{
  Client *root;
  Client *alice;
  Client *bob;
  FakePolkit *polkit;
  FakeLogind *logind;
  SnetdDaemon *daemon;
  guint held;
  guint agent_timeout; /* milliseconds; for the next start of snetd, as is this: */
  gboolean session;    /* it is told that this is a session bus */
  gboolean ready;
  char *failure;
  char *state_dir;
  char *config_file;
  char *lists_dir;
  char *rules_dir; /* not made yet */
  char *rules_db;
  char *mode_file;
  char *journal_db;
  char *hosts_file; /* not there yet, and no resolved */
  char *resolved;
} Fixture;

/*
 * What main() does: runs what @add_tests adds, or says that the program is skipped. Return: the
 * exit status.
 */
int fixture_main (int argc, char **argv, void (*add_tests) (void));

/* Whether PRIVATE_BUS_MEMBER_UID is in the group snet, as the bus sees it. */
gboolean fixture_has_member (void);

/* A test and the fixture around it; snetd runs already, or not yet. */
typedef void (*FixtureFunc) (Fixture *fixture);
void fixture_add (const char *path, FixtureFunc test);
void fixture_add_stopped (const char *path, FixtureFunc test);

/* Starts snetd and waits for it; stops it. */
void fixture_start (Fixture *fixture);
void fixture_stop (Fixture *fixture);

/* As the same one again; it must start. */
void fixture_restart (Fixture *fixture);

/* How many warnings like this pattern there have been since the test began. */
guint fixture_count_warnings (const char *pattern);

/* How many messages with this id, of snetd-log.h, likewise. */
guint fixture_count_messages (const char *id);

/* A call of this user is held, unlike all before, and known to those who may know; its id. */
guint64 fixture_hold (Fixture *fixture, guint32 uid);

/* Alice's call to this port is held; nobody need hear of it. */
guint64 fixture_hold_to_port (guint16 port);

/* Another user's, or a second program of the same. */
Client *client_new (guint32 uid);
Client *client_new_on (GDBusConnection *connection); /* takes the connection */
void client_free (Client *client);

/* The reply's body; what is not a reply fails the test. */
GVariant *client_call (Client *client, const char *method, const char *arguments, ...);

/* Without arguments; what the reply says does not matter. */
void client_do (Client *client, const char *method);

/* The name of the error; what is not one fails the test. says: or NULL. */
void client_check_error (Client *client,
                         const char *error_name,
                         const char *says,
                         const char *method,
                         const char *arguments,
                         ...);

/* Sends a call of which the reply is to come later. */
typedef struct
{
  GDBusMessage *reply;
  gboolean closed; /* the caller has left the bus: no reply will come */
} Later;

Later *client_call_later (Client *client,
                          gboolean interactive,
                          const char *method,
                          const char *arguments,
                          ...);
GDBusMessage *later_wait (Later *later);
void later_free (Later *later);

/* Verdict with options in GVariant's text format. */
void client_answer (Client *client, guint64 id, const char *verdict, const char *options);
void client_check_answer_error (Client *client,
                                guint64 id,
                                const char *verdict,
                                const char *options,
                                const char *error_name,
                                const char *says);

/* All messages that were sent to the client before have arrived after this. */
void client_sync (Client *client);

/* SetMode with options in GVariant's text format. */
void client_set_mode (Client *client, const char *mode, const char *options);

/* Waits for it; fails when it has been heard more than once. */
void client_hears (Client *client, const char *what);
/* Waits until it was told that a property of org.snet.Control is this: "Mode off". */
void client_sees (Client *client, const char *what);

void client_has_not_heard (Client *client, const char *what);

void client_add_agent (Client *client, const char *path);
/* The same object, by Watch. */
void client_add_watcher (Client *client, const char *path);

/* The ids of the dictionaries that a method lists: "1 2". */
char *client_list_ids (Client *client, const char *method);

/* Asserts that these are the ids of ListPending. */
void client_check_pending (Client *client, const char *ids);

/* The events of Query; a filter in GVariant's text format. */
GVariant *client_query (Client *client, const char *filter);

/* "verdict reason errno" of the newest event of Query. */
char *client_last_decision (Client *client);

guint64 client_add_rule (Client *client, const char *rule);

void client_remove_rule (Client *client, guint64 id);

/* A key of Rules.Get, printed; NULL: it is absent. */
char *client_get_rule_key (Client *client, guint64 id, const char *key);
void client_check_rule_key (Client *client, guint64 id, const char *key, const char *expected);

/* The ids of Rules.List; that they are these; waits until there are none. */
char *client_list_rules (Client *client);
void client_check_rules (Client *client, const char *ids);
void client_loses_all_rules (Client *client);

/* A string property of org.snet.Control, or a number as text. */
char *client_get_control (Client *client, const char *property);

void client_check_control (Client *client, const char *property, const char *value);

/* This is the mode, and one that lasts. */
void client_check_mode (Client *client, const char *mode);

/* Waits until the kernel has a verdict for the request; the second: which has to be this. */
void kernel_gets_any_verdict (guint64 id);
void kernel_gets_verdict (guint64 id, enum snet_verdict verdict, int error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Client, client_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Later, later_free)

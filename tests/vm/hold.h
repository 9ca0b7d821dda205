/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of held calls share. They run one after the other, each as
 * the only controller.
 */
#pragma once

#include "call.h"
#include "child.h"
#include "controller.h"

/* Long enough that no test meets it by chance. */
#define LONG_DELAY 600

/* Becomes the controller; what is not answered waits long, and is denied then. */
Controller *hold_begin (void);

/* Some calls that are held, each of a process of its own. */
#define HELD 10

void hold_many (Controller *controller, Child **children, Event **events, const Call *call);
void free_many (Child **children, Event **events);

/* For snet_pending(): asserts the order, and remembers the last id in a guint64. */
void hold_count_pending (struct snet *snet, const struct snet_event *event, void *data);

/* Adds a test for each policy. */
void hold_add_policies (const char *path, GTestDataFunc func);

void add_event_tests (void);
void add_end_tests (void);
void add_many_tests (void);

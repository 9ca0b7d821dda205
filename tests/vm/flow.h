/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the tests of held flows share.
 */
#pragma once

#include "controller.h"
#include "hold.h"
#include "puppet.h"

/* How long an answer takes that comes late. */
#define LATE_MS 400

typedef struct
{
  Controller *controller;
  Puppet *puppet;
  Call to;    /* a server of ours */
  int server; /* its descriptor */
} Flow;

/* The test as the controller and as the server, and a puppet as the client. */
Flow *flow_new (int family, int type);
/* The same but for the controller in a network namespace that @prepare, if any, is called in. */
Flow *flow_new_in_namespace (int family, int type, void (*prepare) (void));
void flow_free (Flow *flow);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Flow, flow_free)

/* A non-blocking socket of the puppet. */
int flow_socket (Flow *flow);
/* connect() returns at once and asks. */
struct snet_event *flow_connect (Flow *flow, int fd);
/* The same of a datagram to its own destination. */
struct snet_event *flow_send (Flow *flow, int fd, int payload);
/* Begins to wait until the socket is writable, or has an error. */
void flow_wait_writable (Flow *flow, int fd);
/* Ends that; asserts the socket's error. Return: when. */
gint64 flow_writable (Flow *flow, int error);
/* What arrives next at a datagram server. */
void flow_assert_arrives (int server, int payload);
/* That nothing has arrived, at any server. */
void flow_assert_nothing (int server);

void add_tcp_flow_tests (void);
void add_udp_flow_tests (void);
void add_flow_end_tests (void);
void add_flow_outlive_tests (void);

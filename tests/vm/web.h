/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A server that a browser takes for one of the web's, at a free port of the
 * loopback interface. It runs in the main loop.
 */
#pragma once

#include <glib.h>

/* What is at @target, which is a path and a query. */
typedef const char *(*WebAnswer) (const char *target, gpointer data);

typedef struct _Web Web;

Web *web_new (WebAnswer answer, gpointer data);
void web_free (Web *web);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Web, web_free)

guint16 web_port (Web *web);
/* How many connections it was asked for. */
guint web_connections (Web *web);

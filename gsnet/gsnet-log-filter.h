/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "gsnet-event.h"

G_BEGIN_DECLS

/*
 * Which events the log shows: keys and values of a filter of Events.Query.
 * Signal: changed.
 */
#define GSNET_TYPE_LOG_FILTER (gsnet_log_filter_get_type ())
G_DECLARE_FINAL_TYPE (GsnetLogFilter, gsnet_log_filter, GSNET, LOG_FILTER, GObject)

GsnetLogFilter *gsnet_log_filter_new (void);

/* @value: NULL or "" for none; a floating one is taken. */
void gsnet_log_filter_set (GsnetLogFilter *self, const char *key, GVariant *value);
void gsnet_log_filter_set_text (GsnetLogFilter *self, const char *key, const char *text);
/* Nothing but what is in this a{sv}, which may be NULL. */
void gsnet_log_filter_replace (GsnetLogFilter *self, GVariant *filter);

const char *gsnet_log_filter_get_text (GsnetLogFilter *self, const char *key); /* NULL: none */
gint64 gsnet_log_filter_get_time (GsnetLogFilter *self, const char *key);      /* 0: none */
gboolean gsnet_log_filter_is_empty (GsnetLogFilter *self);
/* The words of it for people, with what it is about first: "Program: curl". NULL: no such key. */
char *gsnet_log_filter_dup_words (GsnetLogFilter *self, const char *key);

/* As Events.Query wants it. */
void gsnet_log_filter_add_to (GsnetLogFilter *self, GVariantDict *query);
/* Whether Events.Query would find it: for what is told live. */
gboolean gsnet_log_filter_matches (GsnetLogFilter *self, GsnetEvent *event);

G_END_DECLS

/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "snetd-request.h"

/* What a person can look through; all else waits behind it, in order of arrival. */
#define SNETD_PROMPTS_SHOWN_MAX 32

/*
 * Nobody answers more questions while a call is held. Requests that are alike are one,
 * so that a program that tries again and again does not fill it.
 */
#define SNETD_PROMPTS_MAX 512

/*
 * The questions to each user: requests that wait for an answer, those that are
 * alike as one. Two are alike if the same program (and script) of the same user
 * wants the same, to or from the same address and port, in the same network
 * namespace. Knows neither rules nor kernel nor bus.
 *
 * Signals:
 * shown (SnetdPrompt): its user is to be asked.
 * changed (SnetdPrompt): one that is shown has more or less requests, or more is known of them.
 * ended (SnetdPrompt, s reason): one that was shown needs no answer any more.
 * abandoned (): requests of some user are not taken any more; they may be there still.
 */
typedef struct SnetdPrompt SnetdPrompt;

#define SNETD_TYPE_PROMPTS (snetd_prompts_get_type ())
G_DECLARE_FINAL_TYPE (SnetdPrompts, snetd_prompts, SNETD, PROMPTS, GObject)

SnetdPrompts *snetd_prompts_new (void);

/* Whether requests of users without an agent are taken, too. */
void snetd_prompts_set_wait (SnetdPrompts *self, gboolean wait);

/*
 * Until this is called, those of persons are taken: their agents may not have come
 * yet, or not again.
 */
void snetd_prompts_end_start (SnetdPrompts *self);

/* The same bytes for requests that are alike. */
GBytes *snetd_prompts_get_likeness (const SnetdRequest *request);

/* Whether this user has an agent. */
void snetd_prompts_set_agent (SnetdPrompts *self, guint32 uid, gboolean has_agent);

/* Whether requests of this user are taken. */
gboolean snetd_prompts_can_wait (SnetdPrompts *self, guint32 uid);

/*
 * FALSE: requests of this user are not taken; or there are SNETD_PROMPTS_MAX, and it
 * is like none of them.
 */
gboolean snetd_prompts_add (SnetdPrompts *self, SnetdRequest *request);

/* More is known of it than before; nothing happens if it is in no prompt. */
void snetd_prompts_update (SnetdPrompts *self, SnetdRequest *request);

/* It waits no more, for whatever reason; nothing happens if it is in no prompt. */
void snetd_prompts_remove (SnetdPrompts *self, SnetdRequest *request, const char *reason);

/* By its own id, or that of any request in it; borrowed, NULL if there is none. */
SnetdPrompt *snetd_prompts_lookup (SnetdPrompts *self, guint64 id);

/* Those of a user that are shown, oldest first; borrowed, free with g_ptr_array_unref(). */
GPtrArray *snetd_prompts_list_shown (SnetdPrompts *self, guint32 uid);

/* How many users have somebody to ask them. */
guint snetd_prompts_count_users_with_agent (SnetdPrompts *self);

/* How many requests found no place, and how many had nobody to ask. */
guint64 snetd_prompts_get_refused (SnetdPrompts *self);
guint64 snetd_prompts_get_unasked (SnetdPrompts *self);

/* The id of the request that it began with, also when that one has ended. */
guint64 snetd_prompt_get_id (const SnetdPrompt *prompt);
guint32 snetd_prompt_get_uid (const SnetdPrompt *prompt);

/* Grows with each change of what is in it. */
guint snetd_prompt_get_version (const SnetdPrompt *prompt);

/* How many requests are in it. */
guint snetd_prompt_get_count (const SnetdPrompt *prompt);

/* The oldest in it; borrowed. */
SnetdRequest *snetd_prompt_get_request (const SnetdPrompt *prompt);

/* All in it, oldest first; free with g_ptr_array_unref(). */
GPtrArray *snetd_prompt_list_requests (const SnetdPrompt *prompt);

/* The oldest request as a{sv}, and the count; floating. */
GVariant *snetd_prompt_to_variant (const SnetdPrompt *prompt);

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-prompts.h"

#include <string.h>

#include "snet-names.h"
#include "snetd-log.h"

/* Those below are the system's, by UID_MIN of login.defs(5). */
#define PERSON_UID_MIN 1000

struct SnetdPrompt
{
  guint64 id;
  guint32 uid;
  GBytes *likeness;
  GQueue requests; /* of Member, oldest first */
  guint version;
  gboolean shown;
  GList place; /* among the user's that are shown, or that are not */
};

/* A request in a prompt. */
typedef struct
{
  SnetdRequest *request;
  SnetdPrompt *prompt;
  GList place; /* in the prompt */
} Member;

/* Who has prompts. */
typedef struct
{
  GQueue shown;  /* of SnetdPrompt, oldest first */
  GQueue behind; /* likewise */
  gboolean said; /* that there is no place for more */
} User;

struct _SnetdPrompts
{
  GObject parent_instance;

  GHashTable *prompts; /* id in the prompt -> SnetdPrompt */
  GHashTable *alike;   /* likeness of the prompt -> SnetdPrompt */
  GHashTable *members; /* id in the request -> Member */
  GHashTable *users;   /* uid -> User */
  GHashTable *asked;   /* of uid: who has an agent */
  gboolean wait;
  gboolean starting;
  guint64 refused;
  guint64 unasked;
};

enum
{
  SHOWN,
  CHANGED,
  ENDED,
  ABANDONED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SnetdPrompts, snetd_prompts, G_TYPE_OBJECT)

/* Which requests are alike */

static void
append (GByteArray *bytes, gconstpointer data, gsize size)
{
  g_byte_array_append (bytes, data, size);
}

/* With its end, so that two texts cannot be divided otherwise. */
static void
append_text (GByteArray *bytes, const char *text)
{
  append (bytes, text != NULL ? text : "", text != NULL ? strlen (text) + 1 : 1);
}

static void
append_endpoint (GByteArray *bytes, const SnetdAddress *address, guint16 port)
{
  append (bytes, &address->family, sizeof address->family);
  append (bytes, address->bytes, sizeof address->bytes);
  append (bytes, &port, sizeof port);
}

/* The other end is what it is about, and the own port is another one each time. */
static gboolean
goes_out (const SnetdRequest *request)
{
  return request->operation == SNET_OP_CONNECT || request->operation == SNET_OP_SEND;
}

/* Where to is not known of all families: then it is like no other. */
static gboolean
is_known (const SnetdRequest *request)
{
  if (request->program == NULL)
    return FALSE;
  return request->operation == SNET_OP_CREATE || snetd_family_is_internet (request->family);
}

GBytes *
snetd_prompts_get_likeness (const SnetdRequest *request)
{
  GByteArray *bytes = g_byte_array_new ();
  const int numbers[] = { request->operation, request->family, request->type, request->protocol };
  const guint64 id = is_known (request) ? 0 : request->id;

  append (bytes, &id, sizeof id);
  append (bytes, &request->uid, sizeof request->uid);
  append (bytes, &request->netns, sizeof request->netns);
  append (bytes, numbers, sizeof numbers);
  append_text (bytes, request->program);
  append_text (bytes, request->script);
  if (goes_out (request))
    append_endpoint (bytes, &request->remote, request->remote_port);
  else
    {
      append_endpoint (bytes, &request->local, request->local_port);
      /* Who has connected (accept), from whatever port. */
      append_endpoint (bytes, &request->remote, 0);
    }
  return g_byte_array_free_to_bytes (bytes);
}

/* Users */

static User *
ensure_user (SnetdPrompts *self, guint32 uid)
{
  User *user = g_hash_table_lookup (self->users, GUINT_TO_POINTER (uid));

  if (user == NULL)
    {
      user = g_new0 (User, 1);
      g_hash_table_insert (self->users, GUINT_TO_POINTER (uid), user);
    }
  return user;
}

void
snetd_prompts_set_wait (SnetdPrompts *self, gboolean wait)
{
  const gboolean waited = self->wait;

  self->wait = wait;
  if (waited && !wait)
    g_signal_emit (self, signals[ABANDONED], 0);
}

void
snetd_prompts_end_start (SnetdPrompts *self)
{
  self->starting = FALSE;
  g_signal_emit (self, signals[ABANDONED], 0);
}

void
snetd_prompts_set_agent (SnetdPrompts *self, guint32 uid, gboolean has_agent)
{
  if (has_agent)
    g_hash_table_add (self->asked, GUINT_TO_POINTER (uid));
  else if (g_hash_table_remove (self->asked, GUINT_TO_POINTER (uid)))
    g_signal_emit (self, signals[ABANDONED], 0);
}

gboolean
snetd_prompts_can_wait (SnetdPrompts *self, guint32 uid)
{
  return self->wait || g_hash_table_contains (self->asked, GUINT_TO_POINTER (uid)) ||
         (self->starting && uid >= PERSON_UID_MIN);
}

static gboolean
has_place (const User *user)
{
  return user->shown.length + user->behind.length < SNETD_PROMPTS_MAX;
}

/* Once, until nothing of the user's waits any more. */
static void
refuse (SnetdPrompts *self, User *user, guint32 uid)
{
  g_autofree char *user_id = NULL;

  self->refused++;
  if (user->said)
    return;

  user->said = TRUE;
  user_id = g_strdup_printf ("%u", uid);
  snetd_log_fields (
    G_LOG_LEVEL_WARNING, SNETD_MESSAGE_PROMPTS_FULL, "SNET_UID", user_id, "MESSAGE",
    "User %u has %u questions waiting; what comes behind them is decided by the policy", uid,
    SNETD_PROMPTS_MAX);
}

static void
show_next (SnetdPrompts *self, User *user)
{
  while (user->shown.length < SNETD_PROMPTS_SHOWN_MAX && user->behind.length > 0)
    {
      GList *place = g_queue_pop_head_link (&user->behind);
      SnetdPrompt *prompt = place->data;

      g_queue_push_tail_link (&user->shown, place);
      prompt->shown = TRUE;
      g_signal_emit (self, signals[SHOWN], 0, prompt);
    }
}

/* Prompts */

static void
prompt_free (SnetdPrompt *prompt)
{
  g_bytes_unref (prompt->likeness);
  g_free (prompt);
}

/* Takes the likeness. */
static SnetdPrompt *
prompt_new (SnetdPrompts *self, const SnetdRequest *request, GBytes *likeness)
{
  SnetdPrompt *prompt = g_new0 (SnetdPrompt, 1);

  prompt->id = request->id;
  prompt->uid = request->uid;
  prompt->likeness = likeness;
  prompt->place.data = prompt;
  g_queue_init (&prompt->requests);
  g_hash_table_insert (self->prompts, &prompt->id, prompt);
  g_hash_table_insert (self->alike, prompt->likeness, prompt);
  return prompt;
}

static void
end (SnetdPrompts *self, SnetdPrompt *prompt, const char *reason)
{
  User *user = g_hash_table_lookup (self->users, GUINT_TO_POINTER (prompt->uid));
  guint32 uid = prompt->uid;

  g_hash_table_remove (self->alike, prompt->likeness);
  g_hash_table_steal (self->prompts, &prompt->id);
  g_queue_unlink (prompt->shown ? &user->shown : &user->behind, &prompt->place);
  if (prompt->shown)
    g_signal_emit (self, signals[ENDED], 0, prompt, reason);
  prompt_free (prompt);

  if (user->shown.length == 0 && user->behind.length == 0)
    g_hash_table_remove (self->users, GUINT_TO_POINTER (uid));
  else
    show_next (self, user);
}

static void
member_free (Member *member)
{
  snetd_request_unref (member->request);
  g_free (member);
}

static void
join (SnetdPrompts *self, SnetdPrompt *prompt, SnetdRequest *request)
{
  Member *member = g_new0 (Member, 1);

  member->request = snetd_request_ref (request);
  member->prompt = prompt;
  member->place.data = member;
  g_queue_push_tail_link (&prompt->requests, &member->place);
  g_hash_table_insert (self->members, &request->id, member);
}

static void
change (SnetdPrompts *self, SnetdPrompt *prompt)
{
  prompt->version++;
  if (prompt->shown)
    g_signal_emit (self, signals[CHANGED], 0, prompt);
}

gboolean
snetd_prompts_add (SnetdPrompts *self, SnetdRequest *request)
{
  g_autoptr (GBytes) likeness = snetd_prompts_get_likeness (request);
  SnetdPrompt *prompt = g_hash_table_lookup (self->alike, likeness);
  User *user;

  g_return_val_if_fail (!g_hash_table_contains (self->members, &request->id), FALSE);

  if (!snetd_prompts_can_wait (self, request->uid))
    {
      self->unasked++;
      return FALSE;
    }

  if (prompt != NULL)
    {
      join (self, prompt, request);
      change (self, prompt);
      return TRUE;
    }

  user = ensure_user (self, request->uid);
  if (!has_place (user))
    {
      refuse (self, user, request->uid);
      return FALSE;
    }
  prompt = prompt_new (self, request, g_steal_pointer (&likeness));
  join (self, prompt, request);
  g_queue_push_tail_link (&user->behind, &prompt->place);
  show_next (self, user);
  return TRUE;
}

void
snetd_prompts_update (SnetdPrompts *self, SnetdRequest *request)
{
  Member *member = g_hash_table_lookup (self->members, &request->id);

  if (member != NULL)
    change (self, member->prompt);
}

void
snetd_prompts_remove (SnetdPrompts *self, SnetdRequest *request, const char *reason)
{
  Member *member = g_hash_table_lookup (self->members, &request->id);
  SnetdPrompt *prompt;

  if (member == NULL)
    return;

  prompt = member->prompt;
  g_queue_unlink (&prompt->requests, &member->place);
  g_hash_table_remove (self->members, &request->id);
  if (prompt->requests.length == 0)
    end (self, prompt, reason);
  else
    change (self, prompt);
}

SnetdPrompt *
snetd_prompts_lookup (SnetdPrompts *self, guint64 id)
{
  SnetdPrompt *prompt = g_hash_table_lookup (self->prompts, &id);
  Member *member;

  if (prompt != NULL)
    return prompt;

  member = g_hash_table_lookup (self->members, &id);
  return member != NULL ? member->prompt : NULL;
}

GPtrArray *
snetd_prompts_list_shown (SnetdPrompts *self, guint32 uid)
{
  GPtrArray *prompts = g_ptr_array_new ();
  User *user = g_hash_table_lookup (self->users, GUINT_TO_POINTER (uid));

  for (GList *place = user != NULL ? user->shown.head : NULL; place != NULL; place = place->next)
    g_ptr_array_add (prompts, place->data);
  return prompts;
}

guint64
snetd_prompts_get_refused (SnetdPrompts *self)
{
  return self->refused;
}

guint
snetd_prompts_count_users_with_agent (SnetdPrompts *self)
{
  return g_hash_table_size (self->asked);
}

guint64
snetd_prompts_get_unasked (SnetdPrompts *self)
{
  return self->unasked;
}

guint64
snetd_prompt_get_id (const SnetdPrompt *prompt)
{
  return prompt->id;
}

guint32
snetd_prompt_get_uid (const SnetdPrompt *prompt)
{
  return prompt->uid;
}

guint
snetd_prompt_get_version (const SnetdPrompt *prompt)
{
  return prompt->version;
}

guint
snetd_prompt_get_count (const SnetdPrompt *prompt)
{
  return prompt->requests.length;
}

SnetdRequest *
snetd_prompt_get_request (const SnetdPrompt *prompt)
{
  return ((Member *)prompt->requests.head->data)->request;
}

GPtrArray *
snetd_prompt_list_requests (const SnetdPrompt *prompt)
{
  GPtrArray *requests = g_ptr_array_new_with_free_func ((GDestroyNotify)snetd_request_unref);

  for (GList *place = prompt->requests.head; place != NULL; place = place->next)
    g_ptr_array_add (requests, snetd_request_ref (((Member *)place->data)->request));
  return requests;
}

GVariant *
snetd_prompt_to_variant (const SnetdPrompt *prompt)
{
  return snetd_request_to_counted_variant (snetd_prompt_get_request (prompt),
                                           snetd_prompt_get_count (prompt));
}

/* The object */

static void
snetd_prompts_finalize (GObject *object)
{
  SnetdPrompts *self = SNETD_PROMPTS (object);

  g_clear_pointer (&self->members, g_hash_table_unref);
  g_clear_pointer (&self->alike, g_hash_table_unref);
  g_clear_pointer (&self->prompts, g_hash_table_unref);
  g_clear_pointer (&self->users, g_hash_table_unref);
  g_clear_pointer (&self->asked, g_hash_table_unref);
  G_OBJECT_CLASS (snetd_prompts_parent_class)->finalize (object);
}

static void
snetd_prompts_class_init (SnetdPromptsClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = snetd_prompts_finalize;

  signals[SHOWN] = g_signal_new ("shown", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                 1, G_TYPE_POINTER);
  signals[CHANGED] = g_signal_new ("changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[ENDED] = g_signal_new ("ended", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                 2, G_TYPE_POINTER, G_TYPE_STRING);
  signals[ABANDONED] =
    g_signal_new ("abandoned", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
snetd_prompts_init (SnetdPrompts *self)
{
  self->prompts =
    g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, (GDestroyNotify)prompt_free);
  self->alike = g_hash_table_new (g_bytes_hash, g_bytes_equal);
  self->members =
    g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, (GDestroyNotify)member_free);
  self->users = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->asked = g_hash_table_new (NULL, NULL);
  self->starting = TRUE;
}

SnetdPrompts *
snetd_prompts_new (void)
{
  return g_object_new (SNETD_TYPE_PROMPTS, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>

#include "snet-names.h"

#include "gsnet-event.h"
#include "gsnet-programs.h"
#include "gsnet-text.h"
#include "gsnet-words.h"

/* Longer than any honest name; paths are cut in the middle. */
#define MAX_NAME_CHARS  40
#define MAX_VALUE_CHARS 160
#define MAX_LIST_CHARS  400

/* One network call, waiting or decided: what snetd said of it, and how to say it to a person. */
struct _GsnetEvent
{
  GObject parent_instance;

  guint64 id;
  GVariant *variant;
  GVariantDict *dict;
  char *program_name;
  char *name;
  char *icon_name;
};

G_DEFINE_FINAL_TYPE (GsnetEvent, gsnet_event, G_TYPE_OBJECT)

/* For views: the columns and rows bind to these. */
enum
{
  PROP_NAME = 1,
  PROP_ICON_NAME,
  PROP_WHAT,
  PROP_WHERE,
  PROP_WHEN,
  PROP_VERDICT,
  PROP_REASON,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
gsnet_event_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GsnetEvent *self = GSNET_EVENT (object);

  switch (prop_id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_ICON_NAME:
      g_value_set_string (value, self->icon_name);
      break;
    case PROP_WHAT:
      g_value_set_string (value, gsnet_words_operation (gsnet_event_get_operation (self)));
      break;
    case PROP_WHERE:
      g_value_take_string (value, gsnet_words_where (self));
      break;
    case PROP_WHEN:
      g_value_take_string (value, gsnet_words_time (gsnet_event_get_time (self)));
      break;
    case PROP_VERDICT:
      g_value_set_string (value, gsnet_event_get_verdict (self));
      break;
    case PROP_REASON:
      g_value_take_string (value, gsnet_words_reason (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
gsnet_event_finalize (GObject *object)
{
  GsnetEvent *self = GSNET_EVENT (object);

  g_clear_pointer (&self->variant, g_variant_unref);
  g_clear_pointer (&self->dict, g_variant_dict_unref);
  g_clear_pointer (&self->program_name, g_free);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->icon_name, g_free);

  G_OBJECT_CLASS (gsnet_event_parent_class)->finalize (object);
}

static void
gsnet_event_class_init (GsnetEventClass *klass)
{
  static const char *const names[N_PROPS] = {
    [PROP_NAME] = "name",     [PROP_ICON_NAME] = "icon-name", [PROP_WHAT] = "what",
    [PROP_WHERE] = "where",   [PROP_WHEN] = "when",           [PROP_VERDICT] = "verdict",
    [PROP_REASON] = "reason",
  };
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = gsnet_event_get_property;
  object_class->finalize = gsnet_event_finalize;

  for (guint i = 1; i < N_PROPS; i++)
    properties[i] =
      g_param_spec_string (names[i], NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
gsnet_event_init (GsnetEvent *self)
{
}

/*
 * As its desktop file calls it, or the file's name; the short name that the thread gave itself
 * only when no file is known.
 */
static char *
make_program_name (GsnetEvent *self)
{
  const char *program = gsnet_event_get_raw (self, SNET_KEY_PROGRAM);
  const char *comm = gsnet_event_get_raw (self, SNET_KEY_COMM);
  const char *known = gsnet_programs_name (program, gsnet_event_get_raw (self, SNET_KEY_APP));

  if (known)
    return g_strdup (known);
  if (program)
    {
      g_autofree char *base = g_path_get_basename (program);
      return gsnet_text_visible (base, MAX_NAME_CHARS);
    }
  if (comm)
    return gsnet_text_visible (comm, MAX_NAME_CHARS);
  return g_strdup (_ ("An unknown program"));
}

/*
 * A program may be shown with a well-known icon only if an administrator put
 * the file where it is: /tmp/firefox does not get the icon of Firefox.
 */
static char *
make_icon_name (GsnetEvent *self)
{
  static const char *const trusted[] = { "/usr/", "/bin/", "/sbin/", "/opt/", NULL };
  const char *program = gsnet_event_get_raw (self, SNET_KEY_PROGRAM);
  const char *known = gsnet_programs_icon (program, gsnet_event_get_raw (self, SNET_KEY_APP));

  if (known)
    return g_strdup (known);
  if (!program)
    return NULL;
  for (guint i = 0; trusted[i]; i++)
    if (g_str_has_prefix (program, trusted[i]) && !strstr (program, "/../"))
      return g_path_get_basename (program);
  return NULL;
}

/* dict: an a{sv} of any content; what is missing or of another type is taken as not known. */
GsnetEvent *
gsnet_event_new (guint64 id, GVariant *dict)
{
  GsnetEvent *self = g_object_new (GSNET_TYPE_EVENT, NULL);

  g_return_val_if_fail (g_variant_is_of_type (dict, G_VARIANT_TYPE_VARDICT), NULL);

  self->variant = g_variant_ref_sink (dict);
  self->dict = g_variant_dict_new (dict);
  if (id == 0)
    g_variant_dict_lookup (self->dict, SNET_KEY_ID, "t", &id);
  self->id = id;
  self->program_name = make_program_name (self);
  self->name =
    gsnet_words_program (self->program_name, gsnet_event_get_raw (self, SNET_KEY_SCRIPT));
  self->icon_name = make_icon_name (self);
  return self;
}

GVariant *
gsnet_event_get_variant (GsnetEvent *self)
{
  return self->variant;
}

guint64
gsnet_event_get_id (GsnetEvent *self)
{
  return self->id;
}

guint64
gsnet_event_get_serial (GsnetEvent *self)
{
  guint64 serial = 0;

  g_variant_dict_lookup (self->dict, SNET_KEY_SERIAL, "t", &serial);
  return serial;
}

static gint64
lookup_time (GsnetEvent *self, const char *key)
{
  gint64 value = 0;

  g_variant_dict_lookup (self->dict, key, "x", &value);
  return value;
}

gint64
gsnet_event_get_time (GsnetEvent *self)
{
  return lookup_time (self, SNET_KEY_TIME);
}

gint64
gsnet_event_get_deadline (GsnetEvent *self)
{
  return lookup_time (self, SNET_KEY_DEADLINE);
}

gint64
gsnet_event_get_waited (GsnetEvent *self)
{
  return lookup_time (self, SNET_KEY_WAITED);
}

guint64
gsnet_event_get_rule (GsnetEvent *self)
{
  guint64 rule = 0;

  g_variant_dict_lookup (self->dict, SNET_KEY_RULE, "t", &rule);
  return rule;
}

guint32
gsnet_event_get_count (GsnetEvent *self)
{
  guint32 count = 1;

  g_variant_dict_lookup (self->dict, SNET_KEY_COUNT, "u", &count);
  return count;
}

gboolean
gsnet_event_get_pid (GsnetEvent *self, guint32 *ret_pid)
{
  return g_variant_dict_lookup (self->dict, SNET_KEY_PID, "u", ret_pid);
}

gboolean
gsnet_event_get_uid (GsnetEvent *self, guint32 *ret_uid)
{
  return g_variant_dict_lookup (self->dict, SNET_KEY_UID, "u", ret_uid);
}

gboolean
gsnet_event_get_netns (GsnetEvent *self, guint64 *ret_netns)
{
  return g_variant_dict_lookup (self->dict, SNET_KEY_NETNS, "t", ret_netns);
}

const char *
gsnet_event_get_raw (GsnetEvent *self, const char *key)
{
  const char *value = NULL;

  if (!g_variant_dict_lookup (self->dict, key, "&s", &value) || !*value)
    return NULL;
  return value;
}

char *
gsnet_event_dup_visible (GsnetEvent *self, const char *key)
{
  const char *value = gsnet_event_get_raw (self, key);

  return value ? gsnet_text_visible (value, MAX_VALUE_CHARS) : NULL;
}

char *
gsnet_event_dup_list_visible (GsnetEvent *self, const char *key, const char *separator)
{
  g_autofree const char **values = NULL;
  g_autofree char *joined = NULL;

  if (!g_variant_dict_lookup (self->dict, key, "^a&s", &values) || !values[0])
    return NULL;
  joined = g_strjoinv (separator, (char **)values);
  return gsnet_text_visible (joined, MAX_LIST_CHARS);
}

gboolean
gsnet_event_has (GsnetEvent *self, const char *key)
{
  return g_variant_dict_contains (self->dict, key);
}

GVariant *
gsnet_event_lookup (GsnetEvent *self, const char *key)
{
  return g_variant_dict_lookup_value (self->dict, key, NULL);
}

/* By its number where the name that it gave itself is all there is: that can be anybody's. */
char *
gsnet_event_dup_group (GsnetEvent *self)
{
  const char *program = gsnet_event_get_raw (self, SNET_KEY_PROGRAM);
  const char *script = gsnet_event_get_raw (self, SNET_KEY_SCRIPT);
  guint32 uid = G_MAXUINT32;
  guint32 pid = 0;

  gsnet_event_get_uid (self, &uid);
  if (program)
    return g_strdup_printf ("%u %s\n%s", uid, program, script ? script : "");
  gsnet_event_get_pid (self, &pid);
  return g_strdup_printf ("%u %u", uid, pid);
}

const char *
gsnet_event_get_operation (GsnetEvent *self)
{
  const char *operation = gsnet_event_get_raw (self, SNET_KEY_OPERATION);

  return operation ? operation : "";
}

static gboolean
is_one_of (GsnetEvent *self, const char *const *operations)
{
  return g_strv_contains (operations, gsnet_event_get_operation (self));
}

/* Whether the address that matters is the other side's. */
gboolean
gsnet_event_is_remote (GsnetEvent *self)
{
  static const char *const local[] = { "bind", "listen", "receive", NULL };

  return !is_one_of (self, local);
}

/* A family that is not known is taken for it. */
gboolean
gsnet_event_is_internet (GsnetEvent *self)
{
  const char *family = gsnet_event_get_raw (self, SNET_KEY_FAMILY);

  return !family || g_str_equal (family, "inet") || g_str_equal (family, "inet6");
}

const char *
gsnet_event_get_address_key (GsnetEvent *self)
{
  return gsnet_event_is_remote (self) ? SNET_KEY_REMOTE_ADDRESS : SNET_KEY_LOCAL_ADDRESS;
}

/* The port of who has connected is another one each time, and says nothing. */
const char *
gsnet_event_get_port_key (GsnetEvent *self)
{
  static const char *const local[] = { "bind", "listen", "receive", "accept", NULL };

  return is_one_of (self, local) ? SNET_KEY_LOCAL_PORT : SNET_KEY_REMOTE_PORT;
}

const char *
gsnet_event_get_address (GsnetEvent *self)
{
  return gsnet_event_get_raw (self, gsnet_event_get_address_key (self));
}

guint16
gsnet_event_get_port (GsnetEvent *self)
{
  guint16 port = 0;

  g_variant_dict_lookup (self->dict, gsnet_event_get_port_key (self), "q", &port);
  return port;
}

const char *
gsnet_event_get_program_name (GsnetEvent *self)
{
  return self->program_name;
}

const char *
gsnet_event_get_name (GsnetEvent *self)
{
  return self->name;
}

const char *
gsnet_event_get_icon_name (GsnetEvent *self)
{
  return self->icon_name;
}

const char *
gsnet_event_get_verdict (GsnetEvent *self)
{
  return gsnet_event_get_raw (self, SNET_KEY_VERDICT);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "snetd-cgroup.h"

#include <string.h>

#define DEFAULT_HIERARCHY "0::"

#define UNIT_MAX       255
#define UNIT_LETTERS   G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS ":-_.\\"
#define FLATPAK_PREFIX "app-flatpak-"
#define SNAP_PREFIX    "snap."

/* Of units that processes can be in; slices only hold other units. */
static const char *const unit_types[] = { ".service", ".scope", ".socket", ".mount", ".swap" };

char *
snetd_cgroup_path (const char *text)
{
  while (text != NULL)
    {
      const char *end = strchr (text, '\n');

      /* Nor half a line, of a text that was too long. */
      if (end == NULL)
        return NULL;
      if (g_str_has_prefix (text, DEFAULT_HIERARCHY "/"))
        {
          text += strlen (DEFAULT_HIERARCHY);
          return g_strndup (text, end - text);
        }
      text = end + 1;
    }
  return NULL;
}

/* A name before the dot, and of an instance something before the @. */
static gboolean
is_unit_of_type (const char *name, const char *type)
{
  gsize length;

  if (!g_str_has_suffix (name, type) || strlen (name) > UNIT_MAX)
    return FALSE;

  length = strlen (name) - strlen (type);
  return length > 0 && name[0] != '@' && strspn (name, UNIT_LETTERS "@") >= length;
}

static gboolean
is_unit (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (unit_types); i++)
    {
      if (is_unit_of_type (name, unit_types[i]))
        return TRUE;
    }
  return FALSE;
}

/* systemd writes one before names that the kernel could mean something else by. */
static const char *
unescape (const char *part)
{
  return part[0] == '_' ? part + 1 : part;
}

/* What comes first after the slices, if it is a unit; then *parts is behind it. */
static const char *
next_unit (char ***parts)
{
  const char *name;

  while (**parts != NULL && is_unit_of_type (unescape (**parts), ".slice"))
    (*parts)++;
  if (**parts == NULL)
    return NULL;

  name = unescape (**parts);
  if (!is_unit (name))
    return NULL;
  (*parts)++;
  return name;
}

/* user@1000.service */
static gboolean
is_user_manager (const char *unit)
{
  const char *uid = unit + strlen ("user@");

  return g_str_has_prefix (unit, "user@") && g_ascii_isdigit (*uid) &&
         g_str_equal (uid + strspn (uid, G_CSET_DIGITS), ".service");
}

char *
snetd_cgroup_unit (const char *path)
{
  g_auto (GStrv) parts = NULL;
  const char *unit, *inner;
  char **next;

  if (path[0] != '/')
    return NULL;

  parts = g_strsplit (path + 1, "/", -1);
  next = parts;
  unit = next_unit (&next);
  if (unit == NULL)
    return NULL;

  inner = is_user_manager (unit) ? next_unit (&next) : NULL;
  return g_strdup (inner != NULL ? inner : unit);
}

/* "\x2d" is a dash that the name has had itself; others separate. 0: it is no such code. */
static char
read_code (const char *text, gsize length)
{
  if (length < 4 || text[0] != '\\' || text[1] != 'x' || !g_ascii_isxdigit (text[2]) ||
      !g_ascii_isxdigit (text[3]))
    return 0;
  return (char)(g_ascii_xdigit_value (text[2]) * 16 + g_ascii_xdigit_value (text[3]));
}

static char *
decode (const char *text, gsize length)
{
  GString *name = g_string_new (NULL);

  for (gsize i = 0; i < length; i++)
    {
      const char code = read_code (text + i, length - i);

      g_string_append_c (name, code != 0 ? code : text[i]);
      i += code != 0 ? 3 : 0;
    }
  return g_string_free (name, FALSE);
}

static char *
check_name (char *name, const char *letters)
{
  if (name[0] != '\0' && name[strspn (name, letters)] == '\0')
    return name;
  g_free (name);
  return NULL;
}

/* app-flatpak-ID-INSTANCE.scope */
static char *
flatpak_app (const char *unit)
{
  const char *id = unit + strlen (FLATPAK_PREFIX);
  const char *end;

  if (!g_str_has_prefix (unit, FLATPAK_PREFIX) || !g_str_has_suffix (unit, ".scope"))
    return NULL;

  end = strrchr (id, '-');
  if (end == NULL)
    return NULL;
  return check_name (decode (id, end - id), G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-");
}

/* snap.NAME.PROGRAM-UUID.scope, or snap.NAME.PROGRAM.service */
static char *
snap_app (const char *unit)
{
  const char *name = unit + strlen (SNAP_PREFIX);
  const char *end;

  if (!g_str_has_prefix (unit, SNAP_PREFIX) ||
      (!g_str_has_suffix (unit, ".scope") && !g_str_has_suffix (unit, ".service")))
    return NULL;

  end = strchr (name, '.');
  if (strchr (end + 1, '.') == NULL)
    return NULL;
  return check_name (decode (name, end - name), G_CSET_a_2_z G_CSET_DIGITS "_-");
}

char *
snetd_cgroup_app (const char *unit)
{
  char *app = flatpak_app (unit);

  return app != NULL ? app : snap_app (unit);
}

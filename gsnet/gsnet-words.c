// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <glib/gi18n.h>
#include <netdb.h>
#include <pwd.h>
#include <string.h>

#include "snet-names.h"

#include "gsnet-text.h"
#include "gsnet-words.h"

#define MAX_ADDRESS_CHARS 64
#define MAX_HOST_CHARS    80
#define MAX_WORD_CHARS    24
#define MAX_SCRIPT_CHARS  40

/* Whom a local address is open to. */
typedef enum
{
  REACH_EVERYWHERE,
  REACH_THIS_MACHINE,
  REACH_ADDRESS,
} Reach;

static Reach
get_reach (const char *address)
{
  g_autoptr (GInetAddress) inet = address ? g_inet_address_new_from_string (address) : NULL;

  if (!address || (inet && g_inet_address_get_is_any (inet)))
    return REACH_EVERYWHERE;
  if (inet && g_inet_address_get_is_loopback (inet))
    return REACH_THIS_MACHINE;
  return REACH_ADDRESS;
}

/* "http-alt/tcp" where the service has a name, "tcp" where not. */
static char *
name_service (guint16 port, const char *protocol)
{
  g_autofree char *shown = protocol ? gsnet_text_visible (protocol, MAX_WORD_CHARS) : NULL;
  struct servent entry;
  struct servent *found = NULL;
  char buffer[2048];

  if (port && protocol)
    (void)getservbyport_r (htons (port), protocol, &entry, buffer, sizeof buffer, &found);
  if (found)
    return g_strdup_printf ("%s/%s", found->s_name, shown);
  return shown ? g_steal_pointer (&shown) : g_strdup (_ ("protocol not known"));
}

char *
gsnet_words_address (const char *address)
{
  return gsnet_text_visible (address, MAX_ADDRESS_CHARS);
}

char *
gsnet_words_port (guint16 port, const char *protocol)
{
  g_autofree char *service = name_service (port, protocol);

  /* Translators: a port number, then the service, such as "8080 (http-alt/tcp)" */
  return g_strdup_printf (_ ("%u (%s)"), port, service);
}

char *
gsnet_words_program (const char *program_name, const char *script)
{
  g_autofree char *base = script ? g_path_get_basename (script) : NULL;
  g_autofree char *shown = base ? gsnet_text_visible (base, MAX_SCRIPT_CHARS) : NULL;

  if (!shown)
    return g_strdup (program_name);
  /* Translators: a program, then the script that it runs: "python3.11 (backup.py)" */
  return g_strdup_printf (C_ ("script", "%s (%s)"), program_name, shown);
}

char *
gsnet_words_title (GsnetEvent *event)
{
  const char *operation = gsnet_event_get_operation (event);
  const char *name = gsnet_event_get_name (event);

  if (g_str_equal (operation, "connect"))
    return g_strdup_printf (_ ("%s wants to connect"), name);
  if (g_str_equal (operation, "bind"))
    return g_strdup_printf (_ ("%s wants to use a port"), name);
  if (g_str_equal (operation, "listen"))
    return g_strdup_printf (_ ("%s wants to accept connections"), name);
  if (g_str_equal (operation, "accept"))
    return g_strdup_printf (_ ("%s wants to accept a connection"), name);
  if (g_str_equal (operation, "send"))
    return g_strdup_printf (_ ("%s wants to send"), name);
  if (g_str_equal (operation, "receive"))
    return g_strdup_printf (_ ("%s wants to receive"), name);
  if (g_str_equal (operation, "create"))
    return g_strdup_printf (_ ("%s wants to create a socket"), name);
  return g_strdup_printf (_ ("%s wants to use the network"), name);
}

/*
 * The other side: "example.org (192.0.2.1)", or the address. What its own network says of an
 * address can be anything, and is told in the details only.
 */
static char *
name_remote (GsnetEvent *event)
{
  const char *address = gsnet_event_get_raw (event, SNET_KEY_REMOTE_ADDRESS);
  const char *host = gsnet_event_get_raw (event, SNET_KEY_REMOTE_HOST);
  const char *source = gsnet_event_get_raw (event, SNET_KEY_HOST_SOURCE);
  g_autofree char *shown = address ? gsnet_words_address (address) : NULL;
  g_autofree char *shown_host = NULL;

  if (!shown || !host || g_strcmp0 (source, "reverse") == 0)
    return g_steal_pointer (&shown);
  shown_host = gsnet_text_visible (host, MAX_HOST_CHARS);
  /* Translators: the name of a machine, then its address */
  return g_strdup_printf (C_ ("host", "%s (%s)"), shown_host, shown);
}

static char *
say_connect (const char *name, const char *shown, guint16 port, const char *service)
{
  if (shown && port)
    /* Translators: "curl wants to connect to 192.0.2.1, port 80 (http/tcp)" */
    return g_strdup_printf (_ ("%s wants to connect to %s, port %u (%s)"), name, shown, port,
                            service);
  if (shown)
    return g_strdup_printf (_ ("%s wants to connect to %s (%s)"), name, shown, service);
  return g_strdup_printf (_ ("%s wants to connect, it is not known where to (%s)"), name, service);
}

static char *
say_bind (const char *name, const char *address, guint16 port, const char *service)
{
  g_autofree char *shown = NULL;

  if (!port)
    return g_strdup_printf (_ ("%s wants to use any free port of this machine (%s)"), name,
                            service);
  switch (get_reach (address))
    {
    case REACH_EVERYWHERE:
      return g_strdup_printf (_ ("%s wants to use port %u of this machine (%s)"), name, port,
                              service);
    case REACH_THIS_MACHINE:
      return g_strdup_printf (_ ("%s wants to use port %u, within this machine only (%s)"), name,
                              port, service);
    case REACH_ADDRESS:
    default:
      shown = gsnet_words_address (address);
      return g_strdup_printf (_ ("%s wants to use port %u of the address %s (%s)"), name, port,
                              shown, service);
    }
}

static char *
say_listen (const char *name, const char *address, guint16 port, const char *service)
{
  g_autofree char *shown = NULL;

  if (!port)
    return g_strdup_printf (_ ("%s wants to accept connections (%s)"), name, service);
  switch (get_reach (address))
    {
    case REACH_EVERYWHERE:
      return g_strdup_printf (_ ("%s wants to accept connections on port %u (%s)"), name, port,
                              service);
    case REACH_THIS_MACHINE:
      return g_strdup_printf (_ ("%s wants to accept connections on port %u, from this machine "
                                 "only (%s)"),
                              name, port, service);
    case REACH_ADDRESS:
    default:
      shown = gsnet_words_address (address);
      return g_strdup_printf (_ ("%s wants to accept connections on port %u of the address %s "
                                 "(%s)"),
                              name, port, shown, service);
    }
}

static char *
say_accept (const char *name, const char *address, guint16 port, const char *service)
{
  g_autofree char *shown = address ? gsnet_words_address (address) : NULL;

  if (shown && port)
    /* Translators: "nginx wants to accept a connection from 192.0.2.1 on port 80 (http/tcp)" */
    return g_strdup_printf (_ ("%s wants to accept a connection from %s on port %u (%s)"), name,
                            shown, port, service);
  if (shown)
    return g_strdup_printf (_ ("%s wants to accept a connection from %s (%s)"), name, shown,
                            service);
  return g_strdup_printf (_ ("%s wants to accept a connection, it is not known from where (%s)"),
                          name, service);
}

static char *
say_send (const char *name, const char *shown, guint16 port, const char *service)
{
  if (shown && port)
    /* Translators: "dig wants to send to 192.0.2.1, port 53 (domain/udp)" */
    return g_strdup_printf (_ ("%s wants to send to %s, port %u (%s)"), name, shown, port, service);
  if (shown)
    return g_strdup_printf (_ ("%s wants to send to %s (%s)"), name, shown, service);
  return g_strdup_printf (_ ("%s wants to send, it is not known where to (%s)"), name, service);
}

static char *
say_receive (const char *name, guint16 port, const char *service)
{
  if (port)
    return g_strdup_printf (_ ("%s wants to receive on port %u (%s)"), name, port, service);
  return g_strdup_printf (_ ("%s wants to receive (%s)"), name, service);
}

static char *
say_create (GsnetEvent *event, const char *name, const char *service)
{
  const char *type = gsnet_event_get_raw (event, SNET_KEY_TYPE);

  if (g_strcmp0 (type, "raw") == 0)
    /* Translators: one that reads and writes whole packets, as ping does */
    return g_strdup_printf (_ ("%s wants to create a raw socket (%s)"), name, service);
  return g_strdup_printf (_ ("%s wants to create a socket (%s)"), name, service);
}

/* In brackets: of other families than the internet's the protocol is only a number. */
static char *
name_kind (GsnetEvent *event, guint16 port)
{
  if (!gsnet_event_is_internet (event))
    return gsnet_event_dup_visible (event, SNET_KEY_FAMILY);
  return name_service (port, gsnet_event_get_raw (event, SNET_KEY_PROTOCOL));
}

char *
gsnet_words_sentence (GsnetEvent *event)
{
  const char *operation = gsnet_event_get_operation (event);
  const char *name = gsnet_event_get_name (event);
  const char *address = gsnet_event_get_address (event);
  guint16 port = gsnet_event_get_port (event);
  g_autofree char *service = name_kind (event, port);
  g_autofree char *remote = name_remote (event);
  g_autofree char *shown = NULL;

  if (g_str_equal (operation, "connect"))
    return say_connect (name, remote, port, service);
  if (g_str_equal (operation, "bind"))
    return say_bind (name, address, port, service);
  if (g_str_equal (operation, "listen"))
    return say_listen (name, address, port, service);
  if (g_str_equal (operation, "accept"))
    return say_accept (name, address, port, service);
  if (g_str_equal (operation, "send"))
    return say_send (name, remote, port, service);
  if (g_str_equal (operation, "receive"))
    return say_receive (name, port, service);
  if (g_str_equal (operation, "create"))
    return say_create (event, name, service);
  shown = gsnet_text_visible (operation, MAX_WORD_CHARS);
  return g_strdup_printf (_ ("%s wants to use the network: %s (%s)"), name, shown, service);
}

/* "127.0.0.1, port 8080 (http-alt/tcp)": the sentence without its beginning, for lists. */
char *
gsnet_words_where (GsnetEvent *event)
{
  const char *address = gsnet_event_get_address (event);
  guint16 port = gsnet_event_get_port (event);
  g_autofree char *service = name_kind (event, port);
  g_autofree char *shown = NULL;

  if (gsnet_event_is_remote (event))
    shown = name_remote (event);
  else if (address && get_reach (address) != REACH_EVERYWHERE)
    shown = gsnet_words_address (address);
  if (shown && port)
    return g_strdup_printf (_ ("%s, port %u (%s)"), shown, port, service);
  if (shown)
    return g_strdup_printf (_ ("%s (%s)"), shown, service);
  if (port)
    return g_strdup_printf (_ ("port %u (%s)"), port, service);
  return g_steal_pointer (&service);
}

const char *
gsnet_words_operation (const char *operation)
{
  if (g_strcmp0 (operation, "connect") == 0)
    return C_ ("operation", "Connect");
  if (g_strcmp0 (operation, "bind") == 0)
    return C_ ("operation", "Use a port");
  if (g_strcmp0 (operation, "listen") == 0)
    return C_ ("operation", "Accept connections");
  if (g_strcmp0 (operation, "accept") == 0)
    return C_ ("operation", "Accept a connection");
  if (g_strcmp0 (operation, "send") == 0)
    return C_ ("operation", "Send");
  if (g_strcmp0 (operation, "receive") == 0)
    return C_ ("operation", "Receive");
  if (g_strcmp0 (operation, "create") == 0)
    return C_ ("operation", "Create a socket");
  return operation && *operation ? C_ ("operation", "Other") : C_ ("operation", "Anything");
}

char *
gsnet_words_reason (GsnetEvent *event)
{
  const char *reason = gsnet_event_get_raw (event, SNET_KEY_REASON);

  if (!reason)
    return NULL;
  if (g_str_equal (reason, "user"))
    return g_strdup (C_ ("decided by", "You"));
  if (g_str_equal (reason, "rule"))
    return g_strdup (C_ ("decided by", "A rule"));
  if (g_str_equal (reason, "ticket"))
    return g_strdup (C_ ("decided by", "A rule, as before"));
  if (g_str_equal (reason, "timeout"))
    return g_strdup (C_ ("decided by", "Nobody answered in time"));
  if (g_str_equal (reason, "policy"))
    return g_strdup (C_ ("decided by", "The default policy"));
  if (g_str_equal (reason, SNET_MODE_WORD_MONITOR))
    return g_strdup (C_ ("decided by", "Nobody was asked: monitoring"));
  if (g_str_equal (reason, SNET_MODE_WORD_LOCKDOWN))
    return g_strdup (C_ ("decided by", "Nobody was asked: locked down"));
  if (g_str_equal (reason, SNET_MODE_WORD_OFF))
    return g_strdup (C_ ("decided by", "The firewall was off"));
  return gsnet_text_visible (reason, MAX_WORD_CHARS);
}

static const char *
say_timeout (const char *policy)
{
  if (g_strcmp0 (policy, SNET_VERDICT_WORD_ALLOW) == 0)
    return _ ("Nobody answered in time, so it was allowed.");
  if (g_strcmp0 (policy, SNET_VERDICT_WORD_DENY) == 0)
    return _ ("Nobody answered in time, so it was denied.");
  return _ ("Nobody answered in time, and the default policy has decided it.");
}

const char *
gsnet_words_withdrawn (const char *reason, const char *policy)
{
  if (g_strcmp0 (reason, "answered") == 0)
    return _ ("It has been answered elsewhere.");
  if (g_strcmp0 (reason, "rule") == 0)
    return _ ("A rule has decided it.");
  if (g_strcmp0 (reason, "mode") == 0)
    return _ ("The firewall does not ask any more.");
  if (g_strcmp0 (reason, "timeout") == 0)
    return say_timeout (policy);
  if (g_strcmp0 (reason, "exited") == 0)
    return _ ("The program has ended.");
  if (g_strcmp0 (reason, "daemon") == 0)
    return _ ("The firewall service has stopped.");
  return _ ("The call does not wait any more.");
}

char *
gsnet_words_time (gint64 microseconds)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (microseconds / G_USEC_PER_SEC);
  g_autoptr (GDateTime) when = utc ? g_date_time_to_local (utc) : NULL;

  if (!when || microseconds <= 0)
    return NULL;
  if (g_date_time_get_year (now) == g_date_time_get_year (when) &&
      g_date_time_get_day_of_year (now) == g_date_time_get_day_of_year (when))
    /* Translators: a time of today, see strftime */
    return g_date_time_format (when, _ ("%H:%M:%S"));
  /* Translators: a time of another day, see strftime */
  return g_date_time_format (when, _ ("%e %b %Y, %H:%M:%S"));
}

char *
gsnet_words_user (guint32 uid)
{
  struct passwd entry;
  struct passwd *found = NULL;
  char buffer[4096];

  if (getpwuid_r (uid, &entry, buffer, sizeof buffer, &found) == 0 && found)
    return g_strdup_printf ("%s (%u)", found->pw_name, uid);
  return g_strdup_printf ("%u", uid);
}

char *
gsnet_words_error (const GError *error)
{
  static const struct
  {
    const char *name;
    const char *words;
  } known[] = {
    { SNET_ERROR_NAME_UNKNOWN_REQUEST, N_ ("This call does not wait any more.") },
    { SNET_ERROR_NAME_ALREADY_DECIDED, N_ ("This call has been decided already.") },
    { SNET_ERROR_NAME_STORE_FAILED,
      N_ ("The rule could not be saved, so nothing was decided. Is the disk full?") },
    { SNET_ERROR_NAME_UNKNOWN_RULE, N_ ("There is no such rule any more.") },
    { "org.freedesktop.DBus.Error.AccessDenied",
      N_ ("You are not allowed to do this. An administrator can.") },
    { "org.freedesktop.DBus.Error.ServiceUnknown",
      N_ ("The firewall service (snetd) is not running.") },
    { "org.freedesktop.DBus.Error.NoReply",
      N_ ("The firewall service (snetd) did not answer. Please try again.") },
  };
  g_autofree char *name = g_dbus_error_is_remote_error (error)
                            ? g_dbus_error_get_remote_error (error)
                            : g_dbus_error_encode_gerror (error);
  g_autoptr (GError) copy = g_error_copy (error);

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_str_equal (name, known[i].name))
      return g_strdup (_ (known[i].words));

  g_dbus_error_strip_remote_error (copy);
  return gsnet_text_visible (copy->message, 300);
}

const char *
gsnet_words_mode (const char *mode)
{
  if (g_strcmp0 (mode, SNET_MODE_WORD_MONITOR) == 0)
    return C_ ("mode", "Monitoring");
  if (g_strcmp0 (mode, SNET_MODE_WORD_LOCKDOWN) == 0)
    return C_ ("mode", "Locked Down");
  if (g_strcmp0 (mode, SNET_MODE_WORD_OFF) == 0)
    return C_ ("mode", "Off");
  return NULL;
}

char *
gsnet_words_mode_sentence (const char *mode, gint64 until)
{
  g_autofree char *end = gsnet_words_time (until);
  const char *sentence;

  if (g_strcmp0 (mode, SNET_MODE_WORD_MONITOR) == 0)
    sentence = _ ("What no rule denies is allowed and logged; nobody is asked");
  else if (g_strcmp0 (mode, SNET_MODE_WORD_LOCKDOWN) == 0)
    sentence = _ ("What no rule allows is denied; nobody is asked");
  else if (g_strcmp0 (mode, SNET_MODE_WORD_OFF) == 0)
    sentence = _ ("The firewall is off: everything is allowed");
  else
    return NULL;
  if (!end)
    return g_strdup (sentence);
  /* Translators: a sentence about what the firewall does, then a time */
  return g_strdup_printf (_ ("%s, until %s"), sentence, end);
}

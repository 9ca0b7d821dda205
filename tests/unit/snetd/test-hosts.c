/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What addresses are called: what is remembered, and what the sources say. */
#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>

#include "snetd-condition.h"
#include "snetd-host-cache.h"
#include "snetd-hosts-file.h"
#include "snetd-list.h"
#include "snetd-request.h"
#include "snetd-resolved-message.h"
#include "snetd-rule.h"
#include "snetd-watch.h"

static SnetdAddress
address_of (const char *text)
{
  SnetdAddress address;
  g_autoptr (GError) error = NULL;

  snetd_address_parse (text, &address, &error);
  g_assert_no_error (error);
  return address;
}

/* The cache. */

static const char *
get (SnetdHostCache *cache, const char *address, gint64 now)
{
  const SnetdAddress key = address_of (address);
  const char *name = NULL;
  gint64 end;

  if (!snetd_host_cache_get (cache, &key, now, &name, &end))
    return NULL;
  g_assert_cmpint (end, >, now);
  return name != NULL ? name : "none";
}

static gboolean
set (SnetdHostCache *cache, const char *address, const char *name, gint64 now, gint64 end)
{
  const SnetdAddress key = address_of (address);

  return snetd_host_cache_set (cache, &key, name, now, end);
}

static void
test_expiry (void)
{
  g_autoptr (SnetdHostCache) cache = snetd_host_cache_new (10);

  g_assert_true (set (cache, "192.0.2.1", "one.example", 0, 100));
  g_assert_true (set (cache, "2001:db8::1", "six.example", 0, 300));
  g_assert_cmpstr (get (cache, "192.0.2.1", 99), ==, "one.example");
  g_assert_null (get (cache, "192.0.2.2", 99));
  g_assert_null (get (cache, "192.0.2.1", 100));
  g_assert_cmpuint (snetd_host_cache_count (cache), ==, 1);
  g_assert_cmpstr (get (cache, "2001:db8::1", 100), ==, "six.example");

  /* It is new after its end, and not while it lasts; and it never ends earlier than was said. */
  g_assert_true (set (cache, "192.0.2.1", "one.example", 100, 200));
  g_assert_false (set (cache, "192.0.2.1", "one.example", 110, 150));
  g_assert_cmpstr (get (cache, "192.0.2.1", 199), ==, "one.example");
  g_assert_false (set (cache, "192.0.2.1", "one.example", 199, 250));
  g_assert_cmpstr (get (cache, "192.0.2.1", 249), ==, "one.example");
  /* What is over before it begins. */
  g_assert_false (set (cache, "192.0.2.3", "three.example", 300, 300));
  g_assert_null (get (cache, "192.0.2.3", 300));
}

/* The last name counts, for as long as that one lasts. */
static void
test_other_name (void)
{
  g_autoptr (SnetdHostCache) cache = snetd_host_cache_new (10);

  set (cache, "192.0.2.1", "one.example", 0, 1000);
  g_assert_true (set (cache, "::ffff:192.0.2.1", "two.example", 10, 20));
  g_assert_cmpstr (get (cache, "192.0.2.1", 19), ==, "two.example");
  g_assert_null (get (cache, "192.0.2.1", 20));
  g_assert_true (set (cache, "192.0.2.1", NULL, 30, 40));
  g_assert_cmpstr (get (cache, "192.0.2.1", 30), ==, "none");
  g_assert_true (set (cache, "192.0.2.1", "one.example", 30, 40));
}

static void
test_bound (void)
{
  g_autoptr (SnetdHostCache) cache = snetd_host_cache_new (3);

  set (cache, "192.0.2.1", "one.example", 0, 100);
  set (cache, "192.0.2.2", "two.example", 0, 100);
  set (cache, "192.0.2.3", "three.example", 0, 100);
  set (cache, "192.0.2.1", "one.example", 1, 100);
  set (cache, "192.0.2.4", "four.example", 1, 100);
  g_assert_cmpuint (snetd_host_cache_count (cache), ==, 3);
  g_assert_null (get (cache, "192.0.2.2", 1));
  g_assert_cmpstr (get (cache, "192.0.2.1", 1), ==, "one.example");
  g_assert_cmpstr (get (cache, "192.0.2.4", 1), ==, "four.example");

  for (guint i = 0; i < 100000; i++)
    {
      g_autofree char *address = g_strdup_printf ("10.%u.%u.%u", i >> 16, i >> 8 & 255, i & 255);

      set (cache, address, "many.example", 1, 100);
      g_assert_cmpuint (snetd_host_cache_count (cache), ==, 3);
    }
}

/* /etc/hosts. */

static const char hosts[] = "# 192.0.2.9 not.example\n"
                            "127.0.0.1\tlocalhost loopback # 192.0.2.8\n"
                            "  192.0.2.1   Printer.Example.ORG.  printer\r\n"
                            "192.0.2.1 other.example\n"
                            "0.0.0.0 ads.example\n"
                            ":: ads.example\n"
                            "::ffff:192.0.2.2 mapped.example\n"
                            "2001:db8::1 b\xc3\xbc"
                            "cher.example\n"
                            "192.0.2.3\n"
                            "192.0.2.4 -wrong-.example right.example\n"
                            "192.0.2.0/24 net.example\n"
                            "fe80::1%lo0 zone.example\n"
                            "192.0.2.5 \xff\xfe.example\n"
                            "nonsense\n"
                            "192.0.2.6 last.example";

static void
test_file (void)
{
  static const struct
  {
    const char *address;
    const char *name;
  } cases[] = {
    { "127.0.0.1", "localhost" },
    { "192.0.2.1", "printer.example.org" },
    { "192.0.2.2", "mapped.example" },
    { "2001:db8::1", "xn--bcher-kva.example" },
    { "192.0.2.6", "last.example" },
    { "0.0.0.0", NULL },
    { "::", NULL },
    { "192.0.2.3", NULL },
    { "192.0.2.4", NULL },
    { "192.0.2.5", NULL },
    { "192.0.2.8", NULL },
    { "192.0.2.9", NULL },
    { "fe80::1", NULL },
  };
  g_autoptr (GHashTable) names = snetd_hosts_file_parse (hosts, strlen (hosts));

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const SnetdAddress address = address_of (cases[i].address);

      g_test_message ("%s", cases[i].address);
      g_assert_cmpstr (g_hash_table_lookup (names, &address), ==, cases[i].name);
    }
  g_assert_cmpuint (g_hash_table_size (names), ==, 5);
}

/* A file that comes, changes and goes, in a folder that does so, too. */

typedef struct
{
  char *top;
  char *folder;
  char *path;
  guint changes;
} Place;

static void
count_change (gpointer user_data)
{
  ((Place *)user_data)->changes++;
}

static void
place_init (Place *place)
{
  g_autoptr (GError) error = NULL;

  *place = (Place){ .top = g_dir_make_tmp ("snetd-XXXXXX", &error) };
  g_assert_no_error (error);
  place->folder = g_build_filename (place->top, "a", "b", NULL);
  place->path = g_build_filename (place->folder, "file", NULL);
}

static void
place_clear (Place *place)
{
  g_autofree char *parent = g_path_get_dirname (place->folder);

  g_unlink (place->path);
  g_rmdir (place->folder);
  g_rmdir (parent);
  g_rmdir (place->top);
  g_free (place->top);
  g_free (place->folder);
  g_free (place->path);
}

static gboolean
give_up (gpointer user_data)
{
  g_error ("nothing was heard of a change");
  return G_SOURCE_REMOVE;
}

static void
wait_for_change (Place *place)
{
  const guint before = place->changes;
  const guint timer = g_timeout_add_seconds (30, give_up, NULL);

  while (place->changes == before)
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_source_remove (timer);
}

static void
test_watch (void)
{
  g_autoptr (SnetdWatch) watch = NULL;
  g_autofree char *other = NULL;
  Place place;

  place_init (&place);
  watch = snetd_watch_new (place.path, count_change, &place);
  g_assert_false (g_main_context_iteration (NULL, FALSE));

  g_assert_no_errno (g_mkdir_with_parents (place.folder, 0755));
  wait_for_change (&place);
  g_assert_true (g_file_set_contents (place.path, "1", 1, NULL));
  wait_for_change (&place);
  g_assert_true (g_file_set_contents (place.path, "2", 1, NULL));
  wait_for_change (&place);
  g_assert_no_errno (g_unlink (place.path));
  wait_for_change (&place);
  g_assert_no_errno (g_rmdir (place.folder));
  wait_for_change (&place);
  g_assert_no_errno (g_mkdir (place.folder, 0755));
  wait_for_change (&place);

  /* Others in its folder are none of its business. */
  other = g_build_filename (place.folder, "other", NULL);
  place.changes = 0;
  g_assert_true (g_file_set_contents (other, "1", 1, NULL));
  g_assert_no_errno (g_unlink (other));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (place.changes, ==, 0);
  place_clear (&place);
}

static void
test_file_changes (void)
{
  const SnetdAddress address = address_of ("192.0.2.1");
  g_autoptr (SnetdHostsFile) file = NULL;
  Place place;

  place_init (&place);
  file = snetd_hosts_file_new (place.path, count_change, &place);
  g_assert_null (snetd_hosts_file_get (file, &address));

  g_assert_no_errno (g_mkdir_with_parents (place.folder, 0755));
  g_assert_true (g_file_set_contents_full (place.path, "192.0.2.1 one.example\n", -1,
                                           G_FILE_SET_CONTENTS_CONSISTENT, 0644, NULL));
  while (snetd_hosts_file_get (file, &address) == NULL)
    wait_for_change (&place);
  g_assert_cmpstr (snetd_hosts_file_get (file, &address), ==, "one.example");

  /* Anybody could have written it. */
  g_test_expect_message ("snetd", G_LOG_LEVEL_WARNING, "*can be written by others*");
  g_assert_no_errno (g_chmod (place.path, 0666));
  wait_for_change (&place);
  g_test_assert_expected_messages ();
  g_assert_null (snetd_hosts_file_get (file, &address));
  place_clear (&place);
}

/* What resolved says. */

#define A(name)         "{\"class\":1,\"type\":1,\"name\":\"" name "\"}"
#define AAAA(name)      "{\"class\":1,\"type\":28,\"name\":\"" name "\"}"
#define CNAME(name)     "{\"class\":1,\"type\":5,\"name\":\"" name "\"}"
#define RR(key, rest)   "{\"rr\":{\"key\":" key "," rest "},\"ifindex\":2}"
#define FOUR(name, n)   RR (A (name), "\"address\":[192,0,2," #n "]")
#define SIX(name)       RR (AAAA (name), "\"address\":[32,1,13,184,0,0,0,0,0,0,0,0,0,0,0,1]")
#define ALIAS(name, to) RR (CNAME (name), "\"name\":\"" to "\"")
#define TOLD(question, answer)                                                                     \
  "{\"parameters\":{\"state\":\"success\",\"question\":[" question "],\"answer\":[" answer         \
  "]},\"continues\":true}"
#define TOLD_LATER(earlier, question, answer)                                                      \
  "{\"parameters\":{\"state\":\"success\",\"question\":[" question                                 \
  "],\"collectedQuestions\":[" earlier "],\"answer\":[" answer "]},\"continues\":true}"

/* What comes of it: "name=address ttl; ..."; NULL: it is refused. */
typedef struct
{
  const char *message;
  const char *names;
} Message;

static const Message messages[] = {
  { "{\"parameters\":{\"ready\":true},\"continues\":true}", "" },
  { TOLD (A ("www.example.org"), FOUR ("www.example.org", 1)), "www.example.org=192.0.2.1 0; " },
  { TOLD (A ("WWW.Example.ORG."), FOUR ("www.EXAMPLE.org", 1)), "www.example.org=192.0.2.1 0; " },
  { TOLD (AAAA ("b\xc3\xbc"
                "cher.example") "," AAAA ("xn--bcher-kva.example"),
          SIX ("xn--bcher-kva.example")),
    "xn--bcher-kva.example=2001:db8::1 0; " },
  { TOLD (A ("a.example"), FOUR ("a.example", 1) "," FOUR ("a.example", 2)),
    "a.example=192.0.2.1 0; a.example=192.0.2.2 0; " },
  /* The name that was asked for, however many it leads to, and in whatever order. */
  { TOLD (A ("a.example"),
          FOUR ("c.example", 1) "," ALIAS ("b.example", "c.example") "," ALIAS ("a.example",
                                                                                "b.example")),
    "a.example=192.0.2.1 0; " },
  { TOLD_LATER (A ("a.example"), A ("b.example"), FOUR ("b.example", 1)),
    "a.example=192.0.2.1 0; " },
  { TOLD (A ("a.example"), ALIAS ("a.example", "b.example") "," ALIAS ("b.example", "a.example")),
    "" },
  /* Nobody asked for these. */
  { TOLD (A ("a.example"), FOUR ("bank.example", 1)), "" },
  { TOLD (A ("a.example"), FOUR ("x.a.example", 1)), "" },
  { TOLD (A ("a.example"), ALIAS ("x.example", "bank.example") "," FOUR ("bank.example", 1)), "" },
  { TOLD ("{\"class\":1,\"type\":12,\"name\":\"1.2.0.192.in-addr.arpa\"}",
          FOUR ("1.2.0.192.in-addr.arpa", 1)),
    "" },
  { TOLD ("{\"class\":3,\"type\":1,\"name\":\"a.example\"}", FOUR ("a.example", 1)), "" },
  /* The flag of mDNS. */
  { TOLD (
      A ("printer.local"),
      RR ("{\"class\":32769,\"type\":1,\"name\":\"printer.local\"}", "\"address\":[192,0,2,1]")),
    "printer.local=192.0.2.1 0; " },
  /* The domains of the network. */
  { TOLD (A ("www"), FOUR ("www.corp.example", 1)), "www.corp.example=192.0.2.1 0; " },
  { TOLD (A ("www"), ALIAS ("www.corp.example", "w.example") "," FOUR ("w.example", 1)),
    "www.corp.example=192.0.2.1 0; " },
  { TOLD (A ("www"), FOUR ("wwwx.example", 1)), "" },
  { TOLD (A ("router"), FOUR ("router", 1)), "router=192.0.2.1 0; " },
  /* Other kinds of what should be there. */
  { TOLD (A ("a.example"), "1,[],null,{},{\"rr\":3},{\"rr\":{\"key\":[]}}"), "" },
  { TOLD (A ("a.example"), RR (A ("a.example"), "\"address\":[192,0,2]")), "" },
  { TOLD (A ("a.example"), RR (A ("a.example"), "\"address\":[192,0,2,256]")), "" },
  { TOLD (A ("a.example"), RR (A ("a.example"), "\"address\":[192,0,2,-1]")), "" },
  { TOLD (A ("a.example"), RR (A ("a.example"), "\"address\":[192,0,2,1.5]")), "" },
  { TOLD (A ("a.example"), RR (A ("a.example"), "\"address\":\"192.0.2.1\"")), "" },
  { TOLD (A ("a.example"), RR (AAAA ("a.example"), "\"address\":[192,0,2,1]")), "" },
  { TOLD (A ("a b.example"), FOUR ("a b.example", 1)), "" },
  { TOLD (A ("a\\\\.b.example"), FOUR ("a\\\\.b.example", 1)), "" },
  { TOLD (A ("192.0.2.7"), FOUR ("192.0.2.7", 1)), "" },
  { TOLD ("7", FOUR ("a.example", 1)), "" },
  { TOLD ("", FOUR ("a.example", 1)), "" },
  { "{\"parameters\":{\"state\":\"success\"}}", "" },
  { "{\"parameters\":{\"state\":\"success\",\"question\":{},\"answer\":7}}", "" },
  { "{\"parameters\":{\"state\":\"rcode-failure\",\"rcode\":3,\"question\":[" A (
      "a.example") "],\"answer\":[" FOUR ("a.example", 1) "]}}",
    "" },
  { "{\"parameters\":{\"state\":5}}", "" },
  { "", NULL },
  { "{", NULL },
  { "{}", NULL },
  { "[]", NULL },
  { "null", NULL },
  { "{\"parameters\":[]}", NULL },
  { "{\"parameters\":{}} {}", NULL },
  { "{\"parameters\":{\"state\":\"\\u0000\"}}", NULL },
  { "{\"parameters\":{\"state\":\"\xff\"}}", NULL },
  { "{\"error\":\"org.varlink.service.PermissionDenied\",\"parameters\":{}}", NULL },
};

static void
write_name (const SnetdAddress *address, const char *name, guint32 ttl, gpointer user_data)
{
  g_autofree char *text = snetd_address_to_string (address);

  g_string_append_printf (user_data, "%s=%s %u; ", name, text, ttl);
}

static void
check_message (const char *message, const char *names)
{
  g_autoptr (GString) got = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  gboolean fine = snetd_resolved_message_read (message, strlen (message), write_name, got, &error);

  g_test_message ("%s", message);
  g_assert_cmpstr (got->str, ==, names != NULL ? names : "");
  g_assert_cmpint (fine, ==, names != NULL);
  g_assert_cmpint (error == NULL, ==, fine);
}

static void
test_messages (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (messages); i++)
    check_message (messages[i].message, messages[i].names);
}

/* How long it may be kept, from the bytes of the record: (name), type, class, TTL, length, address.
 */
static void
test_ttl (void)
{
  static const struct
  {
    guint8 raw[16];
    gsize length;
    guint32 ttl;
  } cases[] = {
    { { 0, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 192, 0, 2, 1 }, 15, 300 },
    { { 1, 'a', 0, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2 }, 16, 0 },
    { { 0, 0, 1, 0, 1, 255, 255, 255, 255, 0, 4, 192, 0, 2, 1 }, 15, SNETD_RESOLVED_TTL_MAX },
    { { 0, 0, 28, 0, 1, 0, 0, 1, 44, 0, 4, 192, 0, 2, 1 }, 15, 0 },
    { { 0, 0, 1, 0, 1, 0, 0, 1, 44, 0, 16, 192, 0, 2, 1 }, 15, 0 },
    { { 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 192, 0, 2, 1 }, 14, 0 },
    { { 0 }, 0, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *raw = g_base64_encode (cases[i].raw, cases[i].length);
      g_autofree char *message = g_strdup_printf (
        TOLD (A ("a.example"), "{\"rr\":{\"key\":" A ("a.example") ",\"address\":[192,0,2,1]},"
                                                                   "\"raw\":\"%s\"}"),
        raw);
      g_autofree char *names = g_strdup_printf ("a.example=192.0.2.1 %u; ", cases[i].ttl);

      check_message (message, names);
    }
}

/* An answer of thousands does not push out all other names. */
static void
test_many (void)
{
  g_autoptr (GString) message = g_string_new (NULL);
  g_autoptr (GString) got = g_string_new (NULL);
  g_auto (GStrv) told = NULL;

  for (guint i = 0; i < 3000; i++)
    g_string_append_printf (message,
                            "%s{\"rr\":{\"key\":" A ("a.example") ",\"address\":[10,0,%u,%u]}}",
                            i > 0 ? "," : "", i / 256, i % 256);
  g_string_prepend (message, "{\"parameters\":{\"state\":\"success\",\"question\":[" A (
                               "a.example") "],\"answer\":[");
  g_string_append (message, "]}}");
  g_assert_true (snetd_resolved_message_read (message->str, message->len, write_name, got, NULL));
  told = g_strsplit (got->str, ";", -1);
  g_assert_cmpuint (g_strv_length (told), ==, 64 + 1);
}

/* Who owns an address chooses the name that name servers give it: no condition looks at that. */
static void
test_reverse_decides_nothing (void)
{
  static const char *const rules[] = {
    "{'action': <'allow'>, 'remote-host': <'www.example.org'>}",
    "{'action': <'allow'>, 'remote-domain': <'example.org'>}",
    "{'action': <'allow'>, 'remote-list': <'good'>}",
  };
  g_autoptr (GVariant) event = g_variant_ref_sink (g_variant_new_parsed (
    "{'operation': <'connect'>, 'remote-address': <'203.0.113.1'>,"
    " 'remote-host': <'www.example.org'>, 'remote-host-source': <'reverse'>}"));
  g_autoptr (SnetdRequest) request = snetd_request_from_variant (event, NULL);
  g_autoptr (GHashTable) lists =
    g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify)snetd_list_free);
  SnetdListNonsense nonsense;
  const SnetdContext context = { .request = request, .lists = lists };

  g_assert_nonnull (request);
  g_assert_cmpstr (snetd_request_get_host (request), ==, "www.example.org");
  g_assert_cmpint (snetd_request_get_host_source (request), ==, SNETD_HOST_SOURCE_REVERSE);
  g_hash_table_insert (lists, (gpointer) "good",
                       snetd_list_new ("example.org", strlen ("example.org"), &nonsense));

  for (gsize i = 0; i < G_N_ELEMENTS (rules); i++)
    {
      g_autoptr (GVariant) dict = g_variant_parse (NULL, rules[i], NULL, NULL, NULL);
      g_autoptr (SnetdRule) rule = snetd_rule_from_variant (dict, SNETD_RULE_FROM_CLIENT, NULL);
      SnetdCondition condition = SNETD_CONDITION_REMOTE_HOST;

      g_assert_nonnull (rule);
      while (!snetd_rule_has (rule, condition))
        condition++;
      g_assert_false (snetd_condition_holds (condition, rule, &context));
      /* Or else it has shown nothing. */
      request->remote_host = g_strdup ("www.example.org");
      g_assert_true (snetd_condition_holds (condition, rule, &context));
      g_clear_pointer (&request->remote_host, g_free);
    }
  {
    g_autoptr (SnetdRule) rule = snetd_rule_new ();

    g_assert_false (snetd_condition_keep (SNETD_CONDITION_REMOTE_HOST, rule, request));
  }
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hosts/cache/expiry", test_expiry);
  g_test_add_func ("/hosts/cache/other-name", test_other_name);
  g_test_add_func ("/hosts/cache/bound", test_bound);
  g_test_add_func ("/hosts/file", test_file);
  g_test_add_func ("/hosts/file-changes", test_file_changes);
  g_test_add_func ("/hosts/watch", test_watch);
  g_test_add_func ("/hosts/messages", test_messages);
  g_test_add_func ("/hosts/ttl", test_ttl);
  g_test_add_func ("/hosts/many", test_many);
  g_test_add_func ("/hosts/reverse-decides-nothing", test_reverse_decides_nothing);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each method of each interface is listed, and nothing else is allowed. */
#include <locale.h>

#include "snet-dbus-generated.h"
#include "snet-names.h"
#include "snetd-authority.h"

static void
test_table (void)
{
  static const struct
  {
    const char *method, *own, *other;
  } cases[] = {
    { "Events.Verdict", SNET_ACTION_ANSWER_OWN, SNET_ACTION_ANSWER_ANY },
    { "Events.ListPending", "", SNET_ACTION_OBSERVE },
    { "Events.Query", "", SNET_ACTION_OBSERVE },
    { "Rules.List", "", SNET_ACTION_OBSERVE },
    { "Rules.Get", "", SNET_ACTION_OBSERVE },
    { "Rules.Explain", "", SNET_ACTION_OBSERVE },
    { "Rules.Propose", "", SNET_ACTION_OBSERVE },
    { "Rules.Update", SNET_ACTION_MANAGE_OWN_RULES, SNET_ACTION_MANAGE_SYSTEM_RULES },
    { "Rules.Add", SNET_ACTION_MANAGE_OWN_RULES, SNET_ACTION_MANAGE_SYSTEM_RULES },
    { "Rules.Remove", SNET_ACTION_MANAGE_OWN_RULES, SNET_ACTION_MANAGE_SYSTEM_RULES },
    { "Control.SetMode", SNET_ACTION_CONFIGURE, SNET_ACTION_CONFIGURE },
    { "Control.SetVerdictDelay", SNET_ACTION_CONFIGURE, SNET_ACTION_CONFIGURE },
    { "Control.SetVerdictPolicy", SNET_ACTION_CONFIGURE, SNET_ACTION_CONFIGURE },
    { "Control.FlushTickets", SNET_ACTION_CONFIGURE, SNET_ACTION_CONFIGURE },
    { "Control.Reload", SNET_ACTION_CONFIGURE, SNET_ACTION_CONFIGURE },
    { "Control.GetStatistics", "", "" },
    { "Rules.Import", SNET_ACTION_MANAGE_OWN_RULES, SNET_ACTION_MANAGE_SYSTEM_RULES },
    { "Rules.Export", "", SNET_ACTION_OBSERVE },
    { "Agents.Register", "", NULL },
    { "Agents.Unregister", "", NULL },
    { "Events.Nothing", NULL, NULL },
    { "Verdict", NULL, NULL },
    { "", NULL, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_assert_cmpstr (snetd_authority_action (cases[i].method, TRUE), ==, cases[i].own);
      g_assert_cmpstr (snetd_authority_action (cases[i].method, FALSE), ==, cases[i].other);
    }
}

static void
test_complete (void)
{
  GDBusInterfaceInfo *interfaces[] = {
    snet_dbus_events_interface_info (),
    snet_dbus_rules_interface_info (),
    snet_dbus_agents_interface_info (),
    snet_dbus_control_interface_info (),
  };
  guint methods = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (interfaces); i++)
    {
      for (guint m = 0; interfaces[i]->methods != NULL && interfaces[i]->methods[m] != NULL; m++)
        {
          g_autofree char *name = g_strdup_printf (
            "%s.%s", interfaces[i]->name + strlen ("org.snet."), interfaces[i]->methods[m]->name);

          g_test_message ("%s", name);
          g_assert_nonnull (snetd_authority_action (name, TRUE));
          methods++;
        }
    }
  g_assert_cmpuint (methods, >=, 8);
}

/* Each action that is asked for is one that polkit is told of. */
static void
test_policy (void)
{
  static const char *const actions[] = {
    SNET_ACTION_ANSWER_OWN,          SNET_ACTION_ANSWER_ANY, SNET_ACTION_MANAGE_OWN_RULES,
    SNET_ACTION_MANAGE_SYSTEM_RULES, SNET_ACTION_OBSERVE,    SNET_ACTION_CONFIGURE,
  };
  g_autofree char *policy = NULL;

  g_assert_true (g_file_get_contents (SNET_TEST_DATA "/org.snet.policy.in", &policy, NULL, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (actions); i++)
    {
      g_autofree char *element = g_strdup_printf ("<action id=\"%s\">", actions[i]);

      g_assert_nonnull (strstr (policy, element));
    }
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/authority/table", test_table);
  g_test_add_func ("/authority/complete", test_complete);
  g_test_add_func ("/authority/policy", test_policy);

  return g_test_run ();
}

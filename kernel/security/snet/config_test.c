// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet: KUnit tests of the policies
 */
#include <kunit/test.h>

#include "config.h"

struct failure {
	enum snet_cause cause;
	enum snet_setting setting;
};

static const struct failure failures[] = {
	{ SNET_CAUSE_NO_CONTROLLER, SNET_SETTING_POLICY_NO_CONTROLLER },
	{ SNET_CAUSE_CONTROLLER_GONE, SNET_SETTING_POLICY_CONTROLLER_GONE },
	{ SNET_CAUSE_QUEUE_FULL, SNET_SETTING_POLICY_QUEUE_FULL },
	{ SNET_CAUSE_UNDELIVERABLE, SNET_SETTING_POLICY_UNDELIVERABLE },
	{ SNET_CAUSE_TIMEOUT, SNET_SETTING_POLICY_TIMEOUT },
};

static int save_settings(struct kunit *test)
{
	u32 *saved = kunit_kzalloc(test, SNET_SETTING_COUNT * sizeof(*saved),
				   GFP_KERNEL);
	unsigned int i;

	if (!saved)
		return -ENOMEM;
	for (i = 0; i < SNET_SETTING_COUNT; i++)
		saved[i] = snet_config_get(i);
	test->priv = saved;
	return 0;
}

static void restore_settings(struct kunit *test)
{
	const u32 *saved = test->priv;
	unsigned int i;

	for (i = 0; saved && i < SNET_SETTING_COUNT; i++)
		snet_config_set(i, saved[i]);
}

static void test_each_setting_is_its_own(struct kunit *test)
{
	unsigned int i, n;

	for (i = 0; i < SNET_SETTING_COUNT; i++) {
		for (n = 0; n < SNET_SETTING_COUNT; n++)
			snet_config_set(n, n == i);
		for (n = 0; n < SNET_SETTING_COUNT; n++)
			KUNIT_EXPECT_EQ(test, snet_config_get(n),
					(u32)(n == i));
	}
}

/* What all say but the one of @failure, which says @policy. */
static void expect_verdict(struct kunit *test, const struct failure *failure,
			   u32 policy, u32 others, u32 general, u32 wanted)
{
	struct snet_decision decision;
	unsigned int i;

	snet_config_set(SNET_SETTING_POLICY, general);
	for (i = 0; i < ARRAY_SIZE(failures); i++)
		snet_config_set(failures[i].setting, others);
	snet_config_set(failure->setting, policy);

	decision = snet_config_decide(failure->cause, SNET_OP_CONNECT);
	KUNIT_EXPECT_EQ(test, (u32)decision.verdict, wanted);
	KUNIT_EXPECT_EQ(test, (int)decision.cause, (int)failure->cause);
}

static void test_each_failure_has_its_policy(struct kunit *test)
{
	static const u32 verdicts[] = { SNET_VERDICT_ALLOW, SNET_VERDICT_DENY };
	u32 one, other;
	unsigned int i, n;

	for (i = 0; i < ARRAY_SIZE(failures); i++) {
		for (n = 0; n < ARRAY_SIZE(verdicts); n++) {
			one = verdicts[n];
			other = verdicts[!n];
			expect_verdict(test, &failures[i], one, other, other,
				       one);
			expect_verdict(test, &failures[i], SNET_POLICY_GENERAL,
				       other, one, one);
		}
	}
}

static void test_denial_suits_the_operation(struct kunit *test)
{
	struct snet_decision decision;
	enum snet_operation operation;

	snet_config_set(SNET_SETTING_POLICY_TIMEOUT, SNET_POLICY_DENY);
	for (operation = 1; operation <= SNET_OP_MAX; operation++) {
		decision = snet_config_decide(SNET_CAUSE_TIMEOUT, operation);
		KUNIT_EXPECT_EQ(test, snet_decision_errno(&decision),
				operation == SNET_OP_ACCEPT ? -ECONNABORTED :
							      -EACCES);
	}
	snet_config_set(SNET_SETTING_POLICY_TIMEOUT, SNET_POLICY_ALLOW);
	decision = snet_config_decide(SNET_CAUSE_TIMEOUT, SNET_OP_CONNECT);
	KUNIT_EXPECT_EQ(test, snet_decision_errno(&decision), 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(test_each_setting_is_its_own),
	KUNIT_CASE(test_each_failure_has_its_policy),
	KUNIT_CASE(test_denial_suits_the_operation),
	{},
};

static struct kunit_suite suite = {
	.name = "snet_config",
	.init = save_settings,
	.exit = restore_settings,
	.test_cases = cases,
};

kunit_test_suite(suite);

// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet selftests: each operation, on each family, with each verdict
 */
#include "common.h"

FIXTURE(operation)
{
	struct controller ctl;
	struct child child;
};

FIXTURE_SETUP(operation)
{
	controller_open(_metadata, &self->ctl);
}

FIXTURE_TEARDOWN(operation)
{
	child_end(&self->child);
	controller_close(_metadata, &self->ctl);
}

TEST_F(operation, connect)
{
	struct call call = { .family = AF_INET, .type = SOCK_STREAM };
	struct nl_event *request;
	int server;

	server = open_server(AF_INET, SOCK_STREAM, 0, &call.address);
	ASSERT_LE(0, server);
	mediate(_metadata, &self->ctl, SNET_OP_CONNECT, AF_INET, ANY, ANY);
	child_start(_metadata, &self->child, call_connect, &call);
	request = expect_request(_metadata, &self->ctl, SNET_OP_CONNECT,
				 AF_INET, SOCK_STREAM, IPPROTO_TCP);
	expect_address(_metadata, request, SNET_A_REMOTE_ADDR, &call.address);
	expect_held(_metadata, &self->child);
	EXPECT_EQ(0, answer(&self->ctl, request, SNET_VERDICT_DENY, EPERM));
	EXPECT_EQ(-EPERM, child_result(_metadata, &self->child));
	nl_free(request);
}

TEST_HARNESS_MAIN

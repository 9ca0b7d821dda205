// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet selftests: a program that connects a datagram socket
 *
 * To the port in the environment, on loopback; exits with the errno. It can be
 * the interpreter of a script.
 */
#include <stdlib.h>

#include "call.h"

int main(void)
{
	const char *port = getenv("SNET_TEST_PORT");
	struct call call = { .family = AF_INET, .type = SOCK_DGRAM };

	call.address = loopback(AF_INET, port ? atoi(port) : 0);
	return -call_connect(&call);
}

// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Events in words.
 */
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "snet-private.h"

/* In what follows an operation has two names: its own and the seed's. */
static const struct {
	const char *name;
	const char *syscall;
} operations[] = {
	[SNET_OP_BIND] = {"bind", "BIND"},	 [SNET_OP_CONNECT] = {"connect", "CONNECT"},
	[SNET_OP_LISTEN] = {"listen", "LISTEN"}, [SNET_OP_ACCEPT] = {"accept", "ACCEPT"},
	[SNET_OP_SEND] = {"send", "SEND"},	 [SNET_OP_RECEIVE] = {"receive", "RECEIVE"},
	[SNET_OP_CREATE] = {"create", "CREATE"}, [SNET_OP_CLOSE] = {"close", "CLOSE"},
};

_Static_assert(sizeof(operations) / sizeof(operations[0]) == __SNET_OP_MAX,
	       "each operation has a name");

/* getprotobynumber() is not for libraries: it has a shared buffer and reads a file. */
static const struct {
	int number;
	const char *name;
} protocols[] = {
	{IPPROTO_IP, "ip"},	    {IPPROTO_ICMP, "icmp"},	    {IPPROTO_IGMP, "igmp"},
	{IPPROTO_TCP, "tcp"},	    {IPPROTO_UDP, "udp"},	    {IPPROTO_DCCP, "dccp"},
	{IPPROTO_GRE, "gre"},	    {IPPROTO_ESP, "esp"},	    {IPPROTO_AH, "ah"},
	{IPPROTO_ICMPV6, "icmpv6"}, {IPPROTO_SCTP, "sctp"},	    {IPPROTO_UDPLITE, "udplite"},
	{IPPROTO_RAW, "raw"},	    {262 /* since 5.6 */, "mptcp"},
};

const char *snet_operation_name(uint32_t operation)
{
	return operation < __SNET_OP_MAX ? operations[operation].name : NULL;
}

/* The numbers are those of the internet; other families count for themselves. */
static const char *protocol_name(int family, int protocol)
{
	size_t i;

	if (family != AF_INET && family != AF_INET6)
		return "?";
	for (i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		if (protocols[i].number == protocol)
			return protocols[i].name;
	return "?";
}

/*
 * A program chooses its name freely; it must not be able to fake lines or
 * steer a terminal. Also C1 control characters, which are 0xc2 0x80 to
 * 0xc2 0x9f in UTF-8.
 */
static void printable_comm(const char comm[16], char ret_text[16])
{
	bool c1 = false;
	size_t i;

	for (i = 0; i < 15 && comm[i]; i++) {
		unsigned char c = comm[i];
		bool control = c < 0x20 || c == 0x7f || (c1 && c >= 0x80 && c < 0xa0);

		ret_text[i] = control ? '?' : (char)c;
		if (control && c1)
			ret_text[i - 1] = '?';
		c1 = c == 0xc2;
	}
	ret_text[i] = '\0';
}

int snet_event_format(const struct snet_event *event, char *buffer, size_t size)
{
	const char *syscall = NULL;
	char comm[16], number[16];

	if (event->operation < __SNET_OP_MAX)
		syscall = operations[event->operation].syscall;
	if (!syscall) {
		snprintf(number, sizeof(number), "%" PRIu32, event->operation);
		syscall = number;
	}
	printable_comm(event->comm, comm);
	return snprintf(
		buffer, size,
		"verdict_id=0x%" PRIx64 " syscall=%s protocol=%d [%s] family=%d uid=%" PRIu32
		" pid=%" PRIu32 " [%s]",
		event->id, syscall, event->protocol, protocol_name(event->family, event->protocol),
		event->family, event->uid, event->pid, comm);
}

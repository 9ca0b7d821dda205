// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet selftests: what is asked about when it is made, as it goes past the
 * calls on internet sockets
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <linux/if_tun.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "bypass.h"

#define OLD_SOCK_PACKET 10

static long make_socket(const void *arg)
{
	const struct call *call = arg;
	int fd = socket(call->family, call->type, call->protocol);

	return bypass_end(fd, fd);
}

FIXTURE(create)
{
	struct controller ctl;
	struct call call;
	struct way way;
};

FIXTURE_VARIANT(create)
{
	int family;
	int type;
	int protocol;
	/* As it is reported; 0 if that is the same. */
	int as_family;
};

FIXTURE_VARIANT_ADD(create, raw_ipv4){
	.family = AF_INET,
	.type = SOCK_RAW,
	.protocol = IPPROTO_UDP,
};

FIXTURE_VARIANT_ADD(create, raw_ipv4_headers){
	.family = AF_INET,
	.type = SOCK_RAW,
	.protocol = IPPROTO_RAW,
};

FIXTURE_VARIANT_ADD(create, raw_ipv6){
	.family = AF_INET6,
	.type = SOCK_RAW,
	.protocol = IPPROTO_ICMPV6,
};

FIXTURE_VARIANT_ADD(create, packet_raw){
	.family = AF_PACKET,
	.type = SOCK_RAW,
};

FIXTURE_VARIANT_ADD(create, packet_dgram){
	.family = AF_PACKET,
	.type = SOCK_DGRAM,
};

FIXTURE_VARIANT_ADD(create, xdp){
	.family = AF_XDP,
	.type = SOCK_RAW,
};

FIXTURE_VARIANT_ADD(create, vsock_stream){
	.family = AF_VSOCK,
	.type = SOCK_STREAM,
};

FIXTURE_VARIANT_ADD(create, vsock_dgram){
	.family = AF_VSOCK,
	.type = SOCK_DGRAM,
};

FIXTURE_VARIANT_ADD(create, rxrpc){
	.family = AF_RXRPC,
	.type = SOCK_DGRAM,
	.protocol = AF_INET,
};

FIXTURE_VARIANT_ADD(create, rds){
	.family = AF_RDS,
	.type = SOCK_SEQPACKET,
};

FIXTURE_VARIANT_ADD(create, tipc){
	.family = AF_TIPC,
	.type = SOCK_RDM,
};

FIXTURE_VARIANT_ADD(create, pppox){
	.family = AF_PPPOX,
	.type = SOCK_STREAM,
};

FIXTURE_VARIANT_ADD(create, llc){
	.family = AF_LLC,
	.type = SOCK_DGRAM,
};

FIXTURE_VARIANT_ADD(create, appletalk){
	.family = AF_APPLETALK,
	.type = SOCK_DGRAM,
};

FIXTURE_VARIANT_ADD(create, x25){
	.family = AF_X25,
	.type = SOCK_SEQPACKET,
};

FIXTURE_VARIANT_ADD(create, ax25){
	.family = AF_AX25,
	.type = SOCK_DGRAM,
};

FIXTURE_VARIANT_ADD(create, netrom){
	.family = AF_NETROM,
	.type = SOCK_SEQPACKET,
};

FIXTURE_VARIANT_ADD(create, rose){
	.family = AF_ROSE,
	.type = SOCK_SEQPACKET,
};

/* The old name of AF_PACKET. */
FIXTURE_VARIANT_ADD(create, packet_old){
	.family = AF_INET,
	.type = OLD_SOCK_PACKET,
	.as_family = AF_PACKET,
};

FIXTURE_SETUP(create)
{
	bypass_open(_metadata, &self->ctl);
	self->call = (struct call){
		.family = variant->family,
		.type = variant->type,
		.protocol = variant->protocol,
	};
	self->way = (struct way){
		.func = make_socket,
		.arg = &self->call,
		.operation = SNET_OP_CREATE,
		.family = variant->as_family ?: variant->family,
		.type = variant->type,
		.protocol = variant->protocol,
	};
}

FIXTURE_TEARDOWN(create)
{
	controller_close(_metadata, &self->ctl);
}

/* Asked before the kernel looks whether it has such sockets. */
TEST_F(create, denied)
{
	go_way(_metadata, &self->ctl, &self->way, SNET_VERDICT_DENY, EPERM);
}

TEST_F(create, allowed)
{
	/* Of the test: not asked about. */
	int fd = socket(variant->family, variant->type, variant->protocol);

	if (fd < 0)
		SKIP(return, "no such sockets in this kernel");
	close(fd);
	go_way(_metadata, &self->ctl, &self->way, SNET_VERDICT_ALLOW, 0);
}

/* Devices. */

FIXTURE(device)
{
	struct controller ctl;
	struct way way;
	const char *node;
};

FIXTURE_SETUP(device)
{
	bypass_open(_metadata, &self->ctl);
	/* Whatever the file is called. */
	self->node = "/dev/snet-selftest-tun";
	ASSERT_EQ(0, mknod(self->node, S_IFCHR | 0666, makedev(10, 200)));
	self->way = (struct way){
		.arg = self->node,
		.operation = SNET_OP_CREATE,
		.family = AF_UNSPEC,
	};
}

FIXTURE_TEARDOWN(device)
{
	unlink(self->node);
	controller_close(_metadata, &self->ctl);
}

static long open_node(const void *node)
{
	int fd = open(node, O_RDWR);

	return bypass_end(fd, fd);
}

static long make_tun(const void *node)
{
	struct ifreq ifr = {
		.ifr_name = "snet%d",
		.ifr_flags = IFF_TUN | IFF_NO_PI,
	};
	int fd = open(node, O_RDWR);

	return bypass_end(fd, fd < 0 ? -1 : ioctl(fd, TUNSETIFF, &ifr));
}

TEST_F(device, tun_denied)
{
	self->way.func = open_node;
	go_way(_metadata, &self->ctl, &self->way, SNET_VERDICT_DENY, EPERM);
}

TEST_F(device, tun_allowed)
{
	if (make_tun(self->node))
		SKIP(return, "no TUN devices in this kernel");
	self->way.func = make_tun;
	go_way(_metadata, &self->ctl, &self->way, SNET_VERDICT_ALLOW, 0);
}

/* A way to a file, but none into it. */
static long open_path(const void *node)
{
	int fd = open(node, O_PATH);

	return bypass_end(fd, fd);
}

TEST_F(device, tun_path)
{
	EXPECT_LE(0, child_call(_metadata, open_path, self->node));
	expect_quiet(_metadata, &self->ctl);
}

TEST_F(device, others)
{
	EXPECT_LE(0, child_call(_metadata, open_node, "/dev/null"));
	expect_quiet(_metadata, &self->ctl);
}

/* In no default: what cannot leave the machine, or would hold the answer. */
TEST_F(device, local_sockets)
{
	const struct call calls[] = {
		{ .family = AF_UNIX, .type = SOCK_STREAM },
		{ .family = AF_NETLINK, .type = SOCK_RAW },
		{ .family = AF_INET, .type = SOCK_STREAM },
		{ .family = AF_INET6, .type = SOCK_DGRAM },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(calls); i++)
		EXPECT_LE(0, child_call(_metadata, make_socket, &calls[i]));
	expect_quiet(_metadata, &self->ctl);
}

TEST_HARNESS_MAIN

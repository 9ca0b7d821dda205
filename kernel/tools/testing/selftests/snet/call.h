/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snet selftests: addresses, and the calls that children make
 */
#ifndef _SNET_SELFTEST_CALL_H
#define _SNET_SELFTEST_CALL_H

#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

struct address {
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		struct sockaddr_un un;
		struct sockaddr_ll ll;
		struct sockaddr_nl nl;
		struct sockaddr_vm vm;
	};
	socklen_t len;
};

/* Of the loopback interface; the port is in host byte order. */
struct address loopback(int family, unsigned short port);
/* The IPv6 address ::ffff:127.0.0.1. */
struct address loopback_mapped(unsigned short port);
unsigned short port_of(const struct address *address);

/* What a child calls: socket(), and then one more call on that socket. */
struct call {
	int family;
	int type;
	int protocol;
	struct address address;
	/* Bound to this before; its length is 0 if it is not. */
	struct address local;
	/* Not made by socket(), but inherited; 0 if not. */
	int fd;
};

/*
 * Each takes a struct call and returns 0, or -errno of the first system call
 * that fails.
 */
long call_socket(const void *call);
long call_bind(const void *call);
long call_connect(const void *call);
long call_listen(const void *call);
/* Accepts a connection, sends one byte on it, and closes it. */
long call_accept(const void *call);
/* Sends one byte to the address, by sendto(). */
long call_send(const void *call);
/* Receives without waiting for data: EAGAIN when it may, and there are none. */
long call_receive(const void *call);

/*
 * In the test, so nobody is asked: a socket that is bound to a free port of
 * loopback, and listens if it can. -errno when there is no such socket.
 */
int open_server(int family, int type, int protocol, struct address *address);

#endif /* _SNET_SELFTEST_CALL_H */

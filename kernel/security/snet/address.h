/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snet: addresses
 */
#ifndef _SECURITY_SNET_ADDRESS_H
#define _SECURITY_SNET_ADDRESS_H

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/socket.h>
#include <linux/types.h>

struct sock;
struct socket;

/**
 * struct snet_address - an address of any family
 * @len: how much of it is valid; 0 when there is none
 * @family: valid when @len is not 0
 * @in: for AF_INET, when @len is that of a sockaddr_in
 * @in6: for AF_INET6, when @len is that of a sockaddr_in6
 * @raw: any other one, as the program gave it
 */
struct snet_address {
	int len;
	union {
		sa_family_t family;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		struct sockaddr_storage raw;
	};
};

int snet_address_take(struct snet_address *to, const struct sock *sk,
		      const void *address, int len);
int snet_address_take_destination(struct snet_address *to,
				  const struct sock *sk, const void *address,
				  int len);
void snet_address_of_socket(struct snet_address *address,
			    const struct sock *sk);
void snet_address_of_peer(struct snet_address *address, struct socket *sock);
bool snet_address_is_inet(const struct snet_address *address);
bool snet_address_equal(const struct snet_address *a,
			const struct snet_address *b);

#endif /* _SECURITY_SNET_ADDRESS_H */

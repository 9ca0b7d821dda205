/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snet: the hooks of sockets
 */
#ifndef _SECURITY_SNET_SOCKET_H
#define _SECURITY_SNET_SOCKET_H

struct file;
struct msghdr;
struct sockaddr;
struct socket;

int snet_socket_create(int family, int type, int protocol, int kern);
int snet_socket_post_create(struct socket *sock, int family, int type,
			    int protocol, int kern);
int snet_socket_bind(struct socket *sock, struct sockaddr *address, int len);
int snet_socket_connect(struct socket *sock, struct sockaddr *address, int len);
int snet_socket_listen(struct socket *sock, int backlog);
int snet_socket_post_accept(struct socket *sock, struct socket *newsock);
int snet_socket_sendmsg(struct socket *sock, struct msghdr *msg, int size);
int snet_socket_recvmsg(struct socket *sock, struct msghdr *msg, int size,
			int flags);
int snet_socket_option(struct socket *sock, int level, int optname);
void snet_socket_release(struct file *file);

#endif /* _SECURITY_SNET_SOCKET_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snet: which calls are asked about
 */
#ifndef _SECURITY_SNET_MEDIATED_H
#define _SECURITY_SNET_MEDIATED_H

#include <linux/init.h>
#include <linux/snet.h>
#include <linux/types.h>

/* Any family, type or protocol. */
#define SNET_ANY (-1)

/**
 * struct snet_mediated - a kind of call
 * @operation: the operation
 * @family: the socket's family, or %SNET_ANY
 * @type: the socket's type, or %SNET_ANY
 * @protocol: the socket's protocol, or %SNET_ANY
 * @hold: how such a call waits
 */
struct snet_mediated {
	enum snet_operation operation;
	int family;
	int type;
	int protocol;
	enum snet_hold hold;
};

bool snet_mediated_lookup(enum snet_operation operation, int family, int type,
			  int protocol, enum snet_hold *hold);
int snet_mediated_add(const struct snet_mediated *entry);
int snet_mediated_remove(const struct snet_mediated *entry);
void snet_mediated_clear(void);
bool snet_mediated_get(unsigned int index, struct snet_mediated *entry);
int __init snet_mediated_init(void);

#endif /* _SECURITY_SNET_MEDIATED_H */

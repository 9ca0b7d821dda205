/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snet: telling those who watch
 */
#ifndef _SECURITY_SNET_REPORT_H
#define _SECURITY_SNET_REPORT_H

#include <linux/types.h>

struct snet_decision;
struct snet_request;

/**
 * struct snet_traffic - what has gone over a socket
 * @duration_ns: since its connection, or its creation
 * @is_counted: whether the protocol has counted the bytes
 * @sent: payload that the peer has acknowledged
 * @received: payload received
 */
struct snet_traffic {
	u64 duration_ns;
	bool is_counted;
	u64 sent;
	u64 received;
};

bool snet_report_is_wanted(void);
void snet_report_decision(const struct snet_request *request, u64 id,
			  const struct snet_decision *decision);
void snet_report_close(const struct snet_request *request,
		       const struct snet_traffic *traffic);

#endif /* _SECURITY_SNET_REPORT_H */

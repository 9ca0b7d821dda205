/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snet: what the KUnit tests of tickets share
 */
#ifndef _SECURITY_SNET_TEST_SUPPORT_H
#define _SECURITY_SNET_TEST_SUPPORT_H

#include <kunit/test.h>
#include <linux/types.h>

#include "decision.h"
#include "identity.h"
#include "request.h"
#include "ticket.h"

#define SNET_TEST_PROGRAMS 3

/* References to each of them; a ticket's are more. */
#define SNET_TEST_REFS 1000

/**
 * struct snet_test_programs - programs that nobody runs
 * @program: each with %SNET_TEST_REFS references
 * @identity: of the first program; of it with the second as its script; of the
 *	third
 */
struct snet_test_programs {
	struct snet_program *program[SNET_TEST_PROGRAMS];
	struct snet_identity identity[SNET_TEST_PROGRAMS];
};

int snet_test_tickets_init(struct kunit *test);
void snet_test_tickets_exit(struct kunit *test);
bool snet_test_tickets_settle(void);

struct snet_test_programs *snet_test_programs(struct kunit *test);
bool snet_test_programs_returned(const struct snet_test_programs *programs);
void snet_test_request(struct snet_request *request,
		       struct snet_identity *identity);
bool snet_test_add(const struct snet_ticket_terms *terms,
		   const struct snet_request *request);
bool snet_test_add_denial(u64 fields, int error,
			  const struct snet_request *request);
int snet_test_lookup(const struct snet_request *request);
struct snet_ticket_counts snet_test_counts(void);

#endif /* _SECURITY_SNET_TEST_SUPPORT_H */

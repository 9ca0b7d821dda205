/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snet selftests: children that make calls
 */
#ifndef _SNET_SELFTEST_CHILD_H
#define _SNET_SELFTEST_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

/* What a child runs: returns something that is not negative, or -errno. */
typedef long (*child_func)(const void *arg);

/* What a child is before it runs its function; all zero for as its parent. */
struct child_as {
	/* For unshare(); CLONE_NEWUSER makes it root in there. */
	int namespaces;
	/* Real and effective ids, of the namespace that it was forked in. */
	uid_t uid;
	gid_t gid;
};

struct child {
	pid_t pid;
	int result_fd;
	int go_fd;
};

/* 0, or -errno, also of what it cannot be. It dies with its parent. */
int child_fork(struct child *child, child_func func, const void *arg,
	       const struct child_as *as);

/* Whether there is something to hear, at the latest after @timeout ms. */
bool child_has_told(const struct child *child, int timeout);

/* The next word, or the result; -EPIPE when it is dead, -ETIMEDOUT. */
int child_hear(struct child *child, long *word);

/* Lets child_await() return. */
void child_go(struct child *child);

/* Kills it unless it has ended; returns its status of waitpid(). */
int child_end(struct child *child);

/* In the child: says something before its result. */
void child_tell(long word);

/* In the child: waits for child_go(). */
void child_await(void);

#endif /* _SNET_SELFTEST_CHILD_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * snet: which program a task runs
 */
#ifndef _SECURITY_SNET_IDENTITY_H
#define _SECURITY_SNET_IDENTITY_H

#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/snet.h>
#include <linux/time64.h>
#include <linux/types.h>

struct linux_binprm;
struct task_struct;

/**
 * struct snet_program - a file that was executed
 * @refs: references; the last one takes it out of the table
 * @node: in the table of all of them
 * @dev: device of the file, as stat() tells
 * @inode: its inode number, likewise
 * @ctime: when it was last changed: a file that is written to is another one
 * @len: length of @path
 * @path: zero-terminated, shorter than PATH_MAX. It is absolute as seen from
 *	the root of the mount namespace of the file, whatever the root of the
 *	task is, and ends in " (deleted)" if the file had no name any more.
 *	Where there is no such path it does not begin with a slash:
 *	"(unreachable)" and what d_path() tells for a file that is in no mount
 *	namespace (memfd_create(), lazily unmounted), "(too long)/" and the last
 *	four names for a path that does not fit.
 *
 * Immutable but for @refs and @node. There is only one for each combination of
 * device, inode, time of change and path, so that two are the same if their
 * addresses are.
 */
struct snet_program {
	refcount_t refs;
	struct hlist_node node;
	dev_t dev;
	u64 inode;
	struct timespec64 ctime;
	size_t len;
	char path[];
};

/**
 * struct snet_identity - what a process runs, since its last execve()
 * @refs: references; one for each task, request, ...
 * @id: never given twice within a boot; starts at 1
 * @program: the program's file, its interpreter for a script
 * @script: the script's file, NULL if there is none
 * @ancestor_count: how many of @ancestors there are
 * @ancestors: what was run before, the latest first: scripts rather than their
 *	interpreters
 *
 * Immutable but for @refs once a task runs it. Owns a reference to each of its
 * programs.
 */
struct snet_identity {
	refcount_t refs;
	u64 id;
	struct snet_program *program;
	struct snet_program *script;
	unsigned int ancestor_count;
	struct snet_program *ancestors[SNET_ANCESTORS_MAX];
};

/**
 * struct snet_task - what snet keeps for each task, in its blob
 * @identity: what it runs; NULL for kernel threads and what they start, until
 *	it calls execve()
 * @next: what an execve() that is under way will make of it; NULL at other
 *	times. After a failed one it stays until the next or the task's end.
 *
 * Used by the task itself only, but for its beginning and its end.
 */
struct snet_task {
	struct snet_identity *identity;
	struct snet_identity *next;
};

struct snet_program *snet_program_get(struct snet_program *program);
void snet_program_put(struct snet_program *program);

struct snet_identity *snet_identity_current(void);
struct snet_identity *snet_identity_get(struct snet_identity *identity);
void snet_identity_put(struct snet_identity *identity);

/* The hooks. */
int snet_identity_fork(struct task_struct *task);
void snet_identity_exit(struct task_struct *task);
int snet_identity_check_exec(struct linux_binprm *bprm);
void snet_identity_commit_exec(void);

#endif /* _SECURITY_SNET_IDENTITY_H */

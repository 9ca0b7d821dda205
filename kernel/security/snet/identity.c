// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet: which program a task runs
 *
 * A task gets an identity when it executes a file, and shares it with what it
 * forks. All that needs memory is done while execve() can still fail; from the
 * point of no return on a pointer is moved.
 */
#include <linux/atomic.h>
#include <linux/binfmts.h>
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/hashtable.h>
#include <linux/once.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/stat.h>
#include <linux/string.h>

#include "blob.h"
#include "identity.h"
#include "limits.h"

/* What a path that is not absolute begins with. */
#define UNREACHABLE "(unreachable)"
#define TOO_LONG "(too long)/"

/* What d_path() appends, too. */
#define DELETED " (deleted)"

static DEFINE_HASHTABLE(programs, SNET_PROGRAM_HASH_BITS);

/*
 * Protects @programs. Tasks, and with them programs, end in any context, so
 * that it is taken with interrupts off.
 */
static DEFINE_SPINLOCK(programs_lock);

static atomic64_t last_id;

/* Programs choose their names: which bucket these end up in is a secret. */
static struct hlist_head *bucket_of(const struct kstat *stat, const char *path,
				    size_t len)
{
	static siphash_key_t key;
	u64 hash;

	get_random_once(&key, sizeof(key));
	hash = siphash_4u64(stat->dev, stat->ino,
			    timespec64_to_ns(&stat->ctime),
			    siphash(path, len, &key), &key);
	return &programs[hash % HASH_SIZE(programs)];
}

/* The one in @bucket, with a reference, or NULL. Needs the lock. */
static struct snet_program *find(const struct hlist_head *bucket,
				 const struct kstat *stat, const char *path,
				 size_t len)
{
	struct snet_program *program;

	hlist_for_each_entry(program, bucket, node) {
		if (program->inode == stat->ino && program->dev == stat->dev &&
		    timespec64_equal(&program->ctime, &stat->ctime) &&
		    program->len == len && !memcmp(program->path, path, len))
			return snet_program_get(program);
	}
	return NULL;
}

static struct snet_program *new_program(const struct kstat *stat,
					const char *path, size_t len)
{
	struct snet_program *program;

	program = kmalloc(struct_size(program, path, len + 1),
			  GFP_KERNEL_ACCOUNT);
	if (!program)
		return NULL;
	refcount_set(&program->refs, 1);
	program->dev = stat->dev;
	program->inode = stat->ino;
	program->ctime = stat->ctime;
	program->len = len;
	memcpy(program->path, path, len + 1);
	return program;
}

/* The only one of these values, with a reference; NULL without memory. */
static struct snet_program *intern(const struct kstat *stat, const char *path)
{
	size_t len = strlen(path);
	struct hlist_head *bucket = bucket_of(stat, path, len);
	struct snet_program *program, *new;
	unsigned long flags;

	spin_lock_irqsave(&programs_lock, flags);
	program = find(bucket, stat, path, len);
	spin_unlock_irqrestore(&programs_lock, flags);
	if (program)
		return program;

	new = new_program(stat, path, len);
	if (!new)
		return NULL;

	spin_lock_irqsave(&programs_lock, flags);
	program = find(bucket, stat, path, len);
	if (!program)
		hlist_add_head(&new->node, bucket);
	spin_unlock_irqrestore(&programs_lock, flags);
	if (!program)
		return new;
	kfree(new);
	return program;
}

/**
 * snet_program_get - Take a reference
 * @program: the program, of which the caller knows that it does not go away
 *	meanwhile
 *
 * Context: any.
 *
 * Return: @program.
 */
struct snet_program *snet_program_get(struct snet_program *program)
{
	refcount_inc(&program->refs);
	return program;
}

/**
 * snet_program_put - Let go of a reference
 * @program: the program; NULL is nothing
 *
 * Context: any.
 */
void snet_program_put(struct snet_program *program)
{
	unsigned long flags;
	bool is_last;

	if (!program || refcount_dec_not_one(&program->refs))
		return;

	/* Under the lock, as the table may give out a new reference. */
	spin_lock_irqsave(&programs_lock, flags);
	is_last = refcount_dec_and_test(&program->refs);
	if (is_last)
		hlist_del(&program->node);
	spin_unlock_irqrestore(&programs_lock, flags);
	if (is_last)
		kfree(program);
}

/*
 * Writes the path of a file that is executed into @buffer of PATH_MAX bytes.
 * The root of the task does not matter, as that is for the task to choose.
 *
 * Return: the path, somewhere in @buffer; see &struct snet_program.
 */
static const char *write_path(const struct path *path, char *buffer)
{
	const size_t before = strlen(UNREACHABLE);
	const size_t behind = strlen(DELETED);
	char *name;

	name = d_absolute_path(path, buffer, PATH_MAX - behind);
	if (!IS_ERR(name)) {
		if (d_unlinked(path->dentry))
			memcpy(buffer + PATH_MAX - behind - 1, DELETED,
			       behind + 1);
		return name;
	}

	if (PTR_ERR(name) == -EINVAL) {
		name = d_path(path, buffer + before, PATH_MAX - before);
		if (!IS_ERR(name))
			return memcpy(name - before, UNREACHABLE, before);
	}

	snprintf(buffer, PATH_MAX, TOO_LONG "%pd4", path->dentry);
	return buffer;
}

/* What stat() tells, which not every file system has in its inodes. */
static void read_stat(const struct path *path, struct kstat *stat)
{
	const struct inode *inode = d_backing_inode(path->dentry);

	if (!vfs_getattr_nosec(path, stat, STATX_INO | STATX_CTIME,
			       AT_STATX_DONT_SYNC))
		return;

	/* That this fails is no reason to fail an execve() that would not. */
	stat->dev = inode->i_sb->s_dev;
	stat->ino = inode->i_ino;
	stat->ctime = (struct timespec64){};
}

/* The program in @file, with a reference; NULL without memory. */
static struct snet_program *read_program(const struct file *file)
{
	struct snet_program *program;
	struct kstat stat;
	char *buffer;

	buffer = __getname();
	if (!buffer)
		return NULL;
	read_stat(&file->f_path, &stat);
	program = intern(&stat, write_path(&file->f_path, buffer));
	__putname(buffer);
	return program;
}

/**
 * snet_identity_current - What the calling task runs
 *
 * Context: process context.
 *
 * Return: NULL in a kernel thread. It is borrowed: it is valid until the task
 * returns from the system call.
 */
struct snet_identity *snet_identity_current(void)
{
	return snet_task_blob(current)->identity;
}

/**
 * snet_identity_get - Take a reference
 * @identity: the identity, of which the caller knows that it does not go away
 *	meanwhile
 *
 * Context: any.
 *
 * Return: @identity.
 */
struct snet_identity *snet_identity_get(struct snet_identity *identity)
{
	refcount_inc(&identity->refs);
	return identity;
}

/**
 * snet_identity_put - Let go of a reference
 * @identity: the identity; NULL is nothing
 *
 * Context: any.
 */
void snet_identity_put(struct snet_identity *identity)
{
	unsigned int i;

	if (!identity || !refcount_dec_and_test(&identity->refs))
		return;
	for (i = 0; i < identity->ancestor_count; i++)
		snet_program_put(identity->ancestors[i]);
	snet_program_put(identity->script);
	snet_program_put(identity->program);
	kfree(identity);
}

static void add_ancestor(struct snet_identity *identity,
			 struct snet_program *ancestor)
{
	if (identity->ancestor_count < SNET_ANCESTORS_MAX)
		identity->ancestors[identity->ancestor_count++] =
			snet_program_get(ancestor);
}

/* What follows @old, still without a program; NULL without memory. */
static struct snet_identity *new_identity(const struct snet_identity *old)
{
	struct snet_identity *identity;
	unsigned int i;

	identity = kzalloc(sizeof(*identity), GFP_KERNEL_ACCOUNT);
	if (!identity)
		return NULL;
	refcount_set(&identity->refs, 1);
	if (!old)
		return identity;

	add_ancestor(identity, old->script ?: old->program);
	for (i = 0; i < old->ancestor_count; i++)
		add_ancestor(identity, old->ancestors[i]);
	return identity;
}

/**
 * snet_identity_fork - Let a new task run what the calling one runs
 * @task: the new one; nobody sees it yet
 *
 * Threads, vfork() and the kernel's threads that work for a process (those of
 * io_uring) are no different.
 *
 * Context: task_alloc hook.
 *
 * Return: 0.
 */
int snet_identity_fork(struct task_struct *task)
{
	struct snet_identity *identity = snet_identity_current();

	if (identity)
		snet_task_blob(task)->identity = snet_identity_get(identity);
	return 0;
}

/**
 * snet_identity_exit - Forget a task
 * @task: the task; nobody sees it any more
 *
 * Context: task_free hook: any.
 */
void snet_identity_exit(struct task_struct *task)
{
	struct snet_task *blob = snet_task_blob(task);

	snet_identity_put(blob->next);
	snet_identity_put(blob->identity);
}

/**
 * snet_identity_check_exec - Prepare what the calling task will run
 * @bprm: an execve() that can still fail
 *
 * Comes once for each file: for that which is to be executed, then for its
 * interpreter (#!, binfmt_misc) if it has one, which may be a script itself.
 * The first one is the script, the last one the program.
 *
 * Context: bprm_check_security hook; sleeps.
 *
 * Return: 0, or -ENOMEM, which execve() fails with.
 */
int snet_identity_check_exec(struct linux_binprm *bprm)
{
	struct snet_task *task = snet_task_blob(current);
	const bool is_first = bprm->interp == bprm->filename;
	struct snet_program *program;

	if (is_first) {
		/* That of an earlier one, which has failed. */
		snet_identity_put(task->next);
		task->next = new_identity(task->identity);
		if (!task->next)
			return -ENOMEM;
	}

	program = read_program(bprm->file);
	if (!program)
		return -ENOMEM;
	if (!is_first && !task->next->script)
		task->next->script = task->next->program;
	else
		snet_program_put(task->next->program);
	task->next->program = program;
	return 0;
}

/**
 * snet_identity_commit_exec - Let the calling task run what was prepared
 *
 * The task is the only one of its process by now.
 *
 * Context: bprm_committed_creds hook, after snet_identity_check_exec().
 */
void snet_identity_commit_exec(void)
{
	struct snet_task *task = snet_task_blob(current);
	struct snet_identity *old = task->identity;

	task->next->id = atomic64_inc_return(&last_id);
	task->identity = task->next;
	task->next = NULL;
	snet_identity_put(old);
}

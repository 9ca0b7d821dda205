// SPDX-License-Identifier: GPL-2.0-only
/*
 * snet selftests: children that make calls
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "netlink.h"

/* Of this process, when it is a child. */
static int tell_fd = -1;
static int await_fd = -1;

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

static int become_namespace_root(uid_t uid, gid_t gid)
{
	char map[64];
	int err;

	err = write_file("/proc/self/setgroups", "deny");
	if (err)
		return err;
	snprintf(map, sizeof(map), "0 %u 1", uid);
	err = write_file("/proc/self/uid_map", map);
	if (err)
		return err;
	snprintf(map, sizeof(map), "0 %u 1", gid);
	return write_file("/proc/self/gid_map", map);
}

static int loopback_up(void)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (ioctl(fd, SIOCSIFFLAGS, &ifr))
		err = -errno;
	close(fd);
	return err;
}

/* By the bare system calls, as those of the C library are for all threads. */
static int become(const struct child_as *as)
{
	uid_t uid = getuid();
	gid_t gid = getgid();
	int err = 0;

	if (as->gid && (syscall(SYS_setgroups, 0, NULL) ||
			syscall(SYS_setresgid, as->gid, as->gid, as->gid)))
		return -errno;
	if (as->uid && syscall(SYS_setresuid, as->uid, as->uid, as->uid))
		return -errno;
	if (!as->namespaces)
		return 0;
	uid = getuid();
	gid = getgid();
	/* The maps can only be written by a process that may be traced. */
	if (prctl(PR_SET_DUMPABLE, 1) || unshare(as->namespaces))
		return -errno;
	if (as->namespaces & CLONE_NEWUSER)
		err = become_namespace_root(uid, gid);
	if (!err && (as->namespaces & CLONE_NEWNET))
		err = loopback_up();
	return err;
}

static void run(child_func func, const void *arg, const struct child_as *as)
{
	int err = 0;

	nl_close_inherited();
	if (as)
		err = become(as);
	/* After the ids, which clear it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	child_tell(err);
	if (!err)
		child_tell(func(arg));
	_exit(0);
}

int child_fork(struct child *child, child_func func, const void *arg,
	       const struct child_as *as)
{
	int result[2], go[2];
	long begun;
	int err;

	if (pipe2(result, O_CLOEXEC))
		return -errno;
	if (pipe2(go, O_CLOEXEC)) {
		err = -errno;
		close(result[0]);
		close(result[1]);
		return err;
	}
	fflush(NULL);
	child->pid = fork();
	if (!child->pid) {
		close(result[0]);
		close(go[1]);
		tell_fd = result[1];
		await_fd = go[0];
		run(func, arg, as);
	}
	err = -errno;
	close(result[1]);
	close(go[0]);
	child->result_fd = result[0];
	child->go_fd = go[1];
	if (child->pid < 0)
		return err;
	err = child_hear(child, &begun);
	return err ?: begun;
}

bool child_has_told(const struct child *child, int timeout)
{
	struct pollfd pfd = { .fd = child->result_fd, .events = POLLIN };

	return poll(&pfd, 1, timeout) > 0;
}

int child_hear(struct child *child, long *word)
{
	ssize_t len;

	if (!child_has_told(child, NL_PATIENCE))
		return -ETIMEDOUT;
	len = read(child->result_fd, word, sizeof(*word));
	if (len < 0)
		return -errno;
	return len == sizeof(*word) ? 0 : -EPIPE;
}

void child_go(struct child *child)
{
	if (write(child->go_fd, "", 1) != 1)
		perror("child_go");
}

int child_end(struct child *child)
{
	int status = 0;

	if (child->pid <= 0)
		return 0;
	kill(child->pid, SIGKILL);
	waitpid(child->pid, &status, 0);
	close(child->result_fd);
	close(child->go_fd);
	child->pid = 0;
	return status;
}

void child_tell(long word)
{
	if (write(tell_fd, &word, sizeof(word)) != sizeof(word))
		_exit(1);
}

void child_await(void)
{
	char byte;

	if (read(await_fd, &byte, 1) != 1)
		_exit(1);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pidfd.c: pidfds, and what stands in for them where there are none (before 5.3, or filtered): a
 * descriptor of the directory /proc/PID. It belongs to that process as a pidfd does: when the
 * process is gone its files answer ESRCH, whoever has the number then. What it cannot do is to be
 * waited for and to be signalled; the first is asked again every few milliseconds, the second is
 * kill(2) right after a look, which leaves as a gap the time between two system calls.
 */
#include <errno.h>
#include <linux/magic.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>

#include "base/fd.h"
#include "kernel/calls.h"
#include "kernel/sys.h"

#define LOOK_MS 10 /* between two looks at a process that cannot be waited for */

static bool any; /* a stand-in was made: until then nobody has to look for one */

static bool stands_in(int fd)
{
	struct statfs fs;

	return any && fstatfs(fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
}

int sys_pidfd_open(pid_t pid)
{
	char path[32];

	if (!call_missing(CALL_PIDFD_OPEN)) {
		int fd = (int)syscall(SYS_pidfd_open, pid, 0);
		if (fd >= 0 || !call_refused(CALL_PIDFD_OPEN))
			return fd;
	}
	any = true;
	snprintf(path, sizeof(path), "/proc/%d", pid);
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		errno = ESRCH;
	return fd;
}

bool sys_pidfd_is_real(int pidfd)
{
	return !stands_in(pidfd);
}

/* Field 1, 3 and 20 of its stat file; see initproc_read() for the name in field 2. */
static int read_stat(int dir, pid_t *ret_pid, char *ret_state, int *ret_threads)
{
	char text[1024];
	ssize_t n = file_read_at(dir, "stat", text, sizeof(text));
	const char *p = n > 0 ? strrchr(text, ')') : NULL;

	if (n < 0)
		return n == -ENOENT ? -ESRCH : (int)n;
	if (!p || sscanf(text, "%d", ret_pid) != 1 ||
	    sscanf(p + 1, " %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %d",
		   ret_state, ret_threads) != 2)
		return -EIO;
	return 0;
}

/* As a pidfd sees it: all threads have exited, reaped or not. What cannot be told has not ended. */
static bool has_ended(int dir)
{
	pid_t pid;
	char state;
	int threads;

	int r = read_stat(dir, &pid, &state, &threads);

	return r == -ESRCH || (r == 0 && (state == 'Z' || state == 'X') && threads <= 1);
}

/* The number behind @pidfd, of either kind, as the host's procfs shows it; or -errno. */
static int pid_of(int pidfd)
{
	char path[40], text[512], state;
	int threads;
	pid_t pid = -1;

	if (stands_in(pidfd)) {
		int r = read_stat(pidfd, &pid, &state, &threads);
		return r < 0 ? r : pid;
	}
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", pidfd);
	ssize_t n = file_read_at(AT_FDCWD, path, text, sizeof(text));
	const char *p = n > 0 ? strstr(text, "\nPid:") : NULL;
	if (!p)
		return n < 0 ? (int)n : -EBADF;
	pid = atoi(p + strlen("\nPid:"));
	return pid > 0 ? pid : -ESRCH;
}

int sys_pidfd_send_signal(int pidfd, int sig)
{
	if (!call_missing(CALL_PIDFD_SEND_SIGNAL) && !stands_in(pidfd)) {
		int r = (int)syscall(SYS_pidfd_send_signal, pidfd, sig, NULL, 0);
		if (r == 0 || !call_refused(CALL_PIDFD_SEND_SIGNAL))
			return r;
	}
	int pid = pid_of(pidfd);
	if (pid > 0)
		return kill(pid, sig);
	errno = -pid;
	return -1;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int sys_pidfd_poll(struct pollfd *fds, nfds_t n, int ms)
{
	int64_t end = now_ms() + ms;
	int dir = fds[0].fd;

	if (dir < 0 || !stands_in(dir))
		return poll(fds, n, ms);
	for (;;) {
		int64_t left = ms < 0 ? LOOK_MS : end - now_ms();
		bool ended = has_ended(dir);
		fds[0].fd = -1;
		int r = poll(fds, n, ended || left < 0 ? 0 : left < LOOK_MS ? (int)left : LOOK_MS);
		fds[0].fd = dir;
		fds[0].revents = ended ? POLLIN : 0;
		if (r < 0)
			return r;
		if (r > 0 || ended || left <= 0)
			return r + ended;
	}
}

/* The user namespace last: till then all the rights that the way needs are there. */
static const struct {
	int flag;
	const char *name;
} kinds[] = {{CLONE_NEWCGROUP, "ns/cgroup"}, {CLONE_NEWIPC, "ns/ipc"},	{CLONE_NEWUTS, "ns/uts"},
	     {CLONE_NEWNET, "ns/net"},	     {CLONE_NEWPID, "ns/pid"},	{CLONE_NEWTIME, "ns/time"},
	     {CLONE_NEWNS, "ns/mnt"},	     {CLONE_NEWUSER, "ns/user"}};
#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

static int enter_all(int dir, int flags)
{
	int fds[N_KINDS], r = 0;

	for (size_t i = 0; i < N_KINDS; i++) {
		fds[i] = -1;
		if (r == 0 && flags & kinds[i].flag) {
			fds[i] = openat(dir, kinds[i].name, O_RDONLY | O_CLOEXEC);
			r = fds[i] < 0 ? -1 : 0;
		}
	}
	if (r < 0 && errno == ENOENT)
		errno = ESRCH;
	for (size_t i = 0; i < N_KINDS && r == 0; i++)
		if (fds[i] >= 0)
			r = setns(fds[i], kinds[i].flag);
	int error = errno;
	for (size_t i = 0; i < N_KINDS; i++)
		fd_closep(&fds[i]);
	errno = error;
	return r;
}

int sys_setns(int fd, int nstype)
{
	char path[32];

	/* All kinds that fit, for setns(2) of a namespace; of a pidfd none. */
	if (nstype == 0) {
		errno = EINVAL;
		return -1;
	}
	if (stands_in(fd)) {
		struct stat st;
		if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
			return enter_all(fd, nstype);
	}
	if (setns(fd, nstype) == 0)
		return 0;
	/* A pidfd, before 5.8. The descriptor of a namespace has no pid. */
	int error = errno;
	int pid = error == EINVAL ? pid_of(fd) : -1;
	snprintf(path, sizeof(path), "/proc/%d", pid);
	AUTO_FD dir = pid > 0 ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	/* Only if it has not ended till now is that directory its own. */
	if (dir >= 0 && sys_pidfd_send_signal(fd, 0) < 0 && errno == ESRCH)
		return -1;
	errno = error;
	return dir < 0 ? -1 : enter_all(dir, nstype);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fds.c: see fds.h. */
#include "apply/fds.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/err.h"
#include "base/str.h"
#include "kernel/sys.h"

int fds_chown_stdio(uint32_t uid, uint32_t gid, struct err *e)
{
	struct stat st;
	struct statfs fs;

	for (int fd = 0; fd <= 2; fd++) {
		if (fstat(fd, &st) < 0) {
			if (errno == EBADF)
				continue;
			return err_sys(e, errno, "stat stdio descriptor %d", fd);
		}
		if (!S_ISFIFO(st.st_mode))
			continue;
		if (fstatfs(fd, &fs) < 0)
			return err_sys(e, errno, "stat stdio descriptor %d", fd);
		if (fs.f_type != PIPEFS_MAGIC)
			continue;
		/* A user namespace: somebody's beyond our ids, and the open descriptor suffices. */
		if (fchown(fd, uid, gid) < 0 && errno != EPERM)
			return err_sys(e, errno, "chown stdio descriptor %d", fd);
	}
	return 0;
}

unsigned fds_inherited(void)
{
	unsigned n = 0;

	while (fcntl(3 + (int)n, F_GETFD) >= 0)
		n++;
	return n;
}

int fds_preserved(unsigned listen, unsigned asked, unsigned inherited, unsigned *ret, struct err *e)
{
	uint64_t n = (uint64_t)listen + asked;

	if (asked && !inherited)
		return err_sys(e, EBADF, "unable to stat preserved-fd 0 (of %u)", asked);
	*ret = n < inherited ? (unsigned)n : inherited;
	return 0;
}

int fds_check_preserved(unsigned n, struct err *e)
{
	struct stat st;

	/* openat(2) with ".." has no bounds there: the root that was pivoted to is not above it. */
	for (unsigned fd = 0; fd < 3 + n; fd++)
		if (fstat((int)fd, &st) == 0 && S_ISDIR(st.st_mode))
			return err_set(e, ERR_POLICY, EPERM,
				       "policy: descriptors: %u is a directory of the host, from "
				       "which the container could leave its root: refused",
				       fd);
	return 0;
}

unsigned fds_listen(void)
{
	uint64_t pid, n;

	const char *whose = getenv("LISTEN_PID");

	if (whose && (str_u64(whose, INT_MAX, &pid) < 0 || (pid_t)pid != getpid()))
		return 0;
	if (str_u64(getenv("LISTEN_FDS"), INT_MAX - 3, &n) < 0)
		return 0;
	return (unsigned)n;
}

/* The preserved ones are handed over whatever flag they came with. */
static int keep_open(unsigned keep, struct err *e)
{
	for (unsigned i = 0; i < keep; i++)
		if (fcntl(3 + (int)i, F_SETFD, 0) < 0)
			return err_sys(e, errno, "unable to stat preserved-fd %u (of %u)", i + 3,
				       keep);
	return 0;
}

int fds_seal(unsigned keep, struct err *e)
{
	if (sys_close_range(3 + keep, ~0u, CLOSE_RANGE_CLOEXEC) < 0)
		return err_sys(e, errno, "close_range");
	return keep_open(keep, e);
}

/* Close what lies between the exceptions, which are in rising order; -1: none. */
static int close_between(int proc_fd, unsigned first, const int *except, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		if (except[i] < (int)first)
			continue;
		if (fcntl(except[i], F_SETFD, FD_CLOEXEC) < 0)
			return err_sys(e, errno, "set close-on-exec");
		if (except[i] > (int)first &&
		    sys_close_range_by(proc_fd, first, (unsigned)except[i] - 1, 0) < 0)
			return err_sys(e, errno, "close_range");
		first = (unsigned)except[i] + 1;
	}
	return sys_close_range_by(proc_fd, first, ~0u, 0) < 0 ? err_sys(e, errno, "close_range")
							      : 0;
}

static int by_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

int fds_close(int proc_fd, unsigned keep, int a, int b, struct err *e)
{
	int except[] = {a, b, proc_fd};
	unsigned first = 3 + keep;

	qsort(except, 3, sizeof(except[0]), by_number);
	int r = close_between(proc_fd, first, except, 3, e);
	if (proc_fd >= (int)first)
		close(proc_fd);
	return r < 0 ? r : keep_open(keep, e);
}

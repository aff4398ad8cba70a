/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * close_range.c: close_range(2) (5.9; CLOSE_RANGE_CLOEXEC 5.11), or the list of our descriptors in
 * procfs, or where there is no procfs every number that there may be.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <linux/close_range.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/vfs.h>

#include "kernel/calls.h"
#include "kernel/sys.h"

#define NUMBERS_MAX (1u << 20) /* fs.nr_open as the kernel sets it */

static void close_one(int fd, unsigned flags)
{
	if (flags & CLOSE_RANGE_CLOEXEC)
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	else
		(void)close(fd);
}

/* Raw: a helper that shares our memory must not allocate. Returns -errno when there is no list. */
static int close_listed(int proc_fd, unsigned first, unsigned last, unsigned flags)
{
	char buf[4096] __attribute__((aligned(16)));
	struct statfs fs;
	long n = -1;
	int dir = proc_fd < 0 ? open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
			      : openat(proc_fd, "self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0 || fstatfs(dir, &fs) < 0 || fs.f_type != PROC_SUPER_MAGIC) {
		if (dir >= 0)
			close(dir);
		return -ENOSYS;
	}
	/* What was closed moves nothing: the position in this directory is a descriptor number. */
	while ((n = syscall(SYS_getdents64, dir, buf, sizeof(buf))) > 0) {
		for (long at = 0; at < n;) {
			const struct dirent64 *d = (const void *)(buf + at);
			unsigned long fd = strtoul(d->d_name, NULL, 10);
			at += d->d_reclen;
			if (d->d_name[0] == '.' || fd < first || fd > last || fd == (unsigned)dir)
				continue;
			close_one((int)fd, flags);
		}
	}
	n = n < 0 ? -errno : 0;
	/* Ours has the lowest number that was free: it may be in the range, and then goes, too. */
	close(dir);
	return (int)n;
}

static int close_numbers(unsigned first, unsigned last, unsigned flags)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) < 0)
		return -errno;
	if (r.rlim_max > NUMBERS_MAX && last >= NUMBERS_MAX)
		return -ENOSYS;
	/* Not up to the limit: it may have been lowered below what is open. */
	for (unsigned fd = first; fd <= last && fd < NUMBERS_MAX; fd++)
		close_one((int)fd, flags);
	return 0;
}

int sys_close_range(unsigned first, unsigned last, unsigned flags)
{
	return sys_close_range_by(-1, first, last, flags);
}

int sys_close_range_by(int proc_fd, unsigned first, unsigned last, unsigned flags)
{
	if (!call_missing(CALL_CLOSE_RANGE)) {
		int r = (int)syscall(SYS_close_range, first, last, flags);
		if (r == 0 || (!call_refused(CALL_CLOSE_RANGE) && !(flags && errno == EINVAL)))
			return r;
	}
	int r = close_listed(proc_fd, first, last, flags);
	if (r == -ENOSYS)
		r = close_numbers(first, last, flags);
	if (r < 0)
		errno = -r;
	return r < 0 ? -1 : 0;
}

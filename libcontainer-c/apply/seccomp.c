/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* seccomp.c: see seccomp.h. */
#include "apply/seccomp.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "kernel/sys.h"

/* The line of groups can have 65536 numbers. */
#define STATUS_MAX (1u << 20)

/*
 * What the kernel says of a listener. EBUSY: a filter that is in force already has one, so somebody
 * above this runtime asks an agent about it (5.0: one listener for a process).
 */
static int load_failed(const struct seccomp_filter *f, int code, struct err *e)
{
	if (f->flags & SECCOMP_FILTER_FLAG_NEW_LISTENER && code == EBUSY)
		return err_set(e, ERR_HOST, EBUSY,
			       "/linux/seccomp/listenerPath: this runtime runs under a filter that "
			       "has a listener, and the kernel allows one");
	if (f->flags && code == EINVAL)
		return err_set(e, ERR_HOST, EINVAL,
			       "/linux/seccomp/flags: this kernel does not take %#x (%s)", f->flags,
			       f->source);
	return err_sys(e, code, "load seccomp filter (%s)", f->source);
}

int seccomp_apply(const struct seccomp_plan *p, int *ret_listener, struct err *e)
{
	*ret_listener = -1;
	for (size_t i = 0; i < p->n; i++) {
		const struct seccomp_filter *f = &p->filters[i];
		/* the kernel only reads it */
		struct sock_fprog prog = {.len = f->n, .filter = (struct sock_filter *)f->insns};
		int rc = sys_seccomp(SECCOMP_SET_MODE_FILTER, f->flags, &prog);

		if (rc < 0)
			return load_failed(f, errno, e);
		if (f->flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) {
			*ret_listener = rc;
			continue;
		}
		/* TSYNC: the number of a thread that has other filters; nothing was loaded */
		if (rc > 0)
			return err_set(e, ERR_BUG, ESRCH,
				       "load seccomp filter (%s): thread %d cannot take it over",
				       f->source, rc);
	}
	return 0;
}

/* The number after "\n@key:" in a /proc/PID/status text, or -1. */
static long status_number(const char *status, const char *key)
{
	const char *at = strstr(status, key);

	return at ? strtol(at + strlen(key), NULL, 10) : -1;
}

int seccomp_verify(int proc_pid_fd, size_t filters, struct err *e)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	AUTO_FD fd = openat(proc_pid_fd, "status", O_RDONLY | O_CLOEXEC);
	char *status;
	long mode, count;
	ssize_t n;

	if (fd < 0)
		return err_sys(e, errno, "open process status");
	n = fd_read_all(fd, &a, STATUS_MAX, &status);
	if (n < 0)
		return err_sys(e, (int)-n, "read process status");
	mode = status_number(status, "\nSeccomp:");
	count = status_number(status, "\nSeccomp_filters:");
	if (mode != SECCOMP_MODE_FILTER)
		return err_set(e, ERR_SYSTEM, EPERM,
			       "process is not under a seccomp filter: mode %ld", mode);
	if (count >= 0 && (size_t)count < filters)
		return err_set(e, ERR_SYSTEM, EPERM,
			       "process has %ld seccomp filters instead of %zu", count, filters);
	return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroup_util.c: time and files for apply/cgroup*.c; see cgroup_priv.h. */
#include "apply/cgroup_priv.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

#define MS	      1000000
#define BACKOFF_FIRST (MS / 10)
#define BACKOFF_LAST  (20 * MS)

int64_t cgroup_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 * MS + t.tv_nsec;
}

int64_t cgroup_deadline(int ms)
{
	return cgroup_now() + (int64_t)ms * MS;
}

int cgroup_poll_ms(int64_t deadline_ns)
{
	int64_t left = deadline_ns - cgroup_now();

	return left <= 0 ? 0 : (int)((left + MS - 1) / MS);
}

bool cgroup_backoff(int64_t *delay_ns, int64_t deadline_ns)
{
	int64_t left = deadline_ns - cgroup_now();

	if (left <= 0)
		return false;
	*delay_ns = *delay_ns == 0 ? BACKOFF_FIRST : *delay_ns * 2;
	if (*delay_ns > BACKOFF_LAST)
		*delay_ns = BACKOFF_LAST;
	int64_t ns = *delay_ns < left ? *delay_ns : left;
	struct timespec t = {.tv_sec = 0, .tv_nsec = (long)ns};
	nanosleep(&t, NULL);
	return true;
}

/*
 * A seq_file hands out whole records until its buffer of a page is full, so that only a read of
 * less than that is known to be the last: the usual short file costs one system call, not two.
 */
ssize_t cgroup_read(int fd, char *buf, size_t size)
{
	size_t n = 0;

	while (n < size - 1) {
		ssize_t r = pread(fd, buf + n, size - 1 - n, (off_t)n);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -errno;
		n += (size_t)r;
		if (r < 1024)
			break;
	}
	buf[n] = '\0';
	return (ssize_t)n;
}

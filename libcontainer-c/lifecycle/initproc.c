/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* initproc.c: see initproc.h. */
#include "lifecycle/initproc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#include "base/fd.h"
#include "kernel/sys.h"

int initproc_read(pid_t pid, uint64_t *ret_start_time, char *ret_state)
{
	char path[32], text[1024];
	unsigned long long start;
	char state;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	ssize_t n = file_read_at(AT_FDCWD, path, text, sizeof(text));
	if (n < 0)
		return (int)n;
	/* The name in field 2 is the process's own choice and may hold anything, ')' included. */
	const char *p = strrchr(text, ')');
	if (!p || sscanf(p + 1,
			 " %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
			 "%*s %llu",
			 &state, &start) != 2)
		return -EPROTO;
	*ret_start_time = start;
	*ret_state = state;
	return 0;
}

bool initproc_alive(const struct initproc *p)
{
	uint64_t start;
	char state;

	return p->pid > 0 && initproc_read(p->pid, &start, &state) == 0 && start == p->start_time &&
	       state != 'Z' && state != 'X';
}

static bool has_name(pid_t pid, const char *name)
{
	char path[32], text[32];

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	ssize_t n = file_read_at(AT_FDCWD, path, text, sizeof(text));
	return n > 0 && text[n - 1] == '\n' && (size_t)n == strlen(name) + 1 &&
	       strncmp(text, name, (size_t)n - 1) == 0;
}

bool initproc_is_waiting(const struct initproc *p)
{
	return has_name(p->pid, INITPROC_NAME);
}

bool initproc_is_unborn(pid_t pid)
{
	char name[16];

	return prctl(PR_GET_NAME, name) == 0 && has_name(pid, name);
}

int initproc_pidfd(const struct initproc *p)
{
	if (p->pid <= 0)
		return -ESRCH;
	AUTO_FD fd = sys_pidfd_open(p->pid);
	if (fd < 0)
		return -errno;
	if (!initproc_alive(p))
		return -ESRCH;
	return TAKE_FD(fd);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int initproc_wait_gone(int pidfd, int ms)
{
	struct pollfd p = {.fd = pidfd, .events = POLLIN};
	int64_t end = now_ms() + ms;

	for (;;) {
		int64_t left = end - now_ms();
		int r = sys_pidfd_poll(&p, 1, left > 0 ? (int)left : 0);
		if (r > 0)
			return 0;
		if (r == 0)
			return -ETIMEDOUT;
		if (errno != EINTR)
			return -errno;
	}
}

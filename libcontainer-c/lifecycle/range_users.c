/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* range_users.c: see range_users.h. */
#include "lifecycle/range_users.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/dir.h"
#include "base/fd.h"
#include "host/facts.h"
#include "lifecycle/verify_text.h"

#define EXITING	   0x4	      /* include/linux/sched.h, PF_EXITING */
#define STATUS_MAX (1u << 20) /* a process can have 65536 groups */

bool range_has_process(int pid_fd, const struct id_extent *range)
{
	struct id_extent map[1];
	char text[256];

	/* One extent is all that the pool's containers have. */
	return file_read_at(pid_fd, "uid_map", text, sizeof(text)) > 0 &&
	       verify_parse_map(text, map, 1) == 1 && map[0].inside == range->inside &&
	       map[0].outside == range->outside && map[0].size == range->size;
}

static bool has_id(const struct proc_status *s, const struct id_extent *range)
{
	for (int i = 0; i < 4; i++)
		if (verify_has_id(range, 1, s->uid[i]) || verify_has_id(range, 1, s->gid[i]))
			return true;
	return false;
}

/* 1, 0, or -errno: one that cannot be read may be one of them. */
static int uses(int pid_fd, const struct id_extent *range)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	AUTO_FD fd = openat(pid_fd, "status", O_RDONLY | O_CLOEXEC);
	struct proc_status s;
	char *text;

	ssize_t n = fd < 0 ? -errno : fd_read_all(fd, &a, STATUS_MAX, &text);
	int r = n < 0 ? (int)n : verify_parse_status(text, &s);
	if (r < 0)
		return r == -ENOENT || r == -ESRCH ? 0 : r;
	return has_id(&s, range) || range_has_process(pid_fd, range);
}

/*
 * Its last thread is on its way out, which takes long where a network namespace goes with it, or
 * has gone. A first thread that has ended alone leaves the others running (proc_pid_stat(5)).
 */
static bool has_ended(int pid_fd)
{
	char text[1024], state;
	unsigned flags;
	long threads;

	if (file_read_at(pid_fd, "stat", text, sizeof(text)) < 0)
		return true;
	const char *p = strrchr(text, ')');
	if (!p ||
	    sscanf(p + 1, " %c %*s %*s %*s %*s %*s %u %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %ld",
		   &state, &flags, &threads) != 3)
		return false;
	return threads <= 1 && (state == 'Z' || state == 'X' || flags & EXITING);
}

static int lives_in(int proc_fd, const char *name, const struct id_extent *range)
{
	AUTO_FD pid_fd = openat(proc_fd, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r = pid_fd < 0 ? 0 : uses(pid_fd, range);

	return r == 1 ? !has_ended(pid_fd) : r;
}

int range_find_process(const struct id_extent *range)
{
	AUTO_DIR d = dir_open(AT_FDCWD, "/proc");
	const struct dirent *x;
	int r = 0, more = d ? 0 : -errno;

	while (d && r == 0 && (more = dir_next(d, &x)) > 0) {
		r = isdigit((unsigned char)x->d_name[0]) ? lives_in(dirfd(d), x->d_name, range) : 0;
		if (r == 1)
			r = (int)strtol(x->d_name, NULL, 10);
	}
	return more < 0 ? more : r;
}

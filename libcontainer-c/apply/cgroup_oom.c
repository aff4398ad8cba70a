/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cgroup_oom.c: when a container runs out of memory. v1 tells by an eventfd(2), registered through
 * cgroup.event_control; v2 by a change of memory.events, which is polled.
 */
#include "apply/cgroup_stats.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "apply/cgroup_priv.h"
#include "apply/cgroup_stats_priv.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"

#define CONTROL "cgroup.event_control"

/* The directory that limits the container's memory; v1 goes first, as everywhere. */
static const struct cgroup_dir *memory_dir(const struct cgroup *c, enum cgroup_version version,
					   const char *file)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct cgroup_dir *d = &c->dirs[i];
		if (d->dir_fd >= 0 && d->ops->version == version &&
		    faccessat(d->dir_fd, file, F_OK, 0) == 0)
			return d;
	}
	return NULL;
}

static int watch_v1(int dir_fd, struct cgroup_oom *ret, struct err *e)
{
	char text[64];
	AUTO_FD control = openat(dir_fd, "memory.oom_control", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	AUTO_FD fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	if (control < 0 || fd < 0)
		return err_sys(e, errno, "watch memory.oom_control");
	snprintf(text, sizeof(text), "%d %d", fd, control);
	int r = file_write_at(dir_fd, CONTROL, text);
	if (r < 0)
		return err_sys(e, -r, "watch memory.oom_control");
	*ret = (struct cgroup_oom){.fd = TAKE_FD(fd), .events = POLLIN, .dir_fd = dir_fd};
	return 0;
}

/* oom_kill in memory.events; -errno when the cgroup is gone */
static int kills(int fd, uint64_t *ret)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	char text[1024];
	struct cgroup_named *v;
	size_t n;
	ssize_t len = cgroup_read(fd, text, sizeof(text));
	int r = len < 0 ? (int)len : stats_named(text, &a, &v, &n);

	if (r == 0)
		*ret = stats_value(v, n, "oom_kill");
	return r;
}

static int watch_v2(int dir_fd, struct cgroup_oom *ret, struct err *e)
{
	struct cgroup_oom w = {.events = POLLPRI, .dir_fd = -1};
	AUTO_FD fd = openat(dir_fd, "memory.events", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int r = fd < 0 ? -errno : kills(fd, &w.seen);

	if (r < 0)
		return err_sys(e, -r, "watch memory.events");
	w.fd = TAKE_FD(fd);
	*ret = w;
	return 0;
}

int cgroup_oom_watch(const struct cgroup *c, struct cgroup_oom *ret, struct err *e)
{
	const struct cgroup_dir *d = memory_dir(c, CGROUP_V1, "memory.oom_control");

	if (d)
		return watch_v1(d->dir_fd, ret, e);
	d = memory_dir(c, CGROUP_V2, "memory.events");
	if (d)
		return watch_v2(d->dir_fd, ret, e);
	return err_set(e, ERR_HOST, ENOENT,
		       "the container has no cgroup of the memory controller, which tells when it "
		       "runs out of memory");
}

/* The removal of the cgroup is an event, too. */
static bool happened_v1(const struct cgroup_oom *w)
{
	uint64_t count;

	return read(w->fd, &count, sizeof(count)) == (ssize_t)sizeof(count) &&
	       faccessat(w->dir_fd, CONTROL, F_OK, 0) == 0;
}

bool cgroup_oom_happened(struct cgroup_oom *w)
{
	uint64_t now;

	if (w->fd < 0)
		return false;
	if (w->dir_fd >= 0)
		return happened_v1(w);
	/* A removed cgroup would be ready for ever. */
	if (kills(w->fd, &now) < 0) {
		cgroup_oom_close(w);
		return false;
	}
	bool more = now > w->seen;
	w->seen = now;
	return more;
}

void cgroup_oom_close(struct cgroup_oom *w)
{
	fd_closep(&w->fd);
}

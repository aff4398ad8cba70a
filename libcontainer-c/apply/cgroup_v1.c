/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroup_v1.c: what only v1 hierarchies need: cpuset inheritance and the freezer controller. */
#include "apply/cgroup_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"

/* Room for a list of all CPUs of the largest machine, each named alone. */
#define LIST_MAX 8192

static bool is_empty(const char *text)
{
	return text[0] == '\0' || text[0] == '\n';
}

/*
 * A new cpuset has neither CPUs nor memory nodes, and no task can enter it. The kernel's own way
 * (cgroup.clone_children) would have to be set in directories that are not ours.
 */
static int fill_file(int dir_fd, const char *file, const char *what)
{
	char got[LIST_MAX];
	AUTO_FD fd = openat(dir_fd, file, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n = fd < 0 ? -errno : cgroup_read(fd, got, sizeof(got));

	if (n < 0)
		return (int)n;
	if (!is_empty(got))
		return 0;
	int r = fd_write_once(fd, what, strlen(what));
	if (r == 0) {
		n = cgroup_read(fd, got, sizeof(got));
		r = n < 0 ? (int)n : 0;
	}
	if (r == 0 && !cgroup_value_matches(CGROUP_CHECK_LIST, 0, what, got))
		r = -EIO;
	return r;
}

/* The value of the nearest ancestor that has one, which every directory on the way gets too. */
static int inherit(int dir_fd, const char *file, char *value, size_t size, unsigned depth)
{
	AUTO_FD up = openat(dir_fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO_FD fd = up < 0 ? -1 : openat(up, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return -errno;
	ssize_t n = cgroup_read(fd, value, size);
	if (n < 0)
		return (int)n;
	if (is_empty(value)) {
		if (depth == 0)
			return -ENOENT;
		int r = inherit(up, file, value, size, depth - 1);
		if (r < 0)
			return r;
	}
	return fill_file(dir_fd, file, value);
}

static int fill(int dir_fd, const char *file, unsigned depth)
{
	char value[LIST_MAX];

	return inherit(dir_fd, file, value, sizeof(value), depth);
}

static int v1_prepare(const struct cgroup_plan *p, size_t tree, int dir_fd, struct err *e)
{
	const struct cgroup_tree *t = &p->trees[tree];
	unsigned depth = 0;

	if (!t->fill_cpuset)
		return 0;
	/* Never above the mount point. */
	for (const char *s = t->dir + strlen(t->mountpoint); *s; s++)
		depth += *s == '/';
	const char *file = "cpuset.cpus";
	int r = fill(dir_fd, file, depth - 1);
	if (r == 0)
		r = fill(dir_fd, file = "cpuset.mems", depth - 1);
	if (r < 0)
		return err_set(e, ERR_HOST, -r, "filling %s/%s from its parents: %s", t->dir, file,
			       strerrorname_np(-r));
	return 0;
}

static int v1_frozen(int dir_fd)
{
	char text[8];
	ssize_t n = file_read_at(dir_fd, "freezer.self_freezing", text, sizeof(text));

	return n < 0 ? (int)n : text[0] == '1';
}

static int v1_stuck(int dir_fd)
{
	char state[32];
	ssize_t n = file_read_at(dir_fd, "freezer.state", state, sizeof(state));

	return n < 0 ? (int)n : strcmp(state, "THAWED\n") != 0;
}

static int v1_thaw(int dir_fd, struct err *e)
{
	int r = file_write_at(dir_fd, "freezer.state", "THAWED");

	if (r == 0 && v1_frozen(dir_fd) == 1)
		r = -EIO;
	if (r < 0 && r != -ENOENT)
		err_set(e, ERR_SYSTEM, -r, "thawing the container's cgroup: %s",
			strerrorname_np(-r));
	return r;
}

/*
 * FREEZING can last when a task forks at the wrong moment; writing again walks over all tasks
 * again. v1 has no event for "frozen", hence the pauses.
 */
static int v1_freeze(int dir_fd, bool on, struct err *e)
{
	int64_t deadline = cgroup_deadline(CGROUP_PATIENCE_MS), delay = 0;
	char state[32];

	if (!on)
		return v1_thaw(dir_fd, e);
	AUTO_FD fd = openat(dir_fd, "freezer.state", O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -errno;
	do {
		ssize_t n = fd_write_once(fd, "FROZEN", 6);
		if (n == 0)
			n = cgroup_read(fd, state, sizeof(state));
		if (n < 0)
			return err_set(e, ERR_SYSTEM, (int)-n,
				       "freezing the container's cgroup: %s",
				       strerrorname_np((int)-n));
		if (strcmp(state, "FROZEN\n") == 0)
			return 0;
	} while (cgroup_backoff(&delay, deadline));
	v1_thaw(dir_fd, NULL);
	return err_set(e, ERR_SYSTEM, ETIMEDOUT,
		       "the container's cgroup did not freeze within %d ms", CGROUP_PATIENCE_MS);
}

const struct cgroup_ops cgroup_v1_ops = {
	.version = CGROUP_V1,
	.prepare = v1_prepare,
	.freeze = v1_freeze,
	.frozen = v1_frozen,
	.stuck = v1_stuck,
};

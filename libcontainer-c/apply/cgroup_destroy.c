/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroup_destroy.c: removing a container's cgroups and what was made inside them. */
#include "apply/cgroup_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"

/* A process that was killed leaves its cgroup a little after its parent could reap it. */

/* The state file says where: whatever it says, nothing but a cgroup is removed. */
static int check_path(const char *path, struct err *e)
{
	struct statfs sb;

	if (path[0] != '/')
		return err_set(e, ERR_STATE, EINVAL, "the cgroup path %s is not absolute", path);
	if (statfs(path, &sb) < 0) {
		if (errno == ENOENT)
			return -ENOENT;
		return err_set(e, ERR_STATE, errno, "the cgroup %s: %s", path,
			       strerrorname_np(errno));
	}
	if ((long)sb.f_type != CGROUP2_SUPER_MAGIC && (long)sb.f_type != CGROUP_SUPER_MAGIC)
		return err_set(e, ERR_STATE, EINVAL, "%s is not in a cgroup file system", path);
	return 0;
}

/* A busy one stays, and with it those above: the caller looks again. */
static int remove_child(int parent_fd, const char *name, void *arg)
{
	bool *removed = arg;

	if (unlinkat(parent_fd, name, AT_REMOVEDIR) == 0)
		*removed = true;
	return 0;
}

/* Deepest first. 1: something was removed. */
static int remove_below(const char *path, struct err *e)
{
	struct cgroup_dir d;
	bool removed = false;
	int r = cgroup_open_dir(path, &d, e);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = cgroup_walk(d.dir_fd, remove_child, &removed);
	close(d.dir_fd);
	if (r < 0)
		return err_set(e, ERR_SYSTEM, -r, "removing the cgroups below %s: %s", path,
			       strerrorname_np(-r));
	return removed;
}

/* 0 gone, 1 still busy, negative errno. */
static int remove_one(const char *path, struct err *e)
{
	for (int i = 0;; i++) {
		if (rmdir(path) == 0 || errno == ENOENT)
			return 0;
		if (errno != EBUSY && errno != ENOTEMPTY)
			return err_set(e, ERR_SYSTEM, errno, "removing the cgroup %s: %s", path,
				       strerrorname_np(errno));
		int r = i == 0 ? remove_below(path, e) : 0;
		if (r <= 0)
			return r < 0 ? r : 1;
	}
}

static int still_busy(const char *path, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct cgroup_pid_list l = {0};
	struct cgroup_dir d;

	if (cgroup_open_dir(path, &d, e) == 0) {
		cgroup_dir_pids(d.dir_fd, &a, &l, e);
		close(d.dir_fd);
	}
	size_t n = l.n + l.n_hidden;
	arena_free(&a);
	return err_set(e, ERR_SYSTEM, EBUSY, "the cgroup %s still has %zu process(es) after %d ms",
		       path, n, CGROUP_PATIENCE_MS);
}

static int remove_waiting(const char *path, int64_t deadline, struct err *e)
{
	int64_t delay = 0;
	int r = check_path(path, e);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	while ((r = remove_one(path, e)) == 1)
		if (!cgroup_backoff(&delay, deadline))
			return still_busy(path, e);
	return r;
}

int cgroup_destroy(const char *const *paths, size_t n, struct err *e)
{
	int64_t deadline = cgroup_deadline(CGROUP_PATIENCE_MS);
	int ret = 0;

	for (size_t i = 0; i < n; i++) {
		int r = remove_waiting(paths[i], deadline, e);
		if (ret == 0)
			ret = r;
	}
	return ret;
}

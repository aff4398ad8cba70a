/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroup_handle.c: opening and closing a container's cgroups, and entering them. */
#include "apply/cgroup_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"

int cgroup_open_dir(const char *path, struct cgroup_dir *ret, struct err *e)
{
	struct statfs sb;
	AUTO_FD fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	*ret = (struct cgroup_dir){.dir_fd = -1, .tasks_fd = -1};
	if (fd < 0 && errno == ENOENT)
		return -ENOENT;
	if (fd < 0 || fstatfs(fd, &sb) < 0)
		return err_set(e, ERR_STATE, errno, "opening the cgroup %s: %s", path,
			       strerrorname_np(errno));
	if ((long)sb.f_type == CGROUP2_SUPER_MAGIC)
		ret->ops = &cgroup_v2_ops;
	else if ((long)sb.f_type == CGROUP_SUPER_MAGIC)
		ret->ops = &cgroup_v1_ops;
	else
		return err_set(e, ERR_STATE, EINVAL, "%s is not in a cgroup file system", path);
	ret->dir_fd = TAKE_FD(fd);
	return 0;
}

int cgroup_open(const char *const *paths, size_t n, struct cgroup *ret, struct err *e)
{
	struct cgroup c = {.v2 = -1};

	if (n > CGROUP_MAX_TREES)
		return err_set(e, ERR_STATE, E2BIG, "more than %d cgroup hierarchies",
			       CGROUP_MAX_TREES);
	for (size_t i = 0; i < n; i++) {
		int r = cgroup_open_dir(paths[i], &c.dirs[i], e);
		c.n = i + 1;
		if (r < 0 && r != -ENOENT) {
			cgroup_close(&c);
			return r;
		}
		if (c.dirs[i].ops == &cgroup_v2_ops)
			c.v2 = (int)i;
	}
	*ret = c;
	return 0;
}

void cgroup_close(struct cgroup *c)
{
	for (size_t i = 0; i < c->n; i++) {
		fd_closep(&c->dirs[i].dir_fd);
		fd_closep(&c->dirs[i].tasks_fd);
	}
	strbuf_free(&c->record);
	strbuf_free(&c->limits);
	*c = (struct cgroup){.v2 = -1};
}

const char *cgroup_record(const struct cgroup *c)
{
	return c->record.buf;
}

const char *cgroup_limits(const struct cgroup *c)
{
	return c->limits.buf;
}

int cgroup_v2_fd(const struct cgroup *c)
{
	return c->v2 < 0 ? -1 : c->dirs[c->v2].dir_fd;
}

int cgroup_prepare_attach(struct cgroup *c, struct err *e)
{
	for (size_t i = 0; i < c->n; i++) {
		struct cgroup_dir *d = &c->dirs[i];
		if (d->ops != &cgroup_v1_ops || d->dir_fd < 0 || d->tasks_fd >= 0)
			continue;
		d->tasks_fd = openat(d->dir_fd, "tasks", O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
		if (d->tasks_fd < 0)
			return err_set(e, ERR_SYSTEM, errno, "opening a cgroup's tasks file: %s",
				       strerrorname_np(errno));
	}
	return 0;
}

int cgroup_attach_self(const struct cgroup *c)
{
	for (size_t i = 0; i < c->n; i++) {
		if (c->dirs[i].tasks_fd < 0)
			continue;
		int r = fd_write_once(c->dirs[i].tasks_fd, "0", 1);
		if (r < 0)
			return r;
	}
	return 0;
}

int cgroup_attach_pid(const struct cgroup *c, pid_t pid, struct err *e)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", pid);
	for (size_t i = 0; i < c->n; i++) {
		if (c->dirs[i].dir_fd < 0)
			continue;
		int r = file_write_at(c->dirs[i].dir_fd, "cgroup.procs", text);
		if (r < 0)
			return err_set(e, ERR_SYSTEM, -r,
				       "moving process %d into the container's cgroups: %s", pid,
				       strerrorname_np(-r));
	}
	return 0;
}

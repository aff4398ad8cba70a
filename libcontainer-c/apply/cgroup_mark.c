/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroup_mark.c: which container a cgroup is, told by the cgroup itself. */
#include "apply/cgroup_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fd.h"

/* As the seal's: nobody without privilege over the host can set it (xattr(7)). */
#define ATTRIBUTE "trusted.bulkhead.container"
#define MARK_MAX  512

void cgroup_mark(const struct cgroup *c, const char *mark)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->dirs[i].dir_fd >= 0)
			(void)fsetxattr(c->dirs[i].dir_fd, ATTRIBUTE, mark, strlen(mark), 0);
}

static bool has_mark(int dir_fd, const char *mark)
{
	char text[MARK_MAX];
	ssize_t n = fgetxattr(dir_fd, ATTRIBUTE, text, sizeof(text));

	return n >= 0 && (size_t)n == strlen(mark) && memcmp(text, mark, (size_t)n) == 0;
}

bool cgroup_is_marked(const struct cgroup *c, const char *mark)
{
	bool any = false;

	for (size_t i = 0; i < c->n; i++) {
		if (c->dirs[i].dir_fd < 0)
			continue;
		if (!has_mark(c->dirs[i].dir_fd, mark))
			return false;
		any = true;
	}
	return any;
}

struct search {
	const char *mark;
	struct arena *a;
	char **paths;
	size_t n;
};

static bool is_marked(int parent_fd, const char *name, const char *mark)
{
	AUTO_FD fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd >= 0 && has_mark(fd, mark);
}

static int add_path(struct search *s, int parent_fd, const char *name)
{
	char link[32], parent[PATH_MAX];

	if (s->n == CGROUP_MAX_TREES)
		return -E2BIG;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", parent_fd);
	ssize_t n = readlink(link, parent, sizeof(parent) - 1);
	if (n < 0)
		return -errno;
	parent[n] = '\0';
	s->paths[s->n] = arena_printf(s->a, "%s/%s", parent, name);
	return s->paths[s->n++] ? 0 : -ENOMEM;
}

static int visit(int parent_fd, const char *name, void *arg)
{
	struct search *s = arg;

	return is_marked(parent_fd, name, s->mark) ? add_path(s, parent_fd, name) : 0;
}

int cgroup_find_marked(const char *const *mountpoints, size_t n, const char *mark, struct arena *a,
		       char ***ret, size_t *ret_n)
{
	struct search s = {
		.mark = mark,
		.a = a,
		.paths = arena_array(a, CGROUP_MAX_TREES, sizeof(*s.paths)),
	};
	int r = s.paths ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < n; i++) {
		AUTO_FD fd = open(mountpoints[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		r = fd < 0 ? -errno : cgroup_walk(fd, visit, &s);
	}
	*ret = s.paths;
	*ret_n = s.n;
	return r;
}

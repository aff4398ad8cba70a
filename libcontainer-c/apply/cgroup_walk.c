/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cgroup_walk.c: all cgroups below one. A container that may make cgroups of its own can nest them
 * deeper than a path can name (PATH_MAX), so the way leads from directory to directory: down by
 * name and up by "..", which is the same directory always, because no cgroup can be moved to
 * another parent (v1 renames in place, v2 not at all).
 */
#include "apply/cgroup_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/dir.h"
#include "base/err.h"
#include "base/fd.h"

/* Names that wait to be visited: more cgroups than the memory of a host has room for. */
#define WAITING_MAX (1u << 20)

/* A name of the directory that was current when it was pushed. */
struct waiting {
	const char *name;
	bool entered; /* the current directory is this one, or below it */
};

struct walk {
	struct arena *a;
	struct waiting *stack;
	size_t n, cap;
};

static int push(struct walk *w, const char *name)
{
	if (w->n == WAITING_MAX)
		return -E2BIG;
	if (w->n == w->cap) {
		size_t cap = w->cap ? w->cap * 2 : 32;
		struct waiting *p = arena_array(w->a, cap, sizeof(*p));
		if (!p)
			return -ENOMEM;
		if (w->n)
			memcpy(p, w->stack, w->n * sizeof(*p));
		w->stack = p;
		w->cap = cap;
	}
	w->stack[w->n] = (struct waiting){.name = arena_strdup(w->a, name)};
	return w->stack[w->n++].name ? 0 : -ENOMEM;
}

/* kernfs gives every entry its type; a cgroup's directories are its children. */
static int push_children(struct walk *w, int dir_fd)
{
	AUTO_DIR d = dir_open(dir_fd, ".");
	const struct dirent *x;
	int r = 0, more = d ? 0 : -errno;

	while (d && r == 0 && (more = dir_next(d, &x)) > 0)
		if (x->d_type == DT_DIR)
			r = push(w, x->d_name);
	if (more == -ENOENT)
		return 0;
	return more < 0 ? more : r;
}

/* *@fd becomes what @name is in it. */
static int step(int *fd, const char *name)
{
	int next = openat(*fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (next < 0)
		return -errno;
	close(*fd);
	*fd = next;
	return 0;
}

/* Down into the name on top, unless it has gone meanwhile. */
static int enter(struct walk *w, int *fd)
{
	struct waiting *top = &w->stack[w->n - 1];
	int r = step(fd, top->name);

	top->entered = true;
	if (r == 0)
		return push_children(w, *fd);
	w->n--;
	return r == -ENOENT ? 0 : r;
}

/* Up again: all that is below the name on top has been visited. */
static int leave(struct walk *w, int *fd, cgroup_visit visit, void *arg)
{
	int r = step(fd, "..");

	w->n--;
	return r < 0 ? r : visit(*fd, w->stack[w->n].name, arg);
}

int cgroup_walk(int dir_fd, cgroup_visit visit, void *arg)
{
	struct arena a = ARENA_INIT;
	struct walk w = {.a = &a};
	struct stat st;

	/* kernfs counts: two links, no directory below. The usual case, and much cheaper. */
	if (fstat(dir_fd, &st) == 0 && st.st_nlink == 2)
		return 0;
	AUTO_FD fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	int r = push_children(&w, fd);
	while (r == 0 && w.n > 0)
		r = w.stack[w.n - 1].entered ? leave(&w, &fd, visit, arg) : enter(&w, &fd);
	arena_free(&a);
	return r;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroup_create.c: making the container's cgroups, in order and with its undo. */
#include "apply/cgroup_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"

/*
 * Make the missing directories above @t->dir, the mount point excluded. @ret_made counts those at
 * the end of the path that are ours: the ones an undo may remove.
 */
static int make_parents(const struct cgroup_tree *t, unsigned *ret_made)
{
	char path[PATH_MAX];
	size_t total = strlen(t->dir);

	if (total >= sizeof(path))
		return -ENAMETOOLONG;
	memcpy(path, t->dir, total + 1);
	for (char *p = path + strlen(t->mountpoint) + 1; (p = strchr(p, '/')) != NULL; p++) {
		*p = '\0';
		int r = mkdir(path, 0755);
		if (r < 0 && errno != EEXIST)
			return -errno;
		*ret_made = r < 0 ? 0 : *ret_made + 1;
		*p = '/';
	}
	return 0;
}

/* Another runtime may remove an empty parent between our steps: tried again, a few times. */
static int make_path(const struct cgroup_tree *t, unsigned *ret_made)
{
	for (int i = 0; i < 4; i++) {
		if (mkdir(t->dir, 0755) == 0) {
			*ret_made += 1;
			return 0;
		}
		if (errno != ENOENT)
			return -errno;
		*ret_made = 0;
		int r = make_parents(t, ret_made);
		if (r < 0)
			return r;
	}
	return -ENOENT;
}

/* As the seal's: nobody without privilege over the host can set it (xattr(7)). */
#define MADE_BY_US "trusted.bulkhead.made"

/* Only what this process made; a parent that somebody else uses by now stays. */
static void undo_dir(const struct cgroup_tree *t, unsigned made)
{
	char path[PATH_MAX];
	size_t total = strlen(t->dir);

	if (total >= sizeof(path))
		return;
	memcpy(path, t->dir, total + 1);
	for (; made > 0; made--) {
		if (rmdir(path) < 0)
			return;
		*strrchr(path, '/') = '\0';
	}
}

/* Left behind by a run that died, it is usable; with processes it is another container's. */
static int check_unused(const struct cgroup_dir *d, pid_t holder, struct err *e)
{
	struct arena a = ARENA_INIT;
	struct cgroup_pid_list l = {0};
	int r = cgroup_dir_pids(d->dir_fd, &a, &l, e);
	size_t n = l.n_hidden;

	for (size_t i = 0; i < l.n; i++)
		n += l.pids[i] != holder;
	arena_free(&a);
	if (r < 0)
		return r;
	if (n > 0)
		return err_set(e, ERR_STATE, EBUSY,
			       "container's cgroup is not empty: %zu process(es) found", n);
	return 0;
}

/* Its own setting or a cgroup above: the first process would stop before it could say anything. */
static int check_not_frozen(const struct cgroup_dir *d, struct err *e)
{
	if (d->ops->stuck(d->dir_fd) == 1)
		return err_set(e, ERR_STATE, EBUSY, "container's cgroup unexpectedly frozen");
	return 0;
}

/*
 * Between mkdir and the first process another create with the same path would find an empty cgroup
 * and use it too. The lock lasts as long as this descriptor, or a child's copy of it, is open.
 */
static int lock_dir(const struct cgroup_dir *d, const char *path, struct err *e)
{
	if (flock(d->dir_fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	return err_set(e, ERR_STATE, EBUSY, "the cgroup %s is being used by another container: %s",
		       path, strerrorname_np(errno));
}

static int make_dir(const struct cgroup_plan *p, size_t i, pid_t holder, struct cgroup_dir *ret,
		    struct err *e)
{
	const struct cgroup_tree *t = &p->trees[i];
	unsigned made = 0;
	int r = make_path(t, &made);
	bool existed = r == -EEXIST;

	ret->made = made;
	if (r < 0 && !existed)
		return err_set(e, ERR_SYSTEM, -r, "making the cgroup %s: %s", t->dir,
			       strerrorname_np(-r));
	r = cgroup_open_dir(t->dir, ret, e);
	ret->made = made;
	if (r == -ENOENT)
		return err_set(e, ERR_SYSTEM, ENOENT, "the cgroup %s vanished", t->dir);
	if (r == 0 && i == 0)
		r = lock_dir(ret, t->dir, e);
	if (r == 0 && existed)
		r = check_unused(ret, holder, e);
	if (r == 0 && !existed)
		(void)fsetxattr(ret->dir_fd, MADE_BY_US, "1", 1, 0);
	/* Engines keep empty ones for what is to come: "docker", "kubepods". */
	if (r == 0 && existed && p->must_be_new && fgetxattr(ret->dir_fd, MADE_BY_US, NULL, 0) < 0)
		r = err_set(e, ERR_STATE, EEXIST,
			    "/linux/cgroupsPath: there is none, and the cgroup %s of the "
			    "container's name exists already",
			    t->dir);
	if (r == 0)
		r = check_not_frozen(ret, e);
	if (r < 0)
		return r;
	if (ret->ops->version != t->version)
		return err_set(e, ERR_HOST, EINVAL, "%s is not in a cgroup v%d file system", t->dir,
			       t->version);
	return ret->ops->prepare(p, i, ret->dir_fd, e);
}

static int make_all(const struct cgroup_plan *p, pid_t holder, struct cgroup *c, struct err *e)
{
	/* Modes are part of what others see in the tree; the caller's umask is not asked. */
	mode_t mask = umask(0);
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->n_trees; i++) {
		struct cgroup_dir *d = &c->dirs[i];
		*d = (struct cgroup_dir){.dir_fd = -1, .tasks_fd = -1};
		c->n = i + 1;
		r = make_dir(p, i, holder, d, e);
		if (d->ops == &cgroup_v2_ops)
			c->v2 = (int)i;
	}
	umask(mask);
	return r;
}

static int write_all(const struct cgroup_plan *p, struct cgroup *c, struct err *e)
{
	const char *kernel_memory = NULL;

	strbuf_adds(&c->record, "{\"limits\":[");
	int r = cgroup_put_limits(p, c, &c->record, &kernel_memory, e);
	strbuf_adds(&c->record, "],\"devices\":");
	if (r == 0)
		r = cgroup_put_devices(p, c, e);
	strbuf_adds(&c->record, ",\"kernelMemory\":");
	if (kernel_memory)
		strbuf_json(&c->record, kernel_memory);
	else
		strbuf_adds(&c->record, "null");
	strbuf_addc(&c->record, '}');
	if (r == 0 && (c->record.failed || c->limits.failed))
		r = err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	return r;
}

int cgroup_create_around(const struct cgroup_plan *p, pid_t holder, struct cgroup *ret,
			 struct err *e)
{
	struct cgroup c = {.v2 = -1};
	int r;

	if (p->n_trees > CGROUP_MAX_TREES)
		return err_set(e, ERR_HOST, E2BIG, "this host has more than %d cgroup hierarchies",
			       CGROUP_MAX_TREES);
	r = make_all(p, holder, &c, e);
	if (r == 0)
		r = write_all(p, &c, e);
	if (r == 0)
		r = cgroup_prepare_attach(&c, e);
	if (r < 0) {
		for (size_t i = 0; i < c.n; i++)
			undo_dir(&p->trees[i], c.dirs[i].made);
		cgroup_close(&c);
		return r;
	}
	*ret = c;
	return 0;
}

int cgroup_create(const struct cgroup_plan *p, struct cgroup *ret, struct err *e)
{
	return cgroup_create_around(p, 0, ret, e);
}

int cgroup_apply_limits(const struct cgroup_plan *p, struct cgroup *c, struct err *e)
{
	const char *kernel_memory = NULL;

	if (p->n_trees != c->n)
		return err_set(e, ERR_BUG, EINVAL,
			       "the plan has %zu hierarchies, the container %zu", p->n_trees, c->n);
	strbuf_free(&c->record);
	strbuf_free(&c->limits);
	strbuf_adds(&c->record, "{\"limits\":[");
	int r = cgroup_put_limits(p, c, &c->record, &kernel_memory, e);
	strbuf_adds(&c->record, "],\"kernelMemory\":");
	if (kernel_memory)
		strbuf_json(&c->record, kernel_memory);
	else
		strbuf_adds(&c->record, "null");
	strbuf_addc(&c->record, '}');
	if (r == 0 && (c->record.failed || c->limits.failed))
		r = err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	return r;
}

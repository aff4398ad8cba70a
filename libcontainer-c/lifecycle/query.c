/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* query.c: state and list, and what every later command asks first. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apply/cgroup.h"
#include "apply/rootfs.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "lifecycle/container.h"
#include "lifecycle/opened.h"
#include "lifecycle/remains.h"

int container_id_check(const char *id, struct err *e)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_+-.";
	size_t n = strlen(id);

	if (n == 0)
		return err_set(e, ERR_STATE, EINVAL, "container id cannot be empty");
	/* The id is one component of a path: state directory and cgroup. */
	if (n > 255 || strspn(id, allowed) != n || strcmp(id, ".") == 0 || strcmp(id, "..") == 0)
		return err_set(e, ERR_STATE, EINVAL, "invalid container ID format");
	return 0;
}

const char *container_status_name(enum container_status s)
{
	static const char *const names[] = {
		[CONTAINER_CREATING] = "creating", [CONTAINER_CREATED] = "created",
		[CONTAINER_RUNNING] = "running",   [CONTAINER_PAUSED] = "paused",
		[CONTAINER_STOPPED] = "stopped",
	};

	return names[s];
}

static bool is_paused(const struct record *r)
{
	struct cgroup c;

	if (cgroup_open((const char *const *)r->cgroup_paths, r->n_cgroup_paths, &c, NULL) < 0)
		return false;
	bool paused = cgroup_is_frozen(&c, NULL) == 1;
	cgroup_close(&c);
	return paused;
}

/* @locked: by us, so that nobody is creating. */
static enum container_status status_of(const struct opened *o, bool locked)
{
	struct stat st;

	if (!o->has_record || !o->record.complete)
		return !locked && statedir_is_locked(&o->dir) ? CONTAINER_CREATING
							      : CONTAINER_STOPPED;
	if (o->record.restoring && !locked && statedir_is_locked(&o->dir))
		return CONTAINER_CREATING;
	if (!initproc_alive(&o->init))
		return CONTAINER_STOPPED;
	/* Of a `restore` that was killed. */
	if (o->record.restoring)
		return CONTAINER_CREATING;
	if (is_paused(&o->record))
		return CONTAINER_PAUSED;
	/* A `start` that was killed leaves its socket behind, and a program that runs. */
	if (fstatat(o->dir.fd, START_SOCKET, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    initproc_is_waiting(&o->init))
		return CONTAINER_CREATED;
	return CONTAINER_RUNNING;
}

int opened_load(const char *root, const char *id, bool lock, struct opened *ret, struct err *e)
{
	struct opened o = {.dir = STATEDIR_INIT};
	int r = container_id_check(id, e);

	if (r == 0)
		r = statedir_open(root, id, &o.dir, e);
	/* A creator may sit in a hook for long; others work for milliseconds. */
	if (r == 0 && lock)
		r = statedir_lock(&o.dir, 10, e);
	if (r < 0)
		goto fail;
	r = record_read(&o.dir, &o.arena, &o.record, e);
	if (r < 0 && r != -ENOENT)
		goto fail;
	o.has_record = r == 0;
	if (o.has_record && strcmp(o.record.id, id) != 0) {
		r = err_set(e, ERR_STATE, EBADMSG,
			    "state of the container is damaged: %s is that of the container %s",
			    o.dir.path, o.record.id);
		goto fail;
	}
	o.init = (struct initproc){(pid_t)o.record.pid, o.record.start_time};
	o.status = status_of(&o, lock);
	*ret = o;
	return 0;
fail:
	opened_close(&o);
	return r;
}

void opened_close(struct opened *o)
{
	statedir_close(&o->dir);
	arena_free(&o->arena);
}

int opened_cgroups(const struct opened *o, struct cgroup *ret, struct err *e)
{
	const struct record *rec = &o->record;
	int r = cgroup_open((const char *const *)rec->cgroup_paths, rec->n_cgroup_paths, ret, e);

	if (r == 0 && rec->n_cgroup_paths == 0 && initproc_alive(&o->init))
		cgroup_without(ret, o->init.pid, rec->shared_pid_namespace);
	return r;
}

int opened_kill(const struct opened *o, int sig, struct err *e)
{
	struct cgroup c;
	int rc = opened_cgroups(o, &c, e);

	if (rc < 0)
		return rc;
	/* A creator names cgroups before it makes them: until then they may be another container's.
	 */
	rc = o->record.complete || remains_marked(&o->dir, o->record.id, &c)
		     ? cgroup_kill(&c, sig, e)
		     : err_set(e, ERR_STATE, ESRCH, "container not running");
	cgroup_close(&c);
	return rc;
}

void opened_refresh(const struct opened *o)
{
	char path[64];

	if (!o->has_record || !o->record.overlay_source)
		return;
	snprintf(path, sizeof(path), "/proc/%d/root", o->init.pid);
	AUTO_FD root = initproc_alive(&o->init) ? open(path, O_PATH | O_CLOEXEC) : -1;
	(void)rootfs_refresh(o->record.overlay_source, root, o->record.overlay_device, NULL);
}

static int fill_state(const struct opened *o, struct arena *a, struct container_state *ret)
{
	const struct record *r = &o->record;
	/* While CRIU works, the one on record is none any more. */
	bool alive = o->status != CONTAINER_STOPPED && r->complete &&
		     (!r->restoring || initproc_alive(&o->init));
	struct spec_pair *pairs = arena_array(a, r->n_annotations, sizeof(*pairs));

	if (!pairs)
		return -ENOMEM;
	for (size_t i = 0; i < r->n_annotations; i++) {
		pairs[i].key = arena_strdup(a, r->annotations[i].key);
		pairs[i].value = arena_strdup(a, r->annotations[i].value);
		if (!pairs[i].key || !pairs[i].value)
			return -ENOMEM;
	}
	*ret = (struct container_state){
		.oci_version = arena_strdup(a, r->oci_version ? r->oci_version : SPEC_VERSION),
		.id = arena_strdup(a, r->id ? r->id : ""),
		.pid = alive ? (pid_t)r->pid : 0,
		.status = o->status,
		.bundle = arena_strdup(a, r->bundle ? r->bundle : ""),
		.rootfs = arena_strdup(a, r->rootfs ? r->rootfs : ""),
		.created = arena_strdup(a, r->created ? r->created : "1970-01-01T00:00:00Z"),
		.owner_uid = r->owner_uid,
		.annotations = pairs,
		.n_annotations = r->n_annotations,
	};
	return ret->oci_version && ret->id && ret->bundle && ret->rootfs && ret->created ? 0
											 : -ENOMEM;
}

int container_query(const char *root, const char *id, struct arena *a, struct container_state *ret,
		    struct err *e)
{
	struct opened o;
	int r = opened_load(root, id, false, &o, e);

	if (r < 0)
		return r;
	opened_refresh(&o);
	if (!o.has_record)
		o.record.id = id;
	r = fill_state(&o, a, ret);
	opened_close(&o);
	return r < 0 ? err_set(e, ERR_SYSTEM, ENOMEM, "out of memory") : 0;
}

static int by_id(const void *x, const void *y)
{
	const struct container_state *a = x, *b = y;

	return strcmp(a->id, b->id);
}

static int list_one(const char *root, const char *id, struct arena *a, struct container_state *ret,
		    struct err *e)
{
	struct opened o;
	int r = opened_load(root, id, false, &o, e);

	if (r < 0)
		return r;
	if (!o.has_record)
		o.record.id = id;
	r = fill_state(&o, a, ret);
	opened_close(&o);
	return r;
}

int container_list(const char *root, struct arena *a, struct container_state **ret, size_t *ret_n,
		   void (*bad)(const char *id, const struct err *why), struct err *e)
{
	struct container_state *v = NULL;
	size_t n = 0, cap = 0;
	int r = 0;
	DIR *d = opendir(root);

	if (!d)
		return err_sys(e, errno, "open state root %s", root);
	for (struct dirent *ent; (ent = readdir(d));) {
		struct err why = {0};
		if (container_id_check(ent->d_name, NULL) < 0)
			continue;
		struct container_state *room = arena_grow(a, v, n, &cap, sizeof(*v));
		if (!room) {
			r = -ENOMEM;
			break;
		}
		v = room;
		if (list_one(root, ent->d_name, a, &v[n], &why) == 0)
			n++;
		else if (bad && why.code != ENOENT)
			bad(ent->d_name, &why);
	}
	closedir(d);
	if (r < 0)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	if (n > 0)
		qsort(v, n, sizeof(*v), by_id);
	*ret = v;
	*ret_n = n;
	return 0;
}

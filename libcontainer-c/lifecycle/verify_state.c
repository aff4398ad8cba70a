/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * verify_state.c: which process is looked at, whether the state directory can be believed, and the
 * plan made again from it.
 */
#include "lifecycle/verify_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "host/cgroup_own.h"
#include "host/probe.h"
#include "host/userns_probe.h"
#include "lifecycle/documents.h"
#include "lifecycle/outer.h"
#include "lifecycle/seal.h"
#include "oci-spec/spec.h"

#define AREA "state"

static const char *process_text(const struct verify *v, const struct initproc *p)
{
	return arena_printf(v->a, "process %d, started at tick %llu", p->pid,
			    (unsigned long long)p->start_time);
}

/* The process that the record names, if it is there. */
static int find_process(struct verify *v, struct err *e)
{
	struct err why = {0};
	int r = record_read(&v->dir, v->a, &v->record, &why);

	v->has_record = r == 0;
	if (v->has_record && !v->record.complete && statedir_is_locked(&v->dir))
		return err_set(e, ERR_STATE, EBUSY,
			       "cannot verify a container that is being "
			       "created");
	if (v->has_record)
		v->init = (struct initproc){(pid_t)v->record.pid, v->record.start_time};
	if (v->has_record && v->record.complete && initproc_alive(&v->init))
		return 0;
	r = verify_find_by_range(v, &v->init);
	if (r < 0)
		return err_sys(e, -r, "look for the container's processes");
	if (r == 0 && v->has_record)
		return err_set(e, ERR_STATE, ESRCH, "cannot verify a container that has stopped");
	if (r == 0)
		return err_set(e, ERR_STATE, ESRCH,
			       "cannot verify: nothing of the container runs, and %s",
			       why.kind == ERR_NONE ? "it has no " STATE_FILE : why.msg);
	verify_add(v, VERIFY_FAILED, AREA, "first process", STATE_FILE " names it",
		   arena_printf(v->a, "%s; the container's id range is used by %s",
				!v->has_record ? STATE_FILE " cannot be read"
					       : "it names one that is gone",
				process_text(v, &v->init)));
	return 0;
}

static int open_process(struct verify *v, struct err *e)
{
	fd_closep(&v->pidfd);
	fd_closep(&v->pid_fd);
	/* Checks the start time after opening. */
	v->pidfd = initproc_pidfd(&v->init);
	v->pid_fd = v->pidfd < 0 ? v->pidfd : verify_open_pid(v, v->init.pid);
	if (v->pid_fd >= 0 && initproc_alive(&v->init))
		return 0;
	return err_set(e, ERR_STATE, ESRCH, "the container stopped while it was being looked at");
}

int verify_open(struct verify *v, struct err *e)
{
	int r = container_id_check(v->q->id, e);

	if (r == 0)
		r = statedir_open(v->q->root, v->q->id, &v->dir, e);
	if (r == 0)
		r = find_process(v, e);
	return r < 0 ? r : open_process(v, e);
}

static int open_cgroups(struct verify *v, bool by_record)
{
	char **paths = v->record.cgroup_paths;
	size_t n = v->record.n_cgroup_paths;
	struct cgroup c;

	if (!by_record) {
		int r = verify_kernel_cgroups(v, &paths, &n);
		if (r < 0)
			return r;
	}
	int r = cgroup_open((const char *const *)paths, n, &c, NULL);
	if (r < 0)
		return r;
	if (c.n == 0)
		cgroup_without(&c, v->init.pid, v->record.shared_pid_namespace);
	cgroup_close(&v->cgroup);
	v->cgroup = c;
	return 0;
}

/*
 * When state.json cannot be believed, it may name any process and any cgroup: then what counts is
 * who uses the id range that the host has noted for this state directory.
 */
static int distrust(struct verify *v, struct err *e)
{
	struct initproc found;
	int r = verify_find_by_range(v, &found);

	if (r < 0)
		return err_sys(e, -r, "look for the container's processes");
	if (r == 0) {
		verify_add(v, VERIFY_NOTE, AREA, "first process", "found by its id range",
			   "it has none of the pool: " STATE_FILE " is taken at its word");
		/* Which may be that it has no cgroup; the kernel would name that of the caller. */
		if (v->facts.in_userns && v->has_record)
			return 0;
	} else if (found.pid != v->init.pid) {
		verify_add(v, VERIFY_FAILED, AREA, "first process", process_text(v, &found),
			   arena_printf(v->a, STATE_FILE " names %s", process_text(v, &v->init)));
		v->init = found;
		r = open_process(v, e);
		if (r < 0)
			return r;
	}
	(void)open_cgroups(v, false);
	return 0;
}

static void compare_file(struct verify *v, enum seal_file f, const struct seal *want,
			 const struct seal *got)
{
	const char *digest = got->digest[f];
	bool ok = *digest && strcmp(want->digest[f], digest) == 0;
	const char *seen =
		ok	  ? "the same"
		: *digest ? arena_printf(v->a, "not what bulkhead wrote: sha256 %.16s...", digest)
			  : "missing or unreadable";

	/* A container of an older bulkhead. */
	if (!want->digest[f][0] && !*digest)
		return;
	if (!ok && *digest && strcmp(want->next[f], digest) == 0) {
		verify_add(v, VERIFY_NOTE, AREA, seal_file_name(f), "as written",
			   "written by an update that has not ended: the next one settles it");
		return;
	}
	verify_is(v, ok, AREA, seal_file_name(f),
		  arena_printf(v->a, "as written: sha256 %.16s...", want->digest[f]), seen);
	v->sealed = v->sealed && ok;
}

static int compare_files(struct verify *v, struct err *e)
{
	struct seal want = {0}, got;
	int r = -ENODATA;

	seal_read(&v->dir, &got);
	if (v->has_record && open_cgroups(v, true) == 0)
		r = seal_get(&v->cgroup, &want);
	if (r < 0 || strcmp(want.digest[SEAL_STATE], got.digest[SEAL_STATE]) != 0) {
		int rc = distrust(v, e);
		if (rc < 0)
			return rc;
		r = seal_get(&v->cgroup, &want);
	}
	v->has_seal = v->sealed = r == 0;
	if (r < 0) {
		verify_add(v, v->facts.in_userns ? VERIFY_NOTE : VERIFY_FAILED, AREA, "seal",
			   "digests of the files, kept with the cgroup",
			   v->facts.in_userns ? "none: without host root nobody witnesses the files"
			   : r == -ENODATA    ? "none: the files cannot be told from others"
					      : "cannot be read");
		return 0;
	}
	for (int i = 0; i < SEAL_FILES; i++)
		compare_file(v, (enum seal_file)i, &want, &got);
	if (want.unsettled)
		verify_add(v, VERIFY_NOTE, AREA, "update", "none that was cut short",
			   "one has not ended: the next one that succeeds settles it");
	v->unsettled = v->sealed && want.unsettled;
	return 0;
}

static const char *proc_name(const char *type)
{
	return str_eq(type, "network") ? "net" : str_eq(type, "mount") ? "mnt" : type;
}

/*
 * What a path named when the container was made may be gone by now; the namespace lives on in the
 * container. Its own name for it then serves the plan.
 */
static int replace_lost_namespaces(struct verify *v)
{
	struct spec_linux *l = v->spec->linux_;
	int n = 0;

	for (size_t i = 0; l && i < l->n_namespaces && i < v->facts.n_ns; i++) {
		struct spec_namespace *ns = &l->namespaces[i];
		if (!ns->path || v->facts.ns[i].exists)
			continue;
		verify_add(v, VERIFY_NOTE, "namespaces", proc_name(ns->type),
			   arena_printf(v->a, "joined at %s", ns->path),
			   "that path is gone: it cannot be compared");
		ns->path = arena_printf(v->a, "/proc/%d/ns/%s", v->init.pid, proc_name(ns->type));
		if (!ns->path)
			return -ENOMEM;
		n++;
	}
	return n;
}

/* The facts as they were for the creator. */
static int probe(struct verify *v, struct err *e)
{
	const struct record *rec = &v->record;
	int r = host_probe(v->spec, v->q->policy, v->a, &v->facts, e);

	if (r < 0 || !v->facts.in_userns || !v->has_record)
		return r;
	r = host_keep_cgroups((const char *const *)rec->cgroup_paths, rec->n_cgroup_paths, v->a,
			      &v->facts);
	if (r == 0 && rec->ids_inside)
		r = host_caller_is_inside(v->a, &v->facts);
	return r < 0 ? err_set(e, ERR_SYSTEM, ENOMEM, "out of memory") : 0;
}

static int make_plan(struct verify *v, struct err *e)
{
	int r = documents_read_spec(&v->dir, v->a, &v->spec, e);

	if (r == 0)
		r = documents_read_measures(&v->dir, v->a, &v->measures, e);
	if (r == 0)
		r = probe(v, e);
	if (r == 0 && replace_lost_namespaces(v) > 0)
		r = probe(v, e);
	if (r == 0)
		r = plan_make(v->spec, &v->measures, &v->facts, v->q->id,
			      v->has_record ? v->record.bundle : "/", v->a, &v->plan, e);
	return r;
}

static void find_status(struct verify *v)
{
	struct stat st;

	v->waiting = fstatat(v->dir.fd, START_SOCKET, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		     initproc_is_waiting(&v->init);
	v->status = cgroup_is_frozen(&v->cgroup, NULL) == 1 ? CONTAINER_PAUSED
		    : v->waiting			    ? CONTAINER_CREATED
							    : CONTAINER_RUNNING;
}

/* What the other areas compare with is read once. */
static int read_process(struct verify *v, struct err *e)
{
	char *text;
	ssize_t r = verify_read(v, "status", &text);

	if (r >= 0)
		r = verify_parse_status(text, &v->proc);
	if (r >= 0)
		r = verify_read(v, "uid_map", &text);
	if (r >= 0)
		r = verify_parse_map(text, v->uid_map, VERIFY_MAP_MAX);
	if (r >= 0) {
		v->n_uid_map = (size_t)r;
		r = verify_read(v, "gid_map", &text);
	}
	if (r >= 0)
		r = verify_parse_map(text, v->gid_map, VERIFY_MAP_MAX);
	if (r >= 0) {
		v->n_gid_map = (size_t)r;
		r = verify_ns_inode(v->pid_fd, "user", &v->userns);
	}
	return r < 0 ? err_sys(e, (int)-r, "read /proc/%d", v->init.pid) : 0;
}

int verify_state(struct verify *v, struct err *e)
{
	struct err why = {0};
	int r = host_probe(NULL, v->q->policy, v->a, &v->facts, e);

	/* The container's mounts are looked at from within, and then there must be a way back. */
	if (r == 0 && v->facts.in_userns)
		r = outer_own_mounts(e);
	if (r == 0)
		r = compare_files(v, e);
	if (r == 0)
		r = read_process(v, e);
	if (r < 0)
		return r;
	find_status(v);
	if (v->has_record)
		verify_is(v, strcmp(v->record.id, v->q->id) == 0, AREA, "container id", v->q->id,
			  v->record.id);
	v->has_plan = make_plan(v, &why) == 0;
	if (!v->has_plan)
		verify_add(v, VERIFY_FAILED, AREA, "plan", "can be made again from the files",
			   arena_strdup(v->a, why.msg));
	return 0;
}

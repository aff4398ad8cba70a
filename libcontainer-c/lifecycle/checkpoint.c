/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* checkpoint.c: see checkpoint.h. */
#include "lifecycle/checkpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "apply/cgroup.h"
#include "base/arena.h"
#include "base/dir.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "harden/measures.h"
#include "host/facts.h"
#include "host/probe.h"
#include "host/trust.h"
#include "kernel/mount_id.h"
#include "kernel/mountinfo.h"
#include "lifecycle/audit.h"
#include "lifecycle/checkpoint_files.h"
#include "lifecycle/checkpoint_note.h"
#include "lifecycle/checkpoint_plan.h"
#include "lifecycle/criu.h"
#include "lifecycle/destroy.h"
#include "lifecycle/documents.h"
#include "lifecycle/opened.h"
#include "lifecycle/verify_text.h"
#include "oci-spec/spec.h"
#include "plan/plan.h"

#define TABLE_MAX  (16u << 20)
#define STATUS_MAX 8192

struct dumping {
	const struct checkpoint_request *q;
	struct arena arena;
	struct opened o;
	struct plan plan;
	struct criu criu;
	struct checkpoint_note note;
	int pid_fd; /* /proc/PID of the first process */
	bool made_dir, begun;
	bool closed; /* the images' directory, which had this mode */
	mode_t mode;
};

static int check_status(const struct opened *o, struct err *e)
{
	if (o->status != CONTAINER_RUNNING && o->status != CONTAINER_PAUSED)
		return err_set(e, ERR_STATE, EINVAL, "Container cannot be checkpointed in %s state",
			       container_status_name(o->status));
	return 0;
}

/* As it was planned: from the documents, as `verify` does it. */
static int read_plan(struct dumping *d, struct err *e)
{
	struct host_facts facts;
	struct measures measures;
	struct spec *spec;
	int r = documents_read_spec(&d->o.dir, &d->arena, &spec, e);

	if (r == 0)
		r = documents_read_measures(&d->o.dir, &d->arena, &measures, e);
	if (r == 0)
		r = host_probe(spec, d->q->policy, &d->arena, &facts, e);
	if (r == 0)
		r = plan_make(spec, &measures, &facts, d->q->id, d->o.record.bundle, &d->arena,
			      &d->plan, e);
	return r;
}

static bool is_image(const char *name)
{
	size_t n = strlen(name);

	return (n > 4 && strcmp(name + n - 4, ".img") == 0) || strcmp(name, CHECKPOINT_NOTE) == 0 ||
	       strcmp(name, "stats-dump") == 0 || strcmp(name, "parent") == 0;
}

/* A log stays behind a failure, and is no reason against the next try. */
static bool is_other(const char *name)
{
	size_t n = strlen(name);

	return strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
	       !(n > 4 && strcmp(name + n - 4, ".log") == 0);
}

/* Calls @found for each such file in the directory, until that returns not 0. */
static int each_file(int image_fd, bool (*is_such)(const char *name),
		     int (*found)(int dir_fd, const char *name))
{
	AUTO_DIR dir = dir_open(image_fd, ".");
	const struct dirent *x;
	int r = 0, more = dir ? 0 : -errno;

	while (dir && r == 0 && (more = dir_next(dir, &x)) > 0)
		if (is_such(x->d_name))
			r = found(dirfd(dir), x->d_name);
	return r != 0 ? r : more;
}

static int is_there(int dir_fd, const char *name)
{
	(void)dir_fd;
	(void)name;
	return 1;
}

static int remove_image(int dir_fd, const char *name)
{
	(void)unlinkat(dir_fd, name, 0);
	return 0;
}

/* In it will be the memory of the processes. One that serves others, too, is not ours to close. */
static int close_to_others(struct dumping *d, struct err *e)
{
	const char *path = d->q->criu.image_path;
	struct stat st;

	if (fstat(d->criu.image_fd, &st) < 0)
		return err_sys(e, errno, "--image-path: stat %s", path);
	d->mode = st.st_mode & 07777;
	if (d->mode == 0700)
		return 0;
	if (each_file(d->criu.image_fd, is_other, is_there) != 0)
		return err_set(e, ERR_STATE, ENOTEMPTY,
			       "--image-path: %s has other files in it and mode %04o: it must be "
			       "empty, or root's alone (0700)",
			       path, (unsigned)d->mode);
	if (fchmod(d->criu.image_fd, 0700) < 0)
		return err_sys(e, errno, "--image-path: chmod %s", path);
	d->closed = true;
	return 0;
}

/* Half of an old checkpoint and half of a new one would be neither. */
static int open_directories(struct dumping *d, struct err *e)
{
	const struct checkpoint_request *q = d->q;
	const char *path = q->criu.image_path;

	int r = criu_make_dir(path);
	d->made_dir = r == 1;
	if (r < 0)
		return err_sys(e, -r, "--image-path: make %s", path);
	r = criu_open(q->pre_dump ? "pre-dump" : "dump", &q->criu, &d->arena, &d->criu, e);
	if (r == 0)
		r = checkpoint_check(&d->plan, &d->criu, e);
	if (r < 0)
		return r;
	if (each_file(d->criu.image_fd, is_image, is_there) != 0)
		return err_set(e, ERR_STATE, EEXIST,
			       "--image-path: %s has images of a checkpoint already", path);
	d->begun = true;
	return close_to_others(d, e);
}

static int add_parent(struct dumping *d, struct err *e)
{
	const struct checkpoint_request *q = d->q;
	char *path;

	if (q->pre_dump || q->parent_path)
		criu_add(&d->criu, "--track-mem");
	if (!q->parent_path)
		return 0;
	path = arena_printf(&d->arena, "%s/%s", q->criu.image_path, q->parent_path);
	if (!path)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	AUTO_FD fd = trust_open_dir("--parent-path", path, e);
	if (fd < 0)
		return fd;
	criu_add(&d->criu, "--prev-images-dir=%s", q->parent_path);
	return 0;
}

struct table {
	struct mountinfo *mounts;
	size_t n;
};

static int read_mounts(struct dumping *d, struct table *ret, struct err *e)
{
	struct table t = {0};
	size_t cap = 0;
	char *text;
	int more = 1;

	AUTO_FD fd = openat(d->pid_fd, "mountinfo", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -errno : fd_read_all(fd, &d->arena, TABLE_MAX, &text);
	if (n < 0)
		return err_sys(e, (int)-n, "read the container's mounts");
	while (more > 0) {
		t.mounts = arena_grow(&d->arena, t.mounts, t.n, &cap, sizeof(*t.mounts));
		if (!t.mounts)
			return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
		more = mountinfo_next(&text, &t.mounts[t.n]);
		t.n += more > 0;
	}
	if (more < 0)
		return err_set(e, ERR_SYSTEM, EINVAL, "the container's mounts: malformed line");
	*ret = t;
	return 0;
}

static int add_mounts(struct dumping *d, const struct table *t, struct err *e)
{
	for (size_t i = 0; i < t->n; i++) {
		const char *at = t->mounts[i].mountpoint;
		if (!checkpoint_is_external(t->mounts, t->n, &t->mounts[i]))
			continue;
		/* CRIU's own syntax. */
		if (strpbrk(at, "[]:"))
			return err_set(e, ERR_HOST, ENOTSUP,
				       "%s: CRIU cannot be told of a mount of that name", at);
		criu_add(&d->criu, "--external=mnt[%s]:%s", at, at);
	}
	return 0;
}

static int add_network(struct dumping *d, struct err *e)
{
	enum ns_mode mode = d->plan.ns.ns[NS_NET].mode;
	struct stat st;

	if (mode == NS_NEW || mode == NS_SHARED)
		return 0;
	if (fstatat(d->pid_fd, "ns/net", &st, 0) < 0)
		return err_sys(e, errno, "look at the container's network namespace");
	criu_add(&d->criu, "--external=net[%llu]:" CHECKPOINT_NET, (unsigned long long)st.st_ino);
	return 0;
}

static bool has_mount(const struct table *t, uint64_t id)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->mounts[i].id == id)
			return true;
	return false;
}

static bool is_null(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3);
}

/* CRIU's name of what stands outside; "" for a file in the container. */
static char *name_of(struct dumping *d, const struct table *t, unsigned n, struct err *e)
{
	char link[64], target[64] = "";
	struct stat st;
	uint64_t id;

	snprintf(link, sizeof(link), "fd/%u", n);
	ssize_t len = readlinkat(d->pid_fd, link, target, sizeof(target) - 1);
	if (len < 0)
		return arena_strdup(&d->arena, "");
	if (str_starts(target, "pipe:["))
		return arena_strdup(&d->arena, target);
	AUTO_FD fd = openat(d->pid_fd, link, O_PATH | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0 || mount_id(fd, &id) < 0) {
		err_sys(e, errno, "look at the container's descriptor %u", n);
		return NULL;
	}
	if (has_mount(t, id))
		return arena_strdup(&d->arena, "");
	if (is_null(&st))
		d->note.null[d->note.n_null++] = n;
	if (is_null(&st) || S_ISREG(st.st_mode) || S_ISFIFO(st.st_mode))
		return arena_printf(&d->arena, "file[%llx:%llx]", (unsigned long long)id,
				    (unsigned long long)st.st_ino);
	err_set(e, ERR_HOST, ENOTSUP,
		"the container's descriptor %u is %s: CRIU can be given files and pipes from "
		"outside, and nothing else",
		n, target);
	return NULL;
}

static int add_stdio(struct dumping *d, const struct table *t, struct err *e)
{
	d->note.stdio = arena_array(&d->arena, 3, sizeof(*d->note.stdio));
	d->note.null = arena_array(&d->arena, 3, sizeof(*d->note.null));
	if (!d->note.stdio || !d->note.null)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	for (unsigned i = 0; i < 3; i++) {
		char *name = name_of(d, t, i, e);
		if (!name)
			return e->kind == ERR_NONE ? err_set(e, ERR_SYSTEM, ENOMEM, "out of memory")
						   : -e->code;
		d->note.stdio[d->note.n_stdio++] = name;
		if (str_starts(name, "file["))
			criu_add(&d->criu, "--external=%s", name);
	}
	return 0;
}

static int note_stopped(struct dumping *d, pid_t pid)
{
	char name[64], text[STATUS_MAX];
	struct proc_status s;

	snprintf(name, sizeof(name), "/proc/%d/status", pid);
	if (file_read_at(AT_FDCWD, name, text, sizeof(text)) <= 0 || !strstr(text, "\nState:\tT") ||
	    verify_parse_status(text, &s) < 0)
		return 0;
	d->note.stopped[d->note.n_stopped++] = (uint32_t)s.ns_pid;
	return 0;
}

/* Those that the user has stopped are told from those that a restore has. */
static int look_at_processes(struct dumping *d, struct err *e)
{
	struct open_file stdio[3];
	struct cgroup c;
	pid_t *pids;
	size_t n, n_stdio = 0;
	int r = opened_cgroups(&d->o, &c, e);

	if (r < 0)
		return r;
	r = cgroup_pids(&c, &d->arena, &pids, &n, e);
	cgroup_close(&c);
	if (r < 0)
		return r;
	d->note.stopped = arena_array(&d->arena, n, sizeof(*d->note.stopped));
	if (!d->note.stopped)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	for (size_t i = 0; i < n; i++)
		note_stopped(d, pids[i]);
	for (int i = 0; i < 3; i++)
		n_stdio += checkpoint_file_of(d->pid_fd, i, &stdio[n_stdio]) == 0;
	AUTO_FD proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return checkpoint_files(proc_fd, pids, n, stdio, n_stdio, e);
}

static int open_first(struct dumping *d, struct err *e)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d", d->o.init.pid);
	d->pid_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (d->pid_fd < 0 || !initproc_alive(&d->o.init))
		return err_set(e, ERR_STATE, ESRCH, "container not running");
	return 0;
}

static int make_command(struct dumping *d, struct err *e)
{
	const struct checkpoint_request *q = d->q;
	struct table mounts = {0};
	int r = add_parent(d, e);

	criu_directories(&d->criu, d->criu.image_fd, d->criu.work_fd);
	criu_add(&d->criu, "--tree=%d", d->o.init.pid);
	if (q->leave_running && !q->pre_dump)
		criu_add(&d->criu, "--leave-running");
	if (q->link_remap)
		criu_add(&d->criu, "--link-remap");
	if (r == 0)
		r = read_mounts(d, &mounts, e);
	if (r == 0)
		r = add_mounts(d, &mounts, e);
	if (r == 0)
		r = add_network(d, e);
	if (r == 0)
		r = add_stdio(d, &mounts, e);
	return r < 0 ? r : look_at_processes(d, e);
}

/*
 * containerd pauses a container first, and CRIU would wait for ever for processes in a frozen
 * cgroup of v1. It stops them itself, by ptrace(2): its --freeze-cgroup is not used, with which now
 * and then (CRIU 4.2: one time in a hundred) it waits in vain until its time is up, and on v1 for
 * ever when a signal has stopped a process.
 */
static int run_thawed(struct dumping *d, struct err *e)
{
	const struct checkpoint_request *q = d->q;
	struct cgroup c;

	if (d->o.status != CONTAINER_PAUSED)
		return criu_run(&d->criu, NULL, e);
	int r = opened_cgroups(&d->o, &c, e);
	if (r < 0)
		return r;
	r = cgroup_thaw(&c, e);
	if (r == 0)
		r = criu_run(&d->criu, NULL, e);
	if (r < 0 || q->leave_running || q->pre_dump)
		(void)cgroup_freeze(&c, NULL);
	cgroup_close(&c);
	return r;
}

static int dump(struct dumping *d, struct err *e)
{
	int r = check_status(&d->o, e);

	if (r == 0)
		r = read_plan(d, e);
	if (r == 0)
		r = open_first(d, e);
	if (r == 0)
		r = open_directories(d, e);
	if (r == 0)
		r = make_command(d, e);
	d->note.format = CHECKPOINT_FORMAT;
	/* Before the processes are gone. */
	if (r == 0 && !d->q->pre_dump)
		r = checkpoint_note_write(d->criu.image_fd, &d->note, e);
	return r < 0 ? r : run_thawed(d, e);
}

/* What an image holds must not stay behind a failure; the log does. */
static void undo(struct dumping *d)
{
	if (d->begun)
		(void)each_file(d->criu.image_fd, is_image, remove_image);
	if (d->closed)
		(void)fchmod(d->criu.image_fd, d->mode);
	if (d->made_dir)
		(void)rmdir(d->q->criu.image_path);
}

int container_checkpoint(const struct checkpoint_request *q, struct err *e)
{
	struct dumping d = {.q = q, .criu = CRIU_INIT, .pid_fd = -1};
	int r = opened_load(q->root, q->id, true, &d.o, e);

	if (r < 0)
		return r;
	r = dump(&d, e);
	if (r < 0)
		undo(&d);
	if (r == 0 && !q->leave_running && !q->pre_dump)
		r = container_destroy(&d.o, e);
	audit_result(&(struct audit){.policy = q->policy,
				     .event = "checkpoint",
				     .id = q->id,
				     .bundle = d.o.record.bundle,
				     .pid = d.o.init.pid},
		     r < 0 ? e : NULL);
	fd_closep(&d.pid_fd);
	criu_close(&d.criu);
	opened_close(&d.o);
	arena_free(&d.arena);
	return r;
}

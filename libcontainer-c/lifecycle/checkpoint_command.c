/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* checkpoint_command.c: CRIU's options for one container, from what its first process has open. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "apply/cgroup.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "kernel/mount_id.h"
#include "kernel/mountinfo.h"
#include "lifecycle/checkpoint_files.h"
#include "lifecycle/checkpoint_plan.h"
#include "lifecycle/checkpoint_priv.h"
#include "lifecycle/verify_text.h"

#define TABLE_MAX  (16u << 20)
#define STATUS_MAX 8192

static void add_parent(struct dumping *d)
{
	const struct checkpoint_request *q = d->q;

	if (q->pre_dump || q->parent_path)
		criu_add(&d->criu, "--track-mem");
	if (q->parent_path)
		criu_add(&d->criu, "--prev-images-dir=%s", q->parent_path);
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

int checkpoint_command(struct dumping *d, struct err *e)
{
	const struct checkpoint_request *q = d->q;
	struct table mounts = {0};
	int r;

	add_parent(d);
	criu_directories(&d->criu, d->criu.image_fd, d->criu.work_fd);
	criu_add(&d->criu, "--tree=%d", d->o.init.pid);
	if (q->leave_running && !q->pre_dump)
		criu_add(&d->criu, "--leave-running");
	if (q->link_remap)
		criu_add(&d->criu, "--link-remap");
	r = read_mounts(d, &mounts, e);
	if (r == 0)
		r = add_mounts(d, &mounts, e);
	if (r == 0)
		r = add_network(d, e);
	if (r == 0)
		r = add_stdio(d, &mounts, e);
	return r < 0 ? r : look_at_processes(d, e);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * restore.c: see checkpoint.h. A container is made as `create` makes it, up to its mounts; then its
 * first process, which has done nothing, is replaced by those that CRIU makes from the images, in
 * the same cgroups, with the same mounts and the same id maps. They are stopped until they have
 * been looked at.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apply/cgroup.h"
#include "apply/fds.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "host/trust.h"
#include "kernel/sys.h"
#include "lifecycle/audit.h"
#include "lifecycle/checkpoint.h"
#include "lifecycle/checkpoint_note.h"
#include "lifecycle/checkpoint_plan.h"
#include "lifecycle/creation.h"
#include "lifecycle/creation_parts.h"
#include "lifecycle/criu.h"
#include "lifecycle/foreground.h"
#include "lifecycle/initproc.h"
#include "lifecycle/restore_priv.h"

#define STATUS_MAX     8192
#define CRIU_PROCESSES 16 /* itself, its daemon, programs it calls */

struct restoring {
	const struct restore_request *q;
	struct creation c;
	bool begun; /* creation_release() is due */
	struct arena arena;
	struct criu criu;
	struct checkpoint_note note;
};

/* What CRIU gets, until it has ended. */
struct staged {
	int fd, image_fd, work_fd, net_fd, null_fd;
};
#define STAGED_INIT ((struct staged){-1, -1, -1, -1, -1})

static void staged_close(struct staged *s)
{
	fd_closep(&s->fd);
	fd_closep(&s->image_fd);
	fd_closep(&s->work_fd);
	fd_closep(&s->net_fd);
	fd_closep(&s->null_fd);
}

static int open_images(struct restoring *r, struct err *e)
{
	const struct restore_request *q = r->q;
	int rc = criu_open("restore", &q->criu, &r->arena, &r->criu, e);

	if (rc == 0)
		rc = checkpoint_note_read(r->criu.image_fd, &r->arena, &r->note, e);
	if (rc < 0)
		return rc;
	criu_add(&r->criu, "--restore-detached");
	/* A child of ours, not of CRIU, which ends. */
	criu_add(&r->criu, "--restore-sibling");
	criu_add(&r->criu, "--leave-stopped");
	if (q->lsm_profile)
		criu_add(&r->criu, "--lsm-profile=%s", q->lsm_profile);
	if (q->lsm_mount_context)
		criu_add(&r->criu, "--lsm-mount-context=%s", q->lsm_mount_context);
	return 0;
}

static bool was_null(const struct checkpoint_note *n, unsigned fd)
{
	for (size_t i = 0; i < n->n_null; i++)
		if (n->null[i] == fd)
			return true;
	return false;
}

/* @ret_null_fd: to be closed after CRIU. */
static int add_stdio(struct restoring *r, int *ret_null_fd, struct err *e)
{
	const struct creation *c = &r->c;
	const struct process_plan *p = &c->plan.process;
	const struct id_maps *m = &c->plan.ns.maps;

	*ret_null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (*ret_null_fd < 0)
		return err_sys(e, errno, "open /dev/null");
	for (unsigned i = 0; i < 3; i++) {
		int fd = was_null(&r->note, i) ? *ret_null_fd : (int)i;
		if (*r->note.stdio[i])
			criu_add(&r->criu, "--inherit-fd=fd[%d]:%s", criu_hand(&r->criu, fd),
				 r->note.stdio[i]);
	}
	return fds_chown_stdio(ids_to_host(m->uid, m->n_uid, p->uid),
			       ids_to_host(m->gid, m->n_gid, p->gid), e);
}

/* @ret_fd: to be closed after CRIU. */
static int add_network(struct restoring *r, int *ret_fd, struct err *e)
{
	const struct ns_plan *net = &r->c.plan.ns.ns[NS_NET];

	if (net->mode == NS_NEW || net->mode == NS_SHARED)
		return 0;
	*ret_fd = open(net->path, O_RDONLY | O_CLOEXEC);
	if (*ret_fd < 0)
		return err_sys(e, errno, "open %s", net->path);
	criu_add(&r->criu, "--inherit-fd=fd[%d]:" CHECKPOINT_NET, criu_hand(&r->criu, *ret_fd));
	return 0;
}

/* The container's place in each hierarchy, where CRIU puts those who were in the old one's. */
static int add_cgroups(struct restoring *r, struct err *e)
{
	char name[32], *text, *save = NULL;

	snprintf(name, sizeof(name), "%d/cgroup", r->c.proc.pid);
	AUTO_FD fd = openat(r->c.proc_fd, name, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -errno : fd_read_all(fd, &r->arena, STATUS_MAX, &text);
	if (n < 0)
		return err_sys(e, (int)-n, "read the container's cgroups");
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *names = strchr(line, ':');
		char *path = names ? strchr(names + 1, ':') : NULL;
		if (!path)
			return err_set(e, ERR_SYSTEM, EPROTO, "the container's cgroups: %s", line);
		/* "0::/place" of the v2 tree, "4:cpu,cpuacct:/place", "1:name=systemd:/place" */
		*path++ = '\0';
		for (char *more = NULL, *one = strtok_r(names + 1, ",", &more); one;
		     one = strtok_r(NULL, ",", &more))
			criu_add(&r->criu, "--cgroup-root=%s:%s", one, path);
		if (!names[1])
			criu_add(&r->criu, "--cgroup-root=%s", path);
	}
	return 0;
}

/*
 * For `delete`, whenever we are killed: a container that has ended, with everything it may hold.
 * Its first process has done its part: mounts and id maps stay without it.
 */
static int drop_scaffold(struct restoring *r, struct err *e)
{
	struct creation *c = &r->c;
	int rc = creation_record_process(c, e);

	if (rc == 0)
		rc = creation_write_documents(c, e);
	if (rc == 0)
		rc = record_write(&c->dir, &c->record, e);
	spawn_end(&c->proc);
	fd_closep(&c->proc.userns_fd);
	return rc;
}

/* The one that is our child. */
static int find_first(struct restoring *r, struct err *e)
{
	struct creation *c = &r->c;
	char name[64], text[STATUS_MAX], ours[32];
	pid_t *pids;
	size_t n;
	int rc = cgroup_pids(&c->cgroup, &c->arena, &pids, &n, e);

	if (rc < 0)
		return rc;
	snprintf(ours, sizeof(ours), "\nPPid:\t%d\n", getpid());
	for (size_t i = 0; i < n && c->proc.pid < 0; i++) {
		snprintf(name, sizeof(name), "%d/status", pids[i]);
		if (file_read_at(c->proc_fd, name, text, sizeof(text)) > 0 && strstr(text, ours))
			c->proc.pid = pids[i];
	}
	if (c->proc.pid < 0)
		return err_set(e, ERR_SYSTEM, ESRCH,
			       "criu restore: no restored process is in the container's cgroups");
	c->proc.pidfd = sys_pidfd_open(c->proc.pid);
	snprintf(name, sizeof(name), "%d/ns/user", c->proc.pid);
	c->proc.userns_fd = openat(c->proc_fd, name, O_RDONLY | O_CLOEXEC);
	if (c->proc.pidfd < 0 || c->proc.userns_fd < 0)
		return err_sys(e, errno, "open process %d", c->proc.pid);
	return 0;
}

/* Covers a directory of the host for CRIU: nothing is looked up by a path from then on. */
static int lay_out(struct restoring *r, struct staged *s, const struct restore_dirs *dirs,
		   struct err *e)
{
	char path[PATH_MAX];
	int rc = s->fd = restore_stage(path, e);

	if (rc >= 0)
		rc = restore_mounts(&r->c, s->fd, path, &r->criu, e);
	if (rc == 0)
		rc = restore_images(&r->c, s->fd, dirs, &s->image_fd, e);
	if (rc == 0)
		rc = restore_work(s->fd, dirs, &s->work_fd, e);
	criu_directories(&r->criu, s->image_fd, s->work_fd);
	return rc;
}

static int stage(struct restoring *r, struct staged *s, struct err *e)
{
	struct restore_dirs dirs = RESTORE_DIRS_INIT;
	int rc = add_network(r, &s->net_fd, e);

	if (rc == 0)
		rc = restore_open_dirs(&r->criu, &dirs, e);
	if (rc == 0)
		rc = lay_out(r, s, &dirs, e);
	restore_close_dirs(&dirs);
	if (rc == 0)
		rc = add_stdio(r, &s->null_fd, e);
	return rc < 0 ? rc : add_cgroups(r, e);
}

static int run_criu(struct restoring *r, struct err *e)
{
	struct creation *c = &r->c;
	struct staged s = STAGED_INIT;
	int rc = stage(r, &s, e);

	if (rc == 0)
		rc = drop_scaffold(r, e);
	if (rc == 0)
		rc = cgroup_make_room(&c->plan.cgroup, &c->cgroup, CRIU_PROCESSES, e);
	/* In the container's cgroups: whatever CRIU has made when it is killed, `delete` finds. */
	if (rc == 0)
		rc = criu_run(&r->criu, &c->cgroup, e);
	if (rc == 0)
		rc = cgroup_make_room(&c->plan.cgroup, &c->cgroup, 0, e);
	staged_close(&s);
	if (rc < 0)
		return rc;
	/* What CRIU had of the host is gone with the mount namespace. */
	mounts_close(&c->mounts);
	rootfs_close(&c->rootfs);
	rc = creation_leave_mounts(c, e);
	return rc < 0 ? rc : find_first(r, e);
}

static struct audit line_of(const struct restoring *r)
{
	struct audit line = creation_audit(&r->c);

	line.event = "restore";
	return line;
}

static int keep_record(struct creation *c, struct err *e)
{
	int rc = record_write(&c->dir, &c->record, e);

	if (rc == 0)
		(void)seal_put(&c->seal, &c->cgroup);
	return rc;
}

/* From here on there are commands that let a process of it run. */
static int let_go(struct restoring *r, struct err *e)
{
	struct creation *c = &r->c;

	c->record.restoring = false;
	int rc = keep_record(c, e);
	return rc < 0 ? rc : restore_resume(c, r->note.stopped, r->note.n_stopped, e);
}

static int make(struct restoring *r, struct err *e)
{
	struct creation *c = &r->c;
	int rc = open_images(r, e);

	if (rc < 0)
		return rc;
	r->begun = true;
	rc = creation_scaffold(c, r->q->create, checkpoint_check, &r->criu, e);
	if (rc < 0)
		return rc;
	rc = run_criu(r, e);
	if (rc == 0)
		rc = creation_record_process(c, e);
	if (rc == 0)
		rc = keep_record(c, e);
	if (rc == 0)
		rc = restore_verify(c, e);
	if (rc == 0)
		rc = creation_restore_hooks(c, e);
	if (rc == 0)
		rc = creation_finish(c, e);
	if (rc == 0) {
		const struct audit line = line_of(r);
		rc = audit_done(&line, e);
	}
	if (rc == 0)
		rc = let_go(r, e);
	if (rc < 0)
		creation_undo(c);
	return rc;
}

static void release(struct restoring *r)
{
	if (r->begun)
		creation_release(&r->c); /* drops the lock that delete takes */
	criu_close(&r->criu);
	arena_free(&r->arena);
}

int container_restore(const struct restore_request *q, int *ret_status, struct err *e)
{
	const struct container_request *req = q->create;
	struct restoring r = {.q = q, .criu = CRIU_INIT};
	struct foreground f = FOREGROUND_INIT;
	int status = 0;
	int rc = req->detach ? 0 : foreground_begin(&f, e);

	if (rc < 0)
		return rc;
	rc = make(&r, e);
	if (rc < 0 && r.begun) {
		const struct audit line = line_of(&r);
		audit_result(&line, e);
	}
	bool made = rc == 0;
	if (made && !req->detach)
		rc = foreground_stay(&f, &r.c.proc, -1, &status, e);
	release(&r);
	if (made && (rc < 0 || (!req->detach && !req->keep)))
		(void)container_delete(req->root, req->id, true, req->policy, rc < 0 ? NULL : e);
	foreground_end(&f);
	if (rc == 0)
		*ret_status = status;
	return rc;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * creation_root.c: see creation_root.h. A container without a new mount namespace has its mounts
 * made in M1 all the same. Then they are carried to the other one as one tree, in one step: what
 * fails before leaves no trace there, and what is mounted there hides nothing from the rules.
 */
#include "lifecycle/creation_root.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"
#include "kernel/sys.h"
#include "lifecycle/creation.h"
#include "lifecycle/handshake.h"

static enum ns_mode mount_mode(const struct plan *p)
{
	return p->ns.ns[NS_MNT].mode;
}

bool creation_chroots(const struct plan *p)
{
	return p->rootfs.no_pivot || mount_mode(p) == NS_SHARED;
}

/* The one that the first process was born in. */
static int enter_mounts(const struct creation *c, struct err *e)
{
	char path[32];

	snprintf(path, sizeof(path), "%d/ns/mnt", c->proc.pid);
	AUTO_FD fd = openat(c->proc_fd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || sys_setns(fd, CLONE_NEWNS) < 0)
		return err_sys(e, errno, "join the container's mount namespace");
	return 0;
}

static int open_root_dir(const struct creation *c, struct err *e)
{
	int fd = openat(c->dir.fd, ROOT_DIR, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? err_sys(e, errno, "open %s/" ROOT_DIR, c->dir.path) : fd;
}

/*
 * The directory mounted on itself, and private: below /run, which is shared on most hosts, the
 * container's root and its volumes would travel to every container that has a part of the host's
 * tree as a slave. What travels now is an empty directory.
 */
static int make_private(const struct creation *c, struct err *e)
{
	char path[40];

	AUTO_FD fd = open_root_dir(c, e);
	if (fd < 0)
		return fd;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (mount(path, path, NULL, MS_BIND, NULL) < 0)
		return err_sys(e, errno, "mount %s/" ROOT_DIR, c->dir.path);
	AUTO_FD there_fd = open_root_dir(c, e);
	if (there_fd < 0)
		return there_fd;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", there_fd);
	if (mount(NULL, path, NULL, MS_PRIVATE, NULL) < 0)
		return err_sys(e, errno, "make %s/" ROOT_DIR " private", c->dir.path);
	return TAKE_FD(there_fd);
}

/*
 * Shared with the host: in our own directory, where the next command finds it whatever happens to
 * this one, and where it hides nothing. chroot(2) is left by whoever may walk up from it: nobody
 * but root gets through that directory.
 */
static int open_place(struct creation *c, struct err *e)
{
	struct stat st;

	if (fstat(c->dir.fd, &st) < 0 || st.st_mode & 077)
		return err_set(e, ERR_STATE, EPERM, "%s is open to others", c->dir.path);
	if (mkdirat(c->dir.fd, ROOT_DIR, 0700) < 0)
		return err_sys(e, errno, "make %s/" ROOT_DIR, c->dir.path);
	c->rootfs.at_fd = make_private(c, e);
	return c->rootfs.at_fd < 0 ? c->rootfs.at_fd : 0;
}

/*
 * Joined: over its "/", for pivot_root(2). What is mounted in it must not travel on: it may be a
 * peer of the host's.
 */
static int stop_propagation(const struct rootfs_plan *p, struct err *e)
{
	if (mount(NULL, "/", NULL, p->propagation, NULL) < 0)
		return err_sys(e, errno, "set the propagation of / in the joined mount namespace");
	return 0;
}

static int carry(struct creation *c, struct err *e)
{
	bool joined = mount_mode(&c->plan) != NS_SHARED;

	/* It would stay mounted there, and its work directory be emptied below it. */
	if (joined && c->rootfs.overlay)
		return err_set(e, ERR_HOST, ENOTSUP,
			       "/linux/namespaces: an engine's overlay whose ids are mapped cannot "
			       "become the root of a mount namespace that is joined");
	int r = rootfs_detach(&c->rootfs, e);

	if (r == 0)
		r = enter_mounts(c, e);
	if (r == 0)
		r = joined ? stop_propagation(&c->plan.rootfs, e) : open_place(c, e);
	return r < 0 ? r : rootfs_attach(&c->rootfs, e);
}

static int take(struct creation *c, struct err *e)
{
	if (mount_mode(&c->plan) == NS_SHARED)
		return rootfs_chroot(&c->rootfs, e);
	if (!c->plan.rootfs.no_pivot)
		return rootfs_pivot(&c->rootfs, e);
	return rootfs_move(&c->rootfs, mount_mode(&c->plan) == NS_NEW, c->proc_fd, e);
}

/* Whoever joins the namespace later would be in the root of a container that never was. */
static void leave_joined(const struct rootfs *r)
{
	if (fchdir(r->fd) == 0 && mount(NULL, ".", NULL, MS_REC | MS_PRIVATE, NULL) == 0)
		(void)umount2(".", MNT_DETACH);
	(void)!chdir("/");
}

int creation_root(struct creation *c, struct err *e)
{
	bool own = mount_mode(&c->plan) == NS_NEW;
	int r = own ? 0 : carry(c, e);

	if (r == 0) {
		r = take(c, e);
		if (r < 0 && !own && mount_mode(&c->plan) != NS_SHARED)
			leave_joined(&c->rootfs);
	}
	/* In one of its own the first process does it, when it has locked its mounts. */
	if (r == 0 && !own)
		r = rootfs_finish(&c->plan.rootfs, e);
	if (r == 0 && !own)
		r = mounts_finish(&c->plan.mounts, e);
	if (r < 0 || !creation_chroots(&c->plan))
		return r;
	r = hs_send_fd(c->hs_fd, HS_ROOT, c->rootfs.fd);
	/* A dead peer: its last message says why, soon. */
	return r < 0 && r != -EPIPE ? err_sys(e, -r, "send to the container's process") : 0;
}

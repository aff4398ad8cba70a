/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mntns.c: see mntns.h. */
#include "lifecycle/mntns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"
#include "kernel/sys.h"

int mntns_here(struct mntns *ret, struct err *e)
{
	struct mntns m = {
		.ns_fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC),
		.root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC),
		.cwd_fd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC),
	};

	if (m.ns_fd < 0 || m.root_fd < 0 || m.cwd_fd < 0) {
		int r = err_sys(e, errno, "open the mount namespace, / and .");
		mntns_close(&m);
		return r;
	}
	*ret = m;
	return 0;
}

int mntns_go(const struct mntns *m, struct err *e)
{
	if (sys_setns(m->ns_fd, CLONE_NEWNS) < 0 || fchdir(m->root_fd) < 0 || chroot(".") < 0 ||
	    fchdir(m->cwd_fd) < 0)
		return err_sys(e, errno, "return to the mount namespace");
	return 0;
}

bool mntns_is(const struct mntns *m, const struct stat *st)
{
	struct stat own;

	return fstat(m->ns_fd, &own) < 0 || (own.st_dev == st->st_dev && own.st_ino == st->st_ino);
}

void mntns_close(struct mntns *m)
{
	fd_closep(&m->ns_fd);
	fd_closep(&m->root_fd);
	fd_closep(&m->cwd_fd);
}

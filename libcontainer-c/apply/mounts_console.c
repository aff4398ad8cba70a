/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mounts_console.c: the terminal at the container's /dev/console. */
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "apply/fsids.h"
#include "apply/mounts.h"
#include "apply/mounts_priv.h"
#include "base/err.h"
#include "base/fd.h"
#include "kernel/sys.h"

#define DEVPTS_MAGIC 0x1cd1 /* linux/magic.h calls it DEVPTS_SUPER_MAGIC */

static int check_pty(const struct mounts *m, int slave_fd, struct stat *ret, struct err *e)
{
	struct statfs fs;
	struct stat pts;

	if (fstat(slave_fd, ret) < 0 || fstatfs(slave_fd, &fs) < 0 || fstat(m->pts_fd, &pts) < 0)
		return err_sys(e, errno, "look at the terminal");
	/* 136 to 143: Documentation/admin-guide/devices.txt, "Unix98 PTY slaves". */
	unsigned slave = major(ret->st_rdev);
	if (!S_ISCHR(ret->st_mode) || slave < 136 || slave > 143 || fs.f_type != DEVPTS_MAGIC ||
	    ret->st_dev != pts.st_dev)
		return err_set(e, ERR_BUG, EINVAL,
			       "the terminal is not one of the container's devpts");
	return 0;
}

struct console_job {
	int dev_fd, slave_fd;
	struct stat pty;
	struct err *e;
};

static int bind_console(void *arg)
{
	const struct console_job *job = arg;
	const struct stat *pty = &job->pty;
	struct err *e = job->e;
	struct stat st;

	AUTO_FD target_fd = openat(job->dev_fd, "console", O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (target_fd < 0 || fstat(target_fd, &st) < 0)
		return err_sys(e, errno, "open /dev/console");
	if (S_ISLNK(st.st_mode) || S_ISDIR(st.st_mode))
		return err_set(e, ERR_SPEC, EINVAL,
			       "/process/terminal: /dev/console of the root filesystem is a %s",
			       S_ISLNK(st.st_mode) ? "symlink" : "directory");
	AUTO_FD fd = sys_open_tree(job->slave_fd, "", OPEN_TREE_CLONE | AT_EMPTY_PATH);
	if (fd < 0)
		return err_sys(e, errno, "clone the terminal");
	int r = mounts_attach(fd, target_fd);
	if (r < 0)
		return err_sys(e, -r, "bind the terminal to /dev/console");
	AUTO_FD now_fd = openat(job->dev_fd, "console", O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (now_fd < 0 || fstat(now_fd, &st) < 0)
		return err_sys(e, errno, "look at /dev/console again");
	if (st.st_dev != pty->st_dev || st.st_ino != pty->st_ino || st.st_rdev != pty->st_rdev)
		return err_set(e, ERR_SYSTEM, EAGAIN,
			       "/dev/console was replaced while it was being covered");
	return 0;
}

int mounts_console(const struct mounts_env *env, const struct mounts *m, int slave_fd,
		   struct err *e)
{
	struct console_job job = {.dev_fd = m->dev_fd, .slave_fd = slave_fd, .e = e};

	if (m->pts_fd < 0 || m->dev_fd < 0)
		return err_set(e, ERR_SPEC, EINVAL,
			       "/process/terminal: needs a devpts mounted at /dev/pts");
	int r = check_pty(m, slave_fd, &job.pty, e);
	return r < 0 ? r : fsids_run(env->root_uid, env->root_gid, bind_console, &job, e);
}

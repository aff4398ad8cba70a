/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mounts_target.c: the mount point of a mount, made where it is missing, inside the root only. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "apply/in_root.h"
#include "apply/mounts_priv.h"
#include "base/err.h"
#include "base/fd.h"

static bool is_dir(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);
}

/*
 * proc and sysfs: CVE-2019-19921, CVE-2023-27561, CVE-2023-28642: through a symlink of the image
 * they would land elsewhere, and every mask of /proc and label written to it would miss.
 */
static int open_plain_target(const struct mounts_env *env, const struct mount_plan *p,
			     struct err *e)
{
	int fd = in_root_mkdir_p_plain(env->root_fd, p->destination, 0755, NULL);

	if (fd == -ELOOP || fd == -ENOTDIR)
		return err_set(e, ERR_SPEC, EINVAL,
			       "/mounts/%zu/destination: filesystem \"%s\" must be mounted on "
			       "ordinary directory",
			       p->index, p->type);
	return fd < 0 ? err_sys(e, -fd, "make the mount point") : fd;
}

/* In the container's own /proc, by whatever path: another proc, of a bind, is only files. */
static bool in_own_proc(const struct mounts_env *env, int fd)
{
	AUTO_FD proc_fd = in_root_open(env->root_fd, "/proc", O_PATH | O_DIRECTORY);
	struct statfs fs;
	struct stat st, proc;

	/* What is not to be seen might be it. */
	if (fstatfs(fd, &fs) == 0 && fs.f_type != PROC_SUPER_MAGIC)
		return false;
	return proc_fd < 0 || fstat(proc_fd, &proc) < 0 || fstat(fd, &st) < 0 ||
	       st.st_dev == proc.st_dev;
}

int mounts_target_open(const struct mount_plan *p, const struct mounts_env *env, int source_fd,
		       bool *made, struct err *e)
{
	int fd;

	bool file = p->kind == MOUNT_BIND && !is_dir(source_fd);
	*made = false;
	if (p->kind == MOUNT_PROC || p->kind == MOUNT_SYSFS || strcmp(p->destination, "/proc") == 0)
		return open_plain_target(env, p, e);
	if (p->dest_nofollow)
		fd = in_root_make_nofollow(env->root_fd, p->destination, file, file ? 0644 : 0755,
					   made);
	else if (file)
		fd = in_root_create_file(env->root_fd, p->destination, 0644, made);
	else
		fd = in_root_mkdir_p(env->root_fd, p->destination, 0755, made);
	if (fd < 0)
		return err_sys(e, -fd, "make the mount point");
	/* The kernel says EINVAL; users know runc's words for this mistake. */
	if (p->kind == MOUNT_BIND && is_dir(fd) != is_dir(source_fd)) {
		close(fd);
		return err_sys(e, ENOTDIR, "a directory onto a file, or the reverse");
	}
	/* A symlink of the image that leads there is the same as asking for it (CVE-2019-16884). */
	if (!p->proc_allowed && in_own_proc(env, fd)) {
		close(fd);
		return err_set(e, ERR_SPEC, EINVAL,
			       "/mounts/%zu/destination: \"%s\" cannot be mounted because it is "
			       "inside /proc",
			       p->index, p->destination);
	}
	return fd;
}

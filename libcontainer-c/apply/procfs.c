/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* procfs.c: see procfs.h. */
#include "apply/procfs.h"

#include <errno.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/fd.h"
#include "base/str.h"
#include "kernel/sys.h"

#define PROC_ROOT_INO 1 /* <linux/proc_fs.h>, fixed since 2.6 */

int procfs_check(int proc_fd)
{
	struct statfs fs;
	struct stat st;

	if (fstatfs(proc_fd, &fs) < 0 || fstat(proc_fd, &st) < 0)
		return -errno;
	return fs.f_type == PROC_SUPER_MAGIC && st.st_ino == PROC_ROOT_INO ? 0 : -EXDEV;
}

int procfs_open(int proc_fd, const char *path, uint64_t flags)
{
	/* "self" is an honest symlink; everything else that links in there is magic or foreign. */
	bool self = str_starts(path, "self/");
	int r = procfs_check(proc_fd);

	if (r < 0)
		return r;
	int fd = sys_openat2(proc_fd, path, flags | O_NOCTTY, 0,
			     RESOLVE_BENEATH | RESOLVE_NO_XDEV |
				     (self ? RESOLVE_NO_MAGICLINKS : RESOLVE_NO_SYMLINKS));
	return fd < 0 ? -errno : fd;
}

int procfs_write(int proc_fd, const char *path, const char *text)
{
	AUTO_FD fd = procfs_open(proc_fd, path, O_WRONLY);

	return fd < 0 ? fd : fd_write_once(fd, text, strlen(text));
}

ssize_t procfs_read(int proc_fd, const char *path, char *buf, size_t size)
{
	AUTO_FD fd = procfs_open(proc_fd, path, O_RDONLY);

	return fd < 0 ? fd : fd_read_small(fd, buf, size);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * overlay_workdir.c: see overlay_workdir.h.
 *
 * Everything goes by descriptors below the one directory that we made. The depth is fixed:
 *   work.userns.N / work     / #1f (file, whiteout or directory) / whiteouts
 *                            / incompat / volatile / dirty ("volatile": a second mount is refused)
 *                 / index    / 00fb... (files)
 * What a killed machine leaves in a "#1f" directory is what overlayfs was about to replace: the
 * whiteouts of a directory that was removed and made again (ovl_clear_empty()).
 */
#include "apply/overlay_workdir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"
#include "kernel/sys.h"

/* Work dirs hold a handful of names; one with more is not what we made. */
#define MAX_ENTRIES 100000

void overlay_workdir_name(uint32_t root_uid, char *buf)
{
	snprintf(buf, OVERLAY_WORKDIR_MAX, OVERLAY_WORKDIR_PREFIX "%" PRIu32, root_uid);
}

static int open_below(int dirfd, const char *name)
{
	int fd = sys_openat2(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0,
			     RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS);
	return fd < 0 ? -errno : fd;
}

/* Call @each for every name in the directory @fd. Names removed meanwhile are no problem for
 * getdents(2); several passes are not needed. */
static int for_each(int fd, int (*each)(int dirfd, const char *name))
{
	/* fdopendir() takes the descriptor over; the callers still need theirs. */
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	DIR *d = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;
	int r = 0, n = 0;

	if (!d) {
		r = -errno;
		fd_closep(&copy);
		return r;
	}
	while (r == 0 && (errno = 0, entry = readdir(d)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		r = ++n > MAX_ENTRIES ? -ENOTEMPTY : each(fd, entry->d_name);
	}
	if (r == 0 && errno)
		r = -errno;
	closedir(d);
	return r;
}

static int unlink_at(int dirfd, const char *name, int flags)
{
	return unlinkat(dirfd, name, flags) == 0 || errno == ENOENT ? 0 : -errno;
}

/* Empty the directory @name with @each, then remove it. Nothing there is success. */
static int remove_dir(int dirfd, const char *name, int (*each)(int, const char *))
{
	AUTO_FD fd = open_below(dirfd, name);

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	int r = for_each(fd, each);
	return r < 0 ? r : unlink_at(dirfd, name, AT_REMOVEDIR);
}

/* A whiteout in a "#..." directory: a 0:0 character device, never a file with data in it. */
static int remove_whiteout(int dirfd, const char *name)
{
	struct stat st;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISCHR(st.st_mode) || st.st_rdev != makedev(0, 0))
		return -ENOTEMPTY;
	return unlink_at(dirfd, name, 0);
}

static int remove_dirty(int dirfd, const char *name)
{
	return strcmp(name, "dirty") == 0 ? unlink_at(dirfd, name, 0) : -ENOTEMPTY;
}

static int remove_incompat(int dirfd, const char *name)
{
	return strcmp(name, "volatile") == 0 ? remove_dir(dirfd, name, remove_dirty) : -ENOTEMPTY;
}

static int remove_temporary(int dirfd, const char *name)
{
	if (strcmp(name, "incompat") == 0)
		return remove_dir(dirfd, name, remove_incompat);
	if (name[0] != '#')
		return -ENOTEMPTY;
	/* A copy-up that was cut short, or a link that overlayfs made: unlinking is always safe. */
	int r = unlink_at(dirfd, name, 0);
	return r == -EISDIR ? remove_dir(dirfd, name, remove_whiteout) : r;
}

/* index/ is made even with index=off by some kernels; its entries are hex file handles. */
static int remove_index_entry(int dirfd, const char *name)
{
	if (name[0] != '#' && strspn(name, "0123456789abcdef") != strlen(name))
		return -ENOTEMPTY;
	int r = unlink_at(dirfd, name, 0);
	return r == -EISDIR ? unlink_at(dirfd, name, AT_REMOVEDIR) : r;
}

static int remove_top(int dirfd, const char *name)
{
	if (strcmp(name, "work") == 0)
		return remove_dir(dirfd, name, remove_temporary);
	if (strcmp(name, "index") == 0)
		return remove_dir(dirfd, name, remove_index_entry);
	return -ENOTEMPTY;
}

/* Open our directory and make sure that it is ours. */
static int open_own(int parent_fd, const char *name, struct err *e)
{
	struct stat st;
	AUTO_FD fd = open_below(parent_fd, name);

	if (fd == -ENOENT)
		return fd;
	if (fd < 0)
		return err_set(e, ERR_HOST, -fd,
			       "rootfs overlay: %s beside the upper layer is not "
			       "a directory of ours",
			       name);
	if (fstat(fd, &st) != 0)
		return err_sys(e, errno, "rootfs overlay: %s", name);
	if (st.st_uid != geteuid() || (st.st_mode & 077))
		return err_set(e, ERR_HOST, EPERM,
			       "rootfs overlay: %s beside the upper layer belongs to uid %u, mode "
			       "%o",
			       name, st.st_uid, st.st_mode & 07777);
	return TAKE_FD(fd);
}

static int empty(int fd, const char *name, struct err *e)
{
	int r = for_each(fd, remove_top);

	if (r == -ENOTEMPTY)
		return err_set(e, ERR_HOST, ENOTEMPTY,
			       "rootfs overlay: %s holds something that overlayfs doesn't make",
			       name);
	return r < 0 ? err_sys(e, -r, "rootfs overlay: empty %s", name) : 0;
}

int overlay_workdir_make(int parent_fd, const char *name, struct err *e)
{
	if (mkdirat(parent_fd, name, 0700) == 0)
		return 0;
	if (errno != EEXIST)
		return err_sys(e, errno, "rootfs overlay: mkdir %s beside the upper layer", name);
	AUTO_FD fd = open_own(parent_fd, name, e);
	if (fd < 0)
		return fd == -ENOENT ? err_sys(e, ENOENT, "rootfs overlay: %s", name) : fd;
	return empty(fd, name, e);
}

int overlay_workdir_remove(int parent_fd, const char *name, struct err *e)
{
	AUTO_FD fd = open_own(parent_fd, name, e);

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	int r = empty(fd, name, e);
	if (r < 0)
		return r;
	r = unlink_at(parent_fd, name, AT_REMOVEDIR);
	return r < 0 ? err_sys(e, -r, "rootfs overlay: remove %s", name) : 0;
}

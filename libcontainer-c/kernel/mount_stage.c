/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mount_stage.c: the stage, what is put on it and taken from it. See mount_stage.h. */
#include "kernel/mount_stage.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/fd.h"
#include "kernel/sys.h"

/*
 * A directory that every procfs has, and where nothing that is mounted comes from. Not "/": the
 * kernel then takes us for a chrooted process, which may not make user namespaces.
 */
#define STAGE "/proc/fs"

static bool allowed;
static int stage_fd = -1;
static unsigned n_entries;

void sys_mounts_are_private(void)
{
	allowed = true;
	fd_closep(&stage_fd);
}

void stage_fd_path(int fd, char path[STAGE_PATH_MAX])
{
	snprintf(path, STAGE_PATH_MAX, "/proc/self/fd/%d", fd);
}

static int stage_make(void)
{
	struct statfs fs;

	if (stage_fd >= 0)
		return 0;
	if (!allowed) {
		errno = ENOSYS;
		return -1;
	}
	if (mount("bulkhead", STAGE, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700") < 0)
		return -1;
	AUTO_FD fd = open(STAGE, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fstatfs(fd, &fs) < 0)
		return -1;
	if (fs.f_type != TMPFS_MAGIC) {
		errno = EXDEV;
		return -1;
	}
	char path[STAGE_PATH_MAX];
	stage_fd_path(fd, path);
	if (mount(NULL, path, NULL, MS_UNBINDABLE, NULL) < 0)
		return -1;
	stage_fd = TAKE_FD(fd);
	return 0;
}

int stage_entry(bool dir, char name[STAGE_NAME_MAX], char path[STAGE_PATH_MAX])
{
	if (stage_make() < 0)
		return -1;
	snprintf(name, STAGE_NAME_MAX, "%x", n_entries++);
	snprintf(path, STAGE_PATH_MAX, "/proc/self/fd/%d/%s", stage_fd, name);
	return dir ? mkdirat(stage_fd, name, 0700) : mknodat(stage_fd, name, S_IFREG | 0600, 0);
}

int stage_open(const char *name)
{
	return openat(stage_fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
}

unsigned long stage_flags(unsigned attrs)
{
	static const struct {
		unsigned attr;
		unsigned long flag;
	} table[] = {
		{MOUNT_ATTR_RDONLY, MS_RDONLY},		{MOUNT_ATTR_NOSUID, MS_NOSUID},
		{MOUNT_ATTR_NODEV, MS_NODEV},		{MOUNT_ATTR_NOEXEC, MS_NOEXEC},
		{MOUNT_ATTR_NOATIME, MS_NOATIME},	{MOUNT_ATTR_STRICTATIME, MS_STRICTATIME},
		{MOUNT_ATTR_NODIRATIME, MS_NODIRATIME}, {MOUNT_ATTR_NOSYMFOLLOW, MS_NOSYMFOLLOW}};
	unsigned long flags = 0;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (attrs & table[i].attr)
			flags |= table[i].flag;
	/* Said in words, because a remount that says nothing keeps what it finds. */
	return attrs & MOUNT_ATTR__ATIME ? flags : flags | MS_RELATIME;
}

/* What @path below @dirfd leads to; "" is @dirfd itself, which stays the caller's. */
static int reach(int dirfd, const char *path, int nofollow, int *ret_own)
{
	*ret_own = *path ? openat(dirfd, path, O_PATH | nofollow | O_CLOEXEC) : -1;
	return *path ? *ret_own : dirfd;
}

int stage_open_tree(int dirfd, const char *path, unsigned flags)
{
	char name[STAGE_NAME_MAX], from[STAGE_PATH_MAX], to[STAGE_PATH_MAX];
	AUTO_FD own = -1;
	int fd = reach(dirfd, path, flags & AT_SYMLINK_NOFOLLOW ? O_NOFOLLOW : 0, &own);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || stage_entry(S_ISDIR(st.st_mode), name, to) < 0)
		return -1;
	stage_fd_path(fd, from);
	if (mount(from, to, NULL, MS_BIND | (flags & AT_RECURSIVE ? MS_REC : 0), NULL) < 0)
		return -1;
	return stage_open(name);
}

int stage_move_mount(int from_fd, const char *from, int to_fd, const char *to, unsigned flags)
{
	char source[STAGE_PATH_MAX], target[STAGE_PATH_MAX];
	AUTO_FD own_from = -1, own_to = -1;
	int a = reach(from_fd, from, flags & MOVE_MOUNT_F_SYMLINKS ? 0 : O_NOFOLLOW, &own_from);
	int b = reach(to_fd, to, flags & MOVE_MOUNT_T_SYMLINKS ? 0 : O_NOFOLLOW, &own_to);

	if (a < 0 || b < 0)
		return -1;
	stage_fd_path(a, source);
	stage_fd_path(b, target);
	return mount(source, target, NULL, MS_MOVE, NULL);
}

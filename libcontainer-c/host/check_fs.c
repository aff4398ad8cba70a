/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check_fs.c: can the file systems that root file systems come from be idmapped? Tried for real, by
 * a helper in mount and user namespaces of its own: detached clones, and a second overlay on top,
 * as apply/overlay.c makes it. All of it ends with the helper.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "host/check_priv.h"
#include "kernel/sys.h"

#define AREA "file systems"
#define MAP  "0 1879048192 65536\n" /* any range serves: nothing is written through it */

/* A user namespace with a map, held by a process that waits until its pipe is closed. */
static int userns_open(int *ret_pipe)
{
	struct clone_args args = {.flags = CLONE_NEWUSER, .exit_signal = 0};
	char path[64], byte;
	int pipe_fds[2];

	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return -errno;
	pid_t pid = sys_clone3(&args);
	if (pid == 0) {
		close(pipe_fds[1]);
		(void)!read(pipe_fds[0], &byte, 1);
		_exit(0);
	}
	int code = errno;
	close(pipe_fds[0]);
	*ret_pipe = pipe_fds[1];
	if (pid < 0)
		return -code;
	snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
	int r = file_write_at(AT_FDCWD, path, MAP);
	snprintf(path, sizeof(path), "/proc/%d/gid_map", pid);
	if (r == 0)
		r = file_write_at(AT_FDCWD, path, MAP);
	snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
	if (r < 0)
		return r;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* An idmapped, detached clone of the mount at @fd. */
static int idmap(int fd, int userns_fd)
{
	struct mount_attr attr = {.attr_set = MOUNT_ATTR_IDMAP, .userns_fd = (uint64_t)userns_fd};

	return sys_mount_setattr(fd, "", AT_EMPTY_PATH, &attr) < 0 ? -errno : 0;
}

static int tmpfs_open(void)
{
	AUTO_FD fs = sys_fsopen("tmpfs");
	int fd = fs < 0 || sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0
			 ? -1
			 : sys_fsmount(fs, 0);

	return fd < 0 ? -errno : fd;
}

static int try_directory(const char *path, int userns_fd)
{
	AUTO_FD fd = sys_open_tree(AT_FDCWD, path, OPEN_TREE_CLONE);

	return fd < 0 ? -errno : idmap(fd, userns_fd);
}

static int try_tmpfs(const char *path, int userns_fd)
{
	AUTO_FD fd = tmpfs_open();

	(void)path;
	return fd < 0 ? fd : idmap(fd, userns_fd);
}

/* Put a detached mount at the directory @name below @at. */
static int attach(int fd, int at, const char *name)
{
	if (mkdirat(at, name, 0700) < 0 ||
	    sys_move_mount(fd, "", at, name, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return -errno;
	return 0;
}

/*
 * A read-only overlay of two layers, of which one is idmapped: nothing on disk is touched. Layers
 * are named by path, relative to a tmpfs that covers @path in this mount namespace alone.
 */
static int try_overlay(const char *path, int userns_fd)
{
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -errno;
	AUTO_FD layer = sys_open_tree(AT_FDCWD, path, OPEN_TREE_CLONE);
	AUTO_FD stage = tmpfs_open();
	if (layer < 0 || stage < 0)
		return -errno;
	int r = idmap(layer, userns_fd);
	if (r == 0 && sys_move_mount(stage, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		r = -errno;
	if (r == 0)
		r = attach(layer, stage, "a");
	if (r == 0 && mkdirat(stage, "b", 0700) < 0)
		r = -errno;
	if (r < 0 || fchdir(stage) < 0)
		return r < 0 ? r : -errno;
	AUTO_FD fs = sys_fsopen("overlay");
	if (fs < 0 || sys_fsconfig(fs, FSCONFIG_SET_STRING, "lowerdir", "a:b", 0) < 0 ||
	    sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -errno;
	return 0;
}

/* In a process of its own: it changes its namespaces, and a driver may get stuck. Exit: errno. */
static int in_helper(int (*attempt)(const char *, int), const char *path)
{
	int status, hold_fd = -1;
	pid_t pid = fork();

	if (pid == 0) {
		alarm(10);
		int userns_fd = userns_open(&hold_fd);
		int r = userns_fd < 0 ? userns_fd : attempt(path, userns_fd);
		close(hold_fd);
		_exit(r < 0 ? -r : 0);
	}
	if (pid < 0)
		return -errno;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -ETIMEDOUT;
}

static const char *type_of(const struct check *c, const char *path)
{
	static const struct {
		long magic;
		const char *name;
	} known[] = {{0xef53, "ext4"},	    {0x58465342, "xfs"},      {0x9123683e, "btrfs"},
		     {0x01021994, "tmpfs"}, {0x794c7630, "overlay"},  {0x2fc12fc1, "zfs"},
		     {0xf2f52010, "f2fs"},  {0xca451a4e, "bcachefs"}, {0x6969, "nfs"},
		     {0x65735546, "fuse"}};
	struct statfs fs;

	if (statfs(path, &fs) < 0)
		return "unknown";
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if ((long)fs.f_type == known[i].magic)
			return known[i].name;
	return arena_printf(c->a, "type 0x%lx", (long)fs.f_type);
}

static const char *result_text(const struct check *c, const char *path, int r)
{
	return r == 0 ? arena_printf(c->a, "%s: works", type_of(c, path))
		      : arena_printf(c->a, "%s: %s", type_of(c, path), strerror(-r));
}

static void check_storage(struct check *c, const char *path, const char *of)
{
	const char *plain = arena_printf(c->a, "idmapped mounts of %s", path);
	const char *layered = arena_printf(c->a, "overlay over idmapped layers of %s", path);
	int r = in_helper(try_directory, path);

	check_add(c, r == 0 ? CHECK_OK : CHECK_FAIL, AREA, plain, result_text(c, path, r),
		  arena_printf(c->a,
			       "ext4, xfs or btrfs (5.12, btrfs 5.15), tmpfs (6.3) for the storage "
			       "of %s",
			       of));
	if (r < 0)
		return;
	r = in_helper(try_overlay, path);
	check_add(c, r == 0 ? CHECK_OK : CHECK_FAIL, AREA, layered, result_text(c, path, r),
		  arena_printf(c->a,
			       "Linux 5.19 or newer; till then a storage driver of %s without "
			       "overlay",
			       of));
}

void check_file_systems(struct check *c)
{
	const struct {
		const char *path, *of;
	} storage[] = {
		{check_docker_root(c), "docker"},
		{"/var/lib/containerd", "containerd"},
		{"/var/lib/containers/storage", "podman"},
	};
	bool any = false;

	if (!c->root) {
		check_needs_root(c, AREA, "idmapped mounts");
		return;
	}
	for (size_t i = 0; i < sizeof(storage) / sizeof(storage[0]); i++) {
		if (access(storage[i].path, F_OK) < 0)
			continue;
		any = true;
		check_storage(c, storage[i].path, storage[i].of);
	}
	/* No engine has been here: its storage will be somewhere on this one. */
	if (!any)
		check_storage(c, "/var/lib", "an engine");
	int r = in_helper(try_tmpfs, NULL);
	check_add(c, r == 0 ? CHECK_OK : CHECK_WARN, AREA, "idmapped mounts of tmpfs",
		  r == 0 ? "works" : strerror(-r),
		  "volumes and root file systems on tmpfs need Linux 6.3");
}

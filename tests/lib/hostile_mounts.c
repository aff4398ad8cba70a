/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hostile_mounts.c: take masks away, see below them, mount what shows the host, leave the root.
 */
#include "hostile.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

/* <sys/mount.h> and <linux/mount.h> exclude each other in older headers. */
enum {
	BIND = 4096,
	MOVE = 8192,
	REMOUNT = 32,
	DETACH = 2,
};

static const char place[] = "/tmp/hostile-mount";

static int mount_call(const char *source, const char *target, const char *type, unsigned long flags,
		      const char *data)
{
	return verdict(syscall(SYS_mount, source, target, type, flags, data));
}

/* Run @try on each mount below /proc and /sys, the masks among them, from the last one on. */
static int each_mask(int (*try)(const char *path))
{
	char line[1024], path[512], paths[64][512];
	size_t n = 0;
	int r = -ENOENT;
	FILE *f = fopen("/proc/self/mountinfo", "re");

	if (!f)
		return -errno;
	while (n < LEN(paths) && fgets(line, sizeof(line), f))
		if (sscanf(line, "%*s %*s %*s %*s %511s", path) == 1 &&
		    (strncmp(path, "/proc", 5) == 0 || strncmp(path, "/sys", 4) == 0))
			strcpy(paths[n++], path);
	fclose(f);
	detail("%zu mounts", n);
	while (n-- > 0 && r != 0) {
		r = any(r, try(paths[n]));
		if (r == 0)
			detail("%s", paths[n]);
	}
	return r;
}

static int umount_mask(const char *path)
{
	return verdict(syscall(SYS_umount2, path, DETACH));
}

static int unmask_by_umount(void)
{
	return each_mask(umount_mask);
}

static int remount_mask(const char *path)
{
	return mount_call(NULL, path, NULL, REMOUNT | BIND, NULL);
}

static int unmask_by_remount(void)
{
	return each_mask(remount_mask);
}

static int set_attributes(int fd, const char *path, unsigned flags)
{
	struct mount_attr attr = {.attr_clr = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
					      MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC};

	return verdict(syscall(SYS_mount_setattr, fd, path, flags, &attr, sizeof(attr)));
}

static int setattr_mask(const char *path)
{
	return set_attributes(AT_FDCWD, path, 0);
}

static int unmask_by_setattr(void)
{
	return each_mask(setattr_mask);
}

static int move_mask(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		mkdir(place, 0700);
	else
		close(open("/tmp/hostile-file", O_CREAT | O_RDWR | O_CLOEXEC, 0600));
	return mount_call(path, S_ISDIR(st.st_mode) ? place : "/tmp/hostile-file", NULL, MOVE,
			  NULL);
}

static int unmask_by_move(void)
{
	return each_mask(move_mask);
}

/* Without what is mounted on it, /proc has no masks. */
static int unmask_by_bind(void)
{
	mkdir(place, 0700);
	return any(mount_call("/proc", place, NULL, BIND, NULL),
		   mount_call("/sys", place, NULL, BIND, NULL));
}

static int clone_tree(const char *path, unsigned flags)
{
	int fd = (int)syscall(SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | O_CLOEXEC | flags);

	return fd < 0 ? -errno : fd;
}

static int unmask_by_open_tree(void)
{
	int fd = clone_tree("/proc", 0);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

/* A copy of everything, off the tree, whose attributes could be changed there. */
static int unmask_in_a_copy(void)
{
	int fd = clone_tree("/", AT_RECURSIVE);

	if (fd < 0)
		return fd;
	int r = set_attributes(fd, "proc/sys", 0);
	r = any(r, set_attributes(fd, "", AT_EMPTY_PATH | AT_RECURSIVE));
	if (fchdir(fd) == 0)
		r = any(r, verdict(syscall(SYS_umount2, "proc/sys", DETACH)));
	close(fd);
	return r;
}

/* A new one has no masks. The old call and the new ones. */
static int fresh(const char *type)
{
	mkdir(place, 0700);
	int r = mount_call(type, place, type, 0, NULL);
	int fs = (int)syscall(SYS_fsopen, type, 0);
	if (fs < 0)
		return any(r, -errno);
	r = any(r, verdict(syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0)) < 0
			   ? -errno
			   : verdict(syscall(SYS_fsmount, fs, 0, 0)));
	close(fs);
	return r;
}

static int fresh_proc(void)
{
	return fresh("proc");
}

/* With a pid namespace of its own, in which its masks have never been. */
static int fresh_proc_of_its_own(void)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS) < 0)
		return -errno;
	return fresh("proc");
}

static int fresh_sysfs(void)
{
	return fresh("sysfs");
}

/* File systems that there is one of, which shows the machine. */
static int kernel_file_systems(void)
{
	static const char *const types[] = {"debugfs",	"tracefs",   "securityfs",
					    "configfs", "pstore",    "devtmpfs",
					    "efivarfs", "selinuxfs", "functionfs"};
	int r = -ENOENT;

	for (size_t i = 0; i < LEN(types) && r != 0; i++) {
		int one = fresh(types[i]);

		if (one == 0)
			detail("%s", types[i]);
		/* Not in this kernel: as good as absent. */
		r = any(r, one == -ENODEV ? -ENOENT : one);
	}
	return r;
}

static int disk_file_system(void)
{
	mkdir(place, 0700);
	return any(mount_call("/image/disk", place, "ext4", 1, "noload"),
		   mount_call("/tmp/hostile-node", place, "ext4", 1, "noload"));
}

/* Its own user namespace as the map of a mount: then root of the host is root here. */
static int own_idmap(void)
{
	int user = open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC);
	int fd = clone_tree("/", 0);
	struct mount_attr attr = {.attr_set = MOUNT_ATTR_IDMAP, .userns_fd = (uint64_t)user};

	if (user < 0 || fd < 0)
		return user < 0 ? -ENOENT : fd;
	return verdict(syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH, &attr, sizeof(attr)));
}

static int same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* chroot(2) with a way back kept open, then up as far as it goes. */
static int chroot_and_up(void)
{
	struct stat before, after;
	int back = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (back < 0 || fstat(back, &before) < 0)
		return -errno;
	mkdir(place, 0700);
	if (chroot(place) < 0)
		return -errno;
	if (fchdir(back) < 0)
		return -errno;
	for (int i = 0; i < 100; i++)
		if (chdir("..") < 0)
			return -errno;
	if (stat(".", &after) < 0)
		return -errno;
	detail("no way up");
	return same(&before, &after) ? -EXDEV : 0;
}

/* The old root below the new one, and off with it. */
static int pivot_and_up(void)
{
	mkdir(place, 0700);
	if (mount_call("none", place, "tmpfs", 0, NULL) < 0)
		return -errno;
	if (chdir(place) < 0 || mkdir("old", 0700) < 0)
		return -errno;
	if (syscall(SYS_pivot_root, ".", "old") < 0)
		return -errno;
	if (syscall(SYS_umount2, "/old/proc/sys", DETACH) == 0)
		return 0;
	return opens("/old/proc/sys/kernel/core_pattern", O_WRONLY);
}

#define NS_GET_MNTNS_ID _IOR(0xb7, 5, uint64_t)

struct ns_info {
	uint32_t size, nr_mounts;
	uint64_t id;
};
#define NS_MNT_GET_NEXT _IOR(0xb7, 11, struct ns_info)
#define NS_MNT_GET_PREV _IOR(0xb7, 12, struct ns_info)

/* From mount namespace to mount namespace (Linux 6.12). */
static int next_mount_namespace(void)
{
	struct ns_info info = {.size = sizeof(info)};
	int own = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);

	if (own < 0)
		return -errno;
	int r = verdict(ioctl(own, NS_MNT_GET_PREV, &info));
	if (r < 0)
		r = any(r, verdict(ioctl(own, NS_MNT_GET_NEXT, &info)));
	if (r < 0)
		/* ENOTTY: a kernel without this request */
		return r == -ENOTTY ? -ENOENT : r;
	detail("mount namespace %llu", (unsigned long long)info.id);
	return 0;
}

/* The mounts of another namespace, by number (Linux 6.8). */
static int list_foreign_mounts(void)
{
	struct {
		uint32_t size, fd;
		uint64_t mount, last, namespace;
	} request = {.size = sizeof(request), .mount = UINT64_MAX};
	uint64_t own = 0, found[8];
	int fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	int r = -ENOENT;

	if (fd < 0 || ioctl(fd, NS_GET_MNTNS_ID, &own) < 0)
		return -ENOENT;
	for (request.namespace = 1; request.namespace < 64 && r != 0; request.namespace ++)
		if (request.namespace != own)
			r = any(r, verdict(syscall(458, &request, found, LEN(found), 0)));
	return r;
}

const struct attempt hostile_mounts[] = {
	{"unmask_by_umount", "unmount what hides files", unmask_by_umount, HARMLESS},
	{"unmask_by_remount", "remount it writable", unmask_by_remount, HARMLESS},
	{"unmask_by_setattr", "the same by mount_setattr", unmask_by_setattr, HARMLESS},
	{"unmask_by_move", "move it away", unmask_by_move, HARMLESS},
	{"unmask_by_bind", "bind /proc elsewhere, without its masks", unmask_by_bind, HARMLESS},
	{"unmask_by_open_tree", "the same by open_tree", unmask_by_open_tree, HARMLESS},
	{"unmask_in_a_copy", "change a copy that is off the tree", unmask_in_a_copy, HARMLESS},
	{"fresh_proc", "a new proc without masks", fresh_proc, HARMLESS},
	{"fresh_proc_of_its_own", "the same in namespaces of its own", fresh_proc_of_its_own, 0},
	{"fresh_sysfs", "a new sysfs without masks", fresh_sysfs, HARMLESS},
	{"kernel_file_systems", "debugfs, devtmpfs and the like", kernel_file_systems, HARMLESS},
	{"disk_file_system", "mount the host's disk", disk_file_system, 0},
	{"own_idmap", "map ids of the root so that the host's are its own", own_idmap, 0},
	{"chroot_and_up", "leave the root by chroot", chroot_and_up, 0},
	{"pivot_and_up", "leave the masks by pivot_root", pivot_and_up, 0},
	{"next_mount_namespace", "find other mount namespaces", next_mount_namespace, HARMLESS},
	{"list_foreign_mounts", "list other namespaces' mounts", list_foreign_mounts, HARMLESS},
	{NULL, NULL, NULL, 0},
};

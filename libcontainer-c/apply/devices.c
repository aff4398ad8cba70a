/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* devices.c: see devices.h. */
#include "apply/devices.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "apply/in_root.h"
#include "apply/mounts_priv.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "kernel/mount_id.h"
#include "kernel/sys.h"

/* Whether @name in @dir_fd is what @d asks for. 1, 0 or -errno. */
static int is_device(int dir_fd, const char *name, const struct device_plan *d)
{
	struct stat st;

	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if ((st.st_mode & S_IFMT) != (d->mode & S_IFMT))
		return 0;
	return S_ISFIFO(d->mode) || st.st_rdev == makedev(d->major, d->minor);
}

static int not_the_device(const struct device_plan *d, struct err *e)
{
	return err_set(e, ERR_SPEC, EEXIST, "%s: %s exists and is not the requested device",
		       d->pointer ? d->pointer : "/linux/devices", d->path);
}

/*
 * The file that a node is bound over, in the directory @dir_fd. A symlink of the image is not
 * followed: /dev/null -> /proc/sys/... would lose its target and gain nothing.
 */
static int open_node_target(int dir_fd, const char *name, const struct device_plan *d,
			    struct err *e)
{
	struct stat st;

	if (mknodat(dir_fd, name, S_IFREG | 0644, 0) < 0 && errno != EEXIST)
		return err_sys(e, errno, "make a mount point for the device %s", d->path);
	AUTO_FD fd = openat(dir_fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(e, errno, "open the mount point of the device %s", d->path);
	if (S_ISDIR(st.st_mode) || S_ISLNK(st.st_mode))
		return not_the_device(d, e);
	return TAKE_FD(fd);
}

/*
 * Where mknod(2) is refused (a runtime in a user namespace, or in a container whose device rules
 * say so) the host's node is bound, pinned and verified. Owner and mode are then the host's.
 */
static int bind_host_node(int dir_fd, const char *name, const struct device_plan *d, struct err *e)
{
	AUTO_FD host_fd = open(d->path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (host_fd < 0 || fstat(host_fd, &st) < 0)
		return err_sys(e, errno, "open the host's device %s", d->path);
	if ((st.st_mode & S_IFMT) != (d->mode & S_IFMT) ||
	    st.st_rdev != makedev(d->major, d->minor))
		return err_set(e, ERR_HOST, EPERM,
			       "%s: making device nodes is refused here, and %s of the host is "
			       "another one",
			       d->pointer ? d->pointer : "/linux/devices", d->path);
	AUTO_FD target_fd = open_node_target(dir_fd, name, d, e);
	if (target_fd < 0)
		return target_fd;
	AUTO_FD fd = sys_open_tree(host_fd, "", OPEN_TREE_CLONE | AT_EMPTY_PATH);
	if (fd < 0)
		return err_sys(e, errno, "clone the host's device %s", d->path);
	int r = mounts_attach(fd, target_fd);
	return r < 0 ? err_sys(e, -r, "bind the host's device %s", d->path) : 0;
}

static int make_node(int dir_fd, const char *name, const struct device_plan *d,
		     const struct mounts_env *env, struct err *e)
{
	bool made = mknodat(dir_fd, name, d->mode, makedev(d->major, d->minor)) == 0;
	int r = 0;

	if (!made && errno == EPERM && !S_ISFIFO(d->mode))
		r = bind_host_node(dir_fd, name, d, e);
	else if (!made && errno != EEXIST)
		return err_sys(e, errno, "make the device %s", d->path);
	if (r < 0)
		return r;
	r = is_device(dir_fd, name, d);
	if (r < 0)
		return err_sys(e, -r, "look at the device %s", d->path);
	if (r == 0)
		return not_the_device(d, e);
	if (!made || (d->uid == env->root_uid && d->gid == env->root_gid))
		return 0;
	if (fchownat(dir_fd, name, d->uid, d->gid, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(e, errno, "change the owner of the device %s", d->path);
	return 0;
}

/*
 * The store has to be attached for its nodes to be cloned (detached mounts can be since 6.15). It
 * goes on top of the container's root directory: lookups that start at root_fd do not cross a mount
 * on the starting point, and no process of the container runs yet.
 */
static int store_open(struct devices *s, const struct mounts_env *env, struct err *e)
{
	static const char *const params[] = {"mode", "0700", "size", "64k", NULL};

	if (s->store_fd >= 0)
		return 0;
	AUTO_FD fd = mounts_tmpfs_make(params, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, e);
	if (fd < 0)
		return fd;
	int r = mounts_attach(fd, env->root_fd);
	if (r < 0)
		return err_sys(e, -r, "mount a tmpfs for device nodes");
	s->store_fd = TAKE_FD(fd);
	return 0;
}

/* The directory that @path is in, made if it is missing; O_PATH or -errno. */
static int open_parent(const char *path, const struct mounts_env *env, const char **ret_base)
{
	char dir[PATH_MAX];
	const char *slash = strrchr(path, '/');
	size_t n = (size_t)(slash - path);

	if (n >= sizeof(dir))
		return -ENAMETOOLONG;
	memcpy(dir, path, n);
	dir[n] = '\0';
	*ret_base = slash + 1;
	return in_root_mkdir_p(env->root_fd, n ? dir : "/", 0755, NULL);
}

static int bind_node(const char *name, const struct device_plan *d, const struct devices *s,
		     const struct mounts_env *env, struct err *e)
{
	const char *base = NULL;
	AUTO_FD dir_fd = open_parent(d->path, env, &base);

	if (dir_fd < 0)
		return err_sys(e, -dir_fd, "make the directory of the device %s", d->path);
	AUTO_FD target_fd = open_node_target(dir_fd, base, d, e);
	if (target_fd < 0)
		return target_fd;
	AUTO_FD fd = sys_open_tree(s->store_fd, name, OPEN_TREE_CLONE | AT_SYMLINK_NOFOLLOW);
	if (fd < 0)
		return err_sys(e, errno, "clone the device %s", d->path);
	int r = mounts_attach(fd, target_fd);
	if (r >= 0)
		r = in_root_same_mount(env->root_fd, d->path, fd);
	if (r < 0)
		return err_sys(e, -r, "bind the device %s", d->path);
	if (r == 0)
		return err_set(e, ERR_SYSTEM, EAGAIN, "%s was replaced while it was being covered",
			       d->path);
	return 0;
}

/* Device number @i of the plan, made in the store and bound to its path. */
static int make_in_store(const struct device_plan *d, size_t i, struct devices *s,
			 const struct mounts_env *env, struct err *e)
{
	char name[24];

	snprintf(name, sizeof(name), "%zu", i);
	int r = store_open(s, env, e);
	if (r >= 0)
		r = make_node(s->store_fd, name, d, env, e);
	return r < 0 ? r : bind_node(name, d, s, env, e);
}

/*
 * The directory of a device below /dev, if it lies on the tmpfs at /dev: "/dev/net/tun" does,
 * unless another mount covers /dev/net. Returns 1 with *@ret_fd (which may be -1 for /dev itself),
 * 0 or -errno.
 */
static int tmpfs_dir(const char *path, int dev_fd, const struct mounts_env *env, int *ret_fd)
{
	uint64_t here = 0, dev = 0;
	const char *base = NULL;

	if ((size_t)(strrchr(path, '/') - path) == strlen("/dev"))
		return 1;
	AUTO_FD fd = open_parent(path, env, &base);
	if (fd < 0)
		return fd;
	int r = mount_id(fd, &here);
	if (r >= 0)
		r = mount_id(dev_fd, &dev);
	if (r < 0 || here != dev)
		return r;
	*ret_fd = TAKE_FD(fd);
	return 1;
}

static int make_device(const struct device_plan *d, size_t i, int dev_tmpfs_fd, struct devices *s,
		       const struct mounts_env *env, struct err *e)
{
	AUTO_FD dir_fd = -1;

	if (dev_tmpfs_fd >= 0 && path_below(d->path, "/dev")) {
		int r = tmpfs_dir(d->path, dev_tmpfs_fd, env, &dir_fd);
		if (r < 0)
			return err_sys(e, -r, "make the directory of the device %s", d->path);
		if (r > 0)
			return make_node(dir_fd >= 0 ? dir_fd : dev_tmpfs_fd,
					 strrchr(d->path, '/') + 1, d, env, e);
	}
	return make_in_store(d, i, s, env, e);
}

/* A link of the image that says the same is left; anything but a directory gives way, as in runc.
 */
static int make_link(const struct dev_link *l, int dev_fd, const struct mounts_env *env,
		     struct err *e)
{
	char now[64];

	if (l->optional) {
		int fd = in_root_open(env->root_fd, l->target, O_PATH);
		if (fd < 0)
			return 0;
		close(fd);
	}
	if (symlinkat(l->target, dev_fd, l->name) == 0)
		return 0;
	if (errno != EEXIST)
		return err_sys(e, errno, "make the link /dev/%s", l->name);
	ssize_t n = readlinkat(dev_fd, l->name, now, sizeof(now));
	if (n == (ssize_t)strlen(l->target) && memcmp(now, l->target, (size_t)n) == 0)
		return 0;
	/* Only ptmx must be ours: the image's, a node, would be the host's devpts. */
	if (strcmp(l->name, "ptmx") != 0)
		return 0;
	if (unlinkat(dev_fd, l->name, 0) < 0 || symlinkat(l->target, dev_fd, l->name) < 0)
		return err_sys(e, errno, "replace /dev/%s", l->name);
	return 0;
}

static int open_dev(const struct mounts_plan *p, const struct mounts_env *env, int dev_tmpfs_fd)
{
	if (dev_tmpfs_fd >= 0) {
		int fd = fcntl(dev_tmpfs_fd, F_DUPFD_CLOEXEC, 0);
		return fd < 0 ? -errno : fd;
	}
	if (p->setup_dev)
		return in_root_mkdir_p_plain(env->root_fd, "/dev", 0755, NULL);
	return in_root_open(env->root_fd, "/dev", O_PATH | O_DIRECTORY);
}

/* The node that masks are made of. */
static int find_null(const struct mounts_plan *p, const struct mounts_env *env, int dev_tmpfs_fd,
		     struct devices *s, struct err *e)
{
	if (!p->n_masked)
		return 0;
	const struct device_plan null_device = {.path = "/dev/null",
						.mode = S_IFCHR | 0666,
						.major = 1,
						.minor = 3,
						.uid = env->root_uid,
						.gid = env->root_gid};
	int dir_fd = dev_tmpfs_fd;
	const char *name = "null";
	/* linux.devices may have made it another one. */
	if (dir_fd < 0 || is_device(dir_fd, name, &null_device) != 1) {
		int r = store_open(s, env, e);
		if (r >= 0)
			r = make_node(s->store_fd, name, &null_device, env, e);
		if (r < 0)
			return r;
		dir_fd = s->store_fd;
	}
	s->null_fd = openat(dir_fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	return s->null_fd < 0 ? err_sys(e, errno, "open the null device") : 0;
}

int devices_make(const struct mounts_plan *p, const struct mounts_env *env, int dev_tmpfs_fd,
		 struct devices *ret, struct err *e)
{
	int r = 0;

	ret->dev_fd = open_dev(p, env, dev_tmpfs_fd);
	if (ret->dev_fd == -ELOOP || ret->dev_fd == -ENOTDIR) {
		ret->dev_fd = -1;
		return err_set(e, ERR_SPEC, ELOOP,
			       "/root/path: /dev of the root filesystem must be an ordinary "
			       "directory");
	}
	if (ret->dev_fd < 0 && p->setup_dev) {
		r = err_sys(e, -ret->dev_fd, "open /dev of the root filesystem");
		ret->dev_fd = -1;
		return r;
	}
	for (size_t i = 0; r >= 0 && i < p->n_devices; i++)
		r = make_device(&p->devices[i], i, dev_tmpfs_fd, ret, env, e);
	for (size_t i = 0; r >= 0 && i < p->n_links; i++)
		r = make_link(&p->links[i], ret->dev_fd, env, e);
	return r < 0 ? r : find_null(p, env, dev_tmpfs_fd, ret, e);
}

/*
 * umount2(2) knows no descriptors: "." of a working directory that is the store's root names it
 * beyond doubt.
 */
static int detach_store(int store_fd, struct err *e)
{
	AUTO_FD cwd_fd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r = 0;

	if (cwd_fd < 0 || fchdir(store_fd) < 0)
		return err_sys(e, errno, "enter the tmpfs of device nodes");
	if (umount2(".", MNT_DETACH) < 0)
		r = err_sys(e, errno, "detach the tmpfs of device nodes");
	if (fchdir(cwd_fd) < 0 && r >= 0)
		r = err_sys(e, errno, "return to the working directory");
	return r;
}

int devices_close(struct devices *d, struct err *e)
{
	int r = d->store_fd >= 0 ? detach_store(d->store_fd, e) : 0;

	fd_closep(&d->store_fd);
	fd_closep(&d->null_fd);
	fd_closep(&d->dev_fd);
	return r;
}

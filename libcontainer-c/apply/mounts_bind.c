/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mounts_bind.c: owns the sources of bind mounts, from the host's path to the ready clone. */
#include "apply/mounts_priv.h"

#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <signal.h>

#include "apply/id_map.h"
#include "base/err.h"
#include "base/fd.h"
#include "kernel/sys.h"
#include "plan/namespaces.h"

#define ST_NOSYMFOLLOW 8192 /* include/linux/statfs.h, 5.10 */

#define PROC_ROOT_INO 1 /* include/linux/proc_ns.h */

int mounts_attach(int mount_fd, int target_fd)
{
	int r = sys_move_mount(mount_fd, "", target_fd, "",
			       MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);

	return r < 0 ? -errno : 0;
}

int mounts_set_attr(int fd, uint64_t set, uint64_t clr, bool recursive)
{
	struct mount_attr attr = {.attr_set = set, .attr_clr = clr};

	if (!set && !clr)
		return 0;
	if (sys_mount_setattr(fd, "", AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0), &attr) < 0)
		return -errno;
	return 0;
}

static bool readonly(const struct mount_plan *p)
{
	return (p->attr_set | p->rec_set) & MOUNT_ATTR_RDONLY;
}

/*
 * The host's procfs is not the container's: it shows the host's processes, and no mask covers it.
 * What of it a container may have is for the rules, which looked at this very inode. What nobody
 * has looked at: the files that lxcfs covers, and the whole of it read-only. A symlink itself is
 * never bound: it would be a magic one, which leads out of every root.
 */
static bool procfs_allowed(const struct mount_plan *p, const struct stat *st)
{
	if (S_ISLNK(st->st_mode))
		return false;
	return p->check_inode || p->proc_allowed || (st->st_ino == PROC_ROOT_INO && readonly(p));
}

static int was_replaced(struct err *e)
{
	return err_set(e, ERR_SYSTEM, EAGAIN, "the source was replaced while it was being opened");
}

bool mounts_is_symlink(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISLNK(st.st_mode);
}

/* What was opened is what the rules judged, and no window into procfs. */
static int check_source(const struct mount_plan *p, int fd, struct err *e)
{
	struct statfs fs;
	struct stat st;

	if (fstat(fd, &st) < 0 || fstatfs(fd, &fs) < 0)
		return err_sys(e, errno, "stat %s", p->source);
	if (p->unseen || (p->check_inode && (st.st_dev != p->dev || st.st_ino != p->ino)))
		return was_replaced(e);
	if (fs.f_type == PROC_SUPER_MAGIC && !procfs_allowed(p, &st))
		return err_set(e, ERR_SPEC, EINVAL,
			       "/mounts/%zu/source: \"%s\" is on procfs, which cannot be bound",
			       p->index, p->source);
	return 0;
}

static int idmap(const struct mount_plan *p, int fd, int userns_fd, struct err *e)
{
	struct mount_attr attr = {.attr_set = MOUNT_ATTR_IDMAP, .userns_fd = (uint64_t)userns_fd};
	unsigned flags = AT_EMPTY_PATH | (p->idmap_recursive ? AT_RECURSIVE : 0);

	if (sys_mount_setattr(fd, "", flags, &attr) == 0)
		return 0;
	/* EINVAL: no file system support; EPERM: the mount has a map already; ENOSYS: no call. */
	if (errno != EINVAL && errno != EPERM && errno != ENOSYS)
		return err_sys(e, errno, "/mounts/%zu: idmap %s", p->index, p->source);
	if (readonly(p))
		return 1;
	return err_set(e, ERR_HOST, errno,
		       "/mounts/%zu: %s cannot be idmapped on this kernel, so the container could "
		       "not write to it with its own ids",
		       p->index, p->source);
}

/* In the child: keep the namespace alive until the parent closes its end. */
_Noreturn static void hold(int fd)
{
	char c;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (read(fd, &c, 1) < 0 && errno == EINTR)
		;
	_exit(0);
}

static int map_and_open(pid_t pid, const struct id_maps *maps, struct err *e)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	AUTO_FD dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return err_sys(e, errno, "open %s", path);
	int r = id_map_write(dir, "uid_map", maps->uid, maps->n_uid, e);
	if (r == 0)
		r = id_map_write(dir, "gid_map", maps->gid, maps->n_gid, e);
	if (r < 0)
		return r;
	int fd = openat(dir, "ns/user", O_RDONLY | O_CLOEXEC);
	return fd < 0 ? err_sys(e, errno, "open the user namespace of a mount") : fd;
}

static int userns_open(const struct id_maps *maps, struct err *e)
{
	struct clone_args args = {.flags = CLONE_NEWUSER, .exit_signal = 0};
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(e, errno, "socketpair");
	pid_t pid = sys_clone3(&args);
	if (pid == 0) {
		close(pair[0]);
		hold(pair[1]);
	}
	int clone_error = errno;
	close(pair[1]);
	int fd = pid < 0 ? err_sys(e, clone_error, "make a user namespace for a mount")
			 : map_and_open(pid, maps, e);
	close(pair[0]);
	while (pid > 0 && waitpid(pid, NULL, __WALL) < 0 && errno == EINTR)
		;
	return fd;
}

/*
 * Maps of the mount's own need a user namespace, and that is made here: once the container's root
 * is attached over "/", the kernel takes this process for a chrooted one and refuses.
 */
static int idmap_own(const struct mount_plan *p, int fd, struct err *e)
{
	if (p->idmap != MOUNT_IDMAP_OWN || (p->copy_symlink && mounts_is_symlink(fd)))
		return 0;
	AUTO_FD userns_fd = userns_open(&p->maps, e);
	return userns_fd < 0 ? userns_fd : idmap(p, fd, userns_fd, e);
}

/*
 * The inode alone does not say that the path which the rules judged leads to it: a symlink put
 * there since would make a directory of the host one of the engine's storage.
 */
static int clone_source(const struct mount_plan *p, struct err *e)
{
	uint64_t nofollow = p->src_nofollow || p->copy_symlink ? O_NOFOLLOW : 0;
	AUTO_FD at = sys_openat2(AT_FDCWD, p->source, O_PATH | nofollow, 0,
				 p->check_inode ? RESOLVE_NO_SYMLINKS : 0);

	if (at < 0)
		return errno == ELOOP && p->check_inode ? was_replaced(e)
							: err_sys(e, errno, "stat %s", p->source);
	/* Of a symlink that is made anew no more than its text is wanted. */
	if (p->copy_symlink && mounts_is_symlink(at))
		return TAKE_FD(at);
	int fd = sys_open_tree(at, "",
			       OPEN_TREE_CLONE | AT_EMPTY_PATH | (p->recursive ? AT_RECURSIVE : 0));
	return fd < 0 ? err_sys(e, errno, "stat %s", p->source) : fd;
}

int mounts_source_open(const struct mount_plan *p, bool *ret_unmapped, struct err *e)
{
	AUTO_FD fd = clone_source(p, e);

	if (fd < 0)
		return fd;
	int r = check_source(p, fd, e);
	if (r >= 0)
		r = idmap_own(p, fd, e);
	if (r < 0)
		return r;
	*ret_unmapped = r == 1;
	return TAKE_FD(fd);
}

/*
 * What is not set need not be cleared: so an older kernel does not hear of flags it knows nothing
 * of. What another user namespace has locked stays.
 */
static int drop(const struct mount_plan *p, int fd)
{
	static const struct {
		uint64_t attr;
		unsigned long seen;
	} flags[] = {
		{MOUNT_ATTR_RDONLY, ST_RDONLY},		{MOUNT_ATTR_NOSUID, ST_NOSUID},
		{MOUNT_ATTR_NODEV, ST_NODEV},		{MOUNT_ATTR_NOEXEC, ST_NOEXEC},
		{MOUNT_ATTR_NODIRATIME, ST_NODIRATIME}, {MOUNT_ATTR_NOSYMFOLLOW, ST_NOSYMFOLLOW},
	};
	struct statfs fs;
	uint64_t clr = 0;

	if (!p->attr_drop)
		return 0;
	if (fstatfs(fd, &fs) < 0)
		return -errno;
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (p->attr_drop & flags[i].attr && (unsigned long)fs.f_flags & flags[i].seen)
			clr |= flags[i].attr;
	int r = mounts_set_attr(fd, 0, clr, false);
	return r == -EPERM ? 0 : r;
}

int mounts_source_prepare(const struct mount_plan *p, const struct mounts_env *env, int fd,
			  struct err *e)
{
	int unmapped = p->idmap == MOUNT_IDMAP_CONTAINER ? idmap(p, fd, env->userns_fd, e) : 0;

	if (unmapped < 0)
		return unmapped;
	int r = drop(p, fd);
	if (r >= 0)
		r = mounts_set_attr(fd, p->rec_set, p->rec_clr, true);
	if (r >= 0)
		r = mounts_set_attr(fd, p->attr_set, p->attr_clr, false);
	/* mount_namespaces(7): what a more privileged mount namespace has set cannot be cleared. */
	if (r == -EPERM && (p->rec_clr || p->attr_clr))
		return err_set(e, ERR_HOST, EPERM,
			       "/mounts/%zu/options: %s is mounted with flags that another user "
			       "namespace has locked: they cannot be cleared",
			       p->index, p->source);
	if (r < 0)
		return err_sys(e, -r, "/mounts/%zu/options: set them on %s", p->index, p->source);
	return unmapped;
}

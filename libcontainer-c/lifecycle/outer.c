/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* outer.c: see outer.h. */
#include "lifecycle/outer.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "host/userns_probe.h"
#include "kernel/sys.h"
#include "lifecycle/opened.h"
#include "lifecycle/outer_map.h"
#include "lifecycle/self.h"

/* What an administrator may have forbidden, in the words of the setting. */
static const char *forbidden_by(void)
{
	static const struct {
		const char *file, *text;
	} settings[] = {
		{"/proc/sys/user/max_user_namespaces", "user.max_user_namespaces is 0"},
		{"/proc/sys/kernel/unprivileged_userns_clone",
		 "kernel.unprivileged_userns_clone is 0"},
	};
	char text[16];

	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if (file_read_at(AT_FDCWD, settings[i].file, text, sizeof(text)) > 0 &&
		    str_starts(text, "0\n"))
			return settings[i].text;
	return NULL;
}

static int refused(int code, struct err *e)
{
	const char *why = forbidden_by();

	if (!why)
		why = code == ENOSPC   ? "the limit of such namespaces is reached"
		      : code == EUSERS ? "they are nested too deep"
		      : code == EINVAL ? "this kernel has none"
				       : "a security module or a chroot(2) forbids it";
	return err_set(e, ERR_HOST, code,
		       "rootless: this host lets an ordinary user make no user namespace: %s", why);
}

/* From here on as root of the namespace. The state root's default must not change with that. */
static int execute_again(struct err *e)
{
	int r = host_userns_claim();

	if (r < 0)
		return err_sys(e, -r, "look at the new user namespace");
	unsetenv("USER");
	return self_execute(e);
}

int outer_make(struct err *e)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct outer_map map;
	int r = outer_map_prepare(&a, &map, e);

	if (r < 0)
		return r;
	r = unshare(CLONE_NEWUSER) < 0 ? refused(errno, e) : outer_map_write(&map, e);
	outer_map_end(&map);
	return r < 0 ? r : execute_again(e);
}

static bool same(int a_fd, const struct stat *b)
{
	struct stat a;

	return fstat(a_fd, &a) == 0 && a.st_dev == b->st_dev && a.st_ino == b->st_ino;
}

/*
 * The outermost user namespace below ours that @fd lies in, or is. Takes @fd over. *@ret_fd is -1
 * when @fd is our own.
 */
static int outermost(int fd, int *ret_fd, struct err *e)
{
	struct stat own;
	AUTO_FD here = fd;

	*ret_fd = -1;
	if (stat("/proc/self/ns/user", &own) < 0)
		return err_sys(e, errno, "stat own user namespace");
	if (same(here, &own))
		return 0;
	for (;;) {
		AUTO_FD parent = ioctl(here, NS_GET_PARENT);
		if (parent < 0 && errno != EPERM)
			return err_sys(e, errno, "look at the parent of a user namespace");
		/* EPERM: none of ours above it; entering it will say what is wrong. */
		if (parent < 0 || same(parent, &own)) {
			*ret_fd = TAKE_FD(here);
			return 0;
		}
		close(here);
		here = TAKE_FD(parent);
	}
}

static int open_userns(const struct opened *o, struct err *e)
{
	char path[32];

	AUTO_FD pidfd = initproc_pidfd(&o->init);
	snprintf(path, sizeof(path), "/proc/%d/ns/user", o->init.pid);
	AUTO_FD fd = pidfd < 0 ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && pidfd >= 0 && errno != ENOENT && errno != ESRCH)
		return err_sys(e, errno, "open the user namespace of process %d", o->init.pid);
	/* It was the first process's all the time. */
	if (fd < 0 || sys_pidfd_send_signal(pidfd, 0) < 0)
		return -ESRCH;
	return TAKE_FD(fd);
}

int outer_enter(const char *root, const char *id, struct err *e)
{
	struct err ignored = {0};
	struct opened o;
	int fd = -ESRCH;

	/* What is wrong with the container is for the command itself to say. */
	if (opened_load(root, id, false, &o, &ignored) == 0) {
		fd = o.has_record && o.record.complete ? open_userns(&o, e) : -ESRCH;
		opened_close(&o);
	}
	if (fd == -ESRCH)
		return outer_make(e);
	if (fd < 0)
		return fd;
	AUTO_FD outer = -1;
	int r = outermost(fd, &outer, e);
	if (r < 0 || outer < 0)
		return r;
	if (sys_setns(outer, CLONE_NEWUSER) < 0)
		return err_sys(e, errno, "enter the user namespace of the container's runtime");
	return execute_again(e);
}

int outer_own_mounts(struct err *e)
{
	struct stat own;

	AUTO_FD mnt = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	/* EPERM: the owner is none of ours. */
	AUTO_FD owner = mnt < 0 ? -1 : ioctl(mnt, NS_GET_USERNS);
	if (owner >= 0 && stat("/proc/self/ns/user", &own) == 0 && same(owner, &own))
		return 0;
	return unshare(CLONE_NEWNS) < 0 ? err_sys(e, errno, "make a mount namespace") : 0;
}

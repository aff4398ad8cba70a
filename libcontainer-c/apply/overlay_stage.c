/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* overlay_stage.c: see overlay_stage.h. */
#include "apply/overlay_stage.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "kernel/sys.h"

/* A tmpfs nobody sees: detached. */
static int make_tmpfs(struct err *e)
{
	AUTO_FD fs = sys_fsopen("tmpfs");

	if (fs < 0 || sys_fsconfig(fs, FSCONFIG_SET_STRING, "mode", "0700", 0) != 0 ||
	    sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) != 0)
		return err_sys(e, errno, "rootfs overlay: staging tmpfs");
	int fd = sys_fsmount(fs, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	return fd < 0 ? err_sys(e, errno, "rootfs overlay: staging tmpfs") : fd;
}

static int attach(int fd, int to_fd, const char *to, struct err *e)
{
	if (sys_move_mount(fd, "", to_fd, to, MOVE_MOUNT_F_EMPTY_PATH) != 0)
		return err_sys(e, errno, "rootfs overlay: attach a layer");
	return 0;
}

int overlay_stage_open(struct overlay_stage *s, struct err *e)
{
	AUTO_FD cwd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	AUTO_FD fd = make_tmpfs(e);

	if (fd < 0)
		return fd;
	if (cwd < 0)
		return err_sys(e, errno, "open the working directory");
	int r = attach(fd, AT_FDCWD, "/", e);
	if (r < 0)
		return r;
	*s = (struct overlay_stage){.fd = TAKE_FD(fd), .cwd_fd = TAKE_FD(cwd)};
	if (fchdir(s->fd) != 0) {
		r = err_sys(e, errno, "rootfs overlay: staging directory");
		/* Without the cwd there, umount2(".") would hit something else. */
		char link[64];
		snprintf(link, sizeof(link), "/proc/self/fd/%d", s->fd);
		(void)umount2(link, MNT_DETACH);
		fd_closep(&s->fd);
		fd_closep(&s->cwd_fd);
	}
	return r;
}

int overlay_stage_lower(struct overlay_stage *s, int fd, struct err *e)
{
	char name[16];

	snprintf(name, sizeof(name), "%zx", s->n_lower);
	if (mkdirat(s->fd, name, 0700) != 0)
		return err_sys(e, errno, "rootfs overlay: staging directory");
	int r = attach(fd, s->fd, name, e);
	if (r == 0)
		s->n_lower++;
	return r;
}

int overlay_stage_upper(struct overlay_stage *s, int fd, const char *upper, const char *workdir,
			struct err *e)
{
	char target[NAME_MAX + 3];

	/* Symlinks, so that names with ':' or ',' need no quoting and do not show. */
	if (mkdirat(s->fd, "p", 0700) != 0)
		return err_sys(e, errno, "rootfs overlay: staging directory");
	snprintf(target, sizeof(target), "p/%s", upper);
	if (symlinkat(target, s->fd, "u") != 0)
		return err_sys(e, errno, "rootfs overlay: staging directory");
	snprintf(target, sizeof(target), "p/%s", workdir);
	if (symlinkat(target, s->fd, "w") != 0)
		return err_sys(e, errno, "rootfs overlay: staging directory");
	s->writable = true;
	return attach(fd, s->fd, "p", e);
}

static void build_options(const struct overlay_stage *s, const char *extra, struct strbuf *out)
{
	for (size_t i = 0; i < s->n_lower; i++)
		strbuf_addf(out, "%s%zx", i ? ":" : "lowerdir=", i);
	/* index=on would be refused: A has the upper layer. */
	if (s->writable)
		strbuf_adds(out, ",upperdir=u,workdir=w,index=off");
	strbuf_adds(out, extra);
}

int overlay_stage_mount(const struct overlay_stage *s, const char *extra, struct err *e)
{
	AUTO_STRBUF options = STRBUF_INIT;

	build_options(s, extra, &options);
	if (options.failed)
		return err_sys(e, ENOMEM, "rootfs overlay");
	if (options.len >= (size_t)sysconf(_SC_PAGESIZE))
		return err_set(e, ERR_HOST, E2BIG, "rootfs overlay: too many mount options");
	if (mkdirat(s->fd, "m", 0700) != 0)
		return err_sys(e, errno, "rootfs overlay: staging directory");
	/* The cwd is the stage: layer names are relative to it. */
	if (mount("overlay", "m", "overlay", MS_NOSUID | MS_NODEV, options.buf) != 0)
		return err_set(e, ERR_HOST, errno,
			       "rootfs overlay: the kernel refuses a second overlay over its "
			       "idmapped layers (%s; %s)",
			       strerrorname_np(errno), options.buf);
	int fd = sys_open_tree(s->fd, "m", OPEN_TREE_CLONE);
	return fd < 0 ? err_sys(e, errno, "rootfs overlay: open_tree") : fd;
}

int overlay_stage_close(struct overlay_stage *s, struct err *e)
{
	int r = 0;

	if (s->fd < 0)
		return 0;
	if (umount2(".", MNT_DETACH | UMOUNT_NOFOLLOW) != 0)
		r = err_sys(e, errno, "rootfs overlay: unmount the staging directory");
	if (fchdir(s->cwd_fd) != 0)
		r = err_sys(e, errno, "rootfs overlay: return to the working directory");
	fd_closep(&s->fd);
	fd_closep(&s->cwd_fd);
	return r;
}

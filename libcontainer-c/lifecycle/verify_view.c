/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* verify_view.c: see verify_view.h. */
#include "lifecycle/verify_view.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "apply/in_root.h"
#include "base/err.h"
#include "base/fd.h"
#include "kernel/sys.h"
#include "lifecycle/mntns.h"
#include "lifecycle/verify_priv.h"

/* Without a mount namespace of its own, the container is at the root that it was given. */
static int enter(const struct verify *v, struct err *e)
{
	if (!v->has_record || !v->record.shared_mount_namespace)
		return sys_setns(v->pidfd, CLONE_NEWNS) < 0
			       ? err_sys(e, errno, "enter the container's mount namespace")
			       : 0;
	AUTO_FD fd = openat(v->dir.fd, ROOT_DIR, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fchdir(fd) < 0 || chroot(".") < 0)
		return err_sys(e, errno, "enter the container's root");
	return 0;
}

/* Through the host's procfs: what the container has at /proc is its own affair. */
static int read_table(const struct verify *v, struct view *w, struct err *e)
{
	char page[4096];
	ssize_t n;

	w->root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	AUTO_FD fd = openat(v->proc_fd, "self/mountinfo", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || w->root_fd < 0)
		return err_sys(e, errno, "open the container's mount table");
	while ((n = read(fd, page, sizeof(page))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, errno, "read the container's mount table");
		strbuf_add(&w->text, page, (size_t)n);
	}
	return w->text.failed || !w->text.buf ? err_sys(e, ENOMEM, "read the mount table") : 0;
}

static int parse_table(const struct verify *v, struct view *w, struct err *e)
{
	size_t lines = 0;
	char *p = w->text.buf;
	int r = 0;

	for (const char *c = p; *c; c++)
		lines += *c == '\n';
	w->mounts = arena_array(v->a, lines + 1, sizeof(*w->mounts));
	if (!w->mounts)
		return err_sys(e, ENOMEM, "read the mount table");
	while (w->n <= lines && (r = mountinfo_next(&p, &w->mounts[w->n].m)) > 0)
		w->n++;
	return r < 0 ? err_set(e, ERR_SYSTEM, EINVAL, "the container's mount table: malformed line")
		     : 0;
}

int view_open(const struct verify *v, struct view *ret, struct err *e)
{
	struct mntns home = MNTNS_INIT;
	struct view w = VIEW_INIT;
	int r = mntns_here(&home, e);

	if (r == 0) {
		r = enter(v, e);
		if (r == 0)
			r = read_table(v, &w, e);
		int back = mntns_go(&home, e);
		r = r < 0 ? r : back;
	}
	mntns_close(&home);
	if (r == 0)
		r = parse_table(v, &w, e);
	if (r < 0)
		view_close(&w);
	else
		*ret = w;
	return r;
}

void view_close(struct view *w)
{
	fd_closep(&w->root_fd);
	strbuf_free(&w->text);
	*w = VIEW_INIT;
}

int view_find(const struct view *w, const char *path, bool follow, struct view_place *ret)
{
	AUTO_FD fd = in_root_open(w->root_fd, path, O_PATH | (follow ? 0 : O_NOFOLLOW));
	struct statx sx;

	if (fd < 0)
		return fd;
	if (statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_MNT_ID, &sx) < 0)
		return -errno;
	struct view_place p = {
		.is_root = sx.stx_attributes & STATX_ATTR_MOUNT_ROOT,
		.uid = sx.stx_uid,
		.mode = sx.stx_mode,
		.dev = makedev(sx.stx_dev_major, sx.stx_dev_minor),
		.rdev = makedev(sx.stx_rdev_major, sx.stx_rdev_minor),
		.ino = sx.stx_ino,
	};
	for (size_t i = 0; i < w->n && !p.mount; i++)
		if (w->mounts[i].m.id == sx.stx_mnt_id)
			p.mount = &w->mounts[i];
	/* Mounted a moment ago, or a kernel before 5.8, which does not say. */
	if (!p.mount)
		return -ESTALE;
	p.fd = TAKE_FD(fd);
	*ret = p;
	return 0;
}

static const struct {
	uint64_t attr;
	const char *name;
} flags[] = {
	{MOUNT_ATTR_RDONLY, "ro"},
	{MOUNT_ATTR_NOSUID, "nosuid"},
	{MOUNT_ATTR_NODEV, "nodev"},
	{MOUNT_ATTR_NOEXEC, "noexec"},
};
#define N_FLAGS (sizeof(flags) / sizeof(flags[0]))

const char *view_options(const struct verify *v, uint64_t attrs)
{
	const char *text = "";

	for (size_t i = 0; text && i < N_FLAGS; i++)
		if (attrs & flags[i].attr)
			text = arena_printf(v->a, "%s%s%s", text, *text ? "," : "", flags[i].name);
	return text;
}

uint64_t view_lacks(const struct mountinfo *m, uint64_t attrs)
{
	uint64_t lacks = 0;

	for (size_t i = 0; i < N_FLAGS; i++)
		if ((attrs & flags[i].attr) && !mountinfo_has_option(m, flags[i].name))
			lacks |= flags[i].attr;
	return lacks;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* overlay_layers.c: see overlay_layers.h. */
#include "apply/overlay_layers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apply/overlay_options.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "kernel/sys.h"

static bool is_directory(int base_fd, const char *path)
{
	struct stat st;

	return fstatat(base_fd, path, &st, 0) == 0 && S_ISDIR(st.st_mode);
}

/* The reading of @p that is a directory, or NULL. */
static const char *choose(int base_fd, const struct overlay_path *p)
{
	if (is_directory(base_fd, p->path))
		return p->path;
	return strcmp(p->path, p->bare) != 0 && is_directory(base_fd, p->bare) ? p->bare : NULL;
}

/* Whether all relative layers are below @base_fd. */
static bool holds_all(const struct overlay_options *o, int base_fd)
{
	if (o->upper.path && *o->upper.path != '/' && !choose(base_fd, &o->upper))
		return false;
	for (size_t i = 0; i < o->n_lower; i++)
		if (*o->lower[i].path != '/' && !choose(base_fd, &o->lower[i]))
			return false;
	return true;
}

static bool any_relative(const struct overlay_options *o)
{
	for (size_t i = 0; i < o->n_lower; i++)
		if (*o->lower[i].path != '/')
			return true;
	return o->upper.path && *o->upper.path != '/';
}

/* The deepest ancestor of absolute @path that holds all relative layers: a descriptor, or -1. */
static int base_above(const struct overlay_options *o, const char *path)
{
	char dir[PATH_MAX];

	if (!path || *path != '/' || strlen(path) >= sizeof(dir))
		return -1;
	strcpy(dir, path);
	for (char *slash; (slash = strrchr(dir, '/')) != NULL;) {
		slash[slash == dir] = '\0';
		AUTO_FD fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0 && holds_all(o, fd))
			return TAKE_FD(fd);
		if (slash == dir)
			break;
	}
	return -1;
}

static const char *first_absolute(const struct overlay_options *o)
{
	for (size_t i = 0; i < o->n_lower; i++)
		if (*o->lower[i].path == '/')
			return o->lower[i].path;
	return NULL;
}

static int find_base(const struct overlay_options *o, const char *mountpoint)
{
	int fd = base_above(o, mountpoint);

	if (fd < 0)
		fd = base_above(o, o->upper.path);
	return fd < 0 ? base_above(o, first_absolute(o)) : fd;
}

static int missing(const char *path, struct err *e)
{
	return err_set(e, ERR_HOST, ENOTDIR, "rootfs overlay: layer %s can't be found", path);
}

static int choose_all(const struct overlay_options *o, struct overlay_layers *l, struct err *e)
{
	for (size_t i = 0; i < o->n_lower; i++) {
		l->lower[i] = choose(l->base_fd, &o->lower[i]);
		if (!l->lower[i])
			return missing(o->lower[i].bare, e);
	}
	l->n_lower = o->n_lower;
	if (o->upper.path) {
		l->upper = choose(l->base_fd, &o->upper);
		if (!l->upper)
			return missing(o->upper.bare, e);
	}
	return 0;
}

int overlay_layers_find(const struct overlay_options *o, const char *mountpoint, struct arena *a,
			struct overlay_layers *ret, struct err *e)
{
	AUTO_OVERLAY_LAYERS l = OVERLAY_LAYERS_INIT;

	if (any_relative(o)) {
		l.base_fd = find_base(o, mountpoint);
		if (l.base_fd < 0)
			return err_set(e, ERR_HOST, ENOTDIR,
				       "rootfs overlay: the layers are relative to a directory "
				       "that can't be found");
	}
	/* One more: a read-only overlay with an upper layer is mounted with that as a lower one. */
	l.lower = arena_array(a, o->n_lower + 1, sizeof(*l.lower));
	if (!l.lower)
		return err_sys(e, ENOMEM, "rootfs overlay");
	int r = choose_all(o, &l, e);
	if (r < 0)
		return r;
	*ret = l;
	l.base_fd = -1;
	return 0;
}

void overlay_layers_close(struct overlay_layers *l)
{
	fd_closep(&l->base_fd);
}

/* Split the upper layer's real path into parent and name. */
static int split_upper(int upper_fd, struct overlay_upper *u, struct err *e)
{
	char link[64];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", upper_fd);
	ssize_t n = readlink(link, u->parent, sizeof(u->parent));
	if (n <= 0 || (size_t)n >= sizeof(u->parent) || u->parent[0] != '/')
		return err_set(e, ERR_HOST, ENAMETOOLONG, "rootfs overlay: upper layer's path");
	u->parent[n] = '\0';
	char *slash = strrchr(u->parent, '/');
	if (strlen(slash + 1) >= sizeof(u->name) || !slash[1])
		return err_set(e, ERR_HOST, EINVAL, "rootfs overlay: upper layer's path");
	strcpy(u->name, slash + 1);
	slash[slash == u->parent] = '\0';
	return 0;
}

static bool same_directory(int a, int b)
{
	struct statx x, y;
	unsigned mask = STATX_INO | STATX_MNT_ID;

	return statx(a, "", AT_EMPTY_PATH, mask, &x) == 0 &&
	       statx(b, "", AT_EMPTY_PATH, mask, &y) == 0 && x.stx_ino == y.stx_ino &&
	       x.stx_dev_major == y.stx_dev_major && x.stx_dev_minor == y.stx_dev_minor &&
	       x.stx_mnt_id == y.stx_mnt_id;
}

int overlay_upper_find(const struct overlay_layers *l, struct overlay_upper *ret, struct err *e)
{
	AUTO_OVERLAY_UPPER u = OVERLAY_UPPER_INIT;
	AUTO_FD upper = openat(l->base_fd, l->upper, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (upper < 0)
		return err_sys(e, errno, "rootfs overlay: upper layer %s", l->upper);
	int r = split_upper(upper, &u, e);
	if (r < 0)
		return r;
	u.parent_fd = openat(upper, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (u.parent_fd < 0)
		return err_sys(e, errno, "rootfs overlay: parent of upper layer %s", l->upper);
	AUTO_FD again = sys_openat2(u.parent_fd, u.name, O_PATH | O_DIRECTORY, 0,
				    RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS);
	if (again < 0 || !same_directory(upper, again))
		return err_set(e, ERR_HOST, EXDEV,
			       "rootfs overlay: upper layer %s is a mount of its own", l->upper);
	*ret = u;
	u.parent_fd = -1;
	return 0;
}

void overlay_upper_close(struct overlay_upper *u)
{
	fd_closep(&u->parent_fd);
}

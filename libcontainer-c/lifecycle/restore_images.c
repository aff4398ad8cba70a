/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * restore_images.c: the images as CRIU finds them. It reads them as host root, as nobody (in a user
 * namespace that has no maps yet) and as the container's root: so each file is mounted alone, in a
 * directory of ours that all three may enter. What keeps others out on the host is the directory
 * there, which nobody here passes through. See restore_priv.h.
 */
#include "lifecycle/restore_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/mount.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apply/idmap.h"
#include "base/dir.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "host/trust.h"
#include "kernel/sys.h"
#include "lifecycle/creation.h"
#include "lifecycle/criu.h"

#define IMAGES "images"
#define WORK   "work"
#define PARENT "parent" /* CRIU's link to the images that hold the pages these have not */

static int place_file(int dir_fd, const char *name, int to_fd, struct err *e)
{
	AUTO_FD fd = sys_open_tree(dir_fd, name, OPEN_TREE_CLONE | AT_SYMLINK_NOFOLLOW);
	struct mount_attr readonly = {.attr_set = MOUNT_ATTR_RDONLY};

	if (fd < 0 || sys_mount_setattr(fd, "", AT_EMPTY_PATH, &readonly) < 0 ||
	    mknodat(to_fd, name, S_IFREG | 0600, 0) < 0 ||
	    sys_move_mount(fd, "", to_fd, name, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return err_sys(e, errno, "lay out %s for CRIU", name);
	return 0;
}

/* Those that no other user may have put there: the directory was looked at. */
static int place_files(struct creation *c, int dir_fd, int to_fd, struct err *e)
{
	AUTO_DIR dir = dir_open(dir_fd, ".");
	const struct dirent *x;
	int r = 0, more = dir ? 0 : -errno;
	struct stat st;

	while (dir && r == 0 && (more = dir_next(dir, &x)) > 0) {
		if (fstatat(dirfd(dir), x->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		    !S_ISREG(st.st_mode))
			continue;
		r = restore_is_ids(x->d_name) ? restore_ids(c, dirfd(dir), x->d_name, to_fd, e)
					      : place_file(dirfd(dir), x->d_name, to_fd, e);
	}
	return more < 0 ? err_sys(e, -more, "read the directory of images") : r;
}

/* The same one as criu_open() has looked at, which is of another mount namespace. */
static int open_again(const char *what, const char *path, int seen_fd, struct err *e)
{
	AUTO_FD fd = trust_open_dir(what, path, e);
	struct stat now, seen;

	if (fd < 0)
		return fd;
	if (fstat(fd, &now) < 0 || fstat(seen_fd, &seen) < 0)
		return err_sys(e, errno, "%s: stat %s", what, path);
	if (now.st_dev != seen.st_dev || now.st_ino != seen.st_ino)
		return err_set(e, ERR_STATE, EAGAIN, "%s: %s is another directory now", what, path);
	return TAKE_FD(fd);
}

/* From "/a/b" and its link "../c" to "/a/c". Returns 1, or 0 when it has none. */
static int go_to_parent(char path[PATH_MAX], int dir_fd, struct err *e)
{
	char link[PATH_MAX];

	ssize_t n = readlinkat(dir_fd, PARENT, link, sizeof(link) - 1);
	if (n < 0)
		return errno == ENOENT ? 0 : err_sys(e, errno, "--image-path: " PARENT);
	link[n] = '\0';
	/* On the stage there is nothing else. */
	if (!str_starts(link, "../") || strchr(link + 3, '/') || !link[3] || link[3] == '.')
		return err_set(e, ERR_STATE, EINVAL,
			       "--image-path: its parent is not beside it: %s", link);
	char *name = strrchr(path, '/') + 1;
	if ((size_t)(name - path) + strlen(link + 3) >= PATH_MAX)
		return err_sys(e, ENAMETOOLONG, "--image-path: " PARENT);
	strcpy(name, link + 3);
	return 1;
}

int restore_open_dirs(const struct criu *criu, struct restore_dirs *ret, struct err *e)
{
	char path[PATH_MAX];
	int fd = open_again("--work-path", criu->work_path, criu->work_fd, e), more = 1;

	if (fd < 0)
		return fd;
	ret->work_fd = fd;
	if (path_clean(criu->image_path, path, sizeof(path)) < 0)
		return err_sys(e, ENAMETOOLONG, "--image-path");
	while (more > 0) {
		if (ret->n == RESTORE_DIRS_MAX)
			return err_set(e, ERR_STATE, ELOOP, "--image-path: more than %d parents",
				       RESTORE_DIRS_MAX - 1);
		struct restore_dir *d = &ret->images[ret->n];
		fd = ret->n == 0 ? open_again("--image-path", path, criu->image_fd, e)
				 : trust_open_dir("--image-path", path, e);
		if (fd < 0)
			return fd;
		ret->n++;
		d->fd = fd;
		snprintf(d->name, sizeof(d->name), "%s", strrchr(path, '/') + 1);
		more = go_to_parent(path, fd, e);
	}
	return more;
}

void restore_close_dirs(struct restore_dirs *d)
{
	while (d->n > 0)
		fd_closep(&d->images[--d->n].fd);
	fd_closep(&d->work_fd);
}

/* As @images_fd/NAME, with its link to @parent (NULL: none). Returns a descriptor of that. */
static int place(struct creation *c, const struct restore_dir *d, const char *parent, int images_fd,
		 struct err *e)
{
	char link[sizeof(d->name) + 3];

	if (mkdirat(images_fd, d->name, 0755) < 0)
		return err_set(e, ERR_STATE, errno,
			       "--image-path: %s: more than one directory of that name", d->name);
	AUTO_FD to_fd = openat(images_fd, d->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (to_fd < 0)
		return err_sys(e, errno, "open " IMAGES);
	snprintf(link, sizeof(link), "../%s", parent ? parent : "");
	if (parent && symlinkat(link, to_fd, PARENT) < 0)
		return err_sys(e, errno, "lay out the images' parent for CRIU");
	int r = place_files(c, d->fd, to_fd, e);
	return r < 0 ? r : TAKE_FD(to_fd);
}

int restore_images(struct creation *c, int stage_fd, const struct restore_dirs *dirs, int *ret_fd,
		   struct err *e)
{
	AUTO_FD first_fd = -1;

	if (mkdirat(stage_fd, IMAGES, 0755) < 0)
		return err_sys(e, errno, "make " IMAGES);
	AUTO_FD images_fd = openat(stage_fd, IMAGES, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (images_fd < 0)
		return err_sys(e, errno, "open " IMAGES);
	for (size_t i = 0; i < dirs->n; i++) {
		const char *parent = i + 1 < dirs->n ? dirs->images[i + 1].name : NULL;
		AUTO_FD fd = place(c, &dirs->images[i], parent, images_fd, e);
		if (fd < 0)
			return fd;
		if (i == 0)
			first_fd = TAKE_FD(fd);
	}
	int r = restore_check_ids(c, first_fd, e);
	if (r == 0)
		*ret_fd = TAKE_FD(first_fd);
	return r;
}

int restore_work(int stage_fd, const struct restore_dirs *dirs, int *ret_fd, struct err *e)
{
	AUTO_FD fd = idmap_clone(dirs->work_fd, "", -1, 0, false, "--work-path", e);

	if (fd < 0)
		return fd;
	if (mkdirat(stage_fd, WORK, 0700) < 0 ||
	    sys_move_mount(fd, "", stage_fd, WORK, MOVE_MOUNT_F_EMPTY_PATH) < 0 ||
	    (*ret_fd = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return err_sys(e, errno, "lay out the directory for CRIU's log");
	return 0;
}

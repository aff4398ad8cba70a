/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* checkpoint_images.c: the directory that CRIU writes the images of a container to. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dir.h"
#include "base/err.h"
#include "base/fd.h"
#include "host/trust.h"
#include "lifecycle/checkpoint_plan.h"
#include "lifecycle/checkpoint_priv.h"

static bool is_image(const char *name)
{
	size_t n = strlen(name);

	return (n > 4 && strcmp(name + n - 4, ".img") == 0) || strcmp(name, CHECKPOINT_NOTE) == 0 ||
	       strcmp(name, "stats-dump") == 0 || strcmp(name, "parent") == 0;
}

/* A log stays behind a failure, and is no reason against the next try. */
static bool is_other(const char *name)
{
	size_t n = strlen(name);

	return strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
	       !(n > 4 && strcmp(name + n - 4, ".log") == 0);
}

/* Calls @found for each such file in the directory, until that returns not 0. */
static int each_file(int image_fd, bool (*is_such)(const char *name),
		     int (*found)(int dir_fd, const char *name))
{
	AUTO_DIR dir = dir_open(image_fd, ".");
	const struct dirent *x;
	int r = 0, more = dir ? 0 : -errno;

	while (dir && r == 0 && (more = dir_next(dir, &x)) > 0)
		if (is_such(x->d_name))
			r = found(dirfd(dir), x->d_name);
	return r != 0 ? r : more;
}

static int is_there(int dir_fd, const char *name)
{
	(void)dir_fd;
	(void)name;
	return 1;
}

static int remove_image(int dir_fd, const char *name)
{
	(void)unlinkat(dir_fd, name, 0);
	return 0;
}

/* In it will be the memory of the processes. One that serves others, too, is not ours to close. */
static int close_to_others(struct dumping *d, struct err *e)
{
	const char *path = d->q->criu.image_path;
	struct stat st;

	if (fstat(d->criu.image_fd, &st) < 0)
		return err_sys(e, errno, "--image-path: stat %s", path);
	d->mode = st.st_mode & 07777;
	if (d->mode == 0700)
		return 0;
	if (each_file(d->criu.image_fd, is_other, is_there) != 0)
		return err_set(e, ERR_STATE, ENOTEMPTY,
			       "--image-path: %s has other files in it and mode %04o: it must be "
			       "empty, or root's alone (0700)",
			       path, (unsigned)d->mode);
	if (fchmod(d->criu.image_fd, 0700) < 0)
		return err_sys(e, errno, "--image-path: chmod %s", path);
	d->closed = true;
	return 0;
}

/* Named from the directory of the images, which is there by now. */
static int check_parent(struct dumping *d, struct err *e)
{
	const struct checkpoint_request *q = d->q;

	if (!q->parent_path)
		return 0;
	char *path = arena_printf(&d->arena, "%s/%s", q->criu.image_path, q->parent_path);
	if (!path)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	AUTO_FD fd = trust_open_dir("--parent-path", path, e);
	return fd < 0 ? fd : 0;
}

/* Half of an old checkpoint and half of a new one would be neither. */
int checkpoint_images_open(struct dumping *d, struct err *e)
{
	const struct checkpoint_request *q = d->q;
	const char *path = q->criu.image_path;

	int r = criu_make_dir(path);
	d->made_dir = r == 1;
	if (r < 0)
		return err_sys(e, -r, "--image-path: make %s", path);
	/* A mistake in an option is told before what this host cannot do. */
	r = check_parent(d, e);
	if (r == 0)
		r = criu_open(q->pre_dump ? "pre-dump" : "dump", &q->criu, &d->arena, &d->criu, e);
	if (r == 0)
		r = checkpoint_check(&d->plan, &d->criu, e);
	if (r < 0)
		return r;
	if (each_file(d->criu.image_fd, is_image, is_there) != 0)
		return err_set(e, ERR_STATE, EEXIST,
			       "--image-path: %s has images of a checkpoint already", path);
	d->begun = true;
	return close_to_others(d, e);
}

void checkpoint_images_undo(struct dumping *d)
{
	if (d->begun)
		(void)each_file(d->criu.image_fd, is_image, remove_image);
	if (d->closed)
		(void)fchmod(d->criu.image_fd, d->mode);
	if (d->made_dir)
		(void)rmdir(d->q->criu.image_path);
}

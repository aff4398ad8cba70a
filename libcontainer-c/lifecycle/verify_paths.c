/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* verify_paths.c: masked paths are covered, read-only paths are, and /dev holds what was planned.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdint.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "apply/masks.h"
#include "base/fd.h"
#include "base/str.h"
#include "lifecycle/verify_priv.h"
#include "lifecycle/verify_view.h"

/* Covered by an empty, read-only tmpfs, or by the null device: what apply/masks.c makes. */
static bool is_mask(const struct view_place *p)
{
	if (!p->is_root || view_lacks(&p->mount->m, MOUNT_ATTR_RDONLY))
		return false;
	return S_ISDIR(p->mode) ? strcmp(p->mount->m.fstype, "tmpfs") == 0
				: S_ISCHR(p->mode) && p->rdev == makedev(1, 3);
}

struct masked_match {
	struct verify *v;
	const struct view *w;
	struct masks_count *count;
};

static void check_masked(const struct masked_match *m, const char *path, bool literal);

static int check_match(void *arg, const char *path)
{
	const struct masked_match *m = arg;
	const char *copy = arena_strdup(m->v->a, path);

	if (copy)
		check_masked(m, copy, true);
	return 0;
}

static void check_masked(const struct masked_match *m, const char *path, bool literal)
{
	static const char covered[] = "covered";
	struct verify *v = m->v;
	const struct view *w = m->w;
	struct view_place p;
	int r = view_find(w, path, true, &p);

	if (r < 0 && !literal && masks_is_pattern(path)) {
		if (masks_glob(w->root_fd, path, m->count, check_match, (void *)(uintptr_t)m,
			       NULL) < 0)
			verify_add(v, VERIFY_FAILED, "masked paths", path, covered,
				   "cannot be looked at");
		return;
	}
	/* Not on every kernel, and not in every image. */
	if (r == -ENOENT || (literal && (r == -ENOTDIR || r == -ELOOP))) {
		verify_add(v, VERIFY_OK, "masked paths", path, covered, "does not exist");
		return;
	}
	if (r < 0) {
		verify_add(v, VERIFY_FAILED, "masked paths", path, covered, "cannot be looked at");
		return;
	}
	bool ok = is_mask(&p);
	p.mount->known = p.mount->known || p.is_root;
	verify_is(v, ok, "masked paths", path, covered,
		  ok	      ? covered
		  : p.is_root ? arena_printf(v->a, "another mount is there: %s (%s)",
					     p.mount->m.fstype, p.mount->m.options)
			      : "open to everybody inside");
	fd_closep(&p.fd);
}

static void check_readonly(struct verify *v, const struct view *w, const char *path)
{
	struct view_place p;
	int r = view_find(w, path, true, &p);

	if (r == -ENOENT) {
		verify_add(v, VERIFY_OK, "read-only paths", path, "ro", "does not exist");
		return;
	}
	if (r < 0) {
		verify_add(v, VERIFY_FAILED, "read-only paths", path, "ro", "cannot be looked at");
		return;
	}
	bool ok = mountinfo_has_option(&p.mount->m, "ro");
	p.mount->known = p.mount->known || p.is_root;
	verify_is(v, ok, "read-only paths", path, "ro",
		  p.is_root ? arena_strdup(v->a, p.mount->m.options) : "nothing is mounted there");
	fd_closep(&p.fd);
}

void verify_paths(struct verify *v, const struct view *w)
{
	const struct mounts_plan *p = &v->plan.mounts;
	struct masks_count count = {0};
	const struct masked_match m = {v, w, &count};

	for (size_t i = 0; i < p->n_masked; i++)
		check_masked(&m, p->masked[i], false);
	for (size_t i = 0; i < p->n_readonly; i++)
		check_readonly(v, w, p->readonly[i]);
}

static const char *node_text(const struct verify *v, mode_t mode, dev_t rdev)
{
	return S_ISCHR(mode)
		       ? arena_printf(v->a, "character device %u:%u", major(rdev), minor(rdev))
	       : S_ISBLK(mode)	? arena_printf(v->a, "block device %u:%u", major(rdev), minor(rdev))
	       : S_ISFIFO(mode) ? "a fifo"
				: "no device";
}

/* The container's root owns the directory and may remove a node; it cannot make one. */
static void check_device(struct verify *v, const struct view *w, const struct device_plan *d)
{
	dev_t want = S_ISFIFO(d->mode) ? 0 : makedev(d->major, d->minor);
	const char *expected = node_text(v, d->mode, want);
	struct view_place p;
	int r = view_find(w, d->path, false, &p);

	if (r < 0) {
		verify_add(v, VERIFY_NOTE, "devices", d->path, expected,
			   r == -ENOENT ? "removed by the container" : "cannot be looked at");
		return;
	}
	p.mount->known = p.mount->known || p.is_root;
	bool ok = (p.mode & S_IFMT) == (d->mode & S_IFMT) && (S_ISFIFO(d->mode) || p.rdev == want);
	verify_is(v, ok, "devices", d->path, expected, node_text(v, p.mode, p.rdev));
	fd_closep(&p.fd);
}

static bool is_planned(const struct mounts_plan *p, const char *path)
{
	for (size_t i = 0; i < p->n_devices; i++)
		if (strcmp(p->devices[i].path, path) == 0)
			return true;
	return false;
}

static void check_entry(struct verify *v, int dir_fd, const char *name)
{
	const struct mounts_plan *p = &v->plan.mounts;
	const char *path = arena_printf(v->a, "/dev/%s", name);
	struct stat st;

	if (!path || fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    (!S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode)) || is_planned(p, path))
		return;
	/* The terminal: a slave of the container's own devpts, put there by mounts_console(). */
	if (v->plan.process.terminal && strcmp(name, "console") == 0 && S_ISCHR(st.st_mode) &&
	    major(st.st_rdev) >= 136 && major(st.st_rdev) <= 143)
		return;
	verify_add(v, VERIFY_FAILED, "devices", path, "not in the plan",
		   node_text(v, st.st_mode, st.st_rdev));
}

/* Nobody inside can make nodes: one more was put there from the host. */
static void check_others(struct verify *v, const struct view *w)
{
	struct view_place p;

	if (v->plan.mounts.dev_mount < 0 || view_find(w, "/dev", true, &p) < 0)
		return;
	AUTO_FD fd = openat(p.fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fd_closep(&p.fd);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	if (!d)
		return;
	fd = -1; /* closedir() closes it */
	for (struct dirent *x; (x = readdir(d));)
		check_entry(v, dirfd(d), x->d_name);
	closedir(d);
}

/* /dev/console is a mount of the plan, not of mounts[]. */
static void know_console(const struct verify *v, const struct view *w)
{
	struct view_place p;

	if (!v->plan.process.terminal || view_find(w, "/dev/console", false, &p) < 0)
		return;
	p.mount->known = p.mount->known || p.is_root;
	fd_closep(&p.fd);
}

void verify_devices(struct verify *v, const struct view *w)
{
	const struct mounts_plan *p = &v->plan.mounts;

	for (size_t i = 0; i < p->n_devices; i++)
		check_device(v, w, &p->devices[i]);
	check_others(v, w);
	know_console(v, w);
}

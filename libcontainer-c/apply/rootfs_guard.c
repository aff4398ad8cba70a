/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rootfs_guard.c: directories that the container will pin are in both overlays. See rootfs.h. */
#include "apply/rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "kernel/sys.h"

#define IN_ROOT (RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS)

static bool is_overlay(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && fs.f_type == OVERLAYFS_SUPER_MAGIC;
}

/* Directories whose ancestors are all done; most mounts have the same few parents. */
struct guard {
	int root_fd;
	uint64_t root_ino;
	uint64_t done[64];
	size_t n;
};

static bool is_done(const struct guard *g, uint64_t ino)
{
	for (size_t i = 0; i < g->n; i++)
		if (g->done[i] == ino)
			return true;
	return false;
}

/* The deepest directory of @path that exists, or -errno. */
static int open_deepest(const struct guard *g, char *path)
{
	for (;;) {
		int fd = sys_openat2(g->root_fd, path, O_RDONLY | O_DIRECTORY, 0, IN_ROOT);
		if (fd >= 0)
			return fd;
		char *slash = strrchr(path, '/');
		if (!slash || (errno != ENOENT && errno != ENOTDIR && errno != ELOOP))
			return -errno;
		*slash = '\0';
		if (!*path)
			strcpy(path, "/");
	}
}

/* From @fd up to the root. A chmod to the same mode copies a directory up and leaves its mtime. */
static int copy_up_chain(struct guard *g, int fd, struct err *e)
{
	AUTO_FD dir = fd;
	struct stat st;

	for (int depth = 0; depth < PATH_MAX / 2; depth++) {
		if (fstat(dir, &st) != 0)
			return err_sys(e, errno, "pin guard: stat");
		if (st.st_ino == g->root_ino || is_done(g, st.st_ino))
			return 0;
		if (fchmod(dir, st.st_mode & 07777) != 0)
			return err_sys(e, errno, "pin guard: copy up a directory");
		if (g->n < sizeof(g->done) / sizeof(g->done[0]))
			g->done[g->n++] = st.st_ino;
		int up = openat(dir, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (up < 0)
			return err_sys(e, errno, "pin guard: open a parent directory");
		fd_closep(&dir);
		dir = up;
	}
	return err_set(e, ERR_SYSTEM, ELOOP, "pin guard: directories too deep");
}

static int guard_path(struct guard *g, const char *path, bool itself, struct err *e)
{
	char clean[PATH_MAX];

	if (path_clean(path, clean, sizeof(clean)) < 0 || clean[0] != '/')
		return 0; /* refused where it is used */
	if (!itself)
		strrchr(clean, '/')[strrchr(clean, '/') == clean] = '\0';
	int fd = open_deepest(g, clean);
	if (fd < 0)
		return err_sys(e, -fd, "pin guard: %s", path);
	return copy_up_chain(g, fd, e);
}

int rootfs_pin_guard(int root_fd, const char *const *destinations, size_t n, const char *cwd,
		     struct err *e)
{
	struct guard g = {.root_fd = root_fd};
	struct statvfs v;
	struct stat st;

	if (!is_overlay(root_fd))
		return 0;
	if (fstatvfs(root_fd, &v) != 0 || fstat(root_fd, &st) != 0)
		return err_sys(e, errno, "pin guard: stat");
	if (v.f_flag & ST_RDONLY)
		return 0;
	g.root_ino = st.st_ino;
	int r = cwd ? guard_path(&g, cwd, true, e) : 0;
	for (size_t i = 0; i < n && r == 0; i++)
		r = guard_path(&g, destinations[i], false, e);
	return r;
}

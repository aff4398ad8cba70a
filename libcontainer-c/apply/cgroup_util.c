/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroup_util.c: time, files and walks for apply/cgroup*.c; see cgroup_priv.h. */
#include "apply/cgroup_priv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"

#define MS	      1000000
#define BACKOFF_FIRST (MS / 10)
#define BACKOFF_LAST  (20 * MS)

int64_t cgroup_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 * MS + t.tv_nsec;
}

int64_t cgroup_deadline(int ms)
{
	return cgroup_now() + (int64_t)ms * MS;
}

int cgroup_poll_ms(int64_t deadline_ns)
{
	int64_t left = deadline_ns - cgroup_now();

	return left <= 0 ? 0 : (int)((left + MS - 1) / MS);
}

bool cgroup_backoff(int64_t *delay_ns, int64_t deadline_ns)
{
	int64_t left = deadline_ns - cgroup_now();

	if (left <= 0)
		return false;
	*delay_ns = *delay_ns == 0 ? BACKOFF_FIRST : *delay_ns * 2;
	if (*delay_ns > BACKOFF_LAST)
		*delay_ns = BACKOFF_LAST;
	int64_t ns = *delay_ns < left ? *delay_ns : left;
	struct timespec t = {.tv_sec = 0, .tv_nsec = (long)ns};
	nanosleep(&t, NULL);
	return true;
}

/*
 * A seq_file hands out whole records until its buffer of a page is full, so that only a read of
 * less than that is known to be the last: the usual short file costs one system call, not two.
 */
ssize_t cgroup_read(int fd, char *buf, size_t size)
{
	size_t n = 0;

	while (n < size - 1) {
		ssize_t r = pread(fd, buf + n, size - 1 - n, (off_t)n);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -errno;
		n += (size_t)r;
		if (r < 1024)
			break;
	}
	buf[n] = '\0';
	return (ssize_t)n;
}

/* The subtree as a queue: entry i is visited while what it holds is appended. */
struct walk {
	struct arena *a;
	char **paths;
	size_t n, cap;
};

/* Far above what a working tree has; bounds the memory that a hostile one can cost. */
#define WALK_MAX 65536

static int walk_add(struct walk *w, const char *parent, const char *name)
{
	if (w->n == WALK_MAX)
		return -E2BIG;
	if (w->n == w->cap) {
		size_t cap = w->cap ? w->cap * 2 : 32;
		char **p = arena_array(w->a, cap, sizeof(*p));
		if (!p)
			return -ENOMEM;
		if (w->n)
			memcpy(p, w->paths, w->n * sizeof(*p));
		w->paths = p;
		w->cap = cap;
	}
	w->paths[w->n] =
		parent ? arena_printf(w->a, "%s/%s", parent, name) : arena_strdup(w->a, name);
	return w->paths[w->n++] ? 0 : -ENOMEM;
}

/* kernfs gives every entry its type; a cgroup's directories are its children. */
static int walk_visit(struct walk *w, int dir_fd, const char *path)
{
	AUTO_FD fd =
		openat(dir_fd, path ? path : ".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	int r = 0;

	if (!d)
		return errno == ENOENT ? 0 : -errno;
	fd = -1; /* closedir() closes it */
	for (struct dirent *x; r == 0 && (x = readdir(d)) != NULL;) {
		if (x->d_type != DT_DIR || strcmp(x->d_name, ".") == 0 ||
		    strcmp(x->d_name, "..") == 0)
			continue;
		r = walk_add(w, path, x->d_name);
	}
	closedir(d);
	return r;
}

int cgroup_subtree(int dir_fd, struct arena *a, char ***ret, size_t *ret_n, struct err *e)
{
	struct walk w = {.a = a};
	struct stat st;
	int r = 0;

	/* kernfs counts: two links, no directory below. The usual case, and much cheaper. */
	if (fstat(dir_fd, &st) < 0 || st.st_nlink != 2)
		r = walk_visit(&w, dir_fd, NULL);

	for (size_t i = 0; r == 0 && i < w.n; i++)
		r = walk_visit(&w, dir_fd, w.paths[i]);
	if (r < 0)
		return err_set(e, ERR_SYSTEM, -r, "reading the cgroups below the container's: %s",
			       strerrorname_np(-r));
	*ret = w.paths;
	*ret_n = w.n;
	return 0;
}

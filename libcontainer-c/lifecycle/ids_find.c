/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ids_find.c: looking at who holds which id range, without taking part. See ids.h. */
#include "lifecycle/ids.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "host/probe.h"

/* The first id in a link's name: "200000", or "200000.1" for one that shares the range. */
static bool first_of(const char *name, uint32_t *ret)
{
	unsigned first, k;
	char more;
	int n = sscanf(name, "%u.%u%c", &first, &k, &more);

	if (n != 2 && (n != 1 || strchr(name, '.')))
		return false;
	*ret = first;
	return true;
}

/* Where a link leads, or false. */
static bool read_link(int dir_fd, const char *name, char target[PATH_MAX])
{
	ssize_t n = readlinkat(dir_fd, name, target, PATH_MAX - 1);

	if (n < 0)
		return false;
	target[n] = '\0';
	return true;
}

/* One directory, whatever it was called: engines say /var/run for what others know as /run. */
static bool is_same_dir(const struct stat *dir, const char *target)
{
	struct stat st;

	return stat(target, &st) == 0 && st.st_dev == dir->st_dev && st.st_ino == dir->st_ino;
}

int ids_find(const char *state_dir, struct id_extent *ret)
{
	char target[PATH_MAX];
	uint32_t first = 0;
	struct stat dir;
	int r = 0;

	if (stat(state_dir, &dir) < 0)
		return -errno;
	DIR *d = opendir(IDS_DIR);
	if (!d)
		/* EACCES: not root, who alone reserves ranges. */
		return errno == ENOENT || errno == EACCES ? 0 : -errno;
	for (struct dirent *x; r == 0 && (x = readdir(d));)
		r = first_of(x->d_name, &first) && read_link(dirfd(d), x->d_name, target) &&
		    is_same_dir(&dir, target);
	closedir(d);
	if (r == 1)
		*ret = (struct id_extent){0, first, HOST_RANGE_SIZE};
	return r;
}

bool ids_is_shared(uint32_t base)
{
	struct stat st;
	char path[64];

	/* The numbers behind the dot are dense from 1. */
	snprintf(path, sizeof(path), IDS_DIR "/%u.1", base);
	return lstat(path, &st) == 0;
}

struct holders {
	struct arena *a;
	struct ids_holder *list;
	size_t n;
};

/* The link @name of the range from @first on; one whose container is gone counts for nothing. */
static int add_holder(struct holders *h, int dir_fd, const char *name, uint32_t first)
{
	char target[PATH_MAX];
	struct stat st;

	if (!read_link(dir_fd, name, target) || lstat(target, &st) < 0)
		return 0;
	struct ids_holder *bigger = arena_array(h->a, h->n + 1, sizeof(*bigger));
	char *state_dir = arena_strdup(h->a, target);
	if (!bigger || !state_dir)
		return -ENOMEM;
	if (h->n)
		memcpy(bigger, h->list, h->n * sizeof(*bigger));
	bigger[h->n++] = (struct ids_holder){.state_dir = state_dir, .first = first};
	h->list = bigger;
	return 0;
}

int ids_holders(uint32_t id, struct arena *a, struct ids_holder **ret, size_t *ret_n, struct err *e)
{
	struct holders h = {.a = a};
	uint32_t first;
	int r = 0;

	DIR *d = opendir(IDS_DIR);
	if (!d && errno != ENOENT)
		return err_sys(e, errno, "open %s", IDS_DIR);
	for (struct dirent *x; d && r == 0 && (x = readdir(d));)
		if (first_of(x->d_name, &first) && id >= first && id - first < HOST_RANGE_SIZE)
			r = add_holder(&h, dirfd(d), x->d_name, first);
	if (d)
		closedir(d);
	if (r < 0)
		return err_sys(e, -r, "read %s", IDS_DIR);
	*ret = h.list;
	*ret_n = h.n;
	return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * masks_glob.c: owns patterns in linux.maskedPaths, glob(7) without braces. The tree is hostile: it
 * may have a million entries in a directory, symlinks to itself, and change meanwhile. So a pattern
 * goes exactly as deep as it has components, what is looked at is counted, and whoever is called
 * opens each path again by descriptor inside the root.
 */
#include "apply/masks.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "apply/in_root.h"
#include "base/err.h"
#include "base/fd.h"

#define ENTRIES_MAX 65536u
#define MATCHES_MAX 1024u /* each is a mount */

struct glob {
	int root_fd;
	const char *pattern;
	int (*each)(void *arg, const char *path);
	void *arg;
	struct err *e;
	char path[PATH_MAX]; /* what has matched so far */
	struct masks_count *count;
};

bool masks_is_pattern(const char *path)
{
	return strpbrk(path, "*?[");
}

static int too_much(const struct glob *g, const char *what, unsigned max)
{
	return err_set(g->e, ERR_SPEC, E2BIG, "/linux/maskedPaths: \"%s\" has more than %u %s",
		       g->pattern, max, what);
}

static int walk(struct glob *g, size_t len, const char *rest);

/* @name behind the path so far; the caller shortens it again. */
static int descend(struct glob *g, size_t len, const char *name, size_t n, const char *rest)
{
	if (len + 1 + n >= sizeof(g->path))
		return 0;
	g->path[len] = '/';
	memcpy(g->path + len + 1, name, n);
	g->path[len + 1 + n] = '\0';
	int r = walk(g, len + 1 + n, rest);
	g->path[len] = '\0';
	return r;
}

static int read_entries(struct glob *g, DIR *dir, size_t len, const char *pattern, const char *rest)
{
	const struct dirent *d;
	int r = 0;

	while (r == 0) {
		errno = 0;
		d = readdir(dir);
		if (!d)
			/* ENOENT: the directory has been removed meanwhile. */
			return errno && errno != ENOENT
				       ? err_sys(g->e, errno, "/linux/maskedPaths: \"%s\": read %s",
						 g->pattern, g->path)
				       : 0;
		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
			continue;
		if (++g->count->entries > ENTRIES_MAX)
			return too_much(g, "entries to look at", ENTRIES_MAX);
		if (fnmatch(pattern, d->d_name, FNM_PERIOD) == 0)
			r = descend(g, len, d->d_name, strlen(d->d_name), rest);
	}
	return r;
}

/* A component that is a pattern: every entry of the directory that has matched so far. */
static int match(struct glob *g, size_t len, const char *component, size_t n, const char *rest)
{
	char pattern[NAME_MAX + 1];
	int fd = in_root_open(g->root_fd, len ? g->path : "/", O_RDONLY | O_DIRECTORY);

	/* No directory, or no end of symlinks: nothing there matches. */
	if (fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP || n >= sizeof(pattern)) {
		fd_closep(&fd);
		return 0;
	}
	if (fd < 0)
		return err_sys(g->e, -fd, "/linux/maskedPaths: \"%s\": read %s", g->pattern,
			       g->path);
	memcpy(pattern, component, n);
	pattern[n] = '\0';
	DIR *dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return err_sys(g->e, errno, "/linux/maskedPaths: \"%s\"", g->pattern);
	}
	int r = read_entries(g, dir, len, pattern, rest);
	closedir(dir);
	return r;
}

static int walk(struct glob *g, size_t len, const char *rest)
{
	const char *component = rest + strspn(rest, "/");
	size_t n = strcspn(component, "/");

	if (n == 0)
		return ++g->count->matches > MATCHES_MAX ? too_much(g, "matches", MATCHES_MAX)
							 : g->each(g->arg, g->path);
	for (size_t i = 0; i < n; i++)
		if (strchr("*?[", component[i]))
			return match(g, len, component, n, component + n);
	return descend(g, len, component, n, component + n);
}

int masks_glob(int root_fd, const char *pattern, struct masks_count *count,
	       int (*each)(void *arg, const char *path), void *arg, struct err *e)
{
	struct glob g = {.root_fd = root_fd,
			 .pattern = pattern,
			 .count = count,
			 .each = each,
			 .arg = arg,
			 .e = e};

	return walk(&g, 0, pattern);
}

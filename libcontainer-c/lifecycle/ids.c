/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ids.c: see ids.h. */
#include "lifecycle/ids.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "host/probe.h"
#include "lifecycle/own_dir.h"

/* Whether the container behind a link is gone. Anything unclear counts as alive. */
static bool is_dead(int dir, const char *name)
{
	char target[PATH_MAX];
	struct stat st;
	ssize_t n = readlinkat(dir, name, target, sizeof(target) - 1);

	if (n <= 0)
		return false;
	target[n] = '\0';
	return lstat(target, &st) < 0 && errno == ENOENT;
}

/* Where ranges come from: @slots of them, the first one at host id @first. */
struct pool {
	unsigned first, slots;
	const char *source;
};

/* The file that remembers which slot of the pool is tried next. */
static const char *next_file(const struct pool *p, char name[32])
{
	snprintf(name, 32, "next-%u", p->first);
	return name;
}

static unsigned read_next(int dir, const struct pool *p)
{
	char text[16], name[32];
	uint64_t v;

	ssize_t n = file_read_at(dir, next_file(p, name), text, sizeof(text));
	return n > 0 && str_u64(text, UINT_MAX, &v) == 0 ? (unsigned)(v % p->slots) : 0;
}

/* Only a hint: losing it makes an id reused sooner, never twice at once. */
static void write_next(int dir, const struct pool *p, unsigned slot)
{
	char text[16], name[32];

	AUTO_FD fd = openat(dir, next_file(p, name),
			    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	int n = snprintf(text, sizeof(text), "%u", slot);
	if (fd >= 0)
		(void)fd_write_once(fd, text, (size_t)n);
}

/*
 * Keep "ID.1" .. "ID.N" dense, also when we are killed here: the last one takes the place of
 * @name in one step.
 */
static int release_link(int dir, const char *name)
{
	char last[32], next[32];
	struct stat st;
	unsigned first, k;

	snprintf(last, sizeof(last), "%.31s", name);
	if (sscanf(name, "%u.%u", &first, &k) == 2)
		while (snprintf(next, sizeof(next), "%u.%u", first, ++k) > 0 &&
		       fstatat(dir, next, &st, AT_SYMLINK_NOFOLLOW) == 0)
			memcpy(last, next, sizeof(last));
	int r = strcmp(last, name) == 0 ? unlinkat(dir, name, 0) : renameat(dir, last, dir, name);
	return r < 0 && errno != ENOENT ? -errno : 0;
}

/*
 * Whether a joined container still holds the range through "ID.K". The suffixes are dense from 1,
 * so the first one decides; links of dead containers are dropped on the way.
 */
static bool is_shared(int dir, unsigned first)
{
	char name[32];
	struct stat st;

	snprintf(name, sizeof(name), "%u.1", first);
	while (is_dead(dir, name))
		if (release_link(dir, name) < 0)
			return true;
	return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static int try_range(int dir, unsigned first, const char *state_dir)
{
	char name[16];

	if (is_shared(dir, first))
		return -EEXIST;
	snprintf(name, sizeof(name), "%u", first);
	if (symlinkat(state_dir, dir, name) == 0)
		return 0;
	if (errno != EEXIST || !is_dead(dir, name))
		return -errno;
	if (unlinkat(dir, name, 0) < 0 || symlinkat(state_dir, dir, name) < 0)
		return -errno;
	return 0;
}

int ids_reserve(const char *state_dir, const char *pool, struct id_extent *ret,
		const char **ret_source, struct err *e)
{
	struct pool p;
	int r = host_probe_range(pool, &p.first, &p.slots, &p.source, e);

	if (r < 0)
		return r;
	AUTO_FD dir = own_dir_lock(IDS_DIR, e);
	if (dir < 0)
		return dir;
	unsigned next = read_next(dir, &p);
	for (unsigned i = 0; i < p.slots; i++) {
		unsigned slot = (next + i) % p.slots;
		unsigned first = p.first + slot * HOST_RANGE_SIZE;
		r = try_range(dir, first, state_dir);
		if (r == -EEXIST)
			continue;
		if (r < 0)
			return err_sys(e, -r, "reserve the id range from %u on", first);
		write_next(dir, &p, (slot + 1) % p.slots);
		*ret = (struct id_extent){0, first, HOST_RANGE_SIZE};
		*ret_source = p.source;
		return 0;
	}
	return err_set(e, ERR_POLICY, EAGAIN,
		       "policy: userns: all %u id ranges are in use (pool from %s): delete "
		       "containers or enlarge the entry \"%s\" in /etc/subuid and /etc/subgid",
		       p.slots, p.source, pool);
}

/* Whether some container holds the range: then it is one of ours. */
static bool is_held(int dir, unsigned first)
{
	char name[32];
	struct stat st;

	snprintf(name, sizeof(name), "%u", first);
	return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 || is_shared(dir, first);
}

/* Somebody else's directory, or none, holds nothing of ours: an ordinary user's containers. */
static bool has_no_ranges(void)
{
	struct stat st;

	return lstat(IDS_DIR, &st) < 0 ? errno == ENOENT : st.st_uid != geteuid();
}

int ids_share(const char *state_dir, uint32_t base, struct err *e)
{
	char name[32];

	if (has_no_ranges())
		return 0;
	AUTO_FD dir = own_dir_lock(IDS_DIR, e);
	if (dir < 0)
		return dir;
	if (!is_held(dir, base))
		return 0;
	for (unsigned k = 1; k < 100000; k++) {
		snprintf(name, sizeof(name), "%u.%u", base, k);
		if (symlinkat(state_dir, dir, name) == 0)
			return 0;
		if (errno != EEXIST)
			return err_sys(e, errno, "share id range %s", name);
	}
	return err_set(e, ERR_HOST, EAGAIN, "too many containers share one id range");
}

/* The link @name if it points to @state_dir: 1 released, 0 not ours, or -errno. */
static int release_if_ours(int dir, const char *name, const char *state_dir)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(dir, name, target, sizeof(target) - 1);

	if (n <= 0)
		return 0;
	target[n] = '\0';
	if (strcmp(target, state_dir) != 0)
		return 0;
	int r = release_link(dir, name);
	return r < 0 ? r : 1;
}

/* Closes @dir, which drops the lock: a copy would be one descriptor more when there are none. */
static int release_by_scan(int dir, const char *state_dir)
{
	DIR *d = fdopendir(dir);
	int r = 0;

	if (!d) {
		r = -errno;
		close(dir);
		return r;
	}
	for (struct dirent *ent; r == 0 && (ent = readdir(d));)
		r = release_if_ours(dir, ent->d_name, state_dir);
	closedir(d);
	return r;
}

int ids_release(const char *state_dir, uint32_t base, struct err *e)
{
	char name[16];
	int r = 0;

	if (!base && has_no_ranges())
		return 0;
	AUTO_FD dir = own_dir_lock(IDS_DIR, e);
	if (dir < 0)
		return dir;
	if (base) {
		snprintf(name, sizeof(name), "%u", base);
		r = release_if_ours(dir, name, state_dir);
	}
	if (r == 0)
		r = release_by_scan(TAKE_FD(dir), state_dir);
	return r < 0 ? err_sys(e, -r, "release id range of %s", state_dir) : 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * range_probe.c: where id ranges come from. /etc/subuid and /etc/subgid lines are
 * "name:first:count" (subuid(5)). Ids that two names have would be those of a container and of
 * somebody else at once: such an entry is refused.
 */
#include "host/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"

#define DEFAULT_BASE  0x70000000u /* above systemd-nspawn's 0x00080000-0x6fffffff */
#define DEFAULT_SLOTS 4096u	  /* up to 0x7fffffff: some programs take ids as signed */

struct pool {
	uint64_t first, count;
};

static bool is_valid(const struct pool *p)
{
	return p->first != 0 && p->count >= HOST_RANGE_SIZE && p->first + p->count <= UINT32_MAX;
}

/* One line, NUL-terminated in place. False: not NAME:FIRST:COUNT. */
static bool parse_line(char *line, const char **ret_name, struct pool *ret)
{
	char *first = strchr(line, ':');
	char *count = first ? strchr(first + 1, ':') : NULL;

	if (!count)
		return false;
	*first++ = *count++ = '\0';
	*ret_name = line;
	return str_u64(first, UINT32_MAX, &ret->first) == 0 &&
	       str_u64(count, UINT32_MAX, &ret->count) == 0;
}

/* The first entry for @name; -ENOENT when there is none, -EINVAL when it is broken. */
static int find_entry(char *text, const char *name, struct pool *ret)
{
	size_t n = strlen(name);
	const char *whose;

	for (char *save, *line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		if (strncmp(line, name, n) != 0 || line[n] != ':')
			continue;
		return parse_line(line, &whose, ret) && is_valid(ret) ? 0 : -EINVAL;
	}
	return -ENOENT;
}

/* Whether somebody else has some of the ids, too. What is no entry is none of ours. */
static bool is_shared(char *text, const char *name, const struct pool *p)
{
	const char *whose;
	struct pool x;

	for (char *save, *line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		if (parse_line(line, &whose, &x) && strcmp(whose, name) != 0 &&
		    x.first < p->first + p->count && p->first < x.first + x.count)
			return true;
	return false;
}

static int read_pool(const char *file, const char *name, struct pool *ret)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	char *text, *copy;

	AUTO_FD fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return -errno;
	ssize_t n = fd_read_all(fd, &a, 1 << 20, &text);
	if (n < 0)
		return (int)n;
	copy = arena_strdup(&a, text);
	if (!copy)
		return -ENOMEM;
	int r = find_entry(text, name, ret);
	return r == 0 && is_shared(copy, name, ret) ? -EADDRINUSE : r;
}

static int bad_entry(const char *pool, const char *file, int code, struct err *e)
{
	if (code == EADDRINUSE)
		return err_set(e, ERR_HOST, EINVAL,
			       "the entry \"%s\" in %s has ids that another entry has, too", pool,
			       file);
	return err_set(
		e, ERR_HOST, EINVAL,
		"the entry \"%s\" in %s is missing or not NAME:FIRST:COUNT with a count of at "
		"least 65536",
		pool, file);
}

int host_probe_range(const char *pool, unsigned *ret_base, unsigned *ret_slots,
		     const char **ret_source, struct err *e)
{
	struct pool uid, gid;
	int ru = read_pool("/etc/subuid", pool, &uid);
	int rg = read_pool("/etc/subgid", pool, &gid);

	if (ru == -ENOENT && rg == -ENOENT && strcmp(pool, HOST_RANGE_POOL) == 0) {
		*ret_base = DEFAULT_BASE;
		*ret_slots = DEFAULT_SLOTS;
		*ret_source = "built-in default";
		return 0;
	}
	/* Half an entry, or a broken one, is an administrator's mistake: never guess around it. */
	if (ru < 0)
		return bad_entry(pool, "/etc/subuid", -ru, e);
	if (rg < 0)
		return bad_entry(pool, "/etc/subgid", -rg, e);
	if (uid.first != gid.first || uid.count != gid.count)
		return err_set(e, ERR_HOST, EINVAL,
			       "the entries \"%s\" in /etc/subuid and /etc/subgid differ", pool);
	*ret_base = (unsigned)uid.first;
	*ret_slots = (unsigned)(uid.count / HOST_RANGE_SIZE);
	*ret_source = "/etc/subuid";
	return 0;
}

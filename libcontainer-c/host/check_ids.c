/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* check_ids.c: the pool of id ranges: where it comes from, what is left, and who else has ids of
 * it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "host/check_priv.h"
#include "host/probe.h"
#include "policy/policy.h"

#define AREA	 "id ranges"
#define FILE_MAX (4u << 20)

struct range {
	uint64_t first, count;
};

/* Links "FIRST" in the directory; "FIRST.K" shares one of them. */
static int count_held(const struct check *c, const struct range *pool, unsigned *ret)
{
	DIR *d = opendir(c->q->ids_dir);
	unsigned n = 0;
	uint64_t first;

	if (!d && errno != ENOENT)
		return -errno;
	for (struct dirent *x; d && (x = readdir(d));)
		n += x->d_type == DT_LNK && str_u64(x->d_name, UINT32_MAX, &first) == 0 &&
		     first >= pool->first && first - pool->first < pool->count;
	if (d)
		closedir(d);
	*ret = n;
	return 0;
}

static void check_left(struct check *c, const struct range *pool)
{
	unsigned held = 0, all = (unsigned)(pool->count / HOST_RANGE_SIZE);

	if (count_held(c, pool, &held) < 0) {
		check_needs_root(c, AREA, "in use");
		return;
	}
	check_add(c,
		  held >= all		      ? CHECK_FAIL
		  : held > all - all / 10 - 1 ? CHECK_WARN
					      : CHECK_OK,
		  AREA, "in use", arena_printf(c->a, "%u of %u", held, all),
		  "delete containers, or enlarge the entry in /etc/subuid and /etc/subgid");
}

/* Field @n (from 0) of a line "a:b:c"; a number or false. */
static bool number_at(const char *line, unsigned n, uint64_t *ret)
{
	char digits[24];

	for (; n > 0; n--) {
		line = strchr(line, ':');
		if (!line++)
			return false;
	}
	size_t len = strcspn(line, ":\n");
	if (len >= sizeof(digits))
		return false;
	memcpy(digits, line, len);
	digits[len] = '\0';
	return str_u64(digits, UINT32_MAX, ret) == 0;
}

/*
 * The name of the first line whose ids touch the pool; NULL: none. @count: field that says how many
 * ids it has from the one in @field on; 0: one.
 */
static const char *find_other(struct check *c, const char *file, unsigned field, unsigned count,
			      const struct range *pool)
{
	AUTO_FD fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	const char *own = c->q->policy->userns.pool;
	char *text, *save;

	if (fd < 0 || fd_read_all(fd, c->a, FILE_MAX, &text) < 0)
		return NULL;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		uint64_t first, n = 1;
		size_t len = strcspn(line, ":");
		if (!number_at(line, field, &first) || (count && !number_at(line, count, &n)))
			continue;
		if (own && strlen(own) == len && strncmp(line, own, len) == 0)
			continue;
		if (first < pool->first + pool->count && pool->first < first + n)
			return arena_strndup(c->a, line, len);
	}
	return NULL;
}

static void check_others(struct check *c, const struct range *pool)
{
	static const struct {
		const char *file, *what;
		unsigned field, count;
	} files[] = {{"/etc/subuid", "other entries of /etc/subuid", 1, 2},
		     {"/etc/subgid", "other entries of /etc/subgid", 1, 2},
		     {"/etc/passwd", "users", 2, 0},
		     {"/etc/group", "groups", 2, 0}};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		const char *who =
			find_other(c, files[i].file, files[i].field, files[i].count, pool);
		check_add(c, who ? CHECK_FAIL : CHECK_OK, AREA, files[i].what,
			  who ? arena_printf(c->a, "%s has ids of the pool", who)
			      : "none has ids of the pool",
			  "give the pool ids of its own: they would be one and the same user");
	}
}

void check_ids(struct check *c)
{
	const char *pool_name = c->q->policy->userns.pool, *source;
	struct err why = {0};
	unsigned first, slots;

	if (!pool_name)
		pool_name = HOST_RANGE_POOL;
	if (host_probe_range(pool_name, &first, &slots, &source, &why) < 0) {
		check_add(c, CHECK_FAIL, AREA, "pool", arena_strdup(c->a, why.msg),
			  "usermod --add-subuids FIRST-LAST --add-subgids FIRST-LAST bulkhead");
		return;
	}
	struct range pool = {first, (uint64_t)slots * HOST_RANGE_SIZE};
	check_add(c, CHECK_OK, AREA, "pool",
		  arena_printf(c->a, "%u ranges of %u ids from %u on (%s)", slots, HOST_RANGE_SIZE,
			       first, source),
		  "");
	check_left(c, &pool);
	check_others(c, &pool);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * range_probe.c: where id ranges come from. /etc/subuid and /etc/subgid lines are
 * "name:first:count" (subuid(5)); bulkhead's own name is "bulkhead".
 */
#include "host/probe.h"

#include <errno.h>
#include <fcntl.h>
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

/* One line, NUL-terminated in place; 0 when it is ours and valid, -ENOENT when it is not ours. */
static int parse_line(char *line, struct pool *ret)
{
	static const char name[] = "bulkhead:";

	if (!str_starts(line, name))
		return -ENOENT;
	char *first = line + sizeof(name) - 1;
	char *count = strchr(first, ':');
	if (!count)
		return -EINVAL;
	*count++ = '\0';
	if (str_u64(first, UINT32_MAX - 1, &ret->first) < 0 ||
	    str_u64(count, UINT32_MAX, &ret->count) < 0 || ret->first == 0 ||
	    ret->count < HOST_RANGE_SIZE || ret->first + ret->count > UINT32_MAX)
		return -EINVAL;
	return 0;
}

static int read_pool(const char *file, struct pool *ret)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	char *text;

	AUTO_FD fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return errno == ENOENT ? -ENOENT : -errno;
	ssize_t n = fd_read_all(fd, &a, 1 << 20, &text);
	if (n < 0)
		return (int)n;
	for (char *save, *line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		int r = parse_line(line, ret);
		if (r != -ENOENT)
			return r;
	}
	return -ENOENT;
}

int host_probe_range(unsigned *ret_base, unsigned *ret_slots, const char **ret_source,
		     struct err *e)
{
	struct pool uid, gid;
	int ru = read_pool("/etc/subuid", &uid);
	int rg = read_pool("/etc/subgid", &gid);

	if (ru == -ENOENT && rg == -ENOENT) {
		*ret_base = DEFAULT_BASE;
		*ret_slots = DEFAULT_SLOTS;
		*ret_source = "built-in default";
		return 0;
	}
	/* Half an entry, or a broken one, is an administrator's mistake: never guess around it. */
	if (ru < 0 || rg < 0)
		return err_set(e, ERR_HOST, EINVAL,
			       "the entry \"bulkhead\" in %s is missing or not NAME:FIRST:COUNT "
			       "with a count of at least 65536",
			       ru < 0 ? "/etc/subuid" : "/etc/subgid");
	if (uid.first != gid.first || uid.count != gid.count)
		return err_set(e, ERR_HOST, EINVAL,
			       "the entries \"bulkhead\" in /etc/subuid and /etc/subgid differ");
	*ret_base = (unsigned)uid.first;
	*ret_slots = (unsigned)(uid.count / HOST_RANGE_SIZE);
	*ret_source = "/etc/subuid";
	return 0;
}

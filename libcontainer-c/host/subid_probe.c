/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* subid_probe.c: see subid_probe.h. */
#include "host/subid_probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "host/facts.h"

#define FILE_MAX ((size_t)4 << 20)

/* A user namespace has at most 340 extents (4.15), and one of them is the user's own id. */
#define EXTENTS_MAX 339u

/* Cuts @line at its colons. Returns the number of fields, of which at most @max are kept. */
static size_t cut(char *line, char **field, size_t max)
{
	size_t n = 0;

	for (char *p = line; p; n++) {
		char *colon = strchr(p, ':');
		if (n < max)
			field[n] = p;
		if (colon)
			*colon++ = '\0';
		p = colon;
	}
	return n;
}

const char *host_user_name(uid_t uid, struct arena *a)
{
	char *text, *field[3], *save;
	uint64_t id;

	AUTO_FD fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0 || fd_read_all(fd, a, FILE_MAX, &text) < 0)
		return NULL;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		if (cut(line, field, 3) >= 3 && str_u64(field[2], UINT32_MAX, &id) == 0 &&
		    id == uid && *field[0])
			return field[0];
	return NULL;
}

static bool is_of(const char *owner, const char *name, uid_t uid)
{
	uint64_t id;

	return str_eq(owner, name) || (str_u64(owner, UINT32_MAX, &id) == 0 && id == uid);
}

static bool overlaps(const struct id_extent *v, size_t n, uint64_t first, uint64_t count)
{
	for (size_t i = 0; i < n; i++)
		if (first < (uint64_t)v[i].outside + v[i].size && v[i].outside < first + count)
			return true;
	return false;
}

/* One line of this user: 0, or -EINVAL. A count of 0 is nothing, as newuidmap takes it. */
static int add(char *const field[3], struct id_extent *v, size_t *n, uint64_t *next)
{
	uint64_t first, count;

	if (str_u64(field[1], UINT32_MAX, &first) < 0 || str_u64(field[2], UINT32_MAX, &count) < 0)
		return -EINVAL;
	if (count == 0)
		return 0;
	if (first == 0 || first + count > UINT32_MAX || *next + count > UINT32_MAX ||
	    overlaps(v, *n, first, count))
		return -EINVAL;
	v[(*n)++] = (struct id_extent){(uint32_t)*next, (uint32_t)first, (uint32_t)count};
	*next += count;
	return 0;
}

int host_subids_parse(char *text, const char *file, const char *name, uid_t uid, struct arena *a,
		      struct id_extent **ret, size_t *ret_n, struct err *e)
{
	struct id_extent *v = arena_array(a, EXTENTS_MAX, sizeof(*v));
	uint64_t next = 1;
	size_t n = 0;
	char *save;

	if (!v)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *field[3];
		size_t fields = cut(line, field, 3);
		if (!is_of(field[0], name, uid))
			continue;
		if (n == EXTENTS_MAX || fields != 3 || add(field, v, &n, &next) < 0)
			return err_set(e, ERR_HOST, EINVAL,
				       "an entry of \"%s\" in %s is not NAME:FIRST:COUNT, overlaps "
				       "another one, or is one too many",
				       field[0], file);
	}
	*ret = v;
	*ret_n = n;
	return 0;
}

const char *host_find_program(const char *name, struct arena *a)
{
	const char *path = getenv("PATH");

	for (const char *p = path && *path ? path : HOST_DEFAULT_PATH; *p;) {
		size_t n = strcspn(p, ":");
		const char *file = *p == '/' ? arena_printf(a, "%.*s/%s", (int)n, p, name) : NULL;
		if (file && access(file, X_OK) == 0)
			return file;
		p += n + (p[n] == ':');
	}
	return NULL;
}

int host_subids(const char *file, const char *name, uid_t uid, struct arena *a,
		struct id_extent **ret, size_t *ret_n, struct err *e)
{
	char *text;

	*ret_n = 0;
	AUTO_FD fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0 && errno == ENOENT)
		return 0;
	ssize_t n = fd < 0 ? -errno : fd_read_all(fd, a, FILE_MAX, &text);
	if (n < 0)
		return err_sys(e, (int)-n, "read %s", file);
	return host_subids_parse(text, file, name, uid, a, ret, ret_n, e);
}

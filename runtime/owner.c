/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* owner.c: see owner.h. */
#include "runtime/owner.h"

#include <fcntl.h>
#include <string.h>

#include "base/arena.h"
#include "base/fd.h"
#include "base/str.h"

#define PASSWD_MAX (1u << 20)

/* Field @n (from 0) of one line of passwd(5) into @buf; false when there is none or it is long. */
static bool field(const char *line, size_t len, unsigned n, char *buf, size_t size)
{
	const char *end = line + len, *p = line, *stop;

	for (;; p = stop + 1) {
		stop = memchr(p, ':', (size_t)(end - p));
		if (!stop)
			stop = end;
		if (n-- == 0)
			break;
		if (stop == end)
			return false;
	}
	if ((size_t)(stop - p) >= size)
		return false;
	memcpy(buf, p, (size_t)(stop - p));
	buf[stop - p] = '\0';
	return true;
}

const char *owner_find(const char *passwd, uid_t uid, struct arena *a)
{
	char name[256], number[16];
	uint64_t v;

	for (const char *line = passwd, *end; *line; line = *end ? end + 1 : end) {
		end = strchrnul(line, '\n');
		size_t len = (size_t)(end - line);
		if (field(line, len, 2, number, sizeof(number)) &&
		    str_u64(number, UINT32_MAX, &v) == 0 && v == uid &&
		    field(line, len, 0, name, sizeof(name)))
			return arena_strdup(a, name);
	}
	return NULL;
}

const char *owner_name(uid_t uid, struct arena *a)
{
	AUTO_FD fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC | O_NOCTTY);
	const char *name = NULL;
	char *text;

	if (fd >= 0 && fd_read_all(fd, a, PASSWD_MAX, &text) >= 0)
		name = owner_find(text, uid, a);
	if (!name)
		name = arena_printf(a, "#%u", uid);
	return name ? name : "#";
}

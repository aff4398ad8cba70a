/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* home.c: see home.h. */
#include "apply/home.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "kernel/sys.h"

/* More than any passwd file needs, and soon read. */
#define PASSWD_MAX (1u << 20)

static const char prefix[] = "HOME=";

static void put(char *ret, size_t size, const char *dir, size_t n)
{
	/* A relative or over-long home, or one with control characters, is none. */
	bool good = n > 0 && dir[0] == '/' && n + sizeof(prefix) <= size;

	for (size_t i = 0; i < n && good; i++)
		good = (unsigned char)dir[i] >= 0x20 && dir[i] != 0x7f;
	memcpy(ret, prefix, sizeof(prefix) - 1);
	memcpy(ret + sizeof(prefix) - 1, good ? dir : "/", good ? n : 1);
	ret[sizeof(prefix) - 1 + (good ? n : 1)] = '\0';
}

/* Strict decimal, at most 2^32 - 2. */
static bool parse_uid(const char *s, size_t n, uint32_t *ret)
{
	uint64_t v = 0;

	if (n == 0 || n > 10)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		v = v * 10 + (uint64_t)(s[i] - '0');
	}
	*ret = (uint32_t)v;
	return v < UINT32_MAX;
}

/* One line, name:password:uid:gid:gecos:home:shell; true when it is @uid's. */
static bool parse_line(const char *line, size_t len, uint32_t uid, char *ret, size_t size)
{
	const char *field[7], *end = line + len;
	size_t n[7], fields = 0;
	uint32_t id;

	for (const char *p = line; fields < 7; fields++) {
		const char *colon = memchr(p, ':', (size_t)(end - p));

		field[fields] = p;
		n[fields] = (size_t)((colon ? colon : end) - p);
		if (!colon) {
			fields++;
			break;
		}
		p = colon + 1;
	}
	if (fields < 6 || !parse_uid(field[2], n[2], &id) || id != uid)
		return false;
	put(ret, size, field[5], n[5]);
	return true;
}

/* Complete lines of @text; true when found. @ret_rest: bytes behind the last newline. */
static bool parse_lines(const char *text, size_t len, uint32_t uid, char *ret, size_t size,
			size_t *ret_rest)
{
	const char *p = text, *end = text + len, *nl;

	for (; (nl = memchr(p, '\n', (size_t)(end - p))); p = nl + 1)
		if (parse_line(p, (size_t)(nl - p), uid, ret, size))
			return true;
	*ret_rest = (size_t)(end - p);
	return false;
}

void home_parse(const char *text, size_t len, uint32_t uid, char *ret, size_t size)
{
	size_t rest = 0;

	if (parse_lines(text, len, uid, ret, size, &rest) ||
	    (rest && parse_line(text + len - rest, rest, uid, ret, size)))
		return;
	put(ret, size, "/", 1);
}

static bool search(int fd, uint32_t uid, char *ret, size_t size)
{
	char buf[8192];
	size_t have = 0, total = 0;
	bool skip = false; /* inside a line that is longer than buf */

	for (;;) {
		ssize_t r = read(fd, buf + have, sizeof(buf) - have);
		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			return r == 0 && !skip && have && parse_line(buf, have, uid, ret, size);
		have += (size_t)r;
		total += (size_t)r;
		if (total > PASSWD_MAX)
			return false;
		size_t from = 0;
		if (skip) {
			const char *nl = memchr(buf, '\n', have);
			if (!nl) {
				have = 0;
				continue;
			}
			from = (size_t)(nl - buf) + 1;
			skip = false;
		}
		size_t rest = 0;
		if (parse_lines(buf + from, have - from, uid, ret, size, &rest))
			return true;
		memmove(buf, buf + have - rest, rest);
		have = rest;
		if (have == sizeof(buf)) {
			skip = true;
			have = 0;
		}
	}
}

void home_lookup(int root_fd, uint32_t uid, char *ret, size_t size)
{
	struct stat st;

	put(ret, size, "/", 1);
	/* O_NONBLOCK: the image may have put a FIFO or a device there. */
	AUTO_FD fd = sys_openat2(root_fd, "etc/passwd", O_RDONLY | O_NONBLOCK | O_NOCTTY, 0,
				 RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	search(fd, uid, ret, size);
}

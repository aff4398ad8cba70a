/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mount_table.c: see mount_table.h. */
#include "host/mount_table.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/arena.h"
#include "base/fd.h"
#include "base/str.h"

/* Hosts with thousands of overlay mounts exist; each line is up to a few KiB. */
#define MOUNTINFO_MAX (64u << 20)

/* Undo the \040 \011 \012 \134 escapes, in place. */
static void unescape(char *s)
{
	char *out = s;

	for (; *s; s++) {
		bool octal = s[0] == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] >= '0' &&
			     s[2] <= '7' && s[3] >= '0' && s[3] <= '7';
		if (octal) {
			*out++ = (char)((s[1] - '0') * 64 + (s[2] - '0') * 8 + (s[3] - '0'));
			s += 3;
		} else {
			*out++ = *s;
		}
	}
	*out = '\0';
}

/* "36 35 98:0 /root /point options optional... - fstype source superoptions" */
bool mount_line_cut(char *line, struct mount_line *ret)
{
	char *save = NULL, *tail = strstr(line, " - ");
	char *field[5] = {NULL};
	unsigned major, minor;

	if (!tail)
		return false;
	*tail = '\0';
	for (size_t i = 0; i < 5; i++)
		field[i] = strtok_r(i ? NULL : line, " ", &save);
	save = NULL;
	ret->fstype = strtok_r(tail + 3, " ", &save);
	strtok_r(NULL, " ", &save); /* source */
	ret->super_options = strtok_r(NULL, " ", &save);
	if (!field[4] || !ret->super_options || str_u64(field[0], UINT64_MAX, &ret->id) < 0 ||
	    sscanf(field[2], "%u:%u", &major, &minor) != 2)
		return false;
	ret->dev = makedev(major, minor);
	unescape(field[3]);
	unescape(field[4]);
	ret->root = field[3];
	ret->point = field[4];
	return true;
}

ssize_t mount_table_text(struct arena *a, char **ret)
{
	AUTO_FD fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : fd_read_all(fd, a, MOUNTINFO_MAX, ret);
}

int mount_table_read(struct arena *a, struct mount_table *ret)
{
	struct mount_table t = {0};
	size_t lines = 1;
	char *text, *save = NULL;
	ssize_t n = mount_table_text(a, &text);

	if (n < 0)
		return (int)n;
	for (const char *p = text; *p; p++)
		lines += *p == '\n';
	t.v = arena_array(a, lines, sizeof(*t.v));
	if (!t.v)
		return -ENOMEM;
	for (char *p = strtok_r(text, "\n", &save); p; p = strtok_r(NULL, "\n", &save))
		t.n += mount_line_cut(p, &t.v[t.n]);
	*ret = t;
	return 0;
}

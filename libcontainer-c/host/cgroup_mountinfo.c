/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroup_mountinfo.c: see cgroup_mountinfo.h and proc_pid_mountinfo(5). */
#include "host/cgroup_mountinfo.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/arena.h"
#include "base/fd.h"
#include "base/str.h"

/* Hosts with thousands of overlay mounts exist; each line is up to a few KiB. */
#define MOUNTINFO_MAX (64u << 20)

struct mount_line {
	char *root, *point, *fstype, *options;
};

static int read_mounts(struct arena *a, struct cgroup_mounts *m)
{
	if (m->read)
		return 0;
	AUTO_FD fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ssize_t n = fd_read_all(fd, a, MOUNTINFO_MAX, &m->text);
	if (n < 0)
		return (int)n;
	m->read = true;
	return 0;
}

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
static bool cut_mount(char *line, struct mount_line *ret)
{
	char *save = NULL, *tail = strstr(line, " - ");
	char *field[5] = {NULL};

	if (!tail)
		return false;
	*tail = '\0';
	for (size_t i = 0; i < 5; i++)
		field[i] = strtok_r(i ? NULL : line, " ", &save);
	ret->root = field[3];
	ret->point = field[4];
	save = NULL;
	ret->fstype = strtok_r(tail + 3, " ", &save);
	strtok_r(NULL, " ", &save); /* source */
	ret->options = strtok_r(NULL, " ", &save);
	if (!field[4] || !ret->options)
		return false;
	unescape(ret->root);
	unescape(ret->point);
	return true;
}

static bool has_option(const char *list, const char *word, size_t n)
{
	for (const char *p = list; p; p = strchr(p, ','), p = p ? p + 1 : NULL)
		if (strncmp(p, word, n) == 0 && (p[n] == ',' || p[n] == '\0'))
			return true;
	return false;
}

static bool is_hierarchy(const struct mount_line *l, const char *controllers)
{
	if (!controllers)
		return strcmp(l->fstype, "cgroup2") == 0;
	if (strcmp(l->fstype, "cgroup") != 0)
		return false;
	for (const char *p = controllers; *p;) {
		size_t n = strcspn(p, ",");
		if (!has_option(l->options, p, n))
			return false;
		p += n + (p[n] == ',');
	}
	return true;
}

int cgroup_mounts_find(struct arena *a, struct cgroup_mounts *m, const char *controllers,
		       const char *own_path, const char **ret_dir, const char **ret_path)
{
	const char *any = NULL;
	char *save = NULL, *copy;
	int r = read_mounts(a, m);

	if (r < 0)
		return r;
	copy = arena_strdup(a, m->text);
	if (!copy)
		return -ENOMEM;
	for (char *p = strtok_r(copy, "\n", &save); p; p = strtok_r(NULL, "\n", &save)) {
		struct mount_line l;
		if (!cut_mount(p, &l) || !is_hierarchy(&l, controllers))
			continue;
		if (path_below(own_path, l.root)) {
			const char *rest = own_path + (l.root[1] ? strlen(l.root) : 0);
			*ret_dir = l.point;
			*ret_path = *rest ? rest : "/";
			return 1;
		}
		any = any ? any : l.point;
	}
	if (!any)
		return 0;
	*ret_dir = any;
	*ret_path = "/";
	return 1;
}

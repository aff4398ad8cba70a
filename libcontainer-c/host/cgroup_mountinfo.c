/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroup_mountinfo.c: see cgroup_mountinfo.h and proc_pid_mountinfo(5). */
#include "host/cgroup_mountinfo.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "host/mount_table.h"

static int read_mounts(struct arena *a, struct cgroup_mounts *m)
{
	if (m->read)
		return 0;
	ssize_t n = mount_table_text(a, &m->text);
	if (n < 0)
		return (int)n;
	m->read = true;
	return 0;
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
		if (!has_option(l->super_options, p, n))
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
		if (!mount_line_cut(p, &l) || !is_hierarchy(&l, controllers))
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

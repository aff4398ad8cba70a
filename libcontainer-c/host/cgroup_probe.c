/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroup_probe.c: see cgroup_probe.h. Owns no descriptor after return; changes nothing. */
#include "host/cgroup_probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "host/cgroup_mountinfo.h"
#include "host/facts.h"

#define CGROUP_ROOT "/sys/fs/cgroup"

/* One "ID:controllers:path" line of /proc/self/cgroup, cut in place. */
struct own_line {
	char *controllers, *path;
};

static bool on_fs(const char *path, long magic)
{
	struct statfs sb;

	return statfs(path, &sb) == 0 && (long)sb.f_type == magic;
}

static bool exists_below(struct arena *a, const char *dir, const char *sub, const char *name)
{
	const char *p = arena_printf(a, "%s%s/%s", dir, str_eq(sub, "/") ? "" : sub, name);

	return p && access(p, F_OK) == 0;
}

static bool cut_line(char *line, struct own_line *ret)
{
	char *c = strchr(line, ':');
	char *path = c ? strchr(c + 1, ':') : NULL;

	if (!path || path[1] != '/')
		return false;
	*path++ = '\0';
	ret->controllers = c + 1;
	ret->path = path;
	/*
	 * A cgroup that was removed under us, or one outside our cgroup namespace, cannot hold a
	 * child: what is mounted is taken from its top.
	 */
	size_t n = strlen(path);
	if ((n > 10 && strcmp(path + n - 10, " (deleted)") == 0) || strncmp(path, "/..", 3) == 0)
		path[1] = '\0';
	return true;
}

/* The directory name that every init system gives a v1 hierarchy. */
static const char *usual_mountpoint(struct arena *a, const char *controllers)
{
	if (str_starts(controllers, "name="))
		controllers += 5;
	return arena_printf(a, CGROUP_ROOT "/%s", controllers);
}

/*
 * Find where @l is mounted. The path in /proc/self/cgroup counts from the root of the cgroup
 * namespace, a mount may show a part of the tree only (a container that shares its host's cgroup
 * namespace): then the mount's root has to be taken off, which only mountinfo knows.
 * Returns 1 found, 0 not mounted, negative errno.
 */
static int find_v1(struct arena *a, struct cgroup_mounts *m, const struct own_line *l,
		   struct cgroup_hierarchy *ret)
{
	const char *dir = usual_mountpoint(a, l->controllers);

	if (!dir)
		return -ENOMEM;
	if (!on_fs(dir, CGROUP_SUPER_MAGIC) ||
	    (l->path[1] && !exists_below(a, dir, l->path, "tasks"))) {
		int r = cgroup_mounts_find(a, m, l->controllers, l->path, &dir, &ret->own_path);
		if (r <= 0)
			return r;
	} else {
		ret->own_path = arena_strdup(a, l->path);
	}
	ret->controllers = arena_strdup(a, l->controllers);
	ret->mountpoint = dir;
	return ret->controllers && ret->own_path ? 1 : -ENOMEM;
}

static int find_v2(struct arena *a, struct cgroup_mounts *m, const struct own_line *l,
		   struct host_facts *f)
{
	const char *dir = NULL;

	if (on_fs(CGROUP_ROOT, CGROUP2_SUPER_MAGIC))
		dir = CGROUP_ROOT;
	else if (on_fs(CGROUP_ROOT "/unified", CGROUP2_SUPER_MAGIC))
		dir = CGROUP_ROOT "/unified";
	if (dir && (!l->path[1] || exists_below(a, dir, l->path, "cgroup.procs"))) {
		f->cgroup_v2_mountpoint = dir;
		f->cgroup_v2_own_path = arena_strdup(a, l->path);
		return f->cgroup_v2_own_path ? 1 : -ENOMEM;
	}
	return cgroup_mounts_find(a, m, NULL, l->path, &f->cgroup_v2_mountpoint,
				  &f->cgroup_v2_own_path);
}

static int probe_hierarchies(struct arena *a, char *text, struct host_facts *f)
{
	size_t lines = 0;

	for (const char *p = text; *p; p++)
		lines += *p == '\n';
	struct cgroup_hierarchy *v1 = arena_array(a, lines, sizeof(*v1));
	if (!v1)
		return -ENOMEM;
	struct cgroup_mounts mounts = {0};
	char *save = NULL;
	for (char *p = strtok_r(text, "\n", &save); p; p = strtok_r(NULL, "\n", &save)) {
		struct own_line l;
		int r;
		if (!cut_line(p, &l))
			continue;
		if (l.controllers[0]) {
			r = find_v1(a, &mounts, &l, &v1[f->n_cgroup_v1]);
			f->n_cgroup_v1 += r == 1;
		} else {
			r = find_v2(a, &mounts, &l, f);
		}
		if (r < 0)
			return r;
	}
	f->cgroup_v1 = v1;
	return 0;
}

static int probe_controllers(struct arena *a, struct host_facts *f)
{
	char text[512];
	const char *p = arena_printf(a, "%s/cgroup.controllers", f->cgroup_v2_mountpoint);
	ssize_t n = p ? file_read_at(AT_FDCWD, p, text, sizeof(text)) : -ENOMEM;

	if (n == -ENOMEM)
		return -ENOMEM;
	if (n > 0 && text[n - 1] == '\n')
		text[n - 1] = '\0';
	f->cgroup_v2_controllers = arena_strdup(a, n > 0 ? text : "");
	return f->cgroup_v2_controllers ? 0 : -ENOMEM;
}

/*
 * v1 shows the knob in every cgroup. v2 hides it in the root, so that a runtime that runs there has
 * to judge by the kernel: no CONFIG_SWAP, no /proc/swaps; swapaccount=0 counted until 6.1.
 */
static bool probe_swap(struct arena *a, const struct host_facts *f, const char *cmdline)
{
	for (size_t i = 0; i < f->n_cgroup_v1; i++)
		if (str_list_has(f->cgroup_v1[i].controllers, ',', "memory"))
			return exists_below(a, f->cgroup_v1[i].mountpoint, "/",
					    "memory.memsw.limit_in_bytes");
	if (!f->cgroup_v2_mountpoint || !str_list_has(f->cgroup_v2_controllers, ' ', "memory"))
		return false;
	if (f->cgroup_v2_own_path[1] &&
	    exists_below(a, f->cgroup_v2_mountpoint, f->cgroup_v2_own_path, "memory.max"))
		return exists_below(a, f->cgroup_v2_mountpoint, f->cgroup_v2_own_path,
				    "memory.swap.max");
	return access("/proc/swaps", F_OK) == 0 && !str_list_has(cmdline, ' ', "swapaccount=0");
}

static void probe_memory(struct arena *a, struct host_facts *f)
{
	char cmdline[4096];
	ssize_t n = file_read_at(AT_FDCWD, "/proc/cmdline", cmdline, sizeof(cmdline));

	if (n > 0 && cmdline[n - 1] == '\n')
		cmdline[n - 1] = '\0';
	if (n <= 0)
		cmdline[0] = '\0';
	/* The option is a list: cgroup.memory=nosocket,nokmem */
	const char *opt = strstr(cmdline, "cgroup.memory=");
	if (opt) {
		char list[64];
		size_t len = strcspn(opt + 14, " ");
		len = len < sizeof(list) ? len : sizeof(list) - 1;
		memcpy(list, opt + 14, len);
		list[len] = '\0';
		f->kmem_accounting_off = str_list_has(list, ',', "nokmem");
	}
	f->swap_accounting = probe_swap(a, f, cmdline);
}

int host_probe_cgroup(struct arena *a, struct host_facts *f, struct err *e)
{
	char *text;
	AUTO_FD fd = open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -errno : fd_read_all(fd, a, 1 << 20, &text);

	/* A kernel without CONFIG_CGROUPS has no such file: no hierarchies, then. */
	if (n == -ENOENT)
		return 0;
	if (n < 0)
		return err_set(e, ERR_SYSTEM, (int)-n, "reading /proc/self/cgroup: %s",
			       strerrorname_np((int)-n));
	int r = probe_hierarchies(a, text, f);
	if (r == 0 && f->cgroup_v2_mountpoint)
		r = probe_controllers(a, f);
	if (r < 0)
		return err_set(e, ERR_SYSTEM, -r, "probing the cgroup hierarchies: %s",
			       strerrorname_np(-r));
	if (!f->cgroup_v2_mountpoint)
		f->cgroup_layout = CGROUP_LAYOUT_V1;
	else
		f->cgroup_layout = f->n_cgroup_v1 > 0 ? CGROUP_LAYOUT_HYBRID : CGROUP_LAYOUT_V2;
	probe_memory(a, f);
	return 0;
}

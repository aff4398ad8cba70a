/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * verify_find.c: from the kernel to the container, without the state directory: by its id range,
 * which no file in there decides, and by the cgroups that a process is in.
 */
#include "lifecycle/verify_priv.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "lifecycle/ids.h"
#include "lifecycle/range_users.h"

#define PROC_FILE_MAX (4u << 20) /* mountinfo of a busy host; maps, status and limits are small */

int verify_open_pid(const struct verify *v, pid_t pid)
{
	char name[16];

	snprintf(name, sizeof(name), "%d", pid);
	int fd = openat(v->proc_fd, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static ssize_t read_at(int pid_fd, const char *name, struct arena *a, char **ret)
{
	AUTO_FD fd = openat(pid_fd, name, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : fd_read_all(fd, a, PROC_FILE_MAX, ret);
}

ssize_t verify_read(const struct verify *v, const char *name, char **ret)
{
	return read_at(v->pid_fd, name, v->a, ret);
}

int verify_ns_inode(int pid_fd, const char *name, uint64_t *ret)
{
	char path[32];
	struct stat st;

	snprintf(path, sizeof(path), "ns/%s", name);
	if (fstatat(pid_fd, path, &st, 0) < 0)
		return -errno;
	*ret = st.st_ino;
	return 0;
}

struct candidate {
	struct initproc proc;
	bool first; /* pid 1 of its own pid namespace */
};

/* The oldest one, but pid 1 of a pid namespace before any other. */
static bool better(const struct candidate *a, const struct candidate *b)
{
	if (b->proc.pid == 0 || a->first != b->first)
		return b->proc.pid == 0 || a->first;
	return a->proc.start_time < b->proc.start_time;
}

static void try_process(const struct verify *v, pid_t pid, const struct id_extent *range,
			struct candidate *best)
{
	AUTO_ARENA struct arena scratch = ARENA_INIT;
	AUTO_FD pid_fd = verify_open_pid(v, pid);
	struct candidate c = {.proc.pid = pid};
	struct proc_status status;
	char *text, state;

	if (pid_fd < 0 || !range_has_process(pid_fd, range) ||
	    initproc_read(pid, &c.proc.start_time, &state) < 0 || state == 'Z' ||
	    read_at(pid_fd, "status", &scratch, &text) < 0 ||
	    verify_parse_status(text, &status) < 0)
		return;
	c.first = status.ns_pid == 1;
	if (better(&c, best))
		*best = c;
}

int verify_find_by_range(const struct verify *v, struct initproc *ret)
{
	struct candidate best = {0};
	struct id_extent range;
	int r = ids_find(v->dir.path, &range);

	if (r <= 0)
		return r;
	DIR *d = opendir("/proc");
	if (!d)
		return -errno;
	for (struct dirent *x; (x = readdir(d));)
		if (isdigit((unsigned char)x->d_name[0]))
			try_process(v, (pid_t)strtol(x->d_name, NULL, 10), &range, &best);
	closedir(d);
	if (best.proc.pid == 0)
		return 0;
	*ret = best.proc;
	return 1;
}

/* The directory behind "ID:controllers:path", or NULL when that hierarchy is not mounted. */
static char *cgroup_dir(const struct verify *v, const char *controllers, const char *path)
{
	const struct host_facts *f = &v->facts;
	const char *below = strcmp(path, "/") == 0 ? "" : path;

	if (!*controllers)
		return f->cgroup_v2_mountpoint
			       ? arena_printf(v->a, "%s%s", f->cgroup_v2_mountpoint, below)
			       : NULL;
	for (size_t i = 0; i < f->n_cgroup_v1; i++)
		if (strcmp(f->cgroup_v1[i].controllers, controllers) == 0)
			return arena_printf(v->a, "%s%s", f->cgroup_v1[i].mountpoint, below);
	return NULL;
}

int verify_kernel_cgroups(const struct verify *v, char ***ret, size_t *ret_n)
{
	char *text, *save, **dirs;
	size_t n = 0;
	ssize_t r = verify_read(v, "cgroup", &text);

	if (r < 0)
		return (int)r;
	dirs = arena_array(v->a, CGROUP_MAX_TREES, sizeof(*dirs));
	if (!dirs)
		return -ENOMEM;
	for (char *line = strtok_r(text, "\n", &save); line && n < CGROUP_MAX_TREES;
	     line = strtok_r(NULL, "\n", &save)) {
		char *controllers = strchr(line, ':');
		char *path = controllers ? strchr(controllers + 1, ':') : NULL;
		if (!path)
			return -EPROTO;
		*path++ = '\0';
		dirs[n] = cgroup_dir(v, controllers + 1, path);
		n += dirs[n] != NULL;
	}
	*ret = dirs;
	*ret_n = n;
	return 0;
}

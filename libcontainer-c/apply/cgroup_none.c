/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cgroup_none.c: the processes of a container without a cgroup, by its pid namespace. Nothing to
 * freeze, so that a fork may be missed once; whoever lists them again finds it (cgroup_kill.c).
 */
#include "apply/cgroup_priv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

void cgroup_without(struct cgroup *c, pid_t init, bool alone)
{
	c->init = c->n == 0 ? init : 0;
	c->init_alone = alone;
}

static bool pidns_of(int proc_fd, const char *pid, struct stat *ret)
{
	char path[32];

	int n = snprintf(path, sizeof(path), "%.16s/ns/pid", pid);
	return n > 0 && fstatat(proc_fd, path, ret, 0) == 0;
}

static int scan(DIR *proc, const struct stat *ns, struct arena *a, struct cgroup_pid_list *l)
{
	uint64_t pid;
	struct stat st;
	int r = 0;

	for (struct dirent *x; r == 0 && (x = readdir(proc));) {
		/* Somebody else's process cannot be looked at, and is not in there. */
		if (str_u64(x->d_name, INT32_MAX, &pid) < 0 ||
		    !pidns_of(dirfd(proc), x->d_name, &st) || st.st_ino != ns->st_ino ||
		    st.st_dev != ns->st_dev)
			continue;
		r = cgroup_pid_add(l, a, (pid_t)pid);
	}
	return r;
}

int cgroup_pidns_pids(pid_t init, bool alone, struct arena *a, struct cgroup_pid_list *l,
		      struct err *e)
{
	char name[16];
	struct stat ns;
	int r = 0;
	DIR *proc = opendir("/proc");

	if (!proc)
		return err_sys(e, errno, "open /proc");
	snprintf(name, sizeof(name), "%d", (int)init);
	/* Gone, and all of its namespace with it. */
	if (pidns_of(dirfd(proc), name, &ns))
		r = alone ? cgroup_pid_add(l, a, init) : scan(proc, &ns, a, l);
	closedir(proc);
	return r < 0 ? err_sys(e, -r, "list the container's processes") : 0;
}

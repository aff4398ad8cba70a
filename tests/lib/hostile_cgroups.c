/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hostile_cgroups.c: other limits, other cgroups, and the program that v1 runs when one is empty.
 */
#include "hostile.h"

#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

static const char place[] = "/tmp/hostile-cgroup";
static int walk_result;

static int try_write(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)ftw;
	int r = -ENOENT;

	if (type == FTW_F && st->st_mode & 0222)
		r = opens(path, O_WRONLY);
	else if (type == FTW_D)
		r = access(path, W_OK) < 0 ? -errno : 0;
	if (r == 0)
		detail("%s", path);
	walk_result = any(walk_result, r);
	return r == 0;
}

static int visible_files(void)
{
	walk_result = -ENOENT;
	return nftw("/sys/fs/cgroup", try_write, 64, FTW_PHYS) < 0 ? -errno : walk_result;
}

/*
 * Call @attack for each hierarchy of this process that can be mounted: where it is mounted, and the
 * path of its own cgroup in it.
 */
static int each_hierarchy(int (*attack)(const char *own))
{
	char line[512];
	int r = -ENOENT;
	FILE *f = fopen("/proc/self/cgroup", "re");

	if (!f)
		return -errno;
	mkdir(place, 0700);
	while (r != 0 && fgets(line, sizeof(line), f)) {
		char *controllers = strchr(line, ':') + 1, *path = strchr(controllers, ':');

		*path++ = '\0';
		path[strcspn(path, "\n")] = '\0';
		int v2 = !*controllers;
		if (mount(v2 ? "cgroup2" : "cgroup", place, v2 ? "cgroup2" : "cgroup", 0,
			  v2 ? NULL : controllers) < 0) {
			r = any(r, -errno);
			continue;
		}
		int one = attack(path);
		if (one == 0)
			detail("%s of %s", path, v2 ? "cgroup v2" : controllers);
		/* Mounted, and still nothing to be had: that is a refusal. */
		r = any(r, one == -ENOENT ? -EACCES : one);
		umount2(place, MNT_DETACH);
	}
	fclose(f);
	return r;
}

static int rewrite_release_agent(const char *own)
{
	char path[64];

	(void)own;
	snprintf(path, sizeof(path), "%s/release_agent", place);
	return rewrite(path);
}

static int release_agent(void)
{
	return each_hierarchy(rewrite_release_agent);
}

/* Limits of its own: what they are is written again. */
static int rewrite_limits(const char *own)
{
	static const char *const names[] = {"pids.max", "memory.max", "memory.limit_in_bytes",
					    "cpu.max", "cpu.cfs_quota_us"};
	char path[1024];
	int r = -ENOENT;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s%s/%s", place, own, names[i]);
		r = any(r, rewrite(path));
	}
	return r;
}

static int own_limits(void)
{
	return each_hierarchy(rewrite_limits);
}

static int own_limits_in_a_namespace(void)
{
	if (unshare(CLONE_NEWCGROUP) < 0)
		return -errno;
	return each_hierarchy(rewrite_limits);
}

static int open_procs(const char *own)
{
	char path[64];

	(void)own;
	snprintf(path, sizeof(path), "%s/cgroup.procs", place);
	return opens(path, O_WRONLY);
}

/* The processes at the top have no limits. */
static int leave(void)
{
	return each_hierarchy(open_procs);
}

static int make_child(const char *own)
{
	char path[1024];

	snprintf(path, sizeof(path), "%s%s/hostile", place, own);
	int r = verdict(mkdir(path, 0755));
	rmdir(path);
	return r;
}

static int child_cgroup(void)
{
	return each_hierarchy(make_child);
}

const struct attempt hostile_cgroups[] = {
	{"cgroup_files", "write to what it sees of its cgroups", visible_files, HARMLESS},
	{"release_agent", "name a program that the kernel runs as root", release_agent, HARMLESS},
	{"own_limits", "raise its own limits", own_limits, HARMLESS},
	{"own_limits_in_a_namespace", "the same from a cgroup namespace", own_limits_in_a_namespace,
	 0},
	{"leave_cgroup", "move to a cgroup without limits", leave, HARMLESS},
	{"child_cgroup", "make cgroups below its own", child_cgroup, 0},
	{NULL, NULL, NULL, 0},
};

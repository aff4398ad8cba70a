/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where hierarchies are mounted, from mountinfo texts of real layouts; and this very host. */
#include "host/cgroup_mountinfo.h"

#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "host/cgroup_probe.h"
#include "host/facts.h"
#include "tests/unit/check.h"

/* A container that shares its host's cgroup namespace sees its own part at the mount point. */
static char inside_docker[] =
	"1 0 0:1 / / rw - overlay overlay rw,lowerdir=/a,upperdir=/b\n"
	"2 1 0:2 /docker/abc /sys/fs/cgroup/memory ro,nosuid master:9 - cgroup cgroup rw,memory\n"
	"3 1 0:3 /docker/abc /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct\n"
	"4 1 0:4 / /opt/with\\040space\\134x rw shared:1 - cgroup2 none rw,nsdelegate\n"
	"5 1 0:5 / /sys/fs/cgroup/elsewhere rw - cgroup cgroup rw,pids\n"
	"6 1 0:6 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd\n";

static struct arena arena;
static const char *dir, *path;

static int find(const char *controllers, const char *own)
{
	struct cgroup_mounts m = {.read = true, .text = inside_docker};

	dir = path = NULL;
	return cgroup_mounts_find(&arena, &m, controllers, own, &dir, &path);
}

TEST(root_of_the_mount_is_taken_off)
{
	CHECK_INT(find("memory", "/docker/abc"), 1);
	CHECK_STR(dir, "/sys/fs/cgroup/memory");
	CHECK_STR(path, "/");
	CHECK_INT(find("cpu,cpuacct", "/docker/abc/inner"), 1);
	CHECK_STR(path, "/inner");
}

TEST(mount_that_does_not_show_our_cgroup)
{
	CHECK_INT(find("memory", "/docker/abcd"), 1);
	CHECK_STR(dir, "/sys/fs/cgroup/memory");
	CHECK_STR(path, "/");
}

TEST(names_and_escapes)
{
	CHECK_INT(find("name=systemd", "/a"), 1);
	CHECK_STR(dir, "/sys/fs/cgroup/systemd");
	CHECK_STR(path, "/a");
	CHECK_INT(find("pids", "/"), 1);
	CHECK_STR(dir, "/sys/fs/cgroup/elsewhere");
	CHECK_INT(find(NULL, "/x/y"), 1);
	CHECK_STR(dir, "/opt/with space\\x");
	CHECK_STR(path, "/x/y");
	arena_free(&arena);
}

TEST(not_mounted)
{
	CHECK_INT(find("rdma", "/"), 0);
	CHECK_INT(find("cpu", "/nowhere"), 1); /* co-mounted with cpuacct */
	CHECK_INT(find("cpu,cpuset", "/"), 0);
	arena_free(&arena);
}

TEST(this_host)
{
	struct host_facts f = {0};
	struct err e = {0};

	CHECK_MSG(host_probe_cgroup(&arena, &f, &e) == 0, "%s", e.msg);
	CHECK((f.cgroup_v2_mountpoint != NULL) == (f.cgroup_layout != CGROUP_LAYOUT_V1));
	CHECK((f.n_cgroup_v1 == 0) <= (f.cgroup_layout != CGROUP_LAYOUT_HYBRID));
	for (size_t i = 0; i < f.n_cgroup_v1; i++) {
		char file[4096];
		CHECK(f.cgroup_v1[i].own_path[0] == '/');
		snprintf(file, sizeof(file), "%s%s/tasks", f.cgroup_v1[i].mountpoint,
			 f.cgroup_v1[i].own_path);
		CHECK_MSG(access(file, F_OK) == 0, "%s", file);
	}
	arena_free(&arena);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* check_cgroups.c: layout, controllers, and what limits kernel memory here. */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/str.h"
#include "host/check_priv.h"
#include "kernel/sys.h"

#define AREA "cgroups"

static bool has_word(const char *list, const char *word, char sep)
{
	size_t n = strlen(word);

	for (const char *p = list; p && *p; p = strchr(p, sep), p = p ? p + 1 : NULL)
		if (strncmp(p, word, n) == 0 && (p[n] == sep || p[n] == '\0'))
			return true;
	return false;
}

/* The version in which a controller can be used: 1, 2, or 0. */
static int version_of(const struct host_facts *f, const char *controller, const char *v2_name)
{
	for (size_t i = 0; i < f->n_cgroup_v1; i++)
		if (has_word(f->cgroup_v1[i].controllers, controller, ','))
			return 1;
	return f->cgroup_v2_mountpoint && has_word(f->cgroup_v2_controllers, v2_name, ' ') ? 2 : 0;
}

static const struct {
	const char *v1, *v2;
	enum check_result absent;
	const char *todo;
} controllers[] = {
	{"pids", "pids", CHECK_FAIL, "a kernel with CONFIG_CGROUP_PIDS"},
	{"memory", "memory", CHECK_FAIL,
	 "boot without cgroup_disable=memory (Raspberry Pi: with cgroup_enable=memory)"},
	{"cpu", "cpu", CHECK_WARN, "limits on CPU time are refused"},
	{"cpuset", "cpuset", CHECK_WARN, "pinning to CPUs is refused"},
	{"blkio", "io", CHECK_WARN, "limits on disk throughput are refused"},
};

static void check_layout(struct check *c)
{
	static const char *const names[] = {
		[CGROUP_LAYOUT_V1] = "v1",
		[CGROUP_LAYOUT_HYBRID] = "hybrid: v1 controllers beside a v2 tree",
		[CGROUP_LAYOUT_V2] = "v2",
	};
	const struct host_facts *f = &c->facts;
	bool none = f->n_cgroup_v1 == 0 && !f->cgroup_v2_mountpoint;

	check_add(c, none ? CHECK_FAIL : CHECK_OK, AREA, "layout",
		  none ? "no hierarchy is mounted" : names[f->cgroup_layout],
		  "mount -t cgroup2 cgroup2 /sys/fs/cgroup, or let the init system do it");
}

static void check_controllers(struct check *c)
{
	for (size_t i = 0; i < sizeof(controllers) / sizeof(controllers[0]); i++) {
		int v = version_of(&c->facts, controllers[i].v1, controllers[i].v2);
		check_add(c, v ? CHECK_OK : controllers[i].absent, AREA,
			  arena_printf(c->a, "controller %s", controllers[i].v1),
			  v == 1   ? "v1"
			  : v == 2 ? "v2"
				   : "missing",
			  controllers[i].todo);
	}
}

/* v2 has no controller for devices but programs on the cgroup. */
static void check_devices(struct check *c)
{
	union bpf_attr attr;

	if (version_of(&c->facts, "devices", "devices") == 1) {
		check_add(c, CHECK_OK, AREA, "device rules", "v1 controller", "");
		return;
	}
	if (!c->root) {
		check_needs_root(c, AREA, "device rules");
		return;
	}
	AUTO_FD dir_fd = c->facts.cgroup_v2_mountpoint ? open(c->facts.cgroup_v2_mountpoint,
							      O_RDONLY | O_DIRECTORY | O_CLOEXEC)
						       : -1;
	memset(&attr, 0, sizeof(attr));
	attr.query.target_fd = (uint32_t)dir_fd;
	attr.query.attach_type = BPF_CGROUP_DEVICE;
	int r = dir_fd < 0					   ? -ENOENT
		: sys_bpf(BPF_PROG_QUERY, &attr, sizeof(attr)) < 0 ? -errno
								   : 0;
	check_add(c, r == 0 ? CHECK_OK : CHECK_FAIL, AREA, "device rules",
		  r == 0 ? "BPF programs on v2 cgroups"
			 : arena_printf(c->a, "none: %s", strerror(-r)),
		  "a kernel with CONFIG_CGROUP_BPF, or the v1 controller \"devices\"");
}

static void check_memory(struct check *c)
{
	const struct host_facts *f = &c->facts;
	int v = version_of(f, "memory", "memory");
	bool old = f->kernel_major < 5 || (f->kernel_major == 5 && f->kernel_minor < 16);

	if (!v)
		return;
	check_add(c, f->swap_accounting ? CHECK_OK : CHECK_WARN, AREA, "limit on swap",
		  f->swap_accounting ? "can be set" : "swap is not accounted",
		  "boot with swapaccount=1: else containers can swap without limit");
	if (f->kmem_accounting_off)
		check_add(c, CHECK_WARN, AREA, "limit on kernel memory",
			  "not accounted: booted with cgroup.memory=nokmem",
			  "boot without it: else a container can use up the kernel's memory");
	else
		check_add(c, CHECK_OK, AREA, "limit on kernel memory",
			  v == 2 ? "part of memory.max"
			  : old	 ? "memory.kmem.limit_in_bytes"
				 : "part of memory.limit_in_bytes",
			  "");
}

/* In the root cgroup there is none; any other shows what the kernel has. */
static void check_kill(struct check *c)
{
	const struct host_facts *f = &c->facts;
	bool has = f->kernel_major > 5 || (f->kernel_major == 5 && f->kernel_minor >= 14);

	if (f->cgroup_v2_mountpoint)
		check_add(c, has ? CHECK_OK : CHECK_WARN, AREA, "cgroup.kill",
			  has ? "Linux 5.14 or newer" : "not in this kernel",
			  "containers are frozen and killed process by process instead");
}

void check_cgroups(struct check *c)
{
	check_layout(c);
	check_controllers(c);
	check_devices(c);
	check_memory(c);
	check_kill(c);
}

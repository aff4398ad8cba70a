/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* levels.c: the sections of a policy that have a level, by the names of their rules. */
#include "policy/policy.h"

#define SECTION(member, name)                                                                      \
	{                                                                                          \
		name, offsetof(struct policy, member.level)                                        \
	}

static const struct {
	const char *name;
	size_t offset;
} sections[] = {
	SECTION(privileged, "privileged"),
	SECTION(userns, "userns"),
	SECTION(namespaces, "namespaces"),
	SECTION(capabilities, "capabilities"),
	SECTION(no_new_privileges, "no-new-privileges"),
	SECTION(seccomp, "seccomp"),
	SECTION(paths, "paths"),
	SECTION(rootfs, "rootfs"),
	SECTION(mounts, "mounts"),
	SECTION(binds, "binds"),
	SECTION(devices, "devices"),
	SECTION(pids, "pids"),
	SECTION(memory, "memory"),
	SECTION(cpu, "cpu"),
	SECTION(cgroup_path, "cgroup-path"),
	SECTION(sysctl, "sysctl"),
	SECTION(rlimits, "rlimits"),
	SECTION(scheduling, "scheduling"),
	SECTION(hooks, "hooks"),
	SECTION(apparmor, "apparmor"),
	SECTION(selinux, "selinux"),
	SECTION(landlock, "landlock"),
	SECTION(restart, "restart"),
	SECTION(exec, "exec"),
	SECTION(annotations, "annotations"),
};

const char **policy_level(struct policy *p, size_t i, const char **ret_name)
{
	if (i >= sizeof(sections) / sizeof(sections[0]))
		return NULL;
	*ret_name = sections[i].name;
	return (const char **)(void *)((char *)p + sections[i].offset);
}

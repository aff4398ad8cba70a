/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* levels.c: the sections of a policy that have a level, by the names of their rules. */
#include "policy/names.h"
#include "policy/policy.h"

#define SECTIONS(X)                                                                                \
	X(privileged, "privileged")                                                                \
	X(userns, "userns")                                                                        \
	X(namespaces, "namespaces")                                                                \
	X(capabilities, "capabilities")                                                            \
	X(no_new_privileges, "no-new-privileges")                                                  \
	X(seccomp, "seccomp")                                                                      \
	X(paths, "paths")                                                                          \
	X(rootfs, "rootfs")                                                                        \
	X(mounts, "mounts")                                                                        \
	X(binds, "binds")                                                                          \
	X(devices, "devices")                                                                      \
	X(net_devices, "net-devices")                                                              \
	X(intel_rdt, "intel-rdt")                                                                  \
	X(pids, "pids")                                                                            \
	X(memory, "memory")                                                                        \
	X(cpu, "cpu")                                                                              \
	X(cgroup_path, "cgroup-path")                                                              \
	X(sysctl, "sysctl")                                                                        \
	X(rlimits, "rlimits")                                                                      \
	X(scheduling, "scheduling")                                                                \
	X(hooks, "hooks")                                                                          \
	X(apparmor, "apparmor")                                                                    \
	X(selinux, "selinux")                                                                      \
	X(landlock, "landlock")                                                                    \
	X(restart, "restart")                                                                      \
	X(exec, "exec")                                                                            \
	X(annotations, "annotations")

#define NAME(member, name)   name,
#define OFFSET(member, name) offsetof(struct policy, member.level),

const char *const policy_rules[] = {SECTIONS(NAME) NULL};
static const size_t offsets[] = {SECTIONS(OFFSET)};

const char **policy_level(struct policy *p, size_t i, const char **ret_name)
{
	if (i >= sizeof(offsets) / sizeof(offsets[0]))
		return NULL;
	*ret_name = policy_rules[i];
	return (const char **)(void *)((char *)p + offsets[i]);
}

const char *policy_section(size_t level)
{
	for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++)
		if (offsets[i] == level)
			return policy_rules[i];
	return NULL;
}

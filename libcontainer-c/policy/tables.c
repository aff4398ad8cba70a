/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tables.c: a policy as JSON: one field table per section, in the order of policy.h. */
#include "policy/checks.h"
#include "policy/document.h"
#include "policy/names.h"
#include "policy/patterns.h"
#include "policy/policy.h"

#define LEVEL(S) JSON_STR(S, level, "level", .values = policy_levels)
#define WHY(S)	 JSON_STR(S, why, "why", .required = true, .pattern = &policy_words)

/* Names and why they are there. */
#define REASONS(S, m, key, keys)                                                                   \
	JSON_MAP(S, m, key, .key_pattern = &(keys), .pattern = &policy_words)
#define PERCENT(S, m, key, least) JSON_U32(S, m, key, JSON_BETWEEN(least, 100))

#define PIDS_MAX 4194304 /* PID_MAX_LIMIT of <linux/threads.h> */
#define DAY	 86400

#define TABLE(S, ...)                                                                              \
	static const struct json_schema S##_schema = JSON_SCHEMA(policy_##S, S, ##__VA_ARGS__)

static const struct json_field privileged[] = {LEVEL(policy_privileged)};
TABLE(privileged);

static const struct json_field userns[] = {
	LEVEL(policy_userns),
	JSON_BOOL(policy_userns, allow_host_root, "allowHostRoot"),
	JSON_STR(policy_userns, pool, "pool", .pattern = &policy_pool),
};
TABLE(userns);

static const struct json_field namespaces[] = {
	LEVEL(policy_namespaces),
	JSON_BOOL(policy_namespaces, allow_host_pid, "allowHostPid"),
	JSON_BOOL(policy_namespaces, allow_host_ipc, "allowHostIpc"),
	JSON_BOOL(policy_namespaces, allow_host_network, "allowHostNetwork"),
	JSON_BOOL(policy_namespaces, allow_host_uts, "allowHostUts"),
	JSON_BOOL(policy_namespaces, allow_host_owned_pid, "allowHostOwnedPid"),
	JSON_BOOL(policy_namespaces, allow_host_owned_ipc, "allowHostOwnedIpc"),
	JSON_BOOL(policy_namespaces, allow_host_owned_network, "allowHostOwnedNetwork"),
	JSON_BOOL(policy_namespaces, allow_pinned_ipc, "allowPinnedIpc"),
};
TABLE(namespaces);

static const struct json_field capabilities[] = {
	LEVEL(policy_capabilities),
	REASONS(policy_capabilities, ceiling, "ceiling", policy_capability),
	JSON_BOOL(policy_capabilities, allow_ambient, "allowAmbient"),
	JSON_STRS(policy_capabilities, securebits, "securebits", .values = policy_securebits),
};
TABLE(capabilities, .check = policy_check_capabilities);

static const struct json_field no_new_privileges[] = {LEVEL(policy_no_new_privileges)};
TABLE(no_new_privileges);

static const struct json_field seccomp[] = {
	LEVEL(policy_seccomp),
	JSON_BOOL(policy_seccomp, allow_spec_allow, "allowSpecAllow"),
	JSON_STRS(policy_seccomp, deny, "deny", .values = policy_seccomp_sets),
	JSON_STR(policy_seccomp, profile, "profile", .pattern = &policy_path_none),
	REASONS(policy_seccomp, agents, "agents", policy_path),
	JSON_BOOL(policy_seccomp, allow_foreign_agents, "allowForeignAgents"),
};
TABLE(seccomp, .check = policy_check_seccomp);

static const struct json_field paths[] = {
	LEVEL(policy_paths),
	REASONS(policy_paths, masked, "masked", policy_path),
	REASONS(policy_paths, readonly, "readonly", policy_path),
};
TABLE(paths);

static const struct json_field rootfs[] = {
	LEVEL(policy_rootfs),
	JSON_BOOL(policy_rootfs, allow_shared_propagation, "allowSharedPropagation"),
	JSON_BOOL(policy_rootfs, readonly, "readonly"),
	JSON_BOOL(policy_rootfs, noexec, "noexec"),
};
TABLE(rootfs);

static const struct json_field mounts[] = {
	LEVEL(policy_mounts),
	REASONS(policy_mounts, types, "types", policy_fs_type),
	JSON_BOOL(policy_mounts, allow_shared_propagation, "allowSharedPropagation"),
	JSON_BOOL(policy_mounts, readonly_kernel_views, "readonlyKernelViews"),
};
TABLE(mounts);

static const struct json_field storage[] = {
	JSON_STR(policy_storage, pattern, "pattern", .required = true,
		 .pattern = &policy_storage_path),
	JSON_BOOL(policy_storage, mounts, "mounts"),
	WHY(policy_storage),
};
TABLE(storage);

static const struct json_field host_path[] = {
	JSON_STR(policy_host_path, path, "path", .required = true, .pattern = &policy_path),
	JSON_STR(policy_host_path, treatment, "treatment", .required = true,
		 .values = policy_treatments),
	WHY(policy_host_path),
};
TABLE(host_path);

static const struct json_field binds[] = {
	LEVEL(policy_binds),
	REASONS(policy_binds, sockets, "sockets", policy_path),
	JSON_BOOL(policy_binds, allow_socket_parents, "allowSocketParents"),
	JSON_OBJS(policy_binds, storage, "storage", policy_storage, storage_schema),
	JSON_BOOL(policy_binds, allow_idmap, "allowIdmap"),
	JSON_OBJS(policy_binds, host_paths, "hostPaths", policy_host_path, host_path_schema),
	JSON_BOOL(policy_binds, noexec, "noexec"),
};
TABLE(binds, .check = policy_check_binds);

static const char *const device_types[] = {"c", "b", NULL};

/* A device number has 12 and 20 bits; -1 is every minor. */
static const struct json_field device[] = {
	JSON_STR(policy_device, type, "type", .required = true, .values = device_types),
	JSON_I64(policy_device, major, "major", .required = true, JSON_BETWEEN(0, 4095)),
	JSON_I64(policy_device, minor, "minor", .required = true, JSON_BETWEEN(-1, 1048575)),
	JSON_STR(policy_device, access, "access", .required = true, .pattern = &policy_access),
	WHY(policy_device),
};
TABLE(device);

static const struct json_field devices[] = {
	LEVEL(policy_devices),
	JSON_OBJS(policy_devices, defaults, "defaults", policy_device, device_schema),
	JSON_OBJS(policy_devices, extra, "extra", policy_device, device_schema),
};
TABLE(devices, .check = policy_check_devices);

static const struct json_field net_devices[] = {
	LEVEL(policy_net_devices),
	REASONS(policy_net_devices, allowed, "allowed", policy_net_device),
};
TABLE(net_devices);

static const struct json_field intel_rdt[] = {
	LEVEL(policy_intel_rdt),
	JSON_BOOL(policy_intel_rdt, allow_own, "allowOwn"),
	REASONS(policy_intel_rdt, clos_ids, "closIDs", policy_words),
};
TABLE(intel_rdt);

static const struct json_field pids[] = {
	LEVEL(policy_pids),
	JSON_I64(policy_pids, default_limit, "defaultLimit", JSON_BETWEEN(1, PIDS_MAX)),
	JSON_I64(policy_pids, ceiling, "ceiling", JSON_BETWEEN(0, PIDS_MAX)),
	JSON_BOOL(policy_pids, required, "required"),
};
TABLE(pids, .check = policy_check_pids);

static const struct json_field memory[] = {
	LEVEL(policy_memory),
	PERCENT(policy_memory, default_percent, "defaultPercent", 1),
	PERCENT(policy_memory, ceiling_percent, "ceilingPercent", 0),
	JSON_BOOL(policy_memory, oom_group, "oomGroup"),
	PERCENT(policy_memory, kernel_tcp_percent, "kernelTcpPercent", 0),
	JSON_BOOL(policy_memory, required, "required"),
};
TABLE(memory, .check = policy_check_memory);

static const struct json_field cpu[] = {
	LEVEL(policy_cpu),
	PERCENT(policy_cpu, ceiling_percent, "ceilingPercent", 0),
};
TABLE(cpu);

static const struct json_field cgroup_path[] = {
	LEVEL(policy_cgroup_path),
	REASONS(policy_cgroup_path, prefixes, "prefixes", policy_path),
};
TABLE(cgroup_path);

static const struct json_field sysctl[] = {
	LEVEL(policy_sysctl),
	REASONS(policy_sysctl, ipc, "ipc", policy_setting),
	REASONS(policy_sysctl, network, "network", policy_setting),
};
TABLE(sysctl);

static const struct json_field rlimit[] = {
	JSON_STR(policy_rlimit, type, "type", .required = true, .values = policy_rlimits),
	JSON_U64(policy_rlimit, max, "max", .required = true),
	WHY(policy_rlimit),
};
TABLE(rlimit);

static const struct json_field rlimits[] = {
	LEVEL(policy_rlimits),
	JSON_BOOL(policy_rlimits, core_zero, "coreZero"),
	JSON_OBJS(policy_rlimits, ceilings, "ceilings", policy_rlimit, rlimit_schema),
};
TABLE(rlimits, .check = policy_check_rlimits);

static const struct json_field scheduling[] = {
	LEVEL(policy_scheduling),
	JSON_I32(policy_scheduling, oom_score_adj_min, "oomScoreAdjMin", JSON_BETWEEN(-1000, 1000)),
	JSON_BOOL(policy_scheduling, allow_realtime, "allowRealtime"),
	JSON_I32(policy_scheduling, nice_min, "niceMin", JSON_BETWEEN(-20, 19)),
};
TABLE(scheduling);

static const struct json_field hooks[] = {
	LEVEL(policy_hooks),
	REASONS(policy_hooks, directories, "directories", policy_path),
};
TABLE(hooks);

static const struct json_field apparmor[] = {
	LEVEL(policy_apparmor),
	JSON_STR(policy_apparmor, profile, "profile", .pattern = &policy_profile),
	JSON_BOOL(policy_apparmor, require, "require"),
	JSON_BOOL(policy_apparmor, allow_unconfined, "allowUnconfined"),
};
TABLE(apparmor);

static const struct json_field selinux[] = {
	LEVEL(policy_selinux),
	JSON_STR(policy_selinux, label, "label", .pattern = &policy_label),
	JSON_STR(policy_selinux, mount_label, "mountLabel", .pattern = &policy_label),
	JSON_BOOL(policy_selinux, categories, "categories"),
	JSON_BOOL(policy_selinux, require, "require"),
	JSON_BOOL(policy_selinux, allow_unconfined, "allowUnconfined"),
};
TABLE(selinux);

static const struct json_field landlock[] = {
	LEVEL(policy_landlock),
	REASONS(policy_landlock, readonly, "readonly", policy_path),
	JSON_BOOL(policy_landlock, scope_sockets, "scopeSockets"),
	JSON_BOOL(policy_landlock, scope_signals, "scopeSignals"),
};
TABLE(landlock);

static const struct json_field restart[] = {
	LEVEL(policy_restart),
	JSON_U32(policy_restart, count, "count", JSON_BETWEEN(1, 1000)),
	JSON_U32(policy_restart, seconds, "seconds", JSON_BETWEEN(1, DAY)),
	JSON_U32(policy_restart, pause, "pause", JSON_BETWEEN(1, DAY)),
};
TABLE(restart);

static const struct json_field exec[] = {
	LEVEL(policy_exec),
	JSON_BOOL(policy_exec, allow_root, "allowRoot"),
};
TABLE(exec);

static const struct json_field annotations[] = {
	LEVEL(policy_annotations),
	REASONS(policy_annotations, ignored, "ignored", policy_words),
	REASONS(policy_annotations, systemd_properties, "systemdProperties", policy_words),
};
TABLE(annotations);

static const struct json_field exception[] = {
	JSON_STR(policy_exception, annotation, "annotation", .required = true,
		 .pattern = &policy_words),
	JSON_STR(policy_exception, value, "value", .required = true),
	JSON_STR(policy_exception, rule, "rule", .required = true, .values = policy_rules),
	JSON_STR(policy_exception, level, "level", .required = true, .values = policy_levels),
	JSON_U32S(policy_exception, users, "users"),
	JSON_U32S(policy_exception, login_users, "loginUsers"),
	WHY(policy_exception),
};
TABLE(exception, .check = policy_check_exception);

static const struct json_field audit[] = {
	JSON_STR(policy_audit, destination, "destination", .values = policy_destinations),
	JSON_STR(policy_audit, file, "file", .pattern = &policy_path),
	JSON_BOOL(policy_audit, required, "required"),
	JSON_BOOL(policy_audit, sync, "sync"),
};
TABLE(audit, .check = policy_check_audit);

#define SECTION(m, key) JSON_OBJ_IN(policy, m, key, policy_##m, m##_schema)

static const struct json_field policy_fields[] = {
	JSON_U32(policy, version, "version", JSON_BETWEEN(1, 1)),
	SECTION(privileged, "privileged"),
	SECTION(userns, "userns"),
	SECTION(namespaces, "namespaces"),
	SECTION(capabilities, "capabilities"),
	SECTION(no_new_privileges, "noNewPrivileges"),
	SECTION(seccomp, "seccomp"),
	SECTION(paths, "paths"),
	SECTION(rootfs, "rootfs"),
	SECTION(mounts, "mounts"),
	SECTION(binds, "binds"),
	SECTION(devices, "devices"),
	SECTION(net_devices, "netDevices"),
	SECTION(intel_rdt, "intelRdt"),
	SECTION(pids, "pids"),
	SECTION(memory, "memory"),
	SECTION(cpu, "cpu"),
	SECTION(cgroup_path, "cgroupPath"),
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
	JSON_OBJS(policy, exceptions, "exceptions", policy_exception, exception_schema),
	SECTION(audit, "audit"),
};

const struct json_schema policy_schema = JSON_SCHEMA(policy, policy_fields, .check = policy_check);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tables_linux.c: config-linux.md but for resources, as field tables. Order is that of runc. */
#include "oci-spec/tables.h"

#include "oci-spec/pattern.h"

static const struct json_field namespace_fields[] = {
	JSON_STR(spec_namespace, type, "type", .required = true,
		 .values =
			 ONE_OF("pid", "network", "mount", "ipc", "uts", "user", "cgroup", "time")),
	OPT_STR(spec_namespace, path, "path", .pattern = &pattern_abs_path),
};
const struct json_schema spec_namespace_schema = JSON_SCHEMA(spec_namespace, namespace_fields);

static const struct json_field device_fields[] = {
	JSON_STR(spec_device, path, "path", .required = true),
	JSON_STR(spec_device, type, "type", .required = true, .values = ONE_OF("c", "b", "u", "p")),
	JSON_I64_OPT(spec_device, major, "major"),
	JSON_I64_OPT(spec_device, minor, "minor"),
	/*
	 * The schema's maximum of 512 is a slip (0666 is 438, 01777 is 1023). Podman 4 sends
	 * st_mode with the file type, so 16 bits are taken; users mask with 07777.
	 */
	JSON_U32_OPT(spec_device, file_mode, "fileMode", JSON_BETWEEN(0, 0177777)),
	JSON_U32_OPT(spec_device, uid, "uid"),
	JSON_U32_OPT(spec_device, gid, "gid"),
};
static const struct json_schema device_schema =
	JSON_SCHEMA(spec_device, device_fields, .check = check_device);

static const struct json_field net_device_fields[] = {
	OPT_STR(spec_net_device, name, "name"),
};
static const struct json_schema net_device_schema = JSON_SCHEMA(spec_net_device, net_device_fields);

#define SECCOMP_ACTIONS                                                                            \
	ONE_OF("SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_TRAP",  \
	       "SCMP_ACT_ERRNO", "SCMP_ACT_TRACE", "SCMP_ACT_ALLOW", "SCMP_ACT_LOG",               \
	       "SCMP_ACT_NOTIFY")

static const struct json_field seccomp_arg_fields[] = {
	JSON_U32(spec_seccomp_arg, index, "index", .required = true),
	JSON_U64(spec_seccomp_arg, value, "value", .required = true),
	JSON_U64(spec_seccomp_arg, value_two, "valueTwo"),
	JSON_STR(spec_seccomp_arg, op, "op", .required = true,
		 .values = ONE_OF("SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE", "SCMP_CMP_EQ",
				  "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_MASKED_EQ")),
};
static const struct json_schema seccomp_arg_schema =
	JSON_SCHEMA(spec_seccomp_arg, seccomp_arg_fields);

static const struct json_field syscall_fields[] = {
	JSON_STRS(spec_syscall, names, "names", .required = true, .not_empty = true),
	JSON_STR(spec_syscall, action, "action", .required = true, .values = SECCOMP_ACTIONS),
	JSON_U32_OPT(spec_syscall, errno_ret, "errnoRet"),
	JSON_OBJS(spec_syscall, args, "args", spec_seccomp_arg, seccomp_arg_schema),
};
static const struct json_schema syscall_schema = JSON_SCHEMA(spec_syscall, syscall_fields);

static const struct json_field seccomp_fields[] = {
	JSON_STR(spec_seccomp, default_action, "defaultAction", .required = true,
		 .values = SECCOMP_ACTIONS),
	JSON_U32_OPT(spec_seccomp, default_errno_ret, "defaultErrnoRet"),
	JSON_STRS(spec_seccomp, architectures, "architectures",
		  .values = ONE_OF("SCMP_ARCH_X86", "SCMP_ARCH_X86_64", "SCMP_ARCH_X32",
				   "SCMP_ARCH_ARM", "SCMP_ARCH_AARCH64", "SCMP_ARCH_LOONGARCH64",
				   "SCMP_ARCH_M68K", "SCMP_ARCH_MIPS", "SCMP_ARCH_MIPS64",
				   "SCMP_ARCH_MIPS64N32", "SCMP_ARCH_MIPSEL", "SCMP_ARCH_MIPSEL64",
				   "SCMP_ARCH_MIPSEL64N32", "SCMP_ARCH_PPC", "SCMP_ARCH_PPC64",
				   "SCMP_ARCH_PPC64LE", "SCMP_ARCH_S390", "SCMP_ARCH_S390X",
				   "SCMP_ARCH_SH", "SCMP_ARCH_SHEB", "SCMP_ARCH_PARISC",
				   "SCMP_ARCH_PARISC64", "SCMP_ARCH_RISCV64")),
	JSON_STRS(spec_seccomp, flags, "flags",
		  .values = ONE_OF("SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_LOG",
				   "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
				   "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV")),
	OPT_STR(spec_seccomp, listener_path, "listenerPath"),
	OPT_STR(spec_seccomp, listener_metadata, "listenerMetadata"),
	JSON_OBJS(spec_seccomp, syscalls, "syscalls", spec_syscall, syscall_schema),
};
const struct json_schema spec_seccomp_schema = JSON_SCHEMA(spec_seccomp, seccomp_fields);

static const struct json_field intel_rdt_fields[] = {
	OPT_STR(spec_intel_rdt, clos_id, "closID"),
	JSON_STRS(spec_intel_rdt, schemata, "schemata"),
	OPT_STR(spec_intel_rdt, l3_cache_schema, "l3CacheSchema"),
	OPT_STR(spec_intel_rdt, mem_bw_schema, "memBwSchema", .pattern = &pattern_mem_bw),
	JSON_BOOL_OPT(spec_intel_rdt, enable_cmt, "enableCMT"), /* until 1.2 */
	JSON_BOOL_OPT(spec_intel_rdt, enable_mbm, "enableMBM"), /* until 1.2 */
	JSON_BOOL_OPT(spec_intel_rdt, enable_monitoring, "enableMonitoring"),
};
static const struct json_schema intel_rdt_schema = JSON_SCHEMA(spec_intel_rdt, intel_rdt_fields);

static const struct json_field memory_policy_fields[] = {
	JSON_STR(spec_memory_policy, mode, "mode",
		 .values = ONE_OF("MPOL_DEFAULT", "MPOL_BIND", "MPOL_INTERLEAVE",
				  "MPOL_WEIGHTED_INTERLEAVE", "MPOL_PREFERRED",
				  "MPOL_PREFERRED_MANY", "MPOL_LOCAL"),
		 .wrong = "invalid memory policy mode"),
	OPT_STR(spec_memory_policy, nodes, "nodes"),
	JSON_STRS(spec_memory_policy, flags, "flags",
		  .values = ONE_OF("MPOL_F_NUMA_BALANCING", "MPOL_F_RELATIVE_NODES",
				   "MPOL_F_STATIC_NODES"),
		  .wrong = "invalid memory policy flag"),
};
static const struct json_schema memory_policy_schema =
	JSON_SCHEMA(spec_memory_policy, memory_policy_fields);

static const struct json_field personality_fields[] = {
	JSON_STR(spec_personality, domain, "domain", .values = ONE_OF("LINUX", "LINUX32")),
	JSON_STRS(spec_personality, flags, "flags"),
};
static const struct json_schema personality_schema =
	JSON_SCHEMA(spec_personality, personality_fields);

static const struct json_field time_offset_fields[] = {
	JSON_I64(spec_time_offset, secs, "secs"),
	JSON_U32(spec_time_offset, nanosecs, "nanosecs"),
};
static const struct json_schema time_offset_schema =
	JSON_SCHEMA(spec_time_offset, time_offset_fields);

static const struct json_field linux_fields[] = {
	JSON_OBJS(spec_linux, uid_mappings, "uidMappings", spec_id_mapping, spec_id_mapping_schema),
	JSON_OBJS(spec_linux, gid_mappings, "gidMappings", spec_id_mapping, spec_id_mapping_schema),
	JSON_MAP(spec_linux, sysctl, "sysctl"),
	JSON_OBJ(spec_linux, resources, "resources", spec_resources, spec_resources_schema),
	OPT_STR(spec_linux, cgroups_path, "cgroupsPath"),
	JSON_OBJS(spec_linux, namespaces, "namespaces", spec_namespace, spec_namespace_schema),
	JSON_OBJS(spec_linux, devices, "devices", spec_device, device_schema),
	JSON_OBJ_MAP(spec_linux, net_devices, "netDevices", spec_net_device, net_device_schema),
	JSON_OBJ(spec_linux, seccomp, "seccomp", spec_seccomp, spec_seccomp_schema),
	/* The schema has the first four; docker sends the recursive ones, and runc takes them. */
	OPT_STR(spec_linux, rootfs_propagation, "rootfsPropagation",
		.values = ONE_OF("private", "shared", "slave", "unbindable", "rprivate", "rshared",
				 "rslave", "runbindable")),
	JSON_STRS(spec_linux, masked_paths, "maskedPaths"),
	JSON_STRS(spec_linux, readonly_paths, "readonlyPaths"),
	OPT_STR(spec_linux, mount_label, "mountLabel"),
	JSON_OBJ(spec_linux, intel_rdt, "intelRdt", spec_intel_rdt, intel_rdt_schema),
	JSON_OBJ(spec_linux, memory_policy, "memoryPolicy", spec_memory_policy,
		 memory_policy_schema),
	JSON_OBJ(spec_linux, personality, "personality", spec_personality, personality_schema),
	JSON_OBJ_MAP(spec_linux, time_offsets, "timeOffsets", spec_time_offset, time_offset_schema),
};
const struct json_schema spec_linux_schema =
	JSON_SCHEMA(spec_linux, linux_fields, .check = check_linux);

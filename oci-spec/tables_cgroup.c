/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tables_cgroup.c: linux.resources of config-linux.md, as field tables. Order is that of runc. */
#include "oci-spec/tables.h"

#include "oci-spec/pattern.h"

static const struct json_field device_cgroup_fields[] = {
	JSON_BOOL(spec_device_cgroup, allow, "allow", .required = true),
	OPT_STR(spec_device_cgroup, type, "type", .values = ONE_OF("a", "c", "b")),
	JSON_I64_OPT(spec_device_cgroup, major, "major"),
	JSON_I64_OPT(spec_device_cgroup, minor, "minor"),
	OPT_STR(spec_device_cgroup, access, "access", .pattern = &pattern_access),
};
const struct json_schema spec_device_cgroup_schema =
	JSON_SCHEMA(spec_device_cgroup, device_cgroup_fields);

static const struct json_field memory_fields[] = {
	JSON_I64_OPT(spec_memory, limit, "limit"),
	JSON_I64_OPT(spec_memory, reservation, "reservation"),
	JSON_I64_OPT(spec_memory, swap, "swap"),
	JSON_I64_OPT(spec_memory, kernel, "kernel"),
	JSON_I64_OPT(spec_memory, kernel_tcp, "kernelTCP"),
	JSON_U64_OPT(spec_memory, swappiness, "swappiness"),
	JSON_BOOL_OPT(spec_memory, disable_oom_killer, "disableOOMKiller"),
	JSON_BOOL_OPT(spec_memory, use_hierarchy, "useHierarchy"),
	JSON_BOOL_OPT(spec_memory, check_before_update, "checkBeforeUpdate"),
};
static const struct json_schema memory_schema = JSON_SCHEMA(spec_memory, memory_fields);

static const struct json_field cpu_fields[] = {
	JSON_U64_OPT(spec_cpu, shares, "shares"),
	JSON_I64_OPT(spec_cpu, quota, "quota"),
	JSON_U64_OPT(spec_cpu, burst, "burst"),
	JSON_U64_OPT(spec_cpu, period, "period"),
	JSON_I64_OPT(spec_cpu, realtime_runtime, "realtimeRuntime"),
	JSON_U64_OPT(spec_cpu, realtime_period, "realtimePeriod"),
	OPT_STR(spec_cpu, cpus, "cpus"),
	OPT_STR(spec_cpu, mems, "mems"),
	JSON_I64_OPT(spec_cpu, idle, "idle"),
};
static const struct json_schema cpu_schema = JSON_SCHEMA(spec_cpu, cpu_fields);

/* Required by the schemas before 1.3.0, where 0 or less meant no limit. */
static const struct json_field pids_fields[] = {
	JSON_I64_OPT(spec_pids, limit, "limit"),
};
static const struct json_schema pids_schema = JSON_SCHEMA(spec_pids, pids_fields);

static const struct json_field weight_device_fields[] = {
	JSON_I64(spec_weight_device, major, "major", .required = true),
	JSON_I64(spec_weight_device, minor, "minor", .required = true),
	JSON_U16_OPT(spec_weight_device, weight, "weight"),
	JSON_U16_OPT(spec_weight_device, leaf_weight, "leafWeight"),
};
static const struct json_schema weight_device_schema =
	JSON_SCHEMA(spec_weight_device, weight_device_fields);

static const struct json_field throttle_device_fields[] = {
	JSON_I64(spec_throttle_device, major, "major", .required = true),
	JSON_I64(spec_throttle_device, minor, "minor", .required = true),
	JSON_U64(spec_throttle_device, rate, "rate"),
};
static const struct json_schema throttle_device_schema =
	JSON_SCHEMA(spec_throttle_device, throttle_device_fields);

#define THROTTLE(m, key)                                                                           \
	JSON_OBJS(spec_block_io, m, key, spec_throttle_device, throttle_device_schema)
static const struct json_field block_io_fields[] = {
	JSON_U16_OPT(spec_block_io, weight, "weight"),
	JSON_U16_OPT(spec_block_io, leaf_weight, "leafWeight"),
	JSON_OBJS(spec_block_io, weight_device, "weightDevice", spec_weight_device,
		  weight_device_schema),
	THROTTLE(throttle_read_bps_device, "throttleReadBpsDevice"),
	THROTTLE(throttle_write_bps_device, "throttleWriteBpsDevice"),
	THROTTLE(throttle_read_iops_device, "throttleReadIOPSDevice"),
	THROTTLE(throttle_write_iops_device, "throttleWriteIOPSDevice"),
};
static const struct json_schema block_io_schema = JSON_SCHEMA(spec_block_io, block_io_fields);

static const struct json_field hugepage_limit_fields[] = {
	JSON_STR(spec_hugepage_limit, page_size, "pageSize", .required = true,
		 .pattern = &pattern_page_size),
	JSON_U64(spec_hugepage_limit, limit, "limit", .required = true),
};
static const struct json_schema hugepage_limit_schema =
	JSON_SCHEMA(spec_hugepage_limit, hugepage_limit_fields);

static const struct json_field interface_priority_fields[] = {
	JSON_STR(spec_interface_priority, name, "name", .required = true),
	JSON_U32(spec_interface_priority, priority, "priority", .required = true),
};
static const struct json_schema interface_priority_schema =
	JSON_SCHEMA(spec_interface_priority, interface_priority_fields);

static const struct json_field network_fields[] = {
	JSON_U32_OPT(spec_network, class_id, "classID"),
	JSON_OBJS(spec_network, priorities, "priorities", spec_interface_priority,
		  interface_priority_schema),
};
static const struct json_schema network_schema = JSON_SCHEMA(spec_network, network_fields);

static const struct json_field rdma_fields[] = {
	JSON_U32_OPT(spec_rdma, hca_handles, "hcaHandles"),
	JSON_U32_OPT(spec_rdma, hca_objects, "hcaObjects"),
};
static const struct json_schema rdma_schema = JSON_SCHEMA(spec_rdma, rdma_fields);

static const struct json_field resources_fields[] = {
	JSON_OBJS(spec_resources, devices, "devices", spec_device_cgroup,
		  spec_device_cgroup_schema),
	JSON_OBJ(spec_resources, memory, "memory", spec_memory, memory_schema),
	JSON_OBJ(spec_resources, cpu, "cpu", spec_cpu, cpu_schema),
	JSON_OBJ(spec_resources, pids, "pids", spec_pids, pids_schema),
	JSON_OBJ(spec_resources, block_io, "blockIO", spec_block_io, block_io_schema),
	JSON_OBJS(spec_resources, hugepage_limits, "hugepageLimits", spec_hugepage_limit,
		  hugepage_limit_schema),
	JSON_OBJ(spec_resources, network, "network", spec_network, network_schema),
	JSON_OBJ_MAP(spec_resources, rdma, "rdma", spec_rdma, rdma_schema),
	JSON_MAP(spec_resources, unified, "unified"),
};
const struct json_schema spec_resources_schema = JSON_SCHEMA(spec_resources, resources_fields);

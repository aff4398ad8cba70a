/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tables.c: config.md of the runtime specification, as field tables. Order is that of runc. */
#include "oci-spec/tables.h"

#include "oci-spec/pattern.h"

static const struct json_field root_fields[] = {
	JSON_STR(spec_root, path, "path", .required = true),
	JSON_BOOL_OPT(spec_root, readonly, "readonly"),
};
const struct json_schema spec_root_schema = JSON_SCHEMA(spec_root, root_fields);

static const struct json_field id_mapping_fields[] = {
	JSON_U32(spec_id_mapping, container_id, "containerID", .required = true),
	JSON_U32(spec_id_mapping, host_id, "hostID", .required = true),
	JSON_U32(spec_id_mapping, size, "size", .required = true),
};
const struct json_schema spec_id_mapping_schema = JSON_SCHEMA(spec_id_mapping, id_mapping_fields);

static const struct json_field mount_fields[] = {
	JSON_STR(spec_mount, destination, "destination", .required = true),
	OPT_STR(spec_mount, type, "type"),
	OPT_STR(spec_mount, source, "source"),
	JSON_STRS(spec_mount, options, "options"),
	JSON_OBJS(spec_mount, uid_mappings, "uidMappings", spec_id_mapping, spec_id_mapping_schema),
	JSON_OBJS(spec_mount, gid_mappings, "gidMappings", spec_id_mapping, spec_id_mapping_schema),
};
const struct json_schema spec_mount_schema = JSON_SCHEMA(spec_mount, mount_fields);

static const struct json_field hook_fields[] = {
	JSON_STR(spec_hook, path, "path", .required = true, .pattern = &pattern_abs_path),
	JSON_STRS(spec_hook, args, "args"),
	JSON_STRS(spec_hook, env, "env"),
	JSON_I64_OPT(spec_hook, timeout, "timeout", JSON_BETWEEN(1, INT64_MAX)),
};
const struct json_schema spec_hook_schema = JSON_SCHEMA(spec_hook, hook_fields);

#define HOOKS(m, key) JSON_OBJS(spec_hooks, m, key, spec_hook, spec_hook_schema)
static const struct json_field hooks_fields[] = {
	HOOKS(prestart, "prestart"),
	HOOKS(create_runtime, "createRuntime"),
	HOOKS(create_container, "createContainer"),
	HOOKS(start_container, "startContainer"),
	HOOKS(poststart, "poststart"),
	HOOKS(poststop, "poststop"),
};
const struct json_schema spec_hooks_schema = JSON_SCHEMA(spec_hooks, hooks_fields);

/* "windows", "solaris", "vm", "zos" and "freebsd" are other platforms': unknown here. */
static const struct json_field spec_fields[] = {
	JSON_STR(spec, version, "ociVersion", .required = true, .pattern = &pattern_version),
	JSON_OBJ(spec, process, "process", spec_process, spec_process_schema),
	JSON_OBJ(spec, root, "root", spec_root, spec_root_schema),
	OPT_STR(spec, hostname, "hostname"),
	OPT_STR(spec, domainname, "domainname"),
	JSON_OBJS(spec, mounts, "mounts", spec_mount, spec_mount_schema),
	JSON_OBJ(spec, hooks, "hooks", spec_hooks, spec_hooks_schema),
	JSON_MAP(spec, annotations, "annotations"),
	JSON_OBJ(spec, linux_, "linux", spec_linux, spec_linux_schema),
};
const struct json_schema spec_schema = JSON_SCHEMA(spec, spec_fields);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* measures.c: the document of measures.h. */
#include "harden/measures.h"

#include "oci-spec/spec.h"

static const struct json_field fields[] = {
	JSON_BOOL(measures, rootfs_nosuid, "rootfsNosuid"),
	JSON_BOOL(measures, rootfs_nodev, "rootfsNodev"),
	JSON_BOOL(measures, rootfs_noexec, "rootfsNoexec"),
	JSON_BOOL(measures, keep_bind_flags, "keepBindFlags"),
	JSON_BOOL(measures, seccomp_builtin, "seccompBuiltin"),
	JSON_OBJ(measures, seccomp_profile, "seccompProfile", spec_seccomp, spec_seccomp_schema),
	JSON_STRS(measures, seccomp_deny, "seccompDeny"),
	JSON_BOOL(measures, seccomp_own_agent, "seccompOwnAgent"),
	JSON_U32(measures, securebits, "securebits"),
	JSON_BOOL(measures, devices_listed, "devicesListed"),
	JSON_OBJS(measures, devices, "devices", spec_device_cgroup, spec_device_cgroup_schema),
	JSON_STRS(measures, landlock_readonly, "landlockReadonly"),
	JSON_BOOL(measures, landlock_scope_sockets, "landlockScopeSockets"),
	JSON_BOOL(measures, landlock_scope_signals, "landlockScopeSignals"),
};

const struct json_schema measures_schema = JSON_SCHEMA(measures, fields);

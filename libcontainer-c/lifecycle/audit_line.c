/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* audit_line.c: see audit_line.h. */
#include "lifecycle/audit_line.h"

static const struct json_field caller_fields[] = {
	JSON_U32(audit_caller, uid, "uid", .required = true),
	JSON_U32_OPT(audit_caller, login_uid, "loginUID"),
	JSON_U32(audit_caller, pid, "pid"),
	JSON_U32(audit_caller, parent, "parent"),
	JSON_STR(audit_caller, parent_name, "parentName"),
};
static const struct json_schema caller_schema = JSON_SCHEMA(audit_caller, caller_fields);

static const struct json_field policy_fields[] = {
	JSON_STR(audit_policy, source, "source"),
	JSON_STR(audit_policy, digest, "digest"),
};
static const struct json_schema policy_schema = JSON_SCHEMA(audit_policy, policy_fields);

static const struct json_field process_fields[] = {
	JSON_STRS(audit_process, args, "args"),
	JSON_U32(audit_process, uid, "uid", .required = true),
	JSON_U32(audit_process, gid, "gid", .required = true),
};
static const struct json_schema process_schema = JSON_SCHEMA(audit_process, process_fields);

static const struct json_field decision_fields[] = {
	JSON_STR(audit_decision, kind, "kind"),
	JSON_STR(audit_decision, rule, "rule"),
	JSON_STR(audit_decision, pointer, "pointer"),
	JSON_STR(audit_decision, why, "why"),
};
static const struct json_schema decision_schema = JSON_SCHEMA(audit_decision, decision_fields);

static const struct json_field line_fields[] = {
	JSON_STR(audit_line, time, "time", .required = true),
	JSON_STR(audit_line, event, "event", .required = true),
	JSON_STR(audit_line, outcome, "outcome", .required = true),
	JSON_STR(audit_line, container, "container", .required = true),
	JSON_STR(audit_line, bundle, "bundle"),
	JSON_STR(audit_line, error, "error"),
	JSON_OBJ_IN(audit_line, caller, "caller", audit_caller, caller_schema),
	JSON_OBJ_IN(audit_line, policy, "policy", audit_policy, policy_schema),
	JSON_I64_OPT(audit_line, signal, "signal"),
	JSON_U32_OPT(audit_line, pid, "pid"),
	JSON_OBJ(audit_line, process, "process", audit_process, process_schema),
	JSON_OBJS(audit_line, uid_mappings, "uidMappings", spec_id_mapping, spec_id_mapping_schema),
	JSON_OBJS(audit_line, gid_mappings, "gidMappings", spec_id_mapping, spec_id_mapping_schema),
	JSON_STRS(audit_line, limits, "limits"),
	JSON_OBJS(audit_line, decisions, "decisions", audit_decision, decision_schema),
	JSON_U32_OPT(audit_line, decisions_left_out, "decisionsLeftOut"),
};
const struct json_schema audit_line_schema = JSON_SCHEMA(audit_line, line_fields);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tables_process.c: the process object of config.md, as field tables. Order is that of runc. */
#include "oci-spec/tables.h"

#include "oci-spec/pattern.h"

static const struct json_field box_fields[] = {
	JSON_U64(spec_box, height, "height", .required = true),
	JSON_U64(spec_box, width, "width", .required = true),
};
static const struct json_schema box_schema = JSON_SCHEMA(spec_box, box_fields);

static const struct json_field user_fields[] = {
	/* REQUIRED by the text, not by the schema; engines and Go's decoder take absent for 0. */
	JSON_U32(spec_user, uid, "uid"),
	JSON_U32(spec_user, gid, "gid"),
	JSON_U32_OPT(spec_user, umask, "umask"),
	JSON_U32S(spec_user, additional_gids, "additionalGids"),
	OPT_STR(spec_user, username, "username"),
};
static const struct json_schema user_schema = JSON_SCHEMA(spec_user, user_fields);

/*
 * Any name is taken: config.md says that one which cannot be granted is no reason to fail. A name
 * that nobody knows grants nothing.
 */
static const struct json_field capabilities_fields[] = {
	JSON_STRS(spec_capabilities, bounding, "bounding"),
	JSON_STRS(spec_capabilities, effective, "effective"),
	JSON_STRS(spec_capabilities, inheritable, "inheritable"),
	JSON_STRS(spec_capabilities, permitted, "permitted"),
	JSON_STRS(spec_capabilities, ambient, "ambient"),
};
static const struct json_schema capabilities_schema =
	JSON_SCHEMA(spec_capabilities, capabilities_fields);

static const struct json_field rlimit_fields[] = {
	JSON_STR(spec_rlimit, type, "type", .required = true, .pattern = &pattern_rlimit),
	JSON_U64(spec_rlimit, hard, "hard", .required = true),
	JSON_U64(spec_rlimit, soft, "soft", .required = true),
};
static const struct json_schema rlimit_schema = JSON_SCHEMA(spec_rlimit, rlimit_fields);

static const struct json_field scheduler_fields[] = {
	JSON_STR(spec_scheduler, policy, "policy", .required = true,
		 .values = ONE_OF("SCHED_OTHER", "SCHED_FIFO", "SCHED_RR", "SCHED_BATCH",
				  "SCHED_ISO", "SCHED_IDLE", "SCHED_DEADLINE")),
	JSON_I32_OPT(spec_scheduler, nice, "nice"),
	JSON_I32_OPT(spec_scheduler, priority, "priority"),
	JSON_STRS(spec_scheduler, flags, "flags",
		  .values = ONE_OF("SCHED_FLAG_RESET_ON_FORK", "SCHED_FLAG_RECLAIM",
				   "SCHED_FLAG_DL_OVERRUN", "SCHED_FLAG_KEEP_POLICY",
				   "SCHED_FLAG_KEEP_PARAMS", "SCHED_FLAG_UTIL_CLAMP_MIN",
				   "SCHED_FLAG_UTIL_CLAMP_MAX")),
	JSON_U64_OPT(spec_scheduler, runtime, "runtime"),
	JSON_U64_OPT(spec_scheduler, deadline, "deadline"),
	JSON_U64_OPT(spec_scheduler, period, "period"),
};
static const struct json_schema scheduler_schema = JSON_SCHEMA(spec_scheduler, scheduler_fields);

static const struct json_field io_priority_fields[] = {
	JSON_STR(spec_io_priority, class_, "class", .required = true,
		 .values = ONE_OF("IOPRIO_CLASS_RT", "IOPRIO_CLASS_BE", "IOPRIO_CLASS_IDLE")),
	JSON_I32_OPT(spec_io_priority, priority, "priority"),
};
static const struct json_schema io_priority_schema =
	JSON_SCHEMA(spec_io_priority, io_priority_fields);

static const struct json_field exec_cpu_affinity_fields[] = {
	OPT_STR(spec_exec_cpu_affinity, initial, "initial", .pattern = &pattern_cpu_list),
	OPT_STR(spec_exec_cpu_affinity, final, "final", .pattern = &pattern_cpu_list),
};
static const struct json_schema exec_cpu_affinity_schema =
	JSON_SCHEMA(spec_exec_cpu_affinity, exec_cpu_affinity_fields);

static const struct json_field process_fields[] = {
	JSON_BOOL_OPT(spec_process, terminal, "terminal"),
	JSON_OBJ(spec_process, console_size, "consoleSize", spec_box, box_schema),
	JSON_OBJ(spec_process, user, "user", spec_user, user_schema),
	JSON_STRS(spec_process, args, "args"),
	OPT_STR(spec_process, command_line, "commandLine"),
	JSON_STRS(spec_process, env, "env"),
	JSON_STR(spec_process, cwd, "cwd", .required = true),
	JSON_OBJ(spec_process, capabilities, "capabilities", spec_capabilities,
		 capabilities_schema),
	JSON_OBJS(spec_process, rlimits, "rlimits", spec_rlimit, rlimit_schema),
	JSON_BOOL_OPT(spec_process, no_new_privileges, "noNewPrivileges"),
	OPT_STR(spec_process, apparmor_profile, "apparmorProfile"),
	/* proc(5): the kernel refuses what is outside */
	JSON_I64_OPT(spec_process, oom_score_adj, "oomScoreAdj", JSON_BETWEEN(-1000, 1000)),
	JSON_OBJ(spec_process, scheduler, "scheduler", spec_scheduler, scheduler_schema),
	OPT_STR(spec_process, selinux_label, "selinuxLabel"),
	JSON_OBJ(spec_process, io_priority, "ioPriority", spec_io_priority, io_priority_schema),
	JSON_OBJ(spec_process, exec_cpu_affinity, "execCPUAffinity", spec_exec_cpu_affinity,
		 exec_cpu_affinity_schema),
};
const struct json_schema spec_process_schema =
	JSON_SCHEMA(spec_process, process_fields, .check = check_process);

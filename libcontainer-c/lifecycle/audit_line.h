/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * audit_line.h: one line of the audit trail, as data. One field table writes it (audit.c) and reads
 * it (`bulkhead audit`). Absent members are left out; readers ignore members that they don't know.
 */
#ifndef BULKHEAD_LIFECYCLE_AUDIT_LINE_H
#define BULKHEAD_LIFECYCLE_AUDIT_LINE_H

#include <stddef.h>
#include <stdint.h>

#include "oci-spec/schema.h"
#include "oci-spec/spec.h"

/* Who called the runtime. */
struct audit_caller {
	uint32_t uid;	     /* real user id of the runtime's process */
	uint32_t *login_uid; /* of the session, kept through sudo; absent: never logged in */
	uint32_t pid;
	uint32_t parent;
	const char *parent_name; /* comm(5) of the parent: "containerd-shim" */
};

struct audit_policy {
	const char *source; /* file, or "built-in" */
	const char *digest;
};

/* The program that is to run, and as whom inside the container. */
struct audit_process {
	char **args; /* long ones are cut, see audit.h */
	size_t n_args;
	uint32_t uid, gid;
};

struct audit_decision {
	const char *kind; /* "refuse", "change", "note" */
	const char *rule;
	const char *pointer;
	const char *why;
};

struct audit_line {
	const char *time;    /* RFC 3339 with nanoseconds, UTC: sorts as text */
	const char *event;   /* "create", "run", "exec", ... */
	const char *outcome; /* "done", "refused" by the policy, "failed" */
	const char *container;
	const char *bundle;
	struct audit_caller caller;
	struct audit_policy policy;
	int64_t *signal; /* kill */
	uint32_t *pid;	 /* on the host, of the process that the act is about */
	struct audit_process *process;
	struct spec_id_mapping *uid_mappings, *gid_mappings;
	size_t n_uid_mappings, n_gid_mappings;
	char **limits; /* "file=value" as read back from the kernel */
	size_t n_limits;
	struct audit_decision *decisions; /* refusals, then changes, then notes */
	size_t n_decisions;
	uint32_t *decisions_left_out; /* for want of room */
	const char *error;	      /* unless "done": the message that the caller got */
};

extern const struct json_schema audit_line_schema;

#endif

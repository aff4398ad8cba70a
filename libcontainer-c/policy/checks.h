/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * checks.h: what the tables cannot say about a section of a policy: entries that contradict each
 * other. Each is the `check` of a struct json_schema. Internal to policy/.
 */
#ifndef BULKHEAD_POLICY_CHECKS_H
#define BULKHEAD_POLICY_CHECKS_H

#include "oci-spec/schema.h"

bool policy_check(const void *obj, struct json_fault *fault); /* the whole: exceptions */
bool policy_check_exception(const void *obj, struct json_fault *fault);
bool policy_check_capabilities(const void *obj, struct json_fault *fault);
bool policy_check_seccomp(const void *obj, struct json_fault *fault);
bool policy_check_binds(const void *obj, struct json_fault *fault);
bool policy_check_devices(const void *obj, struct json_fault *fault);
bool policy_check_pids(const void *obj, struct json_fault *fault);
bool policy_check_memory(const void *obj, struct json_fault *fault);
bool policy_check_rlimits(const void *obj, struct json_fault *fault);
bool policy_check_audit(const void *obj, struct json_fault *fault);

#endif

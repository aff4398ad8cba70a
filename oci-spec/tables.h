/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tables.h: what the table files share with each other; not for other rooms (see schema.h). */
#ifndef BULKHEAD_OCI_SPEC_TABLES_H
#define BULKHEAD_OCI_SPEC_TABLES_H

#include "oci-spec/schema.h"
#include "oci-spec/spec.h"

/* An optional string of the specification: "" is absent. */
#define OPT_STR(S, m, key, ...) JSON_STR(S, m, key, .empty_null = true, ##__VA_ARGS__)

/* A compound literal for .values. */
#define ONE_OF(...)                                                                                \
	(const char *const[])                                                                      \
	{                                                                                          \
		__VA_ARGS__, NULL                                                                  \
	}

extern const struct json_schema spec_hooks_schema;
extern const struct json_schema spec_linux_schema;
extern const struct json_schema spec_mount_schema;
extern const struct json_schema spec_root_schema;

/* check.c: what an object's members have to satisfy together. */
bool check_device(const void *obj, struct json_fault *fault);
bool check_linux(const void *obj, struct json_fault *fault);
bool check_process(const void *obj, struct json_fault *fault);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_spec_check.c: what create, exec and update want beyond a valid document. */
#include <errno.h>

#include "base/arena.h"
#include "base/err.h"
#include "oci-spec/spec.h"
#include "tests/unit/check.h"

#define V    "{\"ociVersion\":\"1.3.0\""
#define ROOT ",\"root\":{\"path\":\"rootfs\"}"
#define PROC ",\"process\":{\"cwd\":\"/\",\"args\":[\"sh\"]}"
#define OK   V ROOT PROC

struct row {
	const char *text;
	const char *message; /* NULL: fine */
};

static const struct row rows[] = {
	{OK "}", NULL},
	{V ROOT "}", "/process: process property must not be empty"},
	{V PROC "}", "/root: root must be specified"},
	{V PROC ",\"root\":{\"path\":\"\"}}", "/root: root must be specified"},
	{V ROOT ",\"process\":{\"cwd\":\"/\"}}", "/process/args: args must not be empty"},
	{V ROOT ",\"process\":{\"cwd\":\"/\",\"args\":[]}}",
	 "/process/args: args must not be empty"},
	{V ROOT ",\"process\":{\"cwd\":\"\",\"args\":[\"x\"]}}",
	 "/process/cwd: Cwd property must not be empty"},
	{V ROOT ",\"process\":{\"cwd\":\"a\",\"args\":[\"x\"]}}",
	 "/process/cwd: Cwd must be an absolute path"},
	{V ROOT ",\"process\":{\"cwd\":\"/\",\"args\":[\"x\"],\"rlimits\":[{\"type\":"
		"\"RLIMIT_AS\",\"hard\":1,\"soft\":2}]}}",
	 "/process/rlimits/0/soft: more than the hard limit"},
	{V ROOT ",\"process\":{\"cwd\":\"/\",\"args\":[\"x\"],\"rlimits\":[{\"type\":"
		"\"RLIMIT_CORE\",\"hard\":1,\"soft\":1},{\"type\":\"RLIMIT_AS\",\"hard\":1,"
		"\"soft\":2}]}}",
	 "/process/rlimits/1/soft: more than the hard limit"},
	{OK ",\"linux\":{\"timeOffsets\":{\"boottime\":{},\"monotonic\":{\"nanosecs\":"
	    "1000000000}}}}",
	 "/linux/timeOffsets/monotonic/nanosecs: 1000000000 is more than 999999999"},
	{OK ",\"linux\":{\"resources\":{\"blockIO\":{\"weightDevice\":[{\"major\":8,\"minor\":0,"
	    "\"weight\":1},{\"major\":8,\"minor\":0,\"leafWeight\":1},{\"major\":8,\"minor\":1}]"
	    "}}}}",
	 "/linux/resources/blockIO/weightDevice/2: weight or leafWeight is needed"},
	{OK ",\"linux\":{\"resources\":{\"rdma\":{\"a\":{\"hcaHandles\":1},\"b\":{\"hcaObjects\":"
	    "1}}}}}",
	 NULL},
	{OK ",\"linux\":{\"resources\":{\"rdma\":{\"a\":{\"hcaHandles\":1},\"b\":{}}}}}",
	 "/linux/resources/rdma: hcaHandles or hcaObjects is needed for \"b\""},
	{OK ",\"linux\":{\"seccomp\":{\"defaultAction\":\"SCMP_ACT_LOG\",\"listenerMetadata\":"
	    "\"x\",\"listenerPath\":\"/l\"}}}",
	 NULL},
	{OK ",\"mounts\":[{\"destination\":\"a\"},{\"destination\":\"\"}]}",
	 "/mounts/1/destination: must not be empty"},
	{OK ",\"linux\":{\"seccomp\":{\"defaultAction\":\"SCMP_ACT_LOG\",\"listenerMetadata\":"
	    "\"x\"}}}",
	 "/linux/seccomp/listenerMetadata: needs listenerPath"},
	{OK ",\"linux\":{\"memoryPolicy\":{}}}",
	 "/linux/memoryPolicy/mode: invalid memory policy mode: required member is missing"},
	{OK ",\"linux\":{\"personality\":{}}}",
	 "/linux/personality/domain: required member is missing"},
	{OK ",\"linux\":{\"timeOffsets\":{\"boottime\":{\"nanosecs\":1000000000}}}}",
	 "/linux/timeOffsets/boottime/nanosecs: 1000000000 is more than 999999999"},
	{OK ",\"linux\":{\"timeOffsets\":{\"boottime\":{\"nanosecs\":999999999}}}}", NULL},
	{OK ",\"linux\":{\"timeOffsets\":{\"realtime\":{}}}}",
	 "/linux/timeOffsets: unknown clock \"realtime\" (boottime and monotonic can be set)"},
	{OK ",\"linux\":{\"resources\":{\"memory\":{\"limit\":-1,\"swap\":-1}}}}", NULL},
	{OK ",\"linux\":{\"resources\":{\"memory\":{\"limit\":-7}}}}",
	 "/linux/resources/memory/limit: -7 is below -1"},
	{OK ",\"linux\":{\"resources\":{\"memory\":{\"kernelTCP\":-2}}}}",
	 "/linux/resources/memory/kernelTCP: -2 is below -1"},
	{OK ",\"linux\":{\"resources\":{\"memory\":{\"swappiness\":100}}}}", NULL},
	{OK ",\"linux\":{\"resources\":{\"memory\":{\"swappiness\":101}}}}",
	 "/linux/resources/memory/swappiness: 101 is not between 0 and 100"},
	{OK ",\"linux\":{\"resources\":{\"blockIO\":{\"weightDevice\":[{\"major\":8,\"minor\":0}]}"
	    "}}}",
	 "/linux/resources/blockIO/weightDevice/0: weight or leafWeight is needed"},
	{OK ",\"linux\":{\"resources\":{\"rdma\":{\"mlx\":{}}}}}",
	 "/linux/resources/rdma: hcaHandles or hcaObjects is needed for \"mlx\""},
};

TEST(create_needs)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_ARENA struct arena a = ARENA_INIT;
		struct err e = {0};
		struct spec *s;

		CHECK_MSG(spec_parse(rows[i].text, strlen(rows[i].text), &a, &s, &e) == 0, "%s: %s",
			  rows[i].text, e.msg);
		int r = spec_check_create(s, &e);

		CHECK_MSG(r == (rows[i].message ? -EINVAL : 0), "%s: %d %s", rows[i].text, r,
			  e.msg);
		if (!rows[i].message)
			continue;
		CHECK_STR(e.msg, rows[i].message);
		CHECK_INT(e.kind, ERR_SPEC);
	}
}

TEST(exec_and_update_need)
{
	struct spec_rlimit limit = {"RLIMIT_AS", 5, 5};
	char *args[] = {NULL, NULL};
	struct spec_process p = {
		.cwd = "/", .args = args, .n_args = 1, .rlimits = &limit, .n_rlimits = 1};
	struct spec_resources r = {0};
	struct err e = {0};

	CHECK_INT(spec_check_process(&p, &e), 0);
	CHECK_INT(spec_check_resources(&r, &e), 0);
	CHECK_INT(e.kind, ERR_NONE);
	p.n_args = 0;
	CHECK_INT(spec_check_process(&p, &e), -EINVAL);
	CHECK_HAS(e.msg, "args must not be empty");
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* process_case.h: a process object and the plan made from it, for tests of plan/process.h. */
#ifndef BULKHEAD_TESTS_PROCESS_CASE_H
#define BULKHEAD_TESTS_PROCESS_CASE_H

#include <errno.h>

#include "base/arena.h"
#include "base/err.h"
#include "host/facts.h"
#include "oci-spec/spec.h"
#include "plan/namespaces.h"
#include "plan/process.h"
#include "tests/unit/check.h"

static char *const_args[] = {(char *)"/bin/sh", (char *)"-c", (char *)"true", NULL};
static const struct id_extent one_range[] = {{0, 100000, 65536}};
static struct namespaces_plan ns = {
	.maps = {.uid = one_range, .gid = one_range, .n_uid = 1, .n_gid = 1}};
static struct host_facts facts = {.last_cap = 40};
static struct arena arena;
static struct err err;
static struct process_plan plan;

static struct spec_process minimal(void)
{
	return (struct spec_process){.args = const_args, .n_args = 3, .cwd = "/"};
}

static int make(const struct spec_process *p)
{
	arena_free(&arena);
	err_clear(&err);
	plan = (struct process_plan){.uid = 12345};
	return process_plan_make(p, &facts, &ns, &arena, &plan, &err);
}

/* @p must be refused as wrong with @msg, and nothing be written. */
#define REFUSED(p, text)                                                                           \
	do {                                                                                       \
		CHECK(make(p) < 0);                                                                \
		CHECK_INT(err.kind, ERR_SPEC);                                                     \
		CHECK_STR(err.msg, text);                                                          \
		CHECK_INT(plan.uid, 12345);                                                        \
	} while (0)

#endif

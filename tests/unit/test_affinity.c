/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_affinity.c: lists of CPUs as bits. */
#include <errno.h>

#include "base/arena.h"
#include "base/err.h"
#include "plan/affinity.h"
#include "tests/unit/check.h"

static struct arena arena;
static struct err err;
static struct cpu_mask mask;

static int make(const char *list)
{
	arena_free(&arena);
	err = (struct err){0};
	return affinity_plan_make(list, "/here", &arena, &mask, &err);
}

static bool has(unsigned cpu)
{
	const unsigned bits = 8 * sizeof(unsigned long);

	return mask.bits[cpu / bits] >> cpu % bits & 1;
}

static unsigned count(void)
{
	unsigned n = 0;

	for (unsigned cpu = 0; cpu < 8 * mask.size; cpu++)
		n += has(cpu);
	return n;
}

TEST(lists)
{
	CHECK_INT(make("0"), 0);
	CHECK(has(0) && count() == 1);
	CHECK_INT(mask.size, 1024);
	CHECK_INT(make("1-3,63,64,8191"), 0);
	CHECK(has(1) && has(2) && has(3) && has(63) && has(64) && has(8191));
	CHECK_INT(count(), 6);
	CHECK_INT(make("2-2,2"), 0);
	CHECK(has(2) && count() == 1);
	CHECK_INT(make("0-8191"), 0);
	CHECK_INT(count(), 8192);
}

TEST(no_lists)
{
	static const char *const bad[] = {
		"",    ",",    "1,",	 ",1",	      "a",   "1-",    "-1",
		"3-1", "8192", "0-8192", "8192-8193", "1 2", "1-2-3", "0000000000000001",
		NULL};

	for (const char *const *list = bad; *list; list++) {
		CHECK_MSG(make(*list) == -EINVAL, "%s", *list);
		CHECK_INT(err.kind, ERR_SPEC);
		CHECK_HAS(err.msg, "/here: ");
		CHECK_HAS(err.msg, "is not a list of CPUs below 8192");
	}
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_hooks_plan.c: the six lists of hooks (plan/hooks.h). */
#include <errno.h>

#include "base/arena.h"
#include "base/err.h"
#include "oci-spec/spec.h"
#include "plan/hooks.h"
#include "tests/unit/check.h"

static int make(struct spec_hooks *h, struct arena *a, struct hooks_plan *p, struct err *e)
{
	struct spec s = {.hooks = h};

	*e = (struct err){0};
	return hooks_plan_make(&s, a, p, e);
}

TEST(no_hooks)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct hooks_plan p = {.lists[HOOK_POSTSTOP].n = 7};
	struct err e;

	CHECK_INT(make(NULL, &a, &p, &e), 0);
	for (int k = 0; k < HOOK_KINDS; k++)
		CHECK_INT(p.lists[k].n, 0);
	CHECK_INT(make(&(struct spec_hooks){0}, &a, &p, &e), 0);
	for (int k = 0; k < HOOK_KINDS; k++)
		CHECK_INT(p.lists[k].n, 0);
}

TEST(a_deadline_has_no_children)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct spec_hook hook = {.path = "/1"};
	struct spec_hooks h = {.start_container = &hook, .n_start_container = 1};
	char *flags[] = {(char[]){"SCHED_FLAG_RECLAIM"}, (char[]){"SCHED_FLAG_RESET_ON_FORK"}};
	struct spec_scheduler sched = {
		.policy = (char[]){"SCHED_DEADLINE"}, .flags = flags, .n_flags = 1};
	struct spec_process process = {.scheduler = &sched};
	struct spec s = {.hooks = &h, .process = &process};
	struct hooks_plan p;
	struct err e = {0};

	CHECK_INT(hooks_plan_make(&s, &a, &p, &e), -EINVAL);
	CHECK_HAS(e.msg, "/hooks/startContainer: ");
	err_clear(&e);
	sched.n_flags = 2;
	CHECK_INT(hooks_plan_make(&s, &a, &p, &e), 0);
	sched = (struct spec_scheduler){.policy = (char[]){"SCHED_FIFO"}};
	CHECK_INT(hooks_plan_make(&s, &a, &p, &e), 0);
	/* The runtime's own children. */
	sched.policy = (char[]){"SCHED_DEADLINE"};
	h = (struct spec_hooks){.create_runtime = &hook, .n_create_runtime = 1};
	CHECK_INT(hooks_plan_make(&s, &a, &p, &e), 0);
}

TEST(each_list_in_its_place_and_order)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct spec_hook pre = {.path = "/1"}, cr = {.path = "/2"}, cc = {.path = "/3"},
			 sc = {.path = "/4"}, ps = {.path = "/5"},
			 stop[] = {{.path = "/6"}, {.path = "/7"}};
	struct spec_hooks h = {&pre, &cr, &cc, &sc, &ps, stop, 1, 1, 1, 1, 1, 2};
	struct hooks_plan p;
	struct err e;

	CHECK_INT(make(&h, &a, &p, &e), 0);
	CHECK_STR(p.lists[HOOK_PRESTART].items[0].path, "/1");
	CHECK_STR(p.lists[HOOK_CREATE_RUNTIME].items[0].path, "/2");
	CHECK_STR(p.lists[HOOK_CREATE_CONTAINER].items[0].path, "/3");
	CHECK_STR(p.lists[HOOK_START_CONTAINER].items[0].path, "/4");
	CHECK_STR(p.lists[HOOK_POSTSTART].items[0].path, "/5");
	CHECK_STR(p.lists[HOOK_POSTSTOP].items[0].path, "/6");
	CHECK_STR(p.lists[HOOK_POSTSTOP].items[1].path, "/7");
	CHECK_INT(p.lists[HOOK_POSTSTOP].n, 2);
}

TEST(kinds_are_named_as_the_specification_names_them)
{
	CHECK_STR(hook_kind_name(HOOK_PRESTART), "prestart");
	CHECK_STR(hook_kind_name(HOOK_CREATE_RUNTIME), "createRuntime");
	CHECK_STR(hook_kind_name(HOOK_CREATE_CONTAINER), "createContainer");
	CHECK_STR(hook_kind_name(HOOK_START_CONTAINER), "startContainer");
	CHECK_STR(hook_kind_name(HOOK_POSTSTART), "poststart");
	CHECK_STR(hook_kind_name(HOOK_POSTSTOP), "poststop");
	CHECK(hook_kind_name(HOOK_KINDS) == NULL);
}

TEST(arguments_and_environment_are_taken_as_they_are)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	char *args[] = {(char *)"zero", (char *)"", (char *)"two", NULL};
	char *env[] = {(char *)"A=1", (char *)"A=2", NULL};
	int64_t timeout = 30;
	struct spec_hook hooks[] = {
		{"/bin/h", args, 3, env, 2, &timeout},
		{.path = "/bin/bare"},
		{.path = "/bin/empty", .args = (char *[]){NULL}, .env = (char *[]){NULL}},
	};
	struct spec_hooks h = {.prestart = hooks, .n_prestart = 3};
	struct hooks_plan p;
	struct err e;

	CHECK_INT(make(&h, &a, &p, &e), 0);
	const struct hook_plan *i = p.lists[HOOK_PRESTART].items;
	CHECK_STR(i[0].argv[0], "zero");
	CHECK_STR(i[0].argv[1], "");
	CHECK(i[0].argv[3] == NULL);
	CHECK_STR(i[0].envp[1], "A=2");
	CHECK(i[0].envp[2] == NULL);
	CHECK_INT(i[0].timeout, 30);
	for (int k = 1; k < 3; k++) {
		CHECK_STR(i[k].argv[0], i[k].path);
		CHECK(i[k].argv[1] == NULL);
		/* Not given: the runtime's own. Given as empty: empty. */
		CHECK_INT(i[k].envp == NULL, k == 1);
		CHECK_INT(i[k].timeout, 0);
	}
	CHECK(i[2].envp[0] == NULL);
}

TEST(a_program_of_the_container_has_the_environment_of_its_process)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct spec_hook hook = {.path = "/inside"};
	struct spec_hooks h = {.start_container = &hook, .n_start_container = 1};
	struct hooks_plan p;
	struct err e;

	CHECK_INT(make(&h, &a, &p, &e), 0);
	const struct hook_plan *i = p.lists[HOOK_START_CONTAINER].items;
	CHECK(!i[0].envp); /* child.c has it */
}

TEST(path_must_be_absolute)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	static const char *const bad[] = {NULL, "", "hook", "./hook", "../hook"};
	struct hooks_plan p;
	struct err e;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct spec_hook two[] = {{.path = "/ok"}, {.path = bad[i]}};
		struct spec_hooks h = {.create_container = two, .n_create_container = 2};

		CHECK_INT(make(&h, &a, &p, &e), -EINVAL);
		CHECK_INT(e.kind, ERR_SPEC);
		CHECK_STR(e.msg, "/hooks/createContainer/1/path: must be an absolute path");
	}
}

TEST(timeout_must_be_greater_than_zero)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	int64_t bad[] = {0, -1, INT64_MIN, INT64_MAX};
	struct hooks_plan p;
	struct err e;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct spec_hook hook = {.path = "/h", .timeout = &bad[i]};
		struct spec_hooks h = {.poststop = &hook, .n_poststop = 1};

		CHECK_INT(make(&h, &a, &p, &e), -EINVAL);
		CHECK_HAS(e.msg, "/hooks/poststop/0/timeout: must be greater than zero");
	}
}

TEST(memory_exhausted)
{
	struct spec_hook hook = {.path = "/h"};
	struct spec_hooks h = {.poststop = &hook, .n_poststop = 1};
	struct hooks_plan p;
	struct err e;

	for (size_t limit = 1; limit < 200; limit += 16) {
		struct arena a = {.limit = limit};
		int r = make(&h, &a, &p, &e);

		CHECK(r == -ENOMEM || limit > 100);
		arena_free(&a);
	}
}

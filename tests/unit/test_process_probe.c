/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_process_probe.c: host/process_probe.c and hook_probe.c, and the names of limits. */
#include "host/process_probe.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/arena.h"
#include "host/hook_probe.h"
#include "oci-spec/rlimit_names.h"
#include "oci-spec/spec.h"
#include "tests/unit/private_run.h"

TEST(names_of_limits)
{
	CHECK_INT(rlimit_from_name("RLIMIT_CORE"), RLIMIT_CORE);
	CHECK_INT(rlimit_from_name("RLIMIT_NOFILE"), RLIMIT_NOFILE);
	CHECK_INT(rlimit_from_name("RLIMIT_RTTIME"), RLIMIT_RTTIME);
	CHECK_INT(rlimit_from_name("RLIMIT_"), -1);
	CHECK_INT(rlimit_from_name("rlimit_core"), -1);
	CHECK_INT(rlimit_from_name(""), -1);
	for (unsigned i = 0; i < RLIM_NLIMITS; i++)
		CHECK_INT(rlimit_from_name(rlimit_name(i)), (int)i);
	CHECK(!rlimit_name(RLIM_NLIMITS));
}

static const struct rlimit_fact *limit_of(const struct inherited_fact *f, const char *type)
{
	for (size_t i = 0; i < f->n_rlimits; i++)
		if (strcmp(f->rlimits[i].type, type) == 0)
			return &f->rlimits[i];
	CHECK_MSG(false, "no %s", type);
	return NULL;
}

PRIVATE_TEST(what_would_be_inherited)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct host_facts f = {0};

	CHECK(setrlimit(RLIMIT_NOFILE, &(struct rlimit){77, 88}) == 0);
	CHECK(setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}) == 0);
	CHECK(setpriority(PRIO_PROCESS, 0, 19) == 0);
	put("/proc/self/oom_score_adj", "999");
	CHECK(syscall(SYS_ioprio_set, 1, 0, 3 << 13) == 0);
	CHECK_INT(host_probe_inherited(&a, &f), 0);
	CHECK_INT(f.inherited.n_rlimits, RLIM_NLIMITS);
	CHECK_INT(limit_of(&f.inherited, "RLIMIT_NOFILE")->soft, 77);
	CHECK_INT(limit_of(&f.inherited, "RLIMIT_NOFILE")->hard, 88);
	CHECK_INT(limit_of(&f.inherited, "RLIMIT_CORE")->hard, 0);
	CHECK_INT(f.inherited.nice, 19);
	CHECK_INT(f.inherited.oom_score_adj, 999);
	CHECK_INT(f.inherited.io_class, 3);
	CHECK_INT(f.inherited.scheduler, SCHED_OTHER);
	/* what needs no privilege: the lowest class; and one that ends with the next fork */
	CHECK(sched_setscheduler(0, SCHED_IDLE, &(struct sched_param){0}) == 0);
	CHECK_INT(host_probe_inherited(&a, &f), 0);
	CHECK_INT(f.inherited.scheduler, SCHED_IDLE);
	CHECK(sched_setscheduler(0, SCHED_IDLE | SCHED_RESET_ON_FORK, &(struct sched_param){0}) ==
	      0);
	CHECK_INT(host_probe_inherited(&a, &f), 0);
	CHECK_INT(f.inherited.scheduler, SCHED_OTHER);
}

static struct hook_fact probe_one(const char *path, struct arena *a)
{
	struct spec_hook hook = {.path = path};
	struct spec_hooks hooks = {.create_runtime = &hook, .n_create_runtime = 1};
	struct host_facts f = {0};

	CHECK_INT(host_probe_hooks(&hooks, a, &f), 0);
	CHECK_INT(f.n_hooks, 1);
	return f.hooks[0];
}

PRIVATE_TEST(programs_and_who_can_change_them)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct hook_fact f;

	CHECK(mkdir("/run/d", 0755) == 0 && mkdir("/run/d/e", 0755) == 0);
	put("/run/d/e/hook", "#!/bin/sh\n");
	CHECK(symlink("e/hook", "/run/d/link") == 0);
	f = probe_one("/run/d/e/hook", &a);
	CHECK_STR(f.real, "/run/d/e/hook");
	/* where the test itself runs as an ordinary user, "/" is not root's */
	struct stat root;
	CHECK(stat("/", &root) == 0);
	if (root.st_uid == 0)
		CHECK_MSG(!f.weak, "%s", f.weak);
	else
		CHECK_STR(f.weak, "/");
	f = probe_one("/run/d/link", &a);
	CHECK_STR(f.real, "/run/d/e/hook");
	CHECK(chmod("/run/d", 0757) == 0);
	CHECK_STR(probe_one("/run/d/link", &a).weak, "/run/d");
	CHECK(chmod("/run/d/e", 0775) == 0);
	CHECK_STR(probe_one("/run/d/link", &a).weak, "/run/d/e");
	CHECK(chmod("/run/d/e/hook", 0602) == 0);
	CHECK_STR(probe_one("/run/d/link", &a).weak, "/run/d/e/hook");
	/* no program */
	CHECK(!probe_one("/run/d/e", &a).real);
	CHECK(!probe_one("/run/d/none", &a).real);
	CHECK(!probe_one("run/d/e/hook", &a).real);
	CHECK(!probe_one(NULL, &a).real);
}

PRIVATE_TEST(files_of_others_are_weak)
{
	AUTO_ARENA struct arena a = ARENA_INIT;

	put("/run/hook", "");
	if (chown("/run/hook", 1, 0) < 0)
		return; /* in a user namespace of one id there are no others */
	CHECK_STR(probe_one("/run/hook", &a).weak, "/run/hook");
}

PRIVATE_TEST(hooks_in_their_order)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	static struct spec_hook one = {.path = "/run/1"},
				two[2] = {{.path = "/run/2"}, {.path = "/run/3"}},
				three = {.path = "/run/4"}, four = {.path = "/run/5"},
				inside = {.path = "/run/in"}, five = {.path = "/run/6"};
	struct spec_hooks h = {.prestart = &one,
			       .n_prestart = 1,
			       .create_runtime = two,
			       .n_create_runtime = 2,
			       .create_container = &three,
			       .n_create_container = 1,
			       .start_container = &inside,
			       .n_start_container = 1,
			       .poststart = &four,
			       .n_poststart = 1,
			       .poststop = &five,
			       .n_poststop = 1};
	struct host_facts f = {0};

	for (int i = 1; i <= 6; i++) {
		char path[20];
		snprintf(path, sizeof(path), "/run/%d", i);
		put(path, "");
	}
	CHECK_INT(host_probe_hooks(&h, &a, &f), 0);
	CHECK_INT(f.n_hooks, 6);
	for (int i = 1; i <= 6; i++) {
		char path[20];
		snprintf(path, sizeof(path), "/run/%d", i);
		CHECK_STR(f.hooks[i - 1].real, path);
	}
	CHECK_INT(host_probe_hooks(NULL, &a, &f), 0);
	CHECK_INT(f.n_hooks, 0);
}

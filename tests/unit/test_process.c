/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_process.c: from a process object to a plan (plan/process.h). */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <errno.h>
#include <linux/capability.h>
#include <sys/personality.h>
#include <sys/resource.h>

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

TEST(defaults)
{
	struct spec_process p = minimal();

	CHECK_INT(make(&p), 0);
	CHECK_INT(plan.n_argv, 3);
	CHECK_STR(plan.argv[2], "true");
	CHECK(plan.argv[3] == NULL);
	CHECK_STR(plan.cwd, "/");
	CHECK_INT(plan.uid | plan.gid, 0);
	CHECK_INT(plan.n_groups, 0);
	CHECK_INT(plan.umask_, 0022);
	CHECK_INT(plan.n_env, 0);
	CHECK(plan.envp && plan.envp[0] == NULL);
	CHECK(plan.home_missing);
	CHECK(!plan.no_new_privs && !plan.terminal && !plan.oom_score_adj_set);
	CHECK(!plan.scheduler.set && !plan.personality_set);
	CHECK_INT(plan.io_priority, -1);
	CHECK_INT(plan.n_rlimits, 0);
	CHECK_INT(plan.caps.bounding, 0);
	CHECK(!plan.apparmor_profile && !plan.selinux_label);
}

TEST(a_process_is_needed)
{
	REFUSED(NULL, "/process: process property must not be empty");
	struct spec_process p = minimal();
	p.n_args = 0;
	REFUSED(&p, "/process/args: args must not be empty");
}

TEST(cwd)
{
	struct spec_process p = minimal();
	char path[5001];

	p.cwd = NULL;
	REFUSED(&p, "/process/cwd: Cwd property must not be empty");
	p.cwd = "";
	REFUSED(&p, "/process/cwd: Cwd property must not be empty");
	p.cwd = "tmp";
	REFUSED(&p, "/process/cwd: Cwd must be an absolute path");
	memset(path, '/', 5000);
	path[5000] = '\0';
	p.cwd = path;
	REFUSED(&p, "/process/cwd: longer than a path may be");
}

TEST(user_and_groups)
{
	uint32_t mask = 027, gids[] = {5, 65535, 5};
	struct spec_user u = {.uid = 1000,
			      .gid = 65535,
			      .umask = &mask,
			      .additional_gids = gids,
			      .n_additional_gids = 3};
	struct spec_process p = minimal();

	p.user = &u;
	CHECK_INT(make(&p), 0);
	CHECK_INT(plan.uid, 1000);
	CHECK_INT(plan.gid, 65535);
	CHECK_INT(plan.umask_, 027);
	CHECK_INT(plan.n_groups, 3);
	CHECK_INT(plan.groups[1], 65535);
}

TEST(ids_outside_the_range_are_named)
{
	uint32_t gids[] = {1, 70000};
	struct spec_user u = {.uid = 65536};
	struct spec_process p = minimal();

	p.user = &u;
	REFUSED(&p, "/process/user/uid: id 65536 is not mapped in the container's user namespace");
	u = (struct spec_user){.gid = 4294967294u};
	REFUSED(&p,
		"/process/user/gid: id 4294967294 is not mapped in the container's user namespace");
	u = (struct spec_user){.additional_gids = gids, .n_additional_gids = 2};
	REFUSED(&p, "/process/user/additionalGids/1: id 70000 is not mapped in the container's "
		    "user namespace");
}

TEST(the_id_that_means_unchanged_is_never_accepted)
{
	static const struct id_extent all[] = {{0, 0, UINT32_MAX}};
	struct namespaces_plan saved = ns;
	uint32_t gid = UINT32_MAX;
	struct spec_user u = {.uid = UINT32_MAX};
	struct spec_process p = minimal();

	p.user = &u;
	for (int with_maps = 0; with_maps < 2; with_maps++) {
		ns.maps = with_maps ? (struct id_maps){all, all, 1, 1} : (struct id_maps){0};
		u = (struct spec_user){.uid = UINT32_MAX};
		REFUSED(&p, "/process/user/uid: 4294967295 is not a valid id");
		u = (struct spec_user){.gid = UINT32_MAX};
		REFUSED(&p, "/process/user/gid: 4294967295 is not a valid id");
		u = (struct spec_user){.additional_gids = &gid, .n_additional_gids = 1};
		REFUSED(&p, "/process/user/additionalGids/0: 4294967295 is not a valid id");
	}
	ns = saved;
}

TEST(without_maps_ids_are_not_checked)
{
	struct namespaces_plan saved = ns;
	struct spec_user u = {.uid = 70000};
	struct spec_process p = minimal();

	p.user = &u;
	ns.maps = (struct id_maps){0};
	int r = make(&p);
	ns = saved;
	CHECK_INT(r, 0);
	CHECK_INT(plan.uid, 70000);
	CHECK_INT(process_plan_make(&p, &facts, NULL, &arena, &plan, &err), 0);
}

TEST(umask_out_of_range)
{
	uint32_t mask = 01000;
	struct spec_user u = {.umask = &mask};
	struct spec_process p = minimal();

	p.user = &u;
	REFUSED(&p, "/process/user/umask: 512 is above 0777");
	mask = 0777;
	CHECK_INT(make(&p), 0);
	mask = 0;
	CHECK_INT(make(&p), 0);
	CHECK_INT(plan.umask_, 0);
}

TEST(too_many_groups)
{
	struct spec_user u = {.n_additional_gids = 65537};
	struct spec_process p = minimal();

	u.additional_gids = calloc(65537, sizeof(uint32_t));
	p.user = &u;
	REFUSED(&p, "/process/user/additionalGids: more than 65536");
	free(u.additional_gids);
}

TEST(environment_keeps_the_last_of_each_name)
{
	char *env[] = {(char *)"PATH=/a", (char *)"A=1",   (char *)"PATHX=x",	 (char *)"PATH=/b",
		       (char *)"B=",	  (char *)"A=2=3", (char *)"HOME=/root", NULL};
	struct spec_process p = minimal();

	p.env = env;
	p.n_env = 7;
	CHECK_INT(make(&p), 0);
	CHECK_INT(plan.n_env, 5);
	CHECK_STR(plan.envp[0], "PATHX=x");
	CHECK_STR(plan.envp[1], "PATH=/b");
	CHECK_STR(plan.envp[2], "B=");
	CHECK_STR(plan.envp[3], "A=2=3");
	CHECK_STR(plan.envp[4], "HOME=/root");
	for (unsigned i = 0; i <= PROCESS_ENV_SPARE; i++)
		CHECK(plan.envp[5 + i] == NULL);
	CHECK(!plan.home_missing);
	CHECK_STR(process_env_get(&plan, "PATH"), "/b");
	CHECK_STR(process_env_get(&plan, "B"), "");
	CHECK(process_env_get(&plan, "PAT") == NULL);
	CHECK(process_env_get(&plan, "C") == NULL);
	CHECK_STR(env[0], "PATH=/a"); /* the input is not touched */
}

TEST(an_empty_home_is_missing)
{
	char *env[] = {(char *)"HOME=", NULL};
	struct spec_process p = minimal();

	p.env = env;
	p.n_env = 1;
	CHECK_INT(make(&p), 0);
	CHECK(plan.home_missing);
	/* And adding one replaces it. */
	char home[] = "HOME=/x";
	CHECK_INT(process_env_add(&plan, home), 0);
	CHECK_INT(plan.n_env, 1);
	CHECK_STR(plan.envp[0], "HOME=/x");
	CHECK(plan.envp[1] == NULL);
}

TEST(broken_environment)
{
	char *env[] = {(char *)"A=1", (char *)"B", NULL};
	struct spec_process p = minimal();

	p.env = env;
	p.n_env = 2;
	REFUSED(&p, "/process/env/1: invalid environment variable: missing '='");
	env[1] = (char *)"=C";
	REFUSED(&p, "/process/env/1: invalid environment variable: name cannot be empty");
	env[1] = (char *)"";
	REFUSED(&p, "/process/env/1: invalid environment variable: missing '='");
}

TEST(spare_slots_of_the_environment)
{
	char e[][8] = {"S0=", "S1=", "S2=", "S3=", "S4="}, again[] = "S0=2";
	struct spec_process p = minimal();

	CHECK_INT(make(&p), 0);
	for (unsigned i = 0; i < PROCESS_ENV_SPARE; i++)
		CHECK_INT(process_env_add(&plan, e[i]), 0);
	CHECK_INT(process_env_add(&plan, e[4]), -ENOSPC);
	CHECK_INT(process_env_add(&plan, again), 0);
	CHECK_INT(plan.n_env, PROCESS_ENV_SPARE);
	CHECK_STR(plan.envp[0], "S0=2");
	CHECK(plan.envp[PROCESS_ENV_SPARE] == NULL);
}

TEST(a_very_large_environment_takes_no_time)
{
	enum { N = 65536 };
	char **env = calloc(N + 1, sizeof(*env)), *text = malloc((size_t)N * 24);
	struct spec_process p = minimal();

	for (int i = 0; i < N; i++) {
		env[i] = text + (size_t)i * 24;
		snprintf(env[i], 24, "V%d=%d", i % (N / 2), i);
	}
	p.env = env;
	p.n_env = N;
	CHECK_INT(make(&p), 0);
	CHECK_INT(plan.n_env, N / 2);
	CHECK_STR(plan.envp[0], "V0=32768");
	CHECK_STR(plan.envp[N / 2 - 1], "V32767=65535");
	free(env);
	free(text);
}

TEST(rlimits)
{
	struct spec_rlimit l[] = {
		{"RLIMIT_NOFILE", 4096, 1024},
		{"RLIMIT_CORE", UINT64_MAX, 0},
		{"RLIMIT_RTTIME", 7, 7},
	};
	struct spec_process p = minimal();

	p.rlimits = l;
	p.n_rlimits = 3;
	CHECK_INT(make(&p), 0);
	CHECK_INT(plan.n_rlimits, 3);
	CHECK_INT(plan.rlimits[0].resource, RLIMIT_NOFILE);
	CHECK_INT(plan.rlimits[0].soft, 1024);
	CHECK_INT(plan.rlimits[0].hard, 4096);
	CHECK_INT(plan.rlimits[1].resource, RLIMIT_CORE);
	CHECK(plan.rlimits[1].hard == RLIM_INFINITY);
	CHECK_STR(plan.rlimits[2].name, "RLIMIT_RTTIME");
}

TEST(every_rlimit_has_its_number)
{
	static const struct {
		const char *name;
		int number;
	} t[] = {{"RLIMIT_AS", 9},	{"RLIMIT_CORE", 4},	 {"RLIMIT_CPU", 0},
		 {"RLIMIT_DATA", 2},	{"RLIMIT_FSIZE", 1},	 {"RLIMIT_LOCKS", 10},
		 {"RLIMIT_MEMLOCK", 8}, {"RLIMIT_MSGQUEUE", 12}, {"RLIMIT_NICE", 13},
		 {"RLIMIT_NOFILE", 7},	{"RLIMIT_NPROC", 6},	 {"RLIMIT_RSS", 5},
		 {"RLIMIT_RTPRIO", 14}, {"RLIMIT_RTTIME", 15},	 {"RLIMIT_SIGPENDING", 11},
		 {"RLIMIT_STACK", 3}};
	struct spec_process p = minimal();

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct spec_rlimit l = {t[i].name, 1, 1};
		p.rlimits = &l;
		p.n_rlimits = 1;
		CHECK_INT(make(&p), 0);
		CHECK_INT(plan.rlimits[0].resource, t[i].number);
	}
}

TEST(wrong_rlimits)
{
	struct spec_rlimit l[] = {{"RLIMIT_NOFILE", 1, 1}, {"RLIMIT_NOFILES", 1, 1}};
	struct spec_process p = minimal();

	p.rlimits = l;
	p.n_rlimits = 2;
	REFUSED(&p, "/process/rlimits/1/type: wrong rlimit value: RLIMIT_NOFILES");
	l[1].type = "nofile";
	REFUSED(&p, "/process/rlimits/1/type: wrong rlimit value: nofile");
	l[1].type = NULL;
	REFUSED(&p, "/process/rlimits/1/type: wrong rlimit value: ");
	l[1].type = "RLIMIT_NOFILE";
	REFUSED(&p, "/process/rlimits/1/type: wrong rlimit value: RLIMIT_NOFILE is given more than "
		    "once");
	l[1] = (struct spec_rlimit){"RLIMIT_CPU", 10, 11};
	REFUSED(&p, "/process/rlimits/1/soft: 11 is above the hard limit 10");
}

TEST(oom_score)
{
	int64_t v = -1000;
	struct spec_process p = minimal();

	p.oom_score_adj = &v;
	CHECK_INT(make(&p), 0);
	CHECK(plan.oom_score_adj_set);
	CHECK_INT(plan.oom_score_adj, -1000);
	v = 1001;
	REFUSED(&p, "/process/oomScoreAdj: 1001 is not between -1000 and 1000");
	v = INT64_MIN;
	CHECK(make(&p) < 0);
}

TEST(scheduler)
{
	char *flags[] = {(char *)"SCHED_FLAG_RESET_ON_FORK", (char *)"SCHED_FLAG_DL_OVERRUN", NULL};
	int32_t nice = -5, priority = 10;
	uint64_t runtime = 1000, deadline = 2000, period = 3000;
	struct spec_scheduler s = {.policy = "SCHED_BATCH", .nice = &nice};
	struct spec_process p = minimal();

	p.scheduler = &s;
	CHECK_INT(make(&p), 0);
	CHECK(plan.scheduler.set);
	CHECK_INT(plan.scheduler.policy, 3);
	CHECK_INT(plan.scheduler.nice, -5);
	s = (struct spec_scheduler){
		.policy = "SCHED_FIFO", .priority = &priority, .flags = flags, .n_flags = 1};
	CHECK_INT(make(&p), 0);
	CHECK_INT(plan.scheduler.policy, 1);
	CHECK_INT(plan.scheduler.priority, 10);
	CHECK_INT(plan.scheduler.flags, 1);
	s = (struct spec_scheduler){.policy = "SCHED_DEADLINE",
				    .runtime = &runtime,
				    .deadline = &deadline,
				    .period = &period,
				    .flags = flags,
				    .n_flags = 2};
	CHECK_INT(make(&p), 0);
	CHECK_INT(plan.scheduler.policy, 6);
	CHECK_INT(plan.scheduler.flags, 5);
	CHECK_INT(plan.scheduler.period, 3000);
}

TEST(wrong_schedulers)
{
	char *flags[] = {(char *)"SCHED_FLAG_FAST", NULL};
	int32_t nice = 20, priority = 0;
	uint64_t one = 1, two = 2;
	struct spec_scheduler s = {.policy = "SCHED_ISO"};
	struct spec_process p = minimal();

	p.scheduler = &s;
	REFUSED(&p, "/process/scheduler/policy: invalid scheduler policy: SCHED_ISO");
	s = (struct spec_scheduler){0};
	REFUSED(&p, "/process/scheduler/policy: invalid scheduler policy: ");
	s = (struct spec_scheduler){.policy = "SCHED_OTHER", .flags = flags, .n_flags = 1};
	REFUSED(&p, "/process/scheduler/flags/0: invalid scheduler flag: SCHED_FLAG_FAST");
	s = (struct spec_scheduler){.policy = "SCHED_OTHER", .nice = &nice};
	REFUSED(&p, "/process/scheduler/nice: 20 is not between -20 and 19");
	s = (struct spec_scheduler){.policy = "SCHED_RR"};
	REFUSED(&p, "/process/scheduler/priority: must be between 1 and 99 for SCHED_RR");
	s.priority = &priority;
	REFUSED(&p, "/process/scheduler/priority: must be between 1 and 99 for SCHED_RR");
	priority = 5;
	s = (struct spec_scheduler){.policy = "SCHED_OTHER", .priority = &priority};
	REFUSED(&p, "/process/scheduler/priority: only SCHED_FIFO and SCHED_RR have priorities");
	s = (struct spec_scheduler){.policy = "SCHED_OTHER", .runtime = &one};
	REFUSED(&p, "/process/scheduler: runtime, deadline and period need SCHED_DEADLINE");
	s = (struct spec_scheduler){.policy = "SCHED_DEADLINE", .runtime = &two, .deadline = &one};
	REFUSED(&p, "/process/scheduler: SCHED_DEADLINE needs 0 < runtime <= deadline <= period");
	s = (struct spec_scheduler){.policy = "SCHED_DEADLINE"};
	REFUSED(&p, "/process/scheduler: SCHED_DEADLINE needs 0 < runtime <= deadline <= period");
}

TEST(io_priority)
{
	int32_t priority = 7;
	struct spec_io_priority io = {"IOPRIO_CLASS_BE", &priority};
	struct spec_process p = minimal();

	p.io_priority = &io;
	CHECK_INT(make(&p), 0);
	CHECK_INT(plan.io_priority, 2 << 13 | 7);
	io = (struct spec_io_priority){"IOPRIO_CLASS_RT", NULL};
	CHECK_INT(make(&p), 0);
	CHECK_INT(plan.io_priority, 1 << 13);
	io = (struct spec_io_priority){"IOPRIO_CLASS_IDLE", &priority};
	priority = 8;
	REFUSED(&p, "/process/ioPriority/priority: 8 is not between 0 and 7");
	priority = -1;
	REFUSED(&p, "/process/ioPriority/priority: -1 is not between 0 and 7");
	io = (struct spec_io_priority){"IOPRIO_CLASS_NONE", NULL};
	REFUSED(&p, "/process/ioPriority/class: invalid io priority class: IOPRIO_CLASS_NONE");
}

TEST(terminal)
{
	bool yes = true, no = false;
	struct spec_box box = {.height = 40, .width = 100};
	struct spec_process p = minimal();

	p.console_size = &box;
	p.terminal = &no;
	CHECK_INT(make(&p), 0);
	CHECK_INT(plan.terminal | plan.rows | plan.cols, 0);
	p.terminal = &yes;
	CHECK_INT(make(&p), 0);
	CHECK(plan.terminal);
	CHECK_INT(plan.rows, 40);
	CHECK_INT(plan.cols, 100);
	box.width = 65536;
	REFUSED(&p, "/process/consoleSize: a terminal has at most 65535 rows and columns");
}

TEST(no_new_privs)
{
	bool v = true;
	struct spec_process p = minimal();

	p.no_new_privileges = &v;
	CHECK_INT(make(&p), 0);
	CHECK(plan.no_new_privs);
	v = false;
	CHECK_INT(make(&p), 0);
	CHECK(!plan.no_new_privs);
}

TEST(capabilities_are_planned_and_checked)
{
	char *names[] = {(char *)"CAP_KILL", NULL};
	struct spec_capabilities c = {.bounding = names, .n_bounding = 1};
	struct spec_process p = minimal();

	p.capabilities = &c;
	CHECK_INT(make(&p), 0);
	CHECK_INT(plan.caps.bounding, 1 << CAP_KILL);
	names[0] = (char *)"CAP_NONE";
	REFUSED(&p, "/process/capabilities/bounding/0: unknown capability CAP_NONE");
}

TEST(labels_need_a_host_that_has_them)
{
	struct spec_process p = minimal();

	facts.apparmor = facts.selinux = false;
	p.apparmor_profile = "docker-default";
	CHECK(make(&p) < 0);
	CHECK_INT(err.kind, ERR_HOST);
	CHECK_STR(err.msg,
		  "apparmor profile \"docker-default\" is specified in config, but apparmor "
		  "is disabled or not supported");
	p.apparmor_profile = "unconfined";
	CHECK_INT(make(&p), 0);
	CHECK(plan.apparmor_profile == NULL);
	/* crun once took every name that begins like this one for it. */
	p.apparmor_profile = "unconfined_foo";
	CHECK(make(&p) < 0);
	p.apparmor_profile = "";
	p.selinux_label = "";
	CHECK_INT(make(&p), 0);
	CHECK(!plan.apparmor_profile && !plan.selinux_label);
	p.selinux_label = "system_u:system_r:container_t:s0";
	CHECK(make(&p) < 0);
	CHECK_INT(err.kind, ERR_HOST);
	CHECK_STR(err.msg, "selinux label is specified in config, but selinux is disabled or not "
			   "supported");
}

TEST(labels_are_planned_where_they_can_be_applied)
{
	struct spec_process p = minimal();

	facts.apparmor = facts.selinux = true;
	p.apparmor_profile = "docker-default";
	int r = make(&p);
#ifdef HAVE_APPARMOR
	CHECK_INT(r, 0);
	CHECK_STR(plan.apparmor_profile, "docker-default");
#else
	CHECK_INT(r, -EINVAL);
	CHECK_INT(err.kind, ERR_HOST);
#endif
	p.apparmor_profile = NULL;
	p.selinux_label = "a:b:c:s0";
	r = make(&p);
#ifdef HAVE_SELINUX
	CHECK_INT(r, 0);
	CHECK_STR(plan.selinux_label, "a:b:c:s0");
#else
	CHECK_INT(r, -EINVAL);
	CHECK_INT(err.kind, ERR_HOST);
#endif
	facts.apparmor = facts.selinux = false;
}

TEST(labels_are_one_line)
{
	struct spec_process p = minimal();

	p.apparmor_profile = "a\nchangeprofile b";
	REFUSED(&p, "/process/apparmorProfile: has a control character");
	p.apparmor_profile = NULL;
	p.selinux_label = "a\x7f";
	REFUSED(&p, "/process/selinuxLabel: has a control character");
}

TEST(personality_domains)
{
	char *flags[] = {(char *)"ADDR_NO_RANDOMIZE", NULL};
	struct spec_personality pers = {.domain = "LINUX32"};

	plan = (struct process_plan){0};
	err_clear(&err);
	CHECK_INT(process_plan_personality(NULL, &plan, &err), 0);
	CHECK(!plan.personality_set);
	CHECK_INT(process_plan_personality(&pers, &plan, &err), 0);
	CHECK(plan.personality_set);
	CHECK_INT(plan.personality, PER_LINUX32);
	pers.domain = "LINUX";
	CHECK_INT(process_plan_personality(&pers, &plan, &err), 0);
	CHECK_INT(plan.personality, PER_LINUX);
	pers.flags = flags;
	pers.n_flags = 1;
	CHECK(process_plan_personality(&pers, &plan, &err) < 0);
	CHECK_STR(err.msg, "/linux/personality/flags: no flags are supported");
	err_clear(&err);
	CHECK(process_plan_personality(&(struct spec_personality){.domain = "SVR4"}, &plan, &err) <
	      0);
	CHECK_STR(err.msg, "/linux/personality/domain: must be LINUX or LINUX32");
	err_clear(&err);
	CHECK(process_plan_personality(&(struct spec_personality){0}, &plan, &err) < 0);
}

TEST(memory_exhausted)
{
	char *env[] = {(char *)"A=1", NULL};
	struct spec_rlimit l = {"RLIMIT_CPU", 1, 1};
	struct spec_process p = minimal();
	int failures = 0;

	p.env = env;
	p.n_env = 1;
	p.rlimits = &l;
	p.n_rlimits = 1;
	for (size_t limit = 1; limit < 1024; limit += 16) {
		struct arena small = {.limit = limit};

		err_clear(&err);
		int r = process_plan_make(&p, &facts, &ns, &small, &plan, &err);
		CHECK(r == 0 || r == -ENOMEM);
		failures += r != 0;
		arena_free(&small);
	}
	CHECK(failures > 3 && failures < 60);
}

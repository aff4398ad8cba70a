/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_process.c: from a process object to a plan (plan/process.h). */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <linux/capability.h>
#include <sys/personality.h>

#include "harden/measures.h"
#include "plan/plan.h"
#include "tests/unit/process_case.h"

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
	u.n_additional_gids = 65536;
	CHECK_INT(make(&p), 0);
	CHECK_INT(plan.n_groups, 65536);
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
	box.width = box.height = 65535;
	CHECK_INT(make(&p), 0);
	CHECK_INT(plan.rows, 65535);
	CHECK_INT(plan.cols, 65535);
	box.height = 65536;
	REFUSED(&p, "/process/consoleSize: a terminal has at most 65535 rows and columns");
	box.height = 1;
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
	CHECK_INT(make(&p), 0);
	CHECK_INT(plan.caps.bounding, 0);
	c = (struct spec_capabilities){.effective = names, .n_effective = 1};
	names[0] = (char *)"CAP_KILL";
	REFUSED(&p, "/process/capabilities/effective/0: CAP_KILL is not permitted");
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
	struct profile_fact missing = {"docker-default", PROFILE_NOT_LOADED};
	facts.profiles = &missing;
	facts.n_profiles = 1;
	CHECK_INT(make(&p), -ENOENT);
	CHECK_STR(err.msg, "apparmor profile \"docker-default\" is not loaded");
	facts.n_profiles = 0;
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

/* What a process gets that joins: its own words, the container's maps and measures. */
TEST(a_later_process)
{
	static const struct measures m = {.securebits = 5};
	struct spec_process first = minimal(), later = minimal();
	struct spec s = {.process = &first};
	char *args[] = {(char *)"/bin/ls", NULL};
	struct plan p = {.id = "untouched"};

	later.args = args;
	later.n_args = 1;
	arena_free(&arena);
	err_clear(&err);
	CHECK_INT(plan_exec(&s, &later, &m, &facts, &ns.maps, &arena, &p, &err), 0);
	CHECK(!p.id);
	CHECK_STR(p.process.argv[0], "/bin/ls");
	CHECK_INT(p.process.caps.securebits, 5);
	CHECK(p.ns.maps.uid == one_range && p.ns.maps.n_gid == 1);
	p.id = "untouched";
	later.cwd = "relative";
	CHECK(plan_exec(&s, &later, &m, &facts, &ns.maps, &arena, &p, &err) < 0);
	CHECK_STR(p.id, "untouched");
}

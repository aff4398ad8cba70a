/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_process_limits.c: rlimits, OOM score, scheduler and I/O priority (plan/process.h). */
#include <sys/resource.h>

#include "tests/unit/process_case.h"

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
	runtime = deadline = period; /* all of it, and no more */
	CHECK_INT(make(&p), 0);
	period = 0; /* that of the deadline */
	CHECK_INT(make(&p), 0);
}

TEST(every_scheduler_flag_has_its_bit)
{
	static const char *const names[] = {
		"RESET_ON_FORK", "RECLAIM",	   "DL_OVERRUN",     "KEEP_POLICY",
		"KEEP_PARAMS",	 "UTIL_CLAMP_MIN", "UTIL_CLAMP_MAX",
	};
	struct spec_process p = minimal();

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char flag[64], *flags[] = {flag, NULL};
		struct spec_scheduler s = {.policy = "SCHED_OTHER", .flags = flags, .n_flags = 1};

		snprintf(flag, sizeof(flag), "SCHED_FLAG_%s", names[i]);
		p.scheduler = &s;
		CHECK_INT(make(&p), 0);
		CHECK_INT(plan.scheduler.flags, 1u << i);
	}
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
	s = (struct spec_scheduler){.policy = "SCHED_DEADLINE", .deadline = &two, .period = &two};
	REFUSED(&p, "/process/scheduler: SCHED_DEADLINE needs 0 < runtime <= deadline <= period");
	s = (struct spec_scheduler){.policy = "SCHED_DEADLINE"};
	REFUSED(&p, "/process/scheduler: SCHED_DEADLINE needs 0 < runtime <= deadline <= period");
}

TEST(scheduler_edges)
{
	static const char *const realtime[] = {"SCHED_FIFO", "SCHED_RR"};
	struct spec_scheduler s = {0};
	struct spec_process p = minimal();
	int32_t v;

	p.scheduler = &s;
	for (int i = 0; i < 2; i++) {
		s = (struct spec_scheduler){.policy = realtime[i], .priority = &v};
		for (v = 1; v <= 99; v += 98) {
			CHECK_INT(make(&p), 0);
			CHECK_INT(plan.scheduler.priority, v);
			CHECK_INT(plan.scheduler.nice, 0);
		}
		v = 100;
		CHECK(make(&p) < 0);
		CHECK_HAS(err.msg, "/process/scheduler/priority: must be between 1 and 99");
		v = 0;
		CHECK(make(&p) < 0);
	}
	s = (struct spec_scheduler){.policy = "SCHED_OTHER", .nice = &v};
	for (v = -20; v <= 19; v += 39) {
		CHECK_INT(make(&p), 0);
		CHECK_INT(plan.scheduler.nice, v);
		CHECK_INT(plan.scheduler.priority, 0);
	}
	v = -21;
	CHECK(make(&p) < 0);
	v = 20;
	CHECK(make(&p) < 0);
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
	CHECK_INT(make(&p), 0);
	CHECK_INT(plan.io_priority, 3 << 13 | 7);
	priority = 8;
	REFUSED(&p, "/process/ioPriority/priority: 8 is not between 0 and 7");
	priority = -1;
	REFUSED(&p, "/process/ioPriority/priority: -1 is not between 0 and 7");
	io = (struct spec_io_priority){"IOPRIO_CLASS_NONE", NULL};
	REFUSED(&p, "/process/ioPriority/class: invalid io priority class: IOPRIO_CLASS_NONE");
}

/* Whether exactly these CPUs are in the mask. */
static bool has_cpus(const struct cpu_mask *m, const unsigned *cpus, size_t n)
{
	size_t found = 0, all = 0;

	for (size_t i = 0; i < m->size / sizeof(*m->bits); i++)
		all += (size_t)__builtin_popcountl(m->bits[i]);
	for (size_t i = 0; i < n; i++)
		found += m->bits[cpus[i] / 64] >> cpus[i] % 64 & 1;
	return found == n && all == n;
}

TEST(cpu_affinity)
{
	static const unsigned four[] = {0, 1, 2, 7}, wide[] = {63, 64, 65, 8191}, one[] = {5};
	struct spec_exec_cpu_affinity c = {.initial = "0-2,7", .final = "63-65,8191"};
	struct spec_process p = minimal();

	CHECK_INT(make(&p), 0);
	CHECK(!plan.cpus_initial.bits && !plan.cpus_final.bits);
	p.exec_cpu_affinity = &c;
	CHECK_INT(make(&p), 0);
	CHECK(has_cpus(&plan.cpus_initial, four, 4));
	CHECK(has_cpus(&plan.cpus_final, wide, 4));
	c = (struct spec_exec_cpu_affinity){.initial = "", .final = "5,5,5-5"};
	CHECK_INT(make(&p), 0);
	CHECK(!plan.cpus_initial.bits && has_cpus(&plan.cpus_final, one, 1));
}

TEST(wrong_cpu_affinity)
{
	static const char *const bad[] = {",",	    "1,",  ",1",    "x",    "-1",
					  "1-",	    "2-1", "1--2",  "1 ",   "8192",
					  "0-8192", "0x1", "1-2-3", "1,,2", "00000000000000001"};
	struct spec_exec_cpu_affinity c = {0};
	struct spec_process p = minimal();

	p.exec_cpu_affinity = &c;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		c.final = bad[i];
		CHECK_MSG(make(&p) == -EINVAL, "%s", bad[i]);
		CHECK_HAS(err.msg, "/process/execCPUAffinity/final: ");
	}
	c = (struct spec_exec_cpu_affinity){.initial = "9999"};
	REFUSED(&p, "/process/execCPUAffinity/initial: \"9999\" is not a list of CPUs below 8192");
}

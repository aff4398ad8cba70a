/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_harden_scheduling.c: harden/scheduling.c and rlimits.c. */
#include <errno.h>

#include "harden_case.h"

static struct rlimit_fact inherited[] = {
	{"RLIMIT_NOFILE", 1024, UINT64_MAX},
	{"RLIMIT_NICE", 0, 0},
	{"RLIMIT_RTPRIO", 0, 0},
	{"RLIMIT_NPROC", 500, 900},
};

static struct harden_case *case_inheriting(void)
{
	struct harden_case *c = case_new();

	c->f.inherited.rlimits = inherited;
	c->f.inherited.n_rlimits = 4;
	return c;
}

#define CORE "{\"type\":\"RLIMIT_CORE\",\"hard\":0,\"soft\":0}"

TEST(no_core_dumps_unless_the_policy_lets_the_config_decide)
{
	struct harden_case *c = case_inheriting();

	case_doc(c, "", "", "");
	CHECK_CHANGE(c, "rlimits", "/process/rlimits", NULL, "[" CORE "]");
	CHECK_INT(c->out->process->n_rlimits, 1);
	CHECK_INT(decision_count(c, DECISION_CHANGE, "rlimits"), 1);
	c = case_inheriting();
	case_doc(c, ",'rlimits':[{'type':'RLIMIT_AS','hard':5,'soft':4}]", "", "");
	CHECK_CHANGE(c, "rlimits", "/process/rlimits/1", NULL, CORE);
	CHECK_STR(c->out->process->rlimits[0].type, "RLIMIT_AS");
	CHECK_INT(c->out->process->rlimits[0].hard, 5);
	CHECK_INT(c->out->process->rlimits[0].soft, 4);
	c = case_inheriting();
	c->p.rlimits.core_zero = false;
	c->p.rlimits.n_ceilings = 0;
	case_doc(c, ",'rlimits':[{'type':'RLIMIT_CORE','hard':5,'soft':4}]", "", "");
	CHECK_QUIET(c, "rlimits");
	c = case_inheriting();
	c->p.rlimits.core_zero = false;
	case_doc(c, "", "", "");
	CHECK_QUIET(c, "rlimits");
	c = case_inheriting();
	case_doc(c, ",'rlimits':[{'type':'RLIMIT_CORE','hard':0,'soft':0}]", "", "");
	CHECK_QUIET(c, "rlimits");
}

static struct policy_rlimit ceilings[] = {
	{"RLIMIT_NOFILE", 4096, "tables of descriptors are kernel memory"},
	{"RLIMIT_NPROC", 900, "x"},
};

static struct harden_case *case_ceilings(void)
{
	struct harden_case *c = case_inheriting();

	c->p.rlimits.core_zero = false;
	c->p.rlimits.ceilings = ceilings;
	c->p.rlimits.n_ceilings = 2;
	return c;
}

TEST(what_is_asked_for_stays_below_the_ceiling)
{
	struct harden_case *c = case_ceilings();

	case_doc(c,
		 ",'rlimits':[{'type':'RLIMIT_NPROC','hard':900,'soft':900},"
		 "{'type':'RLIMIT_NOFILE','hard':18446744073709551615,'soft':1024}]",
		 "", "");
	CHECK_INT(decision_count(c, DECISION_CHANGE, "rlimits"), 1);
	CHECK_CHANGE(c, "rlimits", "/process/rlimits/1",
		     "{\"type\":\"RLIMIT_NOFILE\",\"hard\":18446744073709551615,\"soft\":1024}",
		     "{\"type\":\"RLIMIT_NOFILE\",\"hard\":4096,\"soft\":1024}");
	CHECK_STR(decision_find(c, DECISION_CHANGE, "rlimits", "/process/rlimits/1")->why,
		  "above the policy's ceiling: tables of descriptors are kernel memory");
	CHECK_INT(c->out->process->rlimits[1].hard, 4096);
	CHECK_INT(c->out->process->rlimits[1].soft, 1024);
	CHECK_INT(c->in->process->rlimits[1].hard, UINT64_MAX);
	c = case_ceilings();
	case_doc(c, ",'rlimits':[{'type':'RLIMIT_NOFILE','hard':5000,'soft':4097}]", "", "");
	CHECK_CHANGE(c, "rlimits", "/process/rlimits/0",
		     "{\"type\":\"RLIMIT_NOFILE\",\"hard\":5000,\"soft\":4097}",
		     "{\"type\":\"RLIMIT_NOFILE\",\"hard\":4096,\"soft\":4096}");
	c = case_ceilings();
	case_doc(c,
		 ",'rlimits':[{'type':'RLIMIT_NPROC','hard':1,'soft':1},"
		 "{'type':'RLIMIT_NOFILE','hard':4096,'soft':4096}]",
		 "", "");
	CHECK_QUIET(c, "rlimits");
}

/* A soft limit above the hard one is the plan's to refuse; it is not made one that passes. */
TEST(soft_and_hard_are_lowered_each)
{
	struct harden_case *c = case_ceilings();

	case_doc(c, ",'rlimits':[{'type':'RLIMIT_NOFILE','hard':7,'soft':5000}]", "", "");
	CHECK_CHANGE(c, "rlimits", "/process/rlimits/0",
		     "{\"type\":\"RLIMIT_NOFILE\",\"hard\":7,\"soft\":5000}",
		     "{\"type\":\"RLIMIT_NOFILE\",\"hard\":7,\"soft\":4096}");
}

TEST(what_is_inherited_stays_below_the_ceiling)
{
	struct harden_case *c = case_ceilings();

	case_doc(c, "", "", "");
	CHECK_INT(decision_count(c, DECISION_CHANGE, "rlimits"), 1);
	CHECK_CHANGE(c, "rlimits", "/process/rlimits", NULL,
		     "[{\"type\":\"RLIMIT_NOFILE\",\"hard\":4096,\"soft\":1024}]");
	CHECK_STR(
		decision_find(c, DECISION_CHANGE, "rlimits", "/process/rlimits")->why,
		"inherited from the engine, above the policy's ceiling: tables of descriptors are "
		"kernel memory");
	c = case_ceilings();
	ceilings[0].max = 1000;
	case_doc(c, "", "", "");
	ceilings[0].max = 4096;
	CHECK_CHANGE(c, "rlimits", "/process/rlimits", NULL,
		     "[{\"type\":\"RLIMIT_NOFILE\",\"hard\":1000,\"soft\":1000}]");
	/* asked for lower: what is inherited does not count */
	c = case_ceilings();
	case_doc(c, ",'rlimits':[{'type':'RLIMIT_NOFILE','hard':10,'soft':10}]", "", "");
	CHECK_QUIET(c, "rlimits");
	/* a limit that nothing is known of */
	c = case_ceilings();
	c->f.inherited.n_rlimits = 3;
	ceilings[1].max = 1;
	case_doc(c, ",'rlimits':[{'type':'RLIMIT_NOFILE','hard':10,'soft':10}]", "", "");
	ceilings[1].max = 900;
	CHECK_QUIET(c, "rlimits");
	/* no process, nothing to say */
	c = case_ceilings();
	case_run(c, "{'ociVersion':'1.2.0','linux':{'namespaces':[" NAMESPACES "]}}");
	CHECK_QUIET(c, "rlimits");
	CHECK_QUIET(c, "scheduling");
	CHECK(!c->out->process);
}

TEST(oom_scores_have_a_floor)
{
	struct harden_case *c = case_inheriting();

	case_doc(c, ",'oomScoreAdj':-1000", "", "");
	CHECK_CHANGE(c, "scheduling", "/process/oomScoreAdj", "-1000", "-999");
	CHECK_INT(*c->out->process->oom_score_adj, -999);
	CHECK_INT(*c->in->process->oom_score_adj, -1000);
	CHECK_STR(decision_find(c, DECISION_CHANGE, "scheduling", "/process/oomScoreAdj")->why,
		  "a lower one makes others die in the container's place");
	c = case_inheriting();
	case_doc(c, ",'oomScoreAdj':-999", "", "");
	CHECK_QUIET(c, "scheduling");
	c = case_inheriting();
	c->f.inherited.oom_score_adj = -1000;
	case_doc(c, ",'oomScoreAdj':-5", "", "");
	CHECK_QUIET(c, "scheduling");
	c = case_inheriting();
	c->f.inherited.oom_score_adj = -500;
	c->p.scheduling.oom_score_adj_min = 0;
	case_doc(c, "", "", "");
	CHECK_CHANGE(c, "scheduling", "/process/oomScoreAdj", NULL, "0");
	CHECK_HAS(decision_find(c, DECISION_CHANGE, "scheduling", "/process/oomScoreAdj")->why,
		  "inherited from the engine");
	c = case_inheriting();
	c->p.scheduling.oom_score_adj_min = 0;
	case_doc(c, "", "", "");
	CHECK_QUIET(c, "scheduling");
}

/* The plan refuses it: it is not made into one that passes. */
TEST(a_nice_value_that_is_none_is_left)
{
	struct harden_case *c = case_inheriting();

	case_doc(c, ",'scheduler':{'policy':'SCHED_OTHER','nice':-21}", "", "");
	CHECK_QUIET(c, "scheduling");
}

TEST(real_time_is_refused)
{
	static const char *const policies[] = {"SCHED_FIFO", "SCHED_RR", "SCHED_DEADLINE"};

	for (size_t i = 0; i < 3; i++) {
		struct harden_case *c = case_inheriting();
		char p[80];
		snprintf(p, sizeof(p), ",'scheduler':{'policy':'%s'}", policies[i]);
		case_doc(c, p, "", "");
		CHECK_REFUSED(c, "scheduling", "/process/scheduler/policy", policies[i]);
		c = case_inheriting();
		c->p.scheduling.allow_realtime = true;
		case_doc(c, p, "", "");
		CHECK_QUIET(c, "scheduling");
	}
	struct harden_case *c = case_inheriting();
	case_doc(c, ",'scheduler':{'policy':'SCHED_BATCH'}", "", "");
	CHECK_QUIET(c, "scheduling");
}

TEST(real_time_is_not_kept)
{
	static const char keep[] =
		",'scheduler':{'policy':'SCHED_OTHER','flags':['SCHED_FLAG_KEEP_POLICY']}";
	struct harden_case *c = case_inheriting();

	case_doc(c, keep, "", "");
	CHECK_QUIET(c, "scheduling");
	for (int scheduler = 1; scheduler <= 6; scheduler++) {
		c = case_inheriting();
		c->f.inherited.scheduler = scheduler;
		case_doc(c, keep, "", "");
		if (scheduler == 1 || scheduler == 2 || scheduler == 6)
			CHECK_REFUSED(c, "scheduling", "/process/scheduler/flags", "real-time");
		else
			CHECK_QUIET(c, "scheduling");
	}
	c = case_inheriting();
	c->f.inherited.scheduler = 1;
	c->p.scheduling.allow_realtime = true;
	case_doc(c, keep, "", "");
	CHECK_QUIET(c, "scheduling");
	c = case_inheriting();
	c->f.inherited.scheduler = 1;
	case_doc(c, ",'scheduler':{'policy':'SCHED_OTHER'}", "", "");
	CHECK_QUIET(c, "scheduling");
}

TEST(real_time_is_not_inherited)
{
	static const int realtime[] = {1, 2, 6};
	struct harden_case *c;

	for (size_t i = 0; i < 3; i++) {
		c = case_inheriting();
		c->f.inherited.scheduler = realtime[i];
		case_doc(c, "", "", "");
		CHECK_CHANGE(c, "scheduling", "/process/scheduler", NULL,
			     "{\"policy\":\"SCHED_OTHER\",\"nice\":0}");
		CHECK_STR(c->out->process->scheduler->policy, "SCHED_OTHER");
		CHECK_INT(*c->out->process->scheduler->nice, 0);
		CHECK_HAS(
			decision_find(c, DECISION_CHANGE, "scheduling", "/process/scheduler")->why,
			"real-time");
		c = case_inheriting();
		c->f.inherited.scheduler = realtime[i];
		c->f.inherited.nice = -20;
		c->p.scheduling.nice_min = -5;
		c->p.scheduling.allow_realtime = true;
		case_doc(c, "", "", "");
		CHECK_QUIET(c, "scheduling");
	}
	c = case_inheriting();
	c->f.inherited.scheduler = 1;
	c->p.scheduling.nice_min = 3;
	case_doc(c, "", "", "");
	CHECK_INT(*c->out->process->scheduler->nice, 3);
}

TEST(nice_values_have_a_floor)
{
	struct harden_case *c = case_inheriting();

	c->p.scheduling.nice_min = -5;
	case_doc(c, ",'scheduler':{'policy':'SCHED_OTHER','nice':-6}", "", "");
	CHECK_CHANGE(c, "scheduling", "/process/scheduler/nice", "-6", "-5");
	CHECK_INT(*c->out->process->scheduler->nice, -5);
	CHECK_INT(*c->in->process->scheduler->nice, -6);
	c = case_inheriting();
	c->p.scheduling.nice_min = -5;
	case_doc(c, ",'scheduler':{'policy':'SCHED_OTHER','nice':-5}", "", "");
	CHECK_QUIET(c, "scheduling");
	c = case_inheriting();
	c->p.scheduling.nice_min = -5;
	case_doc(c, ",'scheduler':{'policy':'SCHED_OTHER','nice':-20}", "", "");
	CHECK_CHANGE(c, "scheduling", "/process/scheduler/nice", "-20", "-5");
	/* absent is 0 */
	c = case_inheriting();
	c->p.scheduling.nice_min = 1;
	case_doc(c, ",'scheduler':{'policy':'SCHED_OTHER'}", "", "");
	CHECK_CHANGE(c, "scheduling", "/process/scheduler/nice", NULL, "1");
	c = case_inheriting();
	c->p.scheduling.nice_min = 0;
	case_doc(c, ",'scheduler':{'policy':'SCHED_OTHER'}", "", "");
	CHECK_QUIET(c, "scheduling");
}

TEST(nice_values_are_not_inherited_or_kept)
{
	static const char keep[] =
		",'scheduler':{'policy':'SCHED_OTHER','nice':7,'flags':['SCHED_FLAG_KEEP_PARAMS']}";
	static const struct {
		int scheduler;
		const char *after; /* NULL: left alone */
	} kinds[] = {
		{0, "{\"policy\":\"SCHED_OTHER\",\"nice\":-5}"},
		{3, "{\"policy\":\"SCHED_BATCH\",\"nice\":-5}"},
		{5, NULL},
	};
	struct harden_case *c;

	for (size_t i = 0; i < 3; i++) {
		c = case_inheriting();
		c->f.inherited.scheduler = kinds[i].scheduler;
		c->f.inherited.nice = -6;
		c->p.scheduling.nice_min = -5;
		case_doc(c, "", "", "");
		if (!kinds[i].after) {
			CHECK_QUIET(c, "scheduling");
			continue;
		}
		CHECK_CHANGE(c, "scheduling", "/process/scheduler", NULL, kinds[i].after);
		CHECK_HAS(
			decision_find(c, DECISION_CHANGE, "scheduling", "/process/scheduler")->why,
			"nice");
	}
	c = case_inheriting();
	c->f.inherited.nice = -5;
	c->p.scheduling.nice_min = -5;
	case_doc(c, "", "", "");
	CHECK_QUIET(c, "scheduling");
	case_doc(c, keep, "", "");
	CHECK_QUIET(c, "scheduling");
	c = case_inheriting();
	c->f.inherited.nice = -6;
	c->p.scheduling.nice_min = -5;
	case_doc(c, keep, "", "");
	CHECK_REFUSED(c, "scheduling", "/process/scheduler/flags", "nice value of -6");
}

TEST(processes_cannot_raise_themselves)
{
	struct harden_case *c = case_inheriting();

	case_doc(c,
		 ",'rlimits':[{'type':'RLIMIT_RTPRIO','hard':99,'soft':0},{'type':'RLIMIT_NICE',"
		 "'hard':40,'soft':40}]",
		 "", "");
	CHECK_CHANGE(c, "scheduling", "/process/rlimits/0",
		     "{\"type\":\"RLIMIT_RTPRIO\",\"hard\":99,\"soft\":0}",
		     "{\"type\":\"RLIMIT_RTPRIO\",\"hard\":0,\"soft\":0}");
	CHECK_INT(decision_count(c, DECISION_CHANGE, "scheduling"), 1);
	c = case_inheriting();
	case_doc(c, ",'rlimits':[{'type':'RLIMIT_NICE','hard':50,'soft':41}]", "", "");
	CHECK_QUIET(c, "scheduling");
	c = case_inheriting();
	c->p.scheduling.nice_min = -19;
	case_doc(c, ",'rlimits':[{'type':'RLIMIT_NICE','hard':40,'soft':39}]", "", "");
	CHECK_CHANGE(c, "scheduling", "/process/rlimits/0",
		     "{\"type\":\"RLIMIT_NICE\",\"hard\":40,\"soft\":39}",
		     "{\"type\":\"RLIMIT_NICE\",\"hard\":39,\"soft\":39}");
	c = case_inheriting();
	c->p.scheduling.allow_realtime = true;
	case_doc(c, ",'rlimits':[{'type':'RLIMIT_RTPRIO','hard':99,'soft':99}]", "", "");
	CHECK_QUIET(c, "scheduling");
	c = case_inheriting();
	inherited[2].hard = 50;
	case_doc(c, "", "", "");
	inherited[2].hard = 0;
	CHECK_CHANGE(c, "scheduling", "/process/rlimits/1", NULL,
		     "{\"type\":\"RLIMIT_RTPRIO\",\"hard\":0,\"soft\":0}");
}

TEST(disks_before_all_others_are_refused)
{
	struct harden_case *c = case_inheriting();

	case_doc(c, ",'ioPriority':{'class':'IOPRIO_CLASS_RT','priority':0}", "", "");
	CHECK_REFUSED(c, "scheduling", "/process/ioPriority/class", "disk accesses");
	c = case_inheriting();
	c->p.scheduling.allow_realtime = true;
	case_doc(c, ",'ioPriority':{'class':'IOPRIO_CLASS_RT','priority':0}", "", "");
	CHECK_QUIET(c, "scheduling");
	c = case_inheriting();
	c->f.inherited.io_class = 1;
	case_doc(c, ",'ioPriority':{'class':'IOPRIO_CLASS_BE','priority':0}", "", "");
	CHECK_QUIET(c, "scheduling");
	for (int class = 0; class < 4; class ++) {
		c = case_inheriting();
		c->f.inherited.io_class = class;
		case_doc(c, "", "", "");
		if (class != 1) {
			CHECK_QUIET(c, "scheduling");
			continue;
		}
		CHECK_CHANGE(c, "scheduling", "/process/ioPriority", NULL,
			     "{\"class\":\"IOPRIO_CLASS_BE\",\"priority\":4}");
		CHECK_STR(c->out->process->io_priority->class_, "IOPRIO_CLASS_BE");
		CHECK_INT(*c->out->process->io_priority->priority, 4);
	}
	c = case_inheriting();
	c->f.inherited.io_class = 1;
	c->p.scheduling.allow_realtime = true;
	case_doc(c, "", "", "");
	CHECK_QUIET(c, "scheduling");
}

TEST(real_time_of_the_host_is_not_given_away)
{
	static const char *const some[] = {"-1", "1"};
	struct harden_case *c;

	for (size_t i = 0; i < 2; i++) {
		c = case_inheriting();
		char cpu[80];
		snprintf(cpu, sizeof(cpu), ",'resources':{'cpu':{'realtimeRuntime':%s}}", some[i]);
		case_doc(c, "", cpu, "");
		CHECK_REFUSED(c, "scheduling", "/linux/resources/cpu/realtimeRuntime", "real-time");
		CHECK_STR(decision_find(c, DECISION_REFUSE, "scheduling",
					"/linux/resources/cpu/realtimeRuntime")
				  ->before,
			  some[i]);
		c = case_inheriting();
		c->p.scheduling.allow_realtime = true;
		case_doc(c, "", cpu, "");
		CHECK_QUIET(c, "scheduling");
	}
	c = case_inheriting();
	case_doc(c, "", ",'resources':{'cpu':{'realtimeRuntime':0,'realtimePeriod':1000000}}", "");
	CHECK_QUIET(c, "scheduling");
	c = case_inheriting();
	case_run(c, "{'ociVersion':'1.2.0','linux':{'namespaces':[" NAMESPACES
		    "],'resources':{'cpu':{'realtimeRuntime':7}}}}");
	CHECK_REFUSED(c, "scheduling", "/linux/resources/cpu/realtimeRuntime", "real-time");
}

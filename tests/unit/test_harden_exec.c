/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_harden_exec.c: harden/exec.c: cases, and its properties on random processes. */
#include <errno.h>
#include <stdlib.h>

#include "harden/exec.h"
#include "harden_case.h"
#include "oci-spec/schema.h"
#include "tests/prop/gen_harden.h"
#include "tests/prop/gen_spec.h"

/* A container with this process, and exec of @asked in it; decisions and errors go to @c. */
static struct spec_process *exec_in(struct harden_case *c, const char *process, const char *asked)
{
	struct spec_process *p, *ret = NULL;
	char *json =
		arena_printf(&c->a, "{'cwd':'/','args':['y'],'user':{'uid':0,'gid':0}%s}", asked);

	case_doc(c, process, "", "");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	for (char *s = json; *s; s++)
		if (*s == '\'')
			*s = '"';
	CHECK_MSG(spec_parse_process(json, strlen(json), &c->a, &p, &c->e) == 0, "%s", c->e.msg);
	c->d = (struct decisions){0};
	c->r = harden_exec(p, c->out, &c->p, &c->f, &c->a, &ret, &c->d, &c->e);
	return ret;
}

#define CAPS(b, e)                                                                                 \
	",'capabilities':{'bounding':[" b "],'effective':[" e "],'permitted':[" b                  \
	"],'inheritable':[],'ambient':[]}"

TEST(what_is_not_said_is_as_for_the_first_process)
{
	struct harden_case *c = case_new();
	struct spec_process *p = exec_in(
		c,
		CAPS("'CAP_KILL'", "'CAP_KILL'") ",'rlimits':[{'type':'RLIMIT_NOFILE','hard':9,"
						 "'soft':8},{'type':'RLIMIT_CORE','hard':0,'soft':"
						 "0}],'oomScoreAdj':5,'noNewPrivileges':true",
		"");

	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	CHECK_INT(c->d.n, 0);
	CHECK_STR(p->args[0], "y");
	CHECK_INT(p->capabilities->n_effective, 1);
	CHECK_INT(p->n_rlimits, 2);
	CHECK_INT(p->rlimits[0].hard, 9);
	CHECK_INT(*p->oom_score_adj, 5);
	CHECK(*p->no_new_privileges);
}

TEST(privileged_is_cut_to_the_containers_bounding_set)
{
	struct harden_case *c = case_new();
	struct spec_process *p = exec_in(c, CAPS("'CAP_KILL','CAP_CHOWN'", ""),
					 CAPS("'CAP_SYS_ADMIN','CAP_KILL','CAP_SETUID'",
					      "'CAP_SYS_ADMIN','CAP_KILL','CAP_SETUID'"));

	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	CHECK_CHANGE(c, "capabilities", "/process/capabilities/bounding",
		     "[\"CAP_SYS_ADMIN\",\"CAP_KILL\",\"CAP_SETUID\"]",
		     "[\"CAP_KILL\",\"CAP_SETUID\"]");
	CHECK_CHANGE(c, "exec", "/process/capabilities/bounding", "[\"CAP_KILL\",\"CAP_SETUID\"]",
		     "[\"CAP_KILL\"]");
	CHECK_CHANGE(c, "exec", "/process/capabilities/effective", "[\"CAP_KILL\",\"CAP_SETUID\"]",
		     "[\"CAP_KILL\"]");
	CHECK_INT(p->capabilities->n_permitted, 1);
}

TEST(root_in_a_container_of_a_user_has_its_bounding_set)
{
	struct harden_case *c = case_new();
	const char *bounding = ",'capabilities':{'bounding':['CAP_KILL','CAP_NET_RAW']}";
	struct spec_process *p = exec_in(c, CAPS("'CAP_KILL'", ""), bounding);

	/* As execve(2) would do it, if the rule did not switch no_new_privs on. */
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	CHECK(*p->no_new_privileges);
	CHECK_INT(p->capabilities->n_bounding, 1);
	CHECK_INT(p->capabilities->n_permitted, 1);
	CHECK_INT(p->capabilities->n_effective, 1);
	CHECK_INT(p->capabilities->n_inheritable + p->capabilities->n_ambient, 0);
	/* Who asks for no_new_privs gets what is asked for; and other users never get it. */
	p = exec_in(c, CAPS("'CAP_KILL'", ""),
		    arena_printf(&c->a, "%s,'noNewPrivileges':true", bounding));
	CHECK_INT(p->capabilities->n_permitted + p->capabilities->n_effective, 0);
	struct spec_process asked = *p;
	bool off = false;
	asked.user = &(struct spec_user){.uid = 1000};
	asked.no_new_privileges = &off;
	CHECK_INT(harden_exec(&asked, c->out, &c->p, &c->f, &c->a, &p, &c->d, &c->e), 0);
	CHECK_INT(p->capabilities->n_permitted + p->capabilities->n_effective, 0);
}

TEST(ambient_and_inheritable_are_the_first_process_s)
{
	struct harden_case *c = case_new();
	const char *all = ",'capabilities':{'bounding':['CAP_KILL'],'effective':['CAP_KILL'],"
			  "'permitted':['CAP_KILL'],'inheritable':['CAP_KILL'],"
			  "'ambient':['CAP_KILL']}";
	struct spec_process *p;

	c->p.capabilities.allow_ambient = true;
	p = exec_in(c, CAPS("'CAP_KILL'", ""), all);
	CHECK_CHANGE(c, "exec", "/process/capabilities/ambient", "[\"CAP_KILL\"]", "[]");
	CHECK_INT(p->capabilities->n_ambient + p->capabilities->n_inheritable, 0);
	CHECK_CHANGE(c, "exec", "/process/capabilities/inheritable", "[\"CAP_KILL\"]", "[]");
	p = exec_in(c, CAPS("'CAP_CHOWN'", ""), all);
	CHECK_CHANGE(c, "exec", "/process/capabilities/bounding", "[\"CAP_KILL\"]", "[]");
	CHECK_CHANGE(c, "exec", "/process/capabilities/permitted", "[\"CAP_KILL\"]", "[]");
	CHECK_CHANGE(c, "exec", "/process/capabilities/effective", "[\"CAP_KILL\"]", "[]");
	CHECK_HAS(decision_find(c, DECISION_CHANGE, "exec", "/process/capabilities/effective")->why,
		  "the container's own process can't have them either");
	p = exec_in(c, all, all);
	CHECK_INT(p->capabilities->n_ambient, 1);
	CHECK_QUIET(c, "exec");
}

TEST(no_new_privileges_stays)
{
	struct harden_case *c = case_new();
	struct spec_process *p = exec_in(c, "", ",'noNewPrivileges':false");

	CHECK(*p->no_new_privileges);
	CHECK_CHANGE(c, "no-new-privileges", "/process/noNewPrivileges", "false", "true");
	/* Without that rule it is as with the first process. */
	c = case_new();
	c->p.no_new_privileges.level = POLICY_OFF;
	p = exec_in(c, ",'noNewPrivileges':true", ",'noNewPrivileges':false");
	CHECK_CHANGE(c, "exec", "/process/noNewPrivileges", "false", "true");
	p = exec_in(c, "", ",'noNewPrivileges':false");
	CHECK(!*p->no_new_privileges);
}

TEST(limits_are_at_most_the_first_process_s)
{
	struct harden_case *c = case_new();
	struct spec_process *p = exec_in(c,
					 ",'rlimits':[{'type':'RLIMIT_NOFILE','hard':10,'soft':10},"
					 "{'type':'RLIMIT_NPROC','hard':7,'soft':5}]",
					 ",'rlimits':[{'type':'RLIMIT_NOFILE','hard':20,'soft':15},"
					 "{'type':'RLIMIT_FSIZE','hard':1,'soft':1}]");

	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	CHECK_CHANGE(c, "exec", "/process/rlimits/0/hard", "20", "10");
	CHECK_CHANGE(c, "exec", "/process/rlimits/0/soft", "15", "10");
	CHECK_INT(p->rlimits[0].hard, 10);
	CHECK_INT(p->rlimits[0].soft, 10);
	CHECK_STR(p->rlimits[1].type, "RLIMIT_FSIZE");
	/* RLIMIT_CORE by the rule rlimits, RLIMIT_NPROC by the rule exec. */
	CHECK_INT(p->n_rlimits, 4);
	CHECK_INT(p->rlimits[3].soft, 5);
}

TEST(oom_score_and_scheduling)
{
	struct harden_case *c = case_new();
	struct spec_process *p = exec_in(c, ",'oomScoreAdj':100", ",'oomScoreAdj':-5");

	CHECK_CHANGE(c, "exec", "/process/oomScoreAdj", "-5", "100");
	CHECK_INT(*p->oom_score_adj, 100);
	p = exec_in(c, ",'oomScoreAdj':100", ",'oomScoreAdj':200");
	CHECK_INT(*p->oom_score_adj, 200);
	p = exec_in(c, "", ",'oomScoreAdj':-5");
	CHECK(!p->oom_score_adj);
	p = exec_in(c, "", ",'scheduler':{'policy':'SCHED_BATCH','nice':3}");
	CHECK(!p->scheduler);
	p = exec_in(c, ",'ioPriority':{'class':'IOPRIO_CLASS_IDLE'}",
		    ",'ioPriority':{'class':'IOPRIO_CLASS_BE','priority':0}");
	CHECK_STR(p->io_priority->class_, "IOPRIO_CLASS_IDLE");
}

TEST(labels_are_the_containers)
{
	struct harden_case *c = case_new();
	struct spec_process *p;

	c->p.apparmor.level = c->p.selinux.level = POLICY_OFF;
	p = exec_in(c, ",'apparmorProfile':'a','selinuxLabel':'u:r:t:s0'",
		    ",'apparmorProfile':'unconfined','selinuxLabel':'u:r:x:s0'");
	CHECK_STR(p->apparmor_profile, "a");
	CHECK_STR(p->selinux_label, "u:r:t:s0");
	CHECK_CHANGE(c, "exec", "/process/apparmorProfile", "\"unconfined\"", "\"a\"");
	p = exec_in(c, "", ",'apparmorProfile':'unconfined'");
	CHECK(!p->apparmor_profile);
	/* Less than the container may be asked for. */
	p = exec_in(c, "", ",'apparmorProfile':'a'");
	CHECK_STR(p->apparmor_profile, "a");
}

/* The module was loaded after the container had been made: its files are not labelled. */
TEST(no_label_where_the_container_has_none)
{
	static const struct profile_fact loaded[] = {{"bulkhead-default", PROFILE_ENFORCED}};
	struct harden_case *c = case_new();
	struct spec_process *p = exec_in(c, "", "");

	c->f.apparmor = c->f.selinux = c->f.selinux_label_known = true;
	c->f.profiles = loaded;
	c->f.n_profiles = 1;
	c->d = (struct decisions){0};
	CHECK_INT(harden_exec(p, c->out, &c->p, &c->f, &c->a, &p, &c->d, &c->e), 0);
	CHECK(!p->apparmor_profile && !p->selinux_label);
	CHECK_INT(c->d.n, 0);
}

TEST(root_can_be_kept_out)
{
	struct harden_case *c = case_new();

	c->p.exec.allow_root = false;
	(void)exec_in(c, "", "");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	/* The first process is a user: case_doc() has user first, so a document of its own. */
	c = case_new();
	c->p.exec.allow_root = false;
	(void)exec_in(c, "", "");
	c->out->process->user->uid = 1000;
	struct spec_process *ret, asked = *c->out->process;
	struct spec_user root = {0}, user = {.uid = 1000};
	asked.user = &root;
	c->r = harden_exec(&asked, c->out, &c->p, &c->f, &c->a, &ret, &c->d, &c->e);
	CHECK_REFUSED(c, "exec", "/process/user/uid", "runs as user 1000");
	asked.user = NULL; /* absent is 0 */
	err_clear(&c->e);
	c->r = harden_exec(&asked, c->out, &c->p, &c->f, &c->a, &ret, &c->d, &c->e);
	CHECK_REFUSED(c, "exec", "/process/user/uid", "runs as user 1000");
	asked.user = &user;
	err_clear(&c->e);
	CHECK_INT(harden_exec(&asked, c->out, &c->p, &c->f, &c->a, &ret, &c->d, &c->e), 0);
}

TEST(audit_only_changes_nothing)
{
	struct harden_case *c = case_new();

	c->p.exec.level = c->p.capabilities.level = POLICY_AUDIT;
	struct spec_process *p =
		exec_in(c, CAPS("'CAP_KILL'", ""), CAPS("'CAP_SYS_ADMIN'", "'CAP_SYS_ADMIN'"));
	CHECK_STR(p->capabilities->bounding[0], "CAP_SYS_ADMIN");
	CHECK_INT(decision_count(c, DECISION_CHANGE, "exec"), 0);
	CHECK(decision_find(c, DECISION_NOTE, "exec", "/process/capabilities/bounding"));
}

TEST(rules_about_containers_do_not_run)
{
	struct harden_case *c = case_new();

	(void)exec_in(c, "", "");
	for (size_t i = 0; i < c->d.n; i++)
		CHECK_MSG(str_starts(c->d.items[i].pointer, "/process"), "%s",
			  c->d.items[i].pointer);
}

/* Random containers and processes. */

static const char *text_of(const struct json_schema *schema, const void *obj, struct arena *a)
{
	AUTO_STRBUF b = STRBUF_INIT;

	json_write_object(schema, obj, NULL, &b);
	CHECK(!b.failed);
	return arena_strdup(a, b.buf);
}

/* A process that the parser takes; NULL: this one is none. */
static struct spec_process *random_process(uint64_t *seed, struct arena *a)
{
	struct spec_process *p = arena_alloc(a, sizeof(*p));

	gen_object(&spec_process_schema, seed, a, p);
	const char *json = text_of(&spec_process_schema, p, a);
	return spec_parse_process(json, strlen(json), a, &p, NULL) == 0 ? p : NULL;
}

static bool within(char *const *set, size_t n, char *const *of, size_t n_of)
{
	for (size_t i = 0; i < n; i++) {
		size_t k = 0;
		while (k < n_of && strcmp(set[i], of[k]) != 0)
			k++;
		if (k == n_of)
			return false;
	}
	return true;
}

static void check_not_more(const struct spec_process *p, const struct spec_process *first)
{
	static const struct spec_capabilities none;
	const struct spec_capabilities *f = first->capabilities ? first->capabilities : &none;
	const struct spec_capabilities *c = p->capabilities ? p->capabilities : &none;

	CHECK(within(c->bounding, c->n_bounding, f->bounding, f->n_bounding));
	CHECK(within(c->permitted, c->n_permitted, f->bounding, f->n_bounding));
	CHECK(within(c->effective, c->n_effective, f->bounding, f->n_bounding));
	CHECK(within(c->ambient, c->n_ambient, f->ambient, f->n_ambient));
	CHECK(within(c->inheritable, c->n_inheritable, f->inheritable, f->n_inheritable));
	CHECK(!first->no_new_privileges || !*first->no_new_privileges || *p->no_new_privileges);
	for (size_t i = 0; i < first->n_rlimits; i++) {
		size_t k = 0;
		while (k < p->n_rlimits && !str_eq(p->rlimits[k].type, first->rlimits[i].type))
			k++;
		CHECK(k < p->n_rlimits && p->rlimits[k].hard <= first->rlimits[i].hard);
		CHECK(p->rlimits[k].soft <= first->rlimits[i].hard);
	}
	CHECK(!first->oom_score_adj || *p->oom_score_adj >= *first->oom_score_adj);
	CHECK(!first->apparmor_profile || str_eq(p->apparmor_profile, first->apparmor_profile));
	CHECK(!first->selinux_label || str_eq(p->selinux_label, first->selinux_label));
}

/* Returns whether there was anything to check. */
static bool check_random(uint64_t seed)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct decisions d = {0}, again = {0};
	struct spec_process *asked, *got = NULL, *second = NULL;
	struct host_facts facts;
	struct policy policy;
	struct measures m;
	struct spec *in, *container;
	struct err e = {0};

	in = gen_harden_spec(&seed, &a);
	gen_facts(in, &seed, &a, &facts);
	gen_policy(&seed, &policy);
	asked = random_process(&seed, &a);
	if (!asked || !in->process || harden(in, &policy, &facts, &a, &container, &m, &d, NULL) < 0)
		return false;
	const char *before = text_of(&spec_process_schema, asked, &a);
	const char *before_container = text_of(&spec_schema, container, &a);
	d = (struct decisions){0};
	int r = harden_exec(asked, container, &policy, &facts, &a, &got, &d, &e);
	CHECK_STR(text_of(&spec_process_schema, asked, &a), before);
	CHECK_STR(text_of(&spec_schema, container, &a), before_container);
	CHECK_MSG(r == 0 || (r == -EPERM && e.kind == ERR_POLICY), "%d: %s", r, e.msg);
	if (r < 0)
		return true;
	if (str_eq(policy.exec.level, POLICY_ENFORCE) && policy.n_exceptions == 0)
		check_not_more(got, container->process);
	r = harden_exec(got, container, &policy, &facts, &a, &second, &again, &e);
	CHECK_MSG(r == 0, "%s", e.msg);
	CHECK_STR(text_of(&spec_process_schema, second, &a),
		  text_of(&spec_process_schema, got, &a));
	for (size_t i = 0; i < again.n; i++)
		CHECK_MSG(again.items[i].kind != DECISION_CHANGE, "%s: %s", again.items[i].rule,
			  again.items[i].pointer);
	return true;
}

TEST(properties_hold_for_random_processes)
{
	const char *runs = getenv("BULKHEAD_PROP_RUNS");
	int n = runs ? atoi(runs) : 3000, checked = 0;

	for (int i = 1; i <= n; i++)
		checked += check_random((uint64_t)i * 0x9e3779b97f4a7c15u);
	CHECK_MSG(checked > n / 20, "only %d of %d were fit", checked, n);
}

TEST(priorities_are_as_for_the_first_process_unless_they_are_said)
{
	struct harden_case *c = case_new();
	struct spec_process *p;
	const char *first = ",'ioPriority':{'class':'IOPRIO_CLASS_BE','priority':6},'scheduler':{"
			    "'policy':'SCHED_BATCH'},'execCPUAffinity':{'initial':'0-1'},"
			    "'oomScoreAdj':7";

	p = exec_in(c, first, "");
	CHECK_QUIET(c, "exec");
	CHECK_INT(*p->io_priority->priority, 6);
	CHECK_STR(p->scheduler->policy, "SCHED_BATCH");
	CHECK_STR(p->exec_cpu_affinity->initial, "0-1");
	p = exec_in(c, first, ",'execCPUAffinity':{'initial':'3'}");
	CHECK_STR(p->exec_cpu_affinity->initial, "3");
	/* Told, not only done. */
	p = exec_in(c, first, ",'ioPriority':{'class':'IOPRIO_CLASS_IDLE'}");
	CHECK_INT(decision_count(c, DECISION_CHANGE, "exec") > 0, 1);
	p = exec_in(c, first, ",'scheduler':{'policy':'SCHED_IDLE'}");
	CHECK_STR(p->scheduler->policy, "SCHED_BATCH");
	CHECK_INT(decision_count(c, DECISION_CHANGE, "exec") > 0, 1);
	/* Absent counts as 0. */
	p = exec_in(c, "", ",'oomScoreAdj':0");
	CHECK_QUIET(c, "exec");
	CHECK_INT(*p->oom_score_adj, 0);
	p = exec_in(c, "", ",'oomScoreAdj':1");
	CHECK_INT(*p->oom_score_adj, 1);
}

TEST(one_limit_of_the_first_process_is_enough)
{
	struct harden_case *c = case_new();
	struct spec_process *p;

	c->p.rlimits.level = c->p.scheduling.level = POLICY_OFF;
	p = exec_in(c, ",'rlimits':[{'type':'RLIMIT_NOFILE','hard':9,'soft':8}]",
		    ",'rlimits':[{'type':'RLIMIT_NOFILE','hard':10,'soft':8}]");
	CHECK_CHANGE(c, "exec", "/process/rlimits/0/hard", "10", "9");
	CHECK_INT(p->rlimits[0].hard, 9);
	CHECK_INT(p->rlimits[0].soft, 8);
	p = exec_in(c, "", ",'rlimits':[{'type':'RLIMIT_NOFILE','hard':10,'soft':8}]");
	CHECK_QUIET(c, "exec");
	CHECK_INT(p->rlimits[0].hard, 10);
}

TEST(a_container_without_a_process_has_no_other)
{
	struct harden_case *c = case_new();
	struct spec_process asked = {.cwd = "/"}, *ret = NULL;

	case_run(c, "{'ociVersion':'1.2.0','linux':{'namespaces':[" NAMESPACES "]}}");
	CHECK_INT(harden_exec(&asked, c->out, &c->p, &c->f, &c->a, &ret, &c->d, &c->e), -EINVAL);
	CHECK_INT(c->e.kind, ERR_STATE);
	CHECK(!ret);
}

/* Also without the rule that keeps it below the first process. */
TEST(what_is_not_said_does_not_depend_on_the_rule)
{
	struct harden_case *c = case_new();
	struct spec_process *p;

	c->p.exec.level = c->p.apparmor.level = c->p.selinux.level = POLICY_OFF;
	c->p.no_new_privileges.level = c->p.rlimits.level = POLICY_OFF;
	p = exec_in(c,
		    CAPS("'CAP_KILL'", "'CAP_KILL'") ",'rlimits':[{'type':'RLIMIT_AS','hard':9,"
						     "'soft':8}],'apparmorProfile':'a',"
						     "'selinuxLabel':'u:r:t:s0',"
						     "'noNewPrivileges':true,'oomScoreAdj':3,"
						     "'scheduler':{'policy':'SCHED_IDLE'},"
						     "'ioPriority':{'class':'IOPRIO_CLASS_IDLE'}",
		    "");
	CHECK_INT(p->capabilities->n_effective, 1);
	CHECK_INT(p->rlimits[0].hard, 9);
	CHECK_STR(p->apparmor_profile, "a");
	CHECK_STR(p->selinux_label, "u:r:t:s0");
	CHECK(*p->no_new_privileges && *p->oom_score_adj == 3);
	CHECK_STR(p->scheduler->policy, "SCHED_IDLE");
	CHECK_STR(p->io_priority->class_, "IOPRIO_CLASS_IDLE");
	p = exec_in(c, CAPS("'CAP_KILL'", "'CAP_KILL'") ",'apparmorProfile':'a','selinuxLabel':'l'",
		    CAPS("", "") ",'apparmorProfile':'b','selinuxLabel':'m','noNewPrivileges':true,"
				 "'rlimits':[{'type':'RLIMIT_AS','hard':99,'soft':8}],"
				 "'oomScoreAdj':4,'scheduler':{'policy':'SCHED_BATCH'},"
				 "'ioPriority':{'class':'IOPRIO_CLASS_BE'}");
	CHECK_INT(p->capabilities->n_effective, 0);
	CHECK_INT(p->rlimits[0].hard, 99);
	CHECK_STR(p->apparmor_profile, "b");
	CHECK_STR(p->selinux_label, "m");
	CHECK(*p->no_new_privileges && *p->oom_score_adj == 4);
	CHECK_STR(p->scheduler->policy, "SCHED_BATCH");
	CHECK_STR(p->io_priority->class_, "IOPRIO_CLASS_BE");
}

TEST(rules_about_processes_run)
{
	static const struct {
		const char *asked, *rule;
	} cases[] = {
		{",'scheduler':{'policy':'SCHED_FIFO'}", "scheduling"},
		{",'selinuxLabel':'u:r:spc_t:s0'", "selinux"},
		{",'apparmorProfile':':x:unconfined'", "apparmor"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct harden_case *c = case_new();
		c->p.apparmor.profile = c->p.selinux.label = NULL;
		c->f.apparmor = c->f.selinux = true;
		(void)exec_in(c, "", cases[i].asked);
		CHECK_INT(c->r, -EPERM);
		CHECK_INT(decision_count(c, DECISION_REFUSE, cases[i].rule), 1);
	}
	struct harden_case *c = case_new();
	(void)exec_in(c, ",'rlimits':[]", ",'rlimits':[{'type':'RLIMIT_AS','hard':9,'soft':8}]");
	CHECK_CHANGE(c, "rlimits", "/process/rlimits/1", NULL,
		     "{\"type\":\"RLIMIT_CORE\",\"hard\":0,\"soft\":0}");
}

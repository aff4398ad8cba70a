/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_harden_namespaces.c: harden/namespaces.c. */
#include <errno.h>

#include "harden_case.h"

#define DOC(namespaces, top) "{'ociVersion':'1.2.0'" top ",'linux':{'namespaces':[" namespaces "]}}"
#define NO_PID		     "{'type':'network'},{'type':'ipc'},{'type':'uts'},{'type':'mount'},{'type':'cgroup'}"
#define NO_IPC		     "{'type':'network'},{'type':'pid'},{'type':'uts'},{'type':'mount'},{'type':'cgroup'}"
#define NO_NET		     "{'type':'pid'},{'type':'ipc'},{'type':'uts'},{'type':'mount'},{'type':'cgroup'}"
#define NO_UTS		     "{'type':'pid'},{'type':'ipc'},{'type':'network'},{'type':'mount'},{'type':'cgroup'}"

TEST(private_ones_are_fine)
{
	struct harden_case *c = case_new();

	case_doc(c, "", "", "");
	CHECK_QUIET(c, "namespaces");
	CHECK_INT(decision_count(c, DECISION_NOTE, "namespaces"), 0);
}

TEST(absent_pid_ipc_and_network_are_refused)
{
	struct harden_case *c = case_new();

	case_run(c, DOC(NO_PID, ""));
	CHECK_REFUSED(c, "namespaces", "/linux/namespaces", "--pid=host");
	c = case_new();
	case_run(c, DOC(NO_IPC, ""));
	CHECK_REFUSED(c, "namespaces", "/linux/namespaces", "--ipc=host");
	c = case_new();
	case_run(c, DOC(NO_NET, ""));
	CHECK_REFUSED(c, "namespaces", "/linux/namespaces", "--net=host");
}

TEST(an_empty_document_has_all_refusals)
{
	struct harden_case *c = case_new();

	case_run(c, "{'ociVersion':'1.2.0'}");
	CHECK_REFUSED(c, "namespaces", "/linux/namespaces", "pid");
	CHECK_INT(decision_count(c, DECISION_REFUSE, "namespaces"), 3);
}

TEST(the_policy_can_allow_them)
{
	struct harden_case *c = case_new();

	c->p.namespaces.allow_host_pid = true;
	c->p.namespaces.allow_host_ipc = true;
	c->p.namespaces.allow_host_network = true;
	case_run(c, "{'ociVersion':'1.2.0'}");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
}

static const struct {
	const char *type;
	size_t index;
} private[] = {{"pid", 0}, {"ipc", 2}, {"network", 1}};

static void run_with_path(struct harden_case *c, const char *type)
{
	char *doc = arena_strdup(
		&c->a,
		"{'ociVersion':'1.2.0','linux':{'namespaces':[{'type':'pid'},{'type':'network'},"
		"{'type':'ipc'},{'type':'uts'},{'type':'mount'},{'type':'cgroup'}]}}");
	char *at = strstr(doc, arena_printf(&c->a, "{'type':'%s'}", type));
	size_t head = (size_t)(at - doc) + strlen("{'type':''") + strlen(type);

	case_run(c, arena_printf(&c->a, "%.*s,'path':'/x'%s", (int)head, doc, doc + head));
}

TEST(a_path_to_the_hosts_is_refused)
{
	for (size_t i = 0; i < 3; i++) {
		struct harden_case *c = case_new();
		struct ns_fact facts[6] = {[0] = {0}};
		facts[private[i].index] = (struct ns_fact){.exists = true, .is_own = true};
		c->f.ns = facts;
		c->f.n_ns = 6;
		run_with_path(c, private[i].type);
		CHECK_REFUSED(c, "namespaces",
			      arena_printf(&c->a, "/linux/namespaces/%zu", private[i].index),
			      "the host's");
		const struct decision *d = decision_find(
			c, DECISION_REFUSE, "namespaces",
			arena_printf(&c->a, "/linux/namespaces/%zu", private[i].index));
		CHECK_STR(d->before, arena_printf(&c->a, "{\"type\":\"%s\",\"path\":\"/x\"}",
						  private[i].type));
	}
}

TEST(of_host_owned_ones_only_a_network_is_joined)
{
	for (size_t i = 0; i < 3; i++) {
		struct harden_case *c = case_new();
		struct ns_fact facts[6] = {[0] = {0}};
		facts[private[i].index] = (struct ns_fact){.exists = true, .owner = NS_OWNER_HOST};
		c->f.ns = facts;
		c->f.n_ns = 6;
		run_with_path(c, private[i].type);
		if (i < 2) {
			CHECK_REFUSED(
				c, "namespaces",
				arena_printf(&c->a, "/linux/namespaces/%zu", private[i].index),
				"does not belong to a container");
		} else {
			CHECK_QUIET(c, "namespaces");
			const struct decision *d = decision_find(c, DECISION_NOTE, "namespaces",
								 "/linux/namespaces/1");
			CHECK(d);
			CHECK_HAS(d->why, "network capabilities have no effect");
		}
	}
}

TEST(an_ipc_namespace_that_a_mount_holds_is_joined)
{
	for (size_t i = 0; i < 3; i++) {
		struct harden_case *c = case_new();
		struct ns_fact facts[6] = {[0] = {0}};
		facts[private[1].index] = (struct ns_fact){
			.exists = true, .owner = NS_OWNER_HOST, .pinned = true, .is_own = i == 2};
		c->f.ns = facts;
		c->f.n_ns = 6;
		c->p.namespaces.allow_pinned_ipc = i != 1;
		run_with_path(c, private[1].type);
		if (i == 0)
			CHECK_QUIET(c, "namespaces");
		else
			CHECK_REFUSED(
				c, "namespaces",
				arena_printf(&c->a, "/linux/namespaces/%zu", private[1].index),
				i == 2 ? "the host's" : "does not belong to a container");
	}
}

TEST(foreign_ones_are_joined)
{
	static const struct id_extent x[] = {{0, 300000, 65536}};

	for (size_t i = 0; i < 3; i++) {
		struct harden_case *c = case_new();
		struct ns_fact facts[6] = {[0] = {0}};
		facts[private[i].index] = (struct ns_fact){.exists = true,
							   .owner = NS_OWNER_FOREIGN,
							   .owner_ino = 5,
							   .maps = {x, x, 1, 1}};
		c->f.ns = facts;
		c->f.n_ns = 6;
		run_with_path(c, private[i].type);
		CHECK_QUIET(c, "namespaces");
	}
}

TEST(the_hosts_name_may_be_seen_but_not_set)
{
	struct harden_case *c = case_new();

	case_run(c, DOC(NO_UTS, ""));
	CHECK_QUIET(c, "namespaces");
	CHECK(decision_find(c, DECISION_NOTE, "namespaces", "/linux/namespaces"));
	c = case_new();
	case_run(c, DOC(NO_UTS, ",'hostname':''"));
	CHECK_QUIET(c, "namespaces");
	c = case_new();
	case_run(c, DOC(NO_UTS, ",'hostname':'h'"));
	CHECK_REFUSED(c, "namespaces", "/hostname", "rename the host");
	c = case_new();
	case_run(c, DOC(NO_UTS, ",'domainname':'d'"));
	CHECK_REFUSED(c, "namespaces", "/domainname", "rename the host");
	c = case_new();
	c->p.namespaces.allow_host_uts = false;
	case_run(c, DOC(NO_UTS, ""));
	CHECK_REFUSED(c, "namespaces", "/linux/namespaces", "--uts=host");
}

TEST(mount_and_cgroup_namespaces_are_added)
{
	struct harden_case *c = case_new();

	case_run(c, DOC("{'type':'pid'},{'type':'ipc'},{'type':'uts'},{'type':'network'}", ""));
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	CHECK_CHANGE(c, "namespaces", "/linux/namespaces/5", NULL, "{\"type\":\"mount\"}");
	CHECK_CHANGE(c, "namespaces", "/linux/namespaces/6", NULL, "{\"type\":\"cgroup\"}");
	CHECK_STR(c->out->linux_->namespaces[4].type, "user");
	CHECK_STR(c->out->linux_->namespaces[6].type, "cgroup");
}

TEST(the_hosts_cgroup_namespace_is_replaced)
{
	struct harden_case *c = case_new();
	struct ns_fact facts[6] = {[5] = {.exists = true, .is_own = true}};

	c->f.ns = facts;
	c->f.n_ns = 6;
	run_with_path(c, "cgroup");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	CHECK_CHANGE(c, "namespaces", "/linux/namespaces/5/path", "\"/x\"", NULL);
}

TEST(a_mount_namespace_is_not_joined)
{
	struct harden_case *c = case_new();
	struct ns_fact facts[6] = {[4] = {.exists = true, .owner = NS_OWNER_HOST}};

	c->f.ns = facts;
	c->f.n_ns = 6;
	run_with_path(c, "mount");
	CHECK_REFUSED(c, "namespaces", "/linux/namespaces/4", "cannot be joined");
}

TEST(a_time_namespace_is_as_asked)
{
	struct harden_case *c = case_new();

	case_run(c, DOC(NAMESPACES ",{'type':'time'}", ""));
	CHECK_QUIET(c, "namespaces");
}

TEST(the_first_entry_counts_like_any_other)
{
	struct harden_case *c = case_new();
	struct ns_fact facts[1] = {{.exists = true, .is_own = true}};

	c->f.ns = facts;
	c->f.n_ns = 1;
	case_run(c,
		 DOC("{'type':'cgroup','path':'/x'},{'type':'pid'},{'type':'ipc'},{'type':'uts'},"
		     "{'type':'network'},{'type':'mount'}",
		     ""));
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	CHECK_CHANGE(c, "namespaces", "/linux/namespaces/0/path", "\"/x\"", NULL);
	CHECK_INT(c->out->linux_->n_namespaces, 7);
}

TEST(what_is_said_of_the_hosts_ones_is_said_where_they_are_asked_for)
{
	struct harden_case *c = case_new();
	struct ns_fact facts[6] = {
		[1] = {.exists = true, .is_own = true}, [3] = {.exists = true, .is_own = true}};

	c->f.ns = facts;
	c->f.n_ns = 6;
	c->p.namespaces.allow_host_network = true;
	case_run(c,
		 DOC("{'type':'pid'},{'type':'network','path':'/n'},{'type':'ipc'},{'type':'uts',"
		     "'path':'/u'},{'type':'mount'},{'type':'cgroup'}",
		     ""));
	CHECK_QUIET(c, "namespaces");
	CHECK_HAS(decision_find(c, DECISION_NOTE, "namespaces", "/linux/namespaces/1")->why,
		  "network capabilities");
	CHECK_HAS(decision_find(c, DECISION_NOTE, "namespaces", "/linux/namespaces/3")->why,
		  "the host's name");
	c->p.namespaces.allow_host_uts = false;
	case_run(c,
		 DOC("{'type':'pid'},{'type':'network','path':'/n'},{'type':'ipc'},{'type':'uts',"
		     "'path':'/u'},{'type':'mount'},{'type':'cgroup'}",
		     ""));
	CHECK_REFUSED(c, "namespaces", "/linux/namespaces/3", "the host's uts namespace");
}

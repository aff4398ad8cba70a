/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_harden_userns.c: harden/userns.c. */
#include <errno.h>

#include "harden_case.h"

#define FOREIGN_MAP                                                                                \
	{                                                                                          \
		0, 300000, 65536                                                                   \
	}

static const struct id_extent foreign_extent[] = {FOREIGN_MAP};
static const struct id_extent host_extent[] = {{0, 0, 65536}};
static const struct id_maps foreign_maps = {foreign_extent, foreign_extent, 1, 1};
static const struct id_maps host_maps = {host_extent, host_extent, 1, 1};

/* A document whose namespaces are only these. */
static void run_with(struct harden_case *c, const char *namespaces, const char *linux_)
{
	case_run(c, arena_printf(&c->a,
				 "{'ociVersion':'1.2.0','process':{'cwd':'/','args':['x'],'user':"
				 "{'uid':0,'gid':0}},'linux':{'namespaces':[%s]%s}}",
				 namespaces, linux_));
}

TEST(added_with_the_reserved_range)
{
	struct harden_case *c = case_new();

	case_doc(c, "", "", "");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	CHECK_CHANGE(c, "userns", "/linux/namespaces/6", NULL, "{\"type\":\"user\"}");
	CHECK_CHANGE(c, "userns", "/linux/uidMappings", NULL,
		     "[{\"containerID\":0,\"hostID\":100000,\"size\":65536}]");
	CHECK_CHANGE(c, "userns", "/linux/gidMappings", NULL,
		     "[{\"containerID\":0,\"hostID\":100000,\"size\":65536}]");
	CHECK_INT(c->out->linux_->n_namespaces, N_NAMESPACES + 1);
	CHECK_STR(c->out->linux_->namespaces[6].type, "user");
	CHECK_INT(c->out->linux_->uid_mappings[0].host_id, 100000);
	CHECK(harden_needs_id_range(c->in, &c->f));
	CHECK(!harden_needs_id_range(c->out, &c->f));
}

TEST(added_to_a_document_without_linux)
{
	struct harden_case *c = case_new();

	c->p.namespaces.level = POLICY_OFF;
	case_run(c, "{'ociVersion':'1.2.0'}");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	CHECK_CHANGE(c, "userns", "/linux/namespaces", NULL, "[{\"type\":\"user\"}]");
	CHECK_INT(c->out->linux_->n_namespaces, 1);
}

TEST(no_range_is_refused)
{
	struct harden_case *c = case_new();

	c->f.range.size = 0;
	case_doc(c, "", "", "");
	CHECK_REFUSED(c, "userns", "/linux/namespaces", "no id range");
	CHECK_INT(decision_count(c, DECISION_REFUSE, "userns"), 1);
}

TEST(a_path_to_nothing_is_left_to_the_plan)
{
	struct harden_case *c = case_new();

	c->f.range.size = 0;
	run_with(c, NAMESPACES ",{'type':'user','path':'/nowhere'}", "");
	CHECK_QUIET(c, "userns");
	CHECK(!harden_needs_id_range(c->in, &c->f));
}

TEST(the_callers_maps_are_honoured)
{
	struct harden_case *c = case_new();

	run_with(c, NAMESPACES ",{'type':'user'}",
		 ",'uidMappings':[{'containerID':0,'hostID':200000,'size':1000}],"
		 "'gidMappings':[{'containerID':0,'hostID':200000,'size':1000}]");
	CHECK_QUIET(c, "userns");
	CHECK(!harden_needs_id_range(c->in, &c->f));
	CHECK_INT(c->out->linux_->uid_mappings[0].host_id, 200000);
}

TEST(maps_with_host_root_are_refused)
{
	struct harden_case *c = case_new();
	const char *text = ",'uidMappings':[{'containerID':0,'hostID':200000,'size':1000},"
			   "{'containerID':5000,'hostID':0,'size':1}],"
			   "'gidMappings':[{'containerID':0,'hostID':200000,'size':1000}]";

	run_with(c, NAMESPACES ",{'type':'user'}", text);
	CHECK_REFUSED(c, "userns", "/linux/uidMappings", "id 5000 inside would be id 0");
	c = case_new();
	c->p.userns.allow_host_root = true;
	run_with(c, NAMESPACES ",{'type':'user'}", text);
	CHECK_QUIET(c, "userns");
}

TEST(host_root_as_group_is_refused)
{
	struct harden_case *c = case_new();

	run_with(c, NAMESPACES ",{'type':'user'}",
		 ",'uidMappings':[{'containerID':0,'hostID':200000,'size':1000}],"
		 "'gidMappings':[{'containerID':0,'hostID':0,'size':1000}]");
	CHECK_REFUSED(c, "userns", "/linux/gidMappings", "would be id 0");
}

TEST(maps_with_ids_of_the_pool_are_refused)
{
	static const struct {
		unsigned first, size;
		bool good;
	} maps[] = {{0x70000000, 65536, false}, {0x6fffffff, 1, true}, {0x6ffffffe, 3, false},
		    {0x7fffffff, 1, false},	{0x80000000, 9, true}, {1, 0xfffffffe, false},
		    {0x70010000, 65536, true},	{0x70010000, 9, true}, {0x7001ffff, 2, false},
		    {0x7000ffff, 2, false},	{1000, 1000, true}};

	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++) {
		struct harden_case *c = case_new();
		c->f.pool = (struct id_extent){0, 0x70000000, 0x10000000};
		/* Reserved for this very container: a document that was hardened before. */
		c->f.range = (struct id_extent){0, 0x70010000, 65536};
		char *map = arena_printf(&c->a,
					 ",'uidMappings':[{'containerID':0,'hostID':%u,'size':%u}],"
					 "'gidMappings':[{'containerID':0,'hostID':5,'size':9}]",
					 maps[i].first, maps[i].size);
		run_with(c, NAMESPACES ",{'type':'user'}", map);
		CHECK_MSG(c->r == (maps[i].good ? 0 : -EPERM), "map %zu: %s", i, c->e.msg);
		if (!maps[i].good)
			CHECK_HAS(c->e.msg, "is of the pool that containers get ranges");
		/* In a user namespace the numbers are others. */
		c->f.in_userns = true;
		c->e = (struct err){0};
		run_with(c, NAMESPACES ",{'type':'user'}", map);
		CHECK_INT(c->r, 0);
	}
}

TEST(missing_maps_are_refused)
{
	struct harden_case *c = case_new();

	run_with(c, NAMESPACES ",{'type':'user'}", "");
	CHECK_REFUSED(c, "userns", "/linux/namespaces",
		      "user namespaces enabled, but no namespace path to join nor mappings to "
		      "apply specified");
}

TEST(maps_without_a_namespace_get_one)
{
	struct harden_case *c = case_new();

	c->f.range.size = 0;
	run_with(c, NAMESPACES,
		 ",'uidMappings':[{'containerID':0,'hostID':200000,'size':1000}],"
		 "'gidMappings':[{'containerID':0,'hostID':200000,'size':1000}]");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	CHECK_CHANGE(c, "userns", "/linux/namespaces/6", NULL, "{\"type\":\"user\"}");
	CHECK_INT(c->out->linux_->uid_mappings[0].host_id, 200000);
	CHECK(!harden_needs_id_range(c->in, &c->f));
}

TEST(a_path_to_the_hosts_becomes_a_new_one)
{
	struct harden_case *c = case_new();
	struct ns_fact facts[7] = {[6] = {.exists = true, .is_own = true}};

	c->f.ns = facts;
	c->f.n_ns = 7;
	run_with(c, NAMESPACES ",{'type':'user','path':'/proc/1/ns/user'}", "");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	CHECK(harden_needs_id_range(c->in, &c->f));
	CHECK_CHANGE(c, "userns", "/linux/namespaces/6/path", "\"/proc/1/ns/user\"", NULL);
	CHECK(!c->out->linux_->namespaces[6].path);
	CHECK_INT(c->out->linux_->uid_mappings[0].host_id, 100000);
}

TEST(a_joined_user_namespace_is_honoured_unless_it_has_host_root)
{
	struct harden_case *c = case_new();
	struct ns_fact facts[7] = {[6] = {.exists = true,
					  .owner = NS_OWNER_FOREIGN,
					  .owner_ino = 7,
					  .maps = foreign_maps}};

	c->f.ns = facts;
	c->f.n_ns = 7;
	run_with(c, NAMESPACES ",{'type':'user','path':'/proc/9/ns/user'}", "");
	CHECK_QUIET(c, "userns");
	CHECK(!harden_needs_id_range(c->in, &c->f));
	facts[6].maps = host_maps;
	c->d = (struct decisions){0};
	run_with(c, NAMESPACES ",{'type':'user','path':'/proc/9/ns/user'}", "");
	CHECK_REFUSED(c, "userns", "/linux/uidMappings", "root, on the host");
}

TEST(maps_that_could_not_be_read_are_refused)
{
	struct harden_case *c = case_new();
	struct ns_fact facts[7] = {
		[6] = {.exists = true, .owner = NS_OWNER_FOREIGN, .owner_ino = 7}};

	c->f.ns = facts;
	c->f.n_ns = 7;
	run_with(c, NAMESPACES ",{'type':'user','path':'/proc/9/ns/user'}", "");
	CHECK_REFUSED(c, "userns", "/linux/namespaces", "no namespace path to join nor mappings");
}

#define JOINED                                                                                     \
	"{'type':'pid'},{'type':'network','path':'/proc/9/ns/net'},{'type':'ipc','path':"          \
	"'/proc/9/ns/ipc'},{'type':'uts'},{'type':'mount'},{'type':'cgroup'}"

TEST(the_owner_of_joined_namespaces_is_joined)
{
	struct harden_case *c = case_new();
	struct ns_fact facts[6] = {
		[1] = {.exists = true,
		       .owner = NS_OWNER_FOREIGN,
		       .owner_ino = 7,
		       .maps = foreign_maps},
		[2] = {.exists = true,
		       .owner = NS_OWNER_FOREIGN,
		       .owner_ino = 7,
		       .maps = foreign_maps},
	};

	c->f.ns = facts;
	c->f.n_ns = 6;
	run_with(c, JOINED, "");
	CHECK_QUIET(c, "userns");
	CHECK(decision_find(c, DECISION_NOTE, "userns", "/linux/namespaces/1"));
	CHECK(!harden_needs_id_range(c->in, &c->f));
	CHECK_INT(c->out->linux_->n_namespaces, 6);
	CHECK(!c->out->linux_->uid_mappings);
}

TEST(two_foreign_owners_are_refused)
{
	struct harden_case *c = case_new();
	struct ns_fact facts[6] = {
		[1] = {.exists = true,
		       .owner = NS_OWNER_FOREIGN,
		       .owner_ino = 7,
		       .maps = foreign_maps},
		[2] = {.exists = true,
		       .owner = NS_OWNER_FOREIGN,
		       .owner_ino = 8,
		       .maps = foreign_maps},
	};

	c->f.ns = facts;
	c->f.n_ns = 6;
	run_with(c, JOINED, "");
	CHECK_REFUSED(c, "userns", "/linux/namespaces/2", "belongs to another user namespace");
	CHECK_INT(decision_count(c, DECISION_REFUSE, "userns"), 1);
}

TEST(a_foreign_namespace_and_a_new_user_namespace_contradict)
{
	struct harden_case *c = case_new();
	struct ns_fact facts[7] = {
		[1] = {.exists = true,
		       .owner = NS_OWNER_FOREIGN,
		       .owner_ino = 7,
		       .maps = foreign_maps},
	};

	c->f.ns = facts;
	c->f.n_ns = 7;
	run_with(c, JOINED ",{'type':'user'}",
		 ",'uidMappings':[{'containerID':0,'hostID':300000,'size':65536}],"
		 "'gidMappings':[{'containerID':0,'hostID':300000,'size':65536}]");
	CHECK_REFUSED(c, "userns", "/linux/namespaces/1", "than the new one that is asked for");
	CHECK_INT(decision_count(c, DECISION_REFUSE, "userns"), 1);
}

TEST(a_foreign_namespace_of_another_owner_than_the_path_is_refused)
{
	struct harden_case *c = case_new();
	struct ns_fact facts[7] = {
		[1] = {.exists = true,
		       .owner = NS_OWNER_FOREIGN,
		       .owner_ino = 7,
		       .maps = foreign_maps},
		[6] = {.exists = true,
		       .owner = NS_OWNER_FOREIGN,
		       .owner_ino = 8,
		       .maps = foreign_maps},
	};

	c->f.ns = facts;
	c->f.n_ns = 7;
	run_with(c, JOINED ",{'type':'user','path':'/proc/10/ns/user'}", "");
	CHECK_REFUSED(c, "userns", "/linux/namespaces/1", "than the one that is asked for");
	CHECK_INT(decision_count(c, DECISION_REFUSE, "userns"), 1);
	facts[6].owner_ino = 7;
	c->e = (struct err){0};
	run_with(c, JOINED ",{'type':'user','path':'/proc/10/ns/user'}", "");
	CHECK_QUIET(c, "userns");
}

static const struct id_extent users[] = {{0, 1000, 1}, {1, 100000, 65536}};

TEST(inside_a_user_namespace_its_own_ids_are_all_there_are)
{
	struct harden_case *c = case_new();

	c->f.in_userns = true;
	c->f.range.size = 0;
	c->f.caller_ids = (struct id_maps){users, users, 2, 1};
	case_doc(c, "", "", "");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	CHECK(decision_find(c, DECISION_CHANGE, "userns", "/linux/namespaces/6"));
	CHECK_CHANGE(c, "userns", "/linux/uidMappings", NULL,
		     "[{\"containerID\":0,\"hostID\":1000,\"size\":1},{\"containerID\":1,"
		     "\"hostID\":100000,\"size\":65536}]");
	CHECK_CHANGE(c, "userns", "/linux/gidMappings", NULL,
		     "[{\"containerID\":0,\"hostID\":1000,\"size\":1}]");
	CHECK(!harden_needs_id_range(c->in, &c->f));
	/* No more than that. */
	case_run(c, "{'ociVersion':'1.2.0','process':{'cwd':'/','args':['x'],'user':{'uid':65537,"
		    "'gid':1}},'linux':{'namespaces':[" NAMESPACES "]}}");
	CHECK_REFUSED(c, "userns", "/process/user/uid", "user id 65537 is outside");
	CHECK(decision_find(c, DECISION_REFUSE, "userns", "/process/user/gid"));
	/* Nothing is known: nothing is guessed. */
	c->f.caller_ids = (struct id_maps){0};
	c->e = (struct err){0};
	case_doc(c, "", "", "");
	CHECK_REFUSED(c, "userns", "/linux/namespaces", "no id range");
}

TEST(a_user_namespace_with_host_root_gives_no_container_its_ids)
{
	struct harden_case *c = case_new();

	c->f.in_userns = c->f.host_root_mapped = true;
	c->f.range.size = 0;
	c->f.caller_ids = (struct id_maps){users, users, 2, 1};
	case_doc(c, "", "", "");
	CHECK_REFUSED(c, "userns", "/linux/namespaces", "has an id for root on the host");
	/* Whatever the maps say: they do not show what the ids are on the host. */
	c->e = (struct err){0};
	run_with(c, NAMESPACES ",{'type':'user'}",
		 ",'uidMappings':[{'containerID':0,'hostID':5,'size':9}],"
		 "'gidMappings':[{'containerID':0,'hostID':5,'size':9}]");
	CHECK_REFUSED(c, "userns", "/linux/namespaces", "has an id for root on the host");
	c->e = (struct err){0};
	c->p.userns.allow_host_root = true;
	case_doc(c, "", "", "");
	CHECK_MSG(!decision_find(c, DECISION_REFUSE, "userns", "/linux/namespaces"), "%s",
		  c->e.msg);
}

TEST(ids_outside_of_the_range_are_refused_and_named)
{
	struct harden_case *c = case_new();

	case_run(c, "{'ociVersion':'1.2.0','process':{'cwd':'/','args':['x'],'user':{'uid':65536,"
		    "'gid':70000,'additionalGids':[1,65535,65537]}},'linux':{'namespaces':"
		    "[" NAMESPACES "]}}");
	CHECK_REFUSED(c, "userns", "/process/user/uid", "user id 65536 is outside");
	CHECK(decision_find(c, DECISION_REFUSE, "userns", "/process/user/gid"));
	CHECK(decision_find(c, DECISION_REFUSE, "userns", "/process/user/additionalGids/2"));
	CHECK_INT(decision_count(c, DECISION_REFUSE, "userns"), 3);
}

TEST(the_first_additional_group_counts)
{
	struct harden_case *c = case_new();

	case_run(c, "{'ociVersion':'1.2.0','process':{'cwd':'/','args':['x'],'user':{'uid':0,"
		    "'gid':0,'additionalGids':[65536]}},'linux':{'namespaces':[" NAMESPACES "]}}");
	CHECK_REFUSED(c, "userns", "/process/user/additionalGids/0", "group id 65536 is outside");
}

TEST(the_highest_id_of_the_range_is_accepted)
{
	struct harden_case *c = case_new();

	case_run(c, "{'ociVersion':'1.2.0','process':{'cwd':'/','args':['x'],'user':{'uid':65535,"
		    "'gid':65535}},'linux':{'namespaces':[" NAMESPACES "]}}");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
}

/* The same three at the very first place of the list. */
TEST(the_first_entry_counts_like_any_other)
{
	struct harden_case *c = case_new();
	struct ns_fact facts[7] = {[0] = {.exists = true, .is_own = true}};

	c->f.ns = facts;
	c->f.n_ns = 7;
	run_with(c, "{'type':'user','path':'/proc/1/ns/user'}," NAMESPACES, "");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	CHECK_CHANGE(c, "userns", "/linux/namespaces/0/path", "\"/proc/1/ns/user\"", NULL);
	CHECK_INT(c->out->linux_->n_namespaces, 7);
	c = case_new();
	facts[0] = (struct ns_fact){
		.exists = true, .owner = NS_OWNER_FOREIGN, .owner_ino = 7, .maps = foreign_maps};
	c->f.ns = facts;
	c->f.n_ns = 6;
	run_with(c,
		 "{'type':'network','path':'/n'},{'type':'pid'},{'type':'ipc'},{'type':'uts'},"
		 "{'type':'mount'},{'type':'cgroup'}",
		 "");
	CHECK_QUIET(c, "userns");
	CHECK(decision_find(c, DECISION_NOTE, "userns", "/linux/namespaces/0"));
	CHECK(!harden_needs_id_range(c->in, &c->f));
	facts[6] = (struct ns_fact){
		.exists = true, .owner = NS_OWNER_FOREIGN, .owner_ino = 8, .maps = foreign_maps};
	c->f.n_ns = 7;
	run_with(c,
		 "{'type':'network','path':'/n'},{'type':'pid'},{'type':'ipc'},{'type':'uts'},"
		 "{'type':'mount'},{'type':'cgroup'},{'type':'user','path':'/u'}",
		 "");
	CHECK_REFUSED(c, "userns", "/linux/namespaces/0", "than the one that is asked for");
}

TEST(maps_for_users_alone_are_not_enough)
{
	struct harden_case *c = case_new();
	const char *maps = ",'uidMappings':[{'containerID':0,'hostID':200000,'size':1000}]";

	run_with(c, NAMESPACES ",{'type':'user'}", maps);
	CHECK_REFUSED(c, "userns", "/linux/namespaces", "nor mappings to apply specified");
	c = case_new();
	run_with(c, NAMESPACES, maps);
	CHECK_REFUSED(c, "userns", "/linux/namespaces", "nor mappings to apply specified");
	CHECK(!harden_needs_id_range(c->in, &c->f));
}

TEST(a_process_without_a_user_is_root)
{
	static const char doc[] = "{'ociVersion':'1.2.0','process':{'cwd':'/','args':['x']},"
				  "'linux':{'namespaces':[" NAMESPACES
				  ",{'type':'user'}],'uidMappings':[{'containerID':%d,'hostID':9,"
				  "'size':1}],'gidMappings':[{'containerID':%d,'hostID':9,'size':1}"
				  "]}}";
	struct harden_case *c = case_new();

	case_run(c, arena_printf(&c->a, doc, 0, 0));
	CHECK_QUIET(c, "userns");
	c = case_new();
	case_run(c, arena_printf(&c->a, doc, 1, 0));
	CHECK_REFUSED(c, "userns", "/process/user/uid", "user id 0 is outside");
	c = case_new();
	case_run(c, arena_printf(&c->a, doc, 0, 1));
	CHECK_REFUSED(c, "userns", "/process/user/gid", "group id 0 is outside");
}

TEST(the_maps_of_a_joined_owner_are_judged)
{
	struct harden_case *c = case_new();
	struct ns_fact facts[6] = {[1] = {.exists = true,
					  .owner = NS_OWNER_FOREIGN,
					  .owner_ino = 7,
					  .maps = host_maps}};

	c->f.ns = facts;
	c->f.n_ns = 6;
	run_with(c, JOINED, "");
	CHECK_REFUSED(c, "userns", "/linux/uidMappings", "root, on the host");
	CHECK(decision_find(c, DECISION_REFUSE, "userns", "/linux/gidMappings"));
	/* They are not ours to give: no matter what the pool is. */
	c = case_new();
	facts[1].maps = foreign_maps;
	c->f.ns = facts;
	c->f.n_ns = 6;
	c->f.pool = (struct id_extent){0, 200000, 1000000};
	run_with(c, JOINED, "");
	CHECK_QUIET(c, "userns");
}

TEST(the_first_entry_contradicts_like_any_other)
{
	struct ns_fact facts[7] = {[0] = {.exists = true,
					  .owner = NS_OWNER_FOREIGN,
					  .owner_ino = 7,
					  .maps = foreign_maps}};
	struct harden_case *c = case_new();

	c->f.ns = facts;
	c->f.n_ns = 7;
	run_with(c,
		 "{'type':'network','path':'/n'},{'type':'pid'},{'type':'ipc'},{'type':'uts'},"
		 "{'type':'mount'},{'type':'cgroup'},{'type':'user'}",
		 ",'uidMappings':[{'containerID':0,'hostID':300000,'size':65536}],"
		 "'gidMappings':[{'containerID':0,'hostID':300000,'size':65536}]");
	CHECK_REFUSED(c, "userns", "/linux/namespaces/0", "than the new one that is asked for");
}

TEST(ids_are_looked_for_in_each_map)
{
	static const struct {
		unsigned id;
		bool mapped;
	} ids[] = {{0, true},	 {1, false},	{999, false}, {1000, true},
		   {1009, true}, {1010, false}, {2000, true}, {2001, false}};

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct harden_case *c = case_new();
		case_run(c, arena_printf(
				    &c->a,
				    "{'ociVersion':'1.2.0','process':{'cwd':'/','args':['x'],"
				    "'user':{'uid':%u,'gid':0}},'linux':{'namespaces':[" NAMESPACES
				    ",{'type':'user'}],'uidMappings':[{'containerID':1000,'hostID':"
				    "5000,'size':10},{'containerID':0,'hostID':9000,'size':1},{"
				    "'containerID':2000,'hostID':7000,'size':1}],'gidMappings':[{"
				    "'containerID':0,'hostID':5000,'size':1}]}}",
				    ids[i].id));
		CHECK_MSG(c->r == (ids[i].mapped ? 0 : -EPERM), "%u: %s", ids[i].id, c->e.msg);
	}
}

TEST(groups_of_the_pool_are_refused_as_users_are)
{
	struct harden_case *c = case_new();

	c->f.pool = (struct id_extent){0, 0x70000000, 0x10000000};
	run_with(c, NAMESPACES ",{'type':'user'}",
		 ",'uidMappings':[{'containerID':0,'hostID':5,'size':9}],"
		 "'gidMappings':[{'containerID':0,'hostID':1879048192,'size':1}]");
	CHECK_REFUSED(c, "userns", "/linux/gidMappings/0", "is of the pool");
}

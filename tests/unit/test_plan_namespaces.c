/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_plan_namespaces.c: plan/namespaces.c and idmaps.c. */
#include <errno.h>
#include <sched.h>

#include "harden_case.h"
#include "plan/namespaces.h"

#define MAPS                                                                                       \
	",'uidMappings':[{'containerID':0,'hostID':200000,'size':1000},{'containerID':5000,"       \
	"'hostID':500000,'size':10}],'gidMappings':[{'containerID':0,'hostID':210000,'size':1000}" \
	"]"

static const struct id_extent foreign_extent[] = {{0, 300000, 65536}};
#define FOREIGN(inode)                                                                             \
	{                                                                                          \
		.exists = true, .owner = NS_OWNER_FOREIGN, .owner_ino = (inode), .maps = {         \
			foreign_extent,                                                            \
			foreign_extent,                                                            \
			1,                                                                         \
			1                                                                          \
		}                                                                                  \
	}

/* Plan a document as it is, without hardening. */
static struct namespaces_plan plan(struct harden_case *c, const char *text)
{
	struct namespaces_plan p = {0};
	char *json = arena_strdup(&c->a, text);

	for (char *s = json; *s; s++)
		if (*s == '\'')
			*s = '"';
	int r = spec_parse(json, strlen(json), &c->a, &c->in, &c->e);
	CHECK_MSG(r == 0, "%s", c->e.msg);
	c->r = namespaces_plan_make(c->in, &c->f, &c->a, &p, &c->e);
	return p;
}

#define DOC(ns, linux_, top)                                                                       \
	"{'ociVersion':'1.2.0'" top ",'linux':{'namespaces':[" ns "]" linux_ "}}"
#define CHECK_OK(c) CHECK_MSG((c)->r == 0, "%s", (c)->e.msg)
#define CHECK_SPEC(c, msg_)                                                                        \
	do {                                                                                       \
		CHECK((c)->r < 0 && (c)->e.kind == ERR_SPEC);                                      \
		CHECK_STR((c)->e.msg, msg_);                                                       \
	} while (0)

TEST(kinds_have_their_flags_and_files)
{
	CHECK_INT(ns_kind_clone_flag(NS_USER), CLONE_NEWUSER);
	CHECK_INT(ns_kind_clone_flag(NS_MNT), CLONE_NEWNS);
	CHECK_INT(ns_kind_clone_flag(NS_NET), CLONE_NEWNET);
	CHECK_INT(ns_kind_clone_flag(NS_TIME), 0x80);
	CHECK_STR(ns_kind_proc_name(NS_NET), "net");
	CHECK_STR(ns_kind_proc_name(NS_MNT), "mnt");
	CHECK_STR(ns_kind_proc_name(NS_CGROUP), "cgroup");
}

TEST(ids_go_through_the_extents)
{
	static const struct id_extent x[] = {{0, 100, 10}, {20, 500, 1}};

	CHECK_INT(ids_to_host(x, 2, 0), 100);
	CHECK_INT(ids_to_host(x, 2, 9), 109);
	CHECK_INT(ids_to_host(x, 2, 10), UINT32_MAX);
	CHECK_INT(ids_to_host(x, 2, 20), 500);
	CHECK_INT(ids_to_host(x, 2, 21), UINT32_MAX);
	CHECK_INT(ids_to_host(NULL, 0, 0), UINT32_MAX);
}

TEST(new_ones_with_the_callers_maps)
{
	struct harden_case *c = case_new();

	c->f.range.size = 0;
	struct namespaces_plan p =
		plan(c, DOC(NAMESPACES ",{'type':'user'},{'type':'time'}", MAPS, ""));
	CHECK_OK(c);
	for (int k = 0; k < NS_KINDS; k++)
		CHECK_INT(p.ns[k].mode, NS_NEW);
	CHECK_INT(p.root_uid, 200000);
	CHECK_INT(p.root_gid, 210000);
	CHECK_INT(p.maps.n_uid, 2);
	CHECK_INT(ids_to_host(p.maps.uid, p.maps.n_uid, 5009), 500009);
	CHECK(!p.idmap_rootfs);
	CHECK(namespaces_owned_by_container(&p, NS_NET));
}

TEST(the_reserved_range_means_an_idmapped_rootfs)
{
	struct harden_case *c = case_new();

	case_doc(c, "", "", "");
	CHECK_OK(c);
	struct namespaces_plan p;
	CHECK_INT(namespaces_plan_make(c->out, &c->f, &c->a, &p, &c->e), 0);
	CHECK(p.idmap_rootfs);
	CHECK_INT(p.root_uid, 100000);
}

TEST(joining_by_owner)
{
	struct harden_case *c = case_new();
	struct ns_fact facts[5] = {[0] = FOREIGN(7),
				   [1] = {.exists = true, .owner = NS_OWNER_HOST},
				   [2] = {.exists = true, .is_own = true}};

	c->f.ns = facts;
	c->f.n_ns = 5;
	struct namespaces_plan p = plan(
		c, DOC("{'type':'pid','path':'/p'},{'type':'network','path':'/n'},{'type':'ipc',"
		       "'path':'/i'},{'type':'mount'}",
		       "", ""));
	CHECK_OK(c);
	CHECK_INT(p.ns[NS_PID].mode, NS_JOIN_FOREIGN_OWNED);
	CHECK_STR(p.ns[NS_PID].path, "/p");
	CHECK_INT(p.ns[NS_NET].mode, NS_JOIN_HOST_OWNED);
	CHECK_STR(p.ns[NS_NET].path, "/n");
	CHECK_INT(p.ns[NS_IPC].mode, NS_SHARED);
	CHECK(!p.ns[NS_IPC].path);
	CHECK_INT(p.ns[NS_UTS].mode, NS_SHARED);
	CHECK_INT(p.ns[NS_USER].mode, NS_JOIN_FOREIGN_OWNED);
	CHECK(!p.ns[NS_USER].path);
	CHECK_STR(p.ns[NS_USER].owner_path, "/p");
	CHECK_INT(p.root_uid, 300000);
	CHECK(p.idmap_rootfs);
	CHECK(namespaces_owned_by_container(&p, NS_PID));
	CHECK(namespaces_owned_by_container(&p, NS_MNT));
	CHECK(!namespaces_owned_by_container(&p, NS_NET));
	CHECK(!namespaces_owned_by_container(&p, NS_IPC));
}

TEST(a_user_namespace_by_path)
{
	struct harden_case *c = case_new();
	struct ns_fact facts[2] = {[0] = FOREIGN(7)};

	c->f.ns = facts;
	c->f.n_ns = 2;
	struct namespaces_plan p =
		plan(c, DOC("{'type':'user','path':'/u'},{'type':'mount'}", "", ""));
	CHECK_OK(c);
	CHECK_INT(p.ns[NS_USER].mode, NS_JOIN_FOREIGN_OWNED);
	CHECK_STR(p.ns[NS_USER].path, "/u");
	CHECK_INT(p.root_uid, 300000);
	CHECK(!p.idmap_rootfs);
	/* wherever in the list it is, and others with it */
	c = case_new();
	c->f.ns = (struct ns_fact[]){FOREIGN(7), {0}, FOREIGN(7)};
	c->f.n_ns = 3;
	plan(c, DOC("{'type':'user','path':'/u'},{'type':'mount'},{'type':'pid','path':'/p'}", "",
		    ""));
	CHECK_OK(c);
	c = case_new();
	c->f.ns = (struct ns_fact[]){{0}, FOREIGN(7)};
	c->f.n_ns = 2;
	p = plan(c, DOC("{'type':'mount'},{'type':'user','path':'/u'}", "", ""));
	CHECK_OK(c);
	CHECK_INT(p.root_uid, 300000);
}

TEST(maps_besides_a_path_have_to_be_the_same)
{
	struct harden_case *c = case_new();
	struct ns_fact facts[2] = {[0] = FOREIGN(7)};
	const char *same = "{'type':'user','path':'/u'},{'type':'mount'}],'uidMappings':[{"
			   "'containerID':0,'hostID':300000,'size':65536}]";

	c->f.ns = facts;
	c->f.n_ns = 2;
	plan(c, arena_printf(&c->a, "{'ociVersion':'1.2.0','linux':{'namespaces':[%s}}", same));
	CHECK_OK(c);
	plan(c, DOC("{'type':'user','path':'/u'},{'type':'mount'}", MAPS, ""));
	CHECK_SPEC(c, "/linux/uidMappings: the user namespace to join has other id maps");
}

/* The runtime's own ids, and what its caller knows them by. */
static const struct id_extent callers[] = {{0, 1000, 1}, {1, 100000, 1000}, {1001, 300000, 50}};

static struct namespaces_plan plan_rootless(struct harden_case *c, const char *maps)
{
	c->f.in_userns = true;
	c->f.caller_ids = (struct id_maps){callers, callers, 3, 3};
	return plan(c, arena_printf(&c->a,
				    DOC("{'type':'user'},{'type':'mount'}",
					",'uidMappings':[%s],'gidMappings':[%s]", ""),
				    maps, "{'containerID':0,'hostID':1000,'size':1}"));
}

TEST(ids_of_the_caller_become_those_of_the_runtime)
{
	struct harden_case *c = case_new();
	struct namespaces_plan p = plan_rootless(c, "{'containerID':0,'hostID':1000,'size':1},"
						    "{'containerID':7,'hostID':100500,'size':500}");

	CHECK_OK(c);
	CHECK_INT(p.maps.n_uid, 2);
	CHECK_INT(p.maps.uid[0].outside, 0);
	CHECK_INT(p.maps.uid[1].inside, 7);
	CHECK_INT(p.maps.uid[1].outside, 501);
	CHECK_INT(p.maps.uid[1].size, 500);
	CHECK_INT(p.root_uid, 0);
	CHECK(!p.idmap_rootfs);
}

TEST(a_mapping_is_cut_where_the_runtimes_own_ends)
{
	static const struct id_extent own[] = {{0, 0, 1}, {1, 1, 99}};
	struct harden_case *c = case_new();

	c->f.in_userns = true;
	c->f.caller_ids = (struct id_maps){own, own, 2, 2};
	struct namespaces_plan p =
		plan(c, DOC("{'type':'user'},{'type':'mount'}",
			    ",'uidMappings':[{'containerID':10,'hostID':1,'size':5},"
			    "{'containerID':0,'hostID':0,'size':1}],"
			    "'gidMappings':[{'containerID':0,'hostID':0,'size':100}]",
			    ""));

	CHECK_OK(c);
	CHECK_INT(p.maps.n_gid, 2);
	CHECK_INT(p.maps.gid[0].size, 1);
	CHECK_INT(p.maps.gid[1].inside, 1);
	CHECK_INT(p.maps.gid[1].outside, 1);
	CHECK_INT(p.maps.gid[1].size, 99);
}

TEST(nothing_is_idmapped_where_the_runtime_is_in_a_user_namespace)
{
	static const struct ns_fact joined[] = {FOREIGN(7), {0}};

	for (int in = 0; in < 2; in++) {
		struct harden_case *c = case_new();
		c->f.in_userns = in;
		c->f.ns = joined;
		c->f.n_ns = 2;
		struct namespaces_plan p =
			plan(c, DOC("{'type':'ipc','path':'/i'},{'type':'mount'}", "", ""));
		CHECK_OK(c);
		CHECK_INT(p.ns[NS_USER].mode, NS_JOIN_FOREIGN_OWNED);
		CHECK_INT(p.idmap_rootfs, !in);
	}
}

TEST(an_id_that_the_caller_does_not_have_is_named)
{
	static const struct {
		const char *maps;
		unsigned index, id;
	} bad[] = {
		{"{'containerID':0,'hostID':0,'size':1}", 0, 0},
		{"{'containerID':0,'hostID':1000,'size':2}", 0, 1001},
		{"{'containerID':0,'hostID':1000,'size':1},"
		 "{'containerID':1,'hostID':100999,'size':2}",
		 1, 101000},
		{"{'containerID':0,'hostID':1000,'size':1},"
		 "{'containerID':1,'hostID':4294967000,'size':2}",
		 1, 4294967000},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct harden_case *c = case_new();
		plan_rootless(c, bad[i].maps);
		CHECK(c->r < 0 && c->e.kind == ERR_HOST);
		CHECK_STR(c->e.msg,
			  arena_printf(&c->a,
				       "/linux/uidMappings/%u/hostID: %u is not an id that this "
				       "caller has (see subuid(5) and newuidmap(1))",
				       bad[i].index, bad[i].id));
	}
}

TEST(no_user_namespace_at_all)
{
	struct harden_case *c = case_new();

	c->f.in_userns = true;
	struct namespaces_plan p = plan(c, DOC(NAMESPACES, "", ""));
	CHECK_OK(c);
	CHECK_INT(p.ns[NS_USER].mode, NS_SHARED);
	CHECK_INT(ids_to_host(p.maps.uid, p.maps.n_uid, 4242), 4242);
	CHECK_INT(ids_to_host(p.maps.gid, p.maps.n_gid, 5), 5);
	CHECK_INT(p.root_uid, 0);
	CHECK(!p.idmap_rootfs);
	CHECK(!namespaces_owned_by_container(&p, NS_PID));
}

TEST(a_path_to_nothing_is_an_error)
{
	struct harden_case *c = case_new();

	plan(c, DOC("{'type':'mount'},{'type':'network','path':'/nowhere'}", "", ""));
	CHECK_SPEC(c,
		   "/linux/namespaces/1/path: \"/nowhere\" does not lead to a network namespace");
}

TEST(two_foreign_owners_are_an_error)
{
	struct harden_case *c = case_new();
	struct ns_fact facts[3] = {[0] = FOREIGN(7), [1] = FOREIGN(8)};

	c->f.ns = facts;
	c->f.n_ns = 3;
	plan(c,
	     DOC("{'type':'pid','path':'/p'},{'type':'ipc','path':'/i'},{'type':'mount'}", "", ""));
	CHECK_SPEC(c, "/linux/namespaces/1/path: belongs to another user namespace than the "
		      "container's");
	c = case_new();
	c->f.ns = facts;
	c->f.n_ns = 3;
	plan(c, DOC("{'type':'pid','path':'/p'},{'type':'user','path':'/u'},{'type':'mount'}", "",
		    ""));
	CHECK_SPEC(c, "/linux/namespaces/0/path: belongs to another user namespace than the "
		      "container's");
	c = case_new();
	c->f.ns = facts;
	c->f.n_ns = 1;
	plan(c, DOC("{'type':'pid','path':'/p'},{'type':'user'},{'type':'mount'}", MAPS, ""));
	CHECK_SPEC(c, "/linux/namespaces/0/path: belongs to another user namespace than the "
		      "container's");
}

TEST(maps_are_checked_as_the_kernel_does)
{
	static const struct {
		const char *uid, *error;
	} bad[] = {
		{"",
		 "/linux/uidMappings: user namespaces enabled, but no namespace path to join nor "
		 "mappings to apply specified"},
		{"{'containerID':0,'hostID':5,'size':0}",
		 "/linux/uidMappings/0: size must not be 0"},
		{"{'containerID':0,'hostID':4294967000,'size':1000}",
		 "/linux/uidMappings/0: goes beyond the highest id"},
		{"{'containerID':4294967000,'hostID':0,'size':1000}",
		 "/linux/uidMappings/0: goes beyond the highest id"},
		{"{'containerID':0,'hostID':5,'size':9},{'containerID':8,'hostID':100,'size':1}",
		 "/linux/uidMappings/1: overlaps an earlier mapping"},
		{"{'containerID':10,'hostID':5,'size':5},{'containerID':12,'hostID':100,'size':1}",
		 "/linux/uidMappings/1: overlaps an earlier mapping"},
		{"{'containerID':12,'hostID':5,'size':1},{'containerID':10,'hostID':100,'size':5}",
		 "/linux/uidMappings/1: overlaps an earlier mapping"},
		{"{'containerID':50,'hostID':5,'size':9},{'containerID':0,'hostID':1,'size':5}",
		 "/linux/uidMappings/1: overlaps an earlier mapping"},
		{"{'containerID':1,'hostID':5,'size':9}",
		 "/linux/uidMappings: id 0 of the container is not mapped to an id of the host"},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct harden_case *c = case_new();
		plan(c,
		     arena_printf(&c->a,
				  "{'ociVersion':'1.2.0','linux':{'namespaces':[{'type':'user'},{"
				  "'type':'mount'}],'uidMappings':[%s],'gidMappings':[{"
				  "'containerID':0,'hostID':1,'size':1}]}}",
				  bad[i].uid));
		CHECK_SPEC(c, bad[i].error);
	}
}

/* The same for groups, and what is just not too much. */
TEST(maps_of_groups_are_checked_too)
{
	static const struct {
		const char *gid, *error;
	} table[] = {
		{"",
		 "/linux/gidMappings: user namespaces enabled, but no namespace path to join nor "
		 "mappings to apply specified"},
		{"{'containerID':0,'hostID':5,'size':0}",
		 "/linux/gidMappings/0: size must not be 0"},
		{"{'containerID':0,'hostID':5,'size':9},{'containerID':0,'hostID':100,'size':1}",
		 "/linux/gidMappings/1: overlaps an earlier mapping"},
		{"{'containerID':0,'hostID':5,'size':9},{'containerID':9,'hostID':13,'size':1}",
		 "/linux/gidMappings/1: overlaps an earlier mapping"},
		{"{'containerID':0,'hostID':5,'size':9},{'containerID':9,'hostID':14,'size':1}",
		 NULL},
		{"{'containerID':9,'hostID':14,'size':1},{'containerID':0,'hostID':5,'size':9}",
		 NULL},
		{"{'containerID':0,'hostID':4294966295,'size':1000}", NULL},
		{"{'containerID':0,'hostID':4294966296,'size':1000}",
		 "/linux/gidMappings/0: goes beyond the highest id"},
		{"{'containerID':0,'hostID':1,'size':1},{'containerID':4294966295,'hostID':9,"
		 "'size':1000}",
		 NULL},
		{"{'containerID':0,'hostID':1,'size':1},{'containerID':4294966296,'hostID':9,"
		 "'size':1000}",
		 "/linux/gidMappings/1: goes beyond the highest id"},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct harden_case *c = case_new();
		plan(c,
		     arena_printf(&c->a,
				  "{'ociVersion':'1.2.0','linux':{'namespaces':[{'type':'user'},{"
				  "'type':'mount'}],'gidMappings':[%s],'uidMappings':[{"
				  "'containerID':0,'hostID':1,'size':1}]}}",
				  table[i].gid));
		if (table[i].error)
			CHECK_SPEC(c, table[i].error);
		else
			CHECK_OK(c);
	}
}

TEST(too_many_maps_are_an_error)
{
	struct harden_case *c = case_new();
	AUTO_STRBUF b = STRBUF_INIT;

	for (int i = 0; i < 341; i++)
		strbuf_addf(&b, "%s{'containerID':%d,'hostID':%d,'size':1}", i ? "," : "", i,
			    i + 1);
	plan(c, arena_printf(&c->a,
			     "{'ociVersion':'1.2.0','linux':{'namespaces':[{'type':'user'},{"
			     "'type':'mount'}],'uidMappings':[%s]}}",
			     b.buf));
	CHECK_SPEC(c, "/linux/uidMappings: more than 340 mappings");
	*strrchr(b.buf, '{') = '\0';
	*strrchr(b.buf, ',') = '\0';
	c = case_new();
	plan(c, arena_printf(&c->a,
			     "{'ociVersion':'1.2.0','linux':{'namespaces':[{'type':'user'},{"
			     "'type':'mount'}],'uidMappings':[%s],'gidMappings':[%s]}}",
			     b.buf, b.buf));
	CHECK_OK(c);
}

TEST(the_mount_namespace_of_any_kind)
{
	struct harden_case *c = case_new();
	struct ns_fact facts[1] = {{.exists = true, .owner = NS_OWNER_HOST}};
	struct namespaces_plan p = plan(c, DOC("{'type':'pid'}", "", ""));

	CHECK_OK(c);
	CHECK(p.ns[NS_MNT].mode == NS_SHARED);
	c->f.in_userns = true;
	plan(c, DOC("{'type':'pid'}", "", ""));
	CHECK(c->r == -ENOTSUP);
	c = case_new();
	c->f.ns = facts;
	c->f.n_ns = 1;
	p = plan(c, DOC("{'type':'mount','path':'/m'}", "", ""));
	CHECK_OK(c);
	CHECK(p.ns[NS_MNT].mode == NS_JOIN_HOST_OWNED);
	facts[0].is_own = true;
	p = plan(c, DOC("{'type':'mount','path':'/m'}", "", ""));
	CHECK_OK(c);
	CHECK(p.ns[NS_MNT].mode == NS_SHARED);
}

TEST(a_path_that_cannot_be_opened_is_no_wrong_one)
{
	struct harden_case *c = case_new();
	struct ns_fact facts[1] = {{.error = EACCES}};

	c->f.ns = facts;
	c->f.n_ns = 1;
	plan(c, DOC("{'type':'network','path':'/proc/1/ns/net'}", "", ""));
	CHECK(c->r == -EACCES);
	facts[0].error = ENOENT;
	plan(c, DOC("{'type':'network','path':'/proc/1/ns/net'}", "", ""));
	CHECK(c->r == -EINVAL);
}

TEST(names_need_a_uts_namespace)
{
	struct harden_case *c = case_new();
	struct namespaces_plan p = plan(
		c, DOC("{'type':'mount'},{'type':'uts'}", "", ",'hostname':'h','domainname':''"));

	CHECK_OK(c);
	CHECK_STR(p.hostname, "h");
	CHECK(!p.domainname);
	plan(c, DOC("{'type':'mount'}", "", ",'hostname':'h'"));
	CHECK_SPEC(c, "/hostname: unable to set it without a private UTS namespace");
	c = case_new();
	plan(c, DOC("{'type':'mount'}", "", ",'domainname':'d'"));
	CHECK_SPEC(c, "/domainname: unable to set it without a private UTS namespace");
	c = case_new();
	plan(c, DOC("{'type':'mount'},{'type':'uts'}", "",
		    ",'hostname':'"
		    "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg'"));
	CHECK_OK(c);
	plan(c, DOC("{'type':'mount'},{'type':'uts'}", "",
		    ",'hostname':'"
		    "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggggg'"));
	CHECK_SPEC(c, "/hostname: longer than 64 bytes");
}

TEST(time_offsets_need_a_time_namespace)
{
	struct harden_case *c = case_new();
	struct namespaces_plan p = plan(
		c,
		DOC("{'type':'mount'},{'type':'time'}",
		    ",'timeOffsets':{'boottime':{'secs':-5,'nanosecs':7},'monotonic':{'secs':3}}",
		    ""));

	CHECK_OK(c);
	CHECK(p.boottime.set && p.monotonic.set);
	CHECK_INT(p.boottime.secs, -5);
	CHECK_INT(p.boottime.nanosecs, 7);
	CHECK_INT(p.monotonic.secs, 3);
	plan(c, DOC("{'type':'mount'}", ",'timeOffsets':{'boottime':{'secs':1}}", ""));
	CHECK_SPEC(c, "/linux/timeOffsets: a new time namespace is needed");
	c = case_new();
	plan(c, DOC("{'type':'mount'},{'type':'time'}",
		    ",'timeOffsets':{'boottime':{'secs':1},'realtime':{'secs':3}}", ""));
	CHECK_SPEC(c, "/linux/timeOffsets: unknown clock \"realtime\"");
	c = case_new();
	p = plan(c, DOC("{'type':'mount'},{'type':'time'}", "", ""));
	CHECK(!p.boottime.set && !p.monotonic.set);
}

TEST(half_of_the_range_is_not_the_range)
{
	struct harden_case *c = case_new();
	struct namespaces_plan p =
		plan(c, DOC("{'type':'user'},{'type':'mount'}",
			    ",'uidMappings':[{'containerID':0,'hostID':100000,'size':65536}],"
			    "'gidMappings':[{'containerID':0,'hostID':200000,'size':65536}]",
			    ""));

	CHECK_OK(c);
	CHECK(!p.idmap_rootfs);
	p = plan(c, DOC("{'type':'user'},{'type':'mount'}",
			",'uidMappings':[{'containerID':0,'hostID':100000,'size':65535}],"
			"'gidMappings':[{'containerID':0,'hostID':100000,'size':65535}]",
			""));
	CHECK_OK(c);
	CHECK(!p.idmap_rootfs);
}

TEST(neighbouring_maps_do_not_overlap)
{
	struct harden_case *c = case_new();

	plan(c, DOC("{'type':'user'},{'type':'mount'}",
		    ",'uidMappings':[{'containerID':10,'hostID':110,'size':10},{'containerID':0,"
		    "'hostID':100,'size':10},{'containerID':20,'hostID':120,'size':1}],"
		    "'gidMappings':[{'containerID':0,'hostID':100,'size':1}]",
		    ""));
	CHECK_OK(c);
}

TEST(group_maps_besides_a_path_have_to_be_the_same_too)
{
	struct harden_case *c = case_new();
	struct ns_fact facts[2] = {[0] = FOREIGN(7)};

	c->f.ns = facts;
	c->f.n_ns = 2;
	plan(c, DOC("{'type':'user','path':'/u'},{'type':'mount'}",
		    ",'uidMappings':[{'containerID':0,'hostID':300000,'size':65536}],"
		    "'gidMappings':[{'containerID':0,'hostID':300000,'size':65537}]",
		    ""));
	CHECK_SPEC(c, "/linux/uidMappings: the user namespace to join has other id maps");
}

TEST(user_maps_besides_a_path_are_compared_one_by_one)
{
	struct harden_case *c = case_new();
	struct ns_fact facts[2] = {[0] = FOREIGN(7)};

	c->f.ns = facts;
	c->f.n_ns = 2;
	plan(c, DOC("{'type':'user','path':'/u'},{'type':'mount'}",
		    ",'uidMappings':[{'containerID':0,'hostID':300001,'size':1},{'containerID':5,"
		    "'hostID':300005,'size':1}],"
		    "'gidMappings':[{'containerID':0,'hostID':300000,'size':65536}]",
		    ""));
	CHECK_SPEC(c, "/linux/uidMappings: the user namespace to join has other id maps");
}

TEST(as_many_maps_as_the_kernel_takes)
{
	struct harden_case *c = case_new();
	AUTO_STRBUF b = STRBUF_INIT;

	for (int i = 0; i < 340; i++)
		strbuf_addf(&b, "%s{'containerID':%d,'hostID':%d,'size':1}", i ? "," : "", i,
			    i + 1);
	plan(c, arena_printf(&c->a,
			     "{'ociVersion':'1.2.0','linux':{'namespaces':[{'type':'user'},{"
			     "'type':'mount'}],'uidMappings':[%s],'gidMappings':[%s]}}",
			     b.buf, b.buf));
	CHECK_OK(c);
}

TEST(paths_without_any_facts_lead_nowhere)
{
	struct harden_case *c = case_new();

	plan(c, DOC("{'type':'pid','path':'/p'},{'type':'mount'}", "", ""));
	CHECK_SPEC(c, "/linux/namespaces/0/path: \"/p\" does not lead to a pid namespace");
}

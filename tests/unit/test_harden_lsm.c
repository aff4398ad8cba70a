/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_harden_lsm.c: harden/apparmor.c, harden/selinux.c, harden/landlock.c, plan/landlock.c. */
#include <errno.h>

#include "harden_case.h"
#include "plan/landlock.h"

#define PROFILE "/process/apparmorProfile"
#define LABEL	"/process/selinuxLabel"

static struct profile_fact profiles[3];

/* A host with AppArmor, where the built-in policy's profile has @mode. */
static struct harden_case *apparmor(enum profile_mode mode)
{
	struct harden_case *c = case_new();

	profiles[0] = (struct profile_fact){"bulkhead-default", mode};
	c->f.apparmor = true;
	c->f.profiles = profiles;
	c->f.n_profiles = 1;
	return c;
}

static void know_profile(struct harden_case *c, const char *name, enum profile_mode mode)
{
	profiles[c->f.n_profiles++] = (struct profile_fact){name, mode};
}

static void run_profile(struct harden_case *c, const char *profile)
{
	case_doc(c, arena_printf(&c->a, ",'apparmorProfile':'%s'", profile), "", "");
}

TEST(a_host_without_modules_is_left_alone)
{
	struct harden_case *c = case_new();

	c->p.apparmor.require = c->p.selinux.require = true;
	case_doc(c, ",'apparmorProfile':'unconfined','selinuxLabel':'u:r:spc_t:s0'", "", "");
	CHECK_QUIET(c, "apparmor");
	CHECK_QUIET(c, "selinux");
	CHECK_QUIET(c, "landlock");
	CHECK_INT(decision_count(c, DECISION_NOTE, "landlock"), 0);
	CHECK_STR(c->out->process->apparmor_profile, "unconfined");
}

TEST(the_profile_of_the_policy)
{
	struct harden_case *c = apparmor(PROFILE_ENFORCED);

	case_doc(c, "", "", "");
	CHECK_CHANGE(c, "apparmor", PROFILE, NULL, "\"bulkhead-default\"");
	CHECK_STR(c->out->process->apparmor_profile, "bulkhead-default");
	run_profile(c, "");
	CHECK_CHANGE(c, "apparmor", PROFILE, NULL, "\"bulkhead-default\"");
	c->p.apparmor.profile = NULL;
	run_profile(c, "");
	CHECK_QUIET(c, "apparmor");
}

TEST(the_profile_of_the_config_is_kept)
{
	static const char *const kept[] = {"docker-default", "bulkhead-default", ":ns:x",
					   "unconfined_foo", "a//&unconfined",	 "&b",
					   "x (y)"};

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		struct harden_case *c = apparmor(PROFILE_NOT_LOADED);
		c->p.apparmor.require = true;
		run_profile(c, kept[i]);
		CHECK_QUIET(c, "apparmor");
		CHECK_STR(c->out->process->apparmor_profile, kept[i]);
	}
}

TEST(unconfined_in_every_spelling)
{
	static const char *const bad[] = {"unconfined",
					  "::unconfined",
					  ":ns:unconfined",
					  ":ns://unconfined",
					  "&unconfined",
					  "ubuntu-runc",
					  "unconfined//&:root:unconfined",
					  "&ubuntu-runc//&unconfined"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct harden_case *c = apparmor(PROFILE_ENFORCED);
		know_profile(c, "ubuntu-runc", PROFILE_UNCONFINED);
		run_profile(c, bad[i]);
		CHECK_REFUSED(c, "apparmor", PROFILE, "would not be confined");
		c->p.apparmor.allow_unconfined = true;
		run_profile(c, bad[i]);
		CHECK_QUIET(c, "apparmor");
		CHECK(decision_find(c, DECISION_NOTE, "apparmor", PROFILE));
		CHECK_STR(c->out->process->apparmor_profile, bad[i]);
	}
}

TEST(a_profile_that_is_not_in_force)
{
	static const struct {
		enum profile_mode mode;
		const char *why;
	} cases[] = {
		{PROFILE_NOT_LOADED, "is not loaded"},
		{PROFILE_UNCONFINED, "confines nothing"},
		{PROFILE_UNKNOWN, "cannot be read here"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct harden_case *c = apparmor(cases[i].mode);
		case_doc(c, "", "", "");
		CHECK_QUIET(c, "apparmor");
		CHECK_HAS(decision_find(c, DECISION_NOTE, "apparmor", PROFILE)->why, cases[i].why);
		CHECK(!c->out->process->apparmor_profile);
		c->p.apparmor.require = true;
		case_doc(c, "", "", "");
		CHECK_REFUSED(c, "apparmor", PROFILE, cases[i].why);
	}
}

TEST(complain_mode_is_said)
{
	struct harden_case *c = apparmor(PROFILE_COMPLAINS);

	case_doc(c, "", "", "");
	CHECK_HAS(decision_find(c, DECISION_CHANGE, "apparmor", PROFILE)->why, "only logged");
	c->p.apparmor.require = true;
	case_doc(c, "", "", "");
	CHECK_REFUSED(c, "apparmor", PROFILE, "complain mode");
	know_profile(c, "mine", PROFILE_COMPLAINS);
	run_profile(c, "mine");
	CHECK_HAS(decision_find(c, DECISION_NOTE, "apparmor", PROFILE)->why, "only logged");
}

static struct harden_case *selinux(void)
{
	struct harden_case *c = case_new();

	c->f.selinux = c->f.selinux_enforcing = c->f.selinux_label_known = true;
	return c;
}

TEST(the_label_of_the_policy)
{
	struct harden_case *c = selinux();

	/* 100000 >> 16 is 1: categories 1 and 2. */
	case_doc(c, "", "", "");
	CHECK_CHANGE(c, "selinux", LABEL, NULL,
		     "\"system_u:system_r:bulkhead_container_t:s0:c1,c2\"");
	CHECK_CHANGE(c, "selinux", "/linux/mountLabel", NULL,
		     "\"system_u:object_r:bulkhead_file_t:s0:c1,c2\"");
	CHECK_STR(c->out->process->selinux_label,
		  "system_u:system_r:bulkhead_container_t:s0:c1,c2");
	CHECK_STR(c->out->linux_->mount_label, "system_u:object_r:bulkhead_file_t:s0:c1,c2");
	c->p.selinux.categories = false;
	case_doc(c, "", ",'mountLabel':'u:object_r:their_t:s0'", "");
	CHECK_STR(c->out->process->selinux_label, "system_u:system_r:bulkhead_container_t:s0");
	CHECK_STR(c->out->linux_->mount_label, "u:object_r:their_t:s0");
}

static const char *label_at(struct harden_case *c, uint32_t first)
{
	c->f.range.outside = first;
	case_doc(c, "", "", "");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	return c->out->process->selinux_label;
}

/* Every range that the built-in pool and the largest possible pool can give. */
TEST(no_two_ranges_have_the_same_pair)
{
	static bool seen[1024][1024];
	static const uint32_t firsts[] = {100000, 65536};
	unsigned low, high;

	for (size_t k = 0; k < sizeof(firsts) / sizeof(firsts[0]); k++) {
		memset(seen, 0, sizeof(seen));
		for (uint64_t id = firsts[k]; id + 65536 <= UINT32_MAX; id += 65536) {
			/* Only some through the whole layer; it is one function of id >> 16. */
			if (id > (200u << 16) && (id >> 16) % 97 != 0)
				continue;
			struct harden_case *c = selinux();
			const char *label = label_at(c, (uint32_t)id);
			CHECK_MSG(sscanf(label, "system_u:system_r:bulkhead_container_t:s0:c%u,c%u",
					 &low, &high) == 2,
				  "%s", label);
			CHECK(low < high && high < 1024);
			CHECK_MSG(!seen[low][high], "%s twice", label);
			seen[low][high] = true;
		}
	}
}

TEST(joined_containers_share_the_pair)
{
	static const struct id_extent extent[] = {{0, 300000, 65536}};
	struct ns_fact ns[N_NAMESPACES] = {0};
	struct harden_case *c = selinux();

	ns[1] = (struct ns_fact){.exists = true,
				 .owner = NS_OWNER_FOREIGN,
				 .owner_ino = 5,
				 .maps = {extent, extent, 1, 1}};
	c->f.ns = ns;
	c->f.n_ns = N_NAMESPACES;
	c->f.range.size = 0;
	case_run(c, "{'ociVersion':'1.2.0','process':{'cwd':'/','args':['x'],'user':{'uid':0,'gid':"
		    "0}},'linux':{'namespaces':[{'type':'pid'},{'type':'network','path':'/x'},{"
		    "'type':'ipc'},{'type':'uts'},{'type':'mount'},{'type':'cgroup'}]}}");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	CHECK_STR(c->out->process->selinux_label,
		  "system_u:system_r:bulkhead_container_t:s0:c4,c5");
}

static const struct id_extent one_id = {0, 0, 1};

TEST(without_host_ids_there_is_no_pair)
{
	struct harden_case *c = selinux();

	c->f.in_userns = true;
	c->f.caller_ids = (struct id_maps){&one_id, &one_id, 1, 1};
	case_doc(c, "", "", "");
	CHECK_QUIET(c, "selinux");
	CHECK_HAS(decision_find(c, DECISION_NOTE, "selinux", LABEL)->why, "has none");
}

TEST(a_label_that_is_not_known)
{
	struct harden_case *c = selinux();

	c->f.selinux_label_known = false;
	case_doc(c, "", "", "");
	CHECK_QUIET(c, "selinux");
	CHECK_HAS(decision_find(c, DECISION_NOTE, "selinux", LABEL)->why, "contrib/selinux");
	c->p.selinux.require = true;
	case_doc(c, "", "", "");
	CHECK_REFUSED(c, "selinux", LABEL, "required");
	c->p.selinux.label = NULL;
	case_doc(c, "", "", "");
	CHECK_QUIET(c, "selinux");
}

TEST(permissive_is_said)
{
	struct harden_case *c = selinux();

	c->f.selinux_enforcing = false;
	case_doc(c, "", "", "");
	CHECK_HAS(decision_find(c, DECISION_CHANGE, "selinux", LABEL)->why, "as soon as");
}

static void run_label(struct harden_case *c, const char *label)
{
	case_doc(c, arena_printf(&c->a, ",'selinuxLabel':'%s'", label), "", "");
}

TEST(the_label_of_the_config)
{
	static const char *const kept[] = {"system_u:system_r:container_t:s0:c1,c2",
					   "u:r:spc_tt",
					   "spc_t",
					   "u:spc_t:x:s0",
					   "a:b:c:d:spc_t",
					   "u:r::s0"};
	static const char *const bad[] = {"u:r:spc_t:s0", "u:r:unconfined_t", "u:r:kernel_t:s0:c1",
					  "u::spc_t:s0"};

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		struct harden_case *c = selinux();
		run_label(c, kept[i]);
		CHECK_QUIET(c, "selinux");
		CHECK_STR(c->out->process->selinux_label, kept[i]);
		CHECK(!c->out->linux_->mount_label);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct harden_case *c = selinux();
		run_label(c, bad[i]);
		CHECK_REFUSED(c, "selinux", LABEL, "would not be confined");
		c->p.selinux.allow_unconfined = true;
		run_label(c, bad[i]);
		CHECK_QUIET(c, "selinux");
		CHECK_STR(c->out->process->selinux_label, bad[i]);
	}
}

/* A document in the host's network, or with its processes. */
static void run_shared(struct harden_case *c, const char *namespaces)
{
	c->p.namespaces.allow_host_network = c->p.namespaces.allow_host_pid = true;
	case_run(c,
		 arena_printf(&c->a,
			      "{'ociVersion':'1.2.0','process':{'cwd':'/','args':['x'],'user':{'"
			      "uid':0,'gid':0}},'linux':{'namespaces':[{'type':'mount'},{'type':'"
			      "ipc'},{'type':'uts'},{'type':'cgroup'}%s]}}",
			      namespaces));
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
}

TEST(scopes_where_a_namespace_is_the_hosts)
{
	struct harden_case *c = case_new();

	c->f.landlock_abi = 7;
	case_doc(c, "", "", "");
	CHECK(!c->m.landlock_scope_sockets && !c->m.landlock_scope_signals);
	run_shared(c, ",{'type':'pid'}");
	CHECK(c->m.landlock_scope_sockets && !c->m.landlock_scope_signals);
	CHECK_HAS(decision_find(c, DECISION_NOTE, "landlock", "/linux/namespaces")->why,
		  "abstract sockets");
	run_shared(c, ",{'type':'network'}");
	CHECK(!c->m.landlock_scope_sockets && c->m.landlock_scope_signals);
	CHECK_INT(decision_count(c, DECISION_NOTE, "landlock"), 1);
	c->p.landlock.scope_signals = false;
	run_shared(c, ",{'type':'network'}");
	CHECK(!c->m.landlock_scope_signals);
	c->p.landlock.scope_signals = true;
	c->f.landlock_abi = 5;
	run_shared(c, "");
	CHECK(!c->m.landlock_scope_sockets && !c->m.landlock_scope_signals);
	CHECK_HAS(decision_find(c, DECISION_NOTE, "landlock", "/linux")->why, "Linux 6.12");
	c->f.landlock_abi = 7;
	c->p.no_new_privileges.level = POLICY_OFF;
	run_shared(c, "");
	CHECK(!c->m.landlock_scope_sockets);
	CHECK(decision_find(c, DECISION_NOTE, "landlock", "/process/noNewPrivileges"));
}

TEST(readonly_hierarchies)
{
	struct spec_pair list[] = {{"/proc/sys", "one"}, {"/sys", "two"}};
	struct harden_case *c = case_new();
	struct landlock_plan p;

	c->f.landlock_abi = 2;
	c->p.landlock.readonly = list;
	c->p.landlock.n_readonly = 2;
	case_doc(c, "", "", "");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	CHECK_INT(c->m.n_landlock_readonly, 2);
	CHECK_STR(c->m.landlock_readonly[1], "/sys");
	CHECK_INT(decision_count(c, DECISION_NOTE, "landlock"), 2);
	CHECK_INT(landlock_plan_make(&c->m, &c->f, &p, &c->e), 0);
	CHECK(p.writes && !(p.writes & LANDLOCK_TRUNCATE) && !p.scopes && p.n_readonly == 2);
	c->f.landlock_abi = 3;
	CHECK_INT(landlock_plan_make(&c->m, &c->f, &p, &c->e), 0);
	CHECK(p.writes & LANDLOCK_TRUNCATE);
	/* Another kernel than the one that decided: never less than planned. */
	c->f.landlock_abi = 1;
	CHECK_INT(landlock_plan_make(&c->m, &c->f, &p, &c->e), -ENOTSUP);
	CHECK_INT(c->e.kind, ERR_HOST);
	case_doc(c, "", "", "");
	CHECK_INT(c->m.n_landlock_readonly, 0);
	CHECK_HAS(decision_find(c, DECISION_NOTE, "landlock", "/linux")->why, "Linux 5.19");
}

TEST(nothing_decided_nothing_planned)
{
	struct measures none = {0}, scopes = {.landlock_scope_signals = true};
	struct host_facts f = {0};
	struct landlock_plan p = {.writes = 1};
	struct err e = {0};

	CHECK_INT(landlock_plan_make(&none, &f, &p, &e), 0);
	CHECK(!p.writes && !p.scopes && !p.n_readonly);
	CHECK_INT(landlock_plan_make(&scopes, &f, &p, &e), -ENOTSUP);
	f.landlock_abi = 6;
	CHECK_INT(landlock_plan_make(&scopes, &f, &p, &e), 0);
	CHECK(p.scopes == LANDLOCK_SCOPE_SIGNALS && !p.writes);
}

TEST(types_that_confine_nothing)
{
	static const char *const types[] = {"container_runtime_t",
					    "crio_t",
					    "docker_t",
					    "init_t",
					    "initrc_t",
					    "kernel_t",
					    "spc_t",
					    "unconfined_t",
					    "unconfined_service_t"};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct harden_case *c = selinux();
		run_label(c, arena_printf(&c->a, "u:r:%s:s0", types[i]));
		CHECK_REFUSED(c, "selinux", LABEL, "would not be confined");
	}
}

TEST(the_first_namespace_can_be_the_joined_one)
{
	static const struct id_extent extent[] = {{5, 1, 3}, {0, 9, 0}, {0, 300000, 1}};
	struct ns_fact ns[N_NAMESPACES] = {0};
	struct harden_case *c = selinux();

	ns[0] = (struct ns_fact){.exists = true,
				 .owner = NS_OWNER_FOREIGN,
				 .owner_ino = 5,
				 .maps = {extent, extent, 3, 3}};
	c->f.ns = ns;
	c->f.n_ns = N_NAMESPACES;
	case_run(c, "{'ociVersion':'1.2.0','process':{'cwd':'/','args':['x'],'user':{'uid':0,'gid':"
		    "0}},'linux':{'namespaces':[{'type':'network','path':'/x'},{'type':'pid'},{"
		    "'type':'ipc'},{'type':'uts'},{'type':'mount'},{'type':'cgroup'}]}}");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	CHECK_STR(c->out->process->selinux_label,
		  "system_u:system_r:bulkhead_container_t:s0:c4,c5");
	/* Its root is none of ours. */
	ns[0].maps.n_uid = 2;
	case_run(c, "{'ociVersion':'1.2.0','process':{'cwd':'/','args':['x'],'user':{'uid':5,'gid':"
		    "5}},'linux':{'namespaces':[{'type':'network','path':'/x'},{'type':'pid'},{"
		    "'type':'ipc'},{'type':'uts'},{'type':'mount'},{'type':'cgroup'}]}}");
	CHECK_HAS(decision_find(c, DECISION_NOTE, "selinux", LABEL)->why, "has none");
}

TEST(what_landlock_does_is_told)
{
	static const char doc[] =
		"{'ociVersion':'1.2.0','process':{'cwd':'/','args':['x'],'noNewPrivileges':true}}";
	struct spec_pair list[] = {{"/sys", "settings"}};
	struct harden_case *c = case_new();

	c->p.namespaces.level = c->p.userns.level = POLICY_OFF;
	c->p.landlock.readonly = list;
	c->p.landlock.n_readonly = 1;
	c->f.landlock_abi = 6;
	case_run(c, doc);
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	CHECK_STR(decision_find(c, DECISION_NOTE, "landlock", "/linux")->why,
		  "Landlock keeps /sys from being written to: settings");
	CHECK_HAS(decision_find(c, DECISION_NOTE, "landlock", "/linux/namespaces")->why,
		  "from being signalled");
	CHECK_INT(decision_count(c, DECISION_NOTE, "landlock"), 3);
	c->f.landlock_abi = 0;
	case_run(c, doc);
	CHECK_INT(decision_count(c, DECISION_NOTE, "landlock"), 3);
	CHECK_STR(decision_find(c, DECISION_NOTE, "landlock", "/linux")->why,
		  "no Landlock in this kernel: processes of the host may be signalled");
	CHECK(!c->m.n_landlock_readonly && !c->m.landlock_scope_signals);
}

TEST(the_first_namespace_can_be_the_user_namespace)
{
	static const struct id_extent extent[] = {{0, 300000, 65536}};
	struct ns_fact ns[N_NAMESPACES + 1] = {{.exists = true,
						.owner = NS_OWNER_FOREIGN,
						.owner_ino = 5,
						.maps = {extent, extent, 1, 1}}};
	struct harden_case *c = selinux();

	c->f.ns = ns;
	c->f.n_ns = N_NAMESPACES + 1;
	c->p.selinux.mount_label = NULL;
	case_run(c, "{'ociVersion':'1.2.0','process':{'cwd':'/','args':['x'],'user':{'uid':0,'gid':"
		    "0}},'linux':{'namespaces':[{'type':'user','path':'/x'}," NAMESPACES "]}}");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	CHECK_STR(c->out->process->selinux_label,
		  "system_u:system_r:bulkhead_container_t:s0:c4,c5");
	CHECK(!c->out->linux_->mount_label);
}

TEST(maps_of_the_config_give_the_pair)
{
	struct harden_case *c = selinux();

	case_run(c, "{'ociVersion':'1.2.0','process':{'cwd':'/','args':['x'],'user':{'uid':0,'gid':"
		    "0}},'linux':{'namespaces':[" NAMESPACES ",{'type':'user'}],'uidMappings':["
		    "{'containerID':7,'hostID':8,'size':1},{'containerID':0,'hostID':9,'size':0},"
		    "{'containerID':0,'hostID':300000,'size':1}],'gidMappings':[{'containerID':0,"
		    "'hostID':300000,'size':1}]}}");
	CHECK_MSG(c->r == 0, "%s", c->e.msg);
	CHECK_STR(c->out->process->selinux_label,
		  "system_u:system_r:bulkhead_container_t:s0:c4,c5");
}

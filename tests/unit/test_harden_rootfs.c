/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_harden_rootfs.c: harden/rootfs.c. */
#include <errno.h>

#include "harden_case.h"

static void run_root(struct harden_case *c, const char *root)
{
	case_doc(c, "", "", root);
}

TEST(nosuid_and_nodev_are_measures)
{
	struct harden_case *c = case_new();

	run_root(c, ",'root':{'path':'rootfs'}");
	CHECK_QUIET(c, "rootfs");
	CHECK(c->m.rootfs_nosuid && c->m.rootfs_nodev && !c->m.rootfs_noexec);
	CHECK(!c->out->root->readonly);
	CHECK_INT(decision_count(c, DECISION_NOTE, "rootfs"), 1);
	c->p.rootfs.level = POLICY_OFF;
	run_root(c, "");
	CHECK(!c->m.rootfs_nosuid && !c->m.rootfs_nodev);
}

TEST(noexec_by_policy)
{
	struct harden_case *c = case_new();

	c->p.rootfs.noexec = true;
	run_root(c, ",'root':{'path':'rootfs'}");
	CHECK_QUIET(c, "rootfs");
	CHECK(c->m.rootfs_noexec);
	CHECK_HAS(decision_find(c, DECISION_NOTE, "rootfs", "/root")->why, "noexec");
	c->p.rootfs.level = POLICY_AUDIT;
	run_root(c, ",'root':{'path':'rootfs'}");
	CHECK(!c->m.rootfs_noexec && !c->m.rootfs_nosuid);
	CHECK_HAS(decision_find(c, DECISION_NOTE, "rootfs", "/root")->why, "noexec");
}

TEST(readonly_by_policy)
{
	struct harden_case *c = case_new();

	c->p.rootfs.readonly = true;
	run_root(c, ",'root':{'path':'rootfs'}");
	CHECK_CHANGE(c, "rootfs", "/root/readonly", NULL, "true");
	CHECK(*c->out->root->readonly);
	run_root(c, ",'root':{'path':'rootfs','readonly':false}");
	CHECK_CHANGE(c, "rootfs", "/root/readonly", "false", "true");
	CHECK(*c->out->root->readonly && !*c->in->root->readonly);
	run_root(c, ",'root':{'path':'rootfs','readonly':true}");
	CHECK_QUIET(c, "rootfs");
	run_root(c, "");
	CHECK_QUIET(c, "rootfs");
	CHECK(!c->out->root);
}

TEST(shared_propagation_by_policy)
{
	struct harden_case *c = case_new();

	case_doc(c, "", ",'rootfsPropagation':'shared'", "");
	CHECK_REFUSED(c, "rootfs", "/linux/rootfsPropagation", "shared propagation");
	c = case_new();
	c->p.rootfs.allow_shared_propagation = true;
	case_doc(c, "", ",'rootfsPropagation':'rshared'", "");
	CHECK_QUIET(c, "rootfs");
	c = case_new();
	case_doc(c, "", ",'rootfsPropagation':'rslave'", "");
	CHECK_QUIET(c, "rootfs");
}

/* The outcome for a root file system that really is at @path. */
static struct harden_case *run_at(const char *path, bool guarded, struct place_fact place)
{
	static const struct path_fact none[9], etc[9] = {[2] = {"/etc", 8, 5, {8, "/etc", "ext4"}}};
	struct harden_case *c = case_new();

	c->f.rootfs = (struct path_fact){.path = path, .dev = 8, .ino = 77, .place = place};
	c->f.rootfs_guarded = guarded;
	c->f.host_paths = place.path ? etc : none;
	c->f.n_host_paths = 9;
	run_root(c, ",'root':{'path':'/asked'}");
	return c;
}

TEST(a_listed_directory_is_no_root_file_system)
{
	static const char *const bad[] = {"/etc", "/usr/lib", "/", "/usr/overlay2/x/diff"};
	static const char *const good[] = {"/data/x", "/var/lib/docker/overlay2/x/merged",
					   "/usr/docker/overlay2/x/merged"};

	CHECK_STR(policy_default()->binds.host_paths[2].path, "/etc");
	for (size_t i = 0; i < 4; i++)
		CHECK_REFUSED(run_at(bad[i], true, (struct place_fact){0}), "rootfs", "/root/path",
			      "/asked leads to /");
	for (size_t i = 0; i < 3; i++)
		CHECK_QUIET(run_at(good[i], true, (struct place_fact){0}), "rootfs");
	/* The shape alone is no proof. */
	CHECK_REFUSED(run_at(good[2], false, (struct place_fact){0}), "rootfs", "/root/path",
		      "/asked leads to /usr: the host's programs");
	CHECK_QUIET(run_at(good[1], false, (struct place_fact){0}), "rootfs");
	CHECK_QUIET(run_at(NULL, false, (struct place_fact){0}), "rootfs");
}

TEST(only_where_it_really_is_counts)
{
	static struct policy_host_path strict[] = {{"/", "refuse", "all"},
						   {"/run", "refuse", "sockets"}};
	static const struct path_fact facts[] = {{"/", 8, 2, {8, "/", "ext4"}},
						 {"/run", 9, 1, {9, "/", "tmpfs"}}};
	struct harden_case *c = case_new();

	c->p.binds.host_paths = strict;
	c->p.binds.n_host_paths = 2;
	c->f.host_paths = facts;
	c->f.n_host_paths = 2;
	c->f.rootfs = (struct path_fact){"/run/c/task/x/rootfs", 10, 7, {10, "/", "overlay"}};
	run_root(c, ",'root':{'path':'rootfs'}");
	CHECK_QUIET(c, "rootfs");
	c->f.rootfs.place = (struct place_fact){8, "/srv/x", "ext4"};
	run_root(c, ",'root':{'path':'rootfs'}");
	CHECK_QUIET(c, "rootfs");
	c->f.rootfs.place = (struct place_fact){9, "/c/rootfs", "tmpfs"};
	run_root(c, ",'root':{'path':'rootfs'}");
	CHECK_REFUSED(c, "rootfs", "/root/path", "rootfs leads to /run: sockets");
	c->e = (struct err){0};
	c->f.rootfs.place = (struct place_fact){8, "/", "ext4"};
	run_root(c, ",'root':{'path':'rootfs'}");
	CHECK_REFUSED(c, "rootfs", "/root/path", "rootfs leads to /: all");
}

TEST(nor_is_another_name_of_it)
{
	CHECK_REFUSED(run_at("/mnt", true, (struct place_fact){8, "/etc/x", "ext4"}), "rootfs",
		      "/root/path", "/asked leads to /etc");
	CHECK_REFUSED(run_at("/mnt", true, (struct place_fact){8, "/", "ext4"}), "rootfs",
		      "/root/path", "/asked leads to /etc");
	CHECK_QUIET(run_at("/mnt", true, (struct place_fact){8, "/srv", "ext4"}), "rootfs");
	CHECK_QUIET(run_at("/mnt", true, (struct place_fact){9, "/etc", "ext4"}), "rootfs");
	struct harden_case *c = run_at("/mnt", true, (struct place_fact){8, "/srv", "ext4"});
	c->f.rootfs.ino = 5;
	run_root(c, "");
	CHECK_REFUSED(c, "rootfs", "/root/path", " leads to /etc");
}

TEST(the_shortest_directory_is_one)
{
	static struct policy_host_path list[] = {{"/e", "refuse", "mine"}};
	struct harden_case *c = case_new();

	c->p.binds.host_paths = list;
	c->p.binds.n_host_paths = 1;
	c->f.rootfs.path = "/e/x";
	run_root(c, ",'root':{'path':'/e/x'}");
	CHECK_REFUSED(c, "rootfs", "/root/path", "/e/x leads to /e: mine");
}

TEST(a_root_without_pivot_root)
{
	struct harden_case *c = case_new();

	c->f.no_pivot = true;
	run_root(c, ",'root':{'path':'rootfs'}");
	CHECK_REFUSED(c, "rootfs", "/root",
		      "--no-pivot: a root that is set with MS_MOVE and chroot can be left");
	c->e = (struct err){0};
	c->f.no_pivot = false;
	run_root(c, ",'root':{'path':'rootfs'}");
	CHECK_QUIET(c, "rootfs");
}

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

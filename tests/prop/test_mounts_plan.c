/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The mounts plan of random documents, raw and hardened: it is made or refused with a JSON pointer,
 * and what is made keeps the promises of plan/mounts.h that apply/ builds on.
 */
#include "tests/unit/check.h"

#include <linux/mount.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "harden/harden.h"
#include "harden/measures.h"
#include "host/facts.h"
#include "oci-spec/spec.h"
#include "plan/mounts.h"
#include "plan/namespaces.h"
#include "policy/policy.h"
#include "tests/prop/gen_harden.h"

#define DOCUMENTS 4000

static bool is_clean(const char *path)
{
	char clean[8192];

	return path[0] == '/' && path[1] && path_clean(path, clean, sizeof(clean)) == 0 &&
	       strcmp(path, clean) == 0;
}

static void check_mount(const struct mounts_plan *p, size_t i)
{
	const struct mount_plan *m = &p->mounts[i];
	bool proc = path_below(m->destination, "/proc");

	CHECK_INT(m->index, i);
	CHECK_MSG(is_clean(m->destination), "%s", m->destination);
	CHECK(m->type && m->source);
	CHECK(!proc || m->proc_allowed ||
	      ((m->kind == MOUNT_PROC || m->kind == MOUNT_BIND || m->remount) &&
	       strcmp(m->destination, "/proc") == 0));
	CHECK(!m->proc_allowed || (proc && m->kind == MOUNT_BIND));
	CHECK(m->kind != MOUNT_BIND || m->remount || m->source[0] == '/');
	CHECK(m->kind != MOUNT_BIND || m->n_params == 0);
	CHECK(m->kind == MOUNT_BIND || !(m->src_nofollow || m->dest_nofollow || m->copy_symlink));
	CHECK(!m->stays_shared || (m->kind == MOUNT_BIND && !m->remount && m->n_propagation));
	CHECK(m->kind == MOUNT_BIND || (m->idmap == MOUNT_IDMAP_NONE && !m->rec_set));
	CHECK(!m->copy_up || m->kind == MOUNT_TMPFS);
	CHECK(!m->readonly_last || (m->attr_set & MOUNT_ATTR_RDONLY));
}

static void check_plan(const struct mounts_plan *p)
{
	for (size_t i = 0; i < p->n_mounts; i++)
		check_mount(p, i);
	for (size_t i = 0; i < p->n_devices; i++) {
		CHECK(is_clean(p->devices[i].path));
		CHECK(S_ISCHR(p->devices[i].mode) || S_ISBLK(p->devices[i].mode) ||
		      S_ISFIFO(p->devices[i].mode));
		CHECK(p->devices[i].uid != UINT32_MAX && p->devices[i].gid != UINT32_MAX);
		CHECK(p->setup_dev || !path_below(p->devices[i].path, "/dev"));
		for (size_t k = 0; k < i; k++)
			CHECK(strcmp(p->devices[k].path, p->devices[i].path) != 0);
	}
	for (size_t i = 0; i < p->n_masked; i++)
		CHECK(is_clean(p->masked[i]));
	for (size_t i = 0; i < p->n_readonly; i++)
		CHECK(is_clean(p->readonly[i]));
	CHECK(p->dev_mount < (ssize_t)p->n_mounts && p->pts_mount < (ssize_t)p->n_mounts);
	CHECK(p->dev_mount < 0 || p->mounts[p->dev_mount].kind == MOUNT_TMPFS);
	CHECK(p->pts_mount < 0 || p->mounts[p->pts_mount].kind == MOUNT_DEVPTS);
}

/* What the rules have passed under a policy that has the rule "mounts" on: nothing is undone later.
 */
static void check_hardened(const struct mounts_plan *p)
{
	for (size_t i = 0; i < p->n_mounts; i++) {
		CHECK(!p->mounts[i].remount);
		CHECK(p->mounts[i].attr_set & MOUNT_ATTR_NOSUID ||
		      p->mounts[i].rec_set & MOUNT_ATTR_NOSUID);
	}
}

static bool make(const struct spec *s, const struct host_facts *facts, bool enforced,
		 struct arena *a)
{
	static const struct id_extent map = {0, 100000, 65536};
	struct namespaces_plan ns = {.maps = {.uid = &map, .gid = &map, .n_uid = 1, .n_gid = 1},
				     .root_uid = 100000,
				     .root_gid = 100000};
	struct mounts_plan p;
	struct err e = {0};

	ns.ns[NS_CGROUP].mode = s->n_mounts % 2 ? NS_NEW : NS_SHARED;
	int r = mounts_plan_make(s, facts, &ns, a, &p, &e);
	if (r == 0) {
		check_plan(&p);
		if (enforced)
			check_hardened(&p);
	} else {
		CHECK_MSG((e.kind == ERR_SPEC || e.kind == ERR_HOST) &&
				  (str_starts(e.msg, "/mounts/") || str_starts(e.msg, "/linux/")),
			  "%s", e.msg);
	}
	return r == 0;
}

TEST(random_documents)
{
	unsigned made = 0, hardened = 0;

	for (uint64_t n = 1; n <= DOCUMENTS; n++) {
		AUTO_ARENA struct arena a = ARENA_INIT;
		struct decisions d = {0};
		struct measures m;
		struct host_facts facts;
		struct policy policy;
		struct spec *out;
		struct err e = {0};
		uint64_t seed = n;

		struct spec *s = gen_harden_spec(&seed, &a);
		gen_facts(s, &seed, &a, &facts);
		gen_policy(&seed, &policy);
		made += make(s, &facts, false, &a);
		if (harden(s, &policy, &facts, &a, &out, &m, &d, &e) == 0)
			hardened +=
				make(out, &facts, str_eq(policy.mounts.level, POLICY_ENFORCE), &a);
	}
	printf("# %u of %u planned as they are, %u hardened\n", made, DOCUMENTS, hardened);
	/* The generator makes documents that are worth something. */
	CHECK(made > DOCUMENTS / 20);
	CHECK(hardened > DOCUMENTS / 20);
}

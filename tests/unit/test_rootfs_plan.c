/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plan of the root mount. */
#include <errno.h>
#include <limits.h>
#include <sys/mount.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "oci-spec/spec.h"
#include "harden/measures.h"
#include "host/facts.h"
#include "plan/rootfs.h"
#include "tests/unit/check.h"

static const struct host_facts facts;
static const struct measures measures = {.rootfs_nosuid = true, .rootfs_nodev = true};

static struct arena arena;
static struct err err;
static struct rootfs_plan plan;

static int make(const char *path, bool *readonly, const char *propagation)
{
	struct spec_root root = {.path = path, .readonly = readonly};
	struct spec_linux linux_ = {.rootfs_propagation = propagation};
	struct spec s = {.root = &root, .linux_ = &linux_};

	arena_free(&arena);
	err_clear(&err);
	memset(&plan, 0, sizeof(plan));
	return rootfs_plan_make(&s, &measures, &facts, "/bundle/dir", &arena, &plan, &err);
}

TEST(paths)
{
	static const struct {
		const char *path, *want;
	} cases[] = {
		{"rootfs", "/bundle/dir/rootfs"},
		{"./rootfs/", "/bundle/dir/rootfs"},
		{"../other//r", "/bundle/other/r"},
		{"/abs/rootfs", "/abs/rootfs"},
		{"/abs/../x/.", "/x"},
		{".", "/bundle/dir"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CHECK_INT(make(cases[i].path, NULL, NULL), 0);
		CHECK_STR(plan.path, cases[i].want);
	}
}

static void check_bad(const char *path, const char *propagation, const char *pointer)
{
	CHECK(make(path, NULL, propagation) < 0);
	CHECK_INT(err.kind, ERR_SPEC);
	CHECK_MSG(strncmp(err.msg, pointer, strlen(pointer)) == 0, "%s", err.msg);
	CHECK(!plan.path);
}

TEST(bad_paths)
{
	static char longer[PATH_MAX + 100];

	check_bad("/", NULL, "/root/path: is the host's own /");
	check_bad("../..", NULL, "/root/path: is the host's own /");
	check_bad("/x/..", NULL, "/root/path: is the host's own /");
	check_bad("", NULL, "/root/path: empty");
	memset(longer, 'x', sizeof(longer) - 1);
	check_bad(longer, NULL, "/root/path: too long");
}

TEST(without_root)
{
	struct spec s = {0};
	struct spec_root root = {.path = "rootfs"};

	err_clear(&err);
	CHECK(rootfs_plan_make(&s, &measures, &facts, "/b", &arena, &plan, &err) < 0);
	CHECK_HAS(err.msg, "/root: ");
	err_clear(&err);
	s.root = &root;
	CHECK_INT(rootfs_plan_make(&s, &measures, &facts, "/b", &arena, &plan, &err), 0);
	CHECK_INT(plan.propagation, MS_SLAVE | MS_REC);
}

TEST(attributes)
{
	struct measures m = {.rootfs_nosuid = true};
	struct spec_root root = {.path = "rootfs"};
	struct spec s = {.root = &root};

	CHECK_INT(rootfs_plan_make(&s, &m, &facts, "/b", &arena, &plan, &err), 0);
	CHECK_INT(plan.attrs, MOUNT_ATTR_NOSUID);
	m = (struct measures){.rootfs_nodev = true};
	CHECK_INT(rootfs_plan_make(&s, &m, &facts, "/b", &arena, &plan, &err), 0);
	CHECK_INT(plan.attrs, MOUNT_ATTR_NODEV);
	m = (struct measures){.rootfs_noexec = true};
	CHECK_INT(rootfs_plan_make(&s, &m, &facts, "/b", &arena, &plan, &err), 0);
	CHECK_INT(plan.attrs, MOUNT_ATTR_NOEXEC);
	m = (struct measures){0};
	CHECK_INT(rootfs_plan_make(&s, &m, &facts, "/b", &arena, &plan, &err), 0);
	CHECK_INT(plan.attrs, 0);
}

TEST(readonly)
{
	bool yes = true, no = false;

	CHECK_INT(make("r", NULL, NULL), 0);
	CHECK(!plan.readonly);
	CHECK_INT(make("r", &no, NULL), 0);
	CHECK(!plan.readonly);
	CHECK_INT(make("r", &yes, NULL), 0);
	CHECK(plan.readonly);
}

TEST(propagation)
{
	static const struct {
		const char *name;
		uint64_t want, own;
	} cases[] = {
		{NULL, MS_SLAVE | MS_REC, 0},
		{"", MS_SLAVE | MS_REC, 0},
		{"slave", MS_SLAVE | MS_REC, 0},
		{"rslave", MS_SLAVE | MS_REC, 0},
		{"private", MS_PRIVATE | MS_REC, 0},
		{"rprivate", MS_PRIVATE | MS_REC, 0},
		{"shared", MS_SLAVE | MS_REC, MS_SHARED},
		{"rshared", MS_SLAVE | MS_REC, MS_SHARED | MS_REC},
		{"unbindable", MS_SLAVE | MS_REC, MS_UNBINDABLE},
		{"runbindable", MS_SLAVE | MS_REC, MS_UNBINDABLE | MS_REC},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CHECK_INT(make("r", NULL, cases[i].name), 0);
		CHECK_INT(plan.propagation, cases[i].want);
		CHECK_INT(plan.own, cases[i].own);
	}
	check_bad("r", "Slave", "/linux/rootfsPropagation: unknown");
}

/* Whose categories would be somebody else's next time. */
TEST(context)
{
	static const struct {
		const char *process, *mount, *want;
	} cases[] = {
		{"u:r:t:s0:c1,c2", "u:o:f:s0:c1,c2", "u:o:f:s0"},
		{"u:r:t:s0", "u:o:f:s0", "u:o:f:s0"},
		{"u:r:t:s0", "u:o:f", "u:o:f"},
		{"u:r:t:s0", NULL, NULL},
		{NULL, "u:o:f:s0", NULL},
	};
	struct spec_root root = {.path = "rootfs"};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct spec_process process = {.selinux_label = cases[i].process};
		struct spec_linux linux_ = {.mount_label = cases[i].mount};
		struct spec s = {.root = &root, .linux_ = &linux_, .process = &process};
		CHECK_INT(rootfs_plan_make(&s, &measures, &facts, "/b", &arena, &plan, &err), 0);
		CHECK_MSG(str_eq(plan.context, cases[i].want), "%s", plan.context);
	}
}

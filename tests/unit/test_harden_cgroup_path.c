/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_harden_cgroup_path.c: harden/cgroup_path.c. */
#include <errno.h>

#include "harden_case.h"

#define POINTER "/linux/cgroupsPath"

static struct spec_pair places[] = {{"/docker", "dockerd's"}, {"/kube/pods", "kubernetes'"}};

static struct harden_case *run_path(const char *path, bool listed)
{
	struct harden_case *c = case_new();

	if (listed) {
		c->p.cgroup_path.prefixes = places;
		c->p.cgroup_path.n_prefixes = 2;
	}
	case_doc(c, "", arena_printf(&c->a, ",'cgroupsPath':'%s'", path), "");
	return c;
}

TEST(without_a_list_any_path_is_right)
{
	static const char *const paths[] = {"/docker/x",  "/x",	       "x", "a.slice:b:c",
					    "/a.slice/x", "/a.slicer", ""};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		CHECK_QUIET(run_path(paths[i], false), "cgroup-path");
}

TEST(slices_are_groups_of_others)
{
	static const char *const paths[] = {"/system.slice", "/a/user.slice/", "machine.slice",
					    ".slice"};

	for (size_t i = 0; i < 4; i++)
		CHECK_REFUSED(run_path(paths[i], false), "cgroup-path", POINTER, "is a slice");
}

TEST(an_absent_path_is_the_runtimes_own_place)
{
	struct harden_case *c = case_new();

	c->p.cgroup_path.prefixes = places;
	c->p.cgroup_path.n_prefixes = 2;
	case_doc(c, "", "", "");
	CHECK_QUIET(c, "cgroup-path");
	CHECK_QUIET(run_path("", true), "cgroup-path");
}

TEST(paths_below_the_listed_ones)
{
	static const char *const good[] = {"/docker/x", "//docker/./x", "/docker/x/y",
					   "/kube/pods/x", "/kube/../docker/x"};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK_QUIET(run_path(good[i], true), "cgroup-path");
}

TEST(all_other_paths_are_refused)
{
	static const char *const bad[] = {"/docker",
					  "/docker/",
					  "/dockers/x",
					  "/docker/../x",
					  "/docker/..",
					  "/",
					  "docker/x",
					  "x",
					  "../docker/x",
					  "/kube",
					  "machine.slice:libpod:x"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_REFUSED(run_path(bad[i], true), "cgroup-path", POINTER,
			      "is not below a cgroup that the policy lists");
}

TEST(a_path_that_is_too_long_is_left_to_the_plan)
{
	static char path[5000];

	memset(path, 'x', sizeof(path) - 1);
	CHECK_QUIET(run_path(path, true), "cgroup-path");
}

TEST(the_root_as_a_prefix_is_any_absolute_path)
{
	static struct spec_pair root[] = {{"/", "anywhere"}};
	struct harden_case *c = case_new();

	c->p.cgroup_path.prefixes = root;
	c->p.cgroup_path.n_prefixes = 1;
	case_doc(c, "", ",'cgroupsPath':'/x'", "");
	CHECK_QUIET(c, "cgroup-path");
	case_doc(c, "", ",'cgroupsPath':'x'", "");
	CHECK_REFUSED(c, "cgroup-path", POINTER, "x is not below");
}

static struct harden_case *run_systemd(const char *path, const char *prefix)
{
	static struct spec_pair place = {NULL, "a test"};
	struct harden_case *c = case_new();

	c->f.systemd = (struct systemd_fact){.on = true, .root = ""};
	place.key = prefix;
	c->p.cgroup_path.prefixes = &place;
	c->p.cgroup_path.n_prefixes = prefix ? 1 : 0;
	case_doc(c, "", arena_printf(&c->a, ",'cgroupsPath':'%s'", path), "");
	return c;
}

TEST(with_systemd_the_place_of_the_unit_counts)
{
	static const char *const good[] = {"a-b.slice:p:x", "a-b-c.slice:p:x", "a.slice:p:x", ""};

	for (size_t i = 0; i < 3; i++)
		CHECK_QUIET(run_systemd(good[i], "/a.slice"), "cgroup-path");
	for (size_t i = 0; i < 4; i++)
		CHECK_QUIET(run_systemd(good[i], NULL), "cgroup-path");
	CHECK_REFUSED(run_systemd("a.slice:p:x", "/a.slice/a-b.slice"), "cgroup-path", POINTER,
		      "a.slice:p:x is not below a cgroup that the policy lists");
	CHECK_REFUSED(run_systemd("system.slice:a:x", "/a.slice"), "cgroup-path", POINTER,
		      "is not below");
	CHECK_REFUSED(run_systemd("-.slice:a:x", "/a.slice"), "cgroup-path", POINTER,
		      "is not below");
	CHECK_REFUSED(run_systemd("a.slice:p:a-x.slice", "/a.slice"), "cgroup-path", POINTER,
		      "is a slice");
	/* What is no path for systemd is the plan's to refuse. */
	CHECK_QUIET(run_systemd("/a.slice/x", "/b.slice"), "cgroup-path");
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* linux.resources.unified on made-up hosts: which keys are taken, and what they may not undo. */
#include "tests/unit/cgroup_facts.h"

static struct spec_pair pairs[2];

static struct spec_resources *unified(const char *key, const char *value)
{
	static struct spec_resources r;

	pairs[0] = (struct spec_pair){key, value};
	r = (struct spec_resources){.unified = pairs, .n_unified = 1};
	return &r;
}

TEST(unified_on_v2)
{
	check_settings(&host_v2, unified("memory.high", "1G"),
		       "0 memory.high <- 1G [#] /linux/resources/unified/memory.high\n"
		       "enable memory\n");
	check_settings(&host_v2, unified("io.max", "8:0 rbps=1\n8:16 wbps=2\n"),
		       "0 io.max <- 8:0 rbps=1 [?] /linux/resources/unified/io.max\n"
		       "0 io.max <- 8:16 wbps=2 [?] /linux/resources/unified/io.max\n"
		       "enable io\n");
	check_settings(&host_v2, unified("cgroup.max.descendants", "10"),
		       "0 cgroup.max.descendants <- 10 [?] "
		       "/linux/resources/unified/cgroup.max.descendants\n");
}

TEST(unified_keys_one_after_the_other)
{
	struct spec_pair keys[] = {{"memory.max", "1"}, {"pids.max", "2"}, {"cgroup.procs", "3"}};
	struct spec_resources r = {.unified = keys, .n_unified = 2};

	check_settings(&host_v2, &r,
		       "0 memory.max <- 1 [#] /linux/resources/unified/memory.max\n"
		       "0 pids.max <- 2 [?] /linux/resources/unified/pids.max\n"
		       "enable memory pids\n");
	r.n_unified = 3;
	check_refused(&host_v2, &r, "/a", ERR_SPEC,
		      "/linux/resources/unified/cgroup.procs: is not a limit");
}

TEST(unified_elsewhere)
{
	check_settings(&host_hybrid, unified("hugetlb.2MB.max", "0"),
		       "6 hugetlb.2MB.max <- 0 [#] /linux/resources/unified/hugetlb.2MB.max\n"
		       "enable hugetlb\n");
	check_refused(&host_hybrid, unified("memory.high", "1"), "/a", ERR_HOST,
		      "/linux/resources/unified/memory.high: invalid configuration: the memory "
		      "controller is not in a "
		      "cgroup v2 tree of this host");
	check_refused(&host_v1, unified("cgroup.max.depth", "1"), "/a", ERR_HOST,
		      "/linux/resources/unified/cgroup.max.depth: this host has no cgroup v2 tree");
}

/* How a value is compared depends on what the file holds. */
TEST(unified_comparisons)
{
	const struct {
		const char *key;
		enum cgroup_check check;
	} table[] = {{"memory.max", CGROUP_CHECK_SIZE},
		     {"memory.high", CGROUP_CHECK_SIZE},
		     {"memory.low", CGROUP_CHECK_SIZE},
		     {"memory.min", CGROUP_CHECK_SIZE},
		     {"memory.swap.max", CGROUP_CHECK_SIZE},
		     {"memory.swap.high", CGROUP_CHECK_SIZE},
		     {"memory.zswap.max", CGROUP_CHECK_SIZE},
		     {"memory.oom.group", CGROUP_CHECK_TOKENS},
		     {"hugetlb.1GB.max", CGROUP_CHECK_SIZE},
		     {"hugetlb.1GB.rsvd.max", CGROUP_CHECK_SIZE},
		     {"hugetlb.1GB.other", CGROUP_CHECK_TOKENS},
		     {"pids.max", CGROUP_CHECK_TOKENS},
		     {"cpuset.cpus", CGROUP_CHECK_LIST},
		     {"cpuset.mems", CGROUP_CHECK_LIST},
		     {"cpuset.cpus.partition", CGROUP_CHECK_TOKENS},
		     {"cgroup.max.depth", CGROUP_CHECK_TOKENS}};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		CHECK_INT(make(&host_v2, unified(table[i].key, "0"), "/a"), 0);
		CHECK_INT(plan.n_settings, 1);
		CHECK_MSG(plan.settings[0].check == table[i].check, "%s", table[i].key);
	}
	arena_free(&arena);
}

/* 255 bytes are the longest name of a file. */
TEST(unified_long_keys)
{
	char key[257] = "memory.";

	memset(key + 7, 'x', 256 - 7);
	key[255] = '\0';
	CHECK_INT(make(&host_v2, unified(key, "0"), "/a"), 0);
	key[255] = 'x';
	check_refused(&host_v2, unified(key, "0"), "/a", ERR_SPEC,
		      "/linux/resources/unified: a key is not of the form CONTROLLER.PARAMETER");
}

TEST(unified_keys_that_are_no_limits)
{
	const char *const runtimes[] = {
		"cgroup.procs",		  "cgroup.threads", "cgroup.kill", "cgroup.type",
		"cgroup.subtree_control", "cgroup.freeze",  NULL};
	const char *const malformed[] = {"memory",    "../cgroup.procs", "a/b.c", ".x", "memory.",
					 "mem ory.x", "memory.max\n",	 "",	  NULL};
	char message[128];

	for (const char *const *p = runtimes; *p; p++) {
		snprintf(message, sizeof(message), "/linux/resources/unified/%s: is not a limit",
			 *p);
		check_refused(&host_v2, unified(*p, "1"), "/a", ERR_SPEC, message);
	}
	for (const char *const *p = malformed; *p; p++)
		check_refused(&host_v2, unified(*p, "1"), "/a", ERR_SPEC,
			      "/linux/resources/unified: a key is not of the form "
			      "CONTROLLER.PARAMETER");
}

TEST(unified_may_not_undo_a_limit)
{
	struct spec_resources *r = unified("memory.max", "max");

	r->memory = &docker_memory;
	check_refused(&host_v2, r, "/a", ERR_SPEC,
		      "/linux/resources/unified/memory.max: contradicts "
		      "/linux/resources/memory/limit");
	pairs[0].value = "536870912";
	CHECK_INT(make(&host_v2, r, "/a"), 0);
	CHECK_INT(plan.n_settings, 3);
	arena_free(&arena);
	/* not only the first one */
	r = unified("pids.max", "1");
	r->memory = &docker_memory;
	r->pids = &docker_pids;
	check_refused(&host_v2, r, "/a", ERR_SPEC,
		      "/linux/resources/unified/pids.max: contradicts "
		      "/linux/resources/pids/limit");
	/* a file of the same name in another tree is another file */
	r = unified("hugetlb.2MB.max", "1");
	CHECK_INT(make(&host_hybrid, r, "/a"), 0);
	CHECK_INT(plan.n_settings, 1);
	arena_free(&arena);
	/* one that is only written when the first does not exist */
	struct spec_block_io io = {.weight = U16(100)};
	r = unified("io.weight", "default 909");
	r->block_io = &io;
	check_refused(&host_v2, r, "/a", ERR_SPEC,
		      "/linux/resources/unified/io.weight: contradicts "
		      "/linux/resources/blockIO/weight");
}

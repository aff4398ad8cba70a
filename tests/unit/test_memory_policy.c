/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_memory_policy.c: linux.memoryPolicy in the words of set_mempolicy(2). */
#include <errno.h>
#include <linux/mempolicy.h>

#include "base/arena.h"
#include "base/err.h"
#include "host/facts.h"
#include "oci-spec/spec.h"
#include "plan/memory_policy.h"
#include "tests/unit/check.h"

static struct arena arena;
static struct err err;
static struct memory_policy_plan plan;
static struct host_facts facts;

static int make(const char *mode, const char *nodes, char *flag1, char *flag2)
{
	char *flags[] = {flag1, flag2, NULL};
	struct spec_memory_policy s = {
		.mode = mode,
		.nodes = nodes,
		.flags = flags,
		.n_flags = flag2   ? 2
			   : flag1 ? 1
				   : 0,
	};

	arena_free(&arena);
	err = (struct err){0};
	facts.mem_nodes = "0-3,70";
	return memory_policy_plan_make(&s, &facts, &arena, &plan, &err);
}

#define BALANCING ((char *)"MPOL_F_NUMA_BALANCING")
#define RELATIVE  ((char *)"MPOL_F_RELATIVE_NODES")
#define STATIC	  ((char *)"MPOL_F_STATIC_NODES")

TEST(modes)
{
	static const struct {
		const char *name;
		int value;
		const char *nodes;
	} m[] = {
		{"MPOL_DEFAULT", MPOL_DEFAULT, NULL},
		{"MPOL_LOCAL", MPOL_LOCAL, NULL},
		{"MPOL_PREFERRED", MPOL_PREFERRED, NULL},
		{"MPOL_PREFERRED", MPOL_PREFERRED, "0"},
		{"MPOL_BIND", MPOL_BIND, "0"},
		{"MPOL_INTERLEAVE", MPOL_INTERLEAVE, "0"},
		{"MPOL_PREFERRED_MANY", MPOL_PREFERRED_MANY, "0"},
		{"MPOL_WEIGHTED_INTERLEAVE", 6, "0"},
	};

	for (size_t i = 0; i < sizeof(m) / sizeof(m[0]); i++) {
		CHECK_MSG(make(m[i].name, m[i].nodes, NULL, NULL) == 0, "%s", err.msg);
		CHECK(plan.set);
		CHECK_INT(plan.mode, m[i].value);
		CHECK_INT(plan.nodes != NULL, m[i].nodes != NULL);
		CHECK(plan.effective == plan.nodes || m[i].value == MPOL_PREFERRED);
	}
	CHECK_INT(memory_policy_plan_make(NULL, &facts, &arena, &plan, &err), 0);
	CHECK(!plan.set);
}

TEST(flags)
{
	CHECK_INT(make("MPOL_BIND", "0", STATIC, BALANCING), 0);
	CHECK_INT(plan.mode, MPOL_BIND | MPOL_F_STATIC_NODES | MPOL_F_NUMA_BALANCING);
	CHECK_INT(make("MPOL_PREFERRED", "0", RELATIVE, NULL), 0);
	CHECK_INT(plan.mode, MPOL_PREFERRED | MPOL_F_RELATIVE_NODES);
	CHECK_INT(make("MPOL_PREFERRED_MANY", "0", BALANCING, NULL), 0);
	CHECK_INT(plan.mode, MPOL_PREFERRED_MANY | MPOL_F_NUMA_BALANCING);
}

TEST(nodes)
{
	CHECK_INT(make("MPOL_BIND", "1-2,70", NULL, NULL), 0);
	CHECK_INT(plan.nodes[0], 6);
	CHECK_INT(plan.nodes[1], 1 << (70 - 64));
	CHECK_INT(plan.nodes[2], 0);
	/* The kernel takes the first one. */
	CHECK_INT(make("MPOL_PREFERRED", "2-3,70", NULL, NULL), 0);
	CHECK_INT(plan.nodes[0], 12);
	CHECK_INT(plan.effective[0], 4);
	CHECK_INT(plan.effective[1], 0);
	CHECK_INT(make("MPOL_PREFERRED", "70", NULL, NULL), 0);
	CHECK_INT(plan.effective[0], 0);
	CHECK_INT(plan.effective[1], 1 << (70 - 64));
	CHECK_INT(make("MPOL_PREFERRED", "2-3", STATIC, NULL), 0);
	CHECK(plan.effective == plan.nodes);
	/* Relative ones wrap around, whatever the host has. */
	CHECK_INT(make("MPOL_INTERLEAVE", "1023", RELATIVE, NULL), 0);
	CHECK(plan.nodes[15] == 1ul << 63);
}

/* Refused with exactly this message. */
static void refused(const char *mode, const char *nodes, char *flag1, char *flag2, int kind,
		    const char *msg)
{
	CHECK_INT(make(mode, nodes, flag1, flag2), -EINVAL);
	CHECK_INT(err.kind, kind);
	CHECK_STR(err.msg, msg);
	CHECK(!plan.set);
}

#define AT	"/linux/memoryPolicy/"
#define KERNEL	": set_mempolicy: invalid argument: "
#define NO_LIST "\" is not a list of nodes below 1024"

TEST(contradictions)
{
	refused(NULL, NULL, NULL, NULL, ERR_SPEC, AT "mode: invalid memory policy mode: ");
	refused("MPOL_MAX", NULL, NULL, NULL, ERR_SPEC,
		AT "mode: invalid memory policy mode: MPOL_MAX");
	refused("MPOL_BIND", "0", STATIC, (char *)"MPOL_F_ADDR", ERR_SPEC,
		AT "flags/1: invalid memory policy flag: MPOL_F_ADDR");
	refused("MPOL_DEFAULT", "0", NULL, NULL, ERR_SPEC,
		AT "nodes" KERNEL "MPOL_DEFAULT takes no nodes");
	refused("MPOL_LOCAL", "0", NULL, NULL, ERR_SPEC,
		AT "nodes" KERNEL "MPOL_LOCAL takes no nodes");
	refused("MPOL_BIND", NULL, NULL, NULL, ERR_SPEC, AT "nodes" KERNEL "MPOL_BIND needs nodes");
	refused("MPOL_INTERLEAVE", NULL, NULL, NULL, ERR_SPEC,
		AT "nodes" KERNEL "MPOL_INTERLEAVE needs nodes");
	refused("MPOL_WEIGHTED_INTERLEAVE", NULL, NULL, NULL, ERR_SPEC,
		AT "nodes" KERNEL "MPOL_WEIGHTED_INTERLEAVE needs nodes");
	refused("MPOL_PREFERRED_MANY", NULL, NULL, NULL, ERR_SPEC,
		AT "nodes" KERNEL "MPOL_PREFERRED_MANY needs nodes");
	refused("MPOL_BIND", "0", STATIC, RELATIVE, ERR_SPEC,
		AT "flags" KERNEL "nodes cannot be relative and static at once");
	refused("MPOL_PREFERRED", "0", BALANCING, NULL, ERR_SPEC,
		AT "flags" KERNEL "MPOL_F_NUMA_BALANCING is not for MPOL_PREFERRED");
	refused("MPOL_DEFAULT", NULL, BALANCING, NULL, ERR_SPEC,
		AT "flags" KERNEL "MPOL_F_NUMA_BALANCING is not for MPOL_DEFAULT");
	refused("MPOL_PREFERRED", NULL, STATIC, NULL, ERR_SPEC,
		AT "flags" KERNEL "flags are about nodes, and there are none");
	refused("MPOL_LOCAL", NULL, RELATIVE, NULL, ERR_SPEC,
		AT "flags" KERNEL "flags are about nodes, and there are none");
}

TEST(nodes_that_are_none)
{
	refused("MPOL_BIND", "0-9876543210", NULL, NULL, ERR_SPEC,
		AT "nodes: invalid memory policy nodes: \"0-9876543210" NO_LIST);
	refused("MPOL_BIND", "1024", NULL, NULL, ERR_SPEC,
		AT "nodes: invalid memory policy nodes: \"1024" NO_LIST);
	refused("MPOL_BIND", "x", NULL, NULL, ERR_SPEC,
		AT "nodes: invalid memory policy nodes: \"x" NO_LIST);
	refused("MPOL_BIND", "0-4", NULL, NULL, ERR_HOST,
		AT "nodes: \"0-4\" names nodes that this host has no memory in (it has 0-3,70)");
	refused("MPOL_BIND", "71", STATIC, NULL, ERR_HOST,
		AT "nodes: \"71\" names nodes that this host has no memory in (it has 0-3,70)");
}

TEST(a_host_that_says_nothing_of_its_nodes)
{
	struct spec_memory_policy s = {.mode = "MPOL_BIND", .nodes = "5"};

	facts.mem_nodes = NULL;
	CHECK_INT(memory_policy_plan_make(&s, &facts, &arena, &plan, &err), 0);
	facts.mem_nodes = "nonsense";
	CHECK_INT(memory_policy_plan_make(&s, &facts, &arena, &plan, &err), 0);
	CHECK_INT(plan.nodes[0], 32);
}

TEST(names)
{
	size_t n = 0, m = 0;

	for (; memory_policy_mode_name(n); n++) {
		int r = make(memory_policy_mode_name(n), NULL, NULL, NULL);
		CHECK_MSG(r == 0 || strstr(err.msg, "needs nodes"), "%s", err.msg);
	}
	CHECK_INT(n, 7);
	for (; memory_policy_flag_name(m); m++)
		CHECK_INT(
			make("MPOL_BIND", "0", (char *)(uintptr_t)memory_policy_flag_name(m), NULL),
			0);
	CHECK_INT(m, 3);
}

TEST(what_numa_maps_shows)
{
	unsigned long nodes[MEMORY_POLICY_WORDS] = {3}, first[MEMORY_POLICY_WORDS] = {1};
	struct memory_policy_plan p = {.set = true, .mode = 2, .nodes = nodes, .effective = nodes};

	CHECK_STR(memory_policy_text(&p, &arena), "bind:0,1");
	CHECK(memory_policy_is_shown(&p, "bind:0-1"));
	CHECK(!memory_policy_is_shown(&p, "bind:0") && !memory_policy_is_shown(&p, "bind"));
	CHECK(!memory_policy_is_shown(&p, "interleave:0-1") &&
	      !memory_policy_is_shown(&p, "default") && !memory_policy_is_shown(&p, "bind:x"));
	CHECK(!memory_policy_is_shown(&p, "bind=static:0-1"));
	/* Static, and balancing, which not every kernel shows. */
	p.mode = 2 | 1 << 15 | 1 << 13;
	CHECK_STR(memory_policy_text(&p, &arena), "bind=static:0,1");
	CHECK(memory_policy_is_shown(&p, "bind=static:0-1") &&
	      memory_policy_is_shown(&p, "bind=static|balancing:0-1"));
	CHECK(!memory_policy_is_shown(&p, "bind:0-1"));
	/* Relative ones are counted from what the cpuset has. */
	p.mode = 3 | 1 << 14;
	CHECK(memory_policy_is_shown(&p, "interleave=relative:2-3"));
	p = (struct memory_policy_plan){.set = true, .mode = 1, .nodes = nodes, .effective = first};
	CHECK(memory_policy_is_shown(&p, "prefer:0") &&
	      !memory_policy_is_shown(&p, "prefer (many):0"));
	p = (struct memory_policy_plan){.set = true, .mode = 1};
	CHECK(memory_policy_is_shown(&p, "local") && memory_policy_is_shown(&p, "prefer"));
	CHECK(!memory_policy_is_shown(&p, "prefer:0"));
	p.mode = 0;
	CHECK(memory_policy_is_shown(&p, "default") && !memory_policy_is_shown(&p, "local"));
	arena_free(&arena);
}

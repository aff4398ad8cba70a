/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroup_facts.h: made-up hosts for the cgroup tests, and a plan as text. */
#ifndef BULKHEAD_TESTS_CGROUP_FACTS_H
#define BULKHEAD_TESTS_CGROUP_FACTS_H

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "harden/measures.h"
#include "host/facts.h"
#include "oci-spec/spec.h"
#include "plan/cgroup.h"
#include "tests/unit/check.h"

/* Each test file uses some of these. */
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wunused-variable"

static const struct cgroup_hierarchy v1_hierarchies[] = {
	{"name=systemd", "/cg/systemd", "/"},
	{"pids", "/cg/pids", "/"},
	{"net_cls,net_prio", "/cg/net_cls,net_prio", "/"},
	{"blkio", "/cg/blkio", "/"},
	{"hugetlb", "/cg/hugetlb", "/"},
	{"rdma", "/cg/rdma", "/"},
	{"devices", "/cg/devices", "/"},
	{"memory", "/cg/memory", "/own/mem"},
	{"cpuset", "/cg/cpuset", "/"},
	{"cpu,cpuacct", "/cg/cpu,cpuacct", "/own"},
};

static const struct host_facts host_v1 = {
	.kernel_major = 6,
	.kernel_minor = 1,
	.swap_accounting = true,
	.cgroup_layout = CGROUP_LAYOUT_V1,
	.cgroup_v1 = v1_hierarchies,
	.n_cgroup_v1 = sizeof(v1_hierarchies) / sizeof(v1_hierarchies[0]),
};

/* The machine of the first tests: hugetlb is the only controller left in the v2 tree. */
static const struct cgroup_hierarchy hybrid_hierarchies[] = {
	{"pids", "/cg/pids", "/"},	 {"blkio", "/cg/blkio", "/"},
	{"devices", "/cg/devices", "/"}, {"memory", "/cg/memory", "/"},
	{"cpuset", "/cg/cpuset", "/"},	 {"cpu", "/cg/cpu", "/"},
};

static const struct host_facts host_hybrid = {
	.kernel_major = 6,
	.kernel_minor = 18,
	.swap_accounting = true,
	.cgroup_layout = CGROUP_LAYOUT_HYBRID,
	.cgroup_v1 = hybrid_hierarchies,
	.n_cgroup_v1 = sizeof(hybrid_hierarchies) / sizeof(hybrid_hierarchies[0]),
	.cgroup_v2_mountpoint = "/cg/unified",
	.cgroup_v2_own_path = "/",
	.cgroup_v2_controllers = "hugetlb",
};

static const struct host_facts host_v2 = {
	.kernel_major = 6,
	.kernel_minor = 1,
	.swap_accounting = true,
	.cgroup_layout = CGROUP_LAYOUT_V2,
	.cgroup_v2_mountpoint = "/cg",
	.cgroup_v2_own_path = "/user.slice/session-1.scope",
	.cgroup_v2_controllers = "cpuset cpu io memory hugetlb pids rdma misc",
};

static inline void render_setting(const struct cgroup_setting *s, struct strbuf *out)
{
	static const char checks[] = "=#~?";

	strbuf_addf(out, "%zu %s <- %s", s->tree, s->file, s->value);
	if (strcmp(s->want, s->value) != 0)
		strbuf_addf(out, " want %s", s->want);
	if (s->alt_file)
		strbuf_addf(out, " or %s <- %s want %s", s->alt_file, s->alt_value, s->alt_want);
	strbuf_addf(out, " [%c", checks[s->check]);
	if (s->flags & CGROUP_AFTER_NEXT)
		strbuf_adds(out, " after-next");
	if (s->flags & CGROUP_OPTIONAL)
		strbuf_adds(out, " optional");
	if (s->flags & CGROUP_ABOVE_USAGE)
		strbuf_adds(out, " above-usage");
	if (s->flags & CGROUP_MAY_VANISH)
		strbuf_adds(out, " may-vanish");
	strbuf_addf(out, "] %s\n", s->pointer);
}

/* The settings, one a line: what the golden texts of the tests show. */
static inline void render_settings(const struct cgroup_plan *p, struct strbuf *out)
{
	for (size_t i = 0; i < p->n_settings; i++)
		render_setting(&p->settings[i], out);
	if (p->n_v2_controllers) {
		strbuf_adds(out, "enable");
		for (size_t i = 0; i < p->n_v2_controllers; i++)
			strbuf_addf(out, " %s", p->v2_controllers[i]);
		strbuf_adds(out, "\n");
	}
}

static struct arena arena;
static struct err error;
static const struct measures measures; /* as without a hardening layer */
static struct cgroup_plan plan;

static int make(const struct host_facts *f, struct spec_resources *r, const char *path)
{
	struct spec_linux l = {.resources = r, .cgroups_path = path};
	struct spec s = {.linux_ = &l};

	arena_free(&arena);
	err_clear(&error);
	return cgroup_plan_make(&s, &measures, f, "c1", &arena, &plan, &error);
}

static void check_settings(const struct host_facts *f, struct spec_resources *r, const char *want)
{
	AUTO_STRBUF out = STRBUF_INIT;

	CHECK_MSG(make(f, r, "/d/c1") == 0, "%s", error.msg);
	strbuf_adds(&out, "");
	render_settings(&plan, &out);
	bool same = out.buf && strcmp(out.buf, want) == 0;
	if (!same)
		printf("# got:\n%s# want:\n%s", out.buf, want);
	strbuf_free(&out);
	CHECK(same);
	arena_free(&arena);
}

static void check_refused(const struct host_facts *f, struct spec_resources *r, const char *path,
			  enum err_kind kind, const char *message)
{
	CHECK(make(f, r, path) < 0);
	CHECK_STR(error.msg, message);
	CHECK_INT(error.kind, kind);
	arena_free(&arena);
}

#define I64(v) (&(int64_t){v})
#define U64(v) (&(uint64_t){v})
#define U32(v) (&(uint32_t){v})
#define U16(v) (&(uint16_t){v})
#define YES    (&(bool){true})
#define NO     (&(bool){false})

static struct spec_memory docker_memory = {
	.limit = &(int64_t){536870912},
	.reservation = &(int64_t){268435456},
	.swap = &(int64_t){1073741824},
	.disable_oom_killer = &(bool){false},
};
static struct spec_cpu docker_cpu = {
	.shares = &(uint64_t){512},
	.quota = &(int64_t){150000},
	.period = &(uint64_t){100000},
	.cpus = "0-1",
	.mems = "0",
};
static struct spec_pids docker_pids = {.limit = &(int64_t){2048}};

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_plan.c: properties of the whole plan, on hardened documents of engines (tests/golden/harden)
 * and on random ones.
 *
 *   total    a plan, or a reason that names a member or this host
 *   pure     the document is not changed, and the same plan is made again
 *   memory   each allocation that fails is reported as that
 */
#include <errno.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "harden/harden.h"
#include "harden/measures.h"
#include "host/facts.h"
#include "oci-spec/spec.h"
#include "plan/plan.h"
#include "policy/policy.h"
#include "tests/golden/facts_json.h"
#include "tests/golden/plan_text.h"
#include "tests/prop/gen_harden.h"
#include "tests/unit/check.h"
#include "tests/unit/files.h"

/* Exactly the allocation with this number fails, counting from 0; negative: none. */
static long countdown = -1;

bool arena_test_fail(void)
{
	return countdown >= 0 && countdown-- == 0;
}

struct sample {
	const char *name;
	struct arena a;
	struct spec *spec;
	struct measures m;
	struct host_facts f;
	struct err e;
};

/* Whether there is something to plan. */
static bool sample_of_engine(struct sample *x, const char *name)
{
	struct decisions d = {0};
	struct spec *asked;
	size_t len;

	*x = (struct sample){.name = name};
	char *text = file_text(arena_printf(&x->a, "golden/harden/%s/config.json", name), &len);
	CHECK_MSG(spec_parse(text, len, &x->a, &asked, &x->e) == 0, "%s", x->e.msg);
	free(text);
	text = file_text(arena_printf(&x->a, "golden/harden/%s/facts.json", name), &len);
	CHECK_MSG(facts_parse(text, len, asked, &x->a, &x->f, &x->e) == 0, "%s", x->e.msg);
	free(text);
	return harden(asked, policy_default(), &x->f, &x->a, &x->spec, &x->m, &d, &x->e) == 0;
}

/* Without what refuses most random documents: not every property is supported, and test_mounts_plan
 * has the mounts. */
static void tame(struct spec *s, uint64_t seed, struct arena *a)
{
	static char program[] = "program", *args[] = {program, NULL};

	if (!s->process)
		s->process = arena_alloc(a, sizeof(*s->process));
	s->process->cwd = "/";
	s->process->args = args;
	s->process->n_args = 1;
	s->process->n_env = 0;
	if (seed % 4)
		s->n_mounts = 0;
	if (!s->root)
		s->root = arena_alloc(a, sizeof(*s->root));
	s->root->path = "/root-of-a-bundle";
	if (!s->linux_)
		return;
	if (seed % 8)
		s->linux_->intel_rdt = NULL;
	if (seed % 8)
		s->linux_->n_net_devices = 0;
	s->linux_->n_time_offsets = 0;
	/* Of a few random bytes; the engines' documents have real ones. */
	s->linux_->seccomp = NULL;
}

/* A host on which limits can be set. */
static void furnish(struct host_facts *f, bool v2)
{
	static const struct cgroup_hierarchy v1[] = {
		{"cpu,cpuacct", "/sys/fs/cgroup/cpu", "/"},
		{"memory", "/sys/fs/cgroup/memory", "/service"},
		{"devices", "/sys/fs/cgroup/devices", "/"},
		{"pids", "/sys/fs/cgroup/pids", "/"},
		{"blkio", "/sys/fs/cgroup/blkio", "/"},
		{"cpuset", "/sys/fs/cgroup/cpuset", "/"},
		{"hugetlb", "/sys/fs/cgroup/hugetlb", "/"},
		{"net_cls,net_prio", "/sys/fs/cgroup/net_cls", "/"},
	};

	f->resctrl = v2 ? "/sys/fs/resctrl" : NULL;
	f->cgroup_layout = v2 ? CGROUP_LAYOUT_V2 : CGROUP_LAYOUT_V1;
	f->cgroup_v2_mountpoint = v2 ? "/sys/fs/cgroup" : NULL;
	f->cgroup_v2_own_path = v2 ? "/service" : NULL;
	f->cgroup_v2_controllers = v2 ? "cpuset cpu io memory hugetlb pids rdma misc" : NULL;
	f->cgroup_v1 = v2 ? NULL : v1;
	f->n_cgroup_v1 = v2 ? 0 : sizeof(v1) / sizeof(v1[0]);
}

static bool sample_of_chance(struct sample *x, uint64_t seed)
{
	uint64_t stream = seed * 0x9e3779b97f4a7c15u;
	struct decisions d = {0};

	*x = (struct sample){.name = "random"};
	struct spec *asked = gen_harden_spec(&stream, &x->a);
	tame(asked, seed, &x->a);
	gen_facts(asked, &stream, &x->a, &x->f);
	furnish(&x->f, seed % 2);
	return harden(asked, policy_default(), &x->f, &x->a, &x->spec, &x->m, &d, &x->e) == 0;
}

static int make(struct sample *x, struct arena *a, struct plan *p)
{
	x->e = (struct err){0};
	return plan_make(x->spec, &x->m, &x->f, "id", "/bundle", a, p, &x->e);
}

static const char *json(struct sample *x)
{
	AUTO_STRBUF b = STRBUF_INIT;

	spec_write(x->spec, NULL, &b);
	return arena_strdup(&x->a, b.buf);
}

static const char *text_of(struct sample *x, const struct plan *p)
{
	AUTO_STRBUF b = STRBUF_INIT;

	plan_text(p, &b);
	return arena_strdup(&x->a, b.buf);
}

/* Whether there is a plan. */
static bool check_pure(struct sample *x)
{
	const char *before = json(x);
	struct plan p, again;
	int r = make(x, &x->a, &p);

	CHECK_STR(json(x), before);
	if (r < 0) {
		CHECK_MSG(x->e.kind == ERR_HOST || (x->e.kind == ERR_SPEC && x->e.msg[0] == '/'),
			  "%s: %s", x->name, x->e.msg);
		return false;
	}
	CHECK_INT(make(x, &x->a, &again), 0);
	CHECK_STR(text_of(x, &again), text_of(x, &p));
	return true;
}

static void check_memory(struct sample *x)
{
	struct plan p;

	for (long n = 0;; n++) {
		AUTO_ARENA struct arena a = ARENA_INIT;

		memset(&p, 0x55, sizeof(p));
		countdown = n;
		int r = make(x, &a, &p);
		bool failed = countdown < 0;
		countdown = -1;
		if (!failed) {
			CHECK_INT(r, 0);
			CHECK_MSG(n > 10, "%s: %ld allocations", x->name, n);
			break;
		}
		CHECK_MSG(r == -ENOMEM && x->e.kind == ERR_SYSTEM, "%s: allocation %ld: %d: %s",
			  x->name, n, r, x->e.msg);
	}
}

TEST(documents_of_engines)
{
	static const char *const names[] = {
		"ctr-run",
		"docker-device",
		"docker-join",
		"docker-limits",
		"docker-net-none",
		"docker-run",
		"docker-run-v1",
		"docker-sysctl",
		"docker-user-unconfined",
		"docker-userns-remap",
		"docker-volumes",
		"podman-net-none",
		"podman-overlay-volume",
		"podman-run",
		"podman-user",
		"runc-spec",
	};
	unsigned planned = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct sample x;

		if (sample_of_engine(&x, names[i]) && check_pure(&x)) {
			check_memory(&x);
			planned++;
		}
		arena_free(&x.a);
	}
	CHECK_MSG(planned > 10, "only %u", planned);
}

TEST(random_documents)
{
	unsigned planned = 0, hardened = 0;

	for (uint64_t seed = 1; seed <= 1000; seed++) {
		struct sample x;

		if (sample_of_chance(&x, seed)) {
			hardened++;
			if (check_pure(&x)) {
				check_memory(&x);
				planned++;
			}
		}
		arena_free(&x.a);
	}
	printf("# %u of %u planned\n", planned, hardened);
	CHECK(planned > 20);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_seccomp_golden.c: the profiles that engines send, compiled by us and by libseccomp. */
#include <seccomp.h>

#include "base/arena.h"
#include "base/err.h"
#include "plan/seccomp_compile.h"
#include "tests/unit/bpf_sim.h"
#include "tests/unit/check.h"
#include "tests/unit/files.h"
#include "tests/unit/seccomp_oracle.h"
#include "tests/unit/seccomp_random.h"
#include "tests/unit/seccomp_rules.h"

/* tests/golden/seccomp/NAME.json is a linux.seccomp, tests/golden/spec/NAME.json a whole config. */
static struct spec_seccomp *load(const char *dir, const char *name, struct arena *a)
{
	static const char head[] = "{\"ociVersion\":\"1.2.0\",\"linux\":{\"seccomp\":",
			  tail[] = "}}";
	bool whole = strcmp(dir, "spec") == 0;
	struct spec *s;
	struct err e = {0};
	char path[256];
	size_t len;

	snprintf(path, sizeof(path), "golden/%s/%s.json", dir, name);
	char *text = file_text(path, &len);
	char *doc = arena_printf(a, "%s%s%s", whole ? "" : head, text, whole ? "" : tail);

	free(text);
	CHECK(doc);
	CHECK_MSG(spec_parse(doc, strlen(doc), a, &s, &e) == 0, "%s: %s", path, e.msg);
	CHECK(s->linux_ && s->linux_->seccomp);
	return s->linux_->seccomp;
}

static void compare_at(const struct spec_seccomp *s, const struct oracle *o,
		       const struct sock_filter *insns, uint32_t arch, uint32_t nr, uint64_t *state)
{
	/* what the engines' conditions turn on */
	static const uint64_t edges[] = {
		0,	    1,		 8,	     15,	 16,	     17,
		33,	    37,		 38,	     39,	 40,	     41,
		0x20000,    0x20008,	 0x2000000,  0x10000000, 0x7e020000, 0x81fdffff,
		0xffffffff, 0x100000000, 0x100000026};

	for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++)
		for (int j = 0; j < 3; j++) {
			struct seccomp_data data = {.nr = (int)nr, .arch = arch};

			random_args(s, state, &data);
			data.args[0] = edges[i];
			data.args[2] = 8 + (uint64_t)j;
			CHECK_MSG(bpf_sim_run(insns, &data) == oracle_run(o, &data),
				  "arch %#x nr %#x arg0 %#llx: %#x, libseccomp %#x", arch, nr,
				  (unsigned long long)edges[i], bpf_sim_run(insns, &data),
				  oracle_run(o, &data));
		}
}

static void compare(const char *dir, const char *name, size_t max_insns)
{
	static const uint32_t archs[] = {SCMP_ARCH_X86_64, SCMP_ARCH_X86, SCMP_ARCH_AARCH64};
	AUTO_ARENA struct arena a = ARENA_INIT;
	const struct seccomp_abi *native = seccomp_abi_by_name("SCMP_ARCH_X86_64");
	struct spec_seccomp *s = load(dir, name, &a);
	struct seccomp_profile profile;
	struct seccomp_policy policy;
	struct seccomp_dag d;
	const struct sock_filter *insns;
	uint16_t n;
	struct oracle o;
	struct err e = {0};
	uint64_t state = 1;

	seccomp_dag_init(&d, &a);
	CHECK_INT(oracle_make(s, native, &o), 0);
	CHECK_MSG(seccomp_profile_make(s, native, &a, &profile, &e) == 0, "%s", e.msg);
	CHECK_MSG(seccomp_compile(&profile, &d, &policy, &e) == 0, "%s", e.msg);
	CHECK_INT(seccomp_policy_assemble(&policy, &d, &insns, &n), 0);
	CHECK(bpf_sim_valid(insns, n));
	printf("# %s/%s: %u instructions, libseccomp %zu\n", dir, name, n, o.n);
	CHECK(n <= max_insns);
	for (size_t i = 0; i < sizeof(archs) / sizeof(archs[0]); i++)
		for (uint32_t nr = 0; nr < 1100; nr++) {
			compare_at(s, &o, insns, archs[i], nr, &state);
			compare_at(s, &o, insns, archs[i], SECCOMP_X32_BIT + nr, &state);
			compare_at(s, &o, insns, archs[i], 0u - 1 - nr, &state);
		}
	oracle_free(&o);
}

TEST(docker)
{
	compare("seccomp", "docker-default", 400);
}

TEST(containerd)
{
	compare("seccomp", "containerd-default", 400);
}

TEST(podman)
{
	compare("seccomp", "podman-default", 400);
}

/* What the versions that Debian 12 has really sent. */
TEST(docker_20_10)
{
	compare("spec", "docker-default", 400);
	compare("spec", "docker-many", 400);
}

TEST(podman_4_3)
{
	compare("spec", "podman-default", 400);
	compare("spec", "podman-many", 400);
}

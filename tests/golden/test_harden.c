/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_harden.c: what engines really send (captured from dockerd 20.10, podman 4.3, containerd 1.6)
 * and what becomes of it. In tests/golden/harden/NAME/:
 *
 *   config.json, facts.json        the request, and what is to be assumed of the host
 *   decisions.json, decisions.txt  what the hardening decided
 *   hardened.json, plan.txt        the outcome, or
 *   error.txt                      the error, when there is none
 *
 * BULKHEAD_GOLDEN_UPDATE=1 writes down what comes out now: read the diff.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "facts_json.h"
#include "harden/harden.h"
#include "harden/measures.h"
#include "host/facts.h"
#include "oci-spec/spec.h"
#include "plan/plan.h"
#include "plan_text.h"
#include "policy/document.h"
#include "policy/policy.h"
#include "tests/unit/check.h"
#include "tests/unit/files.h"

struct golden {
	const char *name;
	struct arena a;
};

static bool updating(void)
{
	return getenv("BULKHEAD_GOLDEN_UPDATE") != NULL;
}

static char *read_input(struct golden *g, const char *file, size_t *len)
{
	char *text = file_text(arena_printf(&g->a, "golden/harden/%s/%s", g->name, file), len);
	char *copy = arena_strndup(&g->a, text, *len);

	free(text);
	return copy;
}

static void update(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	CHECK_MSG(f && fputs(text, f) >= 0 && fclose(f) == 0, "cannot write %s", path);
}

static unsigned line_of_difference(const char *a, const char *b)
{
	unsigned line = 1;

	for (; *a && *a == *b; a++, b++)
		line += *a == '\n';
	return line;
}

/* @text NULL: the file must not be there. */
static void expect(struct golden *g, const char *file, const char *text)
{
	const char *top = getenv("srcdir");
	const char *path =
		arena_printf(&g->a, "%s/tests/golden/harden/%s/%s", top ? top : ".", g->name, file);
	size_t len;

	if (updating() && text)
		update(path, text);
	if (updating() && !text)
		unlink(path);
	if (!text) {
		CHECK_MSG(access(path, F_OK) != 0, "%s is there", path);
		return;
	}
	const char *want = read_input(g, file, &len);
	CHECK_MSG(strcmp(want, text) == 0, "%s differs at line %u", path,
		  line_of_difference(want, text));
}

static void expect_decisions(struct golden *g, const struct decisions *d)
{
	AUTO_STRBUF json = STRBUF_INIT;
	AUTO_STRBUF table = STRBUF_INIT;

	decisions_write_json(d, "\t", &json);
	strbuf_addc(&json, '\n');
	decisions_write_table(d, &table);
	expect(g, "decisions.json", json.buf);
	expect(g, "decisions.txt", table.buf);
}

static void expect_outcome(struct golden *g, const struct spec *hardened, const struct plan *p,
			   const struct err *e)
{
	AUTO_STRBUF json = STRBUF_INIT;
	AUTO_STRBUF text = STRBUF_INIT;

	if (hardened) {
		spec_write(hardened, "\t", &json);
		strbuf_addc(&json, '\n');
	}
	if (p)
		plan_text(p, &text);
	expect(g, "hardened.json", json.buf);
	expect(g, "plan.txt", text.buf);
	expect(g, "error.txt", e->kind ? arena_printf(&g->a, "%s\n", e->msg) : NULL);
}

/* policy.json of the directory where there is one. */
static void load_policy(struct golden *g, struct policy *ret)
{
	const char *top = getenv("srcdir");
	const char *path = arena_printf(&g->a, "%s/tests/golden/harden/%s/policy.json",
					top ? top : ".", g->name);
	struct err e = {0};
	size_t len;

	*ret = *policy_default();
	if (access(path, F_OK) != 0)
		return;
	char *text = read_input(g, "policy.json", &len);
	CHECK_MSG(policy_parse(text, len, &g->a, ret, &e) == 0, "%s", e.msg);
}

static void run(const char *name)
{
	struct golden g = {.name = name};
	struct policy policy;
	struct spec *asked = NULL, *hardened = NULL;
	struct decisions d = {0};
	struct measures m;
	struct host_facts f = {0};
	struct plan p;
	struct err e = {0};
	size_t len;

	load_policy(&g, &policy);
	char *config = read_input(&g, "config.json", &len);
	CHECK_MSG(spec_parse(config, len, &g.a, &asked, &e) == 0, "%s", e.msg);
	char *facts = read_input(&g, "facts.json", &len);
	CHECK_MSG(facts_parse(facts, len, asked, &g.a, &f, &e) == 0, "%s", e.msg);
	int r = harden(asked, &policy, &f, &g.a, &hardened, &m, &d, &e);
	if (r == 0)
		r = plan_make(hardened, &m, &f, "golden", "/bundle", &g.a, &p, &e);
	expect_decisions(&g, &d);
	expect_outcome(&g, hardened, r == 0 ? &p : NULL, &e);
	arena_free(&g.a);
}

#define GOLDEN(id, name)                                                                           \
	TEST(id)                                                                                   \
	{                                                                                          \
		run(name);                                                                         \
	}

GOLDEN(docker_run, "docker-run")
GOLDEN(docker_run_on_v1, "docker-run-v1")
GOLDEN(docker_net_none, "docker-net-none")
GOLDEN(docker_volumes, "docker-volumes")
GOLDEN(docker_volume_of_etc, "docker-volume-of-etc")
GOLDEN(docker_limits, "docker-limits")
GOLDEN(docker_user_unconfined, "docker-user-unconfined")
GOLDEN(docker_sysctl, "docker-sysctl")
GOLDEN(docker_join, "docker-join")
GOLDEN(docker_privileged, "docker-privileged")
GOLDEN(docker_host_namespaces, "docker-host-namespaces")
GOLDEN(docker_socket, "docker-socket")
GOLDEN(docker_device, "docker-device")
GOLDEN(docker_userns_remap, "docker-userns-remap")
GOLDEN(docker_userns_of_host_root, "docker-userns-of-host-root")
GOLDEN(podman_run, "podman-run")
GOLDEN(podman_net_none, "podman-net-none")
GOLDEN(podman_overlay_volume, "podman-overlay-volume")
GOLDEN(podman_user, "podman-user")
GOLDEN(podman_rootless, "podman-rootless")
GOLDEN(ctr_run, "ctr-run")
GOLDEN(ctr_net_host, "ctr-net-host")
GOLDEN(ctr_unconfined, "ctr-unconfined")
/* A plan can be made only by a build that could carry it out. */
#ifdef HAVE_APPARMOR
GOLDEN(ctr_apparmor, "ctr-apparmor")
#endif
#ifdef HAVE_SELINUX
GOLDEN(ctr_selinux, "ctr-selinux")
#endif
/* Rules that the built-in policy leaves without a limit, with limits. */
GOLDEN(policy_limits, "policy-limits")
GOLDEN(policy_refusals, "policy-refusals")
GOLDEN(runc_spec, "runc-spec")
GOLDEN(empty, "empty")

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * explain.c: `bulkhead explain`: what would become of a config.json, and why. Reads the bundle and
 * the host, changes and starts nothing, and needs no root.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "harden/harden.h"
#include "harden/measures.h"
#include "host/facts.h"
#include "host/probe.h"
#include "lifecycle/bundle.h"
#include "oci-spec/spec.h"
#include "plan/plan.h"
#include "policy/policy.h"
#include "runtime/command.h"
#include "runtime/output.h"

#define RANGE_SIZE 65536u

static const char *bundle, *format = "table";

static const struct option_spec options[] = {
	{.name = "bundle",
	 .key = 'b',
	 .text = &bundle,
	 .help = "path to the bundle directory (default: the current directory)"},
	{.name = "format",
	 .key = 'f',
	 .text = &format,
	 .help = "table or json",
	 .initial = "\"table\""},
	{0},
};

/* The range that the first container of an idle host would get: nothing is reserved here. */
static int pretend_range(const struct spec *s, const struct policy *p, struct host_facts *f,
			 struct err *e)
{
	unsigned base, slots;
	int r;

	if (!harden_needs_id_range(s, f))
		return 0;
	r = host_probe_range(p->userns.pool, &base, &slots, &f->range_source, e);
	if (r == 0)
		f->range = (struct id_extent){.inside = 0, .outside = base, .size = RANGE_SIZE};
	return r;
}

/* Only what is certain: who may not look into the bundle is not told that nothing is there. */
static void check_rootfs(const char *path, struct err *refusal)
{
	AUTO_FD fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		err_sys(refusal, errno, "rootfs %s", path);
}

/*
 * The way that create goes, up to the first change of the host. @refusal: why create would fail;
 * not set when it would not. A config.json that cannot be read at all is an error of its own.
 */
static int decide(const char *dir, const struct policy *policy, struct arena *a,
		  struct decisions *d, struct err *refusal, struct err *e)
{
	struct host_facts facts = {0};
	struct spec *s, *hardened;
	struct measures measures;
	struct plan plan;
	int r = bundle_load(dir, a, &s, e);

	if (r == 0)
		r = host_probe(s, policy, a, &facts, e);
	if (r == 0)
		r = pretend_range(s, policy, &facts, e);
	if (r < 0)
		return r;
	/* Every stage adds to the picture; the first refusal is the one that create would report.
	 */
	spec_check_create(s, refusal);
	r = harden(s, policy, &facts, a, &hardened, &measures, d, refusal);
	if (r == 0 && refusal->kind == ERR_NONE)
		r = plan_make(hardened, &measures, &facts, "explain", dir, a, &plan, refusal);
	if (r == 0 && refusal->kind == ERR_NONE)
		check_rootfs(plan.rootfs.path, refusal);
	return 0;
}

static void write_json(const struct decisions *d, const struct err *refusal, struct strbuf *out)
{
	AUTO_STRBUF list = STRBUF_INIT;
	struct json_out j = {.out = out, .indent = "  "};

	decisions_write_json(d, j.indent, &list);
	json_out_open(&j, NULL, '{');
	json_out_bool(&j, "accepted", refusal->kind == ERR_NONE);
	if (refusal->kind != ERR_NONE)
		json_out_string(&j, "refusal", refusal->msg);
	json_out_raw(&j, "decisions", list.buf ? list.buf : "[]");
	json_out_close(&j, '}');
	strbuf_addc(out, '\n');
	out->failed = out->failed || list.failed;
}

static void write_table(const struct decisions *d, const struct err *refusal, struct strbuf *out)
{
	decisions_write_table(d, out);
	if (refusal->kind == ERR_NONE)
		strbuf_adds(out, "\nNothing is refused.\n");
	else
		strbuf_addf(out, "\nRefused: %s\n", refusal->msg);
}

static int explain_run(const struct context *c, char **args, int n_args, struct err *e)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	AUTO_STRBUF out = STRBUF_INIT;
	struct decisions d = {0};
	struct err refusal = {0};
	const struct policy *policy;
	bool json = str_eq(format, "json");
	char dir[PATH_MAX];
	int r;

	(void)args, (void)n_args;
	if (!json && !str_eq(format, "table"))
		return err_set(e, ERR_STATE, EINVAL, "invalid format option");
	if (!realpath(bundle && *bundle ? bundle : ".", dir))
		return err_sys(e, errno, "chdir %s", bundle && *bundle ? bundle : ".");
	r = context_policy(c, &policy, e);
	if (r == 0)
		r = decide(dir, policy, &a, &d, &refusal, e);
	if (r < 0)
		return r;
	if (json)
		write_json(&d, &refusal, &out);
	else
		write_table(&d, &refusal, &out);
	r = output_write(&out, e);
	return r < 0 ? r : refusal.kind == ERR_NONE ? EXIT_SUCCESS : EXIT_FAILURE;
}

const struct command command_explain = {
	.name = "explain",
	.summary = "show what would be changed in a bundle's configuration, and why",
	.arguments = "",
	.description =
		"Shows every decision about the bundle's \"config.json\": the rule, the JSON\n"
		"pointer, the value before and after, and the reason. Needs no root and starts\n"
		"nothing. The exit status is 1 when create would refuse the bundle, else 0.\n"
		"What only the kernel knows, such as whether the root file system can be\n"
		"idmapped, shows when a container is created.",
	.options = options,
	.run = explain_run,
};

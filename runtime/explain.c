/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * explain.c: `bulkhead explain`: what would become of a config.json, and why. Reads the bundle and
 * the host, changes and starts nothing, and needs no root.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "lifecycle/bundle.h"
#include "runtime/command.h"
#include "runtime/outlook.h"
#include "runtime/output.h"

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

/* Only what is certain: who may not look into the bundle is not told that nothing is there. */
static void check_rootfs(const char *path, struct err *refusal)
{
	AUTO_FD fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		err_sys(refusal, errno, "rootfs %s", path);
}

/* A config.json that cannot be read at all is an error, what it is refused for is not. */
static int look(const struct context *c, const char *dir, struct arena *a, struct outlook *ret,
		struct err *e)
{
	const struct policy *policy;
	struct spec *s;
	int r = context_policy(c, &policy, e);

	if (r == 0)
		r = bundle_load(dir, a, &s, e);
	if (r == 0)
		r = outlook_make(s, policy, dir, context_systemd(c), a, ret, e);
	if (r == 0 && ret->refusal.kind == ERR_NONE)
		check_rootfs(ret->rootfs, &ret->refusal);
	return r;
}

static int explain_run(const struct context *c, char **args, int n_args, struct err *e)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	AUTO_STRBUF out = STRBUF_INIT;
	bool json = str_eq(format, "json");
	struct outlook o;
	char dir[PATH_MAX];
	int r;

	(void)args, (void)n_args;
	if (!json && !str_eq(format, "table"))
		return err_set(e, ERR_STATE, EINVAL, "invalid format option");
	if (!realpath(bundle && *bundle ? bundle : ".", dir))
		return err_sys(e, errno, "chdir %s", bundle && *bundle ? bundle : ".");
	r = look(c, dir, &a, &o, e);
	if (r < 0)
		return r;
	if (json)
		outlook_write_json(&o, &out);
	else
		outlook_write_table(&o, &out);
	r = output_write(&out, e);
	return r < 0 ? r : o.refusal.kind == ERR_NONE ? EXIT_SUCCESS : EXIT_FAILURE;
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

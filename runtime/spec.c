/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* spec.c: `bulkhead spec`: a config.json to begin with. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "host/facts.h"
#include "host/probe.h"
#include "oci-spec/spec.h"
#include "policy/policy.h"
#include "runtime/command.h"
#include "runtime/output.h"

#define CONFIG_NAME "config.json"

static const char *bundle;
static bool rootless, print;

static const struct option_spec options[] = {
	{.name = "bundle",
	 .key = 'b',
	 .text = &bundle,
	 .help = "path to the bundle directory (default: the current directory)"},
	{.name = "print", .flag = &print, .help = "print it instead of writing a file"},
	{.name = "rootless", .flag = &rootless, .help = "for a caller who is not root"},
	{0},
};

/* O_EXCL: the check for an existing file and its creation are one step. */
static int write_config(int dir_fd, const struct strbuf *text, struct err *e)
{
	AUTO_FD fd = openat(dir_fd, CONFIG_NAME, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	int r;

	if (fd < 0 && errno == EEXIST)
		return err_set(e, ERR_STATE, EEXIST,
			       "File " CONFIG_NAME " exists. Remove it first");
	if (fd < 0)
		return err_sys(e, errno, "open " CONFIG_NAME);
	r = fd_write_all(fd, text->buf, text->len);
	if (r < 0) {
		unlinkat(dir_fd, CONFIG_NAME, 0);
		return err_sys(e, -r, "write " CONFIG_NAME);
	}
	return 0;
}

static int spec_run(const struct context *c, char **args, int n_args, struct err *e)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	AUTO_STRBUF out = STRBUF_INIT;
	const char *dir = bundle && *bundle ? bundle : ".";
	AUTO_FD dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct host_facts facts;
	struct spec *s;
	int r;

	(void)c, (void)args, (void)n_args;
	if (dir_fd < 0)
		return err_sys(e, errno, "chdir %s", dir);
	r = host_probe(NULL, policy_default(), &a, &facts, e);
	if (r < 0)
		return r;
	s = spec_default(rootless, facts.cgroup_layout == CGROUP_LAYOUT_V2, &a);
	if (s)
		spec_write(s, "\t", &out);
	if (!s || out.failed)
		return err_sys(e, ENOMEM, "spec");
	return print ? output_write(&out, e) : write_config(dir_fd, &out, e);
}

const struct command command_spec = {
	.name = "spec",
	.summary = "write a new specification file",
	.arguments = "",
	.description =
		"Writes a \"" CONFIG_NAME "\" that runs a shell in the bundle's \"rootfs\". An\n"
		"existing file is never overwritten.",
	.options = options,
	.run = spec_run,
};

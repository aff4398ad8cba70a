/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * harden.c: `bulkhead harden`: a config.json in, the one that would be run out. A filter for
 * pipelines: nothing but the document goes to stdout, and nothing at all when it is refused.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "lifecycle/bundle.h"
#include "oci-spec/spec.h"
#include "runtime/command.h"
#include "runtime/outlook.h"
#include "runtime/output.h"

static const char *bundle, *decisions, *format = "table";

static const struct option_spec options[] = {
	{.name = "bundle",
	 .key = 'b',
	 .text = &bundle,
	 .help = "bundle whose config.json is read when no file is named"},
	{.name = "decisions",
	 .key = 'd',
	 .text = &decisions,
	 .help = "write every decision to this file, or to stderr for \"-\""},
	{.name = "format",
	 .key = 'f',
	 .text = &format,
	 .help = "of the decisions: table or json",
	 .initial = "\"table\""},
	{0},
};

static int read_fd(int fd, const char *name, struct arena *a, char **ret, size_t *ret_len,
		   struct err *e)
{
	ssize_t n = fd_read_all(fd, a, SPEC_MAX_BYTES, ret);

	if (n == -EFBIG)
		return err_set(e, ERR_SPEC, EFBIG, "%s is larger than %u bytes", name,
			       SPEC_MAX_BYTES);
	if (n < 0)
		return err_sys(e, (int)-n, "read %s", name);
	*ret_len = (size_t)n;
	return 0;
}

static int read_document(const char *file, const char *dir, struct arena *a, char **ret,
			 size_t *ret_len, struct err *e)
{
	if (!file && bundle)
		return bundle_read(dir, a, ret, ret_len, e);
	if (!file || str_eq(file, "-"))
		return read_fd(STDIN_FILENO, "stdin", a, ret, ret_len, e);
	AUTO_FD fd = fd_open_input(file);
	return fd < 0 ? err_sys(e, -fd, "open %s", file) : read_fd(fd, file, a, ret, ret_len, e);
}

static int write_decisions(const struct outlook *o, struct err *e)
{
	AUTO_STRBUF text = STRBUF_INIT;
	AUTO_FD fd = -1;

	if (!decisions)
		return 0;
	if (str_eq(format, "json"))
		outlook_write_json(o, &text);
	else
		outlook_write_table(o, &text);
	if (text.failed)
		return err_sys(e, ENOMEM, "write the decisions");
	if (!str_eq(decisions, "-")) {
		/* A pipe that nobody reads is an error at once; one that is read is waited for. */
		fd = open(decisions,
			  O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0666);
		if (fd < 0)
			return err_sys(e, errno, "open %s", decisions);
		fcntl(fd, F_SETFL, O_WRONLY);
	}
	int r = fd_write_all(fd < 0 ? STDERR_FILENO : fd, text.buf, text.len);
	return r < 0 ? err_sys(e, -r, "write the decisions") : 0;
}

static int write_hardened(const struct outlook *o, struct err *e)
{
	AUTO_STRBUF out = STRBUF_INIT;

	if (o->refusal.kind != ERR_NONE)
		return err_set(e, o->refusal.kind, o->refusal.code, "%s", o->refusal.msg);
	spec_write(o->hardened, "\t", &out);
	strbuf_addc(&out, '\n');
	return output_write(&out, e);
}

static int harden_run(const struct context *c, char **args, int n_args, struct err *e)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	const struct policy *policy;
	struct outlook o;
	struct spec *s;
	const char *where = bundle && *bundle ? bundle : ".";
	char dir[PATH_MAX], *text;
	size_t len;
	int r;

	if (!str_eq(format, "json") && !str_eq(format, "table"))
		return err_set(e, ERR_STATE, EINVAL, "invalid format option");
	if (decisions && !*decisions)
		return err_set(e, ERR_STATE, EINVAL,
			       "Option --decisions argument should not be empty");
	if (!realpath(where, dir))
		return err_sys(e, errno, "chdir %s", where);
	r = context_policy(c, &policy, e);
	if (r == 0)
		r = read_document(n_args ? args[0] : NULL, dir, &a, &text, &len, e);
	if (r == 0)
		r = bundle_parse(text, len, dir, &a, &s, e);
	if (r == 0)
		r = outlook_make(s, policy, dir, context_systemd(c), &a, &o, e);
	if (r == 0)
		r = write_decisions(&o, e);
	return r < 0 ? r : write_hardened(&o, e);
}

const struct command command_harden = {
	.name = "harden",
	.summary = "print the hardened form of a configuration",
	.arguments = "[<config.json>|-]",
	.description =
		"Reads a configuration from the file, from a bundle or from stdin and prints what\n"
		"would be run in its place. Relative sources of binds are taken from the bundle\n"
		"(default: the current directory). Needs no root and starts nothing. A\n"
		"configuration that create would refuse is not printed: the exit status is 1.\n"
		"Measures that config.json has no words for are shown with the decisions.",
	.options = options,
	.max_args = 1,
	.run = harden_run,
};

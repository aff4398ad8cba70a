/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* usage.c: see usage.h. */
#include "runtime/usage.h"

#include <seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "config.h"
#include "oci-spec/spec.h"
#include "runtime/command.h"
#include "runtime/commit.h"

#define ABOUT                                                                                      \
	"bulkhead runs containers from OCI bundles and takes runc's command line. Every\n"         \
	"container gets a user namespace of its own, a ceiling on capabilities, a seccomp\n"       \
	"filter, and limits on processes and memory; no config.json turns them off, only\n"        \
	"the administrator's policy can. What is changed in a config.json, and why, is\n"          \
	"shown by:\n"                                                                              \
	"\n"                                                                                       \
	"    # bulkhead explain --bundle DIR\n"                                                    \
	"\n"                                                                                       \
	"A bundle is a directory with a specification file named \"config.json\" and a\n"          \
	"root filesystem. To run one:\n"                                                           \
	"\n"                                                                                       \
	"    # bulkhead run [ -b bundle ] <container-id>"

static const struct option_spec help_option = {
	.name = "help", .key = 'h', .flag = &(bool){false}, .help = "show help"};

/* "--bundle value, -b value" */
static int option_names(const struct option_spec *o, char *buf, size_t size)
{
	const char *value = o->flag ? "" : " value";

	if (o->key)
		return snprintf(buf, size, "--%s%s, -%c%s", o->name, value, o->key, value);
	return snprintf(buf, size, "--%s%s", o->name, value);
}

static void add_option(const struct option_spec *o, int width, struct strbuf *out)
{
	char names[80];

	option_names(o, names, sizeof(names));
	strbuf_addf(out, "   %-*s  %s", width, names, o->help);
	if (o->initial)
		strbuf_addf(out, " (default: %s)", o->initial);
	strbuf_addc(out, '\n');
}

static void add_options(const char *title, const struct option_spec *table, struct strbuf *out)
{
	char names[80];
	int width = option_names(&help_option, names, sizeof(names));

	for (const struct option_spec *o = table; o->name; o++) {
		int n = option_names(o, names, sizeof(names));
		if (!o->hidden && n > width)
			width = n;
	}
	strbuf_addf(out, "\n%s:\n", title);
	for (const struct option_spec *o = table; o->name; o++)
		if (!o->hidden)
			add_option(o, width, out);
	add_option(&help_option, width, out);
}

static void add_indented(const char *text, struct strbuf *out)
{
	for (const char *end; *text; text = *end ? end + 1 : end) {
		end = strchrnul(text, '\n');
		strbuf_addf(out, "%s%.*s\n", end > text ? "   " : "", (int)(end - text), text);
	}
}

static void add_commands(struct strbuf *out)
{
	strbuf_adds(out, "\nCOMMANDS:\n");
	for (const struct command *const *c = commands; *c; c++)
		strbuf_addf(out, "   %-8s  %s\n", (*c)->name, (*c)->summary);
	strbuf_addf(out, "   %-8s  %s\n", "help, h", "show the commands, or help for one command");
}

void usage_program(const struct option_spec *globals, struct strbuf *out)
{
	strbuf_adds(out, "NAME:\n   bulkhead - hardened Open Container Initiative runtime\n\n");
	add_indented(ABOUT, out);
	strbuf_adds(out, "\nUSAGE:\n"
			 "   bulkhead [global options] command [command options] [arguments...]\n");
	strbuf_adds(out, "\nVERSION:\n   " PACKAGE_VERSION "\n");
	add_commands(out);
	add_options("GLOBAL OPTIONS", globals, out);
}

void usage_command(const struct command *c, struct strbuf *out)
{
	strbuf_addf(out, "NAME:\n   bulkhead %s - %s\n", c->name, c->summary);
	strbuf_addf(out, "\nUSAGE:\n   bulkhead %s [command options]%s%s\n", c->name,
		    *c->arguments ? " " : "", c->arguments);
	if (c->description) {
		strbuf_adds(out, "\nDESCRIPTION:\n");
		add_indented(c->description, out);
	}
	add_options("OPTIONS", c->options, out);
}

void usage_version(struct strbuf *out)
{
	const struct scmp_version *v = seccomp_version();

	strbuf_adds(out, "bulkhead version " PACKAGE_VERSION "\n");
	strbuf_adds(out, "commit: " BULKHEAD_COMMIT "\n");
	strbuf_adds(out, "spec: " SPEC_VERSION "\n");
	if (v)
		strbuf_addf(out, "libseccomp: %u.%u.%u\n", v->major, v->minor, v->micro);
}

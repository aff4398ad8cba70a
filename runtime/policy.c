/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* policy.c: `bulkhead policy`: print policies, and look for mistakes in a file before it is used.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "host/policy_load.h"
#include "policy/document.h"
#include "policy/policy.h"
#include "runtime/command.h"
#include "runtime/output.h"

static const struct option_spec options[] = {{0}};

static int print_policy(const struct policy *p, struct err *e)
{
	AUTO_STRBUF out = STRBUF_INIT;

	json_write_object(&policy_schema, p, "  ", &out);
	strbuf_addc(&out, '\n');
	return output_write(&out, e);
}

static int print_default(const struct context *c, const char *file, struct err *e)
{
	(void)c, (void)file;
	return print_policy(policy_default(), e);
}

static int print_in_force(const struct context *c, const char *file, struct err *e)
{
	const struct policy *p;
	int r = context_policy(c, &p, e);

	(void)file;
	return r < 0 ? r : print_policy(p, e);
}

static int check_file(const struct context *c, const char *file, struct err *e)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	AUTO_STRBUF out = STRBUF_INIT;
	const struct policy *p;
	char cwd[PATH_MAX] = "";
	int r;

	(void)c;
	if (*file != '/' && !getcwd(cwd, sizeof(cwd)))
		return err_sys(e, errno, "getcwd");
	const char *path = arena_printf(&a, "%s%s%s", cwd, *cwd ? "/" : "", file);
	if (!path)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	r = policy_load(path, &a, &p, e);
	if (r < 0)
		return r;
	strbuf_addf(&out, "%s: valid, SHA-256 %s\n", file, p->digest);
	return output_write(&out, e);
}

static const struct {
	const char *name;
	int n_args; /* behind the name */
	int (*run)(const struct context *c, const char *file, struct err *e);
} subcommands[] = {
	{"check", 1, check_file},
	{"default", 0, print_default},
	{"show", 0, print_in_force},
};

static int policy_run(const struct context *c, char **args, int n_args, struct err *e)
{
	for (size_t i = 0; i < sizeof(subcommands) / sizeof(subcommands[0]); i++) {
		if (!str_eq(subcommands[i].name, args[0]))
			continue;
		if (n_args - 1 != subcommands[i].n_args)
			return err_set(e, ERR_STATE, EINVAL,
				       "%s: \"policy %s\" requires exactly %d argument(s)",
				       c->argv0, args[0], subcommands[i].n_args);
		return subcommands[i].run(c, args[1], e);
	}
	return err_set(e, ERR_STATE, EINVAL, "%s: \"policy %s\" is not a command", c->argv0,
		       args[0]);
}

const struct command command_policy = {
	.name = "policy",
	.summary = "print the policy, or look for mistakes in a file",
	.arguments = "default | show | check <file>",
	.description =
		"default prints the whole built-in policy, with the reasons for its lists. show\n"
		"prints the policy in force: that of --policy, else of " POLICY_FILE ",\n"
		"else the built-in one. What they print is a policy file.\n"
		"check reads a file as create would, its owner and mode included, and says with\n"
		"exit status 1 what is wrong with it. The members are described in\n"
		"bulkhead-policy(5).",
	.options = options,
	.min_args = 1,
	.max_args = 2,
	.run = policy_run,
};

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* main.c: from argv to one command, and from its result to the exit status. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "apply/fds.h"
#include "base/err.h"
#include "base/str.h"
#include "host/userns_probe.h"
#include "lifecycle/audit.h"
#include "lifecycle/outer.h"
#include "lifecycle/program.h"
#include "lifecycle/warnings.h"
#include "runtime/command.h"
#include "runtime/globals.h"
#include "runtime/output.h"
#include "runtime/usage.h"

#define EXIT_NO_COMMAND 3 /* urfave/cli's status for an unknown command */

/*
 * A caller may start us without stdin, stdout or stderr. The first file opened would then take
 * that number, and an error message would be written into it.
 */
static void open_standard_fds(void)
{
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
		    open("/dev/null", O_RDWR | O_NOCTTY) != fd)
			_exit(1); /* there is nowhere to say why */
}

/*
 * A caller that ignores SIGCHLD hands that down through execve(2), and then the kernel throws exit
 * statuses away: of hooks, of the container's process.
 */
static void want_children(void)
{
	signal(SIGCHLD, SIG_DFL);
}

static int fail(const struct context *c, const struct err *e, int status)
{
	log_error(&c->log, e);
	return status;
}

/*
 * The error goes first: a reader of stdout that is gone ends us by SIGPIPE. In front of the help
 * stands what users of runc know.
 */
static int fail_usage(const struct context *c, const char *intro, const struct command *cmd,
		      const struct err *e)
{
	AUTO_STRBUF out = STRBUF_INIT;
	int status = fail(c, e, EXIT_FAILURE);

	strbuf_adds(&out, intro);
	strbuf_adds(&out, "\n\n");
	if (cmd)
		usage_command(cmd, &out);
	else
		usage_program(global_options, &out);
	(void)output_write(&out, NULL);
	return status;
}

static int show_help(const struct context *c, const struct command *cmd)
{
	AUTO_STRBUF out = STRBUF_INIT;
	struct err e = {0};

	if (cmd)
		usage_command(cmd, &out);
	else
		usage_program(global_options, &out);
	return output_write(&out, &e) < 0 ? fail(c, &e, EXIT_FAILURE) : EXIT_SUCCESS;
}

static int show_version(const struct context *c)
{
	AUTO_STRBUF out = STRBUF_INIT;
	struct err e = {0};

	usage_version(&out);
	return output_write(&out, &e) < 0 ? fail(c, &e, EXIT_FAILURE) : EXIT_SUCCESS;
}

static int no_command(const struct context *c, const char *name)
{
	struct err e = {0};

	err_set(&e, ERR_STATE, EINVAL, "No help topic for '%s'", name);
	return fail(c, &e, EXIT_NO_COMMAND);
}

static int check_count(const struct context *c, const struct command *cmd, int n, struct err *e)
{
	if (n >= cmd->min_args && n <= cmd->max_args)
		return 0;
	const char *how = cmd->min_args == cmd->max_args ? "exactly"
			  : n < cmd->min_args		 ? "a minimum of"
							 : "a maximum of";
	return err_set(e, ERR_STATE, EINVAL, "%s: \"%s\" requires %s %d argument(s)", c->argv0,
		       cmd->name, how, n < cmd->min_args ? cmd->min_args : cmd->max_args);
}

static void say_in_log(void *arg, const char *msg)
{
	log_warning(arg, msg);
}

static void say_plain(void *arg, const char *msg)
{
	(void)arg;
	log_warn_plain("%s", msg);
}

/*
 * An ordinary user's command is executed again by root of a user namespace; not one that only reads
 * or signals what is his. That process is called after us, not after the link it was started by.
 */
static int enter_rootless(const struct context *c, const struct command *cmd, char **args,
			  struct err *e)
{
	int r = 0;

	if (geteuid() == 0) {
		if (host_userns_is_claimed())
			prctl(PR_SET_NAME, "bulkhead");
		return 0;
	}
	if (cmd->rootless == ROOTLESS_MAKE)
		r = outer_make(e);
	else if (cmd->rootless == ROOTLESS_ENTER)
		r = outer_enter(c->root, args[0], e);
	else if (cmd->rootless == ROOTLESS_TRY)
		(void)outer_enter(c->root, args[0], NULL);
	return r;
}

static int run_command(const struct context *c, const struct command *cmd, int argc, char **argv)
{
	struct options_rest rest;
	struct err e = {0};

	if (options_parse(cmd->options, argc, argv, cmd->order, &rest, &e) < 0) {
		AUTO_STRBUF intro = STRBUF_INIT;
		strbuf_addf(&intro, "Incorrect Usage: %s", e.msg);
		return fail_usage(c, intro.failed ? "Incorrect Usage." : intro.buf, cmd, &e);
	}
	if (rest.help)
		return show_help(c, cmd);
	if (check_count(c, cmd, rest.n, &e) < 0)
		return fail_usage(c, "Incorrect Usage.", cmd, &e);
	int status = enter_rootless(c, cmd, rest.args, &e);
	if (status == 0)
		status = cmd->run(c, rest.args, rest.n, &e);
	/* The error is the only line of the log: see log.h. */
	if (status < 0) {
		warnings_each(say_plain, NULL);
		return fail(c, &e, cmd->error_status ? cmd->error_status : EXIT_FAILURE);
	}
	warnings_each(say_in_log, (void *)(uintptr_t)&c->log);
	return status;
}

static int help_command(const struct context *c, int argc, char **argv)
{
	const struct command *cmd = argc > 0 ? command_find(argv[0]) : NULL;

	if (argc > 0 && !cmd)
		return no_command(c, argv[0]);
	return show_help(c, cmd);
}

static int dispatch(const struct context *c, int argc, char **argv)
{
	if (strcmp(argv[0], "help") == 0 || strcmp(argv[0], "h") == 0)
		return help_command(c, argc - 1, argv + 1);
	const struct command *cmd = command_find(argv[0]);
	return cmd ? run_command(c, cmd, argc - 1, argv + 1) : no_command(c, argv[0]);
}

int main(int argc, char **argv)
{
	struct context c = {.argv0 = argc > 0 ? argv[0] : "bulkhead", .log = LOG_INIT};
	struct options_rest rest;
	struct err e = {0};

	program_arguments(argc, argv);
	open_standard_fds();
	c.inherited_fds = fds_inherited();
	want_children();
	if (argc < 1)
		return show_help(&c, NULL);
	if (options_parse(global_options, argc - 1, argv + 1, OPTIONS_FIRST, &rest, &e) < 0) {
		AUTO_STRBUF intro = STRBUF_INIT;
		strbuf_addf(&intro, "Incorrect Usage. %s", e.msg);
		return fail_usage(&c, intro.failed ? "Incorrect Usage." : intro.buf, NULL, &e);
	}
	if (globals_version() && !rest.help)
		return show_version(&c);
	if (rest.help || rest.n == 0)
		return show_help(&c, NULL);
	if (globals_apply(&c, &e) < 0)
		return fail(&c, &e, EXIT_FAILURE);
	int status = dispatch(&c, rest.n, rest.args);
	if (audit_trouble())
		log_debug(&c.log, "a line of the audit trail was lost: %s", audit_trouble());
	log_close(&c.log);
	return status;
}

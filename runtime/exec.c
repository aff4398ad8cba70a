/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* exec.c: `bulkhead exec`. */
#include <errno.h>
#include <limits.h>

#include "base/err.h"
#include "lifecycle/exec.h"
#include "runtime/command.h"

#define EXIT_EXEC_FAILED 255 /* runc's, which no program's own status is likely to be */

static const char *console_socket, *pidfd_socket, *cwd, *user, *process, *pid_file, *process_label,
	*apparmor;
static struct option_list env, gids, caps, cgroups;
static bool tty, detach, no_new_privs, ignore_paused;
static unsigned preserve_fds;

static const struct option_spec options[] = {
	{.name = "console-socket",
	 .text = &console_socket,
	 .help = "AF_UNIX socket that receives the master end of the pseudoterminal"},
	{.name = "pidfd-socket",
	 .text = &pidfd_socket,
	 .help = "AF_UNIX socket that receives a pidfd of the process"},
	{.name = "cwd", .text = &cwd, .help = "working directory in the container"},
	{.name = "env",
	 .key = 'e',
	 .list = &env,
	 .help = "set an environment variable, NAME=VALUE; may be repeated"},
	{.name = "tty", .key = 't', .flag = &tty, .help = "allocate a pseudoterminal"},
	{.name = "user", .key = 'u', .text = &user, .help = "user of the process: <uid>[:<gid>]"},
	{.name = "additional-gids",
	 .key = 'g',
	 .list = &gids,
	 .help = "a further group of the process; may be repeated"},
	{.name = "process",
	 .key = 'p',
	 .text = &process,
	 .help = "file with the process as JSON, instead of a command"},
	{.name = "detach", .key = 'd', .flag = &detach, .help = "return once the process runs"},
	{.name = "pid-file", .text = &pid_file, .help = "file to write the process id to"},
	{.name = "process-label", .text = &process_label, .help = "SELinux label of the process"},
	{.name = "apparmor", .text = &apparmor, .help = "AppArmor profile of the process"},
	{.name = "no-new-privs",
	 .flag = &no_new_privs,
	 .help = "no privileges by execve; the policy may set it in any case"},
	{.name = "cap",
	 .key = 'c',
	 .list = &caps,
	 .help = "a capability more, if the container's own process may have it; may be repeated"},
	{.name = "preserve-fds",
	 .number = &preserve_fds,
	 .initial = "0",
	 .help = "pass N more file descriptors to the process (stdio + N)"},
	{.name = "cgroup",
	 .list = &cgroups,
	 .help = "run in a cgroup below the container's: <path> or <controller>[,...]:<path>"},
	{.name = "ignore-paused",
	 .flag = &ignore_paused,
	 .help = "in a paused container, wait until it goes on"},
	{0},
};

static const char *non_empty(const char *s)
{
	return s && *s ? s : NULL;
}

static struct exec_request request(const struct context *c, char **args, int n_args)
{
	return (struct exec_request){
		.root = c->root,
		.id = args[0],
		.process_file = non_empty(process),
		.words = {.args = args + 1,
			  .n_args = (size_t)n_args - 1,
			  .cwd = non_empty(cwd),
			  .env = env.items,
			  .n_env = env.n,
			  .user = non_empty(user),
			  .gids = gids.items,
			  .n_gids = gids.n,
			  .caps = caps.items,
			  .n_caps = caps.n,
			  .apparmor = non_empty(apparmor),
			  .process_label = non_empty(process_label),
			  .no_new_privs = no_new_privs,
			  .tty = tty},
		.console_socket = non_empty(console_socket),
		.pidfd_socket = non_empty(pidfd_socket),
		.pid_file = non_empty(pid_file),
		.cgroups = cgroups.items,
		.n_cgroups = cgroups.n,
		.preserve_fds = preserve_fds,
		.inherited_fds = c->inherited_fds,
		.detach = detach,
		.ignore_paused = ignore_paused,
	};
}

static int exec_run(const struct context *c, char **args, int n_args, struct err *e)
{
	struct exec_request req = request(c, args, n_args);
	int status = 0, r = 0;

	if (!req.process_file && n_args == 1)
		r = err_set(e, ERR_STATE, EINVAL, "process args cannot be empty");
	if (r == 0)
		r = context_policy(c, &req.policy, e);
	if (r == 0)
		r = container_exec(&req, &status, e);
	else
		context_failed(c, "exec", args[0], e);
	return r < 0 ? err_wrap(e, "exec failed") : status;
}

const struct command command_exec = {
	.name = "exec",
	.summary = "run a further process in a container",
	.arguments =
		"<container-id> <command> [command options]  || -p process.json <container-id>",
	.description =
		"The process joins the container's namespaces and cgroups, under its system call\n"
		"filter, and never has more than the container's own process: capabilities, "
		"limits\n"
		"and labels beyond it are cut. What is not said is taken from the container's\n"
		"configuration. The exit status is that of the process, or 128 and the number of\n"
		"the signal that ended it; 255 when it could not be run.",
	.options = options,
	.min_args = 1,
	.max_args = INT_MAX,
	.order = OPTIONS_FIRST,
	.error_status = EXIT_EXEC_FAILED,
	.rootless = ROOTLESS_ENTER,
	.run = exec_run,
};

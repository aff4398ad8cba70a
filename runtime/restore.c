/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* restore.c: `bulkhead restore`. */
#include <errno.h>

#include "base/err.h"
#include "lifecycle/checkpoint.h"
#include "lifecycle/container.h"
#include "runtime/command.h"
#include "runtime/criu_request.h"
#include "runtime/request.h"

static struct criu_request opt;
static struct request_options create;
static const char *lsm_profile, *lsm_mount_context;
static bool detach, no_subreaper;

static const struct option_spec options[] = {
	{.name = "bundle",
	 .key = 'b',
	 .text = &create.bundle,
	 .help = "path to the bundle directory (default: the current directory)"},
	{.name = "console-socket",
	 .text = &create.console_socket,
	 .help = "no container with a terminal can be restored: refused with an error"},
	CRIU_REQUEST_OPTIONS(opt),
	{.name = "tcp-close",
	 .flag = &opt.out.tcp_close,
	 .help = "restore TCP connections as closed ones"},
	{.name = "detach",
	 .key = 'd',
	 .flag = &detach,
	 .help = "return once the container's processes go on"},
	{.name = "pid-file", .text = &create.pid_file, .help = "file to write the process id to"},
	{.name = "no-subreaper",
	 .flag = &no_subreaper,
	 .help = "do not adopt orphaned processes of the container"},
	{.name = "no-pivot",
	 .flag = &create.no_pivot,
	 .help = "refused: CRIU can restore a root by pivot_root only"},
	{.name = "lsm-profile",
	 .text = &lsm_profile,
	 .help = "TYPE:NAME of another profile than the images', which has to be the planned one"},
	{.name = "lsm-mount-context",
	 .text = &lsm_mount_context,
	 .help = "another SELinux context of mounts than the images'"},
	{0},
};

static const char *non_empty(const char *s)
{
	return s && *s ? s : NULL;
}

static int restore_run(const struct context *c, char **args, int n_args, struct err *e)
{
	struct container_request req;
	int status = 0;
	/* Before the working directory changes. */
	int r = criu_request_finish(&opt, e);

	if (r == 0 && create.console_socket)
		r = err_set(e, ERR_HOST, ENOTSUP,
			    "--console-socket: a container with a terminal cannot be restored: "
			    "somebody "
			    "outside holds the other end");
	if (r == 0 && opt.out.auto_dedup)
		r = err_set(
			e, ERR_HOST, ENOTSUP,
			"--auto-dedup is not supported by restore: CRIU has the images read-only");
	(void)n_args;
	if (r == 0)
		r = request_make(c, &create, args[0], &req, e);
	if (r < 0) {
		context_failed(c, "restore", args[0], e);
	} else {
		req.detach = detach;
		req.no_subreaper = no_subreaper;
		const struct restore_request q = {
			.create = &req,
			.criu = opt.out,
			.lsm_profile = non_empty(lsm_profile),
			.lsm_mount_context = non_empty(lsm_mount_context),
		};
		r = container_restore(&q, &status, e);
	}
	return r < 0 ? err_wrap(e, "bulkhead restore failed") : status;
}

const struct command command_restore = {
	.name = "restore",
	.summary = "make a container with the processes of a checkpoint",
	.arguments = "<container-id>",
	.description = "The container is made by the bundle's \"config.json\" and the policy, as "
		       "by create;\n"
		       "its processes are those that checkpoint has written down, and go on where "
		       "they were\n"
		       "once they are found to be as confined as the configuration has it. Without "
		       "--detach\n"
		       "it waits for the container as run does.",
	.options = options,
	.min_args = 1,
	.max_args = 1,
	.run = restore_run,
};

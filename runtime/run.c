/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* run.c: `bulkhead run`. */
#include "base/err.h"
#include "lifecycle/container.h"
#include "runtime/command.h"
#include "runtime/request.h"

static struct request_options opt;
static bool detach, keep, no_subreaper;

static const struct option_spec options[] = {
	REQUEST_OPTIONS(opt),
	{.name = "detach",
	 .key = 'd',
	 .flag = &detach,
	 .help = "return once the container's process runs"},
	{.name = "keep", .flag = &keep, .help = "do not delete the container when it has ended"},
	{.name = "no-subreaper",
	 .flag = &no_subreaper,
	 .help = "do not adopt orphaned processes of the container"},
	{0},
};

static int run_run(const struct context *c, char **args, int n_args, struct err *e)
{
	struct container_request req;
	int status = 0;
	int r = request_make(c, &opt, args[0], &req, e);

	(void)n_args;
	if (r < 0) {
		context_failed(c, "run", args[0], e);
	} else {
		req.detach = detach;
		req.keep = keep;
		req.no_subreaper = no_subreaper;
		r = container_run(&req, &status, e);
	}
	return r < 0 ? err_wrap(e, "bulkhead run failed") : status;
}

const struct command command_run = {
	.name = "run",
	.summary = "create and run a container",
	.arguments = "<container-id>",
	.description =
		"Creates the container, starts it and, without --detach, waits for it,\n"
		"passes signals on to it and deletes it. The exit status is then that of its\n"
		"process, or 128 and the number of the signal that ended it.",
	.options = options,
	.min_args = 1,
	.max_args = 1,
	.rootless = ROOTLESS_MAKE,
	.run = run_run,
};

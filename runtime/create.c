/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* create.c: `bulkhead create`. */
#include "base/err.h"
#include "lifecycle/container.h"
#include "runtime/command.h"
#include "runtime/request.h"

static struct request_options opt;

static const struct option_spec options[] = {REQUEST_OPTIONS(opt), {0}};

static int create_run(const struct context *c, char **args, int n_args, struct err *e)
{
	struct container_request req;
	int r = request_make(c, &opt, args[0], &req, e);

	(void)n_args;
	if (r < 0)
		context_failed(c, "create", args[0], e);
	else
		r = container_create(&req, e);
	return r < 0 ? err_wrap(e, "bulkhead create failed") : 0;
}

const struct command command_create = {
	.name = "create",
	.summary = "create a container",
	.arguments = "<container-id>",
	.description =
		"Prepares the container described by the bundle's \"config.json\" up to the point\n"
		"where its process waits to be started. The id must be unique on the host.",
	.options = options,
	.min_args = 1,
	.max_args = 1,
	.rootless = ROOTLESS_MAKE,
	.run = create_run,
};

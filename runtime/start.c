/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* start.c: `bulkhead start`. */
#include "lifecycle/container.h"
#include "runtime/command.h"

static const struct option_spec options[] = {{0}};

static int start_run(const struct context *c, char **args, int n_args, struct err *e)
{
	(void)n_args;
	return container_start(c->root, args[0], context_trail(c), e);
}

const struct command command_start = {
	.name = "start",
	.summary = "start the process of a created container",
	.arguments = "<container-id>",
	.options = options,
	.min_args = 1,
	.max_args = 1,
	.rootless = ROOTLESS_ENTER,
	.run = start_run,
};

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pause.c: `bulkhead pause`. */
#include "lifecycle/container.h"
#include "runtime/command.h"

static const struct option_spec options[] = {{0}};

static int pause_run(const struct context *c, char **args, int n_args, struct err *e)
{
	(void)n_args;
	return container_pause(c->root, args[0], context_trail(c), e);
}

const struct command command_pause = {
	.name = "pause",
	.summary = "stop all processes of a container until it is resumed",
	.arguments = "<container-id>",
	.description = "The processes stay where they are and keep what they hold.",
	.options = options,
	.min_args = 1,
	.max_args = 1,
	.run = pause_run,
};

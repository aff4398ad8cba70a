/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* delete.c: `bulkhead delete`. */
#include "lifecycle/container.h"
#include "runtime/command.h"

static bool force;

static const struct option_spec options[] = {
	{.name = "force",
	 .key = 'f',
	 .flag = &force,
	 .help = "kill the container first; no error when it does not exist"},
	{0},
};

static int delete_run(const struct context *c, char **args, int n_args, struct err *e)
{
	(void)n_args;
	return container_delete(c->root, args[0], force, context_trail(c), e);
}

const struct command command_delete = {
	.name = "delete",
	.summary = "release everything a container holds",
	.arguments = "<container-id>",
	.description = "A container that runs is deleted with --force only.",
	.options = options,
	.min_args = 1,
	.max_args = 1,
	.rootless = ROOTLESS_TRY,
	.run = delete_run,
};

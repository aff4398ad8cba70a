/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* resume.c: `bulkhead resume`. */
#include "lifecycle/container.h"
#include "runtime/command.h"

static const struct option_spec options[] = {{0}};

static int resume_run(const struct context *c, char **args, int n_args, struct err *e)
{
	(void)n_args;
	return container_resume(c->root, args[0], context_trail(c), e);
}

const struct command command_resume = {
	.name = "resume",
	.summary = "let the processes of a paused container go on",
	.arguments = "<container-id>",
	.options = options,
	.min_args = 1,
	.max_args = 1,
	.run = resume_run,
};

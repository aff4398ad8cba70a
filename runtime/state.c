/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* state.c: `bulkhead state`. */
#include "base/arena.h"
#include "base/str.h"
#include "lifecycle/container.h"
#include "runtime/command.h"
#include "runtime/output.h"
#include "runtime/state_json.h"

static const struct option_spec options[] = {{0}};

static int state_run(const struct context *c, char **args, int n_args, struct err *e)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	AUTO_STRBUF out = STRBUF_INIT;
	struct json_out j = {.out = &out, .indent = "  "};
	struct container_state s;
	int r = container_query(c->root, args[0], &a, &s, e);

	(void)n_args;
	if (r < 0)
		return r;
	/* No newline at the end: the output is the document that runc's callers decode. */
	state_json(&j, &s, "");
	return output_write(&out, e);
}

const struct command command_state = {
	.name = "state",
	.summary = "show the state of a container",
	.arguments = "<container-id>",
	.options = options,
	.min_args = 1,
	.max_args = 1,
	.run = state_run,
};

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kill.c: `bulkhead kill`. */
#include <errno.h>

#include "base/arena.h"
#include "base/err.h"
#include "lifecycle/container.h"
#include "runtime/command.h"
#include "runtime/signals.h"

static bool all;

static const struct option_spec options[] = {
	/* Obsolete in runc and still sent by containerd's shim, podman and CRI-O. */
	{.name = "all",
	 .key = 'a',
	 .flag = &all,
	 .hidden = true,
	 .help = "no error when not running"},
	{0},
};

/* A container that is gone is what engines look for, before a signal that does not exist. */
static int bad_signal(const struct context *c, const char *id, const char *text, struct err *e)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct container_state s;
	int r = container_query(c->root, id, &a, &s, e);

	return r < 0 ? r : err_set(e, ERR_STATE, EINVAL, "unknown signal \"%s\"", text);
}

static int kill_run(const struct context *c, char **args, int n_args, struct err *e)
{
	const char *text = n_args > 1 && *args[1] ? args[1] : "TERM";
	int sig = signal_parse(text);

	if (sig < 0)
		return bad_signal(c, args[0], text, e);
	return container_kill(c->root, args[0], sig, all, context_trail(c), e);
}

const struct command command_kill = {
	.name = "kill",
	.summary = "send a signal (default: SIGTERM) to a container's first process",
	.arguments = "<container-id> [signal]",
	.description = "The signal is a number or a name, such as KILL or SIGKILL.",
	.options = options,
	.min_args = 1,
	.max_args = 2,
	.run = kill_run,
};

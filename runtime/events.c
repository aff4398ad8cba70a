/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* events.c: `bulkhead events`. */
#include "lifecycle/events.h"

#include <errno.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "runtime/command.h"
#include "runtime/duration.h"
#include "runtime/events_json.h"
#include "runtime/output.h"

static const char *interval = "5s";
static bool stats;

static const struct option_spec options[] = {
	{.name = "interval",
	 .text = &interval,
	 .help = "time between two samples, such as 500ms or 1m30s",
	 .initial = "5s"},
	{.name = "stats", .flag = &stats, .help = "show one sample and exit"},
	{0},
};

struct printer {
	const struct context *context;
	const char *id;
};

/* Each line at once: who reads it waits for it. */
static int print_stats(void *arg, const struct container_stats *s, struct err *e)
{
	const struct printer *p = arg;
	AUTO_STRBUF out = STRBUF_INIT;

	events_stats_json(&out, p->id, s);
	return output_write(&out, e);
}

static int print_oom(void *arg, struct err *e)
{
	const struct printer *p = arg;
	AUTO_STRBUF out = STRBUF_INIT;

	events_oom_json(&out, p->id);
	return output_write(&out, e);
}

static void log_trouble(void *arg, const struct err *why)
{
	const struct printer *p = arg;

	log_warning(&p->context->log, why->msg);
}

static int one_sample(const struct context *c, struct printer *p, struct err *e)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct container_stats s;
	int r = container_stats(c->root, p->id, &a, &s, e);

	return r < 0 ? r : print_stats(p, &s, e);
}

static int events_run(const struct context *c, char **args, int n_args, struct err *e)
{
	struct printer p = {.context = c, .id = args[0]};
	const struct container_listener to = {
		.arg = &p, .stats = print_stats, .oom = print_oom, .trouble = log_trouble};
	int64_t ns;

	(void)n_args;
	if (duration_parse(interval, &ns) < 0)
		return err_set(e, ERR_STATE, EINVAL,
			       "invalid value \"%s\" for flag -interval: parse error", interval);
	if (ns <= 0)
		return err_set(e, ERR_STATE, EINVAL, "duration interval must be greater than 0");
	return stats ? one_sample(c, &p, e) : container_events(c->root, args[0], ns, &to, e);
}

const struct command command_events = {
	.name = "events",
	.summary = "show what a container uses, and when it runs out of memory",
	.arguments = "<container-id>",
	.description = "One JSON object per line, until the container ends: a sample after every\n"
		       "interval, and {\"type\":\"oom\"} whenever the container ran out of memory.",
	.options = options,
	.min_args = 1,
	.max_args = 1,
	.run = events_run,
};

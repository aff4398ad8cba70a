/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* list.c: `bulkhead list`. */
#include <errno.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "lifecycle/container.h"
#include "runtime/command.h"
#include "runtime/output.h"
#include "runtime/owner.h"
#include "runtime/state_json.h"
#include "runtime/table.h"

static const char *format = "table";
static bool quiet;

static const struct option_spec options[] = {
	{.name = "format",
	 .key = 'f',
	 .text = &format,
	 .help = "table or json",
	 .initial = "\"table\""},
	{.name = "quiet", .key = 'q', .flag = &quiet, .help = "show the ids only"},
	{0},
};

struct listing {
	const struct container_state *states;
	size_t n;
	struct arena *arena;
};

static void write_ids(const struct listing *l, struct strbuf *out)
{
	for (size_t i = 0; i < l->n; i++) {
		strbuf_adds(out, l->states[i].id);
		strbuf_addc(out, '\n');
	}
}

/* No containers are "null": that is how Go writes the slice that was never made. */
static void write_json(const struct listing *l, struct strbuf *out)
{
	struct json_out j = {.out = out};

	if (l->n == 0) {
		strbuf_adds(out, "null\n");
		return;
	}
	json_out_open(&j, NULL, '[');
	for (size_t i = 0; i < l->n; i++)
		state_json(&j, &l->states[i], owner_name(l->states[i].owner_uid, l->arena));
	json_out_close(&j, ']');
	strbuf_addc(out, '\n');
}

static int write_table(const struct listing *l, struct strbuf *out)
{
	enum { COLUMNS = 6 };
	const char **cells = arena_array(l->arena, (l->n + 1) * COLUMNS, sizeof(*cells));
	static const char *const head[COLUMNS] = {"ID",	    "PID",     "STATUS",
						  "BUNDLE", "CREATED", "OWNER"};

	if (!cells)
		return -ENOMEM;
	for (size_t i = 0; i < COLUMNS; i++)
		cells[i] = head[i];
	for (size_t i = 0; i < l->n; i++) {
		const struct container_state *s = &l->states[i];
		const char **row = &cells[(i + 1) * COLUMNS];
		row[0] = s->id;
		row[1] = arena_printf(l->arena, "%d", (int)s->pid);
		row[2] = container_status_name(s->status);
		row[3] = s->bundle;
		row[4] = s->created;
		row[5] = owner_name(s->owner_uid, l->arena);
		if (!row[1])
			return -ENOMEM;
	}
	table_write(cells, l->n + 1, COLUMNS, out);
	return 0;
}

/* One container that cannot be read must not hide the others. */
static void unreadable(const char *id, const struct err *why)
{
	log_warn_plain("load container %s: %s", id, why->msg);
}

static int load(const struct context *c, struct listing *l, struct err *e)
{
	struct container_state *states;
	size_t n;
	int r = container_list(c->root, l->arena, &states, &n, unreadable, e);

	/* Before the first container there is no default root; a root that was named is expected.
	 */
	if (r == -ENOENT && !c->root_given) {
		err_clear(e);
		return 0;
	}
	if (r < 0)
		return r;
	l->states = states;
	l->n = n;
	return 0;
}

static int list_run(const struct context *c, char **args, int n_args, struct err *e)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	AUTO_STRBUF out = STRBUF_INIT;
	struct listing l = {.arena = &a};
	bool json = str_eq(format, "json");
	int r;

	(void)args, (void)n_args;
	if (!json && !str_eq(format, "table"))
		return err_set(e, ERR_STATE, EINVAL, "invalid format option");
	r = load(c, &l, e);
	if (r < 0)
		return r;
	if (quiet)
		write_ids(&l, &out);
	else if (json)
		write_json(&l, &out);
	else if (write_table(&l, &out) < 0)
		return err_sys(e, ENOMEM, "list");
	return output_write(&out, e);
}

const struct command command_list = {
	.name = "list",
	.summary = "list the containers below the state root",
	.arguments = "",
	.description = "The state root is set by the global option \"--root\".",
	.options = options,
	.run = list_run,
};

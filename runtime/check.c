/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* check.c: `bulkhead check`: is this host ready for containers, and what to do where it is not. */
#include "host/check.h"

#include <errno.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "lifecycle/ids.h"
#include "policy/policy.h"
#include "runtime/command.h"
#include "runtime/output.h"
#include "runtime/table.h"

#define COLUMNS 5

static const char *format = "table";

static const struct option_spec options[] = {
	{.name = "format",
	 .key = 'f',
	 .text = &format,
	 .help = "table or json",
	 .initial = "\"table\""},
	{0},
};

static void write_json(const struct check_report *p, struct strbuf *out)
{
	struct json_out j = {.out = out, .indent = "  "};

	json_out_open(&j, NULL, '{');
	json_out_bool(&j, "ready", p->n_failed == 0);
	json_out_int(&j, "failed", (long long)p->n_failed);
	json_out_int(&j, "warned", (long long)p->n_warned);
	json_out_open(&j, "checks", '[');
	for (size_t i = 0; i < p->n; i++) {
		const struct check_row *r = &p->rows[i];
		json_out_open(&j, NULL, '{');
		json_out_string(&j, "result", check_result_name(r->result));
		json_out_string(&j, "area", r->area);
		json_out_string(&j, "what", r->what);
		json_out_string(&j, "seen", r->seen);
		json_out_string(&j, "todo", r->todo);
		json_out_close(&j, '}');
	}
	json_out_close(&j, ']');
	json_out_close(&j, '}');
	strbuf_addc(out, '\n');
}

static int write_table(const struct check_report *p, struct strbuf *out)
{
	const char **cells = calloc((p->n + 1) * COLUMNS, sizeof(*cells));
	const char **c = cells;

	if (!cells)
		return -ENOMEM;
	*c++ = "RESULT", *c++ = "AREA", *c++ = "WHAT", *c++ = "SEEN", *c++ = "WHAT TO DO";
	for (size_t i = 0; i < p->n; i++) {
		const struct check_row *r = &p->rows[i];
		*c++ = check_result_name(r->result);
		*c++ = r->area;
		*c++ = r->what;
		*c++ = r->seen;
		*c++ = r->todo;
	}
	table_write(cells, p->n + 1, COLUMNS, out);
	free(cells);
	if (p->n_failed)
		strbuf_addf(out, "\nThis host is NOT ready: %zu failed, %zu warnings.\n",
			    p->n_failed, p->n_warned);
	else
		strbuf_addf(out, "\nThis host is ready: a default container runs; %zu warnings.\n",
			    p->n_warned);
	return 0;
}

static int check_run(const struct context *c, char **args, int n_args, struct err *e)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	AUTO_STRBUF out = STRBUF_INIT;
	struct check_request q = {.ids_dir = IDS_DIR, .program = "bulkhead"};
	struct check_report report;
	struct err why = {0};
	bool json = str_eq(format, "json");

	(void)args, (void)n_args;
	if (!json && !str_eq(format, "table"))
		return err_set(e, ERR_STATE, EINVAL, "invalid format option");
	if (context_policy(c, &q.policy, &why) < 0) {
		q.policy_error = why.msg;
		q.policy = policy_default();
	}
	int r = host_check(&q, &a, &report, e);
	if (r < 0)
		return r;
	if (json)
		write_json(&report, &out);
	else
		r = write_table(&report, &out);
	if (r < 0)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	r = output_write(&out, e);
	return r < 0 ? r : report.n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

const struct command command_check = {
	.name = "check",
	.summary = "show whether this host is ready for containers",
	.arguments = "",
	.description =
		"Tries what containers need: the kernel's features, idmapped mounts on the\n"
		"file systems that engines use, control groups, security modules, id ranges,\n"
		"the policy file and the engines' configuration; and says what to do where\n"
		"something is missing. Nothing is changed. The exit status is 0 when a default\n"
		"container can run, else 1. Without root, some of it can only be guessed.",
	.options = options,
	.run = check_run,
};

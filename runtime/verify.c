/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* verify.c: `bulkhead verify`: is a running container what was planned? Shows every comparison. */
#include <errno.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "lifecycle/verify.h"
#include "runtime/command.h"
#include "runtime/output.h"
#include "runtime/table.h"

#define COLUMNS 5

static const char *format = "table";
static bool stop;

static const struct option_spec options[] = {
	{.name = "format",
	 .key = 'f',
	 .text = &format,
	 .help = "table or json",
	 .initial = "\"table\""},
	{.name = "stop",
	 .flag = &stop,
	 .help = "stop the first process for a moment and compare its seccomp program too"},
	{0},
};

static void write_json(const char *id, const struct verify_report *p, struct strbuf *out)
{
	struct json_out j = {.out = out, .indent = "  "};

	json_out_open(&j, NULL, '{');
	json_out_string(&j, "id", id);
	json_out_int(&j, "pid", p->pid);
	json_out_string(&j, "status", p->status);
	json_out_bool(&j, "verified", p->n_failed == 0);
	json_out_bool(&j, "seal", p->has_seal);
	json_out_int(&j, "failed", (long long)p->n_failed);
	json_out_open(&j, "checks", '[');
	for (size_t i = 0; i < p->n; i++) {
		const struct verify_row *r = &p->rows[i];
		json_out_open(&j, NULL, '{');
		json_out_string(&j, "result", verify_result_name(r->result));
		json_out_string(&j, "area", r->area);
		json_out_string(&j, "what", r->what);
		json_out_string(&j, "expected", r->expected);
		json_out_string(&j, "seen", r->seen);
		json_out_close(&j, '}');
	}
	json_out_close(&j, ']');
	json_out_close(&j, '}');
	strbuf_addc(out, '\n');
}

static const char **add_rows(const struct verify_report *p, enum verify_result result,
			     const char **c)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct verify_row *r = &p->rows[i];
		if (r->result != result)
			continue;
		*c++ = verify_result_name(r->result);
		*c++ = r->area;
		*c++ = r->what;
		*c++ = r->expected;
		*c++ = r->seen;
	}
	return c;
}

static int write_table(const char *id, const struct verify_report *p, struct strbuf *out)
{
	const char **cells = calloc((p->n + 1) * COLUMNS, sizeof(*cells));
	const char **c = cells;

	if (!cells)
		return -ENOMEM;
	*c++ = "RESULT", *c++ = "AREA", *c++ = "WHAT", *c++ = "EXPECTED", *c++ = "SEEN";
	/* What is wrong stands at the end, where a terminal shows it. */
	for (int result = VERIFY_OK; result <= VERIFY_FAILED; result++)
		c = add_rows(p, (enum verify_result)result, c);
	table_write(cells, p->n + 1, COLUMNS, out);
	free(cells);
	if (p->n_failed == 0)
		strbuf_addf(out, "\nContainer %s (process %d, %s) is as planned.\n", id, p->pid,
			    p->status);
	else
		strbuf_addf(out,
			    "\nContainer %s (process %d, %s) is NOT as planned: %zu of %zu "
			    "comparisons failed.\n",
			    id, p->pid, p->status, p->n_failed, p->n);
	if (!p->has_seal)
		strbuf_adds(out, "There is no seal: nobody witnesses that the files which the plan "
				 "was made from are those of its creation.\n");
	return 0;
}

static int verify_run(const struct context *c, char **args, int n_args, struct err *e)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	AUTO_STRBUF out = STRBUF_INIT;
	struct verify_request q = {.root = c->root, .id = args[0], .stop = stop};
	struct verify_report report;
	bool json = str_eq(format, "json");

	(void)n_args;
	if (!json && !str_eq(format, "table"))
		return err_set(e, ERR_STATE, EINVAL, "invalid format option");
	/* A broken policy file must not keep anybody from looking. */
	q.policy = context_trail(c);
	int r = container_verify(&q, &a, &report, e);
	if (r < 0)
		return r;
	if (json)
		write_json(q.id, &report, &out);
	else
		r = write_table(q.id, &report, &out);
	if (r < 0)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	r = output_write(&out, e);
	return r < 0 ? r : report.n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

const struct command command_verify = {
	.name = "verify",
	.summary = "compare a running container with what was planned",
	.arguments = "<container-id>",
	.description =
		"Makes the plan again from the stored configuration, reads the container back\n"
		"from the kernel (processes, namespaces, mounts, cgroups, seccomp, security\n"
		"labels) and compares them, after holding the files of the state directory\n"
		"against the digests that were taken when they were written. The exit status is\n"
		"0 when all is as planned, else 1. A \"note\" is neither: something that cannot\n"
		"be seen, or that nobody planned but that may be meant.",
	.options = options,
	.min_args = 1,
	.max_args = 1,
	.rootless = ROOTLESS_ENTER,
	.run = verify_run,
};

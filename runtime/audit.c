/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* audit.c: `bulkhead audit`: the audit trail, and whose a host id is. */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "lifecycle/audit_read.h"
#include "policy/policy.h"
#include "runtime/command.h"
#include "runtime/output.h"
#include "runtime/table.h"

#define DETAIL_MAX 160u /* characters of the last column */

static const char *uid, *gid, *id, *since, *event, *file, *format = "table";

static const struct option_spec options[] = {
	{.name = "uid",
	 .text = &uid,
	 .help = "which containers have, or had, this host uid; and what it is inside"},
	{.name = "gid", .text = &gid, .help = "the same of a host gid"},
	{.name = "id", .text = &id, .help = "only this container; the id's beginning is enough"},
	{.name = "since",
	 .text = &since,
	 .help = "from then on: 2026-11-22, 2026-11-22T15:43:22Z, or ago: 90s, 15m, 2h, 7d"},
	{.name = "event",
	 .text = &event,
	 .help = "only create, run, start, exec, update, pause, resume, kill or delete; or "
		 "refused, "
		 "failed"},
	{.name = "format",
	 .key = 'f',
	 .text = &format,
	 .help = "table, or json for the lines as they are",
	 .initial = "\"table\""},
	{.name = "file",
	 .text = &file,
	 .help = "read this file (and FILE.1) instead of the policy's; - for stdin"},
	{0},
};

/* Rows of a table in the making. */
struct listing {
	struct arena a;
	const struct audit_filter *filter;
	struct audit_trace *trace; /* or NULL */
	struct strbuf out;	   /* json */
	bool json, failed;
	const char **cells;
	size_t n, cap;
};

static void add_cell(struct listing *l, const char *text)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? 2 * l->cap : 256;
		const char **cells = arena_array(&l->a, cap, sizeof(*cells));
		if (!cells) {
			l->failed = true;
			return;
		}
		if (l->n)
			memcpy(cells, l->cells, l->n * sizeof(*cells));
		l->cells = cells;
		l->cap = cap;
	}
	l->failed |= !text;
	l->cells[l->n++] = text;
}

/* "2026-11-22T15:43:22Z" without the fraction of the second. */
static const char *short_time(struct listing *l, const char *time)
{
	return strlen(time) > 19 ? arena_printf(&l->a, "%.19sZ", time) : arena_strdup(&l->a, time);
}

static const char *words(struct listing *l, char *const *list, size_t n)
{
	const char *out = "";

	for (size_t i = 0; i < n && out; i++)
		out = arena_printf(&l->a, "%s%s%s", out, i ? " " : "", list[i]);
	return out;
}

static const char *ids(struct listing *l, const struct audit_line *x)
{
	if (x->n_uid_mappings == 0)
		return "";
	return arena_printf(&l->a, "host uids from %" PRIu32, x->uid_mappings[0].host_id);
}

/* What somebody who looks for something wants to see first. */
static const char *detail(struct listing *l, const struct audit_line *x)
{
	if (x->error)
		return x->error;
	if (x->signal)
		return arena_printf(&l->a, "signal %" PRId64, *x->signal);
	if (x->n_uid_mappings)
		return ids(l, x);
	if (x->process)
		return words(l, x->process->args, x->process->n_args);
	return words(l, x->limits, x->n_limits);
}

static const char *caller(struct listing *l, const struct audit_caller *c)
{
	return arena_printf(&l->a, "%s[%" PRIu32 "]", c->parent_name ? c->parent_name : "?",
			    c->parent);
}

static void add_row(struct listing *l, const struct audit_line *x)
{
	const char *d = detail(l, x);

	add_cell(l, short_time(l, x->time));
	add_cell(l, arena_strdup(&l->a, x->event));
	add_cell(l, arena_strdup(&l->a, x->outcome));
	add_cell(l, arena_strdup(&l->a, x->container));
	add_cell(l,
		 x->caller.login_uid ? arena_printf(&l->a, "%" PRIu32, *x->caller.login_uid) : "-");
	add_cell(l, caller(l, &x->caller));
	add_cell(l, d ? arena_printf(&l->a, "%.*s", (int)DETAIL_MAX, d) : NULL);
}

static int take_line(void *arg, const struct audit_line *x, const char *text, struct err *e)
{
	struct listing *l = arg;

	if (l->trace)
		return audit_trace_line(l->trace, x) < 0 ? err_sys(e, ENOMEM, "audit") : 0;
	if (!audit_matches(l->filter, x))
		return 0;
	if (!l->json) {
		add_row(l, x);
		return l->failed ? err_sys(e, ENOMEM, "audit") : 0;
	}
	strbuf_adds(&l->out, text);
	strbuf_addc(&l->out, '\n');
	return l->out.failed ? err_sys(e, ENOMEM, "audit") : 0;
}

static bool holder_matches(const struct audit_filter *f, const struct audit_holder *h)
{
	return (!f->id || str_starts(h->container, f->id)) &&
	       (!f->since || !h->to || strcmp(h->to, f->since) >= 0);
}

/* Until when: the trail tells, or the range is still held, or nobody knows. */
static const char *holder_end(struct listing *l, const struct audit_holder *h)
{
	return h->to ? short_time(l, h->to) : h->held ? "now" : "unknown";
}

static void holders_table(struct listing *l, const struct audit_trace *t)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct audit_holder *h = &t->holders[i];
		if (!holder_matches(l->filter, h))
			continue;
		add_cell(l, h->container);
		add_cell(l, h->from ? short_time(l, h->from) : "unknown");
		add_cell(l, holder_end(l, h));
		add_cell(l, arena_printf(&l->a, "%" PRIu32, t->id));
		add_cell(l, arena_printf(&l->a, "%" PRIu32, h->inside));
		add_cell(l, h->bundle ? h->bundle : "-");
	}
}

static void holders_json(struct listing *l, const struct audit_trace *t)
{
	struct json_out j = {.out = &l->out, .indent = "  "};

	json_out_open(&j, NULL, '[');
	for (size_t i = 0; i < t->n; i++) {
		const struct audit_holder *h = &t->holders[i];
		if (!holder_matches(l->filter, h))
			continue;
		json_out_open(&j, NULL, '{');
		json_out_string(&j, "container", h->container);
		if (h->bundle)
			json_out_string(&j, "bundle", h->bundle);
		if (h->from)
			json_out_string(&j, "from", h->from);
		if (h->to)
			json_out_string(&j, "to", h->to);
		json_out_bool(&j, "held", h->held);
		json_out_int(&j, "host", t->id);
		json_out_int(&j, "inside", h->inside);
		json_out_close(&j, '}');
	}
	json_out_close(&j, ']');
	strbuf_addc(&l->out, '\n');
}

static int show(struct listing *l, const char *path, struct err *e)
{
	static const char *const lines_head[] = {"TIME",  "EVENT",  "OUTCOME", "CONTAINER",
						 "LOGIN", "CALLER", "DETAIL"};
	static const char *const holders_head[] = {"CONTAINER", "FROM",	  "UNTIL",
						   "HOST",	"INSIDE", "BUNDLE"};
	size_t columns = l->trace ? 6 : 7, skipped = 0;

	for (size_t i = 0; i < columns; i++)
		add_cell(l, l->trace ? holders_head[i] : lines_head[i]);
	int r = audit_each(path, take_line, l, &skipped, e);
	/* Ranges are held whether or not there is a trail. */
	if (r == -ENOENT && l->trace && !file) {
		err_clear(e);
		r = 0;
	}
	if (r == 0 && l->trace)
		r = audit_trace_held(l->trace, e);
	if (r < 0)
		return r;
	if (l->trace && l->json)
		holders_json(l, l->trace);
	else if (l->trace)
		holders_table(l, l->trace);
	if (l->failed)
		return err_sys(e, ENOMEM, "audit");
	if (!l->json)
		table_write(l->cells, l->n / columns, columns, &l->out);
	r = output_write(&l->out, e);
	if (r == 0 && skipped)
		log_warn_plain("%zu line(s) of %s are torn or not of this trail and were skipped",
			       skipped, path);
	return r;
}

/* @ret: the trace to make, when one was asked for. */
static int read_id(struct audit_trace *t, bool *ret, struct err *e)
{
	const char *text = uid ? uid : gid;
	uint64_t v;

	*ret = text;
	if (uid && gid)
		return err_set(e, ERR_STATE, EINVAL, "--uid and --gid exclude each other");
	if (!text)
		return 0;
	if (event)
		return err_set(e, ERR_STATE, EINVAL, "--event has no meaning with --uid or --gid");
	if (str_u64(text, UINT32_MAX - 1, &v) < 0)
		return err_set(e, ERR_STATE, EINVAL,
			       "invalid value \"%s\" for --%s: expected 0 to %u", text,
			       uid ? "uid" : "gid", UINT32_MAX - 1);
	t->id = (uint32_t)v;
	t->group = gid;
	return 0;
}

/* An event is called after its command. */
static int check_event(struct err *e)
{
	static const char *const outcomes[] = {"done", "refused", "failed", NULL};

	if (event && !command_find(event) && !str_in(event, outcomes))
		return err_set(e, ERR_STATE, EINVAL,
			       "invalid value \"%s\" for --event: no line of the trail has it",
			       event);
	return 0;
}

/* A file that is named needs no policy: the one in force may be broken, or another host's. */
static int find_trail(const struct context *c, const char **ret, struct err *e)
{
	const struct policy *p;
	int r;

	*ret = file;
	if (file && !*file)
		return err_set(e, ERR_STATE, EINVAL, "Option --file argument should not be empty");
	if (file)
		return 0;
	r = context_policy(c, &p, e);
	if (r < 0)
		return r;
	if (!str_eq(p->audit.destination, "file"))
		return err_set(
			e, ERR_STATE, ENOENT,
			"the policy's audit trail goes to \"%s\", not to a file: name one with "
			"--file, or - for stdin",
			p->audit.destination);
	*ret = p->audit.file;
	return 0;
}

static int audit_run(const struct context *c, char **args, int n_args, struct err *e)
{
	struct audit_filter filter = {.id = id, .event = event};
	struct listing l = {.filter = &filter, .json = str_eq(format, "json")};
	struct audit_trace trace = {.a = &l.a};
	const char *path;
	bool tracing;
	int r;

	(void)args, (void)n_args;
	if (!l.json && !str_eq(format, "table"))
		return err_set(e, ERR_STATE, EINVAL, "invalid format option");
	r = read_id(&trace, &tracing, e);
	if (r == 0)
		r = check_event(e);
	if (r == 0 && since)
		r = audit_since(since, &l.a, &filter.since, e);
	if (r == 0)
		r = find_trail(c, &path, e);
	if (r == 0) {
		l.trace = tracing ? &trace : NULL;
		r = show(&l, path, e);
	}
	strbuf_free(&l.out);
	arena_free(&l.a);
	return r;
}

const struct command command_audit = {
	.name = "audit",
	.summary = "show who did what to which container, and whose a host id is",
	.arguments = "",
	.description = "Shows the audit trail: each create, run, start, exec, update, pause, "
		       "resume, kill\n"
		       "and delete, with its outcome, the login user and the program that called.\n"
		       "With \"--uid\" or \"--gid\": the containers that an id found on a file or "
		       "a process\n"
		       "of the host belongs or belonged to. FILE.1 is read, too, older ones with "
		       "\"--file\".",
	.options = options,
	.run = audit_run,
};

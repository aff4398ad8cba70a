/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* audit.c: see audit.h. From what is known of an act to one line, and to where the policy says. */
#include "lifecycle/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/daemon_log.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "harden/harden.h"
#include "host/facts.h"
#include "host/userns_probe.h"
#include "lifecycle/audit_line.h"
#include "lifecycle/audit_sinks.h"
#include "lifecycle/now.h"
#include "policy/policy.h"

#define ID_MAX	      256u
#define BUNDLE_MAX    1024u
#define ARGS_MAX      1024u
#define DECISIONS_MAX 8192u

static struct err trouble;

static const char *cut(struct arena *a, const char *s, size_t max)
{
	if (!s || strlen(s) <= max)
		return s;
	return arena_printf(a, "%.*s...", (int)max, s);
}

static uint32_t *number(struct arena *a, uint32_t v)
{
	uint32_t *p = arena_alloc(a, sizeof(*p));

	if (p)
		*p = v;
	return p;
}

static void fill_caller(struct audit_caller *c, struct arena *a)
{
	struct caller_fact who;
	char path[32], text[32];

	host_probe_caller(&who);
	c->uid = who.uid;
	c->pid = (uint32_t)getpid();
	c->parent = (uint32_t)getppid();
	/* 4294967295 in a process that nobody logged in for. */
	if (who.login_uid != UINT32_MAX)
		c->login_uid = number(a, who.login_uid);
	snprintf(path, sizeof(path), "/proc/%u/comm", c->parent);
	if (file_read_at(AT_FDCWD, path, text, sizeof(text)) > 0) {
		text[strcspn(text, "\n")] = '\0';
		c->parent_name = arena_strdup(a, text);
	}
}

static int fill_process(struct audit_line *l, const struct spec_process *p, struct arena *a)
{
	struct audit_process *x = arena_alloc(a, sizeof(*x));
	size_t left = ARGS_MAX;

	if (!x)
		return -ENOMEM;
	x->args = arena_array(a, p->n_args + 1, sizeof(*x->args));
	if (!x->args)
		return -ENOMEM;
	for (size_t i = 0; i < p->n_args && left > 0; i++) {
		size_t n = strlen(p->args[i]);
		x->args[i] = (char *)(uintptr_t)cut(a, p->args[i], left);
		if (!x->args[i])
			return -ENOMEM;
		x->n_args++;
		left -= n < left ? n : left;
	}
	if (p->user) {
		x->uid = p->user->uid;
		x->gid = p->user->gid;
	}
	l->process = x;
	return 0;
}

static struct spec_id_mapping *mappings(const struct id_extent *v, size_t n, struct arena *a)
{
	struct spec_id_mapping *m = arena_array(a, n, sizeof(*m));

	for (size_t i = 0; m && i < n; i++)
		m[i] = (struct spec_id_mapping){v[i].inside, v[i].outside, v[i].size};
	return m;
}

static int fill_maps(struct audit_line *l, const struct id_maps *m, struct arena *a)
{
	l->uid_mappings = mappings(m->uid, m->n_uid, a);
	l->gid_mappings = mappings(m->gid, m->n_gid, a);
	if (!l->uid_mappings || !l->gid_mappings)
		return -ENOMEM;
	l->n_uid_mappings = m->n_uid;
	l->n_gid_mappings = m->n_gid;
	return 0;
}

static int fill_limits(struct audit_line *l, const char *text, struct arena *a)
{
	char *copy = arena_strdup(a, text);
	size_t n = 0;

	for (const char *s = text; *s; s++)
		n += *s == '\n';
	l->limits = arena_array(a, n + 1, sizeof(*l->limits));
	if (!copy || !l->limits)
		return -ENOMEM;
	for (char *line = copy, *end; l->n_limits < n && (end = strchr(line, '\n'));
	     line = end + 1) {
		*end = '\0';
		l->limits[l->n_limits++] = line;
	}
	return 0;
}

static size_t decision_size(const struct decision *d)
{
	return strlen(d->rule) + strlen(d->pointer) + strlen(d->why);
}

static int fill_decisions(struct audit_line *l, const struct decisions *d, struct arena *a)
{
	static const struct {
		enum decision_kind kind;
		const char *name;
	} order[] = {
		{DECISION_REFUSE, "refuse"}, {DECISION_CHANGE, "change"}, {DECISION_NOTE, "note"}};
	struct audit_decision *v = arena_array(a, d->n, sizeof(*v));
	size_t used = 0, n = 0;

	if (!v)
		return -ENOMEM;
	for (size_t k = 0; k < sizeof(order) / sizeof(order[0]); k++) {
		for (size_t i = 0; i < d->n; i++) {
			const struct decision *x = &d->items[i];
			if (x->kind != order[k].kind || used > DECISIONS_MAX)
				continue;
			used += decision_size(x);
			if (used <= DECISIONS_MAX)
				v[n++] = (struct audit_decision){order[k].name, x->rule, x->pointer,
								 x->why};
		}
	}
	l->decisions = v;
	l->n_decisions = n;
	if (n < d->n)
		l->decisions_left_out = number(a, (uint32_t)(d->n - n));
	return n < d->n && !l->decisions_left_out ? -ENOMEM : 0;
}

static int fill(struct audit_line *l, const struct audit *x, const struct err *why, char *now,
		struct arena *a)
{
	int64_t *sig = x->signal ? arena_alloc(a, sizeof(*sig)) : NULL;
	int r = now_text(now);

	*l = (struct audit_line){
		.time = now,
		.event = x->event,
		.outcome = !why			     ? "done"
			   : why->kind == ERR_POLICY ? "refused"
						     : "failed",
		.container = cut(a, x->id, ID_MAX),
		.bundle = cut(a, x->bundle, BUNDLE_MAX),
		.policy = {.source = x->policy->source, .digest = x->policy->digest},
		.pid = x->pid > 0 ? number(a, (uint32_t)x->pid) : NULL,
		.signal = sig,
		.error = why ? why->msg : NULL,
	};
	if (sig)
		*sig = x->signal;
	fill_caller(&l->caller, a);
	if (r == 0 && (!l->container || (x->signal && !sig) || (x->pid > 0 && !l->pid)))
		r = -ENOMEM;
	if (r == 0 && x->process)
		r = fill_process(l, x->process, a);
	if (r == 0 && x->maps)
		r = fill_maps(l, x->maps, a);
	if (r == 0 && x->limits)
		r = fill_limits(l, x->limits, a);
	if (r == 0 && x->decisions)
		r = fill_decisions(l, x->decisions, a);
	return r;
}

static int send_line(const struct policy_audit *p, const struct audit_line *l, struct strbuf *text,
		     struct err *e)
{
	bool alarm = !str_eq(l->outcome, "done");

	if (str_eq(p->destination, "syslog"))
		return audit_syslog_write(SYSLOG_SOCKET, text->buf, text->len, alarm, e);
	if (str_eq(p->destination, "journald"))
		return audit_journal_write(JOURNAL_SOCKET, l, text->buf, text->len, alarm, e);
	strbuf_addc(text, '\n');
	if (text->failed)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	return audit_file_write(p->file, text->buf, text->len, p->sync, e);
}

static int write_line(const struct audit *x, const struct err *why, struct err *e)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	AUTO_STRBUF text = STRBUF_INIT;
	struct audit_line l;
	char now[NOW_SIZE];

	if (str_eq(x->policy->audit.destination, "none"))
		return 0;
	if (fill(&l, x, why, now, &a) < 0)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	json_write_object(&audit_line_schema, &l, NULL, &text);
	if (text.failed)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	return send_line(&x->policy->audit, &l, &text, e);
}

int audit_done(const struct audit *a, struct err *e)
{
	struct err why = {0};

	if (write_line(a, NULL, &why) == 0)
		return 0;
	if (a->policy->audit.required)
		return err_set(e, ERR_POLICY, EPERM,
			       "policy: audit: this cannot be recorded as the policy requires: %s",
			       why.msg);
	trouble = why;
	return 0;
}

void audit_result(const struct audit *a, const struct err *why)
{
	struct err e = {0};

	if (write_line(a, why, &e) < 0)
		trouble = e;
}

const char *audit_trouble(void)
{
	return trouble.kind == ERR_NONE ? NULL : trouble.msg;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * harden.h: the hardening layer. A pure function from what was asked (spec), what the
 * administrator wants (policy) and what the host is (facts) to what is agreed to (a hardened spec)
 * with one decision per change.
 *
 * Properties, held by tests/prop: total; the input is untouched; idempotent; never weaker than the
 * input; nothing changes without a decision.
 */
#ifndef BULKHEAD_HARDEN_H
#define BULKHEAD_HARDEN_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct err;
struct spec;
struct policy;
struct host_facts;
struct measures;
struct strbuf;

enum decision_kind {
	DECISION_CHANGE, /* the spec was changed at `pointer` */
	DECISION_NOTE,	 /* nothing in the spec changes, but the container's view or limits do */
	DECISION_REFUSE, /* the request is refused: the container will not start */
};

struct decision {
	enum decision_kind kind;
	const char *rule;    /* "userns", "capabilities", ... */
	const char *pointer; /* RFC 6901 pointer into config.json */
	const char *before;  /* JSON text; NULL: absent */
	const char *after;   /* JSON text; NULL: absent */
	const char *why;     /* one sentence */
};

struct decisions {
	struct decision *items;
	size_t n;
	size_t cap; /* private */
};

/**
 * harden - apply every rule.
 * @in:     the spec as parsed; not changed
 * @policy: the administrator's policy
 * @facts:  what is known about the host
 * @a:      owns the results
 * @ret:    the hardened spec
 * @ret_measures: what config.json has no words for
 * @ret_decisions: every decision, in rule order; also filled (up to the end) when the request is
 *          refused, so that `explain` can show all refusals at once
 *
 * Returns 0, or -EPERM with ERR_POLICY ("policy: RULE: ...") holding the FIRST refusal, or -ENOMEM.
 */
int harden(const struct spec *in, const struct policy *policy, const struct host_facts *facts,
	   struct arena *a, struct spec **ret, struct measures *ret_measures,
	   struct decisions *ret_decisions, struct err *e);

/**
 * harden_needs_id_range - whether an id range has to be reserved (facts->range) before harden():
 * the spec brings no id maps of its own, joins no foreign user namespace, and the runtime is not
 * itself inside a user namespace. Without the range harden() refuses such a spec.
 */
bool harden_needs_id_range(const struct spec *in, const struct host_facts *facts);

/**
 * harden_rule - name of the @i-th rule, in the order they run, and why it exists; NULL at the end.
 */
const char *harden_rule(size_t i, const char **ret_reason);

/** decisions_write_json - the decisions as a JSON array (one line when @indent is NULL). */
void decisions_write_json(const struct decisions *d, const char *indent, struct strbuf *out);

/** decisions_write_table - the decisions as a table for a terminal, header line included. */
void decisions_write_table(const struct decisions *d, struct strbuf *out);

#endif

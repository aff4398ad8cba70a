/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * harden_case.h: one run of the hardening layer on a small document, for the tests of its rules.
 * Documents are written with single quotes. Everything of a case lives until the next one.
 */
#ifndef BULKHEAD_TESTS_HARDEN_CASE_H
#define BULKHEAD_TESTS_HARDEN_CASE_H

#include "check.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "harden/harden.h"
#include "harden/measures.h"
#include "host/facts.h"
#include "oci-spec/spec.h"
#include "policy/policy.h"

#define GIB (1ull << 30)

/* Namespaces of a document that no rule has anything against. */
#define NAMESPACES                                                                                 \
	"{'type':'pid'},{'type':'network'},{'type':'ipc'},{'type':'uts'},{'type':'mount'},"        \
	"{'type':'cgroup'}"
#define N_NAMESPACES 6

struct harden_case {
	struct arena a;
	struct err e;
	struct spec *in, *out;
	struct decisions d;
	struct measures m;
	struct host_facts f;
	struct policy p;
	int r;
};

static inline struct harden_case *case_new(void)
{
	static struct harden_case c;

	arena_free(&c.a);
	c = (struct harden_case){
		.f = {.kernel_major = 6,
		      .kernel_minor = 1,
		      .mem_total = 8 * GIB,
		      .last_cap = 40,
		      .swap_accounting = true,
		      .cgroup_layout = CGROUP_LAYOUT_V2,
		      .cgroup_v2_mountpoint = "/sys/fs/cgroup",
		      .cgroup_v2_own_path = "/",
		      .range = {0, 100000, 65536},
		      .range_source = "a test"},
		.p = *policy_default(),
	};
	return &c;
}

/* Any document. */
static inline void case_run(struct harden_case *c, const char *text)
{
	char *json = arena_strdup(&c->a, text);

	for (char *p = json; *p; p++)
		if (*p == '\'')
			*p = '"';
	int r = spec_parse(json, strlen(json), &c->a, &c->in, &c->e);
	CHECK_MSG(r == 0, "%s in %s", c->e.msg, json);
	c->r = harden(c->in, &c->p, &c->f, &c->a, &c->out, &c->m, &c->d, &c->e);
}

/*
 * A document with the usual namespaces; the arguments are further members of process, linux and
 * the document, each beginning with a comma, or "".
 */
static inline void case_doc(struct harden_case *c, const char *process, const char *linux_,
			    const char *top)
{
	case_run(c, arena_printf(&c->a,
				 "{'ociVersion':'1.2.0','process':{'cwd':'/','args':['x'],"
				 "'user':{'uid':0,'gid':0}%s},'linux':{'namespaces':[" NAMESPACES
				 "]%s}%s}",
				 process, linux_, top));
}

/* The last decision of that kind, rule and pointer, or NULL. */
static inline const struct decision *decision_find(const struct harden_case *c,
						   enum decision_kind kind, const char *rule,
						   const char *pointer)
{
	for (size_t i = c->d.n; i-- > 0;) {
		const struct decision *x = &c->d.items[i];
		if (x->kind == kind && strcmp(x->rule, rule) == 0 &&
		    strcmp(x->pointer, pointer) == 0)
			return x;
	}
	return NULL;
}

static inline size_t decision_count(const struct harden_case *c, enum decision_kind kind,
				    const char *rule)
{
	size_t n = 0;

	for (size_t i = 0; i < c->d.n; i++)
		n += c->d.items[i].kind == kind && strcmp(c->d.items[i].rule, rule) == 0;
	return n;
}

/* A change with these texts (NULL: absent). */
#define CHECK_CHANGE(c, rule, pointer, b, a)                                                       \
	do {                                                                                       \
		const struct decision *check_d = decision_find(c, DECISION_CHANGE, rule, pointer); \
		CHECK_MSG(check_d != NULL, "no change by %s at %s (%s)", rule, pointer,            \
			  (c)->e.msg);                                                             \
		CHECK_MSG(str_eq(check_d->before, b), "before: %s",                                \
			  check_d->before ? check_d->before : "(absent)");                         \
		CHECK_MSG(str_eq(check_d->after, a), "after: %s",                                  \
			  check_d->after ? check_d->after : "(absent)");                           \
	} while (0)

/* No change and no refusal by this rule; the document was accepted. */
#define CHECK_QUIET(c, rule)                                                                       \
	do {                                                                                       \
		CHECK_MSG((c)->r == 0, "%s", (c)->e.msg);                                          \
		CHECK_INT(decision_count(c, DECISION_CHANGE, rule), 0);                            \
	} while (0)

/* A refusal by this rule, which is the error as well; @part of its text. */
#define CHECK_REFUSED(c, rule, pointer, part)                                                      \
	do {                                                                                       \
		CHECK_MSG((c)->r == -EPERM && (c)->e.kind == ERR_POLICY, "%d: %s", (c)->r,         \
			  (c)->e.msg);                                                             \
		CHECK_MSG(str_starts((c)->e.msg, "policy: " rule ": "), "%s", (c)->e.msg);         \
		CHECK_HAS((c)->e.msg, part);                                                       \
		CHECK_MSG(decision_find(c, DECISION_REFUSE, rule, pointer) != NULL,                \
			  "no refusal at %s", pointer);                                            \
	} while (0)

#endif

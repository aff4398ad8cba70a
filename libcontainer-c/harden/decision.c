/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* decision.c: recording decisions. Every change of a spec goes through decide_change(). */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "harden/rule.h"

static struct decision *decision_new(struct harden *h)
{
	struct decisions *d = h->d;

	if (d->n < d->cap)
		return &d->items[d->n];
	size_t cap = d->cap ? 2 * d->cap : 32;
	struct decision *items = arena_array(h->a, cap, sizeof(*items));
	if (!items) {
		h->oom = true;
		return NULL;
	}
	if (d->n)
		memcpy(items, d->items, d->n * sizeof(*items));
	d->items = items;
	d->cap = cap;
	return &d->items[d->n];
}

__attribute__((format(printf, 2, 0))) static const char *vtext(struct harden *h, const char *fmt,
							       va_list ap)
{
	va_list again;

	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	char *p = n < 0 ? NULL : arena_alloc(h->a, (size_t)n + 1);
	if (!p) {
		h->oom = true;
		return NULL;
	}
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	return p;
}

/* Append @d, whose why is NULL when memory ran out on the way. */
static bool record(struct harden *h, struct decision d)
{
	if (h->oom || !d.why)
		return false;
	struct decision *slot = decision_new(h);
	if (!slot)
		return false;
	d.rule = h->rule;
	*slot = d;
	h->d->n++;
	return true;
}

bool decide_change(struct harden *h, const char *pointer, const char *before, const char *after,
		   const char *why, ...)
{
	struct decision d = {
		.kind = DECISION_CHANGE, .pointer = pointer, .before = before, .after = after};
	va_list ap;

	va_start(ap, why);
	d.why = vtext(h, why, ap);
	va_end(ap);
	return record(h, d);
}

void decide_note(struct harden *h, const char *pointer, const char *why, ...)
{
	struct decision d = {.kind = DECISION_NOTE, .pointer = pointer};
	va_list ap;

	va_start(ap, why);
	d.why = vtext(h, why, ap);
	va_end(ap);
	record(h, d);
}

void decide_refuse(struct harden *h, const char *pointer, const char *before, const char *why, ...)
{
	struct decision d = {.kind = DECISION_REFUSE, .pointer = pointer, .before = before};
	va_list ap;

	va_start(ap, why);
	const char *what = vtext(h, why, ap);
	va_end(ap);
	if (what)
		d.why = text(h, "%s: refused", what);
	record(h, d);
}

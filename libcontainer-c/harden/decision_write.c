/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* decision_write.c: decisions as JSON for programs and as a table for people. */
#include <string.h>

#include "base/str.h"
#include "harden/control.h"
#include "harden/harden.h"

#define VALUE_WIDTH 40u /* of before and after in the table; JSON has them whole */

static const char *kind_name(enum decision_kind k)
{
	static const char *const names[] = {
		[DECISION_CHANGE] = "change",
		[DECISION_NOTE] = "note",
		[DECISION_REFUSE] = "refuse",
	};

	return names[k];
}

static void new_line(struct strbuf *out, const char *indent, unsigned depth)
{
	if (!indent)
		return;
	strbuf_addc(out, '\n');
	while (depth--)
		strbuf_adds(out, indent);
}

/* @value is a text to be quoted, or JSON already. */
static void add_member(struct strbuf *out, const char *indent, const char *name, const char *value,
		       bool is_json, bool last)
{
	new_line(out, indent, 2);
	strbuf_addf(out, "\"%s\":%s", name, indent ? " " : "");
	if (is_json || !value)
		strbuf_adds(out, value ? value : "null");
	else
		strbuf_json(out, value);
	if (!last)
		strbuf_addc(out, ',');
}

void decisions_write_json(const struct decisions *d, const char *indent, struct strbuf *out)
{
	strbuf_addc(out, '[');
	for (size_t i = 0; i < d->n; i++) {
		const struct decision *x = &d->items[i];
		if (i)
			strbuf_addc(out, ',');
		new_line(out, indent, 1);
		strbuf_addc(out, '{');
		add_member(out, indent, "kind", kind_name(x->kind), false, false);
		add_member(out, indent, "rule", x->rule, false, false);
		add_member(out, indent, "pointer", x->pointer, false, false);
		add_member(out, indent, "before", x->before, true, false);
		add_member(out, indent, "after", x->after, true, false);
		add_member(out, indent, "why", x->why, false, true);
		new_line(out, indent, 1);
		strbuf_addc(out, '}');
	}
	if (d->n)
		new_line(out, indent, 0);
	strbuf_addc(out, ']');
}

static bool is_character(char c)
{
	return (c & 0xc0) != 0x80; /* not a continuation byte of UTF-8 */
}

/* At most @width columns of @s, control characters as '?'. Returns the columns used. */
static size_t add_cell(struct strbuf *out, const char *s, size_t width)
{
	size_t total = 0, columns = 0;

	for (const char *p = s; *p; p++)
		total += is_character(*p);
	bool cut = total > width;
	size_t room = cut ? width - 3 : width;
	for (const char *p = s; *p; p++) {
		if (is_character(*p) && columns++ == room)
			break;
		size_t n = control_length(p);
		strbuf_addc(out, n ? '?' : *p);
		p += n > 1;
	}
	if (cut)
		strbuf_adds(out, "...");
	return cut ? width : total;
}

static void add_column(struct strbuf *out, const char *s, size_t width)
{
	for (size_t n = add_cell(out, s, width); n < width + 2; n++)
		strbuf_addc(out, ' ');
}

struct widths {
	size_t rule, pointer, before, after;
};

static void widen(size_t *width, const char *s, size_t max)
{
	size_t n = s ? strlen(s) : 1;

	if (n > max)
		n = max;
	if (n > *width)
		*width = n;
}

static void add_row(struct strbuf *out, const struct widths *w, const char *const cells[6])
{
	add_column(out, cells[0], sizeof("refuse") - 1);
	add_column(out, cells[1], w->rule);
	add_column(out, cells[2], w->pointer);
	add_column(out, cells[3], w->before);
	add_column(out, cells[4], w->after);
	add_cell(out, cells[5], SIZE_MAX);
	strbuf_addc(out, '\n');
}

void decisions_write_table(const struct decisions *d, struct strbuf *out)
{
	struct widths w = {sizeof("RULE") - 1, sizeof("POINTER") - 1, sizeof("BEFORE") - 1,
			   sizeof("AFTER") - 1};

	for (size_t i = 0; i < d->n; i++) {
		widen(&w.rule, d->items[i].rule, VALUE_WIDTH);
		widen(&w.pointer, d->items[i].pointer, VALUE_WIDTH);
		widen(&w.before, d->items[i].before, VALUE_WIDTH);
		widen(&w.after, d->items[i].after, VALUE_WIDTH);
	}
	add_row(out, &w,
		(const char *const[]){"KIND", "RULE", "POINTER", "BEFORE", "AFTER", "WHY"});
	for (size_t i = 0; i < d->n; i++) {
		const struct decision *x = &d->items[i];
		add_row(out, &w,
			(const char *const[]){kind_name(x->kind), x->rule, x->pointer,
					      x->before ? x->before : "-",
					      x->after ? x->after : "-", x->why});
	}
}

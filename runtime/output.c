/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* output.c: see output.h. The only writer to stdout. */
#include "runtime/output.h"

#include <errno.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"

int output_write(const struct strbuf *out, struct err *e)
{
	int r;

	if (out->failed)
		return err_sys(e, ENOMEM, "write the output");
	r = fd_write_all(STDOUT_FILENO, out->buf, out->len);
	return r < 0 ? err_sys(e, -r, "write the output") : 0;
}

static void new_line(struct json_out *j)
{
	if (!j->indent)
		return;
	strbuf_addc(j->out, '\n');
	for (unsigned i = 0; i < j->depth; i++)
		strbuf_adds(j->out, j->indent);
}

/* Everything in front of a value: comma, line break, key. */
static void begin(struct json_out *j, const char *key)
{
	if (j->not_first)
		strbuf_addc(j->out, ',');
	if (j->depth > 0)
		new_line(j);
	j->not_first = true;
	if (!key)
		return;
	strbuf_json(j->out, key);
	strbuf_adds(j->out, j->indent ? ": " : ":");
}

void json_out_open(struct json_out *j, const char *key, char bracket)
{
	begin(j, key);
	strbuf_addc(j->out, bracket);
	j->depth++;
	j->not_first = false;
}

void json_out_close(struct json_out *j, char bracket)
{
	bool empty = !j->not_first;

	j->depth--;
	j->not_first = true;
	if (!empty)
		new_line(j);
	strbuf_addc(j->out, bracket);
}

void json_out_string(struct json_out *j, const char *key, const char *value)
{
	begin(j, key);
	strbuf_json(j->out, value);
}

void json_out_bool(struct json_out *j, const char *key, bool value)
{
	begin(j, key);
	strbuf_adds(j->out, value ? "true" : "false");
}

void json_out_int(struct json_out *j, const char *key, long long value)
{
	begin(j, key);
	strbuf_addf(j->out, "%lld", value);
}

void json_out_uint(struct json_out *j, const char *key, unsigned long long value)
{
	begin(j, key);
	strbuf_addf(j->out, "%llu", value);
}

void json_out_strings(struct json_out *j, const char *key, const char *const *items, size_t n)
{
	json_out_open(j, key, '[');
	for (size_t i = 0; i < n; i++)
		json_out_string(j, NULL, items[i]);
	json_out_close(j, ']');
}

void json_out_raw(struct json_out *j, const char *key, const char *text)
{
	begin(j, key);
	for (; *text; text++) {
		/* A line break in JSON is always between tokens: inside strings it is escaped. */
		if (*text == '\n')
			new_line(j);
		else
			strbuf_addc(j->out, *text);
	}
}

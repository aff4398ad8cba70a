/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* audit_read.c: the lines of a trail; see audit_read.h. */
#include "lifecycle/audit_read.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"

/* Far more than audit.c writes; a longer line is not of ours. */
#define LINE_MAX_READ (1u << 20)

static const char *ago(const char *text, struct arena *a)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
	size_t n = strspn(text, "0123456789");
	uint64_t v;
	struct tm tm;

	if (n == 0 || n > 9 || !text[n] || text[n + 1])
		return NULL;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (text[n] != units[i].unit)
			continue;
		char *digits = arena_strndup(a, text, n);
		char *out = arena_alloc(a, 32);
		if (!digits || !out || str_u64(digits, UINT32_MAX, &v) < 0)
			return NULL;
		time_t t = time(NULL) - (time_t)v * units[i].seconds;
		if (t < 0)
			t = 0;
		return gmtime_r(&t, &tm) && strftime(out, 32, "%Y-%m-%dT%H:%M:%S", &tm) ? out
											: NULL;
	}
	return NULL;
}

/* Where '0' stands in the pattern there has to be a digit. */
static bool has_form(const char *s, const char *form)
{
	for (; *form; s++, form++)
		if (*form == '0' ? *s < '0' || *s > '9' : *s != *form)
			return false;
	return *s == '\0';
}

int audit_since(const char *text, struct arena *a, const char **ret, struct err *e)
{
	const char *s = ago(text, a);

	if (!s && has_form(text, "0000-00-00"))
		s = text;
	/* Without the Z, so that 22Z sorts before 22.5Z. */
	if (!s && has_form(text, "0000-00-00T00:00:00Z"))
		s = arena_strndup(a, text, strlen(text) - 1);
	if (!s)
		return err_set(e, ERR_STATE, EINVAL,
			       "invalid value \"%s\" for --since: expected 2026-11-22, "
			       "2026-11-22T15:43:22Z (UTC), "
			       "or a time ago such as 90s, 15m, 2h, 7d",
			       text);
	*ret = s;
	return 0;
}

bool audit_matches(const struct audit_filter *f, const struct audit_line *l)
{
	if (f->id && !str_starts(l->container, f->id))
		return false;
	if (f->event && !str_eq(l->event, f->event) && !str_eq(l->outcome, f->event))
		return false;
	return !f->since || strcmp(l->time, f->since) >= 0;
}

struct reading {
	int (*f)(void *arg, const struct audit_line *l, const char *text, struct err *e);
	void *arg;
	size_t skipped;
	char *buf; /* LINE_MAX_READ bytes */
};

/* The rest of a line that is too long for us. */
static void skip_line(FILE *in)
{
	int c;

	do
		c = getc(in);
	while (c != '\n' && c != EOF);
}

static int take(struct reading *r, struct err *e)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	const char *text = strchr(r->buf, '{');
	struct audit_line l;

	if (r->buf[0] == '\0')
		return 0; /* what ends a torn line */
	if (!text || json_parse_object(&audit_line_schema, "line", text, strlen(text), &a, &l,
				       JSON_IGNORE, NULL) < 0) {
		r->skipped++;
		return 0;
	}
	return r->f(r->arg, &l, text, e);
}

static int read_lines(struct reading *r, FILE *in, const char *path, struct err *e)
{
	int rc = 0;

	while (rc >= 0 && fgets(r->buf, LINE_MAX_READ, in)) {
		size_t n = strlen(r->buf);
		if (n > 0 && r->buf[n - 1] == '\n') {
			r->buf[n - 1] = '\0';
		} else if (!feof(in)) {
			/* Too long, or with NUL bytes in it, as after a power failure. */
			if (n == LINE_MAX_READ - 1)
				skip_line(in);
			r->skipped++;
			continue;
		}
		rc = take(r, e);
	}
	if (rc >= 0 && ferror(in))
		return err_sys(e, errno, "read %s", path);
	return rc;
}

/* -ENOENT without an error: there is none. */
static int read_file(struct reading *r, const char *path, struct err *e)
{
	int fd = fd_open_input(path);
	FILE *in = fd < 0 ? NULL : fdopen(fd, "re");

	if (fd == -ENOENT)
		return -ENOENT;
	if (!in)
		return err_sys(e, fd < 0 ? -fd : errno, "open the audit trail %s", path);
	int rc = read_lines(r, in, path, e);
	fclose(in);
	return rc;
}

static int read_both(struct reading *r, const char *path, struct arena *a, struct err *e)
{
	const char *older = arena_printf(a, "%s.1", path);

	if (!older)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	int first = read_file(r, older, e);
	if (first < 0 && first != -ENOENT)
		return first;
	int rc = read_file(r, path, e);
	if (rc == -ENOENT && first == -ENOENT)
		return err_set(e, ERR_STATE, ENOENT, "there is no audit trail at %s", path);
	return rc == -ENOENT ? 0 : rc;
}

int audit_each(const char *path,
	       int (*f)(void *arg, const struct audit_line *l, const char *text, struct err *e),
	       void *arg, size_t *ret_skipped, struct err *e)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct reading r = {.f = f, .arg = arg, .buf = arena_alloc(&a, LINE_MAX_READ)};

	if (!r.buf)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	int rc = strcmp(path, "-") == 0 ? read_lines(&r, stdin, "stdin", e)
					: read_both(&r, path, &a, e);
	if (rc < 0)
		return rc;
	*ret_skipped = r.skipped;
	return 0;
}

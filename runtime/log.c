/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* log.c: see log.h. With log_target.c the only writer to stderr. */
#include "runtime/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "base/err.h"
#include "base/str.h"

static const char *kind_name(enum err_kind kind)
{
	switch (kind) {
	case ERR_NONE:
		return NULL;
	case ERR_SPEC:
		return "spec";
	case ERR_POLICY:
		return "policy";
	case ERR_HOST:
		return "host";
	case ERR_STATE:
		return "state";
	case ERR_SYSTEM:
		return "system";
	case ERR_BUG:
		return "bug";
	}
	return NULL;
}

int log_open(struct log *l, const char *where, const char *format, bool debug, struct err *e)
{
	bool json = str_eq(format, "json");

	if (format && *format && !json && !str_eq(format, "text"))
		return err_set(e, ERR_STATE, EINVAL, "invalid log-format: %s", format);
	l->json = json;
	l->debug = debug;
	return where && *where ? log_target_open(where, &l->to, e) : 0;
}

void log_close(struct log *l)
{
	log_target_close(&l->to);
	*l = LOG_INIT;
}

/* logrus leaves a value bare when it consists of these characters only. */
static bool needs_quotes(const char *s)
{
	return s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			   "0123456789-._/@^+")] != '\0';
}

/* Go's %q as far as a log needs it: one line, no control characters. */
static void add_quoted(struct strbuf *out, const char *s)
{
	strbuf_addc(out, '"');
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		if (c == '"' || c == '\\')
			strbuf_addf(out, "\\%c", c);
		else if (c == '\n')
			strbuf_adds(out, "\\n");
		else if (c == '\t')
			strbuf_adds(out, "\\t");
		else if (c < 0x20 || c == 0x7f)
			strbuf_addf(out, "\\x%02x", c);
		else
			strbuf_addc(out, (char)c);
	}
	strbuf_addc(out, '"');
}

static void add_value(struct strbuf *out, const char *s)
{
	if (needs_quotes(s))
		add_quoted(out, s);
	else
		strbuf_adds(out, s);
}

static void add_json_field(struct strbuf *out, const char *key, const char *value)
{
	strbuf_addf(out, ",\"%s\":", key);
	strbuf_json(out, value);
}

static void format_json(const char *level, const char *msg, const char *when, const char *kind,
			struct strbuf *out)
{
	strbuf_addf(out, "{\"level\":\"%s\"", level);
	add_json_field(out, "msg", msg);
	add_json_field(out, "time", when);
	if (kind)
		add_json_field(out, "kind", kind);
	strbuf_adds(out, "}\n");
}

static void format_text(const char *level, const char *msg, const char *when, const char *kind,
			struct strbuf *out)
{
	strbuf_addf(out, "time=\"%s\" level=%s msg=", when, level);
	add_value(out, msg);
	if (kind)
		strbuf_addf(out, " kind=%s", kind);
	strbuf_addc(out, '\n');
}

void log_format_line(bool json, const char *level, const char *msg, time_t now, const char *kind,
		     struct strbuf *out)
{
	char when[32] = "1970-01-01T00:00:00Z";
	struct tm tm;

	if (gmtime_r(&now, &tm))
		strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
	if (json)
		format_json(level, msg, when, kind, out);
	else
		format_text(level, msg, when, kind, out);
}

static int severity(const char *level)
{
	return str_eq(level, "error")	  ? LOG_ERR
	       : str_eq(level, "warning") ? LOG_WARNING
					  : LOG_DEBUG;
}

/*
 * A daemon has the time and the level already: as text it gets the message alone. A log that cannot
 * be written must not hide the error: it still goes to stderr.
 */
static void write_line(const struct log *l, const char *level, const char *msg, const char *kind)
{
	AUTO_STRBUF line = STRBUF_INIT;
	bool daemon = l->to.kind == LOG_TO_SYSLOG || l->to.kind == LOG_TO_JOURNAL;

	if (daemon && !l->json)
		strbuf_addf(&line, "%s\n", msg);
	else
		log_format_line(l->json, level, msg, time(NULL), kind, &line);
	if (line.failed)
		return;
	if (daemon)
		(void)log_target_message(&l->to, severity(level), line.buf, line.len - 1);
	else
		(void)log_target_write(l->to.fd, line.buf, line.len);
}

/*
 * One line, as in the log. The message may quote what a hostile image contains: no control
 * sequences to a terminal.
 */
static void write_plain(const char *msg)
{
	char text[2 * ERR_MSG_MAX + 1];
	size_t n = 0;

	for (; *msg && n < sizeof(text) - 2; msg++) {
		unsigned char c = (unsigned char)*msg;
		if (c == '\n')
			text[n++] = '\\';
		text[n++] = c == '\n' ? 'n' : (c < 0x20 && c != '\t') || c == 0x7f ? '?' : (char)c;
	}
	text[n++] = '\n';
	(void)log_target_write(STDERR_FILENO, text, n);
}

void log_error(const struct log *l, const struct err *why)
{
	write_line(l, "error", why->msg, l->debug ? kind_name(why->kind) : NULL);
	if (l->to.kind != LOG_TO_STDERR)
		write_plain(why->msg);
}

void log_warning(const struct log *l, const char *msg)
{
	write_line(l, "warning", msg, NULL);
}

void log_warn_plain(const char *fmt, ...)
{
	char msg[ERR_MSG_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	write_plain(msg);
}

void log_debug(const struct log *l, const char *fmt, ...)
{
	char msg[ERR_MSG_MAX];
	va_list ap;

	if (!l->debug)
		return;
	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	write_line(l, "debug", msg, NULL);
}

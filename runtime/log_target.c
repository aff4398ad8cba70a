/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* log_target.c: see log_target.h. */
#include "runtime/log_target.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "base/daemon_log.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"

#define IDENT_MAX 128u

/* O_SYNC as in runc: the engine reads the file as soon as we are gone. */
static int open_file(const char *path, struct err *e)
{
	int fd = open(path,
		      O_CREAT | O_WRONLY | O_APPEND | O_SYNC | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
		      0644);

	return fd < 0 ? err_sys(e, errno, "open %s", path) : fd;
}

/* A space, "[" or ":" would end the name in syslog's form. */
static bool ident_ok(const char *s)
{
	size_t n = 0;

	for (; s[n]; n++)
		if (s[n] <= ' ' || s[n] > '~' || s[n] == '[' || s[n] == ':')
			return false;
	return n <= IDENT_MAX;
}

static int open_daemon(const char *where, struct log_target *t, struct err *e)
{
	t->ident = strchr(where, ':') + 1;
	if (!ident_ok(t->ident))
		return err_set(e, ERR_STATE, EINVAL,
			       "Option --log: the name behind \"%.*s\" is not one of at most %u "
			       "printable characters without space, \"[\" and \":\"",
			       (int)(t->ident - where), where, IDENT_MAX);
	if (!*t->ident)
		t->ident = "bulkhead";
	t->fd = daemon_log_connect(t->kind == LOG_TO_SYSLOG ? SYSLOG_SOCKET : JOURNAL_SOCKET, e);
	return t->fd < 0 ? err_wrap(e, "Option --log") : 0;
}

int log_target_open(const char *where, struct log_target *t, struct err *e)
{
	struct log_target new = {.kind = LOG_TO_FILE};
	int r;

	if (str_starts(where, "syslog:"))
		new.kind = LOG_TO_SYSLOG;
	else if (str_starts(where, "journald:"))
		new.kind = LOG_TO_JOURNAL;
	else if (str_starts(where, "file:"))
		where += strlen("file:");
	if (!*where)
		return err_set(e, ERR_STATE, EINVAL, "Option --log names no file");
	if (new.kind == LOG_TO_FILE)
		r = new.fd = open_file(where, e);
	else
		r = open_daemon(where, &new, e);
	if (r >= 0)
		*t = new;
	return r < 0 ? r : 0;
}

void log_target_close(struct log_target *t)
{
	if (t->kind != LOG_TO_STDERR)
		fd_closep(&t->fd);
	*t = LOG_TARGET_STDERR;
}

static int write_all(int fd, const char *text, size_t len)
{
	struct pollfd room = {.fd = fd, .events = POLLOUT};

	while (len > 0) {
		ssize_t n = write(fd, text, len);
		if (n < 0 && errno == EAGAIN && poll(&room, 1, 1000) == 0)
			return -EAGAIN;
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		text += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return 0;
}

int log_target_write(int fd, const char *text, size_t len)
{
	sighandler_t pipe = signal(SIGPIPE, SIG_IGN), size = signal(SIGXFSZ, SIG_IGN);
	int r = write_all(fd, text, len);

	signal(SIGPIPE, pipe);
	signal(SIGXFSZ, size);
	return r;
}

int log_target_message(const struct log_target *t, int severity, const char *text, size_t len)
{
	AUTO_STRBUF out = STRBUF_INIT;

	if (t->kind == LOG_TO_SYSLOG)
		syslog_message(&out, LOG_USER | severity, t->ident, text, len);
	else
		journal_message(&out, LOG_USER | severity, t->ident, text, len);
	if (out.failed)
		return -ENOMEM;
	return daemon_log_send(t->fd, out.buf, out.len, NULL);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* daemon_log.c: see daemon_log.h. */
#include "base/daemon_log.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"

int daemon_log_connect(const char *path, struct err *e)
{
	const struct timeval second = {.tv_sec = 1};
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	AUTO_FD fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof(a.sun_path))
		return err_set(e, ERR_HOST, ENAMETOOLONG, "%s: the path is too long", path);
	strcpy(a.sun_path, path);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &second, sizeof(second)) < 0 ||
	    connect(fd, (const struct sockaddr *)&a, sizeof(a)) < 0)
		return err_set(e, ERR_HOST, errno, "connecting to %s: %s", path,
			       strerrorname_np(errno));
	return TAKE_FD(fd);
}

int daemon_log_send(int fd, const char *data, size_t len, struct err *e)
{
	ssize_t n;

	do
		n = send(fd, data, len, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n >= 0)
		return 0;
	int code = errno;
	shutdown(fd, SHUT_WR);
	return err_set(e, ERR_HOST, code, "sending to the log daemon: %s", strerrorname_np(code));
}

int daemon_log_to(const char *path, const char *data, size_t len, struct err *e)
{
	AUTO_FD fd = daemon_log_connect(path, e);

	if (fd < 0)
		return fd;
	int r = daemon_log_send(fd, data, len, e);
	return r < 0 ? err_wrap(e, "%s", path) : 0;
}

void syslog_message(struct strbuf *out, int priority, const char *ident, const char *text,
		    size_t len)
{
	time_t now = time(NULL);
	char when[32] = "Jan  1 00:00:00";
	struct tm tm;

	if (localtime_r(&now, &tm))
		strftime(when, sizeof(when), "%b %e %H:%M:%S", &tm);
	strbuf_addf(out, "<%d>%s %s[%d]: ", priority, when, ident, getpid());
	strbuf_add(out, text, len);
}

/* Name, newline, length in 64 bits little endian, value, newline. */
void journal_field(struct strbuf *out, const char *name, const char *value, size_t len)
{
	char size[8];

	for (size_t i = 0; i < sizeof(size); i++)
		size[i] = (char)((uint64_t)len >> (8 * i) & 0xff);
	strbuf_adds(out, name);
	strbuf_addc(out, '\n');
	strbuf_add(out, size, sizeof(size));
	strbuf_add(out, value, len);
	strbuf_addc(out, '\n');
}

void journal_message(struct strbuf *out, int priority, const char *ident, const char *text,
		     size_t len)
{
	journal_field(out, "MESSAGE", text, len);
	strbuf_addf(out, "PRIORITY=%d\nSYSLOG_FACILITY=%d\n", LOG_PRI(priority), LOG_FAC(priority));
	journal_field(out, "SYSLOG_IDENTIFIER", ident, strlen(ident));
}

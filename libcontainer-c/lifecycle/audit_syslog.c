/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * audit_syslog.c: the audit trail in syslog. Not syslog(3): it writes to the console or to nothing
 * when the daemon is gone, and tells nobody.
 */
#include "lifecycle/audit_sinks.h"

#include <errno.h>
#include <stdio.h>
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

int audit_datagram(const char *path, const char *data, size_t len, struct err *e)
{
	const struct timeval second = {.tv_sec = 1};
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	AUTO_FD fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof(a.sun_path))
		return err_set(e, ERR_HOST, ENAMETOOLONG, "%s: the path is too long", path);
	strcpy(a.sun_path, path);
	/* A daemon that does not read must not hold containers up. */
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &second, sizeof(second)) < 0 ||
	    sendto(fd, data, len, MSG_NOSIGNAL, (const struct sockaddr *)&a, sizeof(a)) < 0)
		return err_set(e, ERR_HOST, errno, "sending to %s: %s", path,
			       strerrorname_np(errno));
	return 0;
}

/*
 * The form that syslog(3) sends and every daemon reads (RFC 3164, section 4.1): local time without
 * a year; the line itself has the exact one.
 */
int audit_syslog_write(const char *socket, const char *text, size_t len, bool alarm, struct err *e)
{
	AUTO_STRBUF out = STRBUF_INIT;
	time_t now = time(NULL);
	char when[32] = "Jan  1 00:00:00";
	struct tm tm;

	if (localtime_r(&now, &tm))
		strftime(when, sizeof(when), "%b %e %H:%M:%S", &tm);
	strbuf_addf(&out,
		    "<%d>%s bulkhead[%d]: ", LOG_AUTHPRIV | (alarm ? LOG_WARNING : LOG_NOTICE),
		    when, getpid());
	strbuf_add(&out, text, len);
	if (out.failed)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	return audit_datagram(socket, out.buf, out.len, e);
}

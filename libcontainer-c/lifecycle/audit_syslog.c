/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* audit_syslog.c: the audit trail in syslog. The line itself has the exact time. */
#include "lifecycle/audit_sinks.h"

#include <errno.h>
#include <syslog.h>

#include "base/daemon_log.h"
#include "base/err.h"
#include "base/str.h"

int audit_syslog_write(const char *socket, const char *text, size_t len, bool alarm, struct err *e)
{
	AUTO_STRBUF out = STRBUF_INIT;

	syslog_message(&out, LOG_AUTHPRIV | (alarm ? LOG_WARNING : LOG_NOTICE), "bulkhead", text,
		       len);
	if (out.failed)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	return daemon_log_to(socket, out.buf, out.len, e);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* audit_journal.c: the audit trail in the systemd journal. */
#include "lifecycle/audit_sinks.h"

#include <errno.h>
#include <string.h>
#include <syslog.h>

#include "base/daemon_log.h"
#include "base/err.h"
#include "base/str.h"
#include "lifecycle/audit_line.h"

/* An id that was refused may hold line breaks, which would begin a field. */
static void add_text(struct strbuf *out, const char *name, const char *value)
{
	journal_field(out, name, value, strlen(value));
}

int audit_journal_write(const char *socket, const struct audit_line *l, const char *text,
			size_t len, bool alarm, struct err *e)
{
	AUTO_STRBUF out = STRBUF_INIT;

	journal_message(&out, LOG_AUTHPRIV | (alarm ? LOG_WARNING : LOG_NOTICE), "bulkhead", text,
			len);
	add_text(&out, "BULKHEAD_EVENT", l->event);
	add_text(&out, "BULKHEAD_OUTCOME", l->outcome);
	add_text(&out, "BULKHEAD_CONTAINER", l->container);
	if (out.failed)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	return daemon_log_to(socket, out.buf, out.len, e);
}

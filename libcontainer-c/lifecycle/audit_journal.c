/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* audit_journal.c: the audit trail in the systemd journal. */
#include "lifecycle/audit_sinks.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <syslog.h>

#include "base/err.h"
#include "base/str.h"
#include "lifecycle/audit_line.h"

/*
 * The protocol's form for values of any content: name, newline, length in 64 bits little endian,
 * value, newline. An id that was refused may hold line breaks, which would begin a field.
 */
static void add_field(struct strbuf *out, const char *name, const char *value, size_t len)
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

static void add_text(struct strbuf *out, const char *name, const char *value)
{
	add_field(out, name, value, strlen(value));
}

int audit_journal_write(const char *socket, const struct audit_line *l, const char *text,
			size_t len, bool alarm, struct err *e)
{
	AUTO_STRBUF out = STRBUF_INIT;

	add_field(&out, "MESSAGE", text, len);
	strbuf_addf(&out, "PRIORITY=%d\nSYSLOG_FACILITY=%d\nSYSLOG_IDENTIFIER=bulkhead\n",
		    alarm ? LOG_WARNING : LOG_NOTICE, LOG_FAC(LOG_AUTHPRIV));
	add_text(&out, "BULKHEAD_EVENT", l->event);
	add_text(&out, "BULKHEAD_OUTCOME", l->outcome);
	add_text(&out, "BULKHEAD_CONTAINER", l->container);
	if (out.failed)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	return audit_datagram(socket, out.buf, out.len, e);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* systemd_properties.c: properties of a unit as D-Bus has them. */
#include "apply/systemd.h"

#include <string.h>

#include "base/str.h"
#include "dbus/wire.h"
#include "plan/systemd.h"

static void put_basic(struct strbuf *b, char type, uint64_t number, const char *text)
{
	switch (type) {
	case 'y':
		strbuf_addc(b, (char)number);
		break;
	case 'n':
	case 'q':
		dbus_put_u16(b, (uint16_t)number);
		break;
	case 'b':
	case 'i':
	case 'u':
		dbus_put_u32(b, (uint32_t)number);
		break;
	case 'x':
	case 't':
	case 'd':
		dbus_put_u64(b, number);
		break;
	case 's':
		dbus_put_string(b, text);
		break;
	default:
		b->failed = true;
	}
}

static size_t alignment(char type)
{
	switch (type) {
	case 'y':
		return 1;
	case 'n':
	case 'q':
		return 2;
	case 'x':
	case 't':
	case 'd':
	case '(':
		return 8;
	default:
		return 4;
	}
}

static void put_array(struct strbuf *b, const struct systemd_property *p)
{
	char type = p->type[1];
	struct dbus_array a = dbus_array_open(b, alignment(type));

	for (size_t i = 0; i < p->n; i++) {
		if (type != '(') {
			put_basic(b, type, p->numbers ? p->numbers[i] : 0,
				  p->texts ? p->texts[i] : NULL);
			continue;
		}
		dbus_align(b, 8); /* (ss) */
		dbus_put_string(b, p->texts[2 * i]);
		dbus_put_string(b, p->texts[2 * i + 1]);
	}
	dbus_array_close(b, a);
}

/* (sv) */
static void put_property(struct strbuf *b, const struct systemd_property *p)
{
	dbus_align(b, 8);
	dbus_put_string(b, p->name);
	dbus_put_signature(b, p->type);
	if (p->type[0] == 'a')
		put_array(b, p);
	else
		put_basic(b, p->type[0], p->number, p->text);
}

void systemd_put_properties(struct strbuf *b, const struct systemd_property *p, size_t n,
			    pid_t holder, unsigned version)
{
	const uint64_t pid = (uint64_t)holder;
	struct dbus_array all = dbus_array_open(b, 8);

	for (size_t i = 0; i < n; i++)
		if (p[i].since <= version)
			put_property(b, &p[i]);
	if (holder > 0)
		put_property(b, &(struct systemd_property){
					.name = "PIDs", .type = "au", .numbers = &pid, .n = 1});
	dbus_array_close(b, all);
}

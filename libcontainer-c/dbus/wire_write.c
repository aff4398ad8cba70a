/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* wire_write.c: see wire.h. */
#include "dbus/wire.h"

#include <endian.h>
#include <string.h>

#define NATIVE_ORDER (__BYTE_ORDER == __LITTLE_ENDIAN ? 'l' : 'B')

/* Header fields. */
enum {
	FIELD_PATH = 1,
	FIELD_INTERFACE = 2,
	FIELD_MEMBER = 3,
	FIELD_DESTINATION = 6,
	FIELD_SIGNATURE = 8
};

void dbus_align(struct strbuf *b, size_t to)
{
	while (!b->failed && b->len % to)
		strbuf_addc(b, '\0');
}

void dbus_put_u16(struct strbuf *b, uint16_t v)
{
	char raw[sizeof(v)];

	memcpy(raw, &v, sizeof(v));
	dbus_align(b, sizeof(v));
	strbuf_add(b, raw, sizeof(v));
}

void dbus_put_u32(struct strbuf *b, uint32_t v)
{
	char raw[sizeof(v)];

	memcpy(raw, &v, sizeof(v));
	dbus_align(b, sizeof(v));
	strbuf_add(b, raw, sizeof(v));
}

void dbus_put_u64(struct strbuf *b, uint64_t v)
{
	char raw[sizeof(v)];

	memcpy(raw, &v, sizeof(v));
	dbus_align(b, sizeof(v));
	strbuf_add(b, raw, sizeof(v));
}

void dbus_put_string(struct strbuf *b, const char *s)
{
	size_t n = strlen(s);

	if (n >= DBUS_MESSAGE_MAX) {
		b->failed = true;
		return;
	}
	dbus_put_u32(b, (uint32_t)n);
	strbuf_add(b, s, n + 1);
}

void dbus_put_signature(struct strbuf *b, const char *s)
{
	size_t n = strlen(s);

	if (n > 255) {
		b->failed = true;
		return;
	}
	strbuf_addc(b, (char)n);
	strbuf_add(b, s, n + 1);
}

struct dbus_array dbus_array_open(struct strbuf *b, size_t align)
{
	struct dbus_array a;

	dbus_put_u32(b, 0);
	a.length_at = b->len - sizeof(uint32_t);
	/* Padding in front of the first element is not counted. */
	dbus_align(b, align);
	a.begin = b->len;
	return a;
}

void dbus_array_close(struct strbuf *b, struct dbus_array a)
{
	uint32_t n = (uint32_t)(b->len - a.begin);

	if (!b->failed)
		memcpy(b->buf + a.length_at, &n, sizeof(n));
}

static void put_field(struct strbuf *b, int field, char type, const char *value)
{
	if (!value)
		return;
	dbus_align(b, 8);
	strbuf_addc(b, (char)field);
	dbus_put_signature(b, (const char[]){type, '\0'});
	if (type == 'g')
		dbus_put_signature(b, value);
	else
		dbus_put_string(b, value);
}

void dbus_put_call(struct strbuf *b, uint32_t serial, const struct dbus_method *m,
		   const struct strbuf *body)
{
	const char begin[] = {NATIVE_ORDER, DBUS_CALL, 0, 1};
	size_t n = body ? body->len : 0;

	if (n >= DBUS_MESSAGE_MAX || (body && body->failed)) {
		b->failed = true;
		return;
	}
	strbuf_add(b, begin, sizeof(begin));
	dbus_put_u32(b, (uint32_t)n);
	dbus_put_u32(b, serial);
	struct dbus_array fields = dbus_array_open(b, 8);
	put_field(b, FIELD_PATH, 'o', m->path);
	put_field(b, FIELD_DESTINATION, 's', m->destination);
	put_field(b, FIELD_INTERFACE, 's', m->interface);
	put_field(b, FIELD_MEMBER, 's', m->member);
	put_field(b, FIELD_SIGNATURE, 'g', m->signature);
	dbus_array_close(b, fields);
	dbus_align(b, 8);
	if (n)
		strbuf_add(b, body->buf, n);
}

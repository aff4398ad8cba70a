/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* wire_read.c: see wire.h. Nothing that is read is trusted: every length is held against what is
 * there. */
#include "dbus/wire.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

#define NATIVE_ORDER (__BYTE_ORDER == __LITTLE_ENDIAN ? 'l' : 'B')

enum {
	FIELD_PATH = 1,
	FIELD_INTERFACE,
	FIELD_MEMBER,
	FIELD_ERROR_NAME,
	FIELD_REPLY_SERIAL,
	FIELD_DESTINATION,
	FIELD_SENDER,
	FIELD_SIGNATURE,
	FIELD_UNIX_FDS
};

static const uint8_t *take(struct dbus_reader *r, size_t n)
{
	if (r->bad || n > r->size - r->at) {
		r->bad = true;
		return NULL;
	}
	r->at += n;
	return r->data + r->at - n;
}

/* Padding has to be zero. */
void dbus_get_align(struct dbus_reader *r, size_t to)
{
	while (!r->bad && r->at % to) {
		const uint8_t *p = take(r, 1);
		if (p && *p)
			r->bad = true;
	}
}

uint8_t dbus_get_u8(struct dbus_reader *r)
{
	const uint8_t *p = take(r, 1);

	return p ? *p : 0;
}

uint32_t dbus_get_u32(struct dbus_reader *r)
{
	uint32_t v = 0;

	dbus_get_align(r, sizeof(v));
	const uint8_t *p = take(r, sizeof(v));
	if (p)
		memcpy(&v, p, sizeof(v));
	return v;
}

uint64_t dbus_get_u64(struct dbus_reader *r)
{
	uint64_t v = 0;

	dbus_get_align(r, sizeof(v));
	const uint8_t *p = take(r, sizeof(v));
	if (p)
		memcpy(&v, p, sizeof(v));
	return v;
}

/* @n bytes and a NUL behind them, none inside. */
static const char *take_text(struct dbus_reader *r, size_t n)
{
	const uint8_t *p = n < r->size ? take(r, n + 1) : NULL;

	if (p && p[n] == '\0' && !memchr(p, '\0', n))
		return (const char *)p;
	r->bad = true;
	return "";
}

const char *dbus_get_string(struct dbus_reader *r)
{
	uint32_t n = dbus_get_u32(r);

	return take_text(r, n);
}

const char *dbus_get_signature(struct dbus_reader *r)
{
	uint8_t n = dbus_get_u8(r);

	return take_text(r, n);
}

static uint32_t u32_at(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static size_t align8(size_t n)
{
	return (n + 7) & ~(size_t)7;
}

int dbus_message_size(const uint8_t fixed[DBUS_FIXED_SIZE], size_t *ret)
{
	uint32_t body = u32_at(fixed + 4), fields = u32_at(fixed + 12);

	if (fixed[0] != NATIVE_ORDER || fixed[1] == 0 || fixed[3] != 1 || u32_at(fixed + 8) == 0)
		return -EBADMSG;
	if (fields > DBUS_FIELDS_MAX || body > DBUS_MESSAGE_MAX)
		return -EBADMSG;
	*ret = align8(DBUS_FIXED_SIZE + fields) + body;
	return *ret > DBUS_MESSAGE_MAX ? -EBADMSG : 0;
}

/* The value of a field that is not known: what future versions may add has a basic type. */
static void skip_value(struct dbus_reader *r, const char *type)
{
	switch (type[0] && !type[1] ? type[0] : '\0') {
	case 'y':
		dbus_get_u8(r);
		break;
	case 'b':
	case 'i':
	case 'u':
		dbus_get_u32(r);
		break;
	case 'x':
	case 't':
	case 'd':
		dbus_get_u64(r);
		break;
	case 's':
	case 'o':
		dbus_get_string(r);
		break;
	case 'g':
		dbus_get_signature(r);
		break;
	default:
		r->bad = true;
	}
}

static void parse_field(struct dbus_reader *r, struct dbus_message *m)
{
	static const char types[] = {
		[FIELD_PATH] = 'o',	  [FIELD_INTERFACE] = 's',    [FIELD_MEMBER] = 's',
		[FIELD_ERROR_NAME] = 's', [FIELD_REPLY_SERIAL] = 'u', [FIELD_DESTINATION] = 's',
		[FIELD_SENDER] = 's',	  [FIELD_SIGNATURE] = 'g',    [FIELD_UNIX_FDS] = 'u'};
	const char **const texts[] = {
		[FIELD_PATH] = &m->path,     [FIELD_INTERFACE] = &m->interface,
		[FIELD_MEMBER] = &m->member, [FIELD_ERROR_NAME] = &m->error_name,
		[FIELD_SENDER] = &m->sender, [FIELD_UNIX_FDS] = NULL};

	dbus_get_align(r, 8);
	uint8_t field = dbus_get_u8(r);
	const char *type = dbus_get_signature(r);
	if (field == 0 || (field < sizeof(types) && (type[0] != types[field] || type[1])))
		r->bad = true;
	else if (field == FIELD_REPLY_SERIAL)
		m->reply_serial = dbus_get_u32(r);
	else if (field == FIELD_SIGNATURE)
		m->signature = dbus_get_signature(r);
	else if (field < sizeof(types) && texts[field])
		*texts[field] = dbus_get_string(r);
	else
		skip_value(r, type);
}

/* What each kind of message must have. */
static bool is_complete(const struct dbus_message *m)
{
	switch (m->kind) {
	case DBUS_CALL:
		return m->path && m->member;
	case DBUS_RETURN:
		return m->reply_serial != 0;
	case DBUS_ERROR:
		return m->reply_serial != 0 && m->error_name;
	case DBUS_SIGNAL:
		return m->path && m->interface && m->member;
	}
	return true; /* kinds that are not known are to be ignored */
}

int dbus_message_parse(const uint8_t *data, size_t size, struct dbus_message *ret)
{
	size_t want;

	if (size < DBUS_FIXED_SIZE || dbus_message_size(data, &want) < 0 || want != size)
		return -EBADMSG;
	size_t fields_end = DBUS_FIXED_SIZE + u32_at(data + 12);
	struct dbus_message m = {
		.kind = (enum dbus_kind)data[1],
		.serial = u32_at(data + 8),
		.signature = "",
	};
	struct dbus_reader r = {.data = data, .size = fields_end, .at = DBUS_FIXED_SIZE};
	while (!r.bad && r.at < r.size)
		parse_field(&r, &m);
	r.size = align8(fields_end);
	dbus_get_align(&r, 8);
	if (r.bad || !is_complete(&m))
		return -EBADMSG;
	m.body = (struct dbus_reader){.data = data + r.size, .size = size - r.size};
	*ret = m;
	return 0;
}

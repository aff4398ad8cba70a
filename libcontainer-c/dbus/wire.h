/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wire.h: the D-Bus wire format (D-Bus specification, "Message Format"), as much of it as talking
 * to systemd needs. Pure: a writer into a strbuf and a reader of untrusted bytes.
 *
 * Only the host's byte order is spoken: the peer is on the same machine.
 */
#ifndef BULKHEAD_DBUS_WIRE_H
#define BULKHEAD_DBUS_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* What we are ready to receive; the specification allows 128 MiB. */
#define DBUS_MESSAGE_MAX (1u << 20)
#define DBUS_FIELDS_MAX	 (1u << 16)
#define DBUS_FIXED_SIZE	 16u /* what tells how long a message is */

enum dbus_kind { DBUS_CALL = 1, DBUS_RETURN = 2, DBUS_ERROR = 3, DBUS_SIGNAL = 4 };

/* writing: values are aligned by their distance from the begin of @b. */

void dbus_put_u16(struct strbuf *b, uint16_t v);
void dbus_put_u32(struct strbuf *b, uint32_t v);
void dbus_put_u64(struct strbuf *b, uint64_t v);
/** dbus_put_string - STRING or OBJECT_PATH. */
void dbus_put_string(struct strbuf *b, const char *s);
/** dbus_put_signature - SIGNATURE, at most 255 bytes. */
void dbus_put_signature(struct strbuf *b, const char *s);
/** dbus_align - zero bytes up to a multiple of @to; 8: the begin of a struct or dict entry. */
void dbus_align(struct strbuf *b, size_t to);

/* An array that is being written. */
struct dbus_array {
	size_t length_at, begin;
};

/** dbus_array_open - @align: of the element type. */
struct dbus_array dbus_array_open(struct strbuf *b, size_t align);
void dbus_array_close(struct strbuf *b, struct dbus_array a);

/* A method to call. */
struct dbus_method {
	const char *destination; /* NULL: there is only the peer */
	const char *path, *interface, *member;
	const char *signature; /* of the body; NULL: no body */
};

/** dbus_put_call - a whole method call; @body was written from offset 0. */
void dbus_put_call(struct strbuf *b, uint32_t serial, const struct dbus_method *m,
		   const struct strbuf *body);

/* reading */

/* Bytes of a message. After the first value that is not there, or not right, `bad` stays set. */
struct dbus_reader {
	const uint8_t *data;
	size_t size, at;
	bool bad;
};

uint8_t dbus_get_u8(struct dbus_reader *r);
uint32_t dbus_get_u32(struct dbus_reader *r);
uint64_t dbus_get_u64(struct dbus_reader *r);
/** dbus_get_string - points into the message; never NULL: "" when bad. */
const char *dbus_get_string(struct dbus_reader *r);
const char *dbus_get_signature(struct dbus_reader *r);
void dbus_get_align(struct dbus_reader *r, size_t to);

/* A message that was received; texts point into its bytes, NULL: absent. */
struct dbus_message {
	enum dbus_kind kind;
	uint32_t serial, reply_serial;
	const char *path, *interface, *member, *error_name, *sender;
	const char *signature; /* "" without a body */
	struct dbus_reader body;
};

/**
 * dbus_message_size - how many bytes the message has that begins with these DBUS_FIXED_SIZE.
 * Returns 0, or -EBADMSG: not D-Bus, another byte order or version, or larger than we take.
 */
int dbus_message_size(const uint8_t fixed[DBUS_FIXED_SIZE], size_t *ret);

/** dbus_message_parse - @data has dbus_message_size() bytes, 8-aligned. 0 or -EBADMSG. */
int dbus_message_parse(const uint8_t *data, size_t size, struct dbus_message *ret);

#endif

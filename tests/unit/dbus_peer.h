/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dbus_peer.h: the other end of a D-Bus connection, in a process of its own, with bad manners. */
#ifndef BULKHEAD_TESTS_DBUS_PEER_H
#define BULKHEAD_TESTS_DBUS_PEER_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dbus/wire.h"

struct peer {
	int fd; /* our end; whoever uses it closes it */
	pid_t pid;
};

static inline void peer_say(int fd, const void *data, size_t n)
{
	(void)!write(fd, data, n);
}

#define SAY(fd, text) peer_say(fd, text, sizeof(text) - 1)

/* Everything up to @end; the client never sends more than is asked for. */
static inline bool peer_hear(int fd, const char *end)
{
	char buf[512];
	size_t n = 0, len = strlen(end);

	while (n < sizeof(buf) && read(fd, buf + n, 1) == 1) {
		n++;
		if (n >= len && memcmp(buf + n - len, end, len) == 0)
			return true;
	}
	return false;
}

/* greetings: false ends the peer. */

static inline bool peer_accept(int fd)
{
	/* As systemd: a BEGIN that came later would swallow the first call. */
	if (!peer_hear(fd, "AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n"))
		return false;
	SAY(fd, "DATA\r\nOK 0123456789abcdef0123456789abcdef\r\n");
	return true;
}

static inline bool peer_reject(int fd)
{
	peer_hear(fd, "DATA\r\n");
	SAY(fd, "REJECTED EXTERNAL\r\n");
	return false;
}

static inline bool peer_silent(int fd)
{
	peer_hear(fd, "never");
	return false;
}

static inline bool peer_hang_up(int fd)
{
	peer_hear(fd, "DATA\r\n");
	return false;
}

static inline bool peer_long_line(int fd)
{
	char line[4096];

	memset(line, 'O', sizeof(line));
	peer_say(fd, line, sizeof(line));
	peer_hear(fd, "never");
	return false;
}

/* A message from here. @texts: header fields as (field, type, text), ended by 0 */
struct peer_field {
	int field;
	const char *text;
};

static inline void peer_send(int fd, enum dbus_kind kind, uint32_t reply_serial,
			     const struct peer_field *fields, const char *signature,
			     const struct strbuf *body)
{
	struct strbuf b = STRBUF_INIT;
	const char begin[] = {'l', (char)kind, 0, 1};

	strbuf_add(&b, begin, 4);
	dbus_put_u32(&b, body ? (uint32_t)body->len : 0);
	dbus_put_u32(&b, 77);
	struct dbus_array a = dbus_array_open(&b, 8);
	for (; fields && fields->field; fields++) {
		dbus_align(&b, 8);
		strbuf_addc(&b, (char)fields->field);
		dbus_put_signature(&b, fields->field == 1 ? "o" : "s");
		dbus_put_string(&b, fields->text);
	}
	if (reply_serial) {
		dbus_align(&b, 8);
		strbuf_addc(&b, 5);
		dbus_put_signature(&b, "u");
		dbus_put_u32(&b, reply_serial);
	}
	if (signature) {
		dbus_align(&b, 8);
		strbuf_addc(&b, 8);
		dbus_put_signature(&b, "g");
		dbus_put_signature(&b, signature);
	}
	dbus_array_close(&b, a);
	dbus_align(&b, 8);
	if (body)
		strbuf_add(&b, body->buf, body->len);
	peer_say(fd, b.buf, b.len);
	strbuf_free(&b);
}

static inline void peer_send_string(int fd, uint32_t serial, const char *text)
{
	struct strbuf body = STRBUF_INIT;

	dbus_put_string(&body, text);
	peer_send(fd, DBUS_RETURN, serial, NULL, "s", &body);
	strbuf_free(&body);
}

/* answers to a call */

static inline void peer_noise_then_string(int fd, uint32_t serial)
{
	static const struct peer_field signal[] = {{1, "/"}, {2, "a.b"}, {3, "Noise"}, {0}};

	for (int i = 0; i < 100; i++)
		peer_send(fd, DBUS_SIGNAL, 0, signal, NULL, NULL);
	peer_send_string(fd, serial + 1, "not this one");
	peer_send_string(fd, serial, "fine");
}

static inline void peer_error(int fd, uint32_t serial)
{
	static const struct peer_field error[] = {{4, "org.freedesktop.systemd1.UnitExists"}, {0}};
	struct strbuf body = STRBUF_INIT;

	dbus_put_string(&body, "Unit a.scope\x1b[31m was already loaded");
	peer_send(fd, DBUS_ERROR, serial, error, "s", &body);
	strbuf_free(&body);
}

static inline void peer_no_answer(int fd, uint32_t serial)
{
	(void)serial;
	peer_hear(fd, "never");
}

static inline void peer_wrong_serial(int fd, uint32_t serial)
{
	peer_send_string(fd, serial + 1, "x");
	peer_hear(fd, "never");
}

static inline void peer_half_answer(int fd, uint32_t serial)
{
	(void)serial;
	SAY(fd, "l\2\0\1\0\0\0\0\1\0\0\0\40\0\0\0\5\1u\0");
}

static inline void peer_rubbish(int fd, uint32_t serial)
{
	(void)serial;
	SAY(fd, "HTTP/1.1 400 Bad Request\r\n\r\n");
}

static inline void peer_huge(int fd, uint32_t serial)
{
	(void)serial;
	SAY(fd, "l\2\0\1\0\0\0\x7f\1\0\0\0\0\0\0\0");
	peer_hear(fd, "never");
}

/* Reads one call, whole. 0: there is none. */
static inline uint32_t peer_call(int fd, uint8_t *buf, size_t size)
{
	size_t n;

	if (read(fd, buf, DBUS_FIXED_SIZE) != DBUS_FIXED_SIZE || dbus_message_size(buf, &n) < 0 ||
	    n > size)
		return 0;
	for (size_t at = DBUS_FIXED_SIZE; at < n;) {
		ssize_t k = read(fd, buf + at, n - at);
		if (k <= 0)
			return 0;
		at += (size_t)k;
	}
	struct dbus_message m;
	return dbus_message_parse(buf, n, &m) == 0 ? m.serial : 0;
}

/* @answer NULL: the peer waits until we are gone. */
static inline struct peer peer_start(bool (*greet)(int fd), void (*answer)(int fd, uint32_t serial))
{
	int pair[2];
	struct peer p = {.fd = -1};

	fflush(stdout);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0 || (p.pid = fork()) < 0)
		abort();
	if (p.pid == 0) {
		_Alignas(8) static uint8_t buf[65536];
		close(pair[0]);
		alarm(300);
		if (greet(pair[1])) {
			uint32_t serial = answer ? peer_call(pair[1], buf, sizeof(buf)) : 0;
			if (answer && serial == 0)
				_exit(1);
			if (answer)
				answer(pair[1], serial);
			else
				peer_hear(pair[1], "never");
		}
		_exit(0);
	}
	close(pair[1]);
	p.fd = pair[0];
	return p;
}

static inline int peer_end(struct peer *p)
{
	int status;

	if (waitpid(p->pid, &status, 0) < 0)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * connection.h: a connection to a message bus or, directly, to a service (systemd's private
 * socket). libsystemd is not used: Debian has no static archive of it, and loading it would cost
 * every start of the runtime more than all that is done here.
 *
 * A connection has one deadline for all that is done on it. The peer's answers are not trusted: see
 * wire.h for the limits.
 */
#ifndef BULKHEAD_DBUS_CONNECTION_H
#define BULKHEAD_DBUS_CONNECTION_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "dbus/wire.h"

struct err;

struct dbus {
	int fd;
	uint32_t serial;      /* of the last call */
	int64_t deadline_ns;  /* CLOCK_MONOTONIC */
	struct strbuf in;     /* received; the message that was handed out last is at its begin */
	size_t used;	      /* bytes of it that were handed out */
	char error_name[128]; /* of the last dbus_call() that was answered with an error, else "" */
	char error_text[512]; /* printable */
};
#define DBUS_INIT ((struct dbus){.fd = -1})

/**
 * dbus_open - connect and authenticate (SASL EXTERNAL, by the credentials of the socket).
 * @path:  of the socket; one that begins with '@' is abstract
 * @owner: uid that the peer must have: nobody else may answer in its place
 * @ms:    how long all on this connection may take together
 * ERR_HOST; -ENOENT or -ECONNREFUSED when nobody listens there.
 */
int dbus_open(const char *path, uid_t owner, int ms, struct dbus *ret, struct err *e);

/** dbus_adopt - the same on a socket that is connected already, which it takes over. */
int dbus_adopt(int fd, uid_t owner, int ms, struct dbus *ret, struct err *e);

void dbus_close(struct dbus *d);

/**
 * dbus_call - call a method and wait for the answer.
 * @ret: valid until the next use of @d
 * -EREMOTEIO: it was answered with an error, which stands in @d (and no error is recorded in @e).
 */
int dbus_call(struct dbus *d, const struct dbus_method *m, const struct strbuf *body,
	      struct dbus_message *ret, struct err *e);

/** dbus_next - wait for the next message of any kind; @ret as above. */
int dbus_next(struct dbus *d, struct dbus_message *ret, struct err *e);

#endif

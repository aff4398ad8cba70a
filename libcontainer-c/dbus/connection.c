/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* connection.c: see connection.h. */
#include "dbus/connection.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"

#define LINE_MAX_BYTES 512 /* of the authentication */
#define CHUNK	       4096

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int too_late(struct err *e)
{
	return err_set(e, ERR_HOST, ETIMEDOUT, "systemd does not answer in time");
}

static int not_dbus(struct err *e)
{
	return err_set(e, ERR_HOST, EBADMSG, "systemd's answer is not understood");
}

/* Wait for @events as long as the deadline allows. */
static int wait_for(const struct dbus *d, short events, struct err *e)
{
	struct pollfd p = {.fd = d->fd, .events = events};

	for (;;) {
		int64_t left = d->deadline_ns - now_ns();
		int r = left <= 0 ? 0 : poll(&p, 1, (int)((left + 999999) / 1000000));
		if (r > 0)
			return 0;
		if (r == 0)
			return too_late(e);
		if (errno != EINTR)
			return err_set(e, ERR_HOST, errno, "poll: %s", strerrorname_np(errno));
	}
}

static int send_all(struct dbus *d, const char *buf, size_t n, struct err *e)
{
	while (n > 0) {
		ssize_t k = send(d->fd, buf, n, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (k < 0 && errno == EAGAIN) {
			int r = wait_for(d, POLLOUT, e);
			if (r < 0)
				return r;
			continue;
		}
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return err_set(e, ERR_HOST, errno, "sending to systemd: %s",
				       strerrorname_np(errno));
		buf += k;
		n -= (size_t)k;
	}
	return 0;
}

/* At least one byte more in d->in. Descriptors that somebody sends along are never taken. */
static int receive(struct dbus *d, struct err *e)
{
	char chunk[CHUNK];

	for (;;) {
		int r = wait_for(d, POLLIN, e);
		if (r < 0)
			return r;
		ssize_t n = recv(d->fd, chunk, sizeof(chunk), MSG_DONTWAIT);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0)
			return err_set(e, ERR_HOST, errno, "receiving from systemd: %s",
				       strerrorname_np(errno));
		if (n == 0)
			return err_set(e, ERR_HOST, ECONNRESET, "systemd has hung up");
		strbuf_add(&d->in, chunk, (size_t)n);
		return d->in.failed ? err_set(e, ERR_SYSTEM, ENOMEM, "out of memory") : 0;
	}
}

/* Forget what was handed out; what is left moves to the begin, which malloc has aligned. */
static void drop_used(struct dbus *d)
{
	if (d->used == 0)
		return;
	memmove(d->in.buf, d->in.buf + d->used, d->in.len - d->used);
	d->in.len -= d->used;
	d->used = 0;
}

/* One line of the authentication, without its end, in @line. */
static int read_line(struct dbus *d, char line[LINE_MAX_BYTES], struct err *e)
{
	drop_used(d);
	for (;;) {
		char *end = d->in.len ? memmem(d->in.buf, d->in.len, "\r\n", 2) : NULL;
		size_t n = end ? (size_t)(end - d->in.buf) : d->in.len;
		if (n >= LINE_MAX_BYTES || (n && memchr(d->in.buf, '\0', n)))
			return not_dbus(e);
		if (end) {
			memcpy(line, d->in.buf, n);
			line[n] = '\0';
			d->used = n + 2;
			return 0;
		}
		int r = receive(d, e);
		if (r < 0)
			return r;
	}
}

/*
 * Without a name: the peer takes the one that the socket's credentials say, which is right also in
 * a user namespace, where it is not the uid that we see. All known servers know this form: sd-bus
 * sends it, too. And, as sd-bus, BEGIN in the same piece: systemd (seen with 252) reads what
 * follows a BEGIN along with it, and then waits for more to come before it looks at that.
 */
static int authenticate(struct dbus *d, struct err *e)
{
	static const char hello[] = "\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n";
	char line[LINE_MAX_BYTES];
	int r = send_all(d, hello, sizeof(hello) - 1, e);

	if (r == 0)
		r = read_line(d, line, e);
	if (r == 0 && (strcmp(line, "DATA") == 0 || strcmp(line, "DATA ") == 0))
		r = read_line(d, line, e);
	if (r < 0)
		return r;
	if (!str_starts(line, "OK"))
		return err_set(e, ERR_HOST, EACCES, "systemd does not accept us");
	return 0;
}

/* A socket in the file system is as trustworthy as its directory; who answers counts. */
static int check_peer(int fd, uid_t owner, struct err *e)
{
	struct ucred u;
	socklen_t n = sizeof(u);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &u, &n) < 0)
		return err_set(e, ERR_HOST, errno, "SO_PEERCRED: %s", strerrorname_np(errno));
	if (u.uid != owner)
		return err_set(e, ERR_HOST, EACCES, "user %u answers in the place of user %u",
			       u.uid, owner);
	return 0;
}

int dbus_adopt(int fd, uid_t owner, int ms, struct dbus *ret, struct err *e)
{
	struct dbus d = {.fd = fd, .deadline_ns = now_ns() + (int64_t)ms * 1000000};
	int r = check_peer(fd, owner, e);

	if (r == 0)
		r = authenticate(&d, e);
	if (r < 0) {
		dbus_close(&d);
		return r;
	}
	*ret = d;
	return 0;
}

int dbus_open(const char *path, uid_t owner, int ms, struct dbus *ret, struct err *e)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	/* connect(2) waits for room in the listener's queue, as long as a send may. */
	const struct timeval limit = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
	size_t n = strlen(path);

	if (n == 0 || n >= sizeof(a.sun_path))
		return err_set(e, ERR_HOST, ENAMETOOLONG,
			       "the path of the socket \"%.100s\" has not 1 to %zu bytes", path,
			       sizeof(a.sun_path) - 1);
	memcpy(a.sun_path, path, n);
	socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n + 1);
	if (path[0] == '@') {
		a.sun_path[0] = '\0';
		len--;
	}
	AUTO_FD fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) < 0)
		return err_set(e, ERR_HOST, errno, "socket: %s", strerrorname_np(errno));
	int r;
	do
		r = connect(fd, (struct sockaddr *)&a, len);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return err_set(e, ERR_HOST, errno, "connecting to %s: %s", path,
			       strerrorname_np(errno));
	return dbus_adopt(TAKE_FD(fd), owner, ms, ret, e);
}

void dbus_close(struct dbus *d)
{
	fd_closep(&d->fd);
	strbuf_free(&d->in);
	*d = DBUS_INIT;
}

int dbus_next(struct dbus *d, struct dbus_message *ret, struct err *e)
{
	size_t size = DBUS_FIXED_SIZE;
	int r = 0;

	drop_used(d);
	while (r == 0 && d->in.len < DBUS_FIXED_SIZE)
		r = receive(d, e);
	if (r == 0 && dbus_message_size((const uint8_t *)d->in.buf, &size) < 0)
		r = not_dbus(e);
	while (r == 0 && d->in.len < size)
		r = receive(d, e);
	if (r < 0)
		return r;
	d->used = size;
	if (dbus_message_parse((const uint8_t *)d->in.buf, size, ret) < 0)
		return not_dbus(e);
	return 0;
}

/* What a peer says, fit for one line of a terminal. */
static void copy_printable(char *to, size_t size, const char *from)
{
	size_t n = 0;

	for (; from[n] && n < size - 1; n++)
		to[n] = (unsigned char)from[n] < ' ' || from[n] == 0x7f ? '?' : from[n];
	to[n] = '\0';
}

static void keep_error(struct dbus *d, struct dbus_message *m)
{
	const char *text = m->signature[0] == 's' ? dbus_get_string(&m->body) : "";

	copy_printable(d->error_name, sizeof(d->error_name), m->error_name);
	copy_printable(d->error_text, sizeof(d->error_text), text);
}

int dbus_call(struct dbus *d, const struct dbus_method *m, const struct strbuf *body,
	      struct dbus_message *ret, struct err *e)
{
	AUTO_STRBUF out = STRBUF_INIT;
	uint32_t serial = ++d->serial;

	d->error_name[0] = d->error_text[0] = '\0';
	dbus_put_call(&out, serial, m, body);
	if (out.failed)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	int r = send_all(d, out.buf, out.len, e);
	while (r == 0) {
		struct dbus_message got;
		r = dbus_next(d, &got, e);
		/* Signals, and answers that nobody waits for any more. */
		if (r < 0 || got.reply_serial != serial ||
		    (got.kind != DBUS_RETURN && got.kind != DBUS_ERROR))
			continue;
		if (got.kind == DBUS_ERROR) {
			keep_error(d, &got);
			return -EREMOTEIO;
		}
		*ret = got;
		return 0;
	}
	return r;
}

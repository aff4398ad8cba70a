/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* manager.c: see manager.h. */
#include "dbus/manager.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"

#define NAME	  "org.freedesktop.systemd1"
#define OBJECT	  "/org/freedesktop/systemd1"
#define INTERFACE "org.freedesktop.systemd1.Manager"
#define MATCH                                                                                      \
	"type='signal',sender='" NAME "',path='" OBJECT "',interface='" INTERFACE                  \
	"',member='JobRemoved'"

#define PATH_SIZE 256

static int bus_call(struct systemd_manager *m, const char *member, const char *argument,
		    struct err *e)
{
	const struct dbus_method method = {
		.destination = "org.freedesktop.DBus",
		.path = "/org/freedesktop/DBus",
		.interface = "org.freedesktop.DBus",
		.member = member,
		.signature = argument ? "s" : NULL,
	};
	AUTO_STRBUF body = STRBUF_INIT;
	struct dbus_message got;

	if (argument)
		dbus_put_string(&body, argument);
	int r = dbus_call(&m->d, &method, &body, &got, e);
	if (r == -EREMOTEIO)
		return err_set(e, ERR_HOST, EREMOTEIO, "the message bus refuses %s: %s", member,
			       m->d.error_text);
	return r;
}

/* A bus hands a signal only to those who have asked for it. */
static int greet(struct systemd_manager *m, struct err *e)
{
	int r = bus_call(m, "Hello", NULL, e);

	return r < 0 ? r : bus_call(m, "AddMatch", MATCH, e);
}

static bool nobody_there(int r)
{
	return r == -ENOENT || r == -ECONNREFUSED || r == -ENOTDIR;
}

/* The socket in the file system that is there, else -ENOENT. */
static int try_path(struct systemd_manager *m, const char *path, bool bus, struct err *e)
{
	struct err why = {0};
	int r = dbus_open(path, geteuid(), SYSTEMD_TIMEOUT_MS, &m->d, &why);

	if (r == 0)
		m->bus = bus;
	if (r < 0 && !nobody_there(r) && e && e->kind == ERR_NONE)
		*e = why;
	return r;
}

static int try_places(struct systemd_manager *m, bool user, struct err *e)
{
	char path[PATH_SIZE];
	const char *dir = user ? getenv("XDG_RUNTIME_DIR") : "/run";

	if (!dir || *dir != '/')
		return err_set(e, ERR_HOST, ENOENT,
			       "no systemd of this user: XDG_RUNTIME_DIR is not set");
	snprintf(path, sizeof(path), "%s/systemd/private", dir);
	int r = try_path(m, path, false, e);
	if (nobody_there(r)) {
		snprintf(path, sizeof(path), "%s/%s", dir, user ? "bus" : "dbus/system_bus_socket");
		r = try_path(m, path, true, e);
	}
	if (nobody_there(r))
		return err_set(e, ERR_HOST, ENOENT,
			       "no systemd to talk to: nobody listens on %s/systemd/private", dir);
	return r;
}

int systemd_open(bool user, struct systemd_manager *ret, struct err *e)
{
	char path[PATH_SIZE];
	const char *name = user ? "DBUS_SESSION_BUS_ADDRESS" : "DBUS_SYSTEM_BUS_ADDRESS";
	const char *address = getenv(name);
	int r;

	*ret = SYSTEMD_MANAGER_INIT;
	if (!address || !*address)
		r = try_places(ret, user, e);
	else if (dbus_address_path(address, path, sizeof(path)) < 0)
		r = err_set(e, ERR_HOST, EINVAL, "%s: no address of a unix socket", name);
	else if (nobody_there(r = try_path(ret, path, true, e)))
		r = err_set(e, ERR_HOST, ENOENT,
			    "no message bus to talk to: nobody listens on %s (%s)", path, name);
	return r == 0 && ret->bus ? greet(ret, e) : r;
}

void systemd_close(struct systemd_manager *m)
{
	dbus_close(&m->d);
}

static int call(struct systemd_manager *m, const char *interface, const char *member,
		const char *signature, const struct strbuf *body, struct dbus_message *ret,
		struct err *e)
{
	const struct dbus_method method = {
		.destination = m->bus ? NAME : NULL,
		.path = OBJECT,
		.interface = interface,
		.member = member,
		.signature = signature,
	};
	int r = dbus_call(&m->d, &method, body, ret, e);

	/* Any client of a bus may send us signals: only those of who answers here count. */
	if (r == 0 && m->bus && ret->sender)
		snprintf(m->owner, sizeof(m->owner), "%s", ret->sender);
	return r;
}

int systemd_call(struct systemd_manager *m, const char *member, const char *signature,
		 const struct strbuf *body, struct dbus_message *ret, struct err *e)
{
	return call(m, INTERFACE, member, signature, body, ret, e);
}

int systemd_get(struct systemd_manager *m, const char *property, struct arena *a, const char **ret,
		struct err *e)
{
	AUTO_STRBUF body = STRBUF_INIT;
	struct dbus_message got;

	dbus_put_string(&body, INTERFACE);
	dbus_put_string(&body, property);
	int r = call(m, "org.freedesktop.DBus.Properties", "Get", "ss", &body, &got, e);
	if (r == -EREMOTEIO)
		return err_set(e, ERR_HOST, EREMOTEIO, "systemd does not tell its %s: %s", property,
			       m->d.error_text);
	if (r < 0)
		return r;
	const char *type = dbus_get_signature(&got.body);
	const char *text = str_eq(type, "s") ? dbus_get_string(&got.body) : NULL;
	if (!text || got.body.bad)
		return err_set(e, ERR_HOST, EBADMSG, "systemd's %s is no text", property);
	*ret = arena_strdup(a, text);
	return *ret ? 0 : err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
}

int systemd_wait_job(struct systemd_manager *m, const char *job, char *result, size_t size,
		     struct err *e)
{
	for (;;) {
		struct dbus_message got;
		int r = dbus_next(&m->d, &got, e);
		if (r < 0)
			return r;
		if (got.kind != DBUS_SIGNAL || !str_eq(got.member, "JobRemoved") ||
		    !str_eq(got.interface, INTERFACE) || !str_eq(got.signature, "uoss") ||
		    (m->bus && !str_eq(got.sender, m->owner)))
			continue;
		dbus_get_u32(&got.body);
		bool ours = str_eq(dbus_get_string(&got.body), job);
		dbus_get_string(&got.body); /* unit */
		snprintf(result, size, "%s", dbus_get_string(&got.body));
		if (ours && !got.body.bad)
			return 0;
	}
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * manager.h: a connection to systemd's manager (org.freedesktop.systemd1(5)), the system's or the
 * user's.
 *
 * Where: an address in $DBUS_SYSTEM_BUS_ADDRESS or $DBUS_SESSION_BUS_ADDRESS first, as every D-Bus
 * program; else systemd's private socket, as systemctl does: no bus daemon has to run, answer or
 * pass each message on, and signals come without asking; else the bus at its usual place. The
 * private socket is root's, or the user's, alone.
 */
#ifndef BULKHEAD_DBUS_MANAGER_H
#define BULKHEAD_DBUS_MANAGER_H

#include "dbus/connection.h"

struct arena;

struct systemd_manager {
	struct dbus d;
	bool bus;	/* through a bus daemon */
	char owner[64]; /* systemd's unique name there, once it has answered */
};
#define SYSTEMD_MANAGER_INIT ((struct systemd_manager){.d = DBUS_INIT})

#define SYSTEMD_TIMEOUT_MS 30000 /* a machine that boots or reloads is slow; as long as runc's */

/**
 * systemd_open - connect. ERR_HOST "no systemd ...": nobody is there.
 * @user: the manager of the user
 * Release with systemd_close(), also after a failure.
 */
int systemd_open(bool user, struct systemd_manager *ret, struct err *e);
void systemd_close(struct systemd_manager *m);

/** systemd_call - a method of the manager; as dbus_call(). */
int systemd_call(struct systemd_manager *m, const char *member, const char *signature,
		 const struct strbuf *body, struct dbus_message *ret, struct err *e);

/** systemd_get - a property of the manager that is a string ("Version", "ControlGroup"). */
int systemd_get(struct systemd_manager *m, const char *property, struct arena *a, const char **ret,
		struct err *e);

/**
 * systemd_wait_job - wait until a job is done.
 * @job: its object path
 * @result, @size: how it ended: "done", "failed", ...
 */
int systemd_wait_job(struct systemd_manager *m, const char *job, char *result, size_t size,
		     struct err *e);

/**
 * dbus_address_path - the path of the first "unix:" address in @address (D-Bus specification,
 * "Server Addresses"), '@' in front of an abstract one. 0 or -EINVAL.
 */
int dbus_address_path(const char *address, char *path, size_t size);

#endif

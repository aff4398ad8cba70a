/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Units of systemd, against a systemd behind a message bus that does as it is told. */
#include "apply/systemd.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/un.h>

#include "base/err.h"
#include "dbus/manager.h"
#include "plan/systemd.h"
#include "tests/unit/dbus_peer.h"
#include "tests/unit/check.h"

/* How the service behaves, and what it was asked; shared with its process. */
struct service {
	int exists;	    /* how many starts are answered with UnitExists */
	const char *refuse; /* text of an error as the answer to a start */
	const char *result; /* of the job; NULL: hangs up in its place */
	bool no_unit;	    /* StopUnit: NoSuchUnit */
	char log[512];	    /* "Hello AddMatch ..." */
};

static struct service *service;
static pid_t service_pid;

#define OURS   ":1.7"
#define FORGER ":1.66"

static void reply(int fd, uint32_t serial, const char *signature, const struct strbuf *body)
{
	static const struct peer_field from[] = {{7, OURS}, {0}};

	peer_send(fd, DBUS_RETURN, serial, from, signature, body);
}

static void reply_error(int fd, uint32_t serial, const char *name, const char *text)
{
	const struct peer_field fields[] = {{4, name}, {7, OURS}, {0}};
	struct strbuf body = STRBUF_INIT;

	dbus_put_string(&body, text);
	peer_send(fd, DBUS_ERROR, serial, fields, "s", &body);
	strbuf_free(&body);
}

static void job_removed(int fd, const char *sender, const char *job, const char *result)
{
	const struct peer_field fields[] = {{1, "/org/freedesktop/systemd1"},
					    {2, "org.freedesktop.systemd1.Manager"},
					    {3, "JobRemoved"},
					    {7, sender},
					    {0}};
	struct strbuf body = STRBUF_INIT;

	dbus_put_u32(&body, 5);
	dbus_put_string(&body, job);
	dbus_put_string(&body, "a.scope");
	dbus_put_string(&body, result);
	peer_send(fd, DBUS_SIGNAL, 0, fields, "uoss", &body);
	strbuf_free(&body);
}

/* false: hang up. */
static bool run_job(int fd, uint32_t serial, const char *result)
{
	struct strbuf body = STRBUF_INIT;

	dbus_put_string(&body, "/job/5");
	reply(fd, serial, "o", &body);
	strbuf_free(&body);
	if (!result)
		return false;
	job_removed(fd, OURS, "/job/4", "failed");
	job_removed(fd, FORGER, "/job/5", "canceled");
	job_removed(fd, OURS, "/job/5", result);
	return true;
}

static bool answer(int fd, const struct dbus_message *m)
{
	if (strcmp(m->member, "StartTransientUnit") == 0) {
		if (service->exists-- > 0)
			reply_error(fd, m->serial, "org.freedesktop.systemd1.UnitExists", "taken");
		else if (service->refuse)
			reply_error(fd, m->serial,
				    strcmp(service->refuse, "type") == 0
					    ? "System.Error.ENXIO"
					    : "org.freedesktop.DBus.Error.InvalidArgs",
				    service->refuse);
		else
			return run_job(fd, m->serial, service->result);
	} else if (strcmp(m->member, "StopUnit") == 0) {
		if (!service->no_unit)
			return run_job(fd, m->serial, "done");
		reply_error(fd, m->serial, "org.freedesktop.systemd1.NoSuchUnit", "gone");
	} else if (strcmp(m->member, "Get") == 0) {
		struct strbuf body = STRBUF_INIT;
		dbus_put_signature(&body, "s");
		dbus_put_string(&body, "252.38-1~deb12u1");
		reply(fd, m->serial, "v", &body);
		strbuf_free(&body);
	} else {
		reply(fd, m->serial, NULL, NULL);
	}
	return true;
}

static void serve(int fd)
{
	_Alignas(8) static uint8_t buf[65536];

	if (!peer_accept(fd))
		return;
	while (peer_call(fd, buf, sizeof(buf))) {
		struct dbus_message m;
		size_t n;
		dbus_message_size(buf, &n);
		dbus_message_parse(buf, n, &m);
		strncat(service->log, m.member, sizeof(service->log) - strlen(service->log) - 2);
		strcat(service->log, " ");
		if (!answer(fd, &m))
			return;
	}
}

static void service_start(void)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	static int count; /* what a connection's process still holds is not to be in the way */
	char address[128];

	count++;
	if (service_pid > 0) {
		kill(service_pid, SIGKILL);
		waitpid(service_pid, NULL, 0);
	}
	service = mmap(NULL, sizeof(*service), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	*service = (struct service){.result = "done"};
	snprintf(a.sun_path + 1, sizeof(a.sun_path) - 1, "bulkhead-test-%d-%d", getpid(), count);
	snprintf(address, sizeof(address), "unix:abstract=bulkhead-test-%d-%d,guid=00", getpid(),
		 count);
	setenv("DBUS_SYSTEM_BUS_ADDRESS", address, 1);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t len =
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(a.sun_path + 1));
	CHECK(bind(fd, (struct sockaddr *)&a, len) == 0 && listen(fd, 8) == 0);
	fflush(stdout);
	service_pid = fork();
	if (service_pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		alarm(300);
		for (;;) {
			int c = accept(fd, NULL, NULL);
			if (fork() == 0) {
				serve(c);
				_exit(0);
			}
			close(c);
		}
	}
	close(fd);
}

static const struct systemd_property properties[] = {
	{.name = "CPUWeight", .type = "t", .since = 252},
	{.name = "CollectMode", .type = "s", .text = "x", .pointer = "/annotations/x.CollectMode"},
};
static const struct systemd_plan scope = {
	.unit = "a.scope", .properties = properties, .n_properties = 2};

/* Asked of the kernel: our own child is there, not a zombie. */
static bool runs(pid_t pid)
{
	return waitpid(pid, NULL, WNOHANG) == 0;
}

static bool no_children(void)
{
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
		;
	return pid == 0; /* only the service */
}

TEST(a_unit_is_started_and_stopped)
{
	struct err e = {0};
	pid_t holder;

	service_start();
	CHECK_MSG(systemd_start(&scope, &holder, &e) == 0, "%s", e.msg);
	CHECK(holder > 0 && runs(holder));
	CHECK_STR(service->log, "Hello AddMatch Get StartTransientUnit ");
	pid_t pid = holder;
	systemd_holder_end(&holder);
	CHECK_INT(holder, 0);
	CHECK(kill(pid, 0) < 0);
	service->log[0] = '\0';
	CHECK_MSG(systemd_stop("a.scope", false, &e) == 0, "%s", e.msg);
	CHECK_STR(service->log, "Hello AddMatch StopUnit ResetFailedUnit ");
	service->no_unit = true;
	CHECK_INT(systemd_stop("a.scope", false, &e), 0);
	CHECK_INT(e.kind, ERR_NONE);
}

TEST(a_failed_unit_makes_room_once)
{
	struct err e = {0};
	pid_t holder;

	service_start();
	service->exists = 1;
	CHECK_MSG(systemd_start(&scope, &holder, &e) == 0, "%s", e.msg);
	CHECK_STR(service->log,
		  "Hello AddMatch Get StartTransientUnit ResetFailedUnit StartTransientUnit ");
	systemd_holder_end(&holder);
	service_start();
	service->exists = 2;
	CHECK_INT(systemd_start(&scope, &holder, &e), -EEXIST);
	CHECK_INT(e.kind, ERR_STATE);
	CHECK_STR(e.msg, "--systemd-cgroup: the unit a.scope exists already");
	CHECK_INT(holder, 0);
	CHECK(no_children());
	CHECK_STR(service->log,
		  "Hello AddMatch Get StartTransientUnit ResetFailedUnit StartTransientUnit ");
}

TEST(what_systemd_refuses)
{
	struct err e = {0};
	pid_t holder;

	service_start();
	service->refuse = "Cannot set property CollectMode, or unknown property.";
	CHECK(systemd_start(&scope, &holder, &e) < 0);
	CHECK_INT(e.kind, ERR_HOST);
	CHECK_STR(e.msg, "/annotations/x.CollectMode: systemd refuses to start the unit a.scope: "
			 "Cannot set property CollectMode, or unknown property. "
			 "(org.freedesktop.DBus.Error.InvalidArgs)");
	CHECK(no_children());
	err_clear(&e);
	service->refuse = "no";
	CHECK(systemd_start(&scope, &holder, &e) < 0);
	CHECK(str_starts(e.msg, "--systemd-cgroup: systemd refuses to start the unit a.scope: no"));
	err_clear(&e);
	/* A value of the wrong type is not named. */
	service->refuse = "type";
	CHECK(systemd_start(&scope, &holder, &e) < 0);
	CHECK(str_starts(e.msg, "/annotations/x.CollectMode: systemd refuses"));
}

TEST(a_job_that_fails_is_undone)
{
	struct err e = {0};
	pid_t holder;

	service_start();
	service->result = "failed";
	CHECK(systemd_start(&scope, &holder, &e) < 0);
	CHECK_STR(e.msg, "--systemd-cgroup: systemd could not start the unit a.scope (result "
			 "\"failed\")");
	CHECK_HAS(service->log, "StartTransientUnit Hello AddMatch StopUnit ResetFailedUnit ");
	CHECK(no_children());
}

TEST(a_systemd_that_ends_in_between)
{
	struct err e = {0};
	pid_t holder;

	service_start();
	service->result = NULL;
	CHECK(systemd_start(&scope, &holder, &e) < 0);
	CHECK_STR(e.msg, "systemd has hung up");
	CHECK_HAS(service->log, "StartTransientUnit Hello AddMatch StopUnit ResetFailedUnit ");
	CHECK(no_children());
}

TEST(a_slice_needs_no_process)
{
	struct systemd_plan slice = scope;
	struct err e = {0};
	pid_t holder;

	service_start();
	slice.is_slice = true;
	CHECK_MSG(systemd_start(&slice, &holder, &e) == 0, "%s", e.msg);
	CHECK_INT(holder, 0);
}

TEST(properties_of_a_unit_that_runs)
{
	struct err e = {0};

	service_start();
	CHECK_INT(systemd_set_properties("a.scope", false, properties + 1, 1, &e), 0);
	CHECK_STR(service->log, "Hello AddMatch SetUnitProperties ");
}

TEST(nobody_there)
{
	struct err e = {0};
	pid_t holder;

	setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus", 1);
	CHECK(systemd_start(&scope, &holder, &e) < 0);
	CHECK_INT(e.kind, ERR_HOST);
	CHECK_HAS(e.msg, "--systemd-cgroup: no message bus to talk to");
	err_clear(&e);
	/* Whatever it was, it is gone with that systemd. */
	CHECK_INT(systemd_stop("a.scope", false, &e), 0);
	CHECK_INT(e.kind, ERR_NONE);
}

TEST(addresses)
{
	static const char *const table[][2] = {
		{"unix:path=/run/dbus/system_bus_socket", "/run/dbus/system_bus_socket"},
		{"unix:guid=12,path=/a%20b;tcp:host=x", "/a b"},
		{"unix:abstract=x,guid=1", "@x"},
		{"tcp:host=x;unix:path=/y", "/y"},
		{"unix:runtime=yes;unix:path=/z", "/z"},
	};
	static const char *const bad[] = {"",
					  "tcp:host=x,path=/x",
					  "unix:",
					  "unix:path=",
					  "unix:path=%zz",
					  "unix:path=%00x",
					  "unix:path=%4",
					  "x;;"};
	char path[64];

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		CHECK_INT(dbus_address_path(table[i][0], path, sizeof(path)), 0);
		CHECK_STR(path, table[i][1]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_MSG(dbus_address_path(bad[i], path, sizeof(path)) < 0, "%s", bad[i]);
	CHECK_INT(dbus_address_path("unix:path=/abc", path, 4), -EINVAL);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* systemd.c: see systemd.h. */
#include "apply/systemd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "apply/systemd_priv.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "dbus/manager.h"
#include "plan/systemd.h"

#define BASELINE    244 /* what plan/systemd.h counts on */
#define JOB_SIZE    256
#define RESULT_SIZE 32
#define E(name)	    "org.freedesktop.systemd1." name

/* Asked only when it matters: a property that not every version knows. */
static int version_for(struct systemd_manager *m, const struct systemd_property *p, size_t n,
		       unsigned *ret, struct err *e)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	const char *text;
	bool newer = false;

	*ret = BASELINE;
	for (size_t i = 0; i < n; i++)
		newer = newer || p[i].since > BASELINE;
	int r = newer ? systemd_get(m, "Version", &a, &text, e) : 0;
	/* "252.38-1~deb12u1", "v255-2" */
	if (r == 0 && newer)
		(void)sscanf(text + strcspn(text, "0123456789"), "%u", ret);
	return r;
}

/*
 * The annotation that systemd's complaint is about, if it is about one. A value of another type
 * than the property has is ENXIO, without a name: it is never one of our own.
 */
static const char *pointer_of(const struct systemd_property *p, size_t n, const struct dbus *d)
{
	const char *found = NULL;

	for (size_t i = 0; i < n; i++)
		if (p[i].pointer && strstr(d->error_text, p[i].name))
			return p[i].pointer;
	if (!str_eq(d->error_name, "System.Error.ENXIO"))
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (p[i].pointer)
			found = found ? "/annotations" : p[i].pointer;
	return found;
}

static int refused(const struct systemd_manager *m, const char *what, const char *unit,
		   const struct systemd_property *p, size_t n, struct err *e)
{
	const char *pointer = pointer_of(p, n, &m->d);

	if (str_eq(m->d.error_name, E("UnitExists")))
		return err_set(e, ERR_STATE, EEXIST, "--systemd-cgroup: the unit %s exists already",
			       unit);
	return err_set(e, ERR_HOST, EREMOTEIO, "%s: systemd refuses to %s the unit %s: %s (%s)",
		       pointer ? pointer : "--systemd-cgroup", what, unit, m->d.error_text,
		       m->d.error_name);
}

/* A call whose only argument is the unit; @mode: a second one. */
static int call_unit(struct systemd_manager *m, const char *member, const char *unit,
		     const char *mode, struct dbus_message *ret, struct err *e)
{
	AUTO_STRBUF body = STRBUF_INIT;

	dbus_put_string(&body, unit);
	if (mode)
		dbus_put_string(&body, mode);
	return systemd_call(m, member, mode ? "ss" : "s", &body, ret, e);
}

static bool is_gone(const struct systemd_manager *m)
{
	return str_eq(m->d.error_name, E("NoSuchUnit"));
}

static int wait_done(struct systemd_manager *m, struct dbus_message *reply, const char *what,
		     const char *unit, struct err *e)
{
	char job[JOB_SIZE], result[RESULT_SIZE];

	snprintf(job, sizeof(job), "%s", dbus_get_string(&reply->body));
	int r = systemd_wait_job(m, job, result, sizeof(result), e);
	if (r == 0 && !str_eq(result, "done"))
		return err_set(e, ERR_HOST, EREMOTEIO,
			       "--systemd-cgroup: systemd could not %s the unit %s (result \"%s\")",
			       what, unit, result);
	return r;
}

static int stop(struct systemd_manager *m, const char *unit, struct err *e)
{
	struct dbus_message got;
	int r = call_unit(m, "StopUnit", unit, "replace", &got, e);

	if (r == 0)
		r = wait_done(m, &got, "stop", unit, e);
	else if (r == -EREMOTEIO)
		r = is_gone(m) ? 0 : refused(m, "stop", unit, NULL, 0, e);
	if (r < 0)
		return r;
	/* An OOM kill or a time limit leaves it as failed; with CollectMode= of its own also now.
	 */
	r = call_unit(m, "ResetFailedUnit", unit, NULL, &got, e);
	return r == -EREMOTEIO ? 0 : r;
}

static int start_once(struct systemd_manager *m, const struct systemd_plan *p, pid_t holder,
		      unsigned version, struct dbus_message *ret, struct err *e)
{
	AUTO_STRBUF body = STRBUF_INIT;

	dbus_put_string(&body, p->unit);
	dbus_put_string(&body, "replace");
	systemd_put_properties(&body, p->properties, p->n_properties, holder, version);
	/* a(sa(sv)): no other units. */
	struct dbus_array none = dbus_array_open(&body, 8);
	dbus_array_close(&body, none);
	return systemd_call(m, "StartTransientUnit", "ssa(sv)a(sa(sv))", &body, ret, e);
}

/* A unit that has failed stays until somebody says that he knows. */
static int start_again(struct systemd_manager *m, const struct systemd_plan *p, pid_t holder,
		       unsigned version, struct dbus_message *ret, struct err *e)
{
	struct dbus_message got;
	int r = call_unit(m, "ResetFailedUnit", p->unit, NULL, &got, e);

	if (r < 0 && r != -EREMOTEIO)
		return r;
	return start_once(m, p, holder, version, ret, e);
}

/* @ret_ours: there is a unit, and we have made it, whatever comes. */
static int start(struct systemd_manager *m, const struct systemd_plan *p, pid_t holder,
		 bool *ret_ours, struct err *e)
{
	struct dbus_message got;
	unsigned version;
	int r = version_for(m, p->properties, p->n_properties, &version, e);

	if (r == 0)
		r = start_once(m, p, holder, version, &got, e);
	if (r == -EREMOTEIO && str_eq(m->d.error_name, E("UnitExists")))
		r = start_again(m, p, holder, version, &got, e);
	if (r == -EREMOTEIO)
		return refused(m, "start", p->unit, p->properties, p->n_properties, e);
	if (r < 0)
		return r;
	*ret_ours = true;
	return wait_done(m, &got, "start", p->unit, e);
}

int systemd_start(const struct systemd_plan *p, pid_t *ret_holder, struct err *e)
{
	struct systemd_manager m;
	pid_t holder = 0;
	bool ours = false;
	int r = systemd_open(p->user, &m, e);

	if (r < 0)
		err_wrap(e, "--systemd-cgroup");
	if (r == 0 && !p->is_slice)
		r = systemd_holder_start(&holder, e);
	if (r == 0)
		r = start(&m, p, holder, &ours, e);
	systemd_close(&m);
	if (r < 0 && ours)
		(void)systemd_stop(p->unit, p->user, NULL);
	if (r < 0)
		systemd_holder_end(&holder);
	*ret_holder = holder;
	return r;
}

/* Our cgroup in the v2 tree, in @text; NULL: there is none. */
static const char *own_cgroup(char *text, size_t size)
{
	ssize_t n = file_read_at(AT_FDCWD, "/proc/self/cgroup", text, size);

	for (char *p = n > 0 ? text : NULL; p && *p; p += strcspn(p, "\n"), p += *p == '\n')
		if (str_starts(p, "0::")) {
			p[strcspn(p, "\n")] = '\0';
			return p + strlen("0::");
		}
	return NULL;
}

/* Not stopped when its start fails: that would kill us. It ends with us. */
static int take_in(struct systemd_manager *m, struct err *e)
{
	static const struct systemd_property properties[] = {
		{.name = "Description", .type = "s", .text = "bulkhead at work"},
		{.name = "Slice", .type = "s", .text = "user.slice"},
		{.name = "CollectMode", .type = "s", .text = "inactive-or-failed"},
	};
	char unit[64];
	bool ours;

	/* No default name of a container's unit begins so. */
	snprintf(unit, sizeof(unit), "bulkhead_%d.scope", (int)getpid());
	const struct systemd_plan p = {
		.unit = unit,
		.user = true,
		.properties = properties,
		.n_properties = sizeof(properties) / sizeof(properties[0]),
	};
	return start(m, &p, getpid(), &ours, e);
}

int systemd_join_user(struct err *e)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct systemd_manager m;
	const char *root;
	char text[4096];
	const char *own = own_cgroup(text, sizeof(text));
	int r = own ? systemd_open(true, &m, e) : 0;

	if (!own)
		return 0;
	if (r == 0)
		r = systemd_get(&m, "ControlGroup", &a, &root, e);
	if (r < 0)
		err_wrap(e, "--systemd-cgroup");
	if (r == 0 && !path_below(own, root))
		r = take_in(&m, e);
	systemd_close(&m);
	return r;
}

int systemd_set_properties(const char *unit, bool user, const struct systemd_property *p, size_t n,
			   struct err *e)
{
	AUTO_STRBUF body = STRBUF_INIT;
	struct systemd_manager m;
	struct dbus_message got;
	unsigned version;
	int r = systemd_open(user, &m, e);

	if (r == 0)
		r = version_for(&m, p, n, &version, e);
	if (r == 0) {
		dbus_put_string(&body, unit);
		dbus_put_u32(&body, 1); /* runtime: not on disk */
		systemd_put_properties(&body, p, n, 0, version);
		r = systemd_call(&m, "SetUnitProperties", "sba(sv)", &body, &got, e);
	}
	if (r == -EREMOTEIO)
		r = refused(&m, "change", unit, p, n, e);
	systemd_close(&m);
	return r;
}

int systemd_stop(const char *unit, bool user, struct err *e)
{
	struct systemd_manager m;
	struct err why = {0};
	int r = systemd_open(user, &m, &why);

	if (r == 0)
		r = stop(&m, unit, &why);
	else if (r == -ENOENT)
		r = 0;
	if (r < 0 && e && e->kind == ERR_NONE)
		*e = why;
	systemd_close(&m);
	return r;
}

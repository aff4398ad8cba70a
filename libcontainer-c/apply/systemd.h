/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * systemd.h: the container's unit: started, changed, stopped by systemd.
 *
 * A scope needs a process when it is started and ends, cgroup and all, when it has none any more.
 * No process of the container may exist before its limits are in force, so a place-holder is the
 * scope's first process: a child of the runtime that does nothing, holds nothing and dies with it.
 * The container's first process enters as it does without systemd; then the place-holder goes. A
 * runtime that is killed in between leaves a scope without processes, which systemd itself ends.
 */
#ifndef BULKHEAD_APPLY_SYSTEMD_H
#define BULKHEAD_APPLY_SYSTEMD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct err;
struct strbuf;
struct systemd_plan;
struct systemd_property;

/**
 * systemd_start - make the unit and wait until systemd has. A unit of that name that has failed and
 * was left is forgotten first; one that exists is ERR_STATE.
 * @ret_holder: the place-holder; 0: none (a slice). End it with systemd_holder_end().
 * On failure there is neither.
 */
int systemd_start(const struct systemd_plan *p, pid_t *ret_holder, struct err *e);

/** systemd_holder_end - end the place-holder and wait for its end; sets *@holder to 0. */
void systemd_holder_end(pid_t *holder);

/**
 * systemd_join_user - for a runtime of an ordinary user that systemd has not started (a login
 * session, cron): have the user's systemd take this process into a scope of its own. Only from
 * below that systemd's own cgroup may the user move a process into a container's (cgroups(7),
 * "Delegation containment"). The scope ends with the process. Does nothing there, and on v1.
 */
int systemd_join_user(struct err *e);

/**
 * systemd_set_properties - change a running unit, until the next boot.
 * @user: of the user's manager
 */
int systemd_set_properties(const char *unit, bool user, const struct systemd_property *p, size_t n,
			   struct err *e);

/**
 * systemd_stop - stop a unit, wait for that, and make systemd forget that it has failed. A unit
 * that is not there, and a systemd that is not, are no errors: then there is nothing to stop.
 */
int systemd_stop(const char *unit, bool user, struct err *e);

/** systemd_put_properties - an "a(sv)" of those that systemd @version knows. */
void systemd_put_properties(struct strbuf *b, const struct systemd_property *p, size_t n,
			    pid_t holder, unsigned version);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* events.c: see events.h. Takes no lock: whoever watches must not hold up who works. */
#include "lifecycle/events.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <time.h>

#include "apply/cgroup.h"
#include "apply/intel_rdt.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "kernel/sys.h"
#include "lifecycle/opened.h"

#define NS_PER_S  1000000000
#define NS_PER_MS 1000000

/* A running container with what is read again and again. */
struct watched {
	struct opened o;
	struct cgroup cgroup;
	int pidfd;
};

static void watched_close(struct watched *w)
{
	fd_closep(&w->pidfd);
	cgroup_close(&w->cgroup);
	opened_close(&w->o);
}

static int check(const struct opened *o, const char *id, struct err *e)
{
	bool made = o->has_record && o->record.complete && o->status != CONTAINER_CREATING;

	if (!made || o->status == CONTAINER_STOPPED)
		return err_set(e, ERR_STATE, ESRCH, "container with id %s is not running", id);
	if (o->record.n_cgroup_paths == 0)
		return err_set(e, ERR_HOST, EOPNOTSUPP,
			       "container with id %s has no cgroup: what it uses is not counted",
			       id);
	return 0;
}

static int watched_open(const char *root, const char *id, struct watched *ret, struct err *e)
{
	struct watched w = {.cgroup = {.v2 = -1}, .pidfd = -1};
	int r = opened_load(root, id, false, &w.o, e);

	if (r < 0)
		return r;
	r = check(&w.o, id, e);
	if (r == 0)
		r = opened_cgroups(&w.o, &w.cgroup, e);
	if (r == 0) {
		w.pidfd = initproc_pidfd(&w.o.init);
		if (w.pidfd < 0)
			r = err_set(e, ERR_STATE, ESRCH, "container with id %s is not running", id);
	}
	if (r < 0) {
		watched_close(&w);
		return r;
	}
	*ret = w;
	return 0;
}

/* In all groups is the last one that it was put into: the one that counts, if there is one. */
static int read_rdt(const struct record *rec, struct arena *a, struct intel_rdt_stats *ret,
		    struct err *e)
{
	*ret = (struct intel_rdt_stats){0};
	if (rec->n_rdt_groups == 0)
		return 0;
	AUTO_FD fd = intel_rdt_open(rec->rdt_root, e);
	return fd < 0 ? fd
		      : intel_rdt_stats_read(fd, rec->rdt_groups[0],
					     rec->rdt_groups[rec->n_rdt_groups - 1], a, ret, e);
}

static int sample(const struct watched *w, struct arena *a, struct container_stats *ret,
		  struct err *e)
{
	struct err why = {0}, ignored = {0};
	int r = cgroup_stats_read(&w->cgroup, a, &ret->cgroup, &why);

	if (r == 0)
		r = read_rdt(&w->o.record, a, &ret->rdt, &why);
	/* How many devices there are is the container's choice: too many cost only their numbers.
	 */
	if (r == 0 &&
	    net_stats_read(w->o.init.pid, a, &ret->interfaces, &ret->n_interfaces, &ignored) < 0)
		ret->n_interfaces = 0;
	/* Its files are gone, or its number is another process's by now. */
	if (!initproc_alive(&w->o.init))
		return err_set(e, ERR_STATE, ESRCH, "container with id %s is not running",
			       w->o.record.id);
	if (r < 0)
		*e = why;
	return r;
}

int container_stats(const char *root, const char *id, struct arena *a, struct container_stats *ret,
		    struct err *e)
{
	struct watched w;
	int r = watched_open(root, id, &w, e);

	if (r < 0)
		return r;
	r = sample(&w, a, ret, e);
	watched_close(&w);
	return r;
}

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

static int ms_until(int64_t then)
{
	int64_t left = then - now_ns();

	if (left <= 0)
		return 0;
	return left / NS_PER_MS >= INT_MAX ? INT_MAX : (int)((left + NS_PER_MS - 1) / NS_PER_MS);
}

static int tell_stats(const struct watched *w, const struct container_listener *to, struct err *e)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct container_stats s;
	struct err why = {0};

	if (sample(w, &a, &s, &why) == 0)
		return to->stats(to->arg, &s, e);
	/* The end of the container is what we are told next. */
	if (initproc_alive(&w->o.init))
		to->trouble(to->arg, &why);
	return 0;
}

static int64_t later(int64_t from, int64_t interval)
{
	return from > INT64_MAX - interval ? INT64_MAX : from + interval;
}

/* What has happened before the end is told before the end. */
static int watch(const struct watched *w, struct cgroup_oom *oom, int64_t interval,
		 const struct container_listener *to, struct err *e)
{
	int64_t next = later(now_ns(), interval);
	bool ended = false;
	int r = 0;

	while (r == 0 && !ended) {
		struct pollfd fds[2] = {{.fd = w->pidfd, .events = POLLIN},
					{.fd = oom->fd, .events = oom->events}};
		if (sys_pidfd_poll(fds, 2, ms_until(next)) < 0 && errno != EINTR)
			return err_sys(e, errno, "poll");
		ended = fds[0].revents != 0;
		if ((ended || fds[1].revents) && cgroup_oom_happened(oom))
			r = to->oom(to->arg, e);
		if (r == 0 && !ended && now_ns() >= next) {
			r = tell_stats(w, to, e);
			/* What could not be told in time is left out. */
			next = later(now_ns() >= later(next, interval) ? now_ns() : next, interval);
		}
	}
	return r;
}

int container_events(const char *root, const char *id, int64_t interval_ns,
		     const struct container_listener *to, struct err *e)
{
	struct cgroup_oom oom = {.fd = -1};
	struct watched w;
	int r = watched_open(root, id, &w, e);

	if (r < 0)
		return r;
	r = cgroup_oom_watch(&w.cgroup, &oom, e);
	if (r == 0)
		r = watch(&w, &oom, interval_ns, to, e);
	cgroup_oom_close(&oom);
	watched_close(&w);
	return r;
}

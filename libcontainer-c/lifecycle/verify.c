/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* verify.c: see verify.h. Owns the order of the areas and the report. */
#include "lifecycle/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"
#include "lifecycle/verify_priv.h"

const char *verify_result_name(enum verify_result r)
{
	static const char *const names[] = {
		[VERIFY_OK] = "ok", [VERIFY_NOTE] = "note", [VERIFY_FAILED] = "FAILED"};

	return names[r];
}

void verify_add(struct verify *v, enum verify_result result, const char *area, const char *what,
		const char *expected, const char *seen)
{
	struct verify_report *p = v->report;
	struct verify_row *rows = arena_grow(v->a, p->rows, p->n, &p->cap, sizeof(*rows));

	if (!area || !what || !expected || !seen || !rows) {
		p->out_of_memory = true;
		return;
	}
	p->rows = rows;
	p->rows[p->n++] = (struct verify_row){area, what, expected, seen, result};
	p->n_failed += result == VERIFY_FAILED;
}

void verify_is(struct verify *v, bool ok, const char *area, const char *what, const char *expected,
	       const char *seen)
{
	verify_add(v, ok ? VERIFY_OK : VERIFY_FAILED, area, what, expected, seen);
}

/* What cannot be undone is looked at last: whether it was one and the same process all the time. */
static int check_still_there(const struct verify *v, struct err *e)
{
	if (initproc_alive(&v->init))
		return 0;
	return err_set(e, ERR_STATE, ESRCH, "the container stopped while it was being looked at");
}

static int look(struct verify *v, struct err *e)
{
	int r = verify_state(v, e);

	if (r < 0)
		return r;
	verify_namespaces(v);
	verify_ids(v);
	verify_process(v);
	verify_limits(v);
	verify_seccomp(v);
	verify_cgroup(v);
	verify_machine(v);
	r = verify_sysctl(v, e);
	if (r == 0)
		r = verify_mounts(v, e);
	if (r == 0)
		r = verify_others(v, e);
	if (r == 0 && (!v->has_plan || !v->sealed))
		verify_minimum(v);
	int alive = check_still_there(v, NULL);
	/* Whatever went wrong then, that is the reason. */
	if (alive < 0) {
		err_clear(e);
		return check_still_there(v, e);
	}
	return r;
}

int container_verify(const struct verify_request *q, struct arena *a, struct verify_report *ret,
		     struct err *e)
{
	struct verify_report report = {0};
	struct verify *v = arena_alloc(a, sizeof(*v));

	if (!v)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	*v = (struct verify){.q = q,
			     .a = a,
			     .report = &report,
			     .dir = STATEDIR_INIT,
			     .pidfd = -1,
			     .pid_fd = -1,
			     .cgroup = {.v2 = -1}};
	v->proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r = v->proc_fd < 0 ? err_sys(e, errno, "open /proc") : verify_open(v, e);
	if (r == 0)
		r = look(v, e);
	report.pid = v->init.pid;
	report.has_seal = v->has_seal;
	report.status = container_status_name(v->status);
	statedir_close(&v->dir);
	cgroup_close(&v->cgroup);
	fd_closep(&v->pidfd);
	fd_closep(&v->pid_fd);
	fd_closep(&v->proc_fd);
	if (r == 0 && report.out_of_memory)
		r = err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	if (r == 0)
		*ret = report;
	return r;
}

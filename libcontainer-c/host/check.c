/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* check.c: see check.h. Owns the report, the order of the areas, and what fits in none. */
#include "host/check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/err.h"
#include "host/cgroup_probe.h"
#include "host/check_priv.h"
#include "host/lsm_probe.h"
#include "host/probe.h"
#include "policy/policy.h"

const char *check_result_name(enum check_result r)
{
	static const char *const names[] = {
		[CHECK_OK] = "OK", [CHECK_WARN] = "WARN", [CHECK_FAIL] = "FAIL"};

	return names[r];
}

void check_add(struct check *c, enum check_result r, const char *area, const char *what,
	       const char *seen, const char *todo)
{
	struct check_report *p = c->report;
	struct check_row *rows = arena_grow(c->a, p->rows, p->n, &p->cap, sizeof(*rows));

	if (!area || !what || !seen || !todo || !rows) {
		p->out_of_memory = true;
		return;
	}
	p->rows = rows;
	p->rows[p->n++] = (struct check_row){area, what, seen, r == CHECK_OK ? "" : todo, r};
	p->n_warned += r == CHECK_WARN;
	p->n_failed += r == CHECK_FAIL;
}

void check_needs_root(struct check *c, const char *area, const char *what)
{
	check_add(c, CHECK_WARN, area, what, "not tried", "run this as root");
}

/* Who can write to the program that runs as root can do everything. */
static void check_program(struct check *c)
{
	char path[4096];
	struct stat st;
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (n < 0 || stat("/proc/self/exe", &st) < 0) {
		check_add(c, CHECK_WARN, "bulkhead", "program", "cannot be found",
			  "is /proc mounted?");
		return;
	}
	path[n] = '\0';
	bool safe = st.st_uid == 0 && !(st.st_mode & 022);
	check_add(c, safe ? CHECK_OK : CHECK_WARN, "bulkhead", "program",
		  arena_printf(c->a, "%s, owner %u, mode %o", path, st.st_uid, st.st_mode & 07777),
		  "let root own it and nobody else write to it");
}

static void check_policy(struct check *c)
{
	const struct policy *p = c->q->policy;

	if (c->q->policy_error)
		check_add(c, CHECK_FAIL, "bulkhead", "policy",
			  arena_strdup(c->a, c->q->policy_error),
			  "no container starts before the file is right or gone");
	else
		check_add(c, CHECK_OK, "bulkhead", "policy",
			  p->source ? p->source : "the built-in one", "");
}

/*
 * A pool of ids that is not in order keeps containers from being made and so is an error of
 * host_probe(); here it is one row of many, check_ids().
 */
static void find_facts(struct check *c)
{
	struct utsname u;

	if (host_probe(NULL, c->q->policy, c->a, &c->facts, NULL) == 0)
		return;
	c->facts = (struct host_facts){0};
	if (uname(&u) == 0)
		sscanf(u.release, "%u.%u", &c->facts.kernel_major, &c->facts.kernel_minor);
	(void)host_probe_cgroup(c->a, &c->facts, NULL);
	(void)host_probe_lsm(NULL, c->q->policy, c->a, &c->facts);
}

int host_check(const struct check_request *q, struct arena *a, struct check_report *ret,
	       struct err *e)
{
	struct check_report report = {0};
	struct check c = {.q = q, .a = a, .report = &report, .root = geteuid() == 0};

	check_program(&c);
	check_policy(&c);
	find_facts(&c);
	check_kernel(&c);
	check_namespaces(&c);
	check_file_systems(&c);
	check_cgroups(&c);
	check_security(&c);
	check_ids(&c);
	check_rootless(&c);
	check_engines(&c);
	if (report.out_of_memory)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	*ret = report;
	return 0;
}

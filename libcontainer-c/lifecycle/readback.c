/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* readback.c: see readback.h. */
#include "lifecycle/readback.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "lifecycle/verify_text.h"
#include "plan/plan.h"

/* The line of groups can have 65536 numbers. */
#define STATUS_MAX (1u << 20)

static int differs(const char *what, struct err *e)
{
	return err_set(e, ERR_SYSTEM, EPERM,
		       "the process's %s are not as planned: does the seccomp filter of the config "
		       "answer the calls that set them?",
		       what);
}

static uint32_t to_host(const struct id_extent *map, size_t n, uint32_t id)
{
	return n == 0 ? id : ids_to_host(map, n, id);
}

static bool all_are(const uint32_t ids[4], uint32_t want)
{
	return ids[0] == want && ids[1] == want && ids[2] == want && ids[3] == want;
}

static bool is_planned(const struct process_plan *p, const struct id_maps *m, uint32_t group)
{
	for (size_t i = 0; i < p->n_groups; i++)
		if (to_host(m->gid, m->n_gid, p->groups[i]) == group)
			return true;
	return false;
}

/* As many as planned (the kernel keeps doubles), and each of them is. */
static bool same_groups(const struct process_plan *p, const struct id_maps *m, const char *status)
{
	static const char key[] = "\nGroups:";
	const char *at = strstr(status, key);
	size_t n = 0;
	char *end;

	if (!at)
		return false;
	at += sizeof(key) - 1;
	for (at += strspn(at, "\t "); *at >= '0' && *at <= '9'; at = end + strspn(end, " ")) {
		if (!is_planned(p, m, (uint32_t)strtoul(at, &end, 10)))
			return false;
		n++;
	}
	return n == p->n_groups;
}

static int check_ids(const struct process_plan *p, const struct id_maps *m,
		     const struct proc_status *s, const char *status, struct err *e)
{
	if (!all_are(s->uid, to_host(m->uid, m->n_uid, p->uid)))
		return differs("user ids", e);
	if (!all_are(s->gid, to_host(m->gid, m->n_gid, p->gid)))
		return differs("group ids", e);
	/* Where setgroups(2) is denied nobody set any. */
	if (!p->keep_groups && !same_groups(p, m, status))
		return differs("supplementary groups", e);
	return 0;
}

static int check_caps(const struct caps_plan *want, const struct proc_status *got, struct err *e)
{
	if (got->cap_bnd != want->bounding || got->cap_prm != want->permitted ||
	    got->cap_eff != want->effective || got->cap_inh != want->inheritable ||
	    got->cap_amb != want->ambient)
		return differs("capabilities", e);
	return 0;
}

static int check(const struct plan *p, const struct id_maps *maps, const char *text, struct err *e)
{
	struct proc_status s;

	if (verify_parse_status(text, &s) < 0)
		return err_set(e, ERR_SYSTEM, EPROTO, "process status is not as documented");
	int r = check_ids(&p->process, maps, &s, text, e);
	if (r == 0)
		r = check_caps(&p->process.caps, &s, e);
	return r;
}

int readback_check(const struct plan *p, const struct id_maps *maps, int proc_fd, pid_t pid,
		   struct err *e)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	char name[32], *text;

	/* Else it was all done, and read back, before the filter. */
	if (p->process.no_new_privs || p->seccomp.n == 0)
		return 0;
	snprintf(name, sizeof(name), "%d/status", pid);
	AUTO_FD fd = openat(proc_fd, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, errno, "open process status");
	ssize_t n = fd_read_all(fd, &a, STATUS_MAX, &text);
	return n < 0 ? err_sys(e, (int)-n, "read process status") : check(p, maps, text, e);
}

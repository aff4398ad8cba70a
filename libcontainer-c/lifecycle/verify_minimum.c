/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * verify_minimum.c: without documents that can be trusted: does what runs there at least look like
 * one of bulkhead's containers? Measured by the policy in force now, from the kernel's view alone.
 */
#include "lifecycle/verify_priv.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

#include "base/fd.h"
#include "base/str.h"
#include "plan/caps.h"
#include "policy/policy.h"

#define AREA "minimum"

static bool enforced(const char *level)
{
	return str_eq(level, POLICY_ENFORCE);
}

static uint64_t ceiling(const struct policy_capabilities *p)
{
	uint64_t set = 0;

	for (size_t i = 0; i < p->n_ceiling; i++) {
		int cap = caps_from_name(p->ceiling[i].key);
		if (cap >= 0)
			set |= UINT64_C(1) << cap;
	}
	return set;
}

static void check_userns(struct verify *v)
{
	AUTO_FD self_fd = openat(v->proc_fd, "self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	uint64_t host = 0;
	bool own = verify_ns_inode(self_fd, "user", &host) == 0 && host != v->userns;

	verify_is(v, own, AREA, "user namespace", "its own", own ? "its own" : "the host's");
	/* In a user namespace 0 is that one's root, and the host's has no id, or all is refused. */
	bool root = v->facts.in_userns ? v->facts.host_root_mapped
				       : verify_has_id(v->uid_map, v->n_uid_map, 0);
	if (!v->q->policy->userns.allow_host_root)
		verify_is(v, !root, AREA, "uid map", "without the host's root",
			  root ? "with it" : "without it");
}

/* A limit that the kernel shows: the file of v2, else that of v1. */
static void check_limit(struct verify *v, bool required, const char *what, const char *v2,
			const char *v1)
{
	char text[64] = "";

	for (size_t i = 0; i < v->cgroup.n && !text[0]; i++) {
		int dir_fd = v->cgroup.dirs[i].dir_fd;
		if (dir_fd >= 0 && file_read_at(dir_fd, v2, text, sizeof(text)) <= 0 &&
		    file_read_at(dir_fd, v1, text, sizeof(text)) <= 0)
			text[0] = '\0';
	}
	text[strcspn(text, "\n")] = '\0';
	/* v1 says "no limit" with LONG_MAX rounded down to a page. */
	bool ok = text[0] && !cgroup_value_matches(CGROUP_CHECK_SIZE, 0, "max", text);
	/* Without host root there need not be one: the rules pids and memory. */
	bool excused = !text[0] && v->facts.in_userns && !required;
	verify_add(v,
		   ok	     ? VERIFY_OK
		   : excused ? VERIFY_NOTE
			     : VERIFY_FAILED,
		   AREA, what, "a limit",
		   text[0] ? arena_strdup(v->a, text) : "no cgroup of its own shows one");
}

void verify_minimum(struct verify *v)
{
	const struct policy *p = v->q->policy;
	uint64_t beyond = (v->proc.cap_bnd | v->proc.cap_prm) & ~ceiling(&p->capabilities);

	if (enforced(p->userns.level))
		check_userns(v);
	if (enforced(p->capabilities.level))
		verify_is(v, !beyond, AREA, "capabilities", "within the policy's ceiling",
			  beyond ? arena_printf(v->a, "%016" PRIx64 " are beyond it", beyond)
				 : "within it");
	if (enforced(p->no_new_privileges.level))
		verify_is(v, v->proc.no_new_privs, AREA, "NoNewPrivs", "1",
			  v->proc.no_new_privs ? "1" : "0");
	if (enforced(p->seccomp.level) && !v->waiting)
		verify_is(v, v->proc.seccomp == 2, AREA, "seccomp mode", "2 (filters)",
			  arena_printf(v->a, "%u", v->proc.seccomp));
	if (enforced(p->pids.level))
		check_limit(v, p->pids.required, "limit on processes", "pids.max", "pids.max");
	if (enforced(p->memory.level))
		check_limit(v, p->memory.required, "limit on memory", "memory.max",
			    "memory.limit_in_bytes");
}

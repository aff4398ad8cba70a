/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * verify_process.c: what /proc/PID says of the container's first process. A process may give up
 * privileges at any time, so that what counts is that it has no more than planned; while it waits
 * for `start` it has exactly that.
 */
#include "lifecycle/verify_priv.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/str.h"
#include "plan/caps.h"

static const char *set_text(const struct verify *v, const char *before, uint64_t set)
{
	return arena_printf(v->a, "%s%016" PRIx64, before, set);
}

/* "0000003fffffffff: CAP_SYS_ADMIN and 24 more are not in the plan" */
static const char *beyond_text(const struct verify *v, uint64_t got, uint64_t beyond)
{
	const char *name = caps_name((unsigned)__builtin_ctzll(beyond));
	int n = __builtin_popcountll(beyond) - 1;

	name = name ? name : "a capability without a name";
	return n ? arena_printf(v->a, "%016" PRIx64 ": %s and %d more are not in the plan", got,
				name, n)
		 : arena_printf(v->a, "%016" PRIx64 ": %s is not in the plan", got, name);
}

static void check_set(struct verify *v, const char *what, uint64_t want, uint64_t got)
{
	uint64_t beyond = got & ~want;

	/* Nothing is lost yet while it waits. */
	if (!beyond && v->waiting && got != want)
		verify_add(v, VERIFY_FAILED, "process", what, set_text(v, "", want),
			   set_text(v, "", got));
	else
		verify_is(v, !beyond, "process", what, set_text(v, "at most ", want),
			  beyond ? beyond_text(v, got, beyond) : set_text(v, "", got));
}

/*
 * capabilities(7): inheritable and ambient can be raised by the process itself within its other
 * sets; without no_new_privs root's execve(2) fills the permitted set up to the bounding set.
 */
static void check_caps(struct verify *v)
{
	const struct caps_plan *want = &v->plan.process.caps;
	const struct proc_status *got = &v->proc;
	bool exact = v->waiting;
	uint64_t permitted =
		exact || v->plan.process.no_new_privs ? want->permitted : want->bounding;

	check_set(v, "CapBnd", want->bounding, got->cap_bnd);
	check_set(v, "CapPrm", permitted, got->cap_prm);
	check_set(v, "CapEff", exact ? want->effective : permitted, got->cap_eff);
	check_set(v, "CapInh",
		  exact ? want->inheritable : want->inheritable | want->bounding | permitted,
		  got->cap_inh);
	check_set(v, "CapAmb", exact ? want->ambient : want->ambient | permitted, got->cap_amb);
}

static void check_ids(struct verify *v, const char *what, const uint32_t ids[4],
		      const struct id_extent *map, size_t n, uint32_t planned)
{
	bool ok = true;

	for (int i = 0; i < 4; i++)
		ok = ok && (v->waiting ? ids[i] == planned : verify_has_id(map, n, ids[i]));
	verify_is(v, ok, "process", what,
		  v->waiting ? arena_printf(v->a, "%u on the host", planned)
			     : "ids of the container's map",
		  arena_printf(v->a, "%u %u %u %u on the host", ids[0], ids[1], ids[2], ids[3]));
}

static void check_label(struct verify *v, const char *what, const char *file, const char *want)
{
	char *text;

	if (!want)
		return;
	if (v->waiting) {
		verify_add(v, VERIFY_NOTE, "process", what, want, "takes effect at start");
		return;
	}
	ssize_t n = verify_read(v, file, &text);
	/* Before 5.1 there was but one file for all modules. */
	if (n == -ENOENT)
		n = verify_read(v, "attr/current", &text);
	if (n < 0) {
		verify_add(v, VERIFY_FAILED, "process", what, want, "cannot be read");
		return;
	}
	text[strcspn(text, "\n")] = '\0';
	verify_is(v, verify_same_label(want, text), "process", what, want, text);
}

static void check_oom(struct verify *v)
{
	const struct process_plan *p = &v->plan.process;
	int64_t got;
	char *text;

	if (!p->oom_score_adj_set)
		return;
	ssize_t n = verify_read(v, "oom_score_adj", &text);
	if (n > 0)
		text[strcspn(text, "\n")] = '\0';
	/* Everybody may raise his own. */
	bool ok = n > 0 && str_i64(text, -1000, 1000, &got) == 0 && got >= p->oom_score_adj;
	verify_is(v, ok, "process", "oom_score_adj",
		  arena_printf(v->a, "at least %d", p->oom_score_adj),
		  n > 0 ? text : "cannot be read");
}

/* Named in the report although nothing in /proc shows them: silence would pass for a proof. */
static void note_unseen(struct verify *v)
{
	const struct measures *m = &v->measures;

	if (m->securebits)
		verify_add(v, VERIFY_NOTE, "process", "securebits",
			   arena_printf(v->a, "0x%x", m->securebits),
			   "no kernel shows them from outside");
	if (m->n_landlock_readonly || m->landlock_scope_sockets || m->landlock_scope_signals)
		verify_add(v, VERIFY_NOTE, "process", "Landlock", "a domain of its own",
			   "no kernel shows it from outside");
}

void verify_process(struct verify *v)
{
	const struct process_plan *p = &v->plan.process;
	const struct id_maps *m = &v->plan.ns.maps;

	if (!v->has_plan)
		return;
	check_ids(v, "Uid", v->proc.uid, v->uid_map, v->n_uid_map,
		  ids_to_host(m->uid, m->n_uid, p->uid));
	check_ids(v, "Gid", v->proc.gid, v->gid_map, v->n_gid_map,
		  ids_to_host(m->gid, m->n_gid, p->gid));
	check_caps(v);
	verify_is(v, v->proc.no_new_privs || !p->no_new_privs, "process", "NoNewPrivs",
		  p->no_new_privs ? "1" : "not asked for", v->proc.no_new_privs ? "1" : "0");
	check_label(v, "AppArmor profile", "attr/apparmor/current", p->apparmor_profile);
	check_label(v, "SELinux label", "attr/current", p->selinux_label);
	check_oom(v);
	note_unseen(v);
}

static const char *limit_text(const struct verify *v, const char *before, uint64_t soft,
			      uint64_t hard)
{
	char s[24] = "unlimited", h[24] = "unlimited";

	if (soft != RLIM_INFINITY)
		snprintf(s, sizeof(s), "%" PRIu64, soft);
	if (hard != RLIM_INFINITY)
		snprintf(h, sizeof(h), "%" PRIu64, hard);
	return arena_printf(v->a, "%s%s:%s", before, s, h);
}

/* Within the hard limit, which nobody inside can raise, a process sets its limits itself. */
void verify_limits(struct verify *v)
{
	const struct process_plan *p = &v->plan.process;
	uint64_t soft, hard;
	char *text;

	if (!v->has_plan || p->n_rlimits == 0)
		return;
	ssize_t n = verify_read(v, "limits", &text);
	for (size_t i = 0; i < p->n_rlimits; i++) {
		const struct rlimit_plan *want = &p->rlimits[i];
		if (n < 0 || verify_parse_limit(text, want->name, &soft, &hard) < 0) {
			verify_add(v, VERIFY_FAILED, "limits", want->name, "can be read", "cannot");
			continue;
		}
		bool ok =
			v->waiting ? soft == want->soft && hard == want->hard : hard <= want->hard;
		verify_is(v, ok, "limits", want->name,
			  limit_text(v, v->waiting ? "" : "at most ", want->soft, want->hard),
			  limit_text(v, "", soft, hard));
	}
}

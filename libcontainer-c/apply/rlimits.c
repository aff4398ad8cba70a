/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rlimits.c: see rlimits.h. */
#include "apply/rlimits.h"

#include <errno.h>
#include <string.h>

#include "base/err.h"
#include "plan/process.h"

static const int frozen[RLIMITS_FROZEN] = {
	RLIMIT_NPROC,
	RLIMIT_MSGQUEUE,
	RLIMIT_SIGPENDING,
	RLIMIT_MEMLOCK,
};

static const struct rlimit_plan *planned(const struct process_plan *p, int resource)
{
	for (size_t i = 0; i < p->n_rlimits; i++)
		if (p->rlimits[i].resource == resource)
			return &p->rlimits[i];
	return NULL;
}

/* glibc makes the first argument an enum, which an int array is not. */
static int limit(pid_t pid, int resource, const struct rlimit *set, struct rlimit *get)
{
	return prlimit(pid, (enum __rlimit_resource)resource, set, get) < 0 ? -errno : 0;
}

static int raise_one(int resource, const struct rlimit_plan *want, struct rlimit *old,
		     bool *changed)
{
	struct rlimit new;
	int r = limit(0, resource, NULL, old);

	if (r < 0)
		return r;
	new = *old;
	if (want && want->hard > new.rlim_max)
		new.rlim_max = want->hard;
	new.rlim_cur = new.rlim_max;
	if (memcmp(&new, old, sizeof(new)) == 0)
		return 0;
	r = limit(0, resource, &new, NULL);
	if (r == -EPERM && new.rlim_max != old->rlim_max) {
		new.rlim_cur = new.rlim_max = old->rlim_max;
		r = limit(0, resource, &new, NULL);
	}
	*changed = r == 0;
	return r;
}

int rlimits_prepare_parent(const struct process_plan *p, struct rlimits_saved *ret, struct err *e)
{
	struct rlimits_saved saved = {0};

	for (int i = 0; i < RLIMITS_FROZEN; i++) {
		int r = raise_one(frozen[i], planned(p, frozen[i]), &saved.old[i],
				  &saved.changed[i]);

		if (r < 0) {
			rlimits_restore_parent(&saved);
			return err_sys(e, -r, "raise the runtime's own rlimit type %d", frozen[i]);
		}
	}
	*ret = saved;
	return 0;
}

void rlimits_restore_parent(const struct rlimits_saved *saved)
{
	for (int i = 0; i < RLIMITS_FROZEN; i++)
		if (saved->changed[i])
			(void)limit(0, frozen[i], &saved->old[i], NULL);
}

static int set_one(pid_t pid, int resource, const struct rlimit *want, struct err *e)
{
	struct rlimit got;
	int r = limit(pid, resource, want, NULL);

	if (r == 0)
		r = limit(pid, resource, NULL, &got);
	if (r < 0)
		return err_sys(e, -r, "error setting rlimit type %d", resource);
	if (memcmp(&got, want, sizeof(got)) != 0)
		return err_set(e, ERR_SYSTEM, EIO,
			       "rlimit type %d reads back as %llu:%llu instead of %llu:%llu",
			       resource, (unsigned long long)got.rlim_cur,
			       (unsigned long long)got.rlim_max, (unsigned long long)want->rlim_cur,
			       (unsigned long long)want->rlim_max);
	return 0;
}

int rlimits_apply(const struct process_plan *p, const struct rlimits_saved *saved, pid_t pid,
		  struct err *e)
{
	for (size_t i = 0; i < p->n_rlimits; i++) {
		const struct rlimit want = {p->rlimits[i].soft, p->rlimits[i].hard};
		int r = set_one(pid, p->rlimits[i].resource, &want, e);

		if (r < 0)
			return r;
	}
	for (int i = 0; saved && i < RLIMITS_FROZEN; i++) {
		if (!saved->changed[i] || planned(p, frozen[i]))
			continue;
		int r = set_one(pid, frozen[i], &saved->old[i], e);
		if (r < 0)
			return r;
	}
	return 0;
}

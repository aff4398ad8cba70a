/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* caps.c: see caps.h. */
#include "apply/caps.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/err.h"
#include "plan/caps.h"

#define MAX_CAPS 64

static const char *name(unsigned cap)
{
	const char *n = caps_name(cap);

	return n ? n : "a capability without a name";
}

/* libcap would do this with memory of its own, and a vector for every set. */
static int set_sets(const struct caps_plan *p)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2];

	for (int i = 0; i < 2; i++)
		data[i] = (struct __user_cap_data_struct){
			.effective = (uint32_t)(p->effective >> (32 * i)),
			.permitted = (uint32_t)(p->permitted >> (32 * i)),
			.inheritable = (uint32_t)(p->inheritable >> (32 * i)),
		};
	return syscall(SYS_capset, &head, data) < 0 ? -errno : 0;
}

static int get_sets(struct caps_plan *ret)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	/* No set of any kernel: a filter that is in force already may leave it as it is. */
	struct __user_cap_data_struct data[2] = {{~0u, ~0u, ~0u}, {~0u, ~0u, ~0u}};

	if (syscall(SYS_capget, &head, data) < 0)
		return -errno;
	ret->effective = data[0].effective | (uint64_t)data[1].effective << 32;
	ret->permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
	ret->inheritable = data[0].inheritable | (uint64_t)data[1].inheritable << 32;
	return 0;
}

/* Collect a set that is read bit by bit; the kernel says EINVAL behind its last capability. */
static uint64_t collect(int (*has)(unsigned cap))
{
	uint64_t set = 0;

	for (unsigned cap = 0; cap < MAX_CAPS; cap++) {
		int r = has(cap);

		if (r < 0)
			break;
		set |= (uint64_t)r << cap;
	}
	return set;
}

static int in_bounding(unsigned cap)
{
	return prctl(PR_CAPBSET_READ, cap, 0, 0, 0);
}

static int in_ambient(unsigned cap)
{
	return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, cap, 0, 0);
}

int caps_drop_bounding(uint64_t keep, struct err *e)
{
	for (unsigned cap = 0; cap < MAX_CAPS; cap++) {
		if (keep & (UINT64_C(1) << cap))
			continue;
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == 0)
			continue;
		if (errno == EINVAL)
			break; /* behind the kernel's last one */
		return err_sys(e, errno, "drop %s from the bounding set", name(cap));
	}
	uint64_t extra = collect(in_bounding) & ~keep;
	if (extra)
		return err_set(e, ERR_SYSTEM, EIO, "%s is still in the bounding set",
			       name((unsigned)__builtin_ctzll(extra)));
	return 0;
}

static int set_ambient(uint64_t want, struct err *e)
{
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
		return err_sys(e, errno, "clear the ambient capabilities");
	for (unsigned cap = 0; cap < MAX_CAPS; cap++) {
		if (!(want & (UINT64_C(1) << cap)))
			continue;
		if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) < 0)
			return err_sys(e, errno, "raise ambient capability %s", name(cap));
	}
	return 0;
}

static int compare(const char *set, uint64_t want, uint64_t got, struct err *e)
{
	uint64_t diff = want ^ got;

	if (!diff)
		return 0;
	unsigned cap = (unsigned)__builtin_ctzll(diff);
	return err_set(e, ERR_SYSTEM, EIO, "%s %s in the %s capability set", name(cap),
		       got & (UINT64_C(1) << cap) ? "is still" : "is missing", set);
}

static int read_back(const struct caps_plan *p, struct err *e)
{
	struct caps_plan got = {0};
	int r = get_sets(&got);

	if (r < 0)
		return err_sys(e, -r, "read capabilities back");
	got.bounding = collect(in_bounding);
	got.ambient = collect(in_ambient);
	r = compare("bounding", p->bounding, got.bounding, e);
	if (r == 0)
		r = compare("permitted", p->permitted, got.permitted, e);
	if (r == 0)
		r = compare("effective", p->effective, got.effective, e);
	if (r == 0)
		r = compare("inheritable", p->inheritable, got.inheritable, e);
	if (r == 0)
		r = compare("ambient", p->ambient, got.ambient, e);
	return r;
}

static int set_securebits(uint32_t bits, struct err *e)
{
	if (prctl(PR_SET_SECUREBITS, bits, 0, 0, 0) < 0)
		return err_sys(e, errno, "set securebits %#x", bits);
	int got = prctl(PR_GET_SECUREBITS, 0, 0, 0, 0);
	if (got < 0 || (uint32_t)got != bits)
		return err_set(e, ERR_SYSTEM, EIO, "securebits read back as %#x instead of %#x",
			       (unsigned)got, bits);
	return 0;
}

/*
 * Securebits need CAP_SETPCAP in effect, which the plan may not have; and one of them forbids
 * ambient capabilities to be raised, which the plan may want. So: first the sets with that
 * capability on top, then ambient ones, then the bits, then the sets as planned, which takes
 * nothing from ambient that is still permitted and inheritable.
 */
static int set_all_with_securebits(const struct caps_plan *p, struct err *e)
{
	struct caps_plan with = *p;
	int r;

	with.permitted |= UINT64_C(1) << CAP_SETPCAP;
	with.effective = UINT64_C(1) << CAP_SETPCAP;
	r = set_sets(&with);
	if (r < 0)
		return err_sys(e, -r, "unable to apply caps");
	r = set_ambient(p->ambient, e);
	if (r == 0)
		r = set_securebits(p->securebits, e);
	if (r < 0)
		return r;
	r = set_sets(p);
	return r < 0 ? err_sys(e, -r, "unable to apply caps") : 0;
}

int caps_apply(const struct caps_plan *p, struct err *e)
{
	int r;

	if (prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) < 0)
		return err_sys(e, errno, "clear keepcaps");
	if (p->securebits) {
		r = set_all_with_securebits(p, e);
		return r < 0 ? r : read_back(p, e);
	}
	r = set_sets(p);
	if (r < 0)
		return err_sys(e, -r, "unable to apply caps");
	r = set_ambient(p->ambient, e);
	if (r < 0)
		return r;
	return read_back(p, e);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* seccomp_base.c: see seccomp_base.h. */
#include "plan/seccomp_base.h"

#include "plan/seccomp_compile.h"
#include "plan/seccomp_default.h"
#include "plan/seccomp_sets.h"

int seccomp_base_deny(const struct seccomp_abi *native, uint32_t sets, struct seccomp_dag *d,
		      struct seccomp_policy *p, struct err *e)
{
	struct seccomp_profile profile;
	struct seccomp_policy denied, all = *p;

	if (!sets)
		return 0;
	int rc = seccomp_sets_make(native, sets, d->a, &profile);
	if (rc == 0)
		rc = seccomp_compile(&profile, d, &denied, e);
	return rc < 0 ? rc : seccomp_policy_stricter(&denied, &all, d, p);
}

int seccomp_base_compile(const struct seccomp_abi *native, uint64_t caps, uint32_t sets,
			 struct seccomp_dag *d, struct seccomp_policy *ret, struct err *e)
{
	struct seccomp_profile profile;
	int rc = seccomp_default_make(native, caps, d->a, &profile);

	if (rc == 0)
		rc = seccomp_compile(&profile, d, ret, e);
	return rc < 0 ? rc : seccomp_base_deny(native, sets, d, ret, e);
}

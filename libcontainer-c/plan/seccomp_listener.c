/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* seccomp_listener.c: see seccomp_listener.h. */
#include "plan/seccomp_listener.h"

#include <errno.h>
#include <linux/seccomp.h>

#include "base/err.h"
#include "host/facts.h"
#include "oci-spec/spec.h"
#include "plan/seccomp_profile.h"

#define PATH "/linux/seccomp/listenerPath"

int seccomp_listener_make(const struct spec_seccomp *s, struct seccomp_listener *ret, struct err *e)
{
	const char *path = s->listener_path;

	if (!path || !*path)
		return err_set(e, ERR_SPEC, EINVAL, PATH ": missing, and SCMP_ACT_NOTIFY needs it");
	if (path[0] != '/')
		return err_set(e, ERR_SPEC, EINVAL, PATH ": \"%.128s\" is not absolute", path);
	*ret = (struct seccomp_listener){.path = path, .metadata = s->listener_metadata};
	return 0;
}

int seccomp_listener_check(const struct spec_seccomp *s, const struct seccomp_listener *l,
			   const struct host_facts *f, struct err *e)
{
	if (!s || !f->seccomp_flags_known)
		return 0;
	for (size_t i = 0; i < s->n_flags; i++)
		if (seccomp_profile_flag(s->flags[i]) & ~f->seccomp_flags)
			return err_set(e, ERR_HOST, ENOTSUP,
				       "/linux/seccomp/flags/%zu: this kernel does not know %s", i,
				       s->flags[i]);
	if (l->path && !(f->seccomp_flags & SECCOMP_FILTER_FLAG_NEW_LISTENER))
		return err_set(e, ERR_HOST, ENOTSUP,
			       PATH ": this kernel cannot notify a listener (5.0 and newer can)");
	return 0;
}

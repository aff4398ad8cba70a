/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* request.c: see request.h. */
#include "runtime/request.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "base/err.h"
#include "base/str.h"
#include "lifecycle/container.h"
#include "lifecycle/self.h"
#include "runtime/command.h"

static int check_cgroup_driver(const struct context *c, struct err *e)
{
	const char *m = c->cgroup_manager;

	if (str_eq(m, "disabled"))
		return err_set(e, ERR_POLICY, EPERM,
			       "policy: cgroup: --cgroup-manager disabled is refused, a container "
			       "without a cgroup would have no limits");
	if (m && !str_eq(m, "cgroupfs") && !str_eq(m, "systemd"))
		return err_set(e, ERR_STATE, EINVAL, "invalid value for --cgroup-manager: %s", m);
	return 0;
}

/* Makes @path absolute by the working directory of now, which is about to change. */
static int make_absolute(const char *path, char *buf, size_t size, struct err *e)
{
	char cwd[PATH_MAX] = "";

	if (*path != '/' && !getcwd(cwd, sizeof(cwd)))
		return err_sys(e, errno, "getcwd");
	int n = snprintf(buf, size, "%s%s%s", cwd, *cwd ? "/" : "", path);
	if (n < 0 || (size_t)n >= size)
		return err_sys(e, ENAMETOOLONG, "%s", path);
	return 0;
}

static int enter_bundle(const char *bundle, char *buf, size_t size, struct err *e)
{
	if (bundle && *bundle && chdir(bundle) < 0)
		return err_sys(e, errno, "chdir %s", bundle);
	if (!getcwd(buf, size))
		return err_sys(e, errno, "getcwd");
	return 0;
}

static const char *non_empty(const char *s)
{
	return s && *s ? s : NULL;
}

int request_make(const struct context *c, const struct request_options *o, const char *id,
		 struct container_request *ret, struct err *e)
{
	static char bundle[PATH_MAX], pid_file[PATH_MAX];
	const struct policy *policy;
	int r = check_cgroup_driver(c, e);

	if (r == 0)
		r = context_policy(c, &policy, e);
	if (r == 0)
		r = self_seal_for_create(policy, e);
	if (r == 0 && non_empty(o->pid_file))
		r = make_absolute(o->pid_file, pid_file, sizeof(pid_file), e);
	if (r == 0)
		r = enter_bundle(o->bundle, bundle, sizeof(bundle), e);
	if (r < 0)
		return r;
	*ret = (struct container_request){
		.root = c->root,
		.need_cgroup = c->need_cgroup,
		.id = id,
		.bundle = bundle,
		.console_socket = non_empty(o->console_socket),
		.pidfd_socket = non_empty(o->pidfd_socket),
		.pid_file = non_empty(pid_file),
		.policy = policy,
		.systemd_cgroup = context_systemd(c),
		.preserve_fds = o->preserve_fds,
		.inherited_fds = c->inherited_fds,
		.no_new_keyring = o->no_new_keyring,
		.no_pivot = o->no_pivot,
	};
	return 0;
}

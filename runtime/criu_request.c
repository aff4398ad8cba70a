/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* criu_request.c: see criu_request.h. */
#include "runtime/criu_request.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "base/err.h"
#include "base/str.h"

#define DEFAULT_IMAGES "checkpoint" /* as runc */

static int check_mode(const char *mode, struct err *e)
{
	static const char *const others[] = {"full", "strict", "ignore", NULL};

	if (!mode || !*mode || str_eq(mode, "soft"))
		return 0;
	if (str_in(mode, others))
		return err_set(e, ERR_POLICY, EPERM,
			       "policy: cgroup: --manage-cgroups-mode %s is refused: a container's "
			       "cgroups and limits are those of its configuration, never of an "
			       "image; only \"soft\" leaves them alone",
			       mode);
	return err_set(e, ERR_STATE, EINVAL, "Invalid manage-cgroups-mode value %s", mode);
}

static int check_empty(struct criu_request *o, struct err *e)
{
	for (size_t i = 0; i < o->empty_ns.n; i++)
		if (!str_eq(o->empty_ns.items[i], "network"))
			return err_set(e, ERR_STATE, EINVAL,
				       "--empty-ns: namespace \"%s\" is not supported",
				       o->empty_ns.items[i]);
	o->out.empty_net = o->empty_ns.n > 0;
	return 0;
}

static int make_absolute(const char *path, char buf[PATH_MAX], struct err *e)
{
	char joined[2 * PATH_MAX], cwd[PATH_MAX] = "";

	if (*path != '/' && !getcwd(cwd, sizeof(cwd)))
		return err_sys(e, errno, "getcwd");
	int n = snprintf(joined, sizeof(joined), "%s%s%s", cwd, *cwd ? "/" : "", path);
	if (n < 0 || (size_t)n >= sizeof(joined) || path_clean(joined, buf, PATH_MAX) < 0)
		return err_sys(e, ENAMETOOLONG, "%s", path);
	return 0;
}

int criu_request_finish(struct criu_request *o, struct err *e)
{
	static char images[PATH_MAX], work[PATH_MAX];
	const char *image_path = o->image_path && *o->image_path ? o->image_path : DEFAULT_IMAGES;

	if (o->lazy_pages)
		return err_set(e, ERR_HOST, ENOTSUP,
			       "--lazy-pages is not supported: a process would go on with memory "
			       "that another program hands out later, unseen");
	int r = check_mode(o->cgroups_mode, e);
	if (r == 0)
		r = check_empty(o, e);
	if (r == 0)
		r = make_absolute(image_path, images, e);
	if (r == 0 && o->work_path && *o->work_path) {
		r = make_absolute(o->work_path, work, e);
		o->out.work_path = work;
	}
	o->out.image_path = images;
	return r;
}

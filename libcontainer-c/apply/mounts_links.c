/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mounts_links.c: owns "copy-symlink" (crun): a symlink of the host, made anew in the container. */
#include "apply/mounts_priv.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "apply/in_root.h"
#include "base/err.h"
#include "base/fd.h"

static int open_parent(const struct mount_plan *p, const struct mounts_env *env)
{
	char dir[PATH_MAX];
	size_t n = (size_t)(strrchr(p->destination, '/') - p->destination);

	if (n >= sizeof(dir))
		return -ENAMETOOLONG;
	memcpy(dir, p->destination, n);
	dir[n] = '\0';
	return in_root_mkdir_p(env->root_fd, n ? dir : "/", 0755, NULL);
}

int mounts_copy_symlink(const struct mount_plan *p, const struct mounts_env *env, int link_fd,
			struct err *e)
{
	const char *name = strrchr(p->destination, '/') + 1;
	char text[PATH_MAX], now[PATH_MAX];
	ssize_t n = readlinkat(link_fd, "", text, sizeof(text) - 1);

	if (n < 0)
		return err_sys(e, errno, "read the symlink %s", p->source);
	text[n] = '\0';
	AUTO_FD dir_fd = open_parent(p, env);
	if (dir_fd < 0)
		return err_sys(e, -dir_fd, "make the directory of the symlink");
	if (symlinkat(text, dir_fd, name) == 0)
		return 0;
	if (errno != EEXIST)
		return err_sys(e, errno, "make the symlink");
	ssize_t there = readlinkat(dir_fd, name, now, sizeof(now));
	if (there == n && memcmp(now, text, (size_t)n) == 0)
		return 0;
	return err_set(e, ERR_SPEC, EEXIST,
		       "/mounts/%zu/destination: \"%s\" exists and is not the symlink that "
		       "copy-symlink would make",
		       p->index, p->destination);
}

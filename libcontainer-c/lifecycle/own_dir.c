/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* own_dir.c: see own_dir.h. */
#include "lifecycle/own_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"

static int own_dir(const char *path, struct err *e)
{
	struct stat st;

	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return err_sys(e, errno, "mkdir %s", path);
	if (lstat(path, &st) < 0)
		return err_sys(e, errno, "stat %s", path);
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 022))
		return err_set(e, ERR_HOST, EPERM,
			       "%s must be a directory that only its owner, uid %u, can write",
			       path, geteuid());
	return 0;
}

int own_dir_lock(const char *path, struct err *e)
{
	int r = own_dir(path, e);

	if (r < 0)
		return r;
	AUTO_FD fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, errno, "open %s", path);
	while (flock(fd, LOCK_EX) < 0)
		if (errno != EINTR)
			return err_sys(e, errno, "lock %s", path);
	return TAKE_FD(fd);
}

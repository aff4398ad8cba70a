/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pidfile.c: see pidfile.h. */
#include "lifecycle/pidfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"

int pidfile_write(const char *path, pid_t pid, struct err *e)
{
	const char *slash = strrchr(path, '/');
	int dir_len = slash ? (int)(slash - path) + 1 : 0;
	const char *name = slash ? slash + 1 : path;
	char tmp[PATH_MAX], text[16];

	/* Our pid in it: what a killed one left behind stands in nobody's way. */
	if (snprintf(tmp, sizeof(tmp), "%.*s.%s.%d", dir_len, path, name, getpid()) >=
	    (int)sizeof(tmp))
		return err_set(e, ERR_STATE, ENAMETOOLONG, "pid file path is too long");
	int n = snprintf(text, sizeof(text), "%d", pid);
	AUTO_FD fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		return err_sys(e, errno, "create pid file %s", tmp);
	int r = fd_write_all(fd, text, (size_t)n);
	if (r == 0 && rename(tmp, path) < 0)
		r = -errno;
	if (r < 0) {
		unlink(tmp);
		return err_sys(e, -r, "write pid file %s", path);
	}
	return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dir.c: see dir.h. */
#include "base/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/fd.h"

void dir_closep(DIR **dir)
{
	int keep = errno;

	if (*dir)
		closedir(*dir);
	*dir = NULL;
	errno = keep;
}

DIR *dir_open(int at_fd, const char *name)
{
	AUTO_FD fd = openat(at_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (dir)
		fd = -1; /* closedir() closes it */
	return dir;
}

int dir_next(DIR *dir, const struct dirent **ret)
{
	do {
		errno = 0;
		*ret = readdir(dir);
	} while (*ret && (strcmp((*ret)->d_name, ".") == 0 || strcmp((*ret)->d_name, "..") == 0));
	return *ret ? 1 : -errno;
}

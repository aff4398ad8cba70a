/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mount_id.c: see mount_id.h. */
#include "kernel/mount_id.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fd.h"

int mount_id(int fd, uint64_t *ret)
{
	char path[40], text[1024];
	struct statx sx;

	if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_MNT_ID, &sx) == 0 &&
	    sx.stx_mask & STATX_MNT_ID) {
		*ret = sx.stx_mnt_id;
		return 0;
	}
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	ssize_t n = file_read_at(AT_FDCWD, path, text, sizeof(text));
	const char *p = n > 0 ? strstr(text, "mnt_id:") : NULL;
	if (n < 0)
		return (int)n;
	return p && sscanf(p, "mnt_id: %" SCNu64, ret) == 1 ? 0 : -EPROTO;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rootfs_release.c: what rootfs_open() left on disk goes again. See rootfs.h. */
#include "apply/rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "apply/overlay.h"
#include "apply/overlay_workdir.h"
#include "apply/rootfs_source.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"

int rootfs_release(const char *workdir, struct err *e)
{
	char parent[PATH_MAX];

	if (!*workdir)
		return 0;
	const char *slash = strrchr(workdir, '/');
	/* The path comes from a state file: only names that we make are ours to remove. */
	if (*workdir != '/' || (size_t)(slash - workdir) >= sizeof(parent) ||
	    !str_starts(slash + 1, OVERLAY_WORKDIR_PREFIX))
		return err_set(e, ERR_BUG, EINVAL, "not a work dir of ours: %s", workdir);
	size_t n = (size_t)(slash - workdir);
	memcpy(parent, workdir, n);
	strcpy(parent + n, n ? "" : "/");
	AUTO_FD fd = open(parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) /* the engine has removed the container's layer, and ours with it */
		return errno == ENOENT || errno == ENOTDIR
			       ? 0
			       : err_sys(e, errno, "rootfs overlay: %s", parent);
	return overlay_workdir_remove(fd, slash + 1, e);
}

int rootfs_release_at(const char *path, uint32_t root_uid, struct err *e)
{
	AUTO_ROOTFS_SOURCE s = ROOTFS_SOURCE_INIT;
	struct err ignored = {0};

	/* Gone, or not mounted any more: then there is nothing to be found from here. */
	if (rootfs_source_open(path, &s, &ignored) < 0 || !s.overlay || !s.is_mount_root)
		return 0;
	return overlay_workdir_release(&s.mount, root_uid, e);
}

int rootfs_take_down(int dir_fd, const char *name, struct err *e)
{
	char path[64];

	for (;;) {
		AUTO_FD fd = openat(dir_fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0)
			return errno == ENOENT ? 0 : err_sys(e, errno, "open %s", name);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		/*
		 * A bind in it may be a peer of the host's own mount: what is mounted below that
		 * would be unmounted on the host, too.
		 */
		(void)mount(NULL, path, NULL, MS_REC | MS_PRIVATE, NULL);
		if (umount2(path, MNT_DETACH) == 0)
			continue;
		/* Not the root of a mount: what was there is gone. */
		if (errno != EINVAL)
			return err_sys(e, errno, "unmount %s", name);
		if (unlinkat(dir_fd, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
			return err_sys(e, errno, "remove %s", name);
		return 0;
	}
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cgroup_delegate.c: the container's own v2 cgroup given to the user of its process, so that an
 * init system inside can make cgroups below it (config-linux.md, "Cgroup ownership"). The limits
 * stay the host's: only what the kernel lists as safe to hand over.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "apply/cgroup.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"

#define POINTER "/linux/cgroupsPath"

static const char before_4_15[] = "cgroup.procs\ncgroup.subtree_control\ncgroup.threads\n";

static int give(int dir_fd, const char *name, uint32_t uid, struct err *e)
{
	if (fchownat(dir_fd, name, uid, (gid_t)-1, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW) == 0 ||
	    errno == ENOENT)
		return 0;
	return err_set(e, ERR_HOST, errno, POINTER ": give %s to user %u: %s",
		       *name ? name : "the container's cgroup", uid, strerrorname_np(errno));
}

/*
 * What is made inside has to be walked through by whoever kills or removes it, by paths that the
 * kernel takes: 15 names of 255 bytes fit into PATH_MAX. An init system needs half of that.
 */
static const struct {
	const char *file, *value;
} bounds[] = {{"cgroup.max.depth", "15"}, {"cgroup.max.descendants", "10000"}};

static int bound(int dir_fd, const char *file, const char *value, struct err *e)
{
	char got[24];
	uint64_t asked, ours;
	ssize_t n = file_read_at(dir_fd, file, got, sizeof(got));

	/* Of linux.resources.unified. */
	if (n > 0 && str_u64(value, UINT64_MAX, &ours) == 0) {
		got[strcspn(got, "\n")] = '\0';
		if (str_u64(got, UINT64_MAX, &asked) == 0 && asked <= ours)
			return 0;
	}
	int r = file_write_at(dir_fd, file, value);
	n = r < 0 ? r : file_read_at(dir_fd, file, got, sizeof(got));

	if (n < 0)
		return err_set(e, ERR_HOST, (int)-n, POINTER ": write %s to %s: %s", value, file,
			       strerrorname_np((int)-n));
	got[strcspn(got, "\n")] = '\0';
	return strcmp(got, value) == 0
		       ? 0
		       : err_set(e, ERR_HOST, EIO, POINTER ": %s reads back as %s instead of %s",
				 file, got, value);
}

int cgroup_delegate(const struct cgroup *c, uint32_t uid, struct err *e)
{
	int dir_fd = cgroup_v2_fd(c);
	char list[1024], *save = NULL;

	if (dir_fd < 0)
		return 0;
	if (file_read_at(AT_FDCWD, "/sys/kernel/cgroup/delegate", list, sizeof(list)) <= 0)
		memcpy(list, before_4_15, sizeof(before_4_15));
	int r = 0;
	for (size_t i = 0; r == 0 && i < sizeof(bounds) / sizeof(bounds[0]); i++)
		r = bound(dir_fd, bounds[i].file, bounds[i].value, e);
	if (r == 0)
		r = give(dir_fd, "", uid, e);
	for (char *name = strtok_r(list, "\n", &save); name && r == 0;
	     name = strtok_r(NULL, "\n", &save))
		r = strchr(name, '/') ? 0 : give(dir_fd, name, uid, e);
	return r;
}

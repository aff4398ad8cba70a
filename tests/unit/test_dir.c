/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_dir.c: base/dir.h, with a readdir(3) that fails. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dir.h"
#include "base/fd.h"
#include "tests/unit/check.h"

static int failing_after = -1; /* entries; then EIO */

struct dirent *__real_readdir(DIR *dir);
struct dirent *__wrap_readdir(DIR *dir);
struct dirent *__wrap_readdir(DIR *dir)
{
	if (failing_after-- == 0) {
		errno = EIO;
		return NULL;
	}
	return __real_readdir(dir);
}

static int count(int at_fd, const char *name)
{
	AUTO_DIR dir = dir_open(at_fd, name);
	const struct dirent *x;
	int n = 0, more = dir ? 0 : -errno;

	while (dir && (more = dir_next(dir, &x)) > 0) {
		CHECK(x->d_name[0] != '.' || x->d_name[1] == 'a');
		n++;
		errno = ENOMEM; /* of what the loop does */
	}
	return more < 0 ? more : n;
}

TEST(all_entries_or_an_error)
{
	char path[] = "/tmp/bkh-dir-XXXXXX";

	CHECK(mkdtemp(path) != NULL);
	AUTO_FD fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	CHECK_INT(count(fd, "."), 0);
	CHECK(mkdirat(fd, "one", 0700) == 0 && mkdirat(fd, ".a", 0700) == 0 &&
	      symlinkat("one", fd, "link") == 0);
	CHECK_INT(count(fd, "."), 3);
	/* Again from the beginning. */
	CHECK_INT(count(fd, "."), 3);
	CHECK_INT(count(fd, "one"), 0);
	CHECK_INT(count(fd, "none"), -ENOENT);
	CHECK_INT(count(fd, "link"), -ENOTDIR);
	for (int i = 0; i < 5; i++) {
		failing_after = i;
		CHECK_INT(count(fd, "."), -EIO);
	}
	failing_after = -1;
	CHECK(unlinkat(fd, "link", 0) == 0 && unlinkat(fd, "one", AT_REMOVEDIR) == 0 &&
	      unlinkat(fd, ".a", AT_REMOVEDIR) == 0 && rmdir(path) == 0);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* in_root_*: whatever symlinks say, nothing outside the root is opened or made. Needs no root. */
#include "tests/unit/check.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apply/in_root.h"
#include "base/fd.h"

static char top[64]; /* holds root/ and canary/ */

static void remove_top(void)
{
	char cmd[128];

	snprintf(cmd, sizeof(cmd), "rm -rf --one-file-system %s", top);
	if (system(cmd) != 0)
		fprintf(stderr, "# %s remains\n", top);
}

__attribute__((constructor)) static void make_top(void)
{
	strcpy(top, "/tmp/bulkhead-in-root-XXXXXX");
	if (!mkdtemp(top) || chdir(top) != 0)
		exit(99);
	atexit(remove_top);
	umask(0);
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	CHECK(stat(path, &st) == 0);
	return st.st_mode & 07777;
}

/* A fresh root directory with the given name; its descriptor. */
static int fresh(const char *name)
{
	CHECK(mkdir(name, 0755) == 0);
	mkdir("canary", 0755);
	int fd = open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	CHECK(fd >= 0);
	return fd;
}

static bool same(int fd, const char *path)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && stat(path, &b) == 0 && a.st_ino == b.st_ino &&
	       a.st_dev == b.st_dev;
}

/* The canary directory is empty: rmdir works. */
static void check_canary(void)
{
	CHECK_MSG(rmdir("canary") == 0, "something was made in the canary");
	CHECK(mkdir("canary", 0755) == 0);
}

TEST(open_stays_inside)
{
	AUTO_FD root = fresh("r1");

	CHECK(symlink("/etc", "r1/abs") == 0 && symlink("../../..", "r1/up") == 0 &&
	      mkdir("r1/etc", 0755) == 0 && symlink("../../../../etc", "r1/etc/deep") == 0);
	AUTO_FD abs = in_root_open(root, "abs", O_PATH);
	AUTO_FD up = in_root_open(root, "/up", O_PATH);
	AUTO_FD deep = in_root_open(root, "/etc/deep", O_PATH);
	AUTO_FD dots = in_root_open(root, "/../../../etc", O_PATH);
	CHECK(same(abs, "r1/etc") && same(up, "r1") && same(deep, "r1/etc") &&
	      same(dots, "r1/etc"));
	CHECK_INT(in_root_open_plain(root, "abs", O_PATH), -ELOOP);
	CHECK_INT(in_root_open_plain(root, "etc/deep", O_PATH), -ELOOP);
	CHECK_INT(in_root_open(root, "none", O_PATH), -ENOENT);
}

TEST(mkdir_p_makes_what_is_missing)
{
	AUTO_FD root = fresh("r2");
	bool made = false;
	struct stat st;

	AUTO_FD a = in_root_mkdir_p(root, "//a/./b//c/", 0751, &made);
	CHECK(a >= 0 && made && same(a, "r2/a/b/c"));
	CHECK(fstat(a, &st) == 0);
	CHECK_INT(st.st_mode & 07777, 0751);
	AUTO_FD again = in_root_mkdir_p(root, "/a/b/c", 0700, &made);
	CHECK(same(again, "r2/a/b/c"));
	CHECK(!made);
	AUTO_FD other = in_root_mkdir_p(root, "a/b/c/../x/../../y", 0755, &made);
	CHECK(same(other, "r2/a/y") && made);
	AUTO_FD self = in_root_mkdir_p(root, "/", 0755, &made);
	CHECK(same(self, "r2") && !made);
	AUTO_FD above = in_root_mkdir_p(root, "../../z/../../w", 0755, NULL);
	CHECK(same(above, "r2/w") && access("z", F_OK) != 0);
}

TEST(mkdir_p_and_symlinks)
{
	AUTO_FD root = fresh("r3");
	char outside[PATH_MAX];

	snprintf(outside, sizeof(outside), "%s/canary", top);
	CHECK(symlink(outside, "r3/abs") == 0 && symlink("../../canary", "r3/rel") == 0);
	CHECK(symlink("gone/deep", "r3/dangling") == 0 && symlink("/x/y", "r3/dangling2") == 0);
	CHECK(symlink("dangling", "r3/twice") == 0 && symlink("loop", "r3/loop") == 0);
	CHECK(symlink("loop2/../loop2/n", "r3/loop2") == 0);
	AUTO_FD rel = in_root_mkdir_p(root, "rel/new", 0755, NULL);
	CHECK(same(rel, "r3/canary/new"));
	AUTO_FD abs = in_root_mkdir_p(root, "abs/new", 0755, NULL);
	CHECK(abs >= 0);
	check_canary();
	AUTO_FD dangling = in_root_mkdir_p(root, "twice", 0755, NULL);
	CHECK(same(dangling, "r3/gone/deep"));
	AUTO_FD dangling2 = in_root_mkdir_p(root, "dangling2/z", 0755, NULL);
	CHECK(same(dangling2, "r3/x/y/z"));
	CHECK_INT(in_root_mkdir_p(root, "loop/x", 0755, NULL), -ELOOP);
	CHECK_INT(in_root_mkdir_p(root, "loop2/x", 0755, NULL), -ELOOP);
}

TEST(plain_follows_nothing)
{
	AUTO_FD root = fresh("r4");

	CHECK(mkdir("r4/real", 0755) == 0 && symlink("real", "r4/link") == 0 &&
	      symlink("gone", "r4/dangling") == 0);
	CHECK_INT(in_root_mkdir_p_plain(root, "link", 0755, NULL), -ELOOP);
	CHECK_INT(in_root_mkdir_p_plain(root, "link/new", 0755, NULL), -ELOOP);
	CHECK_INT(in_root_mkdir_p_plain(root, "dangling", 0755, NULL), -ELOOP);
	CHECK_INT(in_root_mkdir_p_plain(root, "new/../link/x", 0755, NULL), -ELOOP);
	CHECK(access("r4/real/new", F_OK) != 0 && access("r4/gone", F_OK) != 0);
	AUTO_FD ok = in_root_mkdir_p_plain(root, "/real/a/b", 0755, NULL);
	CHECK(same(ok, "r4/real/a/b"));
}

TEST(not_a_directory)
{
	AUTO_FD root = fresh("r5");

	close(open("r5/file", O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
	CHECK(symlink("file", "r5/link") == 0);
	CHECK_INT(in_root_mkdir_p(root, "file", 0755, NULL), -ENOTDIR);
	CHECK_INT(in_root_mkdir_p(root, "file/x", 0755, NULL), -ENOTDIR);
	CHECK_INT(in_root_mkdir_p(root, "new/../link", 0755, NULL), -ENOTDIR);
	CHECK_INT(in_root_create_file(root, "link/x", 0644, NULL), -ENOTDIR);
}

TEST(create_file_never_truncates)
{
	AUTO_FD root = fresh("r6");
	char text[16];
	bool made;

	int out = open("r6/file", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	CHECK(out >= 0 && write(out, "content", 7) == 7 && close(out) == 0);
	CHECK(symlink("file", "r6/link") == 0 && symlink("d/new", "r6/dangling") == 0 &&
	      symlink("/canary2", "r6/abs") == 0 && mkfifo("r6/fifo", 0600) == 0);
	AUTO_FD old = in_root_create_file(root, "link", 0644, &made);
	CHECK(same(old, "r6/file") && !made);
	CHECK(file_read_at(AT_FDCWD, "r6/file", text, sizeof(text)) == 7);
	AUTO_FD fresh_fd = in_root_create_file(root, "p/q/f", 0640, &made);
	CHECK(same(fresh_fd, "r6/p/q/f") && made);
	CHECK_INT(mode_of("r6/p/q/f"), 0640);
	/* Its parents are directories that one can enter. */
	CHECK_INT(mode_of("r6/p/q"), 0755);
	CHECK_INT(mode_of("r6/p"), 0755);
	AUTO_FD dangling = in_root_create_file(root, "dangling", 0644, &made);
	CHECK(same(dangling, "r6/d/new") && made);
	AUTO_FD abs = in_root_create_file(root, "abs", 0644, NULL);
	CHECK(same(abs, "r6/canary2") && access("/canary2", F_OK) != 0);
	/* Opening a fifo would wait; it is only pinned. */
	AUTO_FD fifo = in_root_create_file(root, "fifo", 0644, &made);
	CHECK(same(fifo, "r6/fifo") && !made);
	AUTO_FD dir = in_root_create_file(root, "p/q", 0644, &made);
	CHECK(same(dir, "r6/p/q") && !made);
}

TEST(set_group_id_is_inherited)
{
	AUTO_FD root = fresh("r7");
	struct stat st;

	CHECK(mkdir("r7/g", 0755) == 0 && chmod("r7/g", 02775) == 0);
	AUTO_FD fd = in_root_mkdir_p(root, "g/a/b", 0755, NULL);
	CHECK(fstat(fd, &st) == 0);
	CHECK_INT(st.st_mode & 07777, 02755);
}

TEST(magic_links_are_not_followed)
{
	AUTO_FD root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	CHECK_INT(in_root_open(root, "/proc/self/root", O_PATH), -ELOOP);
	CHECK_INT(in_root_mkdir_p(root, "/proc/self/cwd", 0755, NULL), -ELOOP);
	CHECK_INT(in_root_mkdir_p(root, "/proc/self/root/tmp/x", 0755, NULL), -ELOOP);
}

TEST(too_long)
{
	static char path[2 * PATH_MAX];
	AUTO_FD root = fresh("r8");

	memset(path, 'a', 300);
	CHECK_INT(in_root_mkdir_p(root, path, 0755, NULL), -ENAMETOOLONG);
	memset(path, 'a', sizeof(path) - 1);
	CHECK_INT(in_root_mkdir_p(root, path, 0755, NULL), -ENAMETOOLONG);
	/* A link whose text and what follows it are too long together. */
	for (int i = 0; i < 900; i++)
		path[i] = i % 2 ? 'b' : '/';
	path[900] = '\0';
	CHECK(symlink(path, "r8/long") == 0);
	int n = sprintf(path, "long");
	for (int i = 0; i < 3500; i++)
		path[n + i] = i % 2 ? 'c' : '/';
	path[n + 3500] = '\0';
	CHECK_INT(in_root_mkdir_p(root, path, 0755, NULL), -ENAMETOOLONG);
	CHECK(access("r8/b", F_OK) != 0);
}

TEST(same_mount)
{
	AUTO_FD root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	AUTO_FD proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);

	CHECK_INT(in_root_same_mount(root, "/proc", proc), 1);
	CHECK_INT(in_root_same_mount(root, "/proc/self", proc), 0);
	CHECK_INT(in_root_same_mount(root, "/", proc), 0);
	CHECK_INT(in_root_same_mount(root, "/none", proc), -ENOENT);
}

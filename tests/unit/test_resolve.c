/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* resolve_open: the same file or the same error as openat2(2), on trees and paths made at random.
 */
#include "tests/unit/check.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fd.h"
#include "kernel/resolve.h"

static char top[64];
static bool have_openat2;
static uint64_t seed = 88172645463325252ull;

static unsigned pick(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed >> 33) % n;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)st;
	(void)type;
	(void)f;
	return remove(path);
}

static void remove_top(void)
{
	(void)nftw(top, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

__attribute__((constructor)) static void make_top(void)
{
	strcpy(top, "/tmp/bulkhead-resolve-XXXXXX");
	if (!mkdtemp(top) || chdir(top) != 0)
		exit(99);
	atexit(remove_top);
	umask(0);
	if (getenv("BULKHEAD_TEST_SEED"))
		seed = strtoull(getenv("BULKHEAD_TEST_SEED"), NULL, 10) | 1;
	errno = 0;
	have_openat2 = syscall(SYS_openat2, -1, NULL, NULL, 0) < 0 && errno == EINVAL;
}

static long by_kernel(int dirfd, const char *path, uint64_t flags, uint64_t resolve)
{
	struct open_how how = {.flags = flags | O_CLOEXEC, .resolve = resolve};
	long fd = -1;

	for (int i = 0; i < 1000 && fd < 0; i++) {
		fd = syscall(SYS_openat2, dirfd, path, &how, sizeof(how));
		if (fd < 0 && errno != EAGAIN)
			return -errno;
	}
	return fd;
}

/* Returns whether something was opened. */
static bool compare(int dirfd, const char *path, uint64_t flags, uint64_t resolve)
{
	struct stat a, b;
	AUTO_FD want = (int)by_kernel(dirfd, path, flags, resolve);
	AUTO_FD got = resolve_open(dirfd, path, flags, resolve);

	CHECK_MSG((want < 0 ? want : 0) == (got < 0 ? got : 0),
		  "\"%s\", flags 0%llo, resolve 0x%llx: kernel %d, we %d", path,
		  (unsigned long long)flags, (unsigned long long)resolve, want, got);
	if (want < 0)
		return false;
	CHECK(fstat(want, &a) == 0 && fstat(got, &b) == 0);
	CHECK_MSG(a.st_dev == b.st_dev && a.st_ino == b.st_ino, "\"%s\", resolve 0x%llx: inode",
		  path, (unsigned long long)resolve);
	CHECK_INT(fcntl(got, F_GETFL) & ~O_NOFOLLOW, fcntl(want, F_GETFL) & ~O_NOFOLLOW);
	CHECK_INT(fcntl(got, F_GETFD), FD_CLOEXEC);
	return true;
}

/* Few names, so that paths meet what is there. */
static void random_path(char *ret, size_t size, unsigned most)
{
	static const char *const parts[] = {"a", "b", "c", "d", "..", "..", ".", "f", "none"};
	unsigned n = 1 + pick(most);
	size_t at = 0;

	ret[0] = '\0';
	if (pick(4) == 0)
		at += (size_t)snprintf(ret, size, "%s", pick(3) ? "/" : "//");
	for (unsigned i = 0; i < n; i++)
		at += (size_t)snprintf(ret + at, size - at, "%s%s", i ? "/" : "",
				       parts[pick(sizeof(parts) / sizeof(parts[0]))]);
	if (pick(6) == 0)
		snprintf(ret + at, size - at, "/");
}

static void fill(int dir, unsigned depth)
{
	static const char *const names[] = {"a", "b", "c", "d", "f"};
	char target[128];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		unsigned kind = pick(depth ? 6 : 4);
		if (kind == 0) {
			CHECK(mknodat(dir, names[i], S_IFREG | 0644, 0) == 0);
		} else if (kind == 1 || kind == 2) {
			random_path(target, sizeof(target), 5);
			CHECK(symlinkat(target, dir, names[i]) == 0);
		} else if (kind == 3) {
			CHECK(mkfifoat(dir, names[i], 0644) == 0);
		} else {
			CHECK(mkdirat(dir, names[i], 0755) == 0);
			AUTO_FD sub = openat(dir, names[i], O_RDONLY | O_DIRECTORY);
			CHECK(sub >= 0);
			fill(sub, depth - 1);
		}
	}
}

static const uint64_t open_flags[] = {
	O_PATH,
	O_PATH | O_NOFOLLOW,
	O_PATH | O_DIRECTORY,
	O_RDONLY | O_NONBLOCK,
	O_RDONLY | O_NONBLOCK | O_NOFOLLOW,
	O_RDONLY | O_DIRECTORY,
	O_RDONLY | O_DIRECTORY | O_NOFOLLOW,
	O_RDWR | O_NONBLOCK,
};
static const uint64_t resolves[] = {
	RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS,
	RESOLVE_BENEATH | RESOLVE_NO_XDEV,
	RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS,
	RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS,
	RESOLVE_NO_SYMLINKS,
	RESOLVE_NO_MAGICLINKS,
};
#define N(a) (sizeof(a) / sizeof((a)[0]))

TEST(random_trees)
{
	char path[256];
	unsigned opened = 0;

	for (int tree = 0; have_openat2 && tree < 40; tree++) {
		snprintf(path, sizeof(path), "%s/t%d", top, tree);
		CHECK(mkdir(path, 0755) == 0);
		AUTO_FD dir = open(path, O_RDONLY | O_DIRECTORY);
		CHECK(dir >= 0);
		fill(dir, 3);
		for (int i = 0; i < 500; i++) {
			random_path(path, sizeof(path), 7);
			opened += compare(dir, path, open_flags[pick(N(open_flags))],
					  resolves[pick(N(resolves))]);
		}
	}
	CHECK_MSG(!have_openat2 || opened > 2000, "only %u opened", opened);
}

TEST(procfs_and_mounts)
{
	static const char *const paths[] = {
		"proc",
		"proc/self",
		"proc/self/stat",
		"proc/self/fd",
		"proc/self/fd/0",
		"proc/self/exe",
		"proc/self/cwd/..",
		"proc/self/root/etc",
		"proc/self/ns/pid",
		"proc/mounts",
		"proc/net",
		"proc/thread-self/attr",
		"proc/self/task",
		"proc/../etc/passwd",
		"dev/null",
		"dev/fd",
		"sys/kernel",
		"/proc/self/status",
		"/proc/self/exe",
		"../proc/self/stat",
		"etc/mtab",
	};
	static const char *const below_proc[] = {"self",
						 "self/stat",
						 "self/exe",
						 "mounts",
						 "net/dev",
						 "../etc",
						 "self/../1",
						 "self/fd/../stat",
						 "self/ns/mnt",
						 "thread-self/comm",
						 "sys/kernel/osrelease",
						 ".",
						 "self/."};
	AUTO_FD root = open("/", O_PATH | O_DIRECTORY);
	AUTO_FD proc = open("/proc", O_PATH | O_DIRECTORY);

	CHECK(root >= 0 && proc >= 0);
	for (size_t r = 0; have_openat2 && r < N(resolves); r++)
		for (size_t f = 0; f < 3; f++) {
			for (size_t i = 0; i < N(paths); i++)
				compare(root, paths[i], open_flags[f], resolves[r]);
			for (size_t i = 0; i < N(below_proc); i++)
				compare(proc, below_proc[i], open_flags[f], resolves[r]);
		}
}

TEST(limits)
{
	char path[300], deep[5000], name[300];

	for (int i = 0; i < 45; i++) {
		snprintf(path, sizeof(path), i ? "l%d" : "top", i - 1);
		snprintf(name, sizeof(name), "l%d", i);
		CHECK(symlink(path, name) == 0);
	}
	CHECK(mkdir("top", 0755) == 0 && symlink("loop", "loop") == 0);
	memset(name, 'n', sizeof(name));
	name[256] = '\0';
	memset(deep, '/', sizeof(deep));
	deep[sizeof(deep) - 1] = '\0';
	AUTO_FD dir = open(top, O_PATH | O_DIRECTORY);
	const char *const paths[] = {"l38", "l39", "l40", "l41", "loop", "loop/x",
				     name,  deep,  "",	  "/",	 "."};
	for (size_t i = 0; have_openat2 && i < N(paths); i++)
		for (size_t r = 0; r < N(resolves); r++)
			compare(dir, paths[i], O_PATH, resolves[r]);
	CHECK_INT(resolve_open(dir, "new", O_RDWR | O_CREAT, RESOLVE_IN_ROOT), -EINVAL);
	CHECK_INT(resolve_open(dir, "loop", O_PATH, RESOLVE_IN_ROOT), -ELOOP);
	CHECK_INT(access("new", F_OK), -1);
}

TEST(rights_of_an_ordinary_user)
{
	CHECK(mkdir("closed", 0700) == 0 && mkdir("closed/in", 0755) == 0);
	AUTO_FD dir = open(top, O_PATH | O_DIRECTORY);
	bool other = geteuid() == 0 && chmod(top, 0755) == 0 && seteuid(65534) == 0;
	for (size_t r = 0; have_openat2 && other && r < N(resolves); r++) {
		compare(dir, "closed/in", O_PATH, resolves[r]);
		compare(dir, "closed", O_RDONLY, resolves[r]);
		compare(dir, "closed/..", O_PATH, resolves[r]);
	}
	CHECK(!other || seteuid(0) == 0);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Hostile root file systems and volumes. In every test a canary directory lies beside the root file
 * system; whether the container starts or is refused, the canary must not change.
 */
#include "tests/integration/mounts_box.h"

#define PROC "{\"destination\":\"/proc\",\"type\":\"proc\",\"source\":\"proc\"}"
#define SYS  "{\"destination\":\"/sys\",\"type\":\"sysfs\",\"source\":\"sysfs\"}"
#define DEV  "{\"destination\":\"/dev\",\"type\":\"tmpfs\",\"options\":[\"mode=755\"]}"

/* A canary with the names that a runtime might make, replace or remove. */
static void make_canary(void)
{
	make_dirs(at("canary"));
	make_file(at("canary/ptmx"), "canary");
	make_file(at("canary/null"), "canary");
	make_file(at("canary/console"), "canary");
}

static void check_canary(void)
{
	static char names[4096];
	static const char *const files[] = {"ptmx", "null", "console"};

	list_dir(at("canary"), names, sizeof(names));
	CHECK_STR(names, "console,null,ptmx");
	for (size_t i = 0; i < 3; i++) {
		CHECK_STR(file_text(at("canary/%s", files[i])), "canary");
		CHECK_STR(on_disk(at("canary/%s", files[i])), "0:0 644 file");
	}
}

static struct box hostile(const char *name)
{
	make_canary();
	return (struct box){.rootfs = box_image(name), .mounts = "[" PROC "," DEV "]"};
}

static void replace(const char *name, const char *path, const char *target)
{
	CHECK(rmdir(at("%s/%s", name, path)) == 0 || errno == ENOENT);
	CHECK(symlink(target, at("%s/%s", name, path)) == 0);
}

/* CVE-2019-19921, CVE-2023-27561, CVE-2023-28642 */
TEST(proc_is_a_symlink)
{
	struct box b = hostile("p1");

	make_dirs(at("p1/bad-proc"));
	replace("p1", "proc", "/bad-proc");
	BOX_REFUSED(&b, "/mounts/0/destination: filesystem \"proc\" must be mounted on ordinary "
			"directory");
	CHECK(unlink(at("p1/proc")) == 0);
	replace("p1", "proc", "../../canary");
	BOX_REFUSED(&b, "must be mounted on ordinary directory");
	CHECK(unlink(at("p1/proc")) == 0);
	make_file(at("p1/proc"), "");
	BOX_REFUSED(&b, "must be mounted on ordinary directory");
	CHECK(unlink(at("p1/proc")) == 0);
	replace("p1", "proc", "gone");
	BOX_REFUSED(&b, "must be mounted on ordinary directory");
	check_canary();
}

TEST(sys_is_a_symlink)
{
	struct box b = hostile("p2");

	b.mounts = "[" PROC "," SYS "]";
	make_dirs(at("p2/bad-sys"));
	replace("p2", "sys", "bad-sys");
	BOX_REFUSED(&b, "/mounts/1/destination: filesystem \"sysfs\" must be mounted on ordinary "
			"directory");
	check_canary();
}

/* CVE-2019-16884: nothing else at /proc, not even by way of a symlink. */
TEST(something_else_at_proc)
{
	struct box b = hostile("p3");

	b.mounts = "[{\"destination\":\"/proc\",\"type\":\"tmpfs\"}," PROC "]";
	BOX_REFUSED(&b, "/mounts/0/destination: \"/proc\" cannot be mounted because it is not of "
			"type proc");
	CHECK(symlink("/proc/self", at("p3/alias")) == 0);
	b.mounts = "[" PROC ",{\"destination\":\"/alias/attr\",\"type\":\"tmpfs\"}]";
	BOX_REFUSED(&b, "error mounting \"tmpfs\" to rootfs at \"/alias/attr\"");
	CHECK(symlink("/proc", at("p3/proc2")) == 0);
	b.mounts = "[" PROC ",{\"destination\":\"/proc2\",\"type\":\"tmpfs\"}]";
	BOX_REFUSED(&b, "because it is inside /proc");
	b.mounts = "[" PROC ",{\"destination\":\"/proc2/sys\",\"type\":\"tmpfs\"}]";
	BOX_REFUSED(&b, "because it is inside /proc");
	CHECK(symlink("/proc/cpuinfo", at("p3/info")) == 0);
	b.mounts = "[" PROC ",{\"destination\":\"/info\",\"type\":\"bind\",\"source\":\"/etc/"
		   "hostname\"}]";
	BOX_REFUSED(&b, "because it is inside /proc");
	check_canary();
}

/* CVE-2026-41579, CVE-2026-47766: with and without a mount at /dev. */
TEST(dev_is_a_symlink)
{
	struct box b = hostile("d1");
	char absolute[4096];
	const char *targets[] = {"../../canary", NULL, "../canary", "/proc/self/fd", "gone"};

	snprintf(absolute, sizeof(absolute), "%s", at("canary"));
	targets[1] = absolute;
	for (size_t i = 0; i < 5; i++) {
		unlink(at("d1/dev"));
		replace("d1", "dev", targets[i]);
		b.mounts = "[" PROC "]";
		BOX_REFUSED(&b, "/dev of the root filesystem must be an ordinary directory");
		check_canary();
	}
	/* A mount goes where the link leads inside the root, and the nodes into the mount. */
	unlink(at("d1/dev"));
	replace("d1", "dev", "../../canary");
	b.mounts = "[" PROC "," DEV "]";
	BOX_START(&b);
	IN(&b, "stat", "/dev/null", NULL, "0:0 666 c1:3");
	CHECK_HAS(box_do(&b, "mount", "/canary", NULL), "tmpfs");
	box_stop(&b);
	check_canary();
	CHECK_STR(on_disk(at("d1/canary/null")), "ENOENT");
}

/* CVE-2025-31133: the container's null device is not what masks are made of. */
TEST(a_null_device_of_the_image)
{
	static const char *const masks =
		"\"maskedPaths\":[\"/proc/keys\",\"/proc/timer_list\",\"/none\"]";
	struct box b = hostile("n1");
	static char json[4096];

	make_dirs(at("n1-dev"));
	snprintf(json, sizeof(json),
		 "[" PROC
		 ",{\"destination\":\"/dev\",\"type\":\"bind\",\"source\":\"%s\",\"options\":["
		 "\"bind\",\"idmap\"]}]",
		 at("n1-dev"));
	b.linux_ = masks;
	for (int i = 0; i < 4; i++) {
		unlink(at("n1-dev/null"));
		if (i == 0)
			CHECK(symlink("/proc/sys/kernel/core_pattern", at("n1-dev/null")) == 0);
		else if (i == 1)
			make_file(at("n1-dev/null"), "mine");
		else if (i == 2)
			CHECK(mknod(at("n1-dev/null"), S_IFCHR | 0666, makedev(1, 5)) == 0);
		b.mounts = json;
		BOX_START(&b);
		IN(&b, "stat", "/proc/keys", NULL, "0:0 666 c1:3");
		IN(&b, "stat", "/proc/timer_list", NULL, "0:0 666 c1:3");
		IN(&b, "write", "/proc/sys/kernel/core_pattern", "x", "EACCES");
		box_stop(&b);
		/* The same in the image's own /dev. */
		unlink(at("n1/dev/null"));
		if (i == 0)
			CHECK(symlink("/proc/sys/kernel/core_pattern", at("n1/dev/null")) == 0);
		else if (i == 1)
			make_file(at("n1/dev/null"), "mine");
		else if (i == 2)
			CHECK(mknod(at("n1/dev/null"), S_IFCHR | 0666, makedev(1, 5)) == 0);
		b.mounts = "[" PROC "]";
		if (i == 0) {
			BOX_REFUSED(&b, "/dev/null exists and is not the requested device");
			continue;
		}
		BOX_START(&b);
		IN(&b, "stat", "/proc/keys", NULL, "0:0 666 c1:3");
		IN(&b, "stat", "/dev/null", NULL, "0:0 666 c1:3");
		IN(&b, "write", "/proc/sys/kernel/core_pattern", "x", "EACCES");
		box_stop(&b);
	}
	check_canary();
}

/* CVE-2025-52565 */
TEST(console_is_a_symlink)
{
	struct box b = hostile("c1");
	static char json[4096];
	static char before[4096], after[4096];

	read_text("/proc/sys/kernel/core_pattern", before, sizeof(before));
	make_dirs(at("c1-dev/pts"));
	CHECK(symlink("/proc/sys/kernel/core_pattern", at("c1-dev/console")) == 0);
	for (int i = 0; i < 20; i++)
		CHECK(symlink("/proc/sys/kernel/core_pattern", at("c1-dev/pts/%d", i)) == 0);
	snprintf(json, sizeof(json),
		 "[" PROC ",{\"destination\":\"/dev\",\"type\":\"bind\",\"source\":\"%s\"}]",
		 at("c1-dev"));
	b.mounts = json;
	b.terminal = true;
	/* No devpts of the container: no terminal. */
	BOX_REFUSED(&b, "");
	snprintf(json, sizeof(json),
		 "[" PROC ",{\"destination\":\"/dev\",\"type\":\"bind\",\"source\":\"%s\"},"
		 "{\"destination\":\"/dev/pts\",\"type\":\"devpts\",\"options\":[\"newinstance\","
		 "\"ptmxmode=0666\"]}]",
		 at("c1-dev"));
	BOX_REFUSED(&b, "/dev/console of the root filesystem is a symlink");
	b.mounts = "[" PROC ",{\"destination\":\"/dev/pts\",\"type\":\"devpts\",\"options\":["
		   "\"newinstance\",\"ptmxmode=0666\"]}]";
	CHECK(symlink("../../canary/console", at("c1/dev/console")) == 0);
	BOX_REFUSED(&b, "/dev/console of the root filesystem is a symlink");
	CHECK(unlink(at("c1/dev/console")) == 0);
	make_file(at("c1/dev/console"), "image");
	BOX_START(&b);
	CHECK_HAS(box_do(&b, "stat", "/dev/console", NULL), " c136:0");
	IN(&b, "umount", "/dev/console", NULL, "EINVAL");
	box_stop(&b);
	CHECK_STR(file_text(at("c1/dev/console")), "image");
	read_text("/proc/sys/kernel/core_pattern", after, sizeof(after));
	CHECK_STR(before, after);
	check_canary();
}

/* CVE-2019-18837, CVE-2024-45310: targets behind symlinks that point out of the root. */
TEST(targets_behind_symlinks)
{
	struct box b = hostile("s1");
	static const char *const links[] = {"a", "b", "c", "d"};

	CHECK(symlink("../../canary", at("s1/a")) == 0);
	CHECK(symlink(at("canary"), at("s1/b")) == 0);
	CHECK(symlink("../../../../../../../..", at("s1/c")) == 0);
	CHECK(symlink("a/x/y", at("s1/d")) == 0);
	for (size_t i = 0; i < 4; i++) {
		static char json[2048];
		snprintf(json, sizeof(json),
			 "[" PROC ",{\"destination\":\"/%s/new/deep\",\"type\":\"tmpfs\"},"
			 "{\"destination\":\"/%s/file\",\"type\":\"bind\",\"source\":\"/etc/"
			 "hostname\"},"
			 "{\"destination\":\"/%s/ptmx\",\"type\":\"bind\",\"source\":\"/etc/"
			 "hostname\"}]",
			 links[i], links[i], links[i]);
		b.mounts = json;
		b.linux_ = "\"maskedPaths\":[\"/a/null\"],\"readonlyPaths\":[\"/a\",\"/b\"]";
		BOX_START(&b);
		IN(&b, "stat", "/", NULL, "0:0 755 dir");
		box_stop(&b);
		check_canary();
	}
	CHECK(access("/new", F_OK) != 0);
	CHECK(access("/file", F_OK) != 0);
}

/* Trap: real images have dangling symlinks as mount points. */
TEST(dangling_symlinks_as_targets)
{
	struct box b = hostile("l1");

	CHECK(symlink("/run/resolv.conf", at("l1/etc/resolv.conf")) == 0);
	CHECK(symlink("../data/volume", at("l1/tmp/v")) == 0);
	b.mounts = "[" PROC ",{\"destination\":\"/etc/resolv.conf\",\"type\":\"bind\",\"source\":"
		   "\"/etc/hostname\"},{\"destination\":\"/tmp/v\",\"type\":\"tmpfs\"}]";
	BOX_START(&b);
	CHECK_HAS(box_do(&b, "mount", "/run/resolv.conf", NULL), "/etc/hostname ");
	CHECK_HAS(box_do(&b, "mount", "/data/volume", NULL), "tmpfs");
	box_stop(&b);
	check_canary();
}

/*
 * CVE-2021-30465: a process that shares a volume swaps a directory and a symlink to the host's root
 * while containers start. Whatever comes of each start, nothing of the host is seen or made.
 */
static pid_t start_swapper(void)
{
	char a[4096], s[4096];

	snprintf(a, sizeof(a), "%s", at("volume/a"));
	snprintf(s, sizeof(s), "%s", at("volume/s"));
	pid_t pid = fork();
	CHECK(pid >= 0);
	if (pid > 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		syscall(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, s, 2 /* RENAME_EXCHANGE */);
}

TEST(a_volume_that_changes_meanwhile)
{
	struct box b = hostile("race");
	static char json[4096], before[65536], after[65536];
	unsigned started = 0, refused = 0;

	make_dirs(at("volume/a/x"));
	make_dirs(at("outside"));
	CHECK(symlink(at("canary"), at("volume/s")) == 0);
	snprintf(json, sizeof(json),
		 "[" PROC ",{\"destination\":\"/v\",\"type\":\"bind\",\"source\":\"%s\"},"
		 "{\"destination\":\"/v/a\",\"type\":\"tmpfs\",\"options\":[\"mode=755\"]},"
		 "{\"destination\":\"/v/a/new/deep\",\"type\":\"bind\",\"source\":\"%s\"},"
		 "{\"destination\":\"/v/s/file\",\"type\":\"bind\",\"source\":\"/etc/hostname\"}]",
		 at("volume"), at("outside"));
	b.mounts = json;
	b.linux_ = "\"maskedPaths\":[\"/v/a/x\"],\"readonlyPaths\":[\"/v/s\"]";
	read_text("/proc/self/mountinfo", before, sizeof(before));
	pid_t swapper = start_swapper();
	for (int i = 0; i < 60; i++) {
		if (box_start(&b) >= 0) {
			started++;
			/* "/" of the host has no such thing as a bin below the volume. */
			IN(&b, "stat", "/v/a/bin", NULL, "ENOENT");
			IN(&b, "stat", "/v/s/bin", NULL, "ENOENT");
			IN(&b, "stat", "/v/a/ptmx", NULL, "ENOENT");
		} else {
			refused++;
		}
		box_stop(&b);
		check_canary();
	}
	kill(swapper, SIGKILL);
	waitpid(swapper, NULL, 0);
	read_text("/proc/self/mountinfo", after, sizeof(after));
	CHECK_STR(before, after);
	printf("# %u started, %u refused\n", started, refused);
	CHECK_INT(started + refused, 60);
}

/* Container root changes what it owns: nothing of it reaches the host or another container. */
TEST(what_the_container_may_do_to_its_nodes)
{
	struct box a = hostile("k1"),
		   b = {.rootfs = box_image("k2"), .mounts = "[" PROC "," DEV "]"};

	const char *host_null = on_disk("/dev/null");

	a.linux_ = b.linux_ = "\"maskedPaths\":[\"/proc/keys\"]";
	BOX_START(&a);
	BOX_START(&b);
	IN(&a, "chmod", "/dev/null", "0", "ok");
	IN(&a, "chmod", "/proc/keys", "777", "EROFS");
	IN(&b, "stat", "/dev/null", NULL, "0:0 666 c1:3");
	IN(&b, "stat", "/proc/keys", NULL, "0:0 666 c1:3");
	box_stop(&a);
	box_stop(&b);
	CHECK_STR(on_disk("/dev/null"), host_null);
	check_canary();
}

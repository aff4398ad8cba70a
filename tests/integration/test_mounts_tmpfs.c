/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tmpfs: modes, owners, sizes, read-only ones, and tmpcopyup. */
#include "tests/integration/mounts_box.h"

#include <sys/xattr.h>

#define PROC "{\"destination\":\"/proc\",\"type\":\"proc\"}"
#define TMPFS(dst, options)                                                                        \
	"[" PROC ",{\"destination\":\"" dst "\",\"type\":\"tmpfs\",\"options\":[" options "]}]"

/* runc#4971: the mode of the directory that is covered, unless the config gives one. */
TEST(mode)
{
	struct box b = {.rootfs = box_image("mode")};

	make_dirs(at("mode/dir"));
	CHECK(chmod(at("mode/dir"), 03751) == 0);
	b.mounts = TMPFS("/dir", "");
	BOX_START(&b);
	IN(&b, "stat", "/dir", NULL, "0:0 3751 dir");
	box_stop(&b);
	b.mounts = TMPFS("/tmp", "\"size=1m\"");
	BOX_START(&b);
	IN(&b, "stat", "/tmp", NULL, "0:0 1777 dir");
	box_stop(&b);
	b.mounts = TMPFS("/dir", "\"mode=0700\"");
	BOX_START(&b);
	IN(&b, "stat", "/dir", NULL, "0:0 700 dir");
	box_stop(&b);
	/* A new directory has no mode to inherit: the kernel's default. */
	b.mounts = TMPFS("/new/deep", "");
	BOX_START(&b);
	IN(&b, "stat", "/new/deep", NULL, "0:0 1777 dir");
	IN(&b, "stat", "/new", NULL, "0:0 755 dir");
	box_stop(&b);
	CHECK_STR(on_disk(at("mode/new/deep")), "0:0 755 dir");
}

/* runc#4401: directories made below one with the set-group-ID bit have it too. */
TEST(set_group_id)
{
	struct box b = {.rootfs = box_image("sgid")};

	make_dirs(at("sgid/g"));
	CHECK(chown(at("sgid/g"), 0, 42) == 0 && chmod(at("sgid/g"), 02755) == 0);
	b.mounts = TMPFS("/g/a/b", "");
	BOX_START(&b);
	IN(&b, "stat", "/g/a", NULL, "0:42 2755 dir");
	box_stop(&b);
	CHECK_STR(on_disk(at("sgid/g/a/b")), "0:42 2755 dir");
}

TEST(owner_and_size)
{
	struct box b = {.rootfs = box_image("owner")};

	b.mounts = TMPFS("/run", "\"uid=1000\",\"gid=1001\",\"size=64k\",\"nosuid\",\"nodev\","
				 "\"noexec\",\"nr_inodes=10\"");
	BOX_START(&b);
	IN(&b, "stat", "/run", NULL, "1000:1001 1777 dir");
	CHECK_HAS(box_do(&b, "mount", "/run", NULL),
		  "rw,nosuid,nodev,noexec,relatime - tmpfs tmpfs "
		  "rw,size=64k,nr_inodes=10,uid=1912603624");
	box_stop(&b);
	b.mounts = TMPFS("/run", "\"exec\",\"suid\",\"dev\",\"rw\"");
	BOX_START(&b);
	CHECK_HAS(box_do(&b, "mount", "/run", NULL), "/ rw,relatime - tmpfs tmpfs");
	/* Even so: no device can be made there. */
	IN(&b, "mknod", "/run/null", NULL, "EPERM");
	box_stop(&b);
}

TEST(bad_options)
{
	struct box b = {.rootfs = box_image("bad")};

	b.mounts = TMPFS("/run", "\"size=banana\"");
	BOX_REFUSED(&b,
		    "/mounts/1/options: \"size\": error mounting \"tmpfs\" to rootfs at \"/run\"");
	BOX_REFUSED(&b, "tmpfs: Bad value for 'size'");
	b.mounts = TMPFS("/run", "\"mode=999\"");
	BOX_REFUSED(&b, "Bad value for 'mode'");
	b.mounts = TMPFS("/run", "\"uid=70000\"");
	BOX_REFUSED(&b, "/mounts/1/options/0: \"uid=70000\" is not mapped");
	/* Found before anything was made in the image. */
	CHECK_STR(on_disk(at("bad/run2")), "ENOENT");
}

/* Mount points inside a read-only tmpfs can still be made. */
TEST(readonly)
{
	struct box b = {.rootfs = box_image("ro"), .mounts = TMPFS("/x", "\"ro\",\"mode=755\"")};

	BOX_START(&b);
	CHECK_HAS(box_do(&b, "mount", "/x", NULL), "/ ro,");
	IN(&b, "create", "/x/y", "z", "EROFS");
	IN(&b, "remount", "/x", NULL, "EPERM");
	box_stop(&b);
	b.mounts =
		"[" PROC
		",{\"destination\":\"/dev\",\"type\":\"tmpfs\",\"options\":[\"ro\",\"mode=755\"]},"
		"{\"destination\":\"/dev/sub/deep\",\"type\":\"tmpfs\"}]";
	BOX_START(&b);
	IN(&b, "stat", "/dev/null", NULL, "0:0 666 c1:3");
	IN(&b, "write", "/dev/null", "x", "ok");
	IN(&b, "create", "/dev/x", "y", "EROFS");
	IN(&b, "create", "/dev/sub/deep/x", "y", "ok");
	box_stop(&b);
}

static void make_tree(void)
{
	make_dirs(at("copy/var/d/e"));
	make_file(at("copy/var/file"), "content");
	make_file(at("copy/var/suid"), "s");
	make_file(at("copy/var/d/e/deep"), "deep");
	CHECK(chown(at("copy/var/file"), 33, 34) == 0 && chmod(at("copy/var/file"), 0640) == 0);
	CHECK(chown(at("copy/var/suid"), 5, 6) == 0 && chmod(at("copy/var/suid"), 04755) == 0);
	CHECK(chown(at("copy/var/d"), 7, 8) == 0 && chmod(at("copy/var/d"), 02770) == 0);
	CHECK(symlink("/etc/shadow", at("copy/var/link")) == 0);
	CHECK(symlink("gone", at("copy/var/dangling")) == 0);
	CHECK(mkfifo(at("copy/var/fifo"), 0622) == 0 && chmod(at("copy/var/fifo"), 0622) == 0);
	CHECK(mknod(at("copy/var/null"), S_IFCHR | 0666, makedev(1, 3)) == 0);
}

/* podman run --tmpfs /var */
TEST(copy_up)
{
	struct box b = {.rootfs = box_image("copy"),
			.mounts = TMPFS("/var", "\"tmpcopyup\",\"size=1m\"")};

	make_tree();
	BOX_START(&b);
	IN(&b, "list", "/var", NULL, "d,dangling,fifo,file,link,suid");
	IN(&b, "stat", "/var/file", NULL, "33:34 640 file");
	IN(&b, "read", "/var/file", NULL, "content");
	IN(&b, "stat", "/var/suid", NULL, "5:6 4755 file");
	IN(&b, "stat", "/var/d", NULL, "7:8 2770 dir");
	IN(&b, "read", "/var/d/e/deep", NULL, "deep");
	IN(&b, "stat", "/var/link", NULL, "0:0 777 link /etc/shadow");
	IN(&b, "stat", "/var/dangling", NULL, "0:0 777 link gone");
	IN(&b, "stat", "/var/fifo", NULL, "0:0 622 fifo");
	IN(&b, "create", "/var/new", "x", "ok");
	box_stop(&b);
	CHECK_STR(on_disk(at("copy/var/new")), "ENOENT");
	CHECK_STR(file_text(at("copy/var/file")), "content");
}

TEST(copy_up_is_bounded)
{
	struct box b = {.rootfs = box_image("big"),
			.mounts = TMPFS("/var", "\"tmpcopyup\",\"size=64k\"")};
	char path[4096];

	make_dirs(at("big/var"));
	int fd = open(at("big/var/f"), O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
	CHECK(fd >= 0 && ftruncate(fd, 1 << 20) == 0 && close(fd) == 0);
	BOX_REFUSED(&b, "tmpcopyup: write f: no space left on device");
	/* A sparse file of a terabyte costs its limit, not a terabyte. */
	CHECK(truncate(at("big/var/f"), 1ll << 40) == 0);
	b.mounts = TMPFS("/var", "\"tmpcopyup\",\"size=300m\"");
	BOX_REFUSED(&b, "tmpcopyup: /var has too many bytes (limit 256 MiB)");
	CHECK(unlink(at("big/var/f")) == 0);
	strcpy(path, at("big/var"));
	for (int i = 0; i < 70; i++) {
		strcat(path, "/d");
		CHECK(mkdir(path, 0755) == 0);
	}
	BOX_REFUSED(&b, "tmpcopyup: /var has too deep directories");
}

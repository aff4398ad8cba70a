/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Device nodes: on a tmpfs, on the image's own /dev, elsewhere, and what is in the way. */
#include "tests/integration/mounts_box.h"

#define DEV_TMPFS "{\"destination\":\"/dev\",\"type\":\"tmpfs\",\"options\":[\"mode=755\"]}"
#define PROC	  "{\"destination\":\"/proc\",\"type\":\"proc\"}"

#define EXTRA                                                                                      \
	"\"devices\":["                                                                            \
	"{\"type\":\"c\",\"path\":\"/dev/net/tun\",\"major\":10,\"minor\":200,"                    \
	"\"fileMode\":384,\"uid\":7,\"gid\":8},"                                                   \
	"{\"type\":\"c\",\"path\":\"/dev/mem0\",\"major\":1,\"minor\":5},"                         \
	"{\"type\":\"c\",\"path\":\"/opt/dev/zero\",\"major\":1,\"minor\":5,\"gid\":9},"           \
	"{\"type\":\"p\",\"path\":\"/dev/pipe\",\"fileMode\":416}]"

TEST(on_a_tmpfs)
{
	struct box b = {
		.rootfs = box_image("t"), .mounts = "[" PROC "," DEV_TMPFS "]", .linux_ = EXTRA};

	BOX_START(&b);
	IN(&b, "stat", "/dev/net/tun", NULL, "7:8 600 c10:200");
	IN(&b, "stat", "/dev/mem0", NULL, "0:0 666 c1:5");
	IN(&b, "stat", "/dev/pipe", NULL, "0:0 640 fifo");
	IN(&b, "stat", "/opt/dev/zero", NULL, "0:9 666 c1:5");
	IN(&b, "stat", "/dev/net", NULL, "0:0 755 dir");
	IN(&b, "mount", "/dev/net/tun", NULL, "none");
	CHECK_HAS(box_do(&b, "mount", "/opt/dev/zero", NULL), "nosuid,noexec");
	IN(&b, "write", "/opt/dev/zero", "x", "ok");
	IN(&b, "umount", "/opt/dev/zero", NULL, "EINVAL");
	/* The tmpfs that the node comes from is not to be seen. */
	IN(&b, "stat", "/2", NULL, "ENOENT");
	IN(&b, "list", "/", NULL, "dev,etc,opt,proc,sys,tmp,usr");
	box_stop(&b);
	CHECK_STR(on_disk(at("t/opt/dev/zero")), "0:0 644 file");
	CHECK_STR(on_disk(at("t/dev/null")), "ENOENT");
}

TEST(on_the_images_own_dev)
{
	struct box b = {.rootfs = box_image("i"), .mounts = "[" PROC "]", .linux_ = EXTRA};

	/* What an image may bring: nodes (of another number), a link, a ptmx node. */
	CHECK(mknod(at("i/dev/null"), S_IFCHR | 0666, makedev(1, 5)) == 0);
	CHECK(mknod(at("i/dev/ptmx"), S_IFCHR | 0666, makedev(5, 2)) == 0);
	CHECK(symlink("/proc/self/fd", at("i/dev/fd")) == 0);
	make_file(at("i/dev/zero"), "image");
	BOX_START(&b);
	IN(&b, "stat", "/dev/null", NULL, "0:0 666 c1:3");
	IN(&b, "write", "/dev/null", "x", "ok");
	IN(&b, "stat", "/dev/zero", NULL, "0:0 666 c1:5");
	IN(&b, "stat", "/dev/net/tun", NULL, "7:8 600 c10:200");
	IN(&b, "stat", "/dev/ptmx", NULL, "0:0 777 link pts/ptmx");
	IN(&b, "stat", "/dev/fd", NULL, "0:0 777 link /proc/self/fd");
	IN(&b, "umount", "/dev/null", NULL, "EINVAL");
	/* Nodes of the image itself are dead: its mount is nodev. */
	IN(&b, "mknod", "/dev/other", NULL, "EPERM");
	box_stop(&b);
	/* Covered, not changed. */
	CHECK_STR(on_disk(at("i/dev/null")), "0:0 644 c1:5");
	CHECK_STR(file_text(at("i/dev/zero")), "image");
}

TEST(masks_without_a_dev_of_ours)
{
	struct box b = {
		.rootfs = box_image("m"),
		.mounts = "[" PROC "]",
		.linux_ = "\"maskedPaths\":[\"/proc/keys\",\"/etc/hosts\",\"/usr\",\"/none\"]"};

	BOX_START(&b);
	IN(&b, "stat", "/proc/keys", NULL, "0:0 666 c1:3");
	IN(&b, "stat", "/etc/hosts", NULL, "0:0 666 c1:3");
	IN(&b, "list", "/usr", NULL, "");
	IN(&b, "umount", "/etc/hosts", NULL, "EINVAL");
	box_stop(&b);
	CHECK_STR(file_text(at("m/etc/hosts")), "image");
}

TEST(what_is_in_the_way)
{
	struct box b = {.rootfs = box_image("w")};
	static char json[2048];

	make_file(at("w-file"), "x");
	/* A bind at the place of a device, which is no such device. */
	snprintf(json, sizeof(json),
		 "[" DEV_TMPFS
		 ",{\"destination\":\"/dev/null\",\"type\":\"bind\",\"source\":\"%s\"}]",
		 at("w-file"));
	b.mounts = json;
	BOX_REFUSED(&b, "/dev/null exists and is not the requested device");
	/* docker run -v /dev/null:/dev/null */
	b.mounts = "[" DEV_TMPFS ",{\"destination\":\"/dev/null\",\"type\":\"bind\",\"source\":"
		   "\"/dev/null\"}]";
	b.linux_ = "\"maskedPaths\":[\"/etc/hosts\"]";
	BOX_START(&b);
	CHECK_HAS(box_do(&b, "stat", "/etc/hosts", NULL), "c1:3");
	box_stop(&b);
	b.mounts = "[" DEV_TMPFS "]";
	b.linux_ = "\"devices\":[{\"type\":\"c\",\"path\":\"/etc\",\"major\":1,\"minor\":3}]";
	BOX_REFUSED(&b, "/linux/devices/0: /etc exists and is not the requested device");
	b.linux_ =
		"\"devices\":[{\"type\":\"c\",\"path\":\"/etc/hosts/x\",\"major\":1,\"minor\":3}]";
	BOX_REFUSED(&b, "the device /etc/hosts/x");
}

/* A runtime that may make no nodes binds the host's, if they are the right ones. */
TEST(where_mknod_is_refused)
{
	struct box b = {.rootfs = box_image("r"),
			.mounts = "[" PROC "," DEV_TMPFS "]",
			.linux_ = "\"maskedPaths\":[\"/proc/keys\"]",
			.no_mknod = true};

	BOX_START(&b);
	CHECK_HAS(box_do(&b, "stat", "/dev/null", NULL), " c1:3");
	CHECK_HAS(box_do(&b, "stat", "/dev/zero", NULL), " c1:5");
	CHECK_HAS(box_do(&b, "stat", "/proc/keys", NULL), " c1:3");
	CHECK_HAS(box_do(&b, "mount", "/dev/null", NULL), "/null ");
	IN(&b, "write", "/dev/null", "x", "ok");
	IN(&b, "read", "/proc/keys", NULL, "");
	IN(&b, "umount", "/dev/null", NULL, "EINVAL");
	IN(&b, "chmod", "/dev/null", "0", "EPERM");
	box_stop(&b);
	b.linux_ = "\"devices\":[{\"type\":\"c\",\"path\":\"/dev/zero\",\"major\":1,\"minor\":3}]";
	BOX_REFUSED(&b, "/linux/devices/0: making device nodes is refused here, and /dev/zero of "
			"the host is another one");
	b.linux_ = "\"devices\":[{\"type\":\"c\",\"path\":\"/dev/none\",\"major\":1,\"minor\":3}]";
	BOX_REFUSED(&b, "open the host's device /dev/none");
}

/* A bind at /dev brings its own nodes: nothing is made in it. */
TEST(a_bind_at_dev)
{
	struct box b = {.rootfs = box_image("b"), .linux_ = "\"maskedPaths\":[\"/etc/hosts\"]"};
	static char json[2048];

	make_dirs(at("b-dev"));
	CHECK(mknod(at("b-dev/null"), S_IFCHR | 0666, makedev(1, 3)) == 0);
	snprintf(json, sizeof(json),
		 "[{\"destination\":\"/"
		 "dev\",\"type\":\"bind\",\"source\":\"%s\",\"options\":[\"bind\"]}]",
		 at("b-dev"));
	b.mounts = json;
	BOX_START(&b);
	IN(&b, "list", "/dev", NULL, "null");
	IN(&b, "stat", "/etc/hosts", NULL, "0:0 666 c1:3");
	box_stop(&b);
	CHECK_STR(on_disk(at("b-dev/fd")), "ENOENT");
}

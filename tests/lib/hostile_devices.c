/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hostile_devices.c: device nodes: those it makes, those of its image, those it finds in /dev.
 * Opening one is enough; nothing is read or written.
 */
#include "hostile.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* The kernel let the device be opened, even if there is none behind the number. */
static int opened(const char *path, int flags)
{
	int r = opens(path, flags);

	return r == -ENXIO || r == -ENODEV || r == -EBUSY || r == -ENOMEDIUM ? 0 : r;
}

static int make_and_open(mode_t type, unsigned major_, unsigned minor_)
{
	static const char path[] = "/tmp/hostile-node";

	detail("%c %u:%u", S_ISBLK(type) ? 'b' : 'c', major_, minor_);
	unlink(path);
	if (mknod(path, type | 0600, makedev(major_, minor_)) < 0)
		return -errno;
	int r = opened(path, O_RDONLY);
	unlink(path);
	return r;
}

/* The host's first disk, as /proc/partitions tells it to anybody. */
static int disk(void)
{
	unsigned ma = 7, mi = 0;
	char line[256];
	FILE *f = fopen("/proc/partitions", "re");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%u %u", &ma, &mi) == 2)
			break;
	if (f)
		fclose(f);
	return make_and_open(S_IFBLK, ma, mi);
}

static int memory(void)
{
	return make_and_open(S_IFCHR, 1, 1);
}

static int ports(void)
{
	return make_and_open(S_IFCHR, 1, 4);
}

static int messages(void)
{
	return make_and_open(S_IFCHR, 1, 11);
}

static int console(void)
{
	return make_and_open(S_IFCHR, 5, 1);
}

static int loop_control(void)
{
	return make_and_open(S_IFCHR, 10, 237);
}

static int tun(void)
{
	return make_and_open(S_IFCHR, 10, 200);
}

static int fuse(void)
{
	return make_and_open(S_IFCHR, 10, 229);
}

static int node_of_the_image(void)
{
	int r = opened("/image/disk", O_RDONLY);

	r = any(r, opened("/image/mem", O_RDONLY));
	return any(r, opened("/image/kmsg", O_RDONLY));
}

static int is_usual(dev_t d)
{
	unsigned mi = minor(d);

	switch (major(d)) {
	case 1:
		return mi == 3 || mi == 5 || (mi >= 7 && mi <= 9);
	case 5:
		return mi == 0 || mi == 2;
	default:
		/* terminals of its own devpts; /dev/console is one of them */
		return major(d) >= 136 && major(d) <= 143;
	}
}

static int walk_result;

static int try_open(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)type;
	(void)ftw;
	if ((!S_ISCHR(st->st_mode) && !S_ISBLK(st->st_mode)) || is_usual(st->st_rdev))
		return 0;
	int r = opened(path, O_RDWR);
	if (r == 0)
		detail("%s", path);
	walk_result = any(walk_result, r);
	return r == 0;
}

static int all_of_dev(void)
{
	walk_result = -ENOENT;
	detail("only the usual ones");
	return nftw("/dev", try_open, 64, FTW_PHYS) < 0 ? -errno : walk_result;
}

const struct attempt hostile_devices[] = {
	{"disk", "a node for the host's disk", disk, HARMLESS},
	{"memory", "a node for /dev/mem", memory, HARMLESS},
	{"ports", "a node for /dev/port", ports, HARMLESS},
	{"messages", "a node for /dev/kmsg", messages, HARMLESS},
	{"console", "a node for the host's console", console, HARMLESS},
	{"loop_control", "a node for loop devices", loop_control, HARMLESS},
	{"tun", "a node for network tunnels", tun, HARMLESS},
	{"fuse", "a node for file systems of its own", fuse, HARMLESS},
	{"node_of_the_image", "nodes that came with the image", node_of_the_image, HARMLESS},
	{"all_of_dev", "whatever else is in /dev", all_of_dev, 0},
	{NULL, NULL, NULL, 0},
};

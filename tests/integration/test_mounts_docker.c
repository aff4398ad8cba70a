/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every container of dockerd gets: each mount, node, link, mask, and that none can be undone.
 */
#include "tests/integration/mounts_box.h"

static struct box docker_box(const char *name)
{
	return (struct box){.rootfs = box_image(name),
			    .mounts = DOCKER_MOUNTS(""),
			    .linux_ = DOCKER_LINUX,
			    .cgroups = true,
			    .terminal = true};
}

TEST(flags_and_owners)
{
	struct box b = docker_box("flags");

	BOX_START(&b);
	CHECK_HAS(box_do(&b, "mount", "/proc", NULL),
		  "/ rw,nosuid,nodev,noexec,relatime - proc proc rw");
	CHECK_HAS(box_do(&b, "mount", "/sys", NULL),
		  "/ ro,nosuid,nodev,noexec,relatime - sysfs sysfs rw");
	CHECK_HAS(
		box_do(&b, "mount", "/dev", NULL),
		"/ rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755,uid=1912602624,gid=1912602624");
	CHECK_HAS(box_do(&b, "mount", "/dev/pts", NULL),
		  "/ rw,nosuid,noexec,relatime - devpts devpts "
		  "rw,gid=1912602629,mode=620,ptmxmode=666");
	CHECK_HAS(box_do(&b, "mount", "/dev/mqueue", NULL),
		  "/ rw,nosuid,nodev,noexec,relatime - mqueue mqueue rw");
	CHECK_HAS(box_do(&b, "mount", "/dev/shm", NULL),
		  "/ rw,nosuid,nodev,noexec,relatime - tmpfs shm rw,size=65536k");
	IN(&b, "stat", "/dev", NULL, "0:0 755 dir");
	IN(&b, "stat", "/dev/shm", NULL, "0:0 1777 dir");
	IN(&b, "stat", "/dev/mqueue", NULL, "0:0 1777 dir");
	IN(&b, "stat", "/dev/pts", NULL, "0:0 755 dir");
	IN(&b, "stat", "/dev/pts/ptmx", NULL, "0:0 666 c5:2");
	IN(&b, "create", "/dev/shm/x", "y", "ok");
	IN(&b, "stat", "/dev/shm/x", NULL, "0:0 644 file");
	/* It is made; only write(2) is not how messages are sent. */
	IN(&b, "create", "/dev/mqueue/q", "x", "EINVAL");
	IN(&b, "stat", "/dev/mqueue/q", NULL, "0:0 644 file");
	box_stop(&b);
	CHECK_STR(on_disk(at("flags/dev")), "0:0 755 dir");
}

TEST(namespaces_are_the_containers)
{
	struct box b = docker_box("ns");
	char text[256];

	BOX_START(&b);
	/* The agent is pid 1 of what it sees, and nobody else is there. */
	CHECK_HAS(box_do(&b, "read", "/proc/1/status", NULL), "\nPPid:\t0\n");
	CHECK_HAS(box_do(&b, "stat", "/proc/self", NULL), " link 1");
	IN(&b, "list", "/sys/class/net", NULL, "lo");
	IN(&b, "list", "/dev/mqueue", NULL, "");
	box_stop(&b);
	/* And the runtime's pid namespace for children was put back: we can still fork. */
	read_text("/proc/self/status", text, sizeof(text));
	CHECK_HAS(text, "Name:");
}

/* Made by an engine before (podman, CRI): the container's root could mount none of these. */
TEST(namespaces_that_the_host_owns)
{
	struct box b = docker_box("hostowned");

	b.host_owned = true;
	BOX_START(&b);
	CHECK_HAS(box_do(&b, "mount", "/sys", NULL), "- sysfs sysfs");
	IN(&b, "list", "/sys/class/net", NULL, "lo");
	CHECK_HAS(box_do(&b, "mount", "/proc", NULL), "- proc proc");
	CHECK_HAS(box_do(&b, "stat", "/proc/self", NULL), " link 1");
	CHECK_HAS(box_do(&b, "mount", "/dev/mqueue", NULL), "- mqueue mqueue");
	/* Shared with others: its owner stays what it was. */
	IN(&b, "stat", "/dev/mqueue", NULL, "65534:65534 1777 dir");
	IN(&b, "umount", "/proc", NULL, "EINVAL");
	box_stop(&b);
}

TEST(devices_and_links)
{
	struct box b = docker_box("devices");

	BOX_START(&b);
	bool kcore = access("/proc/kcore", F_OK) == 0;
	IN(&b, "list", "/dev", NULL,
	   kcore ? "console,core,fd,full,mqueue,null,ptmx,pts,random,shm,stderr,stdin,stdout,tty,"
		   "urandom,zero"
		 : "console,fd,full,mqueue,null,ptmx,pts,random,shm,stderr,stdin,stdout,tty,"
		   "urandom,zero");
	IN(&b, "stat", "/dev/null", NULL, "0:0 666 c1:3");
	IN(&b, "stat", "/dev/zero", NULL, "0:0 666 c1:5");
	IN(&b, "stat", "/dev/full", NULL, "0:0 666 c1:7");
	IN(&b, "stat", "/dev/random", NULL, "0:0 666 c1:8");
	IN(&b, "stat", "/dev/urandom", NULL, "0:0 666 c1:9");
	IN(&b, "stat", "/dev/tty", NULL, "0:0 666 c5:0");
	IN(&b, "stat", "/dev/fd", NULL, "0:0 777 link /proc/self/fd");
	IN(&b, "stat", "/dev/stdin", NULL, "0:0 777 link /proc/self/fd/0");
	IN(&b, "stat", "/dev/ptmx", NULL, "0:0 777 link pts/ptmx");
	IN(&b, "stat", "/dev/core", NULL, kcore ? "0:0 777 link /proc/kcore" : "ENOENT");
	CHECK_HAS(box_do(&b, "stat", "/dev/console", NULL), " c136:0");
	IN(&b, "write", "/dev/null", "x", "ok");
	IN(&b, "write", "/dev/full", "x", "ENOSPC");
	IN(&b, "mknod", "/dev/mine", NULL, "EPERM");
	box_stop(&b);
}

TEST(masks)
{
	struct box b = docker_box("masks");
	const char *host_null = on_disk("/dev/null");
	static const char *const files[] = {"/proc/kcore", "/proc/keys", "/proc/timer_list"};
	static const char *const dirs[] = {"/proc/scsi", "/proc/acpi", "/sys/firmware"};
	struct stat st;

	BOX_START(&b);
	for (size_t i = 0; i < 3; i++) {
		if (stat(files[i], &st) != 0)
			continue;
		IN(&b, "stat", files[i], NULL, "0:0 666 c1:3");
		IN(&b, "read", files[i], NULL, "");
		CHECK_HAS(box_do(&b, "mount", files[i], NULL), "/null ro,nosuid,noexec");
		IN(&b, "umount", files[i], NULL, "EINVAL");
	}
	for (size_t i = 0; i < 3; i++) {
		if (stat(dirs[i], &st) != 0)
			continue;
		IN(&b, "list", dirs[i], NULL, "");
		CHECK_HAS(box_do(&b, "mount", dirs[i], NULL),
			  "/ ro,nosuid,nodev,noexec,relatime - tmpfs tmpfs ro");
		IN(&b, "write", dirs[i], "x", "EISDIR");
		IN(&b, "mkdir", "/sys/firmware/x", NULL, "EROFS");
		IN(&b, "umount", dirs[i], NULL, "EINVAL");
		IN(&b, "remount", dirs[i], NULL, "EPERM");
	}
	/* The node that masks are made of is the container's: what it does to it stays there. */
	IN(&b, "unlink", "/dev/null", NULL, "ok");
	IN(&b, "stat", "/proc/keys", NULL, "0:0 666 c1:3");
	IN(&b, "write", "/proc/keys", "x", "ok");
	box_stop(&b);
	CHECK_STR(on_disk("/dev/null"), host_null);
}

TEST(readonly_paths)
{
	struct box b = docker_box("readonly");

	BOX_START(&b);
	CHECK_HAS(box_do(&b, "mount", "/proc/sys", NULL),
		  "/sys ro,nosuid,nodev,noexec,relatime - proc");
	IN(&b, "write", "/proc/sys/net/ipv4/ip_forward", "1", "EROFS");
	IN(&b, "write", "/proc/sys/kernel/core_pattern", "x", "EACCES");
	CHECK_HAS(box_do(&b, "mount", "/proc/irq", NULL), "/irq ro,nosuid,nodev,noexec");
	IN(&b, "remount", "/proc/sys", NULL, "EPERM");
	IN(&b, "setattr", "/proc/sys", NULL, "EPERM");
	IN(&b, "umount", "/proc/sys", NULL, "EINVAL");
	box_stop(&b);
}

/* Container root has every capability in its user namespace, and still: all mounts are locked. */
TEST(everything_is_locked)
{
	struct box b = docker_box("locked");
	static const char *const points[] = {"/proc",	       "/dev",
					     "/dev/pts",       "/sys",
					     "/sys/fs/cgroup", "/sys/fs/cgroup/memory",
					     "/dev/mqueue",    "/dev/shm"};

	BOX_START(&b);
	for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
		IN(&b, "umount", points[i], NULL, "EINVAL");
		IN(&b, "move", points[i], "/tmp", "EINVAL");
	}
	IN(&b, "remount", "/sys", NULL, "EPERM");
	IN(&b, "setattr", "/sys", NULL, "EPERM");
	/* A clone without the masks below it would show what they cover. */
	IN(&b, "clone", "/proc", NULL, "EINVAL");
	IN(&b, "clone", "/", NULL, "EINVAL");
	/* It really has the capability: a mount of its own works. */
	IN(&b, "tmpfs", "/tmp", NULL, "ok");
	IN(&b, "umount", "/tmp", NULL, "ok");
	box_stop(&b);
}

TEST(cgroups)
{
	struct box b = docker_box("cgroups");
	char want[128];

	if (access("/sys/fs/cgroup/memory/tasks", F_OK) != 0) {
		printf("# no v1 hierarchies on this host\n");
		return;
	}
	BOX_START(&b);
	CHECK_HAS(box_do(&b, "mount", "/sys/fs/cgroup", NULL),
		  "/ ro,nosuid,nodev,noexec,relatime - tmpfs cgroup rw,size=64k");
	/* "/": the container's own cgroup, seen from its cgroup namespace. */
	CHECK_HAS(box_do(&b, "mount", "/sys/fs/cgroup/memory", NULL),
		  "/ ro,nosuid,nodev,noexec,relatime - cgroup ");
	CHECK_HAS(box_do(&b, "mount", "/sys/fs/cgroup/systemd", NULL), ",name=systemd");
	CHECK_HAS(box_do(&b, "read", "/sys/fs/cgroup/memory/tasks", NULL), "1\n");
	IN(&b, "mkdir", "/sys/fs/cgroup/memory/x", NULL, "EROFS");
	IN(&b, "mkdir", "/sys/fs/cgroup/x", NULL, "EROFS");
	IN(&b, "write", "/sys/fs/cgroup/memory/memory.limit_in_bytes", "1", "EACCES");
	IN(&b, "write", "/sys/fs/cgroup/memory/release_agent", "x", "ENOENT");
	IN(&b, "remount", "/sys/fs/cgroup/memory", NULL, "EPERM");
	snprintf(want, sizeof(want), "/sys/fs/cgroup/memory/%s/tasks", b.cgroup_name);
	CHECK(access(want, F_OK) == 0);
	box_stop(&b);
	CHECK(access(want, F_OK) != 0);
}

/* A host with cgroup2 alone: the destination is the container's own cgroup. */
TEST(cgroup2)
{
	struct box b = docker_box("cgroup2");

	if (access("/sys/fs/cgroup/unified/cgroup.procs", F_OK) != 0) {
		printf("# no cgroup2 tree on this host\n");
		return;
	}
	b.cgroup2 = true;
	BOX_START(&b);
	CHECK_HAS(box_do(&b, "mount", "/sys/fs/cgroup", NULL),
		  "/ ro,nosuid,nodev,noexec,relatime - cgroup2 ");
	CHECK_HAS(box_do(&b, "read", "/sys/fs/cgroup/cgroup.procs", NULL), "1\n");
	IN(&b, "mkdir", "/sys/fs/cgroup/x", NULL, "EROFS");
	IN(&b, "stat", "/sys/fs/cgroup/cgroup.type", NULL, "65534:65534 644 file");
	box_stop(&b);
	/* rw in its own cgroup namespace: what the config says, and ownership denies. */
	b.mounts = "[{\"destination\":\"/proc\",\"type\":\"proc\"},"
		   "{\"destination\":\"/cg\",\"type\":\"cgroup\",\"options\":[\"rw\"]}]";
	b.terminal = false;
	BOX_START(&b);
	CHECK_HAS(box_do(&b, "mount", "/cg", NULL), "/ rw,");
	IN(&b, "mkdir", "/cg/x", NULL, "EACCES");
	IN(&b, "write", "/cg/cgroup.procs", "1", "EACCES");
	box_stop(&b);
	b.host_cgroupns = true;
	BOX_START(&b);
	CHECK_HAS(box_do(&b, "mount", "/cg", NULL), b.cgroup_name);
	CHECK_HAS(box_do(&b, "mount", "/cg", NULL), " rw,");
	IN(&b, "mkdir", "/cg/x", NULL, "EACCES");
	box_stop(&b);
}

/* CVE-2023-25809: without a cgroup namespace, and rw asked for, which the rules forbid. Ownership
 * denies, too. */
TEST(cgroups_without_a_namespace)
{
	struct box b = docker_box("cgroups2");

	b.host_cgroupns = true;
	b.mounts = "[{\"destination\":\"/proc\",\"type\":\"proc\"},"
		   "{\"destination\":\"/cg\",\"type\":\"cgroup\",\"options\":[\"rw\"]}]";
	b.terminal = false;
	BOX_START(&b);
	CHECK_HAS(box_do(&b, "mount", "/cg/memory", NULL), b.cgroup_name);
	CHECK_HAS(box_do(&b, "mount", "/cg/memory", NULL), " rw,");
	IN(&b, "mkdir", "/cg/memory/x", NULL, "EACCES");
	IN(&b, "stat", "/cg/memory/release_agent", NULL, "ENOENT");
	box_stop(&b);
}

/* A container without cgroups in the hierarchies sees an empty directory, never the host's root. */
TEST(cgroups_that_do_not_exist)
{
	struct box b = docker_box("nocgroups");

	b.cgroups = false;
	BOX_START(&b);
	IN(&b, "list", "/sys/fs/cgroup", NULL, "");
	IN(&b, "mkdir", "/sys/fs/cgroup/x", NULL, "EROFS");
	box_stop(&b);
}

static int rename_container(void *arg)
{
	(void)arg;
	return sethostname("by-a-job", 8) < 0 ? -errno : 7;
}

static int fail(void *arg)
{
	(void)arg;
	return -EXDEV;
}

/* The sysctls' way into the container's namespaces: no second process for them. */
TEST(a_job_in_the_same_helper)
{
	struct box b = docker_box("job");
	char ours[65];

	CHECK(gethostname(ours, sizeof(ours)) == 0 && strcmp(ours, "by-a-job") != 0);
	b.job = rename_container;
	BOX_START(&b);
	IN(&b, "read", "/proc/sys/kernel/hostname", NULL, "by-a-job\n");
	box_stop(&b);
	/* Also when no mount needs the helper. */
	b.mounts = "[]";
	b.linux_ = "";
	b.terminal = false;
	BOX_START(&b);
	box_stop(&b);
	char now[65];
	CHECK(gethostname(now, sizeof(now)) == 0);
	CHECK_STR(now, ours);
	b.job = fail;
	CHECK_INT(box_start(&b), -EXDEV);
	box_stop(&b);
}

TEST(nothing_is_left_on_the_host)
{
	static char before[65536], after[65536];
	struct box b = docker_box("left");

	read_text("/proc/self/mountinfo", before, sizeof(before));
	BOX_START(&b);
	box_stop(&b);
	read_text("/proc/self/mountinfo", after, sizeof(after));
	CHECK_STR(before, after);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hostile_files.c: files of the kernel: what /proc and /sys tell of the host, and what they let be
 * changed. Files are opened, or get what they say already; sysrq-trigger is opened and no more.
 */
#include "hostile.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

static int core_pattern(void)
{
	return rewrite("/proc/sys/kernel/core_pattern");
}

static int modprobe_path(void)
{
	return rewrite("/proc/sys/kernel/modprobe");
}

static int hotplug_path(void)
{
	return any(rewrite("/sys/kernel/uevent_helper"), rewrite("/proc/sys/kernel/hotplug"));
}

static int sysrq(void)
{
	return opens("/proc/sysrq-trigger", O_WRONLY);
}

static int binfmt(void)
{
	return opens("/proc/sys/fs/binfmt_misc/register", O_WRONLY);
}

static int irq(void)
{
	return opens("/proc/irq/default_smp_affinity", O_WRONLY);
}

/* Each namespace has its own of these, and a container may be given them. */
static int is_namespaced(const char *key)
{
	static const char *const own[] = {
		"net/",	      "user/",	    "fs/mqueue/",	  "kernel/msg",
		"kernel/shm", "kernel/sem", "kernel/auto_msgmni", "kernel/pid_max"};

	for (size_t i = 0; i < LEN(own); i++)
		if (strncmp(key, own[i], strlen(own[i])) == 0)
			return 1;
	return 0;
}

static int walk_result;
static unsigned walk_tried;

static int try_write(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)ftw;
	/* Opening tracing files has effects. */
	if (type == FTW_D &&
	    (strcmp(path, "/sys/kernel/debug") == 0 || strcmp(path, "/sys/kernel/tracing") == 0))
		return FTW_SKIP_SUBTREE;
	if (type != FTW_F || !(st->st_mode & 0222))
		return FTW_CONTINUE;
	if (strncmp(path, "/proc/sys/", 10) == 0 && is_namespaced(path + 10))
		return FTW_CONTINUE;
	walk_tried++;
	int r = opens(path, O_WRONLY);
	walk_result = any(walk_result, r);
	if (r == 0)
		detail("%s", path);
	return r == 0 ? FTW_STOP : FTW_CONTINUE;
}

/* All that has a write bit: no path of the host's settings may have been forgotten. */
static int walk(const char *top)
{
	walk_result = -ENOENT;
	walk_tried = 0;
	detail("no file of %s has a write bit", top);
	if (nftw(top, try_write, 64, FTW_PHYS | FTW_ACTIONRETVAL) < 0)
		return -errno;
	if (walk_result < 0)
		detail("%u files of %s", walk_tried, top);
	return walk_result;
}

static int all_settings(void)
{
	return walk("/proc/sys");
}

static int all_of_sysfs(void)
{
	return walk("/sys");
}

/* 0 when there is something to read or to see. */
static int tells(const char *path)
{
	char c;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return -errno;
	ssize_t n = read(fd, &c, 1);
	int r = n > 0 ? 0 : n == 0 || errno == EAGAIN ? -ENODATA : -errno;
	if (r == -EISDIR) {
		DIR *d = fdopendir(fd);
		int entries = 0;

		while (readdir(d))
			entries++;
		closedir(d);
		return entries > 2 ? 0 : -ENODATA;
	}
	close(fd);
	return r;
}

static int all_secrets(const char *const *paths, size_t n)
{
	int r = -ENOENT;

	for (size_t i = 0; i < n; i++) {
		int one = tells(paths[i]);

		if (one == 0)
			detail("%s", paths[i]);
		r = any(r, one);
		if (r == 0)
			break;
	}
	return r;
}

static int memory_of_the_host(void)
{
	static const char *const paths[] = {"/proc/kcore", "/dev/mem", "/dev/kmem", "/dev/port"};

	return all_secrets(paths, LEN(paths));
}

static int keys_and_timers(void)
{
	static const char *const paths[] = {"/proc/keys",	 "/proc/timer_list",
					    "/proc/timer_stats", "/proc/interrupts",
					    "/proc/sched_debug", "/proc/latency_stats"};

	return all_secrets(paths, LEN(paths));
}

static int hardware(void)
{
	static const char *const paths[] = {"/proc/acpi",
					    "/proc/asound",
					    "/proc/scsi",
					    "/sys/firmware",
					    "/sys/devices/virtual/powercap",
					    "/sys/fs/selinux"};

	return all_secrets(paths, LEN(paths));
}

static int kernel_views(void)
{
	static const char *const paths[] = {"/sys/kernel/debug",    "/sys/kernel/tracing",
					    "/sys/kernel/security", "/sys/kernel/config",
					    "/sys/fs/pstore",	    "/sys/fs/bpf"};

	return all_secrets(paths, LEN(paths));
}

static int pages_of_the_host(void)
{
	static const char *const paths[] = {
		"/proc/kpagecount",  "/proc/kpageflags", "/proc/kpagecgroup", "/proc/slabinfo",
		"/proc/vmallocinfo", "/proc/kmsg",	 "/dev/kmsg"};

	return all_secrets(paths, LEN(paths));
}

/* Addresses other than zero. */
static int kernel_addresses(void)
{
	char line[512];
	FILE *f = fopen("/proc/kallsyms", "re");

	if (!f)
		return -errno;
	int r = -ENODATA;
	while (r != 0 && fgets(line, sizeof(line), f))
		r = strtoull(line, NULL, 16) ? 0 : -ENODATA;
	fclose(f);
	return r;
}

/* Another profile for itself, or another policy for all. */
static int apparmor(void)
{
	static const char change[] = "changeprofile unconfined";
	char own[64] = "";
	int r = opens("/sys/kernel/security/apparmor/.remove", O_WRONLY);
	int fd = open("/proc/self/attr/apparmor/current", O_RDWR | O_CLOEXEC);

	if (fd < 0 || read(fd, own, sizeof(own) - 1) < 0)
		return any(r, -errno);
	/* Without a profile there is none to leave. */
	if (strncmp(own, "unconfined", 10) == 0)
		return r;
	r = any(r, verdict(write(fd, change, sizeof(change) - 1)));
	close(fd);
	return r;
}

static int selinux(void)
{
	static const char label[] = "system_u:system_r:kernel_t:s0";
	char own[sizeof(label)] = "";
	int r = any(opens("/sys/fs/selinux/enforce", O_WRONLY),
		    opens("/sys/fs/selinux/load", O_WRONLY));
	/* With another module, or none, the kernel takes no such label: that says nothing. */
	int fd = access("/sys/fs/selinux", F_OK) < 0 ? -1 : open("/proc/self/attr/exec", O_WRONLY);

	if (fd < 0)
		return any(r, -errno);
	/* In the host's own domain there is none to leave. */
	int now = open("/proc/self/attr/current", O_RDONLY | O_CLOEXEC);
	if (read(now, own, sizeof(own) - 1) < 0 || strcmp(own, label) == 0)
		return r;
	r = any(r, verdict(write(fd, label, sizeof(label))));
	close(fd);
	return r;
}

const struct attempt hostile_files[] = {
	{"core_pattern", "name a program that the kernel runs as root", core_pattern, HARMLESS},
	{"modprobe_path", "the same, by the loader of modules", modprobe_path, HARMLESS},
	{"hotplug_path", "the same, by the helper for new devices", hotplug_path, HARMLESS},
	{"sysrq", "crash or reboot by /proc/sysrq-trigger", sysrq, HARMLESS},
	{"binfmt", "an interpreter for the host's programs", binfmt, HARMLESS},
	{"irq", "steer interrupts", irq, HARMLESS},
	{"all_settings", "write to anything below /proc/sys that all share", all_settings,
	 HARMLESS},
	{"all_of_sysfs", "write to anything below /sys", all_of_sysfs, HARMLESS},
	{"memory_of_the_host", "read memory", memory_of_the_host, HARMLESS},
	{"keys_and_timers", "read who does what on the host", keys_and_timers, HARMLESS},
	{"hardware", "read and set hardware", hardware, HARMLESS},
	{"kernel_views", "debugfs, tracefs and others that are mounted", kernel_views, 0},
	{"pages_of_the_host", "page tables, slabs and messages", pages_of_the_host, HARMLESS},
	{"kernel_addresses", "addresses of the kernel", kernel_addresses, HARMLESS},
	{"apparmor", "leave its profile, or unload it", apparmor, 0},
	{"selinux", "leave its domain, or switch SELinux off", selinux, 0},
	{NULL, NULL, NULL, 0},
};

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hostile_calls.c: system calls that act on the whole machine. They are made with arguments that
 * can't work, where the kernel asks for permission first: nothing happens even when it is given.
 */
#include "hostile.h"

#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <linux/reboot.h>
#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/quota.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <sys/utsname.h>

enum { FAN_CLASS_CONTENT = 4 };

static int kexec(void)
{
	/* Bits of no meaning: EINVAL, after the question for CAP_SYS_BOOT. */
	return past(syscall(SYS_kexec_load, 0, 0, NULL, 0xfff0ul), EINVAL);
}

static int init_module_call(void)
{
	return past(syscall(SYS_init_module, "not a module", 12, ""), ENOEXEC);
}

static int finit_module_call(void)
{
	return past(syscall(SYS_finit_module, -1, "", 0), EBADF);
}

static int delete_module_call(void)
{
	return past(syscall(SYS_delete_module, "bulkhead_no_such_module", O_NONBLOCK), ENOENT);
}

/* In a pid namespace of one's own it is EINVAL; of the host's it would allow Ctrl-Alt-Del. */
static int reboot_call(void)
{
	return verdict(syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
			       LINUX_REBOOT_CMD_CAD_ON, NULL));
}

static int swapon_call(void)
{
	return past(syscall(SYS_swapon, "/hostile-no-such-file", 0), ENOENT);
}

static int acct_call(void)
{
	return past(syscall(SYS_acct, "/hostile-no-such-file"), ENOENT);
}

static int set_time(void)
{
	/* Neither a time nor a time zone: only the permission. */
	return verdict(syscall(SYS_settimeofday, NULL, NULL));
}

static int adjust_clock(void)
{
	struct timex t = {0};

	if (adjtimex(&t) < 0)
		return -errno;
	t.modes = ADJ_TICK;
	return verdict(adjtimex(&t));
}

/* The tests share the host's UTS namespace: this is the host's name. */
static int host_name(void)
{
	struct utsname u;

	uname(&u);
	return verdict(syscall(SYS_sethostname, u.nodename, strlen(u.nodename)));
}

static int domain_name(void)
{
	struct utsname u;

	uname(&u);
	return verdict(syscall(SYS_setdomainname, u.domainname, strlen(u.domainname)));
}

static int kernel_log(void)
{
	static char buf[1 << 16];

	return verdict(klogctl(3, buf, sizeof(buf)));
}

static int console_level(void)
{
	/* SYSLOG_ACTION_CONSOLE_LEVEL with a level that is none */
	return past(klogctl(8, NULL, 99), EINVAL);
}

static long bpf_call(int cmd, union bpf_attr *attr)
{
	return syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

/* Programs and maps of the host, by number. */
static int bpf_foreign(void)
{
	union bpf_attr attr = {.start_id = 0};
	int r = past(bpf_call(BPF_PROG_GET_NEXT_ID, &attr), ENOENT);

	return any(r, past(bpf_call(BPF_MAP_GET_NEXT_ID, &attr), ENOENT));
}

/* Take the container's device program away. Of cgroup v2 only. */
static int bpf_detach(void)
{
	int cgroup = open("/sys/fs/cgroup", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	union bpf_attr attr = {.target_fd = (uint32_t)cgroup, .attach_type = BPF_CGROUP_DEVICE};

	if (cgroup < 0)
		return -errno;
	return past(bpf_call(BPF_PROG_DETACH, &attr), ENOENT);
}

/* A bpf file system that hands privileges into the user namespace, and the token for them (Linux
 * 6.9). Older kernels ignore the option, and know no tokens. */
static int bpf_token(void)
{
	enum { SET_STRING = 1, CREATE = 6, TOKEN_CREATE = 36 };
	struct {
		uint32_t flags, fs;
	} attr = {0};
	int fs = (int)syscall(SYS_fsopen, "bpf", 0);

	if (fs < 0 || syscall(SYS_fsconfig, fs, SET_STRING, "delegate_cmds", "any", 0) < 0 ||
	    syscall(SYS_fsconfig, fs, CREATE, NULL, NULL, 0) < 0)
		return -errno;
	int mount_fd = (int)syscall(SYS_fsmount, fs, 0, 0);
	if (mount_fd < 0)
		return -errno;
	attr.fs = (uint32_t)mount_fd;
	return verdict(syscall(SYS_bpf, TOKEN_CREATE, &attr, sizeof(attr)));
}

static int perf_everything(void)
{
	struct perf_event_attr attr = {.type = PERF_TYPE_SOFTWARE,
				       .size = sizeof(attr),
				       .config = PERF_COUNT_SW_CPU_CLOCK};

	return verdict(syscall(SYS_perf_event_open, &attr, -1, 0, -1, 0));
}

static int fanotify_all(void)
{
	return verdict(syscall(SYS_fanotify_init, FAN_CLASS_CONTENT | 1, O_RDONLY));
}

static int quota(void)
{
	return verdict(syscall(SYS_quotactl, QCMD(Q_QUOTAOFF, USRQUOTA), "/image/disk", 0, NULL));
}

#if defined(__x86_64__) || defined(__i386__)
static int io_ports(void)
{
	return any(verdict(syscall(SYS_iopl, 3)), verdict(syscall(SYS_ioperm, 0x80, 1, 1)));
}
#endif

static int realtime(void)
{
	struct sched_param p = {.sched_priority = 1};

	return verdict(sched_setscheduler(0, SCHED_FIFO, &p));
}

static int nice_up(void)
{
	return verdict(setpriority(PRIO_PROCESS, 0, -20));
}

/* A handler of core dumps runs as root of the host. */
static int core_limit(void)
{
	struct rlimit l = {4096, 4096};

	return verdict(setrlimit(RLIMIT_CORE, &l));
}

static int hard_limit(void)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l) < 0)
		return -errno;
	l.rlim_max++;
	return verdict(setrlimit(RLIMIT_NOFILE, &l));
}

const struct attempt hostile_calls[] = {
	{"kexec", "load another kernel", kexec, HARMLESS},
	{"init_module", "load a module from memory", init_module_call, HARMLESS},
	{"finit_module", "load a module from a file", finit_module_call, HARMLESS},
	{"delete_module", "unload a module", delete_module_call, HARMLESS},
	{"reboot", "act on the machine's power", reboot_call, 0},
	{"swapon", "swap to a file of its own", swapon_call, HARMLESS},
	{"acct", "process accounting for the machine", acct_call, HARMLESS},
	{"set_time", "set the clock", set_time, HARMLESS},
	{"adjust_clock", "let the clock run at another speed", adjust_clock, HARMLESS},
	{"host_name", "rename the host in a shared UTS namespace", host_name, HARMLESS},
	{"domain_name", "the same for the domain", domain_name, HARMLESS},
	{"kernel_log", "read the kernel's messages", kernel_log, HARMLESS | SURFACE},
	{"console_level", "silence the kernel's console", console_level, HARMLESS},
	{"bpf_foreign", "find BPF programs of the host", bpf_foreign, HARMLESS},
	{"bpf_detach", "detach the device program", bpf_detach, 0},
	{"bpf_token", "delegate bpf(2) to itself", bpf_token, 0},
	{"perf_everything", "watch a processor, whoever runs on it", perf_everything, HARMLESS},
	{"fanotify", "answer for the host's file accesses", fanotify_all, HARMLESS},
	{"quota", "switch quotas off", quota, 0},
#if defined(__x86_64__) || defined(__i386__)
	{"io_ports", "talk to hardware", io_ports, HARMLESS},
#endif
	{"realtime", "starve the host's processes", realtime, 0},
	{"nice", "run before the host's processes", nice_up, HARMLESS},
	{"core_limit", "dump core through the host's handler", core_limit, HARMLESS},
	{"hard_limit", "raise a hard limit", hard_limit, 0},
	{NULL, NULL, NULL, 0},
};

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * seccomp_default.c: the built-in default profile.
 *
 * It is moby's default profile (moby/profiles seccomp/v0.2.3, which Docker 29 and, but for details,
 * containerd and CRI-O use), evaluated for a container that is always in a user namespace of its
 * own, with these deviations, each with its reason beside it in the tables below:
 *   - nothing is allowed because of CAP_SYS_ADMIN, nor of capabilities that the kernel asks for in
 *     the initial user namespace;
 *   - argument checks look at the 32 bits that the kernel looks at;
 *   - socket(2) without AF_RXRPC;
 *   - open_by_handle_at, bpf, perf_event_open and clone3 in no case.
 *
 * What is not allowed gets EPERM. Calls newer than all that the tables name get ENOSYS, so that C
 * libraries fall back; for this the tables also name what is denied.
 *
 * What a policy takes away besides, in its built-in form the ioctls that type into terminals, is
 * seccomp_sets.c.
 */
#include "plan/seccomp_default.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/seccomp.h>

#include "base/arena.h"
#include "plan/seccomp_rows.h"

/* clang-format off */
static const char *const always[] = {
	"_llseek", "_newselect", "accept", "accept4", "access", "adjtimex", "alarm", "bind",
	"brk", "cachestat", "capget", "capset", "chdir", "chmod", "chown", "chown32",
	"clock_adjtime", "clock_adjtime64", "clock_getres", "clock_getres_time64",
	"clock_gettime", "clock_gettime64", "clock_nanosleep", "clock_nanosleep_time64", "close",
	"close_range", "connect", "copy_file_range", "creat", "dup", "dup2", "dup3",
	"epoll_create", "epoll_create1", "epoll_ctl", "epoll_ctl_old", "epoll_pwait",
	"epoll_pwait2", "epoll_wait", "epoll_wait_old", "eventfd", "eventfd2", "execve",
	"execveat", "exit", "exit_group", "faccessat", "faccessat2", "fadvise64", "fadvise64_64",
	"fallocate", "fanotify_mark", "fchdir", "fchmod", "fchmodat", "fchmodat2", "fchown",
	"fchown32", "fchownat", "fcntl", "fcntl64", "fdatasync", "fgetxattr", "flistxattr",
	"flock", "fork", "fremovexattr", "fsetxattr", "fstat", "fstat64", "fstatat64", "fstatfs",
	"fstatfs64", "fsync", "ftruncate", "ftruncate64", "futex", "futex_requeue",
	"futex_time64", "futex_wait", "futex_waitv", "futex_wake", "futimesat",
	"get_robust_list", "get_thread_area", "getcpu", "getcwd", "getdents", "getdents64",
	"getegid", "getegid32", "geteuid", "geteuid32", "getgid", "getgid32", "getgroups",
	"getgroups32", "getitimer", "getpeername", "getpgid", "getpgrp", "getpid", "getppid",
	"getpriority", "getrandom", "getresgid", "getresgid32", "getresuid", "getresuid32",
	"getrlimit", "getrusage", "getsid", "getsockname", "getsockopt", "gettid",
	"gettimeofday", "getuid", "getuid32", "getxattr", "getxattrat", "inotify_add_watch",
	"inotify_init", "inotify_init1", "inotify_rm_watch", "io_cancel", "io_destroy",
	"io_getevents", "io_pgetevents", "io_pgetevents_time64", "io_setup", "io_submit",
	"ioctl", "ioprio_get", "ioprio_set", "ipc", "kill", "landlock_add_rule",
	"landlock_create_ruleset", "landlock_restrict_self", "lchown", "lchown32", "lgetxattr",
	"link", "linkat", "listen", "listmount", "listxattr", "listxattrat", "llistxattr",
	"lremovexattr", "lseek", "lsetxattr", "lstat", "lstat64", "madvise", "map_shadow_stack",
	"membarrier", "memfd_create", "memfd_secret", "mincore", "mkdir", "mkdirat", "mknod",
	"mknodat", "mlock", "mlock2", "mlockall", "mmap", "mmap2", "mprotect", "mq_getsetattr",
	"mq_notify", "mq_open", "mq_timedreceive", "mq_timedreceive_time64", "mq_timedsend",
	"mq_timedsend_time64", "mq_unlink", "mremap", "mseal", "msgctl", "msgget", "msgrcv",
	"msgsnd", "msync", "munlock", "munlockall", "munmap", "name_to_handle_at", "nanosleep",
	"newfstatat", "open", "openat", "openat2", "pause", "pidfd_open", "pidfd_send_signal",
	"pipe", "pipe2", "pkey_alloc", "pkey_free", "pkey_mprotect", "poll", "ppoll",
	"ppoll_time64", "prctl", "pread64", "preadv", "preadv2", "prlimit64", "process_mrelease",
	"pselect6", "pselect6_time64", "pwrite64", "pwritev", "pwritev2", "read", "readahead",
	"readlink", "readlinkat", "readv", "recv", "recvfrom", "recvmmsg", "recvmmsg_time64",
	"recvmsg", "remap_file_pages", "removexattr", "removexattrat", "rename", "renameat",
	"renameat2", "restart_syscall", "riscv_hwprobe", "rmdir", "rseq", "rt_sigaction",
	"rt_sigpending", "rt_sigprocmask", "rt_sigqueueinfo", "rt_sigreturn", "rt_sigsuspend",
	"rt_sigtimedwait", "rt_sigtimedwait_time64", "rt_tgsigqueueinfo",
	"sched_get_priority_max", "sched_get_priority_min", "sched_getaffinity", "sched_getattr",
	"sched_getparam", "sched_getscheduler", "sched_rr_get_interval",
	"sched_rr_get_interval_time64", "sched_setaffinity", "sched_setattr", "sched_setparam",
	"sched_setscheduler", "sched_yield", "seccomp", "select", "semctl", "semget", "semop",
	"semtimedop", "semtimedop_time64", "send", "sendfile", "sendfile64", "sendmmsg",
	"sendmsg", "sendto", "set_robust_list", "set_thread_area", "set_tid_address", "setfsgid",
	"setfsgid32", "setfsuid", "setfsuid32", "setgid", "setgid32", "setgroups", "setgroups32",
	"setitimer", "setpgid", "setpriority", "setregid", "setregid32", "setresgid",
	"setresgid32", "setresuid", "setresuid32", "setreuid", "setreuid32", "setrlimit",
	"setsid", "setsockopt", "setuid", "setuid32", "setxattr", "setxattrat", "shmat",
	"shmctl", "shmdt", "shmget", "shutdown", "sigaltstack", "signalfd", "signalfd4",
	"sigprocmask", "sigreturn", "socketcall", "socketpair", "splice", "stat", "stat64",
	"statfs", "statfs64", "statmount", "statx", "symlink", "symlinkat", "sync",
	"sync_file_range", "syncfs", "sysinfo", "tee", "tgkill", "time", "timer_create",
	"timer_delete", "timer_getoverrun", "timer_gettime", "timer_gettime64", "timer_settime",
	"timer_settime64", "timerfd_create", "timerfd_gettime", "timerfd_gettime64",
	"timerfd_settime", "timerfd_settime64", "times", "tkill", "truncate", "truncate64",
	"ugetrlimit", "umask", "uname", "unlink", "unlinkat", "uretprobe", "utime", "utimensat",
	"utimensat_time64", "utimes", "vfork", "vmsplice", "wait4", "waitid", "waitpid", "write",
	"writev",
};

/* Named so that they count as known and get EPERM, and as a record of what is denied on purpose. */
static const char *const never[] = {
	/* key rings are shared by all containers of a user id, and had CVE-2016-0728 */
	"add_key", "request_key", "keyctl",
	/* large attack surface; io_uring's submissions pass this filter by (moby#46762) */
	"bpf", "perf_event_open", "io_uring_setup", "io_uring_enter", "io_uring_register",
	/* stops the kernel inside a page fault: the usual aid to win its races */
	"userfaultfd",
	/* CAP_SYS_ADMIN in a user namespace would reach file systems' parsers (CVE-2022-0185); the
	   runtime has made all mounts that the container needs */
	"mount", "umount", "umount2", "pivot_root", "move_mount", "open_tree", "mount_setattr",
	"fsopen", "fsconfig", "fsmount", "fspick", "quotactl", "quotactl_fd",
	/* further namespaces: the first step of most local privilege escalations of late */
	"unshare", "setns",
	/* opens any file of a file system, wherever the container's root is ("shocker") */
	"open_by_handle_at",
	/* the kernel asks for their capabilities in the initial user namespace: of no use here */
	"init_module", "finit_module", "delete_module", "create_module", "kexec_load",
	"kexec_file_load", "swapon", "swapoff", "iopl", "ioperm", "acct", "syslog", "settimeofday",
	"stime", "clock_settime", "clock_settime64", "vhangup", "lookup_dcookie", "fanotify_init",
	/* moby asks for CAP_SYS_ADMIN */
	"sethostname", "setdomainname", "lsm_get_self_attr", "lsm_set_self_attr",
	"lsm_list_modules",
	/* other processes' memory placement; relics */
	"migrate_pages", "move_pages", "vm86", "vm86old", "uselib", "ustat", "sysfs", "_sysctl",
	"get_kernel_syms", "query_module", "nfsservctl",
};
/* clang-format on */

/* clang-format off */
static const struct seccomp_row rows[] = {
	/* safe since Linux 4.8, which checks the filter after ptrace; a tracer sees only
	   processes of its own user namespace */
	{NAMES("ptrace", "process_vm_readv", "process_vm_writev"), ALLOW, .caps = 0},
	{NAMES("kcmp", "pidfd_getfd", "process_madvise"), ALLOW, .caps = CAP(SYS_PTRACE)},
	{NAMES("get_mempolicy", "mbind", "set_mempolicy", "set_mempolicy_home_node"), ALLOW,
	 .caps = CAP(SYS_NICE)},
	{NAMES("chroot"), ALLOW, .caps = CAP(SYS_CHROOT)},
	/* ends the container's own pid namespace */
	{NAMES("reboot"), ALLOW, .caps = CAP(SYS_BOOT)},

	/*
	 * No AF_ALG (CVE-2026-31431 and others in crypto/), no AF_VSOCK (reaches the hypervisor),
	 * both as moby; no AF_RXRPC (bugs of the same kind, and nothing in an image uses it).
	 * moby's three 64-bit comparisons let 0x100000026 through, which the kernel takes for
	 * AF_ALG. socketcall(2) of 32-bit programs has the family behind a pointer and cannot be
	 * checked; without it old 32-bit libraries have no network: it stays allowed, as in moby.
	 */
	{NAMES("socket"), ALLOW,
	 CONDS(IS_NOT(0, AF_RXRPC_NUMBER), IS_NOT(0, AF_ALG_NUMBER), IS_NOT(0, AF_VSOCK_NUMBER))},

	/* PER_LINUX, PER_LINUX32, UNAME26, both, and the query; so not ADDR_NO_RANDOMIZE */
	{NAMES("personality"), ALLOW, CONDS(IS(0, 0x0))},
	{NAMES("personality"), ALLOW, CONDS(IS(0, 0x8))},
	{NAMES("personality"), ALLOW, CONDS(IS(0, 0x20000))},
	{NAMES("personality"), ALLOW, CONDS(IS(0, 0x20008))},
	{NAMES("personality"), ALLOW, CONDS(IS(0, 0xffffffff))},

	/* processes and threads, but no namespaces; on s390 the flags are the second argument */
	{NAMES("clone"), ALLOW, .machines = ON_ALL_BUT_S390, CONDS(NO_BITS(0, CLONE_NEW_ANY))},
	{NAMES("clone"), ALLOW, .machines = ON_S390, CONDS(NO_BITS(1, CLONE_NEW_ANY))},
	/* its flags are behind a pointer; C libraries fall back to clone on ENOSYS alone */
	{NAMES("clone3"), NOSYS, .caps = 0},

	{NAMES("arch_prctl", "modify_ldt"), ALLOW, .machines = ON_X86},
	{NAMES("arm_fadvise64_64", "arm_sync_file_range", "sync_file_range2", "breakpoint",
	       "cacheflush", "set_tls"), ALLOW, .machines = ON_ARM},
	{NAMES("sync_file_range2", "swapcontext"), ALLOW, .machines = ON_PPC64LE},
	{NAMES("s390_pci_mmio_read", "s390_pci_mmio_write", "s390_runtime_instr"), ALLOW,
	 .machines = ON_S390},
	{NAMES("riscv_flush_icache"), ALLOW, .machines = ON_RISCV64},
};
/* clang-format on */

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

uint64_t seccomp_default_caps(void)
{
	uint64_t caps = 0;

	for (size_t i = 0; i < LEN(rows); i++)
		caps |= rows[i].caps;
	return caps;
}

int seccomp_default_make(const struct seccomp_abi *native, uint64_t caps, struct arena *a,
			 struct seccomp_profile *ret)
{
	struct seccomp_profile p = {.default_verdict = DENY, .enosys_above = true};
	int machine = seccomp_machine(native, &p);

	p.rules = arena_array(a, LEN(rows) + 2, sizeof(*p.rules));
	if (!p.rules)
		return -ENOMEM;
	p.rules[p.n_rules++] =
		(struct seccomp_rule){.names = always, .n_names = LEN(always), .verdict = ALLOW};
	p.rules[p.n_rules++] =
		(struct seccomp_rule){.names = never, .n_names = LEN(never), .verdict = DENY};
	for (size_t i = 0; i < LEN(rows); i++) {
		bool applies = seccomp_row_is_for(&rows[i], machine) && !(rows[i].caps & ~caps);

		p.rules[p.n_rules] = seccomp_row_rule(&rows[i]);
		/* a row that does not apply still makes its calls known ones */
		if (!applies)
			p.rules[p.n_rules].verdict = DENY;
		p.n_rules++;
	}
	*ret = p;
	return 0;
}

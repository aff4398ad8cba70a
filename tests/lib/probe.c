/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * probe.c: what a process inside a container can do, one line "NAME RESULT" each. Static, so that
 * it runs in any image. RESULT is "ok" or the name of the errno. Also the workloads of the tests
 * about limits: `probe forkbomb`, `probe pipes`, `probe sockets`, `probe memory`, `probe dentries`;
 * `probe ids` prints the three user ids; `probe watch` spies on whoever execs into the container.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

static void report(const char *name, long r)
{
	printf("%s %s\n", name, r < 0 ? strerrorname_np(errno) : "ok");
	fflush(stdout);
}

/* A call that may change the process is made in a child. */
static void report_in_child(const char *name, long (*call)(void))
{
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		report(name, call());
		_exit(0);
	}
	int status;
	waitpid(pid, &status, 0);
	if (WIFSIGNALED(status))
		printf("%s signal%d\n", name, WTERMSIG(status));
}

static long unshare_user(void)
{
	return unshare(CLONE_NEWUSER);
}

static long unshare_net(void)
{
	return unshare(CLONE_NEWNET);
}

static long unshare_mount(void)
{
	return unshare(CLONE_NEWNS);
}

static long clone_user(void)
{
	long r = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);

	if (r == 0)
		_exit(0);
	return r;
}

static long clone3_call(void)
{
	struct clone_args a = {.exit_signal = SIGCHLD};
	long r = syscall(SYS_clone3, &a, sizeof(a));

	if (r == 0)
		_exit(0);
	return r;
}

static long mount_tmpfs(void)
{
	return mount("none", "/tmp", "tmpfs", 0, NULL);
}

static long umount_proc(void)
{
	return umount2("/proc", MNT_DETACH);
}

static long remount_rw(void)
{
	return mount(NULL, "/proc/sys", NULL, MS_REMOUNT | MS_BIND, NULL);
}

static long tiocsti(void)
{
	return ioctl(0, 0x5412, "x");
}

static long handle(void)
{
	struct {
		struct file_handle h;
		unsigned char f[64];
	} fh = {.h = {.handle_bytes = 64}};
	int mount_id;

	/* Where the file system has no handles, or the caller may not ask for them, any will do:
	 * the answer sought is the filter's. */
	(void)!name_to_handle_at(AT_FDCWD, "/", &fh.h, &mount_id, 0);
	int fd = open("/", O_RDONLY);
	return open_by_handle_at(fd, &fh.h, O_RDONLY);
}

static void probe_syscalls(void)
{
	char params[256] = {0}, attr[128] = {0};

	report("keyctl", syscall(SYS_keyctl, 0, -3, 1, 0, 0));
	report("add_key", syscall(SYS_add_key, "user", "probe", "x", 1, -3));
	report("request_key", syscall(SYS_request_key, "user", "probe", NULL, -3));
	report("bpf", syscall(SYS_bpf, 0, attr, sizeof(attr)));
	report("io_uring_setup", syscall(SYS_io_uring_setup, 1, params));
	report("userfaultfd", syscall(SYS_userfaultfd, 0));
	report("perf_event_open", syscall(SYS_perf_event_open, attr, 0, -1, -1, 0));
	report("af_alg", socket(38, SOCK_SEQPACKET, 0));
	report("af_vsock", socket(40, SOCK_STREAM, 0));
	report("raw_socket", socket(AF_INET, SOCK_RAW, 1));
	report("packet_socket", socket(AF_PACKET, SOCK_RAW, 0));
	report("unix_socket", socket(AF_UNIX, SOCK_STREAM, 0));
	report("mknod_char", mknod("/tmp/probe-null", S_IFCHR | 0666, makedev(1, 3)));
	report("mknod_block", mknod("/tmp/probe-disk", S_IFBLK | 0666, makedev(254, 0)));
	report("setns", setns(open("/proc/self/ns/net", O_RDONLY), 0));
	report("chroot", chroot("/"));
	report("sethostname", sethostname("evil", 4));
	report("unknown_syscall", syscall(9999));
	report("init_module", syscall(SYS_init_module, "", 0, ""));
	report("kexec_load", syscall(SYS_kexec_load, 0, 0, NULL, 0));
	report("core_pattern", open("/proc/sys/kernel/core_pattern", O_WRONLY));
	report("sysrq", open("/proc/sysrq-trigger", O_WRONLY));
	report("uevent_helper", open("/sys/kernel/uevent_helper", O_WRONLY));
	report("kmsg", open("/dev/kmsg", O_RDONLY));
	report("mem", open("/dev/mem", O_RDONLY));
	report_in_child("unshare_user", unshare_user);
	report_in_child("unshare_net", unshare_net);
	report_in_child("unshare_mount", unshare_mount);
	report_in_child("clone_user", clone_user);
	report_in_child("clone3", clone3_call);
	report_in_child("mount_tmpfs", mount_tmpfs);
	report_in_child("umount_proc", umount_proc);
	report_in_child("remount_rw", remount_rw);
	report_in_child("tiocsti", tiocsti);
	report_in_child("open_by_handle_at", handle);
}

/* Fork until it fails; say how many there were; keep them until told to end. */
static int forkbomb(void)
{
	unsigned n = 0;

	for (;;) {
		pid_t pid = fork();
		if (pid < 0)
			break;
		if (pid == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			for (;;)
				pause();
		}
		n++;
	}
	printf("forks %u %s\n", n, strerrorname_np(errno));
	fflush(stdout);
	kill(0, SIGKILL);
	return 0;
}

static char block[65536];

/* One pipe holds 64 KiB of kernel memory. */
static int fill_pipe(void)
{
	int p[2];

	if (pipe2(p, O_NONBLOCK) < 0)
		return -1;
	return write(p[1], block, sizeof(block)) < 0 ? -1 : 0;
}

static int fill_socket(void)
{
	int p[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, p) < 0)
		return -1;
	while (write(p[0], block, sizeof(block)) > 0)
		;
	return 0;
}

/* Many processes, because each may open only so many files. Ends by SIGKILL. */
static int hog(int (*fill)(void))
{
	for (int k = 0; k < 4096; k++) {
		if (fork() != 0)
			continue;
		while (fill() == 0)
			;
		break;
	}
	return pause();
}

static int hog_pipes(void)
{
	return hog(fill_pipe);
}

static int hog_sockets(void)
{
	return hog(fill_socket);
}

/* Negative dentries: reclaimable, so this one lives on within its limit. */
static int hog_dentries(void)
{
	char name[256];
	struct stat st;

	for (unsigned long k = 0; k < 3000000; k++) {
		snprintf(name, sizeof(name), "/tmp/%0200lu", k);
		(void)!stat(name, &st);
	}
	printf("dentries done\n");
	return 0;
}

static int hog_memory(void)
{
	for (;;) {
		char *p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			       -1, 0);
		if (p == MAP_FAILED) {
			printf("mmap %s\n", strerrorname_np(errno));
			return 1;
		}
		memset(p, 1, 1 << 20);
	}
}

static int print_ids(void)
{
	uid_t r, e, s;

	getresuid(&r, &e, &s);
	printf("%u %u %u\n", r, e, s);
	return 0;
}

/* What /proc/PID/NAME gives away to open(2); 0: nothing. */
static int can_open(const char *pid, const char *name, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%.16s/%s", pid, name);
	int fd = open(path, flags);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static int can_read_link(const char *pid, const char *name)
{
	char path[64], target[256];

	snprintf(path, sizeof(path), "/proc/%.16s/%s", pid, name);
	return readlink(path, target, sizeof(target)) >= 0;
}

static int can_trace(pid_t pid)
{
	if (ptrace(PTRACE_SEIZE, pid, 0, 0) < 0)
		return 0;
	/* It has to be stopped to be let go; a dead one's parent waits for us to notice. */
	ptrace(PTRACE_INTERRUPT, pid, 0, 0);
	waitpid(pid, NULL, __WALL);
	ptrace(PTRACE_DETACH, pid, 0, 0);
	return 1;
}

/* Whether the process is the runtime still: its command line is, and shows nothing else. */
static int is_runtime(const char *pid)
{
	char path[64], text[4096];

	snprintf(path, sizeof(path), "/proc/%.16s/cmdline", pid);
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	if (!strstr(text, "bulkhead"))
		return 0;
	for (ssize_t i = 0; i < n; i++)
		if (text[i] == '/') {
			printf("had a path of its command line\n");
			break;
		}
	return 1;
}

/*
 * Try everything on each process that comes in, while it is the runtime: before and after the
 * attempt, since it may have become the user's program in between. Prints what was had; "met" when
 * that were ENOUGH attempts, so that whoever sends the runtime in can stop; and "seen", how many
 * there were, at the end, by SIGTERM.
 */
enum { ENOUGH = 100, FRUITLESS = 1000 };

static volatile sig_atomic_t told_to_end;

static void end(int sig)
{
	(void)sig;
	told_to_end = 1;
}

static unsigned watch_one(const char *pid)
{
	static const char *const files[] = {"mem", "environ", "maps", "auxv", "fd", "map_files"};
	static const char *const links[] = {"exe", "cwd", "root", "fd/0", "fd/3", "ns/user"};
	const char *had = NULL;

	if (!is_runtime(pid))
		return 0;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]) && !had; i++)
		if (can_open(pid, files[i], O_RDONLY))
			had = files[i];
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]) && !had; i++)
		if (can_read_link(pid, links[i]))
			had = links[i];
	if (!had && can_open(pid, "exe", O_WRONLY))
		had = "exe for writing";
	if (!had && can_trace((pid_t)atoi(pid)))
		had = "ptrace";
	if (had && is_runtime(pid))
		printf("had %s\n", had);
	return 1;
}

/* The pid after the one that was given out last in this namespace; @next when nobody tells. */
static unsigned next_pid(unsigned next)
{
	char text[128] = "";
	int fd = open("/proc/loadavg", O_RDONLY);
	unsigned last;

	if (fd < 0)
		return next;
	(void)!read(fd, text, sizeof(text) - 1);
	close(fd);
	return sscanf(text, "%*s %*s %*s %*s %u", &last) == 1 && last >= next + 4 ? last + 1 : next;
}

static int watch(void)
{
	unsigned seen = 0, next = 2, fruitless = 0;
	char pid[16];

	signal(SIGTERM, end);
	printf("watching\n");
	fflush(stdout);
	/* Pids are given out in order: the next one is known before it exists. */
	while (!told_to_end) {
		/* Whoever had no processor while several came in has lost count. */
		if (++fruitless % FRUITLESS == 0)
			next = next_pid(next);
		for (unsigned p = next; p < next + 4; p++) {
			snprintf(pid, sizeof(pid), "%u", p);
			if (kill((pid_t)p, 0) < 0 && errno == ESRCH)
				continue;
			while (!told_to_end && watch_one(pid))
				if (++seen == ENOUGH + 1) {
					printf("met\n");
					fflush(stdout);
				}
			next = p + 1;
		}
	}
	printf("seen %u\n", seen);
	return 0;
}

/* What somebody who sits in a container could do with the terminal that is its stdin. */
static int try_terminal(void)
{
	char c = '#';
	int fd;

	report("isatty", isatty(0) ? 0 : -1);
	report("TIOCSTI", ioctl(0, TIOCSTI, &c));
	report("TIOCSTI_hidden", syscall(SYS_ioctl, 0, 1ul << 32 | TIOCSTI, &c));
	c = 3; /* paste */
	report("TIOCLINUX", ioctl(0, TIOCLINUX, &c));
	report("steal", ioctl(0, TIOCSCTTY, 1));
	fd = open("/dev/tty", O_RDWR);
	report("dev_tty", fd);
	report("pgrp", tcgetpgrp(0));
	return 0;
}

#ifdef __x86_64__
/* socket(2) as 32-bit programs may call it; the arguments must lie below 4 GiB. */
static long socketcall(int family, int type)
{
	int *args = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	long r = 102;

	if (args == MAP_FAILED)
		return -1;
	args[0] = family;
	args[1] = type;
	args[2] = 0;
	__asm__ volatile("int $0x80"
			 : "+a"(r)
			 : "b"(1L), "c"(args)
			 : "memory", "r8", "r9", "r10", "r11");
	errno = r < 0 ? (int)-r : 0;
	return r < 0 ? -1 : r;
}

/* Booted with ia32_emulation=off the kernel answers "int $0x80" with SIGSEGV. */
static bool runs_i386(void)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		long r = 20; /* getpid */

		__asm__ volatile("int $0x80" : "+a"(r) : : "memory", "r8", "r9", "r10", "r11");
		_exit(0);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status);
}
#endif

/* Members of the sets of plan/seccomp_sets.c that an unprivileged process could use. */
static int try_sets(void)
{
	static char page[4096];
	struct iovec v = {page, 1};
	int pair[2];
#ifdef __x86_64__
	/* First: the end of a child stops whoever has asked to be traced. */
	bool i386 = runs_i386();
#endif

	report("ptrace", ptrace(PTRACE_TRACEME, 0, 0, 0));
	report("process_vm_readv", syscall(SYS_process_vm_readv, getpid(), &v, 1, &v, 1, 0));
	report("keyctl", syscall(SYS_keyctl, 0, -3, 0));
	report("io_uring_setup", syscall(SYS_io_uring_setup, 1, page));
	report("userfaultfd", syscall(SYS_userfaultfd, 1));
	report("unshare", syscall(SYS_unshare, CLONE_NEWUSER));
	report("socket_unix", socket(AF_UNIX, SOCK_STREAM, 0));
	report("socket_inet6", socket(AF_INET6, SOCK_STREAM, 0));
	report("socket_netlink", socket(AF_NETLINK, SOCK_RAW, 0));
	report("socket_alg", socket(AF_ALG, SOCK_SEQPACKET, 0));
	report("socket_kcm", socket(AF_KCM, SOCK_DGRAM, 0));
	report("socketpair_unix", socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	report("socketpair_tipc", socketpair(AF_TIPC, SOCK_STREAM, 0, pair));
#ifdef SYS_modify_ldt
	report("modify_ldt", syscall(SYS_modify_ldt, 0, page, sizeof(page)));
#endif
#ifdef __x86_64__
	if (i386) {
		report("socketcall_alg", socketcall(AF_ALG, SOCK_SEQPACKET));
		report("socketcall_unix", socketcall(AF_UNIX, SOCK_STREAM));
	}
#endif
	return 0;
}

static int print_securebits(void)
{
	printf("%#x\n", (unsigned)prctl(PR_GET_SECUREBITS));
	report("clear", prctl(PR_SET_SECUREBITS, 0));
	report("raise", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 5 /* CAP_KILL */, 0, 0));
	return 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(void);
	} loads[] = {
		{"forkbomb", forkbomb},	  {"pipes", hog_pipes},
		{"sockets", hog_sockets}, {"dentries", hog_dentries},
		{"memory", hog_memory},	  {"ids", print_ids},
		{"watch", watch},	  {"terminal", try_terminal},
		{"sets", try_sets},	  {"securebits", print_securebits},
	};

	/* Several of the attempts succeed as root of a host: never there. */
	if (getpid() != 1) {
		fprintf(stderr, "probe: only as the first process of a container\n");
		return 2;
	}
	if (argc == 1) {
		probe_syscalls();
		return 0;
	}
	for (size_t i = 0; i < sizeof(loads) / sizeof(loads[0]); i++)
		if (strcmp(argv[1], loads[i].name) == 0)
			return loads[i].run();
	fprintf(stderr,
		"usage: probe [forkbomb|pipes|sockets|dentries|memory|ids|watch|terminal|sets|"
		"securebits]\n");
	return 2;
}

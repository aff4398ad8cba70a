/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hostile_surface.c: doors to kernel code that plain programs never need and where most holes of
 * late were; and ways around the filter that closes them.
 */
#include "hostile.h"

#include <linux/sched.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/user.h>
#include <sys/wait.h>

static int io_uring(void)
{
	char params[256] = {0};

	return verdict(syscall(SYS_io_uring_setup, 1, params));
}

static int page_faults(void)
{
	/* With the kernel's own faults: without CAP_SYS_PTRACE only user mode's (1) are granted. */
	return any(verdict(syscall(SYS_userfaultfd, 0)), verdict(syscall(SYS_userfaultfd, 1)));
}

static int new_key(void)
{
	return verdict(syscall(SYS_add_key, "user", "hostile", "x", 1, -3));
}

static int socket_alg(void)
{
	return verdict(socket(38, SOCK_SEQPACKET, 0));
}

/* The family is an int for the kernel: bits above it must not fool the filter. */
static int socket_alg_high_bits(void)
{
	return verdict(syscall(SYS_socket, 0x100000026ul, SOCK_SEQPACKET, 0));
}

static int socket_vsock(void)
{
	return verdict(socket(40, SOCK_STREAM, 0));
}

static int socket_packet(void)
{
	return verdict(socket(AF_PACKET, SOCK_RAW, 0));
}

static int unshare_user(void)
{
	return verdict(unshare(CLONE_NEWUSER | CLONE_NEWNS));
}

static int unshare_cgroup(void)
{
	return verdict(unshare(CLONE_NEWCGROUP));
}

/* The number of a child, which ends at once. */
static int born(long pid)
{
	if (pid == 0)
		_exit(0);
	if (pid < 0)
		return -errno;
	waitpid((pid_t)pid, NULL, 0);
	return 0;
}

static int clone_user(void)
{
	return born(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0));
}

static int clone3_user(void)
{
	struct clone_args a = {.flags = CLONE_NEWUSER, .exit_signal = SIGCHLD};

	return born(syscall(SYS_clone3, &a, sizeof(a)));
}

static int readable_is_executable(void)
{
	return verdict(personality(READ_IMPLIES_EXEC));
}

#ifdef __x86_64__
static sigjmp_buf back;

static void no_such_entry(int sig)
{
	(void)sig;
	siglongjmp(back, 1);
}

/* The kernel's entry of 32-bit programs, which a 64-bit program can use as well. */
static long int80(long nr, long arg)
{
	long r;

	signal(SIGSEGV, no_such_entry);
	if (sigsetjmp(back, 1))
		return -ENOSYS;
	__asm__ volatile("int $0x80"
			 : "=a"(r)
			 : "0"(nr), "b"(arg), "c"(0l), "d"(0l)
			 : "memory", "r8", "r9", "r10", "r11");
	return r;
}

static int unshare_by_int80(void)
{
	long r = int80(310, CLONE_NEWUSER);

	return r < 0 ? (int)r : 0;
}

static int unshare_by_x32(void)
{
	return verdict(syscall(0x40000000 | SYS_unshare, CLONE_NEWUSER));
}

/* A traced child asks for its number; what arrives is another call. Since Linux 4.8 the filter sees
 * the call that the tracer has left there. */
static int unshare_by_tracer(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		_exit(syscall(SYS_getppid, CLONE_NEWUSER) == 0 ? 0 : 1);
	}
	int status, r = -EPERM;
	struct user_regs_struct regs;
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		if (ptrace(PTRACE_GETREGS, pid, NULL, &regs) < 0)
			return -errno;
		/* At the entry: at the exit rax has a result. */
		if (regs.orig_rax == SYS_getppid && (long)regs.rax == -ENOSYS) {
			regs.orig_rax = SYS_unshare;
			if (ptrace(PTRACE_SETREGS, pid, NULL, &regs) < 0)
				return -errno;
		}
		if (ptrace(PTRACE_SYSCALL, pid, NULL, NULL) < 0)
			return -errno;
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		r = 0;
	return r;
}
#endif

const struct attempt hostile_surface[] = {
	{"io_uring", "calls that no filter sees", io_uring, HARMLESS | SURFACE},
	{"page_faults", "hold the kernel up inside a page fault", page_faults, HARMLESS | SURFACE},
	{"new_key", "the key service", new_key, HARMLESS | SURFACE},
	{"socket_alg", "the crypto interface", socket_alg, HARMLESS | SURFACE},
	{"socket_alg_high_bits", "the same, for a filter that compares 64 bits",
	 socket_alg_high_bits, HARMLESS | SURFACE},
	{"socket_vsock", "the hypervisor", socket_vsock, HARMLESS | SURFACE},
	{"socket_packet", "raw frames on the bridge", socket_packet, HARMLESS | SURFACE},
	{"unshare_user", "a user namespace with fresh capabilities", unshare_user,
	 HARMLESS | SURFACE},
	{"unshare_cgroup", "a cgroup namespace", unshare_cgroup, HARMLESS | SURFACE},
	{"clone_user", "the same by clone", clone_user, HARMLESS | SURFACE},
	{"clone3_user", "the same by clone3, whose flags no filter sees", clone3_user,
	 HARMLESS | SURFACE},
	{"readable_is_executable", "weaken its own memory protection", readable_is_executable,
	 HARMLESS | SURFACE},
#ifdef __x86_64__
	{"unshare_by_int80", "around the filter by the 32-bit entry", unshare_by_int80,
	 HARMLESS | SURFACE},
	{"unshare_by_x32", "around the filter by x32's numbers", unshare_by_x32,
	 HARMLESS | SURFACE},
	{"unshare_by_tracer", "around the filter by a tracer that changes the call",
	 unshare_by_tracer, HARMLESS | SURFACE},
#endif
	{NULL, NULL, NULL, 0},
};

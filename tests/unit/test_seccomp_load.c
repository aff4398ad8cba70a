/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_seccomp_load.c: filters in a real kernel. Needs no privilege. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "apply/seccomp.h"
#include "base/arena.h"
#include "base/err.h"
#include "harden/measures.h"
#include "oci-spec/spec.h"
#include "tests/unit/check.h"

/* What the built-in policy decides. */
static char *const denied_by_default[] = {(char *)(uintptr_t) "tty-injection", NULL};
static const struct measures builtin = {
	.seccomp_builtin = true,
	.seccomp_deny = (char **)(uintptr_t)denied_by_default,
	.n_seccomp_deny = 1,
};

/* A system call and the errno it must fail with; 0: any result but EPERM and ENOSYS. */
struct attempt {
	const char *what;
	int want;
	long nr;
	long args[6];
};

static const struct attempt attempts[] = {
	{"keyctl", EPERM, SYS_keyctl, {0, -3}},
	{"add_key", EPERM, SYS_add_key, {0}},
	{"bpf", EPERM, SYS_bpf, {0}},
	{"io_uring_setup", EPERM, SYS_io_uring_setup, {1}},
	{"userfaultfd", EPERM, SYS_userfaultfd, {0}},
	{"perf_event_open", EPERM, SYS_perf_event_open, {0}},
	{"mount", EPERM, SYS_mount, {0}},
	{"fsopen", EPERM, SYS_fsopen, {0}},
	{"setns", EPERM, SYS_setns, {-1}},
	{"open_by_handle_at", EPERM, SYS_open_by_handle_at, {-1}},
	{"unshare(CLONE_NEWUSER)", EPERM, SYS_unshare, {CLONE_NEWUSER}},
	{"clone(CLONE_NEWUSER)", EPERM, SYS_clone, {CLONE_NEWUSER | SIGCHLD}},
	{"clone3", ENOSYS, SYS_clone3, {0}},
	{"socket(AF_ALG)", EPERM, SYS_socket, {38, SOCK_SEQPACKET}},
	{"socket(AF_VSOCK)", EPERM, SYS_socket, {40, SOCK_STREAM}},
	{"socket(AF_RXRPC)", EPERM, SYS_socket, {33, SOCK_DGRAM}},
#if __LP64__
	{"socket(AF_ALG) hidden", EPERM, SYS_socket, {1l << 32 | 38, SOCK_SEQPACKET}},
	{"ioctl(TIOCSTI) hidden", EPERM, SYS_ioctl, {-1, 1l << 32 | TIOCSTI}},
#endif
	{"ioctl(TIOCSTI)", EPERM, SYS_ioctl, {-1, TIOCSTI}},
	{"ioctl(TIOCLINUX)", EPERM, SYS_ioctl, {-1, TIOCLINUX}},
	{"number 9999", ENOSYS, 9999, {0}},
	{"socket(AF_UNIX)", 0, SYS_socket, {AF_UNIX, SOCK_STREAM}},
	{"ioctl(TCGETS)", EBADF, SYS_ioctl, {-1, TCGETS}},
	{"getpid", 0, SYS_getpid, {0}},
	{"personality query", 0, SYS_personality, {0xffffffff}},
	{"prctl", 0, SYS_prctl, {PR_GET_SECCOMP}},
};

enum { N_ATTEMPTS = sizeof(attempts) / sizeof(attempts[0]) };

static int try_call(const struct attempt *t)
{
	const long *a = t->args;
	long rc;

	errno = 0;
	rc = syscall(t->nr, a[0], a[1], a[2], a[3], a[4], a[5]);
	if (rc >= 0)
		return t->want == 0;
	if (t->want == 0)
		return errno != EPERM && errno != ENOSYS;
	return errno == t->want;
}

/* In a child under the plan: try everything. Returns its wait status; @ret: results, one each. */
static int run_under(const struct seccomp_plan *p, size_t verify, unsigned char ret[N_ATTEMPTS])
{
	int up[2], down[2], status;
	char go;
	pid_t pid;

	CHECK(pipe(up) == 0 && pipe(down) == 0);
	fflush(stdout);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		unsigned char got[N_ATTEMPTS];
		struct err e = {0};

		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		    seccomp_apply(p, &(int){0}, &e) < 0)
			_exit(99);
		/* loaded; wait until it has been looked at */
		if (write(up[1], "r", 1) != 1 || read(down[0], &go, 1) != 1)
			_exit(98);
		for (size_t i = 0; i < N_ATTEMPTS; i++)
			got[i] = (unsigned char)try_call(&attempts[i]);
		_exit(write(up[1], got, sizeof(got)) == sizeof(got) ? 0 : 97);
	}
	close(up[1]);
	close(down[0]);
	if (read(up[0], &go, 1) == 1 && verify) {
		char path[64];
		int fd;
		struct err e = {0};

		snprintf(path, sizeof(path), "/proc/%d", pid);
		fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
		CHECK(fd >= 0);
		CHECK_MSG(seccomp_verify(fd, verify, &e) == 0, "%s", e.msg);
		CHECK(seccomp_verify(fd, 1000, &e) < 0);
		CHECK_HAS(e.msg, "seccomp filters instead of 1000");
		close(fd);
	}
	(void)!write(down[1], "g", 1);
	memset(ret, 0, N_ATTEMPTS);
	(void)!read(up[0], ret, N_ATTEMPTS);
	close(up[0]);
	close(down[1]);
	CHECK(waitpid(pid, &status, 0) == pid);
	return status;
}

static void all_as_wanted(const struct seccomp_plan *p, size_t filters)
{
	unsigned char got[N_ATTEMPTS];
	int status = run_under(p, filters, got);

	CHECK_MSG(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %#x", status);
	for (size_t i = 0; i < N_ATTEMPTS; i++)
		CHECK_MSG(got[i], "%s", attempts[i].what);
}

TEST(built_in)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct seccomp_plan p;

	CHECK_INT(seccomp_plan_make(NULL, &builtin, 1ull << CAP_SYS_CHROOT, &a, &p, NULL), 0);
	all_as_wanted(&p, 1);
}

TEST(built_in_for_all_capabilities)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct seccomp_plan p;

	CHECK_INT(seccomp_plan_make(NULL, &builtin, UINT64_MAX, &a, &p, NULL), 0);
	all_as_wanted(&p, 1);
}

TEST(caller_that_allows_everything)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	char *flags[] = {(char *)"SECCOMP_FILTER_FLAG_LOG", (char *)"SECCOMP_FILTER_FLAG_TSYNC"};
	struct spec_seccomp s = {.default_action = "SCMP_ACT_ALLOW", .flags = flags, .n_flags = 2};
	struct seccomp_plan p;

	CHECK_INT(seccomp_plan_make(&s, &builtin, 0, &a, &p, NULL), 0);
	all_as_wanted(&p, 1);
}

/* A caller's filter so long that both are loaded, and that denies loading filters. */
TEST(two_filters)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct spec_seccomp_arg args[2030];
	char *names[] = {(char *)"mmap"}, *loaders[] = {(char *)"seccomp"};
	struct spec_syscall calls[2031] = {
		{.names = loaders, .n_names = 1, .action = "SCMP_ACT_ERRNO"}};
	uint32_t errnos[2030];
	struct spec_seccomp s = {.default_action = "SCMP_ACT_ALLOW", .syscalls = calls};
	struct seccomp_plan p = {0};

	for (uint32_t i = 0; i < 2030; i++) {
		args[i] = (struct spec_seccomp_arg){
			.index = 5, .value = 0xabcdef0000 + i, .op = "SCMP_CMP_EQ"};
		errnos[i] = i;
		calls[i + 1] = (struct spec_syscall){.names = names,
						     .n_names = 1,
						     .action = "SCMP_ACT_ERRNO",
						     .errno_ret = &errnos[i],
						     .args = &args[i],
						     .n_args = 1};
	}
	for (s.n_syscalls = 1800; s.n_syscalls <= 2031 && p.n < 2; s.n_syscalls++)
		CHECK_INT(seccomp_plan_make(&s, &builtin, 0, &a, &p, NULL), 0);
	CHECK_INT(p.n, 2);
	all_as_wanted(&p, 2);
}

/* The first attempt ends the process; nothing before it may. */
TEST(caller_that_kills)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	/* the last one only so that lower numbers are known ones */
	char *names[] = {(char *)"write", (char *)"read", (char *)"statx"};
	struct spec_syscall call = {.names = names, .n_names = 3, .action = "SCMP_ACT_ALLOW"};
	struct spec_seccomp s = {
		.default_action = "SCMP_ACT_KILL_PROCESS", .syscalls = &call, .n_syscalls = 1};
	unsigned char got[N_ATTEMPTS];
	struct seccomp_plan p;
	int status;

	CHECK_INT(seccomp_plan_make(&s, &builtin, 0, &a, &p, NULL), 0);
	status = run_under(&p, 1, got);
	CHECK_MSG(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS, "status %#x", status);
}

TEST(refused_without_no_new_privs)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	struct seccomp_plan p;
	pid_t pid;
	int status;

	CHECK_INT(seccomp_plan_make(NULL, &builtin, 0, &a, &p, NULL), 0);
	fflush(stdout);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		struct err e = {0};

		if (geteuid() == 0 && setresuid(65534, 65534, 65534) < 0)
			_exit(3);
		if (seccomp_apply(&p, &(int){0}, &e) != -EACCES)
			_exit(1);
		_exit(strstr(e.msg, "load seccomp filter (built-in)") ? 0 : 2);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK_MSG(status == 0, "status %#x", status);
}

TEST(verify_sees_no_filter)
{
	int fd = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct err e = {0};

	CHECK(fd >= 0);
	CHECK(seccomp_verify(fd, 1, &e) < 0);
	CHECK_HAS(e.msg, "not under a seccomp filter");
	err_clear(&e);
	CHECK(seccomp_verify(-1, 1, &e) < 0);
	CHECK_HAS(e.msg, "process status");
	close(fd);
}

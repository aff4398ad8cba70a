/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * without.c: run a program as on a kernel, or under an outer seccomp profile, that lacks something.
 *
 *   without [-e] WHAT[,WHAT]... PROGRAM [ARG]...
 *
 * WHAT is the name of a system call, or
 *   mounts        the whole mount API
 *   pidfd         all that pidfds need, CLONE_PIDFD of clone(2) excepted
 *   all           every call that the runtime has a fallback for
 *   into-cgroup   clone3(2) with CLONE_INTO_CGROUP is EINVAL, as before 5.7
 *   cgroup.kill   no file of this name can be opened, as before 5.14
 * The calls answer ENOSYS; with -e EPERM, as old profiles of engines do. The last two take a
 * supervisor that looks into the caller's memory: it lives as long as PROGRAM does.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOUNTS 1u
#define PIDFD  2u
#define ALL    4u
#define N(a)   (sizeof(a) / sizeof((a)[0]))

static const struct {
	const char *name;
	int nr;
	unsigned groups;
} calls[] = {
	{"openat2", SYS_openat2, ALL},
	{"open_tree", SYS_open_tree, ALL | MOUNTS},
	{"move_mount", SYS_move_mount, ALL | MOUNTS},
	{"fsopen", SYS_fsopen, ALL | MOUNTS},
	{"fsconfig", SYS_fsconfig, ALL | MOUNTS},
	{"fsmount", SYS_fsmount, ALL | MOUNTS},
	{"fspick", SYS_fspick, ALL | MOUNTS},
	{"mount_setattr", SYS_mount_setattr, ALL | MOUNTS},
	{"clone3", SYS_clone3, ALL},
	{"pidfd_open", SYS_pidfd_open, ALL | PIDFD},
	{"pidfd_send_signal", SYS_pidfd_send_signal, ALL | PIDFD},
	{"close_range", SYS_close_range, ALL},
	{"faccessat2", SYS_faccessat2, ALL},
	{"statx", SYS_statx, ALL},
	{"landlock_create_ruleset", SYS_landlock_create_ruleset, ALL},
	{"landlock_add_rule", SYS_landlock_add_rule, ALL},
	{"landlock_restrict_self", SYS_landlock_restrict_self, ALL},
};

static bool denied[N(calls)];
static bool no_into_cgroup, no_cgroup_kill;

static void fail(const char *what)
{
	perror(what);
	exit(125);
}

static bool choose(const char *what)
{
	unsigned group = strcmp(what, "mounts") == 0  ? MOUNTS
			 : strcmp(what, "pidfd") == 0 ? PIDFD
			 : strcmp(what, "all") == 0   ? ALL
						      : 0;
	bool found = false;

	for (size_t i = 0; i < N(calls); i++)
		if (calls[i].groups & group || strcmp(calls[i].name, what) == 0)
			found = denied[i] = true;
	if (strcmp(what, "into-cgroup") == 0)
		found = no_into_cgroup = true;
	if (strcmp(what, "cgroup.kill") == 0)
		found = no_cgroup_kill = true;
	return found;
}

static void add(struct sock_filter *f, size_t *n, int nr, unsigned verdict)
{
	f[(*n)++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)nr, 0, 1);
	f[(*n)++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, verdict);
}

/* Returns the listener when there is something to supervise, else -1. */
static int install(unsigned verdict)
{
	struct sock_filter f[2 * N(calls) + 16];
	size_t n = 0;
	bool watch = no_into_cgroup || no_cgroup_kill;

	f[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
					      offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < N(calls); i++)
		if (denied[i])
			add(f, &n, calls[i].nr, verdict);
	if (no_into_cgroup)
		add(f, &n, SYS_clone3, SECCOMP_RET_USER_NOTIF);
	if (no_cgroup_kill)
		add(f, &n, SYS_openat, SECCOMP_RET_USER_NOTIF);
	f[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog prog = {.len = (unsigned short)n, .filter = f};
	int fd = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			      watch ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0, &prog);
	if (fd < 0)
		fail("seccomp");
	return watch ? fd : -1;
}

static void send_fd(int sock, int fd)
{
	char byte = 0, control[CMSG_SPACE(sizeof(int))] = {0};
	struct iovec io = {&byte, 1};
	struct msghdr m = {.msg_iov = &io,
			   .msg_iovlen = 1,
			   .msg_control = control,
			   .msg_controllen = sizeof(control)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	if (sendmsg(sock, &m, 0) != 1)
		fail("sendmsg");
}

static int receive_fd(int sock)
{
	char byte, control[CMSG_SPACE(sizeof(int))];
	struct iovec io = {&byte, 1};
	struct msghdr m = {.msg_iov = &io,
			   .msg_iovlen = 1,
			   .msg_control = control,
			   .msg_controllen = sizeof(control)};
	int fd;

	if (recvmsg(sock, &m, MSG_CMSG_CLOEXEC) != 1 || !CMSG_FIRSTHDR(&m))
		fail("recvmsg");
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(fd));
	return fd;
}

/* What stands at @address in @pid's memory, as much as can be read. */
static size_t peek(pid_t pid, uint64_t address, void *buf, size_t size)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : pread(fd, buf, size, (off_t)address);
	if (fd >= 0)
		close(fd);
	return n < 0 ? 0 : (size_t)n;
}

/* The errno of a call, 0: let it go on. */
static int judge(const struct seccomp_notif *q)
{
	if (q->data.nr == SYS_clone3) {
		struct clone_args a = {0};
		peek((pid_t)q->pid, q->data.args[0], &a, sizeof(a));
		return a.flags & CLONE_INTO_CGROUP ? EINVAL : 0;
	}
	char path[512] = "";
	size_t n = peek((pid_t)q->pid, q->data.args[1], path, sizeof(path) - 1);
	path[n] = '\0';
	const char *slash = strrchr(path, '/');
	return strcmp(slash ? slash + 1 : path, "cgroup.kill") == 0 ? ENOENT : 0;
}

static void answer(int listener)
{
	struct seccomp_notif q = {0};

	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &q) < 0)
		return;
	int error = judge(&q);
	struct seccomp_notif_resp r = {
		.id = q.id,
		.error = -error,
		.flags = error ? 0 : SECCOMP_USER_NOTIF_FLAG_CONTINUE,
	};
	(void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &r);
}

static volatile pid_t program;

static void hand_on(int sig)
{
	kill(program, sig);
}

/* Until the program ends; signals that are for it are handed on. */
static int supervise(int listener)
{
	int status;
	int end = (int)syscall(SYS_pidfd_open, program, 0);
	struct pollfd p[] = {{.fd = end, .events = POLLIN}, {.fd = listener, .events = POLLIN}};

	while (poll(p, 2, -1) >= 0 || errno == EINTR) {
		if (p[1].revents & POLLIN)
			answer(listener);
		else if (p[0].revents)
			break;
	}
	if (waitpid(program, &status, 0) < 0)
		fail("waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
	unsigned verdict = SECCOMP_RET_ERRNO | ENOSYS;
	int pair[2], at = 1;

	if (argc > 1 && strcmp(argv[1], "-e") == 0) {
		verdict = SECCOMP_RET_ERRNO | EPERM;
		at++;
	}
	if (argc < at + 2) {
		fprintf(stderr, "usage: without [-e] WHAT[,WHAT]... PROGRAM [ARG]...\n");
		return 125;
	}
	for (char *w = strtok(argv[at], ","); w; w = strtok(NULL, ","))
		if (!choose(w)) {
			fprintf(stderr, "without: what is %s?\n", w);
			return 125;
		}
	/* Without a change of privileges: no_new_privs would be seen in the container. */
	if (!no_into_cgroup && !no_cgroup_kill) {
		install(verdict);
		execv(argv[at + 1], argv + at + 1);
		fail(argv[at + 1]);
	}
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		fail("socketpair");
	for (int s = 1; s < NSIG; s++)
		if (s != SIGCHLD && s != SIGKILL && s != SIGSTOP)
			signal(s, hand_on);
	program = fork();
	if (program < 0)
		fail("fork");
	if (program == 0) {
		for (int s = 1; s < NSIG; s++)
			signal(s, SIG_DFL);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		int listener = install(verdict);
		send_fd(pair[1], listener);
		close(listener);
		close(pair[1]);
		execv(argv[at + 1], argv + at + 1);
		fail(argv[at + 1]);
	}
	close(pair[1]);
	return supervise(receive_fd(pair[0]));
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rootfs_open() with its n-th system call failing, for every n: it fails, says why, and leaves no
 * mount, no file, no descriptor, no other cwd and no other fsuid behind.
 *
 * The failure comes from a seccomp listener: a second process, which shares the descriptors but not
 * the filter, lets every call go on but one.
 */
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stddef.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "tests/integration/rootfs_overlay.h"

static const int injected[] = {
	SYS_openat,	SYS_openat2,   SYS_open_tree, SYS_move_mount, SYS_mount_setattr,
	SYS_fsopen,	SYS_fsconfig,  SYS_fsmount,   SYS_mount,      SYS_umount2,
	SYS_mkdirat,	SYS_symlinkat, SYS_fchdir,    SYS_statx,      SYS_fstatfs,
	SYS_read,	SYS_capget,    SYS_capset,    SYS_newfstatat, SYS_brk,
	SYS_mmap,
#ifdef SYS_fstat
	SYS_fstat,
#endif
#ifdef SYS_readlink
	SYS_readlink,
#endif
	SYS_readlinkat,
};
#define N_INJECTED (sizeof(injected) / sizeof(injected[0]))

/* Shared by the process under test and the one that makes its calls fail. */
static struct shared {
	volatile int armed;
	volatile int calls;	/* so far */
	volatile int fail_call; /* this one fails */
	volatile int failed_nr; /* which system call that was, or -1 */
	volatile int result;
	volatile bool readonly;
	char wrong[BOX_TEXT]; /* what was not as before, or "" */
	struct err err;
} * shared;

static int install_listener(void)
{
	struct sock_filter insns[2 + N_INJECTED + 1];
	struct sock_fprog prog = {.filter = insns};

	insns[prog.len++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
							 offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < N_INJECTED; i++)
		insns[prog.len++] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, (unsigned)injected[i],
			(unsigned char)(N_INJECTED - i), 0);
	insns[prog.len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	insns[prog.len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
	return sys_seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &prog);
}

static void supervise(int listener)
{
	struct seccomp_notif in;
	struct pollfd p = {.fd = listener, .events = POLLIN};

	while (poll(&p, 1, 120000) > 0 && !(p.revents & POLLHUP)) {
		memset(&in, 0, sizeof(in));
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &in) != 0)
			continue;
		struct seccomp_notif_resp out = {.id = in.id,
						 .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
		if (shared->armed && ++shared->calls == shared->fail_call) {
			shared->failed_nr = in.data.nr;
			bool memory = in.data.nr == SYS_brk || in.data.nr == SYS_mmap;
			out.flags = 0;
			out.error = memory ? -ENOMEM : -EIO;
		}
		(void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &out);
	}
}

/* Everything that must be as before. */
struct snapshot {
	char mounts[BOX_TEXT];
	char files[BOX_TEXT];
	char cwd[256];
	int fds;
	int fsuid, fsgid;
	uint32_t effective[2];
};

static void take(struct snapshot *s, const char *dir)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct caps[2];

	memset(s, 0, sizeof(*s));
	box_read_mounts(s->mounts);
	list_dir(dir, s->files, sizeof(s->files));
	if (!getcwd(s->cwd, sizeof(s->cwd)))
		strcpy(s->cwd, "?");
	for (int fd = 0; fd < 256; fd++)
		s->fds += fcntl(fd, F_GETFD) >= 0;
	s->fsuid = setfsuid((uid_t)-1);
	s->fsgid = setfsgid((gid_t)-1);
	syscall(SYS_capget, &header, caps);
	s->effective[0] = caps[0].effective;
	s->effective[1] = caps[1].effective;
}

static const char *difference(const struct snapshot *a, const struct snapshot *b)
{
	/* What nobody can undo: unmounting, and the way back to the cwd. */
	if (shared->failed_nr != SYS_umount2 && strcmp(a->mounts, b->mounts) != 0)
		return b->mounts;
	if (strcmp(a->files, b->files) != 0)
		return b->files;
	if (shared->failed_nr != SYS_fchdir && strcmp(a->cwd, b->cwd) != 0)
		return b->cwd;
	if (a->fds != b->fds)
		return "descriptors leak";
	if (a->fsuid != b->fsuid || a->fsgid != b->fsgid)
		return "fsuid";
	return memcmp(a->effective, b->effective, sizeof(a->effective)) ? "capabilities" : "";
}

static int make_userns(void)
{
	struct clone_args args = {.flags = CLONE_NEWUSER, .exit_signal = SIGCHLD};
	char path[64];
	pid_t pid = sys_clone3(&args);

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pause();
		_exit(0);
	}
	box_map(pid, BOX_UID);
	snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return fd;
}

/* Start the supervisor with our descriptor table, then come under its filter. */
static void come_under_supervision(void)
{
	struct clone_args args = {.flags = CLONE_FILES, .exit_signal = SIGCHLD};
	int announce[2];

	if (pipe2(announce, O_CLOEXEC) != 0)
		_exit(80);
	if (sys_clone3(&args) == 0) {
		int listener;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (read(announce[0], &listener, sizeof(listener)) == sizeof(listener))
			supervise(listener);
		_exit(0);
	}
	int listener = install_listener();
	if (listener < 0 || write(announce[1], &listener, sizeof(listener)) != sizeof(listener))
		_exit(81);
}

static void run_once(const char *path, const char *files)
{
	static struct snapshot before, after;
	struct rootfs_plan p = {.path = path,
				.propagation = MS_SLAVE | MS_REC,
				.attrs = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV};
	struct rootfs r = ROOTFS_INIT;
	int userns = make_userns();

	if (userns < 0 || rootfs_namespace(&p, NULL) < 0)
		_exit(82);
	come_under_supervision();
	take(&before, files);
	shared->armed = 1;
	int result = rootfs_open(&p, userns, BOX_UID, BOX_UID, &r, &shared->err);
	shared->armed = 0;
	if (result == 0) {
		rootfs_close(&r);
		if (rootfs_release(r.workdir, NULL) < 0)
			_exit(83);
	}
	take(&after, files);
	shared->result = result;
	snprintf(shared->wrong, sizeof(shared->wrong), "%s", difference(&before, &after));
	_exit(0);
}

/* One run with call @n failing; false when there is no n-th call. */
static bool check_call(int n, const char *path, const char *files)
{
	int status;

	memset(shared, 0, sizeof(*shared));
	shared->fail_call = n;
	shared->failed_nr = -1;
	fflush(stdout);
	pid_t pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		run_once(path, files);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK_MSG(WIFEXITED(status) && WEXITSTATUS(status) == 0, "call %d (%d): status %x", n,
		  shared->failed_nr, status);
	CHECK_MSG(!shared->wrong[0], "call %d (%d): %s", n, shared->failed_nr, shared->wrong);
	if (shared->failed_nr < 0) {
		CHECK_MSG(shared->result == 0, "%s", shared->err.msg);
		return false;
	}
	if (shared->result < 0)
		CHECK_MSG(shared->err.kind != ERR_NONE && shared->err.msg[0], "call %d (%d)", n,
			  shared->failed_nr);
	return true;
}

static void check_all(const char *path, const char *files, int least)
{
	int n = 1;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	CHECK(shared != MAP_FAILED);
	while (check_call(n, path, files))
		CHECK(n++ < 1000);
	printf("# %d calls\n", n - 1);
	CHECK(n > least);
}

TEST(plain)
{
	make_dirs(at("plain/rootfs"));
	check_all(strdup(at("plain/rootfs")), strdup(at("plain")), 10);
}

TEST(overlay)
{
	overlay_make("ovl", 3, "");
	check_all(strdup(at("ovl/merged")), strdup(at("ovl/rw")), 50);
	overlay_unmount("ovl");
}

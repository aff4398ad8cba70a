/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * floor.c: the least C that gives a container the isolation of a default one: user namespace with
 * maps, pid, network, ipc, uts and cgroup namespaces, a cgroup in every v1 hierarchy with pids,
 * memory and device limits, idmapped root, proc, sysfs, dev, pts, shm, mqueue and cgroup mounts,
 * masks and read-only paths, locked mounts, capabilities, no_new_privs, a seccomp filter, execve,
 * and removal of everything. No parsing, no checks of a request, no error handling worth the name:
 * it is the yardstick, not a program to use.
 *
 *	floor ID ROOTFS FILTER PROGRAM [ARG...]
 *
 * FILTER: a file of struct sock_filter.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#define BASE 1900000000u
#define KEEP 0x800405fbull
#define MUST(call)                                                                                 \
	do {                                                                                       \
		if ((long)(call) < 0) {                                                            \
			dprintf(2, "floor: line %d: %s: %m\n", __LINE__, #call);                   \
			_exit(125);                                                                \
		}                                                                                  \
	} while (0)

static const char *const trees[] = {"cpu",     "cpuacct", "cpuset", "memory", "devices",
				    "freezer", "blkio",	  "pids",   "systemd"};
#define TREES (sizeof(trees) / sizeof(trees[0]))
static int tasks[TREES];
static const char *id;
static struct sock_fprog filter;

static void put(int dir, const char *name, const char *text)
{
	int fd = openat(dir, name, O_WRONLY | O_CLOEXEC);

	MUST(fd);
	MUST(write(fd, text, strlen(text)));
	close(fd);
}

static void make_cgroups(void)
{
	static const char *const allow[] = {"c 1:3 rw", "c 1:5 rw", "c 1:7 rw",	  "c 1:8 rw",
					    "c 1:9 rw", "c 5:0 rw", "c 136:* rw", "c 5:2 rw"};
	char path[256];

	for (size_t i = 0; i < TREES; i++) {
		snprintf(path, sizeof(path), "/sys/fs/cgroup/%s/%s", trees[i], id);
		MUST(mkdir(path, 0755));
		int dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
		MUST(dir);
		if (strcmp(trees[i], "cpuset") == 0) {
			put(dir, "cpuset.cpus", "0-1");
			put(dir, "cpuset.mems", "0");
		} else if (strcmp(trees[i], "memory") == 0) {
			put(dir, "memory.limit_in_bytes", "536870912");
		} else if (strcmp(trees[i], "pids") == 0) {
			put(dir, "pids.max", "1024");
		} else if (strcmp(trees[i], "devices") == 0) {
			put(dir, "devices.deny", "a");
			int fd = openat(dir, "devices.allow", O_WRONLY | O_CLOEXEC);
			for (size_t k = 0; k < sizeof(allow) / sizeof(allow[0]); k++)
				MUST(write(fd, allow[k], strlen(allow[k])));
			close(fd);
		}
		MUST(tasks[i] = openat(dir, "tasks", O_WRONLY | O_CLOEXEC));
		close(dir);
	}
}

static void remove_cgroups(void)
{
	char path[256];

	for (size_t i = 0; i < TREES; i++) {
		snprintf(path, sizeof(path), "/sys/fs/cgroup/%s/%s", trees[i], id);
		MUST(rmdir(path));
	}
}

static void drop_privileges(void)
{
	struct __user_cap_header_struct h = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct d[2] = {{(uint32_t)KEEP, (uint32_t)KEEP, 0}, {0, 0, 0}};

	for (int c = 0; c <= 40; c++)
		if (!(KEEP >> c & 1))
			MUST(prctl(PR_CAPBSET_DROP, c, 0, 0, 0));
	MUST(syscall(SYS_capset, &h, d));
	MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}

static void child(int sock, char **argv)
{
	struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
	char *env[] = {"PATH=/bin", NULL};
	char c;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (size_t i = 0; i < TREES; i++)
		MUST(write(tasks[i], "0", 1));
	MUST(unshare(CLONE_NEWCGROUP));
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	MUST(ioctl(s, SIOCSIFFLAGS, &lo));
	close(s);
	MUST(sethostname("floor", 5));
	MUST(write(sock, "r", 1));
	MUST(read(sock, &c, 1) - 1);
	MUST(unshare(CLONE_NEWNS));
	MUST(chdir("/"));
	MUST(setgroups(0, NULL));
	MUST(setresgid(0, 0, 0));
	MUST(setresuid(0, 0, 0));
	MUST(setsid());
	drop_privileges();
	MUST(syscall(SYS_close_range, 3, ~0u, 4));
	MUST(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter));
	execve(argv[0], argv, env);
	MUST(-1);
}

static void fs_ids(unsigned host_id)
{
	struct __user_cap_header_struct h = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct d[2];

	setfsgid(host_id);
	setfsuid(host_id);
	MUST(syscall(SYS_capget, &h, d));
	d[0].effective = d[0].permitted;
	d[1].effective = d[1].permitted;
	MUST(syscall(SYS_capset, &h, d));
}

/* Inside the container's pid, network, ipc and cgroup namespaces, with the host's credentials. */
static void mount_from_inside(int pidfd)
{
	const unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
	char data[64];

	snprintf(data, sizeof(data), "mode=755,uid=%u,gid=%u", BASE, BASE);
	int own = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
	MUST(setns(pidfd, CLONE_NEWPID));
	pid_t pid = vfork();
	if (pid == 0) {
		MUST(setns(pidfd, CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWCGROUP));
		MUST(mount("proc", "proc", "proc", flags, NULL));
		MUST(mount("sysfs", "sys", "sysfs", flags | MS_RDONLY, NULL));
		MUST(mount("mqueue", "dev/mqueue", "mqueue", flags, NULL));
		MUST(mount("cgroup", "sys/fs/cgroup", "tmpfs", flags, data));
		for (size_t i = 0; i < TREES; i++) {
			char path[64];
			snprintf(path, sizeof(path), "sys/fs/cgroup/%s", trees[i]);
			MUST(mkdir(path, 0755));
			MUST(mount("cgroup", path, "cgroup", flags | MS_RDONLY,
				   strcmp(trees[i], "systemd") == 0 ? "name=systemd" : trees[i]));
		}
		MUST(mount(NULL, "sys/fs/cgroup", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | flags,
			   NULL));
		_exit(0);
	}
	int status;
	MUST(waitpid(pid, &status, 0));
	MUST(setns(own, CLONE_NEWPID));
	close(own);
	if (status)
		_exit(125);
}

static void mount_dev(void)
{
	static const struct {
		const char *name;
		unsigned major, minor;
	} nodes[] = {{"dev/null", 1, 3},   {"dev/zero", 1, 5},	  {"dev/full", 1, 7},
		     {"dev/random", 1, 8}, {"dev/urandom", 1, 9}, {"dev/tty", 5, 0}};
	char data[96];

	snprintf(data, sizeof(data), "mode=755,size=65536k,uid=%u,gid=%u", BASE, BASE);
	MUST(mount("tmpfs", "dev", "tmpfs", MS_NOSUID | MS_STRICTATIME, data));
	for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++)
		MUST(mknod(nodes[i].name, S_IFCHR | 0666, makedev(nodes[i].major, nodes[i].minor)));
	MUST(mkdir("dev/pts", 0755));
	MUST(mkdir("dev/shm", 0755));
	MUST(mkdir("dev/mqueue", 0755));
	snprintf(data, sizeof(data), "newinstance,ptmxmode=0666,mode=0620,gid=%u", BASE + 5);
	MUST(mount("devpts", "dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, data));
	snprintf(data, sizeof(data), "mode=1777,size=65536k,uid=%u,gid=%u", BASE, BASE);
	MUST(mount("shm", "dev/shm", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, data));
	MUST(symlink("pts/ptmx", "dev/ptmx"));
	MUST(symlink("/proc/self/fd", "dev/fd"));
	MUST(symlink("/proc/self/fd/0", "dev/stdin"));
	MUST(symlink("/proc/self/fd/1", "dev/stdout"));
	MUST(symlink("/proc/self/fd/2", "dev/stderr"));
}

static void hide(void)
{
	static const char *const masked[] = {
		"proc/acpi",	   "proc/asound",	 "proc/interrupts",  "proc/kcore",
		"proc/keys",	   "proc/latency_stats", "proc/sched_debug", "proc/scsi",
		"proc/timer_list", "proc/timer_stats",	 "sys/firmware"};
	static const char *const readonly[] = {"proc/bus", "proc/fs", "proc/irq", "proc/sys",
					       "proc/sysrq-trigger"};
	struct mount_attr ro = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
					    MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC};
	struct stat st;

	for (size_t i = 0; i < sizeof(masked) / sizeof(masked[0]); i++) {
		if (stat(masked[i], &st) < 0)
			continue;
		if (S_ISDIR(st.st_mode))
			MUST(mount("tmpfs", masked[i], "tmpfs", MS_RDONLY, "size=0,nr_inodes=2"));
		else
			MUST(mount("dev/null", masked[i], NULL, MS_BIND, NULL));
	}
	for (size_t i = 0; i < sizeof(readonly) / sizeof(readonly[0]); i++) {
		int fd = (int)syscall(SYS_open_tree, AT_FDCWD, readonly[i],
				      OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | 0x8000);
		if (fd < 0)
			continue;
		MUST(syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH | 0x8000, &ro, sizeof(ro)));
		MUST(syscall(SYS_move_mount, fd, "", AT_FDCWD, readonly[i],
			     MOVE_MOUNT_F_EMPTY_PATH));
		close(fd);
	}
}

static void write_map(pid_t pid, const char *file)
{
	char path[64], text[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	snprintf(text, sizeof(text), "0 %u 65536", BASE);
	put(AT_FDCWD, path, text);
}

int main(int argc, char **argv)
{
	int sv[2], pidfd, status;
	char path[64], c;
	struct stat st;

	if (argc < 5)
		return 2;
	id = argv[1];
	int fd = open(argv[3], O_RDONLY | O_CLOEXEC);
	MUST(fstat(fd, &st));
	filter.filter = malloc((size_t)st.st_size);
	filter.len = (unsigned short)((size_t)st.st_size / sizeof(struct sock_filter));
	MUST(read(fd, filter.filter, (size_t)st.st_size));
	close(fd);
	umask(0);
	snprintf(path, sizeof(path), "/run/%s", id);
	MUST(mkdir(path, 0700));
	make_cgroups();
	MUST(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sv));
	int host = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	MUST(host);
	MUST(unshare(CLONE_NEWNS));
	MUST(mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL));
	struct clone_args a = {.flags = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC |
					CLONE_NEWUTS | CLONE_PIDFD,
			       .pidfd = (uint64_t)(uintptr_t)&pidfd,
			       .exit_signal = SIGCHLD};
	pid_t pid = (pid_t)syscall(SYS_clone3, &a, sizeof(a));
	MUST(pid);
	if (pid == 0) {
		close(sv[0]);
		child(sv[1], argv + 4);
	}
	close(sv[1]);
	write_map(pid, "gid_map");
	write_map(pid, "uid_map");
	char ns[64];
	snprintf(ns, sizeof(ns), "/proc/%d/ns/user", pid);
	int user = open(ns, O_RDONLY | O_CLOEXEC);
	MUST(user);
	int root =
		(int)syscall(SYS_open_tree, AT_FDCWD, argv[2], OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	MUST(root);
	struct mount_attr m = {.attr_set = MOUNT_ATTR_IDMAP | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
			       .userns_fd = (uint64_t)user};
	MUST(syscall(SYS_mount_setattr, root, "", AT_EMPTY_PATH, &m, sizeof(m)));
	MUST(syscall(SYS_move_mount, root, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH));
	MUST(fchdir(root));
	MUST(read(sv[0], &c, 1) - 1);
	fs_ids(BASE);
	mount_dev();
	fs_ids(0);
	mount_from_inside(pidfd);
	hide();
	MUST(syscall(SYS_pivot_root, ".", "."));
	MUST(umount2(".", MNT_DETACH));
	/* pivot_root moved our own root too: back to the host's. */
	MUST(setns(host, CLONE_NEWNS));
	MUST(write(sv[0], "g", 1));
	MUST(waitpid(pid, &status, 0));
	remove_cgroups();
	MUST(rmdir(path));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

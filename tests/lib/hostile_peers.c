/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hostile_peers.c: other processes and what they own: the runtime on its way in, the host's keys,
 * sockets and terminals.
 */
#include "hostile.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/kcmp.h>
#include <linux/keyctl.h>
#include <linux/netlink.h>
#include <linux/nsfs.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

/* Call @attack for each process but its own. */
static int each_stranger(int (*attack)(const char *pid))
{
	DIR *d = opendir("/proc");
	int r = -ENOENT;

	if (!d)
		return -errno;
	for (struct dirent *e; r != 0 && (e = readdir(d));)
		if (is_foreign(e->d_name)) {
			r = any(r, attack(e->d_name));
			detail("process %s", e->d_name);
		}
	closedir(d);
	return r;
}

static int is_other(const char *pid, const char *what, const char *own)
{
	char path[64];
	struct stat a, b;

	snprintf(path, sizeof(path), "/proc/%s/%s", pid, what);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	int r = fstat(fd, &a) < 0 || stat(own, &b) < 0	       ? -errno
		: a.st_dev == b.st_dev && a.st_ino == b.st_ino ? -EXDEV
							       : 0;
	close(fd);
	return r;
}

static int other_root(const char *pid)
{
	return is_other(pid, "root", "/");
}

static int other_program(const char *pid)
{
	return is_other(pid, "exe", "/proc/self/exe");
}

static int other_mounts(const char *pid)
{
	return is_other(pid, "ns/mnt", "/proc/self/ns/mnt");
}

static int read_others(const char *pid)
{
	/* Asks the same question as ptrace(2), and leaves the process alone. */
	return verdict(syscall(SYS_kcmp, atoi(pid), atoi(pid), KCMP_VM, 0, 0));
}

static int other_roots(void)
{
	return each_stranger(other_root);
}

static int other_programs(void)
{
	return each_stranger(other_program);
}

static int other_namespaces(void)
{
	return each_stranger(other_mounts);
}

static int other_memory(void)
{
	return each_stranger(read_others);
}

/* Runs a program that isn't of this root: the runtime, which is not what it seems to be yet. */
static int is_of_the_host(const char *pid)
{
	char path[64], target[512];
	struct stat a, b;

	snprintf(path, sizeof(path), "/proc/%s/exe", pid);
	ssize_t n = readlink(path, target, sizeof(target) - 1);
	if (n < 0)
		return -errno;
	target[n] = '\0';
	/* The program itself, not its name: stat(2) asks for no more than readlink(2) did. */
	if (stat(path, &a) < 0)
		return -errno;
	return stat(target, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino ? -EXDEV : 0;
}

static int seize(const char *number)
{
	pid_t pid = atoi(number);

	if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) < 0)
		return -errno;
	/* It may have become a program of this root in between: then it is fair game. */
	int r = is_of_the_host(number) == 0 ? 0 : -EXDEV;
	/* Only who stands still can be let go; who stays traced is never reaped by its parent. */
	ptrace(PTRACE_INTERRUPT, pid, NULL, NULL);
	waitpid(pid, NULL, __WALL);
	ptrace(PTRACE_DETACH, pid, NULL, NULL);
	return r;
}

static int take_descriptors(const char *pid)
{
	int pidfd = (int)syscall(SYS_pidfd_open, atoi(pid), 0);
	int r = -ENOENT;

	if (pidfd < 0)
		return -errno;
	for (int fd = 3; fd < 32 && r != 0; fd++)
		r = any(r, verdict(syscall(SYS_pidfd_getfd, pidfd, fd, 0)));
	if (r == 0 && is_of_the_host(pid) != 0)
		r = -EXDEV;
	close(pidfd);
	return r;
}

static int open_memory(const char *pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%s/mem", pid);
	int r = opens(path, O_RDWR);
	return r == 0 && is_of_the_host(pid) != 0 ? -EXDEV : r;
}

enum { ENOUGH = 20 };

static unsigned strangers, guests;
static const char *how;

static int attack(const char *pid)
{
	static const struct {
		const char *how;
		int (*run)(const char *pid);
	} ways[] = {
		{"seized", seize},
		{"gave descriptors", take_descriptors},
		{"has its memory open", open_memory},
	};

	strangers++;
	int r = is_of_the_host(pid);
	if (r == -EXDEV)
		return -ENOENT;
	/* So that whoever sends the runtime in can stop. */
	if (++guests == ENOUGH + 1) {
		printf("met\n");
		fflush(stdout);
	}
	how = "has its program in view";
	/* That is the way to the host's own file (CVE-2019-5736). */
	for (size_t i = 0; i < LEN(ways) && r != 0; i++) {
		how = ways[i].how;
		r = any(r, ways[i].run(pid));
	}
	return r;
}

static volatile sig_atomic_t told_to_end;

static void end(int sig)
{
	(void)sig;
	told_to_end = 1;
}

int watch_strangers(void)
{
	int r = -ENOENT;

	signal(SIGTERM, end);
	/* The test waits for this before it sends the runtime in. */
	printf("ready\n");
	fflush(stdout);
	while (r != 0 && !told_to_end)
		r = any(r, each_stranger(attack));
	detail("%u looks at others, %u of them not of this root%s%s", strangers, guests,
	       r == 0 ? ", one " : "", r == 0 ? how : "");
	return r;
}

/* Those above its own, and the owner of the UTS namespace, which is the host's. */
static int parent_namespaces(void)
{
	static const struct {
		const char *path;
		unsigned request;
	} ways[] = {
		{"/proc/self/ns/user", NS_GET_PARENT},
		{"/proc/self/ns/pid", NS_GET_PARENT},
		{"/proc/self/ns/uts", NS_GET_USERNS},
	};
	int r = -ENOENT;

	for (size_t i = 0; i < LEN(ways); i++) {
		int fd = open(ways[i].path, O_RDONLY | O_CLOEXEC);

		r = any(r, fd < 0 ? -errno : verdict(ioctl(fd, ways[i].request)));
		close(fd);
	}
	return r;
}

static int namespace_by_handle(uint64_t id, uint32_t type, uint32_t inode)
{
	struct {
		unsigned bytes;
		int type;
		struct {
			uint64_t id;
			uint32_t type, inode;
		} of;
	} h = {sizeof(h.of), 0xf1, {id, type, inode}}; /* FILEID_NSFS */

	/* FD_NSFS_ROOT */
	return verdict(syscall(SYS_open_by_handle_at, -10003, &h, O_RDONLY));
}

/* Namespaces of the host by file handle (Linux 6.18), where their inodes are fixed. */
static int namespaces_by_handle(void)
{
	static const struct {
		uint32_t type, inode;
	} hosts[] = {
		{CLONE_NEWNS, 0xeffffff8},
		{CLONE_NEWNET, 0xeffffff9},
		{CLONE_NEWPID, 0xeffffffc},
		{CLONE_NEWUSER, 0xeffffffd},
	};
	int r = -ENOENT;

	/* Numbers count from 1, in some kernels with that of the processor above. */
	for (size_t i = 0; i < LEN(hosts); i++)
		for (uint64_t id = 1; id < 16 && r != 0; id++) {
			r = any(r, namespace_by_handle(id, hosts[i].type, hosts[i].inode));
			r = any(r, namespace_by_handle(0x1000 + id, hosts[i].type, hosts[i].inode));
		}
	return r;
}

/* "shocker": the root directory of a file system has inode 2, and any file of it is a handle. */
static int files_by_handle(void)
{
	struct {
		unsigned bytes;
		int type;
		uint32_t inode, generation;
	} h = {8, 1, 2, 0};
	struct stat root, found;
	int at = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (at < 0 || fstat(at, &root) < 0)
		return -errno;
	int fd = (int)syscall(SYS_open_by_handle_at, at, &h, O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &found) < 0)
		return -errno;
	detail("inode %llu", (unsigned long long)found.st_ino);
	return found.st_ino == root.st_ino ? -EXDEV : 0;
}

static long keyctl(int what, long a, long b, long c, long d)
{
	return syscall(SYS_keyctl, what, a, b, c, d);
}

static const char key_name[] = "bkh-hostile";

int put_key(void)
{
	return verdict(syscall(SYS_add_key, "user", key_name, "secret", 6, KEY_SPEC_USER_KEYRING));
}

int drop_key(void)
{
	long key = keyctl(KEYCTL_SEARCH, KEY_SPEC_USER_KEYRING, (long)"user", (long)key_name, 0);

	return verdict(keyctl(KEYCTL_UNLINK, key, KEY_SPEC_USER_KEYRING, 0, 0));
}

/* What the test has put into the key ring of the host's root. */
static int host_key(void)
{
	static const int rings[] = {KEY_SPEC_USER_KEYRING, KEY_SPEC_USER_SESSION_KEYRING,
				    KEY_SPEC_SESSION_KEYRING};
	char secret[64] = "";
	int r = -ENOENT;

	for (size_t i = 0; i < LEN(rings) && r != 0; i++) {
		/* Linked to a ring of one's own, it is one's own. */
		keyctl(KEYCTL_LINK, rings[i], KEY_SPEC_SESSION_KEYRING, 0, 0);
		long key = keyctl(KEYCTL_SEARCH, rings[i], (long)"user", (long)key_name, 0);

		if (key >= 0)
			key = keyctl(KEYCTL_READ, key, (long)secret, sizeof(secret) - 1, 0);
		/* A ring without it is as good as a refusal. */
		int one = key < 0 ? -errno : *secret ? 0 : -EIO;
		r = any(r, one == -ENOKEY ? -EACCES : one);
	}
	return r;
}

/* By number, as /proc/keys lists them. */
static int listed_keys(void)
{
	char line[512], secret[64];
	FILE *f = fopen("/proc/keys", "re");
	int r = -ENOENT;

	if (!f)
		return -errno;
	while (r != 0 && fgets(line, sizeof(line), f)) {
		/* Its own rings are no secret. */
		if (!strstr(line, key_name))
			continue;
		long key = strtol(line, NULL, 16);

		r = any(r, verdict(keyctl(KEYCTL_READ, key, (long)secret, sizeof(secret), 0)));
	}
	fclose(f);
	return r;
}

/* Type into the terminal of whoever started it. */
static int type_into_terminal(void)
{
	if (!isatty(0))
		return -ENOENT;
	return verdict(ioctl(0, 0x5412, "x"));
}

static int type_with_high_bits(void)
{
	if (!isatty(0))
		return -ENOENT;
	return verdict(syscall(SYS_ioctl, 0, 0x100005412ul, "x"));
}

static int steal_terminal(void)
{
	if (!isatty(0))
		return -ENOENT;
	setsid();
	return verdict(ioctl(0, 0x540e, 1));
}

static int take_console_output(void)
{
	if (!isatty(0))
		return -ENOENT;
	return verdict(ioctl(0, 0x541d));
}

/* Sockets that have a name but no file: of the network namespace, whoever owns them. */
static int abstract_sockets(void)
{
	char line[512], name[256];
	FILE *f = fopen("/proc/net/unix", "re");
	int r = -ENOENT;

	if (!f)
		return -errno;
	while (r != 0 && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%*s %*s %*s %*s %*s %*s %*s @%255s", name) != 1)
			continue;
		struct sockaddr_un sa = {.sun_family = AF_UNIX};
		size_t n = strnlen(name, sizeof(sa.sun_path) - 1);

		memcpy(sa.sun_path + 1, name, n);
		int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		r = any(r, verdict(connect(
				   fd, (void *)&sa,
				   (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + n))));
		close(fd);
		if (r == 0)
			detail("@%s", name);
	}
	fclose(f);
	return r;
}

/* A record in the host's audit log that says what it likes. */
static int forge_audit(void)
{
	struct {
		struct nlmsghdr h;
		char text[16];
	} m = {.h = {.nlmsg_len = sizeof(m),
		     .nlmsg_type = AUDIT_USER,
		     .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK},
	       .text = "hostile"};
	struct {
		struct nlmsghdr h;
		struct nlmsgerr e;
		char rest[64];
	} reply;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 9);

	if (fd < 0)
		return -errno;
	if (send(fd, &m, sizeof(m), 0) < 0)
		return -errno;
	struct pollfd p = {.fd = fd, .events = POLLIN};
	if (poll(&p, 1, 1000) != 1 || recv(fd, &reply, sizeof(reply), 0) < 0)
		return -ETIMEDOUT;
	return reply.e.error;
}

/* Directories and devices that somebody left open for it. */
static int left_descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	int r = -ENOENT;

	if (!d)
		return -errno;
	for (struct dirent *e; r != 0 && (e = readdir(d));) {
		int fd = atoi(e->d_name);

		if (fd > 2 && fd != dirfd(d)) {
			r = 0;
			detail("descriptor %d", fd);
		}
	}
	closedir(d);
	return r;
}

const struct attempt hostile_peers[] = {
	{"other_roots", "the root of another process", other_roots, HARMLESS},
	{"other_programs", "the program of another process", other_programs, HARMLESS},
	{"other_namespaces", "the namespaces of another process", other_namespaces, HARMLESS},
	{"other_memory", "the memory of another process", other_memory, HARMLESS},
	{"parent_namespaces", "the namespaces above its own", parent_namespaces, 0},
	{"namespaces_by_handle", "the host's namespaces by file handle", namespaces_by_handle,
	 HARMLESS},
	{"files_by_handle", "the host's files by file handle", files_by_handle, HARMLESS},
	{"host_key", "a key of the host's root", host_key, HARMLESS},
	{"listed_keys", "keys that are listed", listed_keys, HARMLESS},
	{"type_into_terminal", "type what the caller's shell will read", type_into_terminal,
	 HARMLESS},
	{"type_with_high_bits", "the same, for a filter that compares 64 bits", type_with_high_bits,
	 HARMLESS},
	{"steal_terminal", "take the caller's terminal", steal_terminal, 0},
	{"take_console_output", "take what the kernel prints", take_console_output, 0},
	{"abstract_sockets", "sockets of whoever shares its network", abstract_sockets, HARMLESS},
	{"forge_audit", "write to the host's audit log", forge_audit, 0},
	{"left_descriptors", "descriptors that were left open", left_descriptors, 0},
	{NULL, NULL, NULL, 0},
};

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_sysctl_apply.c: sysctls of a container's namespaces, written with host credentials from
 * inside them, and read by the container (apply/sysctl.h).
 */
#include <sys/fsuid.h>

#include "apply/sysctl.h"
#include "plan/sysctl.h"
#include "tests/integration/process_box.h"

static struct box box;
static int proc_fd = -1;

#define ITEM(k, p, v, n, root, how)                                                                \
	{                                                                                          \
		.key = k, .path = "sys/" p, .value = v, .ns = n, .as_root = root, .compare = how   \
	}
#define WORDS SYSCTL_COMPARE_WORDS

static const char *const shown[] = {"sys/net/ipv4/ip_unprivileged_port_start",
				    "sys/net/ipv4/ping_group_range",
				    "sys/kernel/msgmax",
				    "sys/kernel/shm_rmid_forced",
				    "sys/fs/mqueue/msg_max",
				    "sys/kernel/domainname",
				    "sys/kernel/sem",
				    "sys/net/ipv4/ip_local_reserved_ports",
				    "sys/user/max_net_namespaces"};

static int show_all(void *arg, struct err *e)
{
	const struct sysctl_plan *user = arg;
	char path[128], text[256];

	if (user) {
		int r = sysctl_apply_user(user, proc_fd, e);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		snprintf(path, sizeof(path), "/proc/%s", shown[i]);
		ssize_t n = file_read_at(AT_FDCWD, path, text, sizeof(text));
		printf("%s=%s", shown[i] + 4, n < 0 ? "?\n" : text);
	}
	return 0;
}

struct applied {
	int result;
	unsigned fsuid, euid;
	struct err err;
};

/* What the runtime's helper does: enter with host credentials, apply. */
static void apply_in(const struct box *b, const struct sysctl_plan *p, int proc, uint64_t flags,
		     struct applied *ret)
{
	int fds[2];
	CHECK(pipe(fds) == 0);
	pid_t pid = fork();

	if (pid == 0) {
		struct applied a = {0};
		if (sys_setns(b->pidfd, (int)flags) < 0)
			_exit(1);
		setfsuid(BOX_UID); /* as the mounts' helper has it */
		a.result = sysctl_apply(p, proc, BOX_UID, BOX_UID, &a.err);
		a.fsuid = (unsigned)setfsuid((uid_t)-1);
		a.euid = geteuid();
		if (write(fds[1], &a, sizeof(a)) < 0)
			_exit(1);
		_exit(0);
	}
	close(fds[1]);
	ssize_t n = read(fds[0], ret, sizeof(*ret));
	close(fds[0]);
	waitpid(pid, NULL, 0);
	CHECK_INT(n, sizeof(*ret));
}

static void apply_and_show(const struct sysctl_item *items, size_t n, struct applied *a)
{
	const struct sysctl_plan p = {items, n};

	if (proc_fd < 0)
		proc_fd = box_proc();
	box_open(&box, BOX_ALL, show_all, NULL);
	apply_in(&box, &p, proc_fd, CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS, a);
	box_go(&box);
}

TEST(every_namespace)
{
	static const struct sysctl_item items[] = {
		ITEM("net.ipv4.ip_unprivileged_port_start", "net/ipv4/ip_unprivileged_port_start",
		     "80", NS_NET, false, WORDS),
		ITEM("kernel.msgmax", "kernel/msgmax", "0x3039", NS_IPC, true, WORDS),
		ITEM("kernel.shm_rmid_forced", "kernel/shm_rmid_forced", "1", NS_IPC, true, WORDS),
		ITEM("kernel.sem", "kernel/sem", "250 32000 32 128", NS_IPC, true, WORDS),
		ITEM("fs.mqueue.msg_max", "fs/mqueue/msg_max", "77", NS_IPC, true, WORDS),
		ITEM("kernel.domainname", "kernel/domainname", "box.example", NS_UTS, false, WORDS),
		ITEM("net.ipv4.ip_local_reserved_ports", "net/ipv4/ip_local_reserved_ports",
		     "8080,8081,9000", NS_NET, false, SYSCTL_COMPARE_PORTS),
		ITEM("net.ipv4.route.flush", "net/ipv4/route/flush", "1", NS_NET, false,
		     SYSCTL_COMPARE_NONE),
		ITEM("net.ipv4.neigh.lo.base_reachable_time_ms",
		     "net/ipv4/neigh/lo/base_reachable_time_ms", "30003", NS_NET, false,
		     SYSCTL_COMPARE_ROUNDED),
	};
	struct applied a;
	char host[64], again[64];

	CHECK(file_read_at(AT_FDCWD, "/proc/sys/kernel/msgmax", host, sizeof(host)) > 0);
	apply_and_show(items, sizeof(items) / sizeof(items[0]), &a);
	CHECK_MSG(a.result == 0, "%s", a.err.msg);
	CHECK_HAS(box.out, "net/ipv4/ip_unprivileged_port_start=80\n");
	CHECK_HAS(box.out, "kernel/msgmax=12345\n");
	CHECK_HAS(box.out, "kernel/shm_rmid_forced=1\n");
	CHECK_HAS(box.out, "kernel/sem=250\t32000\t32\t128\n");
	CHECK_HAS(box.out, "fs/mqueue/msg_max=77\n");
	CHECK_HAS(box.out, "kernel/domainname=box.example\n");
	CHECK_HAS(box.out, "net/ipv4/ip_local_reserved_ports=8080-8081,9000\n");
	/* The host's stay, and so do the helper's ids. */
	CHECK(file_read_at(AT_FDCWD, "/proc/sys/kernel/msgmax", again, sizeof(again)) > 0);
	CHECK_STR(host, again);
	CHECK_INT(a.euid, 0);
	CHECK_INT(a.fsuid, BOX_UID);
}

/* Docker's default for every container; EINVAL when written from inside the user namespace. */
TEST(ping_group_range)
{
	static const struct sysctl_item items[] = {
		ITEM("net.ipv4.ping_group_range", "net/ipv4/ping_group_range", "0 2147483647",
		     NS_NET, false, WORDS),
	};
	struct applied a;

	apply_and_show(items, 1, &a);
	CHECK_MSG(a.result == 0, "%s", a.err.msg);
	CHECK_HAS(box.out, "net/ipv4/ping_group_range=65534\t65534\n");
}

/* ipc owned by the host: the container's root may not write there, the host's may. */
TEST(namespace_of_the_host_inside_the_users)
{
	static const struct sysctl_item items[] = {
		ITEM("kernel.msgmax", "kernel/msgmax", "4321", NS_IPC, true, WORDS),
	};
	const struct sysctl_plan p = {items, 1};
	struct applied a;

	if (proc_fd < 0)
		proc_fd = box_proc();
	box_open(&box, CLONE_NEWIPC | CLONE_NEWPID, show_all, NULL);
	apply_in(&box, &p, proc_fd, CLONE_NEWIPC, &a);
	box_go(&box);
	CHECK_MSG(a.result == 0, "%s", a.err.msg);
	CHECK_HAS(box.out, "kernel/msgmax=4321\n");
	CHECK_INT(a.fsuid, BOX_UID);
}

TEST(what_does_not_exist)
{
	static const struct sysctl_item items[] = {
		ITEM("net.no.such", "net/no/such", "1", NS_NET, false, WORDS),
	};
	struct applied a;

	apply_and_show(items, 1, &a);
	CHECK_INT(a.result, -ENOENT);
	CHECK_INT(a.err.kind, ERR_HOST);
	CHECK_STR(a.err.msg, "sysctl \"net.no.such\" does not exist in the container's namespaces");
}

TEST(what_the_kernel_refuses)
{
	static const struct sysctl_item items[] = {
		ITEM("net.ipv4.ip_unprivileged_port_start", "net/ipv4/ip_unprivileged_port_start",
		     "http", NS_NET, false, WORDS),
	};
	struct applied a;

	apply_and_show(items, 1, &a);
	CHECK_INT(a.result, -EINVAL);
	CHECK_STR(a.err.msg,
		  "write sysctl \"net.ipv4.ip_unprivileged_port_start\": invalid argument");
	CHECK_HAS(box.out, "net/ipv4/ip_unprivileged_port_start=1024\n");
}

TEST(what_the_kernel_takes_in_part)
{
	static const struct sysctl_item items[] = {
		ITEM("net.ipv4.ip_unprivileged_port_start", "net/ipv4/ip_unprivileged_port_start",
		     "80 90", NS_NET, false, WORDS),
	};
	struct applied a;

	apply_and_show(items, 1, &a);
	CHECK_INT(a.result, -EIO);
	CHECK_HAS(a.err.msg, "write sysctl \"net.ipv4.ip_unprivileged_port_start\": ");
}

TEST(what_reads_back_as_something_else)
{
	/* Compared by words, a list that the kernel writes as a range is another value. */
	static const struct sysctl_item items[] = {
		ITEM("net.ipv4.ip_local_reserved_ports", "net/ipv4/ip_local_reserved_ports",
		     "80,81", NS_NET, false, WORDS),
	};
	struct applied a;

	apply_and_show(items, 1, &a);
	CHECK_INT(a.result, -EIO);
	CHECK_STR(a.err.msg, "sysctl \"net.ipv4.ip_local_reserved_ports\" reads back as "
			     "\"80-81\" instead of \"80,81\"");
}

TEST(a_directory_is_no_sysctl)
{
	static const struct sysctl_item items[] = {
		ITEM("net.ipv4", "net/ipv4", "1", NS_NET, false, WORDS),
	};
	struct applied a;

	apply_and_show(items, 1, &a);
	CHECK_INT(a.result, -EISDIR);
}

/* CVE-2025-52881: a prepared tree, or links, in place of /proc. */
TEST(a_fake_procfs)
{
	static const struct sysctl_item items[] = {
		ITEM("kernel.msgmax", "kernel/msgmax", "1", NS_IPC, false, WORDS),
		ITEM("kernel.msgmax", "kernel/msgmax", "1", NS_IPC, true, WORDS),
	};
	char dir[] = "/tmp/bulkhead-sysctl-XXXXXX", path[128];
	struct applied a[2];

	CHECK(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/sys", dir);
	CHECK(symlink("/proc/sys", path) == 0);
	AUTO_FD fake = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (int i = 0; i < 2; i++) {
		const struct sysctl_plan p = {&items[i], 1};
		box_open(&box, BOX_ALL, show_all, NULL);
		apply_in(&box, &p, fake, CLONE_NEWIPC, &a[i]);
		box_go(&box);
	}
	unlink(path);
	rmdir(dir);
	CHECK_INT(a[0].result, -EXDEV);
	CHECK_INT(a[1].result, -EXDEV);
	CHECK(!strstr(box.out, "kernel/msgmax=1\n"));
}

static int mounted_over(void *arg, struct err *e)
{
	const struct sysctl_plan *p = arg;

	/* Another mount inside the procfs must not be crossed. */
	if (mount("none", "/proc/sys/fs", "tmpfs", 0, NULL))
		return -errno;
	mkdir("/proc/sys/fs/mqueue", 0755);
	close(open("/proc/sys/fs/mqueue/msg_max", O_CREAT | O_WRONLY, 0666));
	AUTO_FD proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return sysctl_apply(p, proc, 0, 0, e);
}

TEST(a_mount_inside_the_procfs)
{
	static const struct sysctl_item items[] = {
		ITEM("fs.mqueue.msg_max", "fs/mqueue/msg_max", "1", NS_IPC, false, WORDS),
	};
	const struct sysctl_plan p = {items, 1};

	box_run(&box, BOX_ALL, mounted_over, (void *)&p);
	CHECK_INT(box.result, -EXDEV);
}

TEST(user_sysctls_are_the_childs)
{
	static const struct sysctl_item items[] = {
		ITEM("user.max_net_namespaces", "user/max_net_namespaces", "3", NS_USER, false,
		     WORDS),
		ITEM("kernel.msgmax", "kernel/msgmax", "5", NS_IPC, true, WORDS),
	};
	static const struct sysctl_plan p = {items, 2};
	struct applied a;

	if (proc_fd < 0)
		proc_fd = box_proc();
	box_open(&box, BOX_ALL, show_all, (void *)&p);
	apply_in(&box, &p, proc_fd, CLONE_NEWIPC, &a);
	box_go(&box);
	CHECK_MSG(a.result == 0, "%s", a.err.msg);
	CHECK_MSG(box.result == 0, "%s", box.err.msg);
	CHECK_HAS(box.out, "user/max_net_namespaces=3\n");
	CHECK_HAS(box.out, "kernel/msgmax=5\n");
}

TEST(nothing_to_do)
{
	const struct sysctl_plan none = {NULL, 0};
	struct err e = {0};

	CHECK_INT(sysctl_apply(&none, -1, 0, 0, &e), 0);
	CHECK_INT(sysctl_apply_user(&none, -1, &e), 0);
}

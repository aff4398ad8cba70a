/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test_process_host.c: what the runtime does to the container's process from outside: limits, OOM
 * score, scheduler (apply/rlimits.h, apply/scheduling.h), and the session keyring it joins before
 * (apply/keyring.h).
 */
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <mqueue.h>
#include <sched.h>
#include <sys/resource.h>

#include "apply/keyring.h"
#include "apply/process.h"
#include "apply/rlimits.h"
#include "apply/scheduling.h"
#include "plan/process.h"
#include "tests/integration/process_box.h"

static struct box box;

static bool have_cap(unsigned cap)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};

	syscall(SYS_capget, &head, data);
	return data[cap / 32].effective & (1u << cap % 32);
}

static int show_limit(void *arg, struct err *e)
{
	struct rlimit l;

	(void)e;
	getrlimit((enum __rlimit_resource) * (int *)arg, &l);
	printf("%llu:%llu", (unsigned long long)l.rlim_cur, (unsigned long long)l.rlim_max);
	return 0;
}

TEST(limits_are_set_from_outside)
{
	static const struct rlimit_plan l[] = {
		{RLIMIT_NOFILE, "RLIMIT_NOFILE", 100, 200},
		{RLIMIT_CORE, "RLIMIT_CORE", 0, 0},
	};
	struct process_plan p = {.rlimits = l, .n_rlimits = 2};
	struct err e = {0};
	int which = RLIMIT_NOFILE;

	box_open(&box, BOX_ALL, show_limit, &which);
	int r = rlimits_apply(&p, NULL, box.pid, &e);
	box_go(&box);
	CHECK_MSG(r == 0, "%s", e.msg);
	CHECK_STR(box.out, "100:200");
	which = RLIMIT_CORE;
	box_open(&box, BOX_ALL, show_limit, &which);
	r = rlimits_apply(&p, NULL, box.pid, &e);
	box_go(&box);
	CHECK_INT(r, 0);
	CHECK_STR(box.out, "0:0");
}

TEST(raising_a_hard_limit_needs_a_capability)
{
	struct rlimit now;
	struct err e = {0};
	int which = RLIMIT_MEMLOCK;

	CHECK(getrlimit(RLIMIT_MEMLOCK, &now) == 0);
	if (have_cap(CAP_SYS_RESOURCE) || now.rlim_max == RLIM_INFINITY) {
		printf("# the runtime may raise limits here\n");
		return;
	}
	const struct rlimit_plan l = {RLIMIT_MEMLOCK, "RLIMIT_MEMLOCK", 1, now.rlim_max + 1};
	struct process_plan p = {.rlimits = &l, .n_rlimits = 1};
	box_open(&box, BOX_ALL, show_limit, &which);
	int r = rlimits_apply(&p, NULL, box.pid, &e);
	box_go(&box);
	CHECK_INT(r, -EPERM);
	CHECK_STR(e.msg, "error setting rlimit type 8: operation not permitted");
}

/* A queue of 64 messages of 8 KiB: needs more than 512 KiB of RLIMIT_MSGQUEUE. */
static int open_queue(void *arg, struct err *e)
{
	struct mq_attr a = {.mq_maxmsg = 10, .mq_msgsize = 8192};
	struct rlimit l;

	(void)arg;
	getrlimit(RLIMIT_MSGQUEUE, &l);
	printf("%llu:%llu ", (unsigned long long)l.rlim_cur, (unsigned long long)l.rlim_max);
	if (mq_open("/q", O_CREAT | O_RDWR, 0600, &a) == (mqd_t)-1)
		return err_sys(e, errno, "mq_open");
	return 0;
}

/* A runtime whose caller has given it a low soft limit. */
static int low_runtime(bool prepare, const struct process_plan *p, struct err *e)
{
	struct rlimit low;
	struct rlimits_saved saved = {0};

	getrlimit(RLIMIT_MSGQUEUE, &low);
	const struct rlimit before = low;
	low.rlim_cur = 1000;
	setrlimit(RLIMIT_MSGQUEUE, &low);
	int r = prepare ? rlimits_prepare_parent(p, &saved, e) : 0;
	if (r == 0) {
		box_open(&box, BOX_ALL, open_queue, NULL);
		r = rlimits_apply(p, &saved, box.pid, e);
		box_go(&box);
	}
	rlimits_restore_parent(&saved);
	struct rlimit after;
	getrlimit(RLIMIT_MSGQUEUE, &after);
	bool restored = after.rlim_cur == 1000 && after.rlim_max == low.rlim_max;
	setrlimit(RLIMIT_MSGQUEUE, &before);
	CHECK(restored);
	return r;
}

TEST(limits_frozen_into_the_namespace)
{
	struct rlimit now;
	struct err e = {0};

	CHECK(getrlimit(RLIMIT_MSGQUEUE, &now) == 0);
	const struct rlimit_plan l = {RLIMIT_MSGQUEUE, "RLIMIT_MSGQUEUE", now.rlim_max,
				      now.rlim_max};
	struct process_plan p = {.rlimits = &l, .n_rlimits = 1};
	char want[64];
	snprintf(want, sizeof(want), "%llu:%llu ", (unsigned long long)now.rlim_max,
		 (unsigned long long)now.rlim_max);
	/* The trap: the container has the limit, and yet cannot use it. */
	CHECK_INT(low_runtime(false, &p, &e), 0);
	CHECK_STR(box.out, want);
	CHECK_INT(box.result, -EMFILE);
	/* And the way around it. */
	CHECK_INT(low_runtime(true, &p, &e), 0);
	CHECK_STR(box.out, want);
	CHECK_MSG(box.result == 0, "%s", box.err.msg);
}

TEST(limits_that_nobody_asked_for_stay_the_callers)
{
	struct process_plan p = {0};
	struct rlimit now;
	struct err e = {0};
	char want[64];

	CHECK(getrlimit(RLIMIT_MSGQUEUE, &now) == 0);
	CHECK_INT(low_runtime(true, &p, &e), 0);
	snprintf(want, sizeof(want), "1000:%llu ", (unsigned long long)now.rlim_max);
	CHECK_STR(box.out, want);
}

static int show_oom(void *arg, struct err *e)
{
	char text[16];

	(void)arg, (void)e;
	file_read_at(AT_FDCWD, "/proc/self/oom_score_adj", text, sizeof(text));
	printf("%s", text);
	return 0;
}

static int oom(int score, struct err *e)
{
	struct process_plan p = {.oom_score_adj_set = true, .oom_score_adj = score};
	AUTO_FD proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);

	box_open(&box, BOX_ALL, show_oom, NULL);
	int r = oom_score_apply(&p, proc, box.pid, e);
	box_go(&box);
	return r;
}

TEST(oom_score)
{
	struct err e = {0};

	CHECK_INT(oom(500, &e), 0);
	CHECK_STR(box.out, "500\n");
	CHECK_INT(oom(1000, &e), 0);
	CHECK_STR(box.out, "1000\n");
	int r = oom(-500, &e);
	if (have_cap(CAP_SYS_RESOURCE)) {
		CHECK_INT(r, 0);
	} else {
		CHECK_INT(r, -EACCES);
		CHECK_INT(e.kind, ERR_HOST);
		CHECK_STR(e.msg, "/process/oomScoreAdj: -500 is below the runtime's own and needs "
				 "CAP_SYS_RESOURCE");
	}
}

TEST(oom_score_through_a_procfs_only)
{
	struct process_plan p = {.oom_score_adj_set = true, .oom_score_adj = 1};
	char dir[] = "/tmp/bulkhead-oom-XXXXXX", path[64];
	struct err e = {0};

	CHECK(mkdtemp(dir));
	AUTO_FD fake = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	snprintf(path, sizeof(path), "%s/1", dir);
	mkdir(path, 0755);
	int r = oom_score_apply(&p, fake, 1, &e);
	rmdir(path);
	rmdir(dir);
	CHECK_INT(r, -EXDEV);
}

static int show_scheduler(void *arg, struct err *e)
{
	(void)arg, (void)e;
	printf("policy %d nice %d io %ld", sched_getscheduler(0), getpriority(PRIO_PROCESS, 0),
	       syscall(SYS_ioprio_get, 1, 0));
	return 0;
}

TEST(scheduler_and_io_priority)
{
	struct process_plan p = {
		.scheduler = {.set = true, .policy = SCHED_BATCH, .nice = 7},
		.io_priority = 2 << 13 | 6,
	};
	char inherited[32];
	struct err e = {0};

	box_open(&box, BOX_ALL, show_scheduler, NULL);
	int r = scheduling_apply(&p, box.pid, &e);
	box_go(&box);
	CHECK_MSG(r == 0, "%s", e.msg);
	CHECK_STR(box.out, "policy 3 nice 7 io 16390");
	p = (struct process_plan){.io_priority = -1};
	box_open(&box, BOX_ALL, show_scheduler, NULL);
	r = scheduling_apply(&p, box.pid, &e);
	box_go(&box);
	CHECK_INT(r, 0);
	/* Whoever runs the tests may be nice. */
	snprintf(inherited, sizeof(inherited), "policy 0 nice %d ", getpriority(PRIO_PROCESS, 0));
	CHECK_HAS(box.out, inherited);
}

TEST(real_time_is_the_hosts_to_give)
{
	struct process_plan p = {.scheduler = {.set = true, .policy = SCHED_RR, .priority = 5},
				 .io_priority = -1};
	struct err e = {0};

	box_open(&box, BOX_ALL, show_scheduler, NULL);
	int r = scheduling_apply(&p, box.pid, &e);
	box_go(&box);
	/* A cgroup without real-time bandwidth (RT_GROUP_SCHED) makes even root fail. */
	if (r < 0) {
		CHECK_HAS(e.msg, "error setting scheduler: ");
		CHECK_HAS(box.out, "policy 0 ");
	} else {
		CHECK_HAS(box.out, "policy 2 ");
	}
}

TEST(a_scheduler_the_kernel_refuses)
{
	struct process_plan p = {.scheduler = {.set = true, .policy = 77}, .io_priority = -1};
	struct err e = {0};

	box_open(&box, BOX_ALL, show_scheduler, NULL);
	int r = scheduling_apply(&p, box.pid, &e);
	box_go(&box);
	CHECK_INT(r, -EINVAL);
	CHECK_STR(e.msg, "error setting scheduler: invalid argument");
}

TEST(all_from_the_host_side)
{
	static const struct rlimit_plan l = {RLIMIT_NOFILE, "RLIMIT_NOFILE", 64, 64};
	struct process_plan p = {
		.rlimits = &l,
		.n_rlimits = 1,
		.oom_score_adj_set = true,
		.oom_score_adj = 7,
		.scheduler = {.set = true, .policy = SCHED_IDLE},
		.io_priority = -1,
	};
	AUTO_FD proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct err e = {0};

	box_open(&box, BOX_ALL, show_scheduler, NULL);
	int r = process_apply_host(&p, NULL, proc, box.pid, &e);
	struct rlimit got = {0};
	prlimit(box.pid, RLIMIT_NOFILE, NULL, &got);
	char path[64], text[16];
	snprintf(path, sizeof(path), "/proc/%d/oom_score_adj", box.pid);
	file_read_at(AT_FDCWD, path, text, sizeof(text));
	box_go(&box);
	CHECK_MSG(r == 0, "%s", e.msg);
	CHECK_INT(got.rlim_max, 64);
	CHECK_STR(text, "7\n");
	CHECK_HAS(box.out, "policy 5 ");
}

/* Keyrings: in processes of their own, because a session cannot be left again. */

static long session(char *text, size_t size)
{
	long id =
		sys_keyctl(KEYCTL_GET_KEYRING_ID, (unsigned long)KEY_SPEC_SESSION_KEYRING, 0, 0, 0);
	long n = sys_keyctl(KEYCTL_DESCRIBE, (unsigned long)id, (unsigned long)text, size - 1, 0);

	text[n > 0 && (size_t)n < size ? n : 0] = '\0';
	return id;
}

static int join_twice(void *arg, struct err *e)
{
	char a[128], b[128], host[128];
	long outside = session(host, sizeof(host));

	int r = keyring_join(arg, NULL, e);
	if (r < 0)
		return r;
	long first = session(a, sizeof(a));
	r = keyring_join(arg, NULL, e);
	long second = session(b, sizeof(b));
	printf("%s %s %s", first == second ? "same" : "other", first != outside ? "new" : "old", a);
	return r;
}

TEST(session_keyring)
{
	box_run(&box, 0, join_twice, (void *)"bulkhead-test-keyring");
	if (box.result == -EPERM)
		printf("# keyctl is forbidden here: %s\n", box.err.msg);
	CHECK_MSG(box.result == 0, "%s", box.err.msg);
	/* Owned by root, found by root's processes only: 0x8 (others may search) is not set. */
	CHECK_HAS(box.out, "same new keyring;0;0;");
	CHECK_HAS(box.out, ";_ses.bulkhead-test-keyring");
	unsigned perm = 0;
	CHECK(sscanf(strstr(box.out, "keyring;0;0;"), "keyring;0;0;%x;", &perm) == 1);
	CHECK_INT(perm & 0x00080000, 0x00080000);
	CHECK_INT(perm & 0x0000003f, 0);
}

/* Somebody else's keyring of that name, open to everybody: a trap to share ours. */
static int trap_and_join(void *arg, struct err *e)
{
	static const char name[] = "_ses.bulkhead-test-trap";
	char text[128];
	int ready[2];

	(void)arg;
	if (pipe(ready))
		return -errno;
	pid_t pid = fork();
	if (pid == 0) {
		if (setresgid(54321, 54321, 54321) || setresuid(54321, 54321, 54321))
			_exit(1);
		long id = sys_keyctl(KEYCTL_JOIN_SESSION_KEYRING, (unsigned long)name, 0, 0, 0);
		sys_keyctl(KEYCTL_SETPERM, (unsigned long)id, 0x3f3f3f3f, 0, 0);
		if (write(ready[1], &id, sizeof(id)) < 0)
			_exit(1);
		pause();
		_exit(0);
	}
	long theirs;
	if (read(ready[0], &theirs, sizeof(theirs)) != (ssize_t)sizeof(theirs))
		return -EIO;
	int r = keyring_join("bulkhead-test-trap", NULL, e);
	long ours = session(text, sizeof(text));
	printf("%s %s", ours == theirs ? "trapped" : "free", text);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return r;
}

TEST(keyring_of_somebody_else_is_not_joined)
{
	box_run(&box, 0, trap_and_join, NULL);
	CHECK_MSG(box.result == 0, "%s", box.err.msg);
	CHECK_HAS(box.out, "free keyring;0;0;");
}

/* A user's quota is small; what is left then is an error that says so, not the host's session. */
static int exhaust_and_join(void *arg, struct err *e)
{
	char text[128], name[32];
	int i, r = 0;

	(void)arg;
	if (setresgid(54322, 54322, 54322) || setresuid(54322, 54322, 54322))
		return -errno;
	sys_keyctl(KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0);
	for (i = 0; i < 100000; i++) {
		snprintf(name, sizeof(name), "k%d", i);
		if (syscall(SYS_add_key, "user", name, "x", 1, KEY_SPEC_SESSION_KEYRING) < 0)
			break;
	}
	printf("%d keys ", i);
	r = keyring_join("bulkhead-test-quota", NULL, e);
	session(text, sizeof(text));
	printf("%s", text);
	return r;
}

TEST(keyring_without_quota)
{
	box_run(&box, 0, exhaust_and_join, NULL);
	if (box.result == 0) {
		CHECK_HAS(box.out, "keyring;54322;");
		CHECK(!strstr(box.out, "bulkhead-test-quota"));
	} else {
		CHECK_INT(box.result, -EDQUOT);
		CHECK_INT(box.err.kind, ERR_HOST);
		CHECK_HAS(box.err.msg, "unable to join session keyring: user 54322 has used up its "
				       "quota");
	}
}

TEST(names_of_keyrings_are_never_cut)
{
	char id[1025];

	memset(id, 'i', 1024);
	id[1024] = '\0';
	box_run(&box, 0, join_twice, id);
	CHECK_MSG(box.result == 0, "%s", box.err.msg);
	CHECK(!strstr(box.out, "_ses.iiii"));
	CHECK_HAS(box.out, "other new ");
}

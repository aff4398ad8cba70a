/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_hooks_namespaces.c: in which namespaces and session hooks run (apply/hooks.h). */
#include "apply/keyring.h"
#include "tests/integration/hooks_case.h"

static int hook_in_session(void *arg, struct err *e)
{
	char *argv[] = {(char *)"hook-session", NULL}, *none[] = {NULL};
	struct hooks_run h = how();

	int r = keyring_join("bulkhead-test-hook", NULL, e);
	if (r < 0)
		return r;
	h.leave_keyring = *(bool *)arg;
	return self_hook(argv, none, &h, e);
}

TEST(session_keyring_of_the_container_is_left)
{
	struct box box;
	bool leave = false;

	box_run(&box, 0, hook_in_session, &leave);
	CHECK_MSG(box.result == 0, "%s", box.err.msg);
	CHECK_HAS(out(), ";_ses.bulkhead-test-hook");
	leave = true;
	box_run(&box, 0, hook_in_session, &leave);
	CHECK_MSG(box.result == 0, "%s", box.err.msg);
	const char *text = out();
	CHECK_HAS(text, "keyring;0;0;");
	CHECK(!strstr(text, "_ses.bulkhead"));
}

static int start_container(void *arg, struct err *e)
{
	char *argv[] = {(char *)"sh", (char *)"-c",
			(char *)"echo pid $PPID; id -u; pwd; cat >&2; exit 5", NULL};
	char *none[] = {NULL};
	const struct hook_plan hook = {"/bin/sh", argv, none, 60};
	const struct hook_list list = {&hook, 1};
	struct hooks_run h = how();

	(void)arg;
	h.cwd = "/";
	return hooks_run(&list, HOOK_START_CONTAINER, &h, e);
}

/* startContainer hooks are run by the container's own first process. */
TEST(hook_of_the_containers_own_process)
{
	struct box box;
	char want[256];

	box_run(&box, BOX_ALL, start_container, NULL);
	CHECK(box.result < 0);
	snprintf(want, sizeof(want),
		 "error running startContainer hook #0: exit status 5, stdout: pid 1\n0\n/\n, "
		 "stderr: %s",
		 state);
	CHECK_STR(box.err.msg, want);
}

static int wait_in_box(void *arg, struct err *e)
{
	(void)arg, (void)e;
	return 0;
}

#define NS_LINKS "for n in pid net ipc uts user mnt; do readlink /proc/self/ns/$n; done > out"

static const char *ns_of(pid_t pid, const char *name)
{
	static char text[64];
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, name);
	ssize_t n = readlink(path, text, sizeof(text) - 1);
	text[n < 0 ? 0 : n] = '\0';
	return text;
}

TEST(namespaces_are_entered_with_the_hosts_credentials)
{
	struct box box;
	struct hooks_run h = how();

	box_open(&box, BOX_ALL & ~(uint64_t)CLONE_NEWNS, wait_in_box, NULL);
	h.ns_pidfd = box.pidfd;
	h.ns_flags = CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;
	int r = sh_env(NS_LINKS
		       "; id -u >> out; grep CapEff /proc/self/status >> out; echo $$ >> out",
		       NULL, 60, &h);
	const char *text = out();
	CHECK_MSG(r == 0, "%s", err.msg);
	CHECK_HAS(text, ns_of(box.pid, "pid"));
	CHECK_HAS(text, ns_of(box.pid, "net"));
	CHECK_HAS(text, ns_of(box.pid, "ipc"));
	CHECK_HAS(text, ns_of(box.pid, "uts"));
	CHECK_HAS(text, ns_of(getpid(), "user"));
	CHECK_HAS(text, ns_of(getpid(), "mnt"));
	CHECK_HAS(text, "\n0\n");
	CHECK(!strstr(text, "CapEff:\t0000000000000000"));
	/* What we fork afterwards is where it belongs. */
	CHECK_INT(sh(NS_LINKS), 0);
	text = out();
	CHECK_HAS(text, ns_of(getpid(), "pid"));
	CHECK_HAS(text, ns_of(getpid(), "net"));
	/* Errors of a hook in there come back as well. */
	CHECK(sh_env("echo oops >&2; exit 9", NULL, 60, &h) < 0);
	CHECK_HAS(err.msg, "exit status 9, stdout: , stderr: oops\n");
	CHECK_INT(sh_env("sleep 300", NULL, 1, &h), -ETIMEDOUT);
	box_go(&box);
}

TEST(user_namespace_too_when_asked)
{
	struct box box;
	struct hooks_run h = how();

	chmod(dir, 0777);
	box_open(&box, BOX_ALL & ~(uint64_t)CLONE_NEWNS, wait_in_box, NULL);
	h.ns_pidfd = box.pidfd;
	h.ns_flags = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;
	int r = sh_env(NS_LINKS "; grep -E '^(Uid|Gid|Groups)' /proc/self/status >> out", NULL, 60,
		       &h);
	const char *text = out();
	chmod(dir, 0700);
	CHECK_MSG(r == 0, "%s", err.msg);
	CHECK_HAS(text, ns_of(box.pid, "user"));
	CHECK_HAS(text, ns_of(box.pid, "net"));
	CHECK_HAS(text, "Uid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nGroups:\t \n");
	box_go(&box);
}

TEST(mount_namespace_is_never_entered)
{
	struct box box;
	struct hooks_run h = how();

	box_open(&box, BOX_ALL, wait_in_box, NULL);
	h.ns_pidfd = box.pidfd;
	h.ns_flags = CLONE_NEWNS;
	int r = sh_env("echo ran > out", NULL, 60, &h);
	box_go(&box);
	CHECK_INT(r, -EINVAL);
	CHECK_STR(out(), "ENOENT");
}

TEST(process_that_is_gone)
{
	struct box box;
	struct hooks_run h = how();

	box_open(&box, BOX_ALL, wait_in_box, NULL);
	int pidfd = dup(box.pidfd);
	box_go(&box);
	h.ns_pidfd = pidfd;
	h.ns_flags = CLONE_NEWNET;
	int net = sh_env("echo ran > out", NULL, 60, &h);
	h.ns_flags = CLONE_NEWPID;
	int pid = sh_env("echo ran > out", NULL, 60, &h);
	close(pidfd);
	CHECK_INT(net, -ESRCH);
	CHECK_HAS(err.msg, "enter the container's namespaces for /bin/sh: no such process");
	CHECK_INT(pid, -ESRCH);
	CHECK_STR(out(), "ENOENT");
}

/* A runtime that is killed takes the running hook along. */
static int run_sleeper(void *arg, struct err *e)
{
	(void)arg, (void)e;
	return sh("echo $$ > out; exec sleep 300");
}

/* The moment in which a runtime can die unseen: its child is there, and has not asked for the
 * signal. */
static bool slow;
static int here[2], go_on[2]; /* it tells that it is there, and waits */
int __real_prctl(int option, ...);
int __wrap_prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d);
int __wrap_prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)
{
	char byte = 0;

	if (slow && option == PR_SET_PDEATHSIG &&
	    (write(here[1], &byte, 1) != 1 || read(go_on[0], &byte, 1) != 1))
		_exit(126);
	return __real_prctl(option, a, b, c, d);
}

static int run_slow_sleeper(void *arg, struct err *e)
{
	slow = true;
	return run_sleeper(arg, e);
}

TEST(hook_of_a_runtime_that_is_dead_does_not_begin)
{
	struct box box;
	char byte;

	CHECK(pipe2(here, O_CLOEXEC) == 0 && pipe2(go_on, O_CLOEXEC) == 0);
	box_open(&box, 0, run_slow_sleeper, NULL);
	CHECK(write(box.go_fd, "g", 1) == 1);
	close(here[1]);
	CHECK(read(here[0], &byte, 1) == 1);
	kill(box.pid, SIGKILL);
	waitpid(box.pid, NULL, 0);
	CHECK(write(go_on[1], "g", 1) == 1);
	/* Until it has ended, or become the hook, whose first act is to write. */
	CHECK(read(here[0], &byte, 1) == 0);
	usleep(500 * 1000);
	CHECK_STR(out(), "ENOENT");
	close(here[0]);
	close(go_on[0]);
	close(go_on[1]);
}

TEST(hook_dies_with_the_runtime)
{
	struct box box;
	char path[64], text[32] = "";

	box_open(&box, 0, run_sleeper, NULL);
	CHECK(write(box.go_fd, "g", 1) == 1);
	snprintf(path, sizeof(path), "%s/out", dir);
	for (int i = 0; i < 6000 && !strchr(text, '\n'); i++) {
		usleep(10000);
		if (file_read_at(AT_FDCWD, path, text, sizeof(text)) < 0)
			text[0] = '\0';
	}
	pid_t hook = atoi(text);
	CHECK(hook > 1 && kill(hook, 0) == 0);
	/* Only the runtime: the group is not what ends the hook. */
	kill(box.pid, SIGKILL);
	waitpid(box.pid, NULL, 0);
	out();
	CHECK(dies(hook));
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_hooks_run.c: hooks as processes, and what they cannot do to the runtime (apply/hooks.h). */
#include <linux/keyctl.h>
#include <time.h>

#include "apply/hooks.h"
#include "apply/keyring.h"
#include "tests/integration/process_box.h"

static const char state[] = "{\"ociVersion\":\"1.3.0\",\"id\":\"c1\",\"status\":\"creating\"}";
static char dir[] = "/tmp/bulkhead-hooks-XXXXXX";
static struct err err;

static void clean_up(void)
{
	char cmd[64];

	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	if (system(cmd) != 0)
		fprintf(stderr, "# %s remains\n", dir);
}

__attribute__((constructor(102))) static void set_up(void)
{
	if (!mkdtemp(dir) || chdir("/") != 0)
		abort();
	atexit(clean_up);
}

static struct hooks_run how(void)
{
	return (struct hooks_run){
		.state_json = state, .state_len = sizeof(state) - 1, .cwd = dir, .ns_pidfd = -1};
}

/* One hook: sh -c @script, with @timeout seconds. */
static int sh_env(const char *script, char *const *envp, int64_t timeout, const struct hooks_run *h)
{
	char *argv[] = {(char *)"sh", (char *)"-c", (char *)script, NULL};
	char *none[] = {NULL};
	const struct hook_plan hook = {"/bin/sh", argv, envp ? envp : none, timeout};
	const struct hook_list list = {&hook, 1};

	err_clear(&err);
	return hooks_run(&list, HOOK_PRESTART, h, &err);
}

static int sh(const char *script)
{
	struct hooks_run h = how();

	return sh_env(script, NULL, 0, &h);
}

/* What a hook has written into the file "out" of its directory, removed. */
static const char *out(void)
{
	static char text[8192];
	char path[64];

	snprintf(path, sizeof(path), "%s/out", dir);
	ssize_t n = file_read_at(AT_FDCWD, path, text, sizeof(text));
	unlink(path);
	return n < 0 ? strerrorname_np((int)-n) : text;
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int open_fds(void)
{
	int n = 0;

	for (int fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* Within a second. A zombie is dead: not every machine's pid 1 reaps at once. */
static bool dies(pid_t pid)
{
	char path[64], text[512];

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	for (int i = 0; i < 100; i++) {
		const char *p = file_read_at(AT_FDCWD, path, text, sizeof(text)) < 0
					? NULL
					: strrchr(text, ')');
		if (!p || p[2] == 'Z')
			return true;
		usleep(10000);
	}
	return false;
}

TEST(success_is_silent)
{
	int before = open_fds();

	CHECK_MSG(sh("exit 0") == 0, "%s", err.msg);
	CHECK_MSG(sh("echo noise; echo noise >&2") == 0, "%s", err.msg);
	CHECK_INT(err.kind, ERR_NONE);
	CHECK_INT(open_fds(), before);
	CHECK(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
}

TEST(failure_has_runcs_words)
{
	int before = open_fds();

	CHECK(sh("exit 3") < 0);
	CHECK_STR(err.msg, "error running prestart hook #0: exit status 3, stdout: , stderr: ");
	CHECK(sh("echo one; echo two >&2; exit 1") < 0);
	CHECK_STR(err.msg, "error running prestart hook #0: exit status 1, stdout: one\n, stderr: "
			   "two\n");
	CHECK(sh("kill -9 $$") < 0);
	CHECK_STR(err.msg, "error running prestart hook #0: signal: killed, stdout: , stderr: ");
	CHECK(sh("kill -TERM $$") < 0);
	CHECK_HAS(err.msg, "signal: terminated");
	CHECK_INT(open_fds(), before);
}

TEST(programs_that_cannot_be_executed)
{
	char *argv[] = {(char *)"x", NULL}, *none[] = {NULL};
	char path[64];
	struct hook_plan hook = {"/no/such/hook", argv, none, 0};
	const struct hook_list list = {&hook, 1};
	struct hooks_run h = how();

	err_clear(&err);
	CHECK_INT(hooks_run(&list, HOOK_POSTSTOP, &h, &err), -ENOENT);
	CHECK_STR(err.msg, "error running poststop hook #0: fork/exec /no/such/hook: no such file "
			   "or directory");
	snprintf(path, sizeof(path), "%s/plain", dir);
	close(open(path, O_CREAT | O_WRONLY, 0644));
	hook.path = path;
	err_clear(&err);
	CHECK_INT(hooks_run(&list, HOOK_POSTSTOP, &h, &err), -EACCES);
	chmod(path, 0755);
	err_clear(&err);
	CHECK_INT(hooks_run(&list, HOOK_POSTSTOP, &h, &err), -ENOEXEC);
	CHECK_HAS(err.msg, "exec format error");
	unlink(path);
}

TEST(state_comes_on_stdin)
{
	CHECK_INT(sh("cat > out"), 0);
	CHECK_STR(out(), state);
	/* Reading it twice, or not at all, is the hook's business. */
	CHECK_INT(sh("exec <&-; exit 0"), 0);
	CHECK_INT(sh("head -c 1 > out"), 0);
	CHECK_STR(out(), "{");
}

TEST(a_large_state_arrives_whole)
{
	size_t n = 3 << 20;
	char *big = malloc(n);
	struct hooks_run h = how();

	memset(big, 'x', n);
	h.state_json = big;
	h.state_len = n;
	int r = sh_env("wc -c > out", NULL, 0, &h);
	int ignored = sh_env("exec <&-; sleep 0.1", NULL, 0, &h);
	free(big);
	CHECK_INT(r, 0);
	CHECK_INT(ignored, 0);
	CHECK_STR(out(), "3145728\n");
}

/* CVE-2025-23266: a hook of host root must not take the container's or engine's environment. */
TEST(environment_is_exactly_the_hooks)
{
	char *env[] = {(char *)"A=1", (char *)"B=two words", NULL}, *none[] = {NULL};
	char *argv[] = {(char *)"sh", (char *)"-c", (char *)"/usr/bin/env > out", NULL};
	struct hook_plan hook = {"/bin/sh", argv, none, 0};
	const struct hook_list list = {&hook, 1};
	struct hooks_run h = how();

	setenv("LD_PRELOAD", "/proc/self/cwd/poc.so", 1);
	setenv("LEAK", "leak", 1);
	err_clear(&err);
	CHECK_INT(hooks_run(&list, HOOK_PRESTART, &h, &err), 0);
	const char *text = out();
	CHECK(!strstr(text, "LD_PRELOAD") && !strstr(text, "LEAK"));
	CHECK(!strstr(text, "PATH=") && !strstr(text, "HOME="));
	hook.envp = env;
	CHECK_INT(hooks_run(&list, HOOK_PRESTART, &h, &err), 0);
	text = out();
	CHECK_HAS(text, "A=1\n");
	CHECK_HAS(text, "B=two words\n");
	CHECK(!strstr(text, "LEAK"));
	unsetenv("LD_PRELOAD");
	unsetenv("LEAK");
}

TEST(arguments_are_exactly_the_hooks)
{
	char *argv[] = {(char *)"my name",
			(char *)"-c",
			(char *)"echo \"$0|$1|$2|$#\" > out",
			(char *)"zero",
			(char *)"",
			(char *)"a b",
			NULL};
	char *none[] = {NULL};
	const struct hook_plan hook = {"/bin/sh", argv, none, 0};
	const struct hook_list list = {&hook, 1};
	struct hooks_run h = how();

	err_clear(&err);
	CHECK_INT(hooks_run(&list, HOOK_PRESTART, &h, &err), 0);
	CHECK_STR(out(), "zero||a b|2\n");
}

/* The test program as a hook: says what its session keyring is. */
__attribute__((constructor(101))) static void be_a_hook(void)
{
	char text[256];

	if (!getenv("BULKHEAD_TEST_IS_HOOK"))
		return;
	long n = sys_keyctl(KEYCTL_DESCRIBE, (unsigned long)KEY_SPEC_SESSION_KEYRING,
			    (unsigned long)text, sizeof(text) - 1, 0);
	int fd = open("out", O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
	_exit(n > 0 && fd_write_all(fd, text, (size_t)n - 1) == 0 ? 0 : 1);
}

static int hook_in_session(void *arg, struct err *e)
{
	char *env[] = {(char *)"BULKHEAD_TEST_IS_HOOK=1", NULL}, *argv[] = {(char *)"hook", NULL};
	char self[4096] = "";
	const struct hook_plan hook = {self, argv, env, 20};
	const struct hook_list list = {&hook, 1};
	struct hooks_run h = how();

	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		return -errno;
	int r = keyring_join("bulkhead-test-hook", NULL, e);
	if (r < 0)
		return r;
	h.leave_keyring = *(bool *)arg;
	return hooks_run(&list, HOOK_PRESTART, &h, e);
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

TEST(cwd_is_the_bundle)
{
	char want[64];

	CHECK_INT(sh("pwd > out"), 0);
	snprintf(want, sizeof(want), "%s\n", dir);
	CHECK_STR(out(), want);
	struct hooks_run h = how();
	h.cwd = "/no/such/dir";
	CHECK_INT(sh_env("exit 0", NULL, 0, &h), -ENOENT);
	CHECK_HAS(err.msg, "chdir for /bin/sh: no such file or directory");
}

TEST(no_descriptor_leaks)
{
	/* Deliberately without close-on-exec: the host's root. */
	int leak = open("/", O_PATH | O_DIRECTORY), high = fcntl(leak, F_DUPFD, 900);

	CHECK(leak >= 0 && high >= 900);
	CHECK_INT(sh("ls /proc/self/fd | tr '\\n' ' ' > out"), 0);
	close(leak);
	close(high);
	/* ls has one of its own for the directory. */
	CHECK_STR(out(), "0 1 2 3 ");
}

TEST(signals_are_as_for_a_new_program)
{
	sigset_t block, old;

	sigemptyset(&block);
	sigaddset(&block, SIGTERM);
	sigaddset(&block, SIGCHLD);
	sigprocmask(SIG_BLOCK, &block, &old);
	signal(SIGPIPE, SIG_IGN);
	int r = sh("grep -E 'SigBlk|SigIgn' /proc/self/status > out");
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, &old, NULL);
	CHECK_INT(r, 0);
	CHECK_STR(out(), "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

TEST(timeout)
{
	struct hooks_run h = how();
	double t = seconds();
	int before = open_fds();

	CHECK_INT(sh_env("sleep 30", NULL, 1, &h), -ETIMEDOUT);
	t = seconds() - t;
	CHECK_STR(err.msg,
		  "error running prestart hook #0: hook ran past specified timeout of 1.0s");
	CHECK_MSG(t >= 0.99 && t < 5, "%f s", t);
	CHECK_INT(open_fds(), before);
	/* In time is in time. */
	CHECK_INT(sh_env("sleep 0.1", NULL, 5, &h), 0);
}

TEST(timeout_kills_the_whole_group)
{
	struct hooks_run h = how();

	/* The sleeper ignores polite signals and holds both pipes open. */
	CHECK_INT(
		sh_env("(trap '' TERM HUP INT; exec sleep 40) & echo $! > out; wait", NULL, 1, &h),
		-ETIMEDOUT);
	pid_t sleeper = atoi(out());
	CHECK(sleeper > 1);
	CHECK(dies(sleeper));
}

TEST(timeout_of_a_hook_that_floods)
{
	struct hooks_run h = how();

	CHECK_INT(sh_env("while :; do echo 0123456789012345678901234567890123456789; done", NULL, 1,
			 &h),
		  -ETIMEDOUT);
}

TEST(huge_output_is_drained_and_its_end_kept)
{
	CHECK_INT(sh("head -c 20000000 /dev/zero; head -c 20000000 /dev/zero >&2"), 0);
	CHECK(sh("i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done; echo the end >&2; "
		 "exit 1") < 0);
	CHECK_HAS(err.msg, "exit status 1, stdout: ");
	CHECK_HAS(err.msg, "line 2999\n, stderr: the end\n");
	CHECK(!strstr(err.msg, "line 1\n"));
	CHECK(strlen(err.msg) < sizeof(err.msg) - 1);
}

TEST(a_daemon_left_behind_is_not_waited_for)
{
	double t = seconds();

	CHECK_INT(sh("sleep 20 & echo $! > out; echo started"), 0);
	t = seconds() - t;
	pid_t sleeper = atoi(out());
	CHECK(kill(sleeper, SIGKILL) == 0); /* and not killed either */
	CHECK_MSG(t < 5, "%f s", t);
	t = seconds();
	CHECK(sh("yes & echo $! > out; exit 7") < 0);
	kill(atoi(out()), SIGKILL);
	CHECK_HAS(err.msg, "exit status 7");
	CHECK_MSG(seconds() - t < 5, "%f s", seconds() - t);
}

TEST(in_order_and_up_to_the_first_failure)
{
	char *none[] = {NULL};
	char *a[] = {(char *)"sh", (char *)"-c", (char *)"echo a >> out", NULL};
	char *b[] = {(char *)"sh", (char *)"-c", (char *)"echo b >> out; exit 1", NULL};
	char *c[] = {(char *)"sh", (char *)"-c", (char *)"echo c >> out", NULL};
	const struct hook_plan hooks[] = {
		{"/bin/sh", a, none, 0}, {"/bin/sh", b, none, 0}, {"/bin/sh", c, none, 0}};
	const struct hook_list list = {hooks, 3};
	struct hooks_run h = how();

	err_clear(&err);
	CHECK(hooks_run(&list, HOOK_CREATE_CONTAINER, &h, &err) < 0);
	CHECK_STR(out(), "a\nb\n");
	CHECK_HAS(err.msg, "error running createContainer hook #1: exit status 1");
}

static char failures[2048];

static void note(void *arg, const struct err *why)
{
	strncat(failures, arg, sizeof(failures) - strlen(failures) - 1);
	strncat(failures, why->msg, sizeof(failures) - strlen(failures) - 1);
}

TEST(each_whatever_becomes_of_the_others)
{
	char *none[] = {NULL};
	char *a[] = {(char *)"sh", (char *)"-c", (char *)"echo a >> out; exit 2", NULL};
	char *b[] = {(char *)"sh", (char *)"-c", (char *)"echo b >> out", NULL};
	const struct hook_plan hooks[] = {
		{"/bin/sh", a, none, 0}, {"/nowhere", b, none, 0}, {"/bin/sh", b, none, 0}};
	const struct hook_list list = {hooks, 3};
	struct hooks_run h = how();

	failures[0] = '\0';
	CHECK_INT(hooks_run_each(&list, HOOK_POSTSTOP, &h, note, (void *)"; "), 2);
	CHECK_STR(out(), "a\nb\n");
	CHECK_HAS(failures, "; error running poststop hook #0: exit status 2");
	CHECK_HAS(failures, "; error running poststop hook #1: fork/exec /nowhere: no such file");
	CHECK_INT(hooks_run_each(&list, HOOK_POSTSTOP, &h, NULL, NULL), 2);
	CHECK_STR(out(), "a\nb\n");
}

static int hooks_without_stdio(void *arg, struct err *e)
{
	char *argv[] = {(char *)"sh", (char *)"-c", (char *)"cat > out; echo o; echo e >&2; exit 4",
			NULL};
	char *none[] = {NULL};
	const struct hook_plan hook = {"/bin/sh", argv, none, 0};
	const struct hook_list list = {&hook, 1};
	struct hooks_run h = how();

	(void)arg;
	close(0);
	close(1);
	close(2);
	return hooks_run(&list, HOOK_PRESTART, &h, e);
}

TEST(a_runtime_without_stdio)
{
	struct box box;

	box_run(&box, 0, hooks_without_stdio, NULL);
	CHECK_STR(box.err.msg,
		  "error running prestart hook #0: exit status 4, stdout: o\n, stderr: e\n");
	CHECK_STR(out(), state);
}

static int start_container(void *arg, struct err *e)
{
	char *argv[] = {(char *)"sh", (char *)"-c",
			(char *)"echo pid $PPID; id -u; pwd; cat >&2; exit 5", NULL};
	char *none[] = {NULL};
	const struct hook_plan hook = {"/bin/sh", argv, none, 10};
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
		       NULL, 10, &h);
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
	CHECK(sh_env("echo oops >&2; exit 9", NULL, 10, &h) < 0);
	CHECK_HAS(err.msg, "exit status 9, stdout: , stderr: oops\n");
	CHECK_INT(sh_env("sleep 20", NULL, 1, &h), -ETIMEDOUT);
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
	int r = sh_env(NS_LINKS "; cat /proc/self/uid_map >> out; id >> out", NULL, 10, &h);
	const char *text = out();
	chmod(dir, 0700);
	CHECK_MSG(r == 0, "%s", err.msg);
	CHECK_HAS(text, ns_of(box.pid, "user"));
	CHECK_HAS(text, ns_of(box.pid, "net"));
	CHECK_HAS(text, "uid=0(root) gid=0(root) groups=0(root)\n");
	box_go(&box);
}

TEST(mount_namespace_is_never_entered)
{
	struct box box;
	struct hooks_run h = how();

	box_open(&box, BOX_ALL, wait_in_box, NULL);
	h.ns_pidfd = box.pidfd;
	h.ns_flags = CLONE_NEWNS;
	int r = sh_env("echo ran > out", NULL, 10, &h);
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
	int net = sh_env("echo ran > out", NULL, 10, &h);
	h.ns_flags = CLONE_NEWPID;
	int pid = sh_env("echo ran > out", NULL, 10, &h);
	close(pidfd);
	CHECK_INT(net, -ESRCH);
	CHECK_HAS(err.msg, "start /bin/sh: no such process");
	CHECK_INT(pid, -ESRCH);
	CHECK_STR(out(), "ENOENT");
}

/* A runtime that is killed takes the running hook along. */
static int run_sleeper(void *arg, struct err *e)
{
	(void)arg, (void)e;
	return sh("echo $$ > out; exec sleep 40");
}

TEST(hook_dies_with_the_runtime)
{
	struct box box;
	char path[64], text[32] = "";

	box_open(&box, 0, run_sleeper, NULL);
	CHECK(write(box.go_fd, "g", 1) == 1);
	snprintf(path, sizeof(path), "%s/out", dir);
	for (int i = 0; i < 200 && !strchr(text, '\n'); i++) {
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

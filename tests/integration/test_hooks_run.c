/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_hooks_run.c: hooks as processes, and what they cannot do to the runtime (apply/hooks.h). */
#include "tests/integration/hooks_case.h"

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
	char *env[] = {(char *)"A=1", (char *)"B=two words", (char *)"A=again", NULL};
	char *argv[] = {(char *)"hook-env", NULL}, *none[] = {NULL};
	struct hooks_run h = how();

	setenv("LD_PRELOAD", "/proc/self/cwd/poc.so", 1);
	setenv("LEAK", "leak", 1);
	err_clear(&err);
	int empty = self_hook(argv, none, &h, &err);
	CHECK_MSG(empty == 0, "%s", err.msg);
	CHECK_STR(out(), "");
	int some = self_hook(argv, env, &h, &err);
	unsetenv("LD_PRELOAD");
	unsetenv("LEAK");
	CHECK_INT(some, 0);
	CHECK_STR(out(), "A=1\nB=two words\nA=again\n");
}

TEST(arguments_are_exactly_the_hooks)
{
	char *argv[] = {(char *)"hook-args", (char *)"", (char *)"a b", (char *)"$HOME", NULL};
	char *none[] = {NULL};
	struct hooks_run h = how();

	err_clear(&err);
	CHECK_INT(self_hook(argv, none, &h, &err), 0);
	CHECK_STR(out(), "<hook-args><><a b><$HOME>");
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
	char *argv[] = {(char *)"hook-signals", NULL}, *none[] = {NULL};
	struct hooks_run h = how();
	sigset_t block, old;

	sigemptyset(&block);
	sigaddset(&block, SIGTERM);
	sigaddset(&block, SIGCHLD);
	sigprocmask(SIG_BLOCK, &block, &old);
	signal(SIGPIPE, SIG_IGN);
	err_clear(&err);
	int r = self_hook(argv, none, &h, &err);
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, &old, NULL);
	CHECK_INT(r, 0);
	CHECK_STR(out(), "");
}

TEST(timeout)
{
	struct hooks_run h = how();
	double t = seconds();
	int before = open_fds();

	CHECK_INT(sh_env("sleep 300", NULL, 1, &h), -ETIMEDOUT);
	t = seconds() - t;
	CHECK_STR(err.msg,
		  "error running prestart hook #0: hook ran past specified timeout of 1.0s");
	CHECK_MSG(t >= 0.99 && t < 60, "%f s", t);
	CHECK_INT(open_fds(), before);
	/* In time is in time. */
	CHECK_INT(sh_env("sleep 0.1", NULL, 60, &h), 0);
}

TEST(timeout_kills_the_whole_group)
{
	struct hooks_run h = how();

	/* The sleeper ignores polite signals and holds both pipes open. */
	CHECK_INT(
		sh_env("(trap '' TERM HUP INT; exec sleep 300) & echo $! > out; wait", NULL, 1, &h),
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

	CHECK_INT(sh("sleep 300 & echo $! > out; echo started"), 0);
	t = seconds() - t;
	pid_t sleeper = atoi(out());
	CHECK(kill(sleeper, SIGKILL) == 0); /* and not killed either */
	CHECK_MSG(t < 60, "%f s", t);
	t = seconds();
	CHECK(sh("yes & echo $! > out; exit 7") < 0);
	kill(atoi(out()), SIGKILL);
	CHECK_HAS(err.msg, "exit status 7");
	CHECK_MSG(seconds() - t < 60, "%f s", seconds() - t);
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

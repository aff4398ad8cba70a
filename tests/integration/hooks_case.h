/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hooks_case.h: hooks of shell scripts, and of the test program itself, for tests of apply/hooks.h.
 */
#ifndef BULKHEAD_TESTS_HOOKS_CASE_H
#define BULKHEAD_TESTS_HOOKS_CASE_H

#include <linux/keyctl.h>
#include <time.h>

#include "apply/hooks.h"
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

__attribute__((constructor(103))) static void set_up(void)
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

/* What a hook of the name "hook-<what>" sees, as text. */
static int look_around(const char *what, char **argv, char **envp, FILE *f)
{
	struct sigaction sa;
	sigset_t mask;
	char text[256];

	if (strcmp(what, "env") == 0) {
		while (*envp)
			fprintf(f, "%s\n", *envp++);
	} else if (strcmp(what, "args") == 0) {
		while (*argv)
			fprintf(f, "<%s>", *argv++);
	} else if (strcmp(what, "signals") == 0) {
		sigprocmask(SIG_BLOCK, NULL, &mask);
		for (int n = 1; n < NSIG; n++)
			if (sigaction(n, NULL, &sa) == 0 &&
			    (sa.sa_handler == SIG_IGN || sigismember(&mask, n)))
				fprintf(f, "%d ", n);
	} else if (strcmp(what, "session") == 0) {
		long n = sys_keyctl(KEYCTL_DESCRIBE, (unsigned long)KEY_SPEC_SESSION_KEYRING,
				    (unsigned long)text, sizeof(text) - 1, 0);
		fprintf(f, "%.*s", n > 0 ? (int)n : 0, text);
	}
	return fclose(f);
}

/* This program is its own hook: a shell would add to what it was given. */
__attribute__((constructor(101))) static void be_a_hook(int argc, char **argv, char **envp)
{
	if (argc < 1 || strncmp(argv[0], "hook-", 5) != 0)
		return;
	FILE *f = fopen("out", "we");
	_exit(f && look_around(argv[0] + 5, argv, envp, f) == 0 ? 0 : 1);
}

static int self_hook(char *const *argv, char *const *envp, const struct hooks_run *h, struct err *e)
{
	char self[4096] = "";
	const struct hook_plan hook = {self, argv, envp, 60};
	const struct hook_list list = {&hook, 1};

	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		return -errno;
	return hooks_run(&list, HOOK_PRESTART, h, e);
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

/* Within a minute. A zombie is dead: not every machine's pid 1 reaps at once. */
static bool dies(pid_t pid)
{
	char path[64], text[512];

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	for (int i = 0; i < 6000; i++) {
		const char *p = file_read_at(AT_FDCWD, path, text, sizeof(text)) < 0
					? NULL
					: strrchr(text, ')');
		if (!p || p[2] == 'Z')
			return true;
		usleep(10000);
	}
	return false;
}

#endif

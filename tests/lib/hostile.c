/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hostile.c: a hostile container. Tries the ways out that are known, and prints one line each:
 *
 *   NAME escaped|refused|absent|broken DETAIL
 *
 *   hostile                  every attempt, once
 *   hostile --apart          each in a mount namespace of its own, so that one that gets somewhere
 *                            leaves the others what they need
 *   hostile --harmless       the same, and only those that do no harm where they succeed: for the
 *                            contrast with other runtimes
 *   hostile --list           NAME FLAGS WHAT
 *   hostile --lurk           attack whatever of the runtime shows up, until SIGTERM
 *   hostile --ids            exit 0 if privileged: what a setuid copy of it is asked
 *   hostile --landlock       the version of Landlock, 0: none
 *   hostile --put-key        on the host: a secret for the attempt host_key; --drop-key
 *   hostile NAME...          these attempts
 *
 * Some attempts would do harm on a host. So it runs only where a test has left /hostile-may-run.
 */
#include "hostile.h"

#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/wait.h>

enum { SECONDS_EACH = 60 };

static const struct attempt *const tables[] = {
	hostile_calls,	hostile_surface, hostile_files, hostile_devices,
	hostile_mounts, hostile_cgroups, hostile_ids,	hostile_peers,
};

static char what_happened[256];
static pid_t program;

void detail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what_happened, sizeof(what_happened), fmt, ap);
	va_end(ap);
}

int verdict(long r)
{
	return r < 0 ? -errno : 0;
}

int past(long r, int reason)
{
	return r < 0 && errno != reason ? -errno : 0;
}

int opens(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

int rewrite(const char *path)
{
	char text[4096];
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	ssize_t n = read(fd, text, sizeof(text));
	if (n == 0) {
		/* An empty setting stays empty; a write of nothing would ask nobody. */
		text[0] = '\n';
		n = 1;
	}
	int r = n < 0 ? -errno : verdict(pwrite(fd, text, n, 0));
	close(fd);
	return r;
}

int any(int so_far, int r)
{
	if (so_far == 0 || r == 0)
		return 0;
	return so_far == -ENOENT ? r : so_far;
}

int is_foreign(const char *name)
{
	pid_t pid = atoi(name);

	return pid > 0 && pid != program && pid != getpid();
}

static const char *kind(int r)
{
	switch (r) {
	case 0:
		return "escaped";
	case -ENOENT:
	case -ENOTDIR:
		return "absent";
	default:
		return "refused";
	}
}

static void report(const struct attempt *a, int r)
{
	printf("%s %s %s%s%s\n", a->name, kind(r), r < 0 ? strerrorname_np(-r) : "",
	       r < 0 && *what_happened ? ": " : "", what_happened);
	fflush(stdout);
}

/* In a child: what an attempt did to itself is gone before the next one. */
static void run_one(const struct attempt *a, int apart)
{
	fflush(stdout);
	pid_t pid = fork();
	if (pid < 0) {
		printf("%s broken fork: %m\n", a->name);
		return;
	}
	if (pid == 0) {
		alarm(SECONDS_EACH);
		if (apart && unshare(CLONE_NEWNS) < 0) {
			printf("%s broken no mount namespace of its own: %m\n", a->name);
			fflush(stdout);
			_exit(0);
		}
		report(a, a->run());
		_exit(0);
	}
	int status;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return;
	if (!WIFSIGNALED(status))
		return;
	/* SIGSYS is a filter's answer; any other signal is this program's own fault. */
	if (WTERMSIG(status) == SIGSYS)
		printf("%s refused SIGSYS\n", a->name);
	else
		printf("%s broken signal %d\n", a->name, WTERMSIG(status));
}

static int chosen(const struct attempt *a, char **names)
{
	if (!*names)
		return 1;
	for (; *names; names++)
		if (strcmp(a->name, *names) == 0)
			return 1;
	return 0;
}

static void run_all(char **names, unsigned needed, int apart)
{
	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
		for (const struct attempt *a = tables[t]; a->name; a++)
			if (chosen(a, names) && (a->flags & needed) == needed)
				run_one(a, apart);
}

static int list(void)
{
	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
		for (const struct attempt *a = tables[t]; a->name; a++)
			printf("%s %s%s %s\n", a->name, a->flags & HARMLESS ? "harmless" : "-",
			       a->flags & SURFACE ? ",surface" : "", a->what);
	return 0;
}

static int lurk(void)
{
	const struct attempt a = {.name = "lurk"};

	program = getpid();
	report(&a, watch_strangers());
	return 0;
}

/* Root, or any capability. */
static int privileged(void)
{
	struct __user_cap_header_struct h = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct d[2];

	if (syscall(SYS_capget, &h, d) < 0)
		return 2;
	return geteuid() == 0 || d[0].effective || d[1].effective ? 0 : 1;
}

static int landlock_version(void)
{
	enum { CREATE_RULESET_VERSION = 1 };
	long version = syscall(444, NULL, 0ul, CREATE_RULESET_VERSION);

	printf("%ld\n", version < 0 ? 0 : version);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--ids") == 0)
		return privileged();
	if (argc == 2 && strcmp(argv[1], "--list") == 0)
		return list();
	if (argc == 2 && strcmp(argv[1], "--landlock") == 0)
		return landlock_version();
	if (argc == 2 && strcmp(argv[1], "--put-key") == 0)
		return put_key() < 0;
	if (argc == 2 && strcmp(argv[1], "--drop-key") == 0)
		return drop_key() < 0;
	if (access("/hostile-may-run", F_OK) < 0) {
		fprintf(stderr, "hostile: only in a container of the tests\n");
		return 2;
	}
	program = getpid();
	if (argc == 2 && strcmp(argv[1], "--lurk") == 0)
		return lurk();
	if (argc > 1 && strcmp(argv[1], "--harmless") == 0)
		run_all(argv + 2, HARMLESS, 1);
	else if (argc > 1 && strcmp(argv[1], "--apart") == 0)
		run_all(argv + 2, 0, 1);
	else
		run_all(argv + 1, 0, 0);
	printf("done\n");
	return 0;
}

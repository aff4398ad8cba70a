/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * timer.c: run several commands round-robin and time each whole process, from posix_spawn to exit.
 *
 *	timer ROUNDS IDLE_MS NAME=SHELL-FREE-COMMAND...
 *
 * Each NAME=COMMAND is split at spaces. An argument that begins with "@" gets the number of the
 *round put behind it, so that container ids differ. "a ;; b" is a sequence timed as one. A command
 * that begins with "ns:PATH" runs in that mount namespace: crun refuses hybrid cgroups, so it is
 * shown a host without the v2 part. One line per run: NAME WALL_US CPU_US MAXRSS_KB STATUS.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ARGS_MAX 64

struct command {
	const char *name;
	int ns_fd;
	char *argv[ARGS_MAX]; /* ";;" separates the parts of a sequence */
	int argc;
};

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void parse(char *text, struct command *c)
{
	char *eq = strchr(text, '=');
	char *save;

	if (!eq) {
		fprintf(stderr, "timer: NAME=COMMAND expected: %s\n", text);
		exit(2);
	}
	*eq++ = '\0';
	*c = (struct command){.name = text, .ns_fd = -1};
	if (strncmp(eq, "ns:", 3) == 0) {
		char *path = strtok_r(eq + 3, " ", &save);
		c->ns_fd = open(path, O_RDONLY | O_CLOEXEC);
		if (c->ns_fd < 0) {
			perror(path);
			exit(2);
		}
		eq = NULL;
	}
	for (char *t = strtok_r(eq, " ", &save); t && c->argc < ARGS_MAX - 1;
	     t = strtok_r(NULL, " ", &save))
		c->argv[c->argc++] = t;
}

static int run_one(const struct command *c, int from, int to, long round, int null_fd,
		   struct rusage *ru)
{
	char *argv[ARGS_MAX], id[ARGS_MAX][64];
	int n = 0, status;

	for (int i = from; i < to; i++, n++) {
		argv[n] = c->argv[i];
		if (argv[n][0] == '@') {
			snprintf(id[n], sizeof(id[n]), "%s%ld", argv[n] + 1, round);
			argv[n] = id[n];
		}
	}
	argv[n] = NULL;
	pid_t pid = vfork();
	if (pid == 0) {
		/* A regular file: crun changes the owner of a /dev/null that it gets. */
		dup2(null_fd, 0);
		dup2(null_fd, 1);
		dup2(null_fd, 2);
		if (c->ns_fd >= 0 && setns(c->ns_fd, CLONE_NEWNS) < 0)
			_exit(126);
		execv(argv[0], argv);
		_exit(127);
	}
	while (wait4(pid, &status, 0, ru) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static double cpu_us(const struct rusage *r)
{
	return (double)(r->ru_utime.tv_sec + r->ru_stime.tv_sec) * 1e6 +
	       (double)(r->ru_utime.tv_usec + r->ru_stime.tv_usec);
}

static void measure(const struct command *c, long round, int null_fd)
{
	double cpu = 0, begin = now_us();
	long rss = 0;
	int status = 0;

	for (int from = 0; from < c->argc && status == 0;) {
		struct rusage ru;
		int to = from;
		while (to < c->argc && strcmp(c->argv[to], ";;") != 0)
			to++;
		status = run_one(c, from, to, round, null_fd, &ru);
		cpu += cpu_us(&ru);
		rss = ru.ru_maxrss > rss ? ru.ru_maxrss : rss;
		from = to + 1;
	}
	printf("%s %.0f %.0f %ld %d\n", c->name, now_us() - begin, cpu, rss, status);
}

int main(int argc, char **argv)
{
	struct command c[16];
	int n = argc - 3;

	if (argc < 4 || n > 16) {
		fprintf(stderr, "usage: timer ROUNDS IDLE_MS NAME=COMMAND...\n");
		return 2;
	}
	long rounds = strtol(argv[1], NULL, 10), idle = strtol(argv[2], NULL, 10);
	int null_fd = open("/var/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (null_fd < 0) {
		perror("/var/tmp");
		return 2;
	}
	for (int i = 0; i < n; i++)
		parse(argv[3 + i], &c[i]);
	for (long r = 0; r < rounds; r++) {
		for (int i = 0; i < n; i++) {
			if (idle)
				nanosleep(&(struct timespec){.tv_nsec = idle * 1000000}, NULL);
			/* Start with another one each round: nobody always runs after the same. */
			measure(&c[(i + r) % n], r, null_fd);
		}
	}
	return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * call.c: system calls by number, for tests of filters: `call [NR [ARG...] [, NR [ARG...]]...]`,
 * one line "NR ok VALUE", "NR ERRNO" or "NR trap NR" (SIGSYS was caught) each. An argument is a
 * number or "@TEXT", a pointer to TEXT; "i386:NR" goes by int 0x80, which has pointers of 32 bits,
 * so none. `call trace ...`: in a child whose tracer says "NR trace DATA" and lets the call go on.
 * `call fd NR ...` prints what can be read from the descriptor that the call returns. `call thread
 * ...`: in a second thread. Static.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t trapped_nr;

static void on_sigsys(int sig, siginfo_t *si, void *context)
{
	(void)sig, (void)context;
	trapped_nr = si->si_syscall;
}

static long call_i386(long nr, const long *a)
{
	long r = -ENOSYS;

#ifdef __x86_64__
	__asm__ volatile("int $0x80"
			 : "=a"(r)
			 : "0"(nr), "b"(a[0]), "c"(a[1]), "d"(a[2]), "S"(a[3]), "D"(a[4])
			 : "memory", "r8", "r9", "r10", "r11");
#else
	(void)nr, (void)a;
#endif
	errno = r < 0 && r > -4096 ? (int)-r : 0;
	return errno ? -1 : r;
}

/* One call from words[0] on; how many words it was. */
static int one(char **words, int n, int read_it)
{
	long a[6] = {0};
	char *name = words[0], buf[256];
	int compat = strncmp(name, "i386:", 5) == 0, i = 1;
	long nr = strtol(name + (compat ? 5 : 0), NULL, 0);

	for (; i < n && strcmp(words[i], ",") != 0; i++)
		if (i <= 6)
			a[i - 1] = words[i][0] == '@' ? (long)(words[i] + 1)
						      : (long)strtoul(words[i], NULL, 0);
	errno = 0;
	trapped_nr = -1;
	long r = compat ? call_i386(nr, a) : syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
	if (trapped_nr >= 0)
		printf("%s trap %d\n", name, (int)trapped_nr);
	else if (r < 0)
		printf("%s %s\n", name, strerrorname_np(errno));
	else
		printf("%s ok %ld\n", name, r);
	if (r >= 0 && read_it) {
		ssize_t got = read((int)r, buf, sizeof(buf));

		printf("%.*s\n", got < 0 ? 0 : (int)got, buf);
	}
	fflush(stdout);
	return i;
}

static int all(char **words, int n, int read_it)
{
	struct sigaction catch = {.sa_sigaction = on_sigsys, .sa_flags = SA_SIGINFO};

	sigaction(SIGSYS, &catch, NULL);
	for (int i = 0; i < n; i++)
		i += one(words + i, n - i, read_it);
	return 0;
}

static int traced(char **words, int n)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		raise(SIGSTOP);
		exit(all(words, n, 0));
	}
	waitpid(pid, &status, WUNTRACED);
	if (ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACESECCOMP) < 0)
		return perror("seize"), 1;
	kill(pid, SIGCONT);
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		unsigned long data;

		if (status >> 8 == (SIGTRAP | PTRACE_EVENT_SECCOMP << 8)) {
			ptrace(PTRACE_GETEVENTMSG, pid, 0, &data);
			printf("trace %lu\n", data);
			fflush(stdout);
		}
		ptrace(PTRACE_CONT, pid, 0,
		       status >> 16 || WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status));
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* In a second thread: what ends with it is seen by whether the first one goes on. */
struct words {
	char **v;
	int n;
};

static void *in_thread(void *arg)
{
	struct words *w = arg;

	all(w->v, w->n, 0);
	return NULL;
}

static int threaded(char **words, int n)
{
	struct words w = {words, n};
	pthread_t thread;

	if (pthread_create(&thread, NULL, in_thread, &w) != 0)
		return 1;
	pthread_join(thread, NULL);
	printf("the process goes on\n");
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "thread") == 0)
		return threaded(argv + 2, argc - 2);
	if (argc > 1 && strcmp(argv[1], "trace") == 0)
		return traced(argv + 2, argc - 2);
	if (argc > 1 && strcmp(argv[1], "fd") == 0)
		return all(argv + 2, argc - 2, 1);
	return all(argv + 1, argc - 1, 0);
}

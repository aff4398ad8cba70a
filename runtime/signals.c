/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* signals.c: see signals.h. */
#include "runtime/signals.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"

/*
 * What callers mean by SIGRTMIN, whatever the C library we are linked with keeps for itself:
 * systemd's SIGRTMIN+3 is number 37.
 */
#define RTMIN 34
#define RTMAX 64

static const struct {
	const char *name;
	int number;
} names[] = {
	{"ABRT", SIGABRT}, {"ALRM", SIGALRM}, {"BUS", SIGBUS},	     {"CHLD", SIGCHLD},
	{"CLD", SIGCHLD},  {"CONT", SIGCONT}, {"FPE", SIGFPE},	     {"HUP", SIGHUP},
	{"ILL", SIGILL},   {"INT", SIGINT},   {"IO", SIGIO},	     {"IOT", SIGABRT},
	{"KILL", SIGKILL}, {"PIPE", SIGPIPE}, {"POLL", SIGPOLL},     {"PROF", SIGPROF},
	{"PWR", SIGPWR},   {"QUIT", SIGQUIT}, {"SEGV", SIGSEGV},     {"STKFLT", SIGSTKFLT},
	{"STOP", SIGSTOP}, {"SYS", SIGSYS},   {"TERM", SIGTERM},     {"TRAP", SIGTRAP},
	{"TSTP", SIGTSTP}, {"TTIN", SIGTTIN}, {"TTOU", SIGTTOU},     {"URG", SIGURG},
	{"USR1", SIGUSR1}, {"USR2", SIGUSR2}, {"VTALRM", SIGVTALRM}, {"WINCH", SIGWINCH},
	{"XCPU", SIGXCPU}, {"XFSZ", SIGXFSZ}, {"RTMIN", RTMIN},	     {"RTMAX", RTMAX},
};

static int parse_realtime(const char *name)
{
	uint64_t n;

	if (strncasecmp(name, "RTMIN+", 6) == 0 && str_u64(name + 6, RTMAX - RTMIN, &n) == 0)
		return RTMIN + (int)n;
	if (strncasecmp(name, "RTMAX-", 6) == 0 && str_u64(name + 6, RTMAX - RTMIN, &n) == 0)
		return RTMAX - (int)n;
	return -EINVAL;
}

int signal_parse(const char *text)
{
	const char *name = strncasecmp(text, "SIG", 3) == 0 ? text + 3 : text;
	uint64_t n;

	if (str_u64(text, RTMAX, &n) == 0)
		return (int)n;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcasecmp(name, names[i].name) == 0)
			return names[i].number;
	return parse_realtime(name);
}

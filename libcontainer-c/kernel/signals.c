/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* signals.c: what execve(2) leaves of a process's signals, undone before it. */
#include <signal.h>

#include "kernel/sys.h"

void sys_default_signals(void)
{
	sigset_t none;

	for (int s = 1; s < NSIG; s++)
		if (s != SIGKILL && s != SIGSTOP)
			signal(s, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

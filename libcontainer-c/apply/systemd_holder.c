/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* systemd_holder.c: the place-holder in a scope that has no process of its own yet. */
#include "apply/systemd_priv.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "apply/systemd.h"
#include "base/err.h"
#include "kernel/sys.h"

/* Nothing of the caller's is kept open: whoever waits for the end of a pipe must not wait for us.
 */
static void __attribute__((noreturn)) hold(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent || sys_close_range(0, ~0u, 0) < 0)
		_exit(1);
	for (;;)
		pause();
}

int systemd_holder_start(pid_t *ret, struct err *e)
{
	pid_t parent = getpid(), pid = fork();

	if (pid < 0)
		return err_sys(e, errno, "fork the first process of the scope");
	if (pid == 0)
		hold(parent);
	*ret = pid;
	return 0;
}

void systemd_holder_end(pid_t *holder)
{
	if (*holder <= 0)
		return;
	kill(*holder, SIGKILL);
	while (waitpid(*holder, NULL, 0) < 0 && errno == EINTR)
		;
	*holder = 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* program.c: see program.h. */
#include "lifecycle/program.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "apply/console.h"
#include "apply/exec_path.h"
#include "apply/fds.h"
#include "apply/home.h"
#include "apply/labels.h"
#include "apply/landlock.h"
#include "apply/process.h"
#include "apply/seccomp.h"
#include "base/err.h"
#include "base/fd.h"
#include "kernel/sys.h"
#include "lifecycle/listener.h"
#include "plan/process.h"

/* Room for what process_env_add() keeps a pointer to. */
static char env_home[PATH_MAX + 8], env_listen_fds[32], env_listen_pid[] = "LISTEN_PID=1";
static char exec_path[PATH_MAX];

/* The strings stand one behind the other (execve(2) puts them so). */
static char *arguments;
static size_t arguments_size;

void program_arguments(int argc, char **argv)
{
	arguments = argc > 0 ? argv[0] : NULL;
	arguments_size = argc > 0 ? (size_t)(argv[argc - 1] - argv[0]) + strlen(argv[argc - 1]) : 0;
}

void program_rename(void)
{
	static const char name[] = "bulkhead:exec";

	for (size_t i = 0; i < arguments_size; i++)
		arguments[i] = i < sizeof(name) ? name[i] : '\0';
}

void program_die_with_runtime(bool on)
{
	prctl(PR_SET_PDEATHSIG, on ? SIGKILL : 0);
}

void program_hide(void)
{
	prctl(PR_SET_DUMPABLE, 0);
}

int program_become_root(bool keep_groups, struct err *e)
{
	if ((!keep_groups && setgroups(0, NULL) < 0) || setresgid(0, 0, 0) < 0 ||
	    setresuid(0, 0, 0) < 0)
		return err_sys(e, errno, "become root of the user namespace");
	/* With fs.suid_dumpable 1 the change of ids has made us dumpable (commit_creds()). */
	program_hide();
	return 0;
}

/*
 * The slave that the runtime opened hangs on its own copy of the devpts mount, so that its name
 * would be "/0" in here. Open it once more by its name in our own mounts; anything but the very
 * same device is ignored.
 */
static int reopen_tty(int tty_fd)
{
	struct stat st, again;
	char path[32];

	if (fstat(tty_fd, &st) < 0)
		return tty_fd;
	snprintf(path, sizeof(path), "/dev/pts/%u", minor(st.st_rdev));
	int fd = sys_openat2(AT_FDCWD, path, O_RDWR | O_NOCTTY, 0,
			     RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS);
	if (fd < 0)
		return tty_fd;
	if (fstat(fd, &again) < 0 || again.st_dev != st.st_dev || again.st_ino != st.st_ino ||
	    again.st_rdev != st.st_rdev) {
		close(fd);
		return tty_fd;
	}
	close(tty_fd);
	return fd;
}

/*
 * Without a terminal of the container's own, stdio may be the caller's, when somebody runs a
 * container in the foreground. A session of our own then takes it away as controlling terminal: it
 * cannot be had back while the caller's session has it (TIOCSCTTY), and TIOCSTI on a terminal that
 * is not one's own asks for a capability of the host (ioctl_tty(2)); the seccomp set tty-injection
 * denies it besides. What is left is to read, write and set modes, and that is what stdio is handed
 * over for. Pipes in between were rejected: isatty(3) would be false, and every byte copied twice.
 */
static int take_session(const struct program *p, int tty_fd, struct err *e)
{
	if (p->process->terminal)
		return console_adopt(reopen_tty(tty_fd), e);
	return setsid() < 0 ? err_sys(e, errno, "setsid") : 0;
}

static int enter_landlock(struct program *p, struct err *e)
{
	if (p->walled)
		return 0;
	p->walled = true;
	return landlock_apply(p->landlock, e);
}

/*
 * The walls first: a filter may answer landlock_restrict_self(2) with an errno of 0, which is
 * success to whoever asks, and the domain cannot be read back. Without no_new_privs none is planned
 * (rule landlock).
 */
static int load_seccomp(void *arg, struct err *e)
{
	struct program *p = arg;
	int none, r = enter_landlock(p, e);

	if (r < 0)
		return r;
	p->filtered = true;
	return p->seccomp->listener.path ? listener_load(p->seccomp, p->hs_fd, e)
					 : seccomp_apply(p->seccomp, &none, e);
}

static int set_environment(struct program *p, struct err *e)
{
	struct process_plan *plan = p->process;
	int r = 0;

	if (plan->home_missing) {
		AUTO_FD root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
		home_lookup(root, plan->uid, env_home, sizeof(env_home));
		r = process_env_add(plan, env_home);
	}
	if (r == 0 && p->listen_fds > 0) {
		snprintf(env_listen_fds, sizeof(env_listen_fds), "LISTEN_FDS=%u", p->listen_fds);
		r = process_env_add(plan, env_listen_fds);
		if (r == 0)
			r = process_env_add(plan, env_listen_pid);
	}
	return r < 0 ? err_sys(e, -r, "environment") : 0;
}

int program_prepare(struct program *p, int tty_fd, struct err *e)
{
	int r = take_session(p, tty_fd, e);

	if (r == 0)
		r = labels_apply(p->process, p->proc_fd, e);
	/*
	 * Before any name is looked up that the caller or the image chose, the working directory's
	 * first: no way back to the host (CVE-2024-21626).
	 */
	if (r == 0)
		r = fds_close(p->proc_fd, p->keep_fds, p->hs_fd, p->start_fd, e);
	if (r == 0)
		r = process_apply(p->process, load_seccomp, p, e);
	if (r < 0)
		return r;
	program_hide();
	program_die_with_runtime(true);
	r = set_environment(p, e);
	if (r == 0)
		r = exec_lookup(p->process->argv[0], p->process->envp, exec_path, sizeof(exec_path),
				e);
	if (r == 0 && p->seccomp->listener.path && !p->filtered)
		r = load_seccomp(p, e);
	return r;
}

int program_confine(struct program *p, struct err *e)
{
	int r = 0;

	sys_default_signals();
	/*
	 * A second lock: what was opened after fds_close() is close-on-exec already. A filter that
	 * is in force may answer ENOSYS, and a container has run with it under other runtimes.
	 */
	if (!p->filtered)
		r = fds_seal(p->keep_fds, e);
	return r < 0 || p->filtered ? r : load_seccomp(p, e);
}

void program_execute(struct program *p, struct err *e)
{
	execve(exec_path, p->process->argv, p->process->envp);
	err_sys(e, errno, "exec %s", exec_path);
}

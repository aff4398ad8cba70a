/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* outer_map.c: see outer_map.h. */
#include "lifecycle/outer_map.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "host/facts.h"
#include "host/subid_probe.h"

static char *const clean_environment[] = {(char[]){"PATH=" HOST_DEFAULT_PATH}, NULL};

/* PROGRAM PID 0 OWN 1 INSIDE OUTSIDE COUNT ... */
static char **arguments(const char *program, uint32_t own, const struct id_extent *v, size_t n,
			struct arena *a)
{
	char **args = arena_array(a, 3 * n + 6, sizeof(*args));
	size_t k = 0;

	if (!args)
		return NULL;
	args[k++] = arena_strdup(a, program);
	args[k++] = arena_printf(a, "%d", (int)getpid());
	args[k++] = arena_strdup(a, "0");
	args[k++] = arena_printf(a, "%u", own);
	args[k++] = arena_strdup(a, "1");
	for (size_t i = 0; i < n; i++) {
		args[k++] = arena_printf(a, "%u", v[i].inside);
		args[k++] = arena_printf(a, "%u", v[i].outside);
		args[k++] = arena_printf(a, "%u", v[i].size);
	}
	for (size_t i = 0; i < k; i++)
		if (!args[i])
			return NULL;
	return args;
}

/* Both files and both programs, or the own id alone: a range of users without groups is no use. */
static int look_up(struct arena *a, struct outer_map *m, struct err *e)
{
	const char *name = host_user_name(m->uid, a);
	const char *uids = host_find_program("newuidmap", a),
		   *gids = host_find_program("newgidmap", a);
	struct id_extent *u, *g;
	size_t nu, ng;
	int r = host_subids("/etc/subuid", name, m->uid, a, &u, &nu, e);

	if (r == 0)
		r = host_subids("/etc/subgid", name, m->uid, a, &g, &ng, e);
	if (r < 0 || !nu || !ng || !uids || !gids)
		return r;
	m->uid_args = arguments(uids, m->uid, u, nu, a);
	m->gid_args = arguments(gids, m->gid, g, ng, a);
	return m->uid_args && m->gid_args ? 0 : err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
}

/* What a program says goes to the pipe; its status comes back. */
static int run_program(char *const *args, int out_fd)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (dup2(out_fd, STDOUT_FILENO) >= 0 && dup2(out_fd, STDERR_FILENO) >= 0)
			execve(args[0], args, clean_environment);
		const char *why = strerrorname_np(errno);
		(void)fd_write_all(out_fd, why, strlen(why));
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void __attribute__((noreturn)) helper(const struct outer_map *m, int go_fd, int report_fd)
{
	char c;

	/* Who waits for a namespace that is never made must not stay. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (read(go_fd, &c, 1) < 0 && errno == EINTR)
		;
	int status = run_program(m->gid_args, report_fd);
	if (status == 0)
		status = run_program(m->uid_args, report_fd);
	_exit(status == 0 ? 0 : 1);
}

static int start_helper(struct outer_map *m, struct err *e)
{
	int go[2], report[2];

	if (pipe2(go, O_CLOEXEC) < 0)
		return err_sys(e, errno, "pipe");
	AUTO_FD go_rd = go[0];
	m->go_fd = go[1];
	if (pipe2(report, O_CLOEXEC) < 0)
		return err_sys(e, errno, "pipe");
	m->report_fd = report[0];
	AUTO_FD report_wr = report[1];
	m->helper = fork();
	if (m->helper < 0) {
		m->helper = 0;
		return err_sys(e, errno, "fork");
	}
	if (m->helper == 0) {
		close(m->go_fd);
		close(m->report_fd);
		helper(m, go_rd, report_wr);
	}
	return 0;
}

int outer_map_prepare(struct arena *a, struct outer_map *ret, struct err *e)
{
	struct outer_map m = OUTER_MAP_INIT;

	m.uid = geteuid();
	m.gid = getegid();
	int r = look_up(a, &m, e);
	if (r == 0 && m.uid_args)
		r = start_helper(&m, e);
	if (r < 0) {
		outer_map_end(&m);
		return r;
	}
	*ret = m;
	return 0;
}

/* The first line of what newuidmap or newgidmap had to say. */
static int programs_failed(const struct outer_map *m, struct err *e)
{
	char text[256];
	ssize_t n = read(m->report_fd, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return err_set(e, ERR_HOST, EINVAL,
		       "%s and %s cannot map the ids that /etc/subuid and /etc/subgid give this "
		       "user: %s",
		       m->gid_args[0], m->uid_args[0], *text ? text : "no reason given");
}

static int write_by_helper(struct outer_map *m, struct err *e)
{
	int status = -1;

	if (write(m->go_fd, "", 1) != 1)
		return err_sys(e, errno, "wake the helper that maps ids");
	while (waitpid(m->helper, &status, 0) < 0)
		if (errno != EINTR)
			break;
	m->helper = 0;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : programs_failed(m, e);
}

static int write_file(const char *file, const char *text, struct err *e)
{
	int r = file_write_at(AT_FDCWD, file, text);

	return r < 0 ? err_set(e, ERR_HOST, -r, "write %s: %s", file, strerrorname_np(-r)) : 0;
}

/* Before gid_map: without privilege above a group must not be got rid of (3.19). */
static int write_own(const struct outer_map *m, struct err *e)
{
	char text[32];
	int r = write_file("/proc/self/setgroups", "deny", e);

	snprintf(text, sizeof(text), "0 %u 1", m->gid);
	if (r == 0)
		r = write_file("/proc/self/gid_map", text, e);
	snprintf(text, sizeof(text), "0 %u 1", m->uid);
	return r < 0 ? r : write_file("/proc/self/uid_map", text, e);
}

int outer_map_write(struct outer_map *m, struct err *e)
{
	int r = m->uid_args ? write_by_helper(m, e) : write_own(m, e);

	if (r == 0 && (geteuid() != 0 || getegid() != 0))
		r = err_set(e, ERR_SYSTEM, EIO,
			    "the user namespace reads back as one in which the caller is %u:%u",
			    geteuid(), getegid());
	return r;
}

void outer_map_end(struct outer_map *m)
{
	if (m->helper > 0) {
		kill(m->helper, SIGKILL);
		while (waitpid(m->helper, NULL, 0) < 0 && errno == EINTR)
			;
	}
	m->helper = 0;
	fd_closep(&m->go_fd);
	fd_closep(&m->report_fd);
}

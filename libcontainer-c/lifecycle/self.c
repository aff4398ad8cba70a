/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* self.c: see self.h. */
#include "lifecycle/self.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "host/facts.h"
#include "host/userns_probe.h"
#include "policy/policy.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x10U /* 6.3 */
#endif

#define SEALS	 (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)
#define ARGS_MAX ((size_t)8 << 20) /* more than the kernel lets a stack of 8 MiB hold */

static int copy_all(int from_fd, int to_fd)
{
	for (;;) {
		ssize_t n = sendfile(to_fd, from_fd, NULL, 1 << 20);

		if (n == 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return -errno;
	}
}

/* Older kernels know no MFD_EXEC; newer ones warn, or refuse to execute, without it. */
static int make_copy(int exe_fd)
{
	AUTO_FD fd = memfd_create("bulkhead", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);

	if (fd < 0 && errno == EINVAL)
		fd = memfd_create("bulkhead", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return -errno;
	int r = copy_all(exe_fd, fd);
	if (r == 0 && fcntl(fd, F_ADD_SEALS, SEALS) < 0)
		r = -errno;
	return r < 0 ? r : TAKE_FD(fd);
}

/* As the kernel was given them: argv of main() has been sorted by the option parser. */
static char **read_args(struct arena *a)
{
	AUTO_FD fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	size_t n = 0;
	char *text;
	ssize_t len = fd < 0 ? -errno : fd_read_all(fd, a, ARGS_MAX, &text);

	if (len <= 0)
		return NULL;
	for (ssize_t i = 0; i < len; i++)
		n += text[i] == '\0';
	char **args = arena_array(a, n + 1, sizeof(*args));
	for (size_t i = 0; args && i < n; i++, text += strlen(text) + 1)
		args[i] = text;
	return args;
}

static bool is_sealed(int exe_fd)
{
	/* -EINVAL: not of a kind that has seals. */
	int seals = fcntl(exe_fd, F_GET_SEALS);

	return seals >= 0 && (seals & SEALS) == SEALS;
}

/*
 * In a user namespace a container has at most the ids that the runtime has there: what we may not
 * write, it may not, unless it has the owner's id: then it may give itself the permission. A
 * program that the host's root has installed belongs to nobody we know.
 */
static bool is_writable(void)
{
	struct stat st;

	return access("/proc/self/exe", W_OK) == 0 || stat("/proc/self/exe", &st) < 0 ||
	       host_uid_is_mapped(st.st_uid);
}

static int execute_copy(int exe_fd, char **args, struct err *e)
{
	AUTO_FD fd = make_copy(exe_fd);

	if (fd == -EACCES)
		return err_set(e, ERR_HOST, EACCES,
			       "vm.memfd_noexec does not let the runtime execute a copy of itself "
			       "from memory, which containers with its own ids need");
	if (fd < 0)
		return err_sys(e, -fd, "copy the runtime into memory");
	fexecve(fd, args, environ);
	return err_sys(e, errno, "execute a copy of the runtime from memory");
}

static int no_arguments(struct err *e)
{
	return err_set(e, ERR_SYSTEM, EIO, "the runtime's own arguments cannot be read");
}

static int seal(struct err *e)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	AUTO_FD exe_fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	if (exe_fd < 0)
		return err_sys(e, errno, "open the runtime's own executable");
	if (is_sealed(exe_fd)) {
		/* Executed by descriptor, the process bears the descriptor's number. */
		prctl(PR_SET_NAME, "bulkhead");
		return 0;
	}
	char **args = read_args(&a);
	return args ? execute_copy(exe_fd, args, e) : no_arguments(e);
}

int self_execute(struct err *e)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	char **args = read_args(&a);

	if (!args)
		return no_arguments(e);
	if (is_writable()) {
		AUTO_FD exe_fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
		if (exe_fd < 0)
			return err_sys(e, errno, "open the runtime's own executable");
		if (!is_sealed(exe_fd))
			return execute_copy(exe_fd, args, e);
	}
	execve("/proc/self/exe", args, environ);
	return err_sys(e, errno, "execute the runtime again");
}

static bool gives_up_userns(const struct policy *p)
{
	if (!str_eq(p->userns.level, POLICY_ENFORCE) || p->userns.allow_host_root)
		return true;
	for (size_t i = 0; i < p->n_exceptions; i++)
		if (str_eq(p->exceptions[i].rule, "userns") &&
		    !str_eq(p->exceptions[i].level, POLICY_ENFORCE))
			return true;
	return false;
}

int self_seal_for_create(const struct policy *policy, struct err *e)
{
	if (host_in_userns())
		return is_writable() ? seal(e) : 0;
	return gives_up_userns(policy) ? seal(e) : 0;
}

static bool has_root(const struct id_maps *m)
{
	for (size_t i = 0; i < m->n_uid; i++)
		if (m->uid[i].outside == 0)
			return true;
	return false;
}

int self_seal_for_exec(const struct id_maps *maps, struct err *e)
{
	return (host_in_userns() ? is_writable() : has_root(maps)) ? seal(e) : 0;
}

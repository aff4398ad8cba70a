/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* notify.c: see notify.h. */
#include "lifecycle/notify.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "lifecycle/statedir.h"
#include "lifecycle/warnings.h"
#include "oci-spec/spec.h"

#define VARIABLE "NOTIFY_SOCKET"

/* systemd's own limit is 8192 bytes for all of a message. */
#define MESSAGE_MAX 8192

/* The container's threads can send faster than we read: callers have more to do, and poll again. */
#define MESSAGES_AT_ONCE 16

/* Whoever started us may not read, and never will. */
#define TELL_SECONDS 2

static const char *callers_socket(void)
{
	const char *s = getenv(VARIABLE);

	return s && s[0] ? s : NULL;
}

static int add_mount(struct spec *s, const char *source, const char *destination, struct arena *a)
{
	static char *options[] = {(char *)"bind",   (char *)"ro",    (char *)"nosuid",
				  (char *)"noexec", (char *)"nodev", NULL};
	struct spec_mount *m = arena_array(a, s->n_mounts + 1, sizeof(*m));

	if (!m)
		return -ENOMEM;
	if (s->n_mounts)
		memcpy(m, s->mounts, s->n_mounts * sizeof(*m));
	m[s->n_mounts] = (struct spec_mount){
		.destination = destination,
		.type = "bind",
		.source = source,
		.options = options,
		.n_options = sizeof(options) / sizeof(options[0]) - 1,
	};
	s->mounts = m;
	s->n_mounts++;
	return 0;
}

/* In place of one that the config names: nobody would listen there. */
static int add_variable(struct spec_process *p, const char *directory, struct arena *a)
{
	char **env = arena_array(a, p->n_env + 2, sizeof(*env));
	char *own = arena_printf(a, VARIABLE "=%s/notify", directory);
	size_t n = 0;

	if (!env || !own)
		return -ENOMEM;
	for (size_t i = 0; i < p->n_env; i++)
		if (!str_starts(p->env[i], VARIABLE "="))
			env[n++] = p->env[i];
	env[n++] = own;
	p->env = env;
	p->n_env = n;
	return 0;
}

int notify_prepare(const struct statedir *d, struct spec *asked, struct arena *a, struct err *e)
{
	const char *socket = callers_socket();

	if (!socket || !asked->process)
		return 0;
	if (strlen(socket) >= sizeof(((struct sockaddr_un *)0)->sun_path))
		return err_set(e, ERR_STATE, ENAMETOOLONG,
			       "$" VARIABLE ": the path is too long for a socket");
	/* An abstract one has no place. */
	const char *destination = socket[0] == '/' ? arena_strdup(a, socket) : "/run/notify";
	char *source = arena_printf(a, "%s/" NOTIFY_DIR, d->path);
	if (!destination || !source)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	if (mkdirat(d->fd, NOTIFY_DIR, 0755) < 0 || fchmodat(d->fd, NOTIFY_DIR, 0755, 0) < 0)
		return err_sys(e, errno, "make %s", source);
	int r = add_mount(asked, source, destination, a);
	if (r == 0)
		r = add_variable(asked->process, destination, a);
	return r < 0 ? err_set(e, ERR_SYSTEM, ENOMEM, "out of memory") : 0;
}

int notify_listen(const struct statedir *d, int *ret_fd, struct err *e)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};

	*ret_fd = -1;
	if (!callers_socket() || faccessat(d->fd, NOTIFY_DIR, F_OK, 0) < 0)
		return 0;
	AUTO_FD fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	snprintf(at.sun_path, sizeof(at.sun_path), "/proc/self/fd/%d/" NOTIFY_SOCKET, d->fd);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 ||
	    fchmodat(d->fd, NOTIFY_SOCKET, 0666, 0) < 0)
		return err_sys(e, errno, "listen on %s/" NOTIFY_SOCKET, d->path);
	*ret_fd = TAKE_FD(fd);
	return 0;
}

static bool tell(int fd, const struct sockaddr_un *to, socklen_t size, const char *message)
{
	if (sendto(fd, message, strlen(message), MSG_NOSIGNAL, (const struct sockaddr *)to, size) >=
	    0)
		return true;
	warnings_add("%s was not sent to $" VARIABLE ": %s", message, strerrorname_np(errno));
	return false;
}

static void tell_caller(pid_t pid)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	const char *path = callers_socket();
	char main_pid[32];

	if (!path || strlen(path) >= sizeof(to.sun_path)) {
		warnings_add("$" VARIABLE " is no path of a socket");
		return;
	}
	size_t n = strlen(path);
	memcpy(to.sun_path, path, n);
	if (path[0] == '@')
		to.sun_path[0] = '\0';
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
	AUTO_FD fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct timeval limit = {.tv_sec = TELL_SECONDS};
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) < 0) {
		warnings_add("no socket for $" VARIABLE ": %s", strerrorname_np(errno));
		return;
	}
	snprintf(main_pid, sizeof(main_pid), "MAINPID=%d", pid);
	if (tell(fd, &to, size, "READY=1"))
		tell(fd, &to, size, main_pid);
}

static bool says_ready(char *message)
{
	for (char *line = message, *next; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (str_eq(line, "READY=1"))
			return true;
	}
	return false;
}

void notify_forward(int *fd, pid_t pid)
{
	char message[MESSAGE_MAX + 1];
	ssize_t n;

	for (unsigned i = 0; *fd >= 0 && i < MESSAGES_AT_ONCE; i++) {
		n = recv(*fd, message, MESSAGE_MAX, MSG_DONTWAIT);
		if (n < 0)
			return;
		message[n] = '\0';
		if (!says_ready(message))
			continue;
		tell_caller(pid);
		fd_closep(fd);
	}
}

void notify_wait(int *fd, int pidfd, pid_t pid)
{
	while (*fd >= 0) {
		struct pollfd p[] = {{*fd, POLLIN, 0}, {pidfd, POLLIN, 0}};

		if (poll(p, 2, -1) < 0 && errno != EINTR)
			break;
		if (p[0].revents)
			notify_forward(fd, pid);
		if (p[1].revents)
			break;
	}
	fd_closep(fd);
}

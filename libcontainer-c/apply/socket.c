/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* socket.c: see socket.h. */
#include "apply/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include "base/err.h"
#include "base/fd.h"
#include "kernel/sys.h"

#define PEER_SECONDS 10

int socket_connect(const char *path, const char *what, struct err *e)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	AUTO_FD fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	AUTO_FD at = -1;

	if (fd < 0)
		return err_sys(e, errno, "socket for %s", what);
	/* A peer that does not accept or read: connect(2) and sendmsg(2) end with EAGAIN. */
	const struct timeval limit = {.tv_sec = PEER_SECONDS};
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) < 0)
		return err_sys(e, errno, "time limit for the %s socket", what);
	if (strlen(path) < sizeof(addr.sun_path)) {
		memcpy(addr.sun_path, path, strlen(path) + 1);
	} else {
		/* Engines put sockets deep into their trees; an address has 107 bytes. */
		at = open(path, O_PATH | O_CLOEXEC);
		if (at < 0)
			return err_sys(e, errno, "open %s socket %s", what, path);
		snprintf(addr.sun_path, sizeof(addr.sun_path), "/proc/self/fd/%d", at);
	}
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		return err_sys(e, errno, "connect to %s socket %s", what, path);
	return TAKE_FD(fd);
}

int socket_peer_uid(int sock_fd, const char *what, uid_t *ret, struct err *e)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(sock_fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
		return err_sys(e, errno, "who listens on the %s socket", what);
	*ret = peer.uid;
	return 0;
}

int socket_send_fd(int sock_fd, const char *text, int fd, const char *what, struct err *e)
{
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {0};
	struct iovec data = {(void *)text, strlen(text)};
	struct msghdr msg = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control.buf,
		.msg_controllen = sizeof(control.buf),
	};
	struct cmsghdr *head = CMSG_FIRSTHDR(&msg);
	ssize_t n;

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(head), &fd, sizeof(int));
	do
		n = sendmsg(sock_fd, &msg, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(e, errno, "send the %s to its socket", what);
	if ((size_t)n != data.iov_len)
		return err_set(e, ERR_SYSTEM, EIO, "send the %s to its socket: cut short", what);
	return 0;
}

int socket_send_pidfd(int sock_fd, const char *text, int pidfd, struct err *e)
{
	if (!sys_pidfd_is_real(pidfd))
		return err_set(e, ERR_HOST, ENOSYS,
			       "--pidfd-socket: pidfd_open(2) (Linux 5.3) is missing on this host");
	return socket_send_fd(sock_fd, text, pidfd, "pidfd", e);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* handshake.c: see handshake.h. */
#include "lifecycle/handshake.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/fd.h"

struct hs_message {
	uint32_t type;
	int32_t number; /* of hs_send_number() */
	struct err err; /* HS_ERROR and HS_HOOK_ERROR only */
};

int hs_limit(int fd, unsigned seconds, struct err *e)
{
	struct timeval t = {.tv_sec = seconds};

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof(t)) < 0)
		return err_sys(e, errno, "time limit of a socket");
	return 0;
}

int hs_pair(int ret[2], struct err *e)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ret) < 0)
		return err_sys(e, errno, "socketpair");
	return 0;
}

static int send_message(int fd, enum hs_type type, int number, int passed)
{
	struct hs_message m = {.type = type, .number = number};
	struct iovec iov = {&m, offsetof(struct hs_message, err)};
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {0};
	struct msghdr h = {.msg_iov = &iov, .msg_iovlen = 1};
	ssize_t n;

	if (passed >= 0) {
		h.msg_control = control.buf;
		h.msg_controllen = sizeof(control.buf);
		struct cmsghdr *c = CMSG_FIRSTHDR(&h);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &passed, sizeof(int));
	}
	/* MSG_NOSIGNAL: a dead peer is an error to return, not a SIGPIPE to die of. */
	do
		n = sendmsg(fd, &h, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

int hs_send_fd(int fd, enum hs_type type, int passed)
{
	return send_message(fd, type, 0, passed);
}

int hs_send_number(int fd, enum hs_type type, int number)
{
	return send_message(fd, type, number, -1);
}

int hs_send(int fd, enum hs_type type)
{
	return hs_send_fd(fd, type, -1);
}

void hs_send_error(int fd, enum hs_type type, const struct err *e)
{
	struct hs_message m = {.type = type, .err = *e};

	while (send(fd, &m, sizeof(m), MSG_NOSIGNAL) < 0 && errno == EINTR)
		;
}

/* Take the descriptor out of a control message, if there is one. */
static int passed_fd(struct msghdr *h)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(h);
	int fd = -1;

	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
	    c->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(&fd, CMSG_DATA(c), sizeof(int));
	return fd;
}

static ssize_t recv_packet(int fd, struct hs_message *m, int *ret_passed)
{
	struct iovec iov = {m, sizeof(*m)};
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	struct msghdr h = {.msg_iov = &iov, .msg_iovlen = 1};
	ssize_t n;

	if (ret_passed) {
		h.msg_control = control.buf;
		h.msg_controllen = sizeof(control.buf);
	}
	do
		n = recvmsg(fd, &h, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	/* A peer that died with unread packets shows as a reset; the same to us as end of file. */
	if (n < 0 && errno == ECONNRESET)
		return 0;
	if (n < 0)
		return -errno;
	if (ret_passed)
		*ret_passed = passed_fd(&h);
	return n;
}

/* Take over the error of the other process. It is memory of ours, copied by fork: trusted. */
static int adopt(const struct hs_message *m, ssize_t n, struct err *e)
{
	if (n != (ssize_t)sizeof(*m) || m->err.kind == ERR_NONE)
		return err_set(e, ERR_BUG, EPROTO, "malformed error from the container's process");
	if (e && e->kind == ERR_NONE)
		*e = m->err;
	return m->err.code > 0 ? -m->err.code : -EINVAL;
}

static int recv_any(int fd, int *ret_passed, int *ret_number, struct err *e)
{
	struct hs_message m = {0};
	ssize_t n = recv_packet(fd, &m, ret_passed);

	if (n == -EAGAIN)
		return err_set(
			e, ERR_SYSTEM, ETIMEDOUT,
			"the container's process does not answer: is it stopped, or its cgroup "
			"frozen?");
	if (n < 0)
		return err_sys(e, (int)-n, "receive from the container's process");
	if (n == 0)
		return err_set(e, ERR_SYSTEM, ECONNRESET,
			       "the container's process ended during its set-up (killed, or out of "
			       "memory: is its limit too low?)");
	if (m.type == HS_ERROR)
		return adopt(&m, n, e);
	if (ret_number)
		*ret_number = m.number;
	return (int)m.type;
}

int hs_recv_any(int fd, struct err *e)
{
	return recv_any(fd, NULL, NULL, e);
}

int hs_recv_any_fd(int fd, int *ret_passed, struct err *e)
{
	*ret_passed = -1;
	return recv_any(fd, ret_passed, NULL, e);
}

int hs_recv_number(int fd, enum hs_type want, int *ret, struct err *e)
{
	int type = recv_any(fd, NULL, ret, e);

	if (type >= 0 && type != (int)want)
		return err_set(e, ERR_BUG, EPROTO, "message %d where %d was due", type, want);
	return type < 0 ? type : 0;
}

int hs_recv_fd(int fd, enum hs_type want, int *ret_passed, struct err *e)
{
	int passed = -1;
	int type = recv_any(fd, ret_passed ? &passed : NULL, NULL, e);

	if (type >= 0 && type != (int)want)
		type = err_set(e, ERR_BUG, EPROTO, "message %d where %d was due", type, want);
	if (type < 0) {
		fd_closep(&passed);
		return type;
	}
	if (ret_passed)
		*ret_passed = passed;
	return 0;
}

int hs_recv(int fd, enum hs_type want, struct err *e)
{
	return hs_recv_fd(fd, want, NULL, e);
}

int hs_recv_exec(int fd, bool *ret_hook, struct err *e)
{
	struct hs_message m;
	ssize_t n = recv_packet(fd, &m, NULL);

	if (n < 0)
		return err_sys(e, (int)-n, "receive from the container's process");
	if (n == 0)
		return 0;
	if (ret_hook)
		*ret_hook = m.type == HS_HOOK_ERROR;
	if (m.type == HS_ERROR || m.type == HS_HOOK_ERROR)
		return adopt(&m, n, e);
	return err_set(e, ERR_BUG, EPROTO, "message %u where the end was due", m.type);
}

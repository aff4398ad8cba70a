/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* netlink.c: see netlink.h. */
#include "apply/netlink.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The kernel makes parts of a dump no larger than this when asked with less room. */
#define ANSWER_MAX 32768

int netlink_open(void)
{
	static const int on = 1;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0)
		return -errno;
	/* Answers without a copy of the question, and dumps that look at what we filter by (4.20).
	 */
	(void)setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	(void)setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	return fd;
}

void netlink_begin(struct netlink_message *m, uint16_t type, uint16_t flags, const void *body,
		   size_t size)
{
	*m = (struct netlink_message){.head = {
					      .nlmsg_len = NLMSG_LENGTH((uint32_t)size),
					      .nlmsg_type = type,
					      .nlmsg_flags = flags | NLM_F_REQUEST | NLM_F_ACK,
				      }};
	memcpy(NLMSG_DATA(&m->head), body, size);
}

void netlink_add(struct netlink_message *m, uint16_t type, const void *data, size_t size)
{
	size_t at = NLMSG_ALIGN(m->head.nlmsg_len), len = RTA_LENGTH(size);
	struct rtattr a = {.rta_len = (unsigned short)len, .rta_type = type};

	if (at + RTA_ALIGN(len) > sizeof(m->bytes)) {
		m->failed = true;
		return;
	}
	memcpy(m->bytes + at, &a, sizeof(a));
	memcpy(m->bytes + at + RTA_LENGTH(0), data, size);
	m->head.nlmsg_len = (uint32_t)(at + RTA_ALIGN(len));
}

void netlink_add_text(struct netlink_message *m, uint16_t type, const char *text)
{
	netlink_add(m, type, text, strlen(text) + 1);
}

static int send_all(int fd, const struct netlink_message *m)
{
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	ssize_t n;

	do
		n = sendto(fd, m->bytes, m->head.nlmsg_len, 0, (struct sockaddr *)&kernel,
			   sizeof(kernel));
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

/* From the kernel alone: whoever knows our port could send as well. */
static ssize_t receive(int fd, char *buf, size_t size)
{
	struct sockaddr_nl from;

	for (;;) {
		socklen_t len = sizeof(from);
		ssize_t n = recvfrom(fd, buf, size, MSG_TRUNC, (struct sockaddr *)&from, &len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if ((size_t)n > size)
			return -EMSGSIZE;
		if (len == sizeof(from) && from.nl_pid == 0)
			return n;
	}
}

/* What NLMSG_ERROR and NLMSG_DONE carry begins with an errno, negative, or 0. */
static int verdict(const struct nlmsghdr *h)
{
	int code = -EPROTO;

	if (h->nlmsg_len >= NLMSG_LENGTH(sizeof(code)))
		memcpy(&code, NLMSG_DATA(h), sizeof(code));
	return code;
}

/* One datagram of the answer. Returns whether it was the last; *ret is the outcome then. */
static bool take(const char *buf, size_t n, uint32_t seq,
		 int (*each)(const struct nlmsghdr *h, void *arg), void *arg, bool *torn, int *ret)
{
	const struct nlmsghdr *h = (const void *)buf;

	for (; NLMSG_OK(h, n); h = NLMSG_NEXT(h, n)) {
		if (h->nlmsg_seq != seq)
			continue;
		*torn = *torn || h->nlmsg_flags & NLM_F_DUMP_INTR;
		if (h->nlmsg_type == NLMSG_ERROR || h->nlmsg_type == NLMSG_DONE) {
			*ret = *ret < 0 ? *ret : verdict(h);
			return true;
		}
		if (each && *ret >= 0)
			*ret = each(h, arg);
	}
	return false;
}

int netlink_ask(int fd, struct netlink_message *m, int (*each)(const struct nlmsghdr *h, void *arg),
		void *arg)
{
	static uint32_t count;
	char buf[ANSWER_MAX] __attribute__((aligned(NLMSG_ALIGNTO)));
	bool torn = false;
	int r;

	if (m->failed)
		return -EMSGSIZE;
	m->head.nlmsg_seq = ++count;
	r = send_all(fd, m);
	if (r < 0)
		return r;
	for (;;) {
		ssize_t n = receive(fd, buf, sizeof(buf));
		if (n < 0)
			return (int)n;
		if (take(buf, (size_t)n, m->head.nlmsg_seq, each, arg, &torn, &r))
			return r == 0 && torn ? -EINTR : r;
	}
}

void netlink_attributes(const struct nlmsghdr *h, size_t skip, const struct rtattr **ret, size_t n)
{
	size_t head = NLMSG_SPACE(skip);

	memset(ret, 0, n * sizeof(*ret));
	if (h->nlmsg_len < head)
		return;
	size_t left = h->nlmsg_len - head;
	const struct rtattr *a = (const void *)((const char *)h + head);
	for (; RTA_OK(a, left); a = RTA_NEXT(a, left)) {
		unsigned type = a->rta_type & NLA_TYPE_MASK;
		if (type < n)
			ret[type] = a;
	}
}

uint32_t netlink_u32(const struct rtattr *a, uint32_t otherwise)
{
	uint32_t v = otherwise;

	if (a && RTA_PAYLOAD(a) >= sizeof(v))
		memcpy(&v, RTA_DATA(a), sizeof(v));
	return v;
}

const char *netlink_text(const struct rtattr *a)
{
	return a && memchr(RTA_DATA(a), '\0', RTA_PAYLOAD(a)) ? RTA_DATA(a) : NULL;
}

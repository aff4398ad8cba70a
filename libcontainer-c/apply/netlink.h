/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * netlink.h: rtnetlink(7) requests, one at a time: a message is built, sent, and answered before
 * the call returns. Knows nothing of containers.
 */
#ifndef BULKHEAD_APPLY_NETLINK_H
#define BULKHEAD_APPLY_NETLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/rtnetlink.h>

/* Room for what is sent here: a link by name, an address. */
#define NETLINK_MESSAGE_MAX 512

struct netlink_message {
	union {
		struct nlmsghdr head;
		char bytes[NETLINK_MESSAGE_MAX];
	};
	bool failed; /* did not fit; sticky */
};

/** netlink_open - a socket of the caller's network namespace, close-on-exec; -errno. */
int netlink_open(void);

/** netlink_begin - @type with its fixed part, @size bytes of @body. @flags: NLM_F_... beside the
 * usual ones. */
void netlink_begin(struct netlink_message *m, uint16_t type, uint16_t flags, const void *body,
		   size_t size);

/** netlink_add - an attribute behind what is there. */
void netlink_add(struct netlink_message *m, uint16_t type, const void *data, size_t size);

/** netlink_add_text - the same, of a string with its NUL. */
void netlink_add_text(struct netlink_message *m, uint16_t type, const char *text);

/**
 * netlink_ask - send @m and hear the answer: 0, or what the kernel says, as -errno. -EMSGSIZE: it
 * did not fit.
 * @each: called for every message of the answer but the last, with @arg; a negative result ends the
 *        calls and is returned. May be NULL
 * A dump that was interrupted by a change is -EINTR: ask again.
 */
int netlink_ask(int fd, struct netlink_message *m, int (*each)(const struct nlmsghdr *h, void *arg),
		void *arg);

/**
 * netlink_attributes - where each attribute of a message is, in @ret of @n entries, NULL when
 * absent.
 * @skip: size of the fixed part, struct ifinfomsg or ifaddrmsg
 */
void netlink_attributes(const struct nlmsghdr *h, size_t skip, const struct rtattr **ret, size_t n);

/** netlink_u32 - the value of an attribute; @otherwise when it is NULL or too short. */
uint32_t netlink_u32(const struct rtattr *a, uint32_t otherwise);

/** netlink_text - the string in an attribute, NUL-terminated, or NULL. */
const char *netlink_text(const struct rtattr *a);

#endif

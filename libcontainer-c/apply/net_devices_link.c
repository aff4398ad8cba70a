/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* net_devices_link.c: see net_devices_priv.h. */
#include "apply/net_devices_priv.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include <linux/if_link.h>

#include "apply/netlink.h"
#include "base/arena.h"
#include "base/str.h"

#define TRIES 8 /* of a dump that others disturb */

static int take_link(const struct nlmsghdr *h, void *arg)
{
	const struct rtattr *a[IFLA_MASTER + 1];
	const struct ifinfomsg *i = NLMSG_DATA(h);
	struct net_link *l = arg;
	const char *name;

	if (h->nlmsg_type != RTM_NEWLINK || h->nlmsg_len < NLMSG_LENGTH(sizeof(*i)))
		return -EPROTO;
	netlink_attributes(h, sizeof(*i), a, IFLA_MASTER + 1);
	name = netlink_text(a[IFLA_IFNAME]);
	if (!name || strlen(name) >= sizeof(l->name))
		return -EPROTO;
	*l = (struct net_link){
		.index = i->ifi_index,
		.up = i->ifi_flags & IFF_UP,
		.master = netlink_u32(a[IFLA_MASTER], 0),
		.mtu = netlink_u32(a[IFLA_MTU], 0),
	};
	memcpy(l->name, name, strlen(name) + 1);
	if (a[IFLA_ADDRESS] && RTA_PAYLOAD(a[IFLA_ADDRESS]) <= sizeof(l->address)) {
		l->address_len = RTA_PAYLOAD(a[IFLA_ADDRESS]);
		memcpy(l->address, RTA_DATA(a[IFLA_ADDRESS]), l->address_len);
	}
	return 0;
}

int net_link_get(int fd, int index, const char *name, struct net_link *ret)
{
	struct ifinfomsg body = {.ifi_family = AF_UNSPEC, .ifi_index = name ? 0 : index};
	struct netlink_message m;

	netlink_begin(&m, RTM_GETLINK, 0, &body, sizeof(body));
	if (name)
		netlink_add_text(&m, IFLA_IFNAME, name);
	return netlink_ask(fd, &m, take_link, ret);
}

int net_link_set_up(int fd, int index, bool up)
{
	struct ifinfomsg body = {
		.ifi_index = index, .ifi_flags = up ? IFF_UP : 0, .ifi_change = IFF_UP};
	struct netlink_message m;

	netlink_begin(&m, RTM_SETLINK, 0, &body, sizeof(body));
	return netlink_ask(fd, &m, NULL, NULL);
}

int net_link_set_master(int fd, int index, uint32_t master)
{
	struct ifinfomsg body = {.ifi_index = index};
	struct netlink_message m;

	netlink_begin(&m, RTM_SETLINK, 0, &body, sizeof(body));
	netlink_add(&m, IFLA_MASTER, &master, sizeof(master));
	return netlink_ask(fd, &m, NULL, NULL);
}

int net_link_move(int fd, int index, const char *name, int ns_fd)
{
	struct ifinfomsg body = {.ifi_index = index};
	uint32_t ns = (uint32_t)ns_fd;
	struct netlink_message m;

	netlink_begin(&m, RTM_SETLINK, 0, &body, sizeof(body));
	netlink_add_text(&m, IFLA_IFNAME, name);
	netlink_add(&m, IFLA_NET_NS_FD, &ns, sizeof(ns));
	return netlink_ask(fd, &m, NULL, NULL);
}

struct address_list {
	struct arena *a;
	struct net_addresses *list;
	size_t cap;
	int index;
};

static int take_address(const struct nlmsghdr *h, void *arg)
{
	struct address_list *l = arg;
	const struct ifaddrmsg *m = NLMSG_DATA(h);

	if (h->nlmsg_type != RTM_NEWADDR || h->nlmsg_len < NLMSG_LENGTH(sizeof(*m)))
		return -EPROTO;
	/* A kernel that does not filter sends those of all devices. */
	if ((int)m->ifa_index != l->index)
		return 0;
	void *copy = arena_alloc(l->a, h->nlmsg_len);
	void *v = arena_grow(l->a, (void *)l->list->v, l->list->n, &l->cap, sizeof(h));
	if (!copy || !v)
		return -ENOMEM;
	memcpy(copy, h, h->nlmsg_len);
	l->list->v = v;
	l->list->v[l->list->n++] = copy;
	return 0;
}

int net_addresses_get(int fd, int index, struct arena *a, struct net_addresses *ret)
{
	struct ifaddrmsg body = {.ifa_family = AF_UNSPEC, .ifa_index = (unsigned)index};
	struct netlink_message m;
	int r = -EINTR;

	for (int i = 0; r == -EINTR && i < TRIES; i++) {
		struct address_list list = {.a = a, .list = ret, .index = index};
		*ret = (struct net_addresses){0};
		netlink_begin(&m, RTM_GETADDR, NLM_F_DUMP, &body, sizeof(body));
		r = netlink_ask(fd, &m, take_address, &list);
	}
	return r;
}

static uint32_t flags_of(const struct ifaddrmsg *m, const struct rtattr *const *a)
{
	return netlink_u32(a[IFA_FLAGS], m->ifa_flags);
}

bool net_address_stays(const struct nlmsghdr *h)
{
	const struct ifaddrmsg *m = NLMSG_DATA(h);
	const struct rtattr *a[IFA_MAX + 1];

	netlink_attributes(h, sizeof(*m), a, IFA_MAX + 1);
	return m->ifa_scope == RT_SCOPE_UNIVERSE && flags_of(m, a) & IFA_F_PERMANENT;
}

/* "eth0:1" becomes "net1:1"; what gets too long, or has another name in front, is left out. */
static void add_label(struct netlink_message *m, const char *label, const char *old_name,
		      const char *new_name)
{
	char text[NET_DEVICE_NAME_MAX];
	size_t n = strlen(old_name);

	if (!label || !str_starts(label, old_name) || (label[n] && label[n] != ':'))
		return;
	int len = snprintf(text, sizeof(text), "%s%s", new_name, label + n);
	if (len > 0 && (size_t)len < sizeof(text))
		netlink_add_text(m, IFA_LABEL, text);
}

int net_address_add(int fd, int index, const char *old_name, const char *new_name,
		    const struct nlmsghdr *h)
{
	/* What the kernel finds out by itself. */
	const uint32_t found = IFA_F_SECONDARY | IFA_F_TENTATIVE | IFA_F_DADFAILED;
	const struct rtattr *a[IFA_MAX + 1];
	struct ifaddrmsg body = *(const struct ifaddrmsg *)NLMSG_DATA(h);
	struct netlink_message m;
	uint32_t flags;

	netlink_attributes(h, sizeof(body), a, IFA_MAX + 1);
	flags = flags_of(&body, a) & ~found;
	body.ifa_index = (unsigned)index;
	body.ifa_flags = (unsigned char)flags;
	netlink_begin(&m, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &body, sizeof(body));
	for (uint16_t i = 0; i <= IFA_MAX; i++)
		if (a[i] && i != IFA_FLAGS && i != IFA_LABEL && i != IFA_TARGET_NETNSID)
			netlink_add(&m, i, RTA_DATA(a[i]), RTA_PAYLOAD(a[i]));
	netlink_add(&m, IFA_FLAGS, &flags, sizeof(flags));
	add_label(&m, netlink_text(a[IFA_LABEL]), old_name, new_name);
	int r = netlink_ask(fd, &m, NULL, NULL);
	return r == -EEXIST ? 0 : r;
}

static bool same_attribute(const struct rtattr *x, const struct rtattr *y)
{
	return !x == !y && (!x || (RTA_PAYLOAD(x) == RTA_PAYLOAD(y) &&
				   memcmp(RTA_DATA(x), RTA_DATA(y), RTA_PAYLOAD(x)) == 0));
}

bool net_address_same(const struct nlmsghdr *x, const struct nlmsghdr *y)
{
	const struct ifaddrmsg *mx = NLMSG_DATA(x), *my = NLMSG_DATA(y);
	const struct rtattr *ax[IFA_MAX + 1], *ay[IFA_MAX + 1];

	netlink_attributes(x, sizeof(*mx), ax, IFA_MAX + 1);
	netlink_attributes(y, sizeof(*my), ay, IFA_MAX + 1);
	return mx->ifa_family == my->ifa_family && mx->ifa_prefixlen == my->ifa_prefixlen &&
	       mx->ifa_scope == my->ifa_scope && same_attribute(ax[IFA_LOCAL], ay[IFA_LOCAL]) &&
	       same_attribute(ax[IFA_ADDRESS], ay[IFA_ADDRESS]) &&
	       same_attribute(ax[IFA_BROADCAST], ay[IFA_BROADCAST]);
}

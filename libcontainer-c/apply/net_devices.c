/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* net_devices.c: see net_devices.h. */
#include "apply/net_devices.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "apply/net_devices_priv.h"
#include "apply/netlink.h"
#include "apply/nshelper.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"

#define NUMBERS 100 /* that "%d" may stand for; more devices has no container */

struct net_device {
	const struct net_device_plan *plan;
	struct net_link before;
	struct net_addresses addresses;
	bool moved;
	int index; /* inside, when moved */
};

static int open_socket(void *arg)
{
	int *ret = arg;

	return *ret = netlink_open();
}

static int open_all(int proc_fd, pid_t pid, int pidfd, struct net_devices *d, struct err *e)
{
	struct nshelper_job job = {.run = open_socket, .arg = &d->inside_fd};
	char path[32];

	snprintf(path, sizeof(path), "%d/ns/net", pid);
	d->host_ns_fd = openat(proc_fd, "self/ns/net", O_RDONLY | O_CLOEXEC);
	d->inside_ns_fd = openat(proc_fd, path, O_RDONLY | O_CLOEXEC);
	if (d->host_ns_fd < 0 || d->inside_ns_fd < 0)
		return err_sys(e, errno, "/linux/netDevices: open the network namespaces");
	d->host_fd = netlink_open();
	int r = d->host_fd < 0 ? d->host_fd : nshelper_run(pidfd, CLONE_NEWNET, &job, 1, e);
	return r < 0 ? err_sys(e, -r, "/linux/netDevices: open a socket of rtnetlink") : 0;
}

/* A name for it that nobody has in there, in @ret of NET_DEVICE_NAME_MAX bytes. */
static int choose_name(const struct net_device_plan *p, int fd, char *ret, struct err *e)
{
	size_t n = strcspn(p->inside, "%");
	struct net_link there;
	int r = 0;

	for (int i = 0; r == 0 && i < (p->numbered ? NUMBERS : 1); i++) {
		int len = p->numbered ? snprintf(ret, NET_DEVICE_NAME_MAX, "%.*s%d%s", (int)n,
						 p->inside, i, p->inside + n + 2)
				      : snprintf(ret, NET_DEVICE_NAME_MAX, "%s", p->inside);
		if (len < 0 || len >= NET_DEVICE_NAME_MAX)
			break;
		r = net_link_get(fd, 0, ret, &there);
	}
	if (r == -ENODEV)
		return 0;
	if (r < 0)
		return err_sys(e, -r, "%s: look for a device in the container's network namespace",
			       p->pointer);
	return err_set(e, ERR_HOST, EEXIST,
		       "%s: the container's network namespace has a device \"%s\" already: file "
		       "exists",
		       p->pointer, p->inside);
}

/* When the request failed half-way, the device may be in there under its old name. */
static int find_inside(struct net_device *d, int fd, const char *name, struct err *e)
{
	struct net_link there;
	int r = net_link_get(fd, 0, name, &there);

	if (r < 0)
		return err_sys(e, -r, "%s: find the device in the container's network namespace",
			       d->plan->pointer);
	d->moved = true;
	d->index = there.index;
	return 0;
}

static int move_failed(struct net_device *d, const struct net_devices *all, int code, struct err *e)
{
	struct net_link still;

	if (net_link_get(all->host_fd, 0, d->before.name, &still) < 0)
		(void)find_inside(d, all->inside_fd, d->before.name, NULL);
	if (code == -EINVAL)
		return err_set(e, ERR_HOST, EINVAL,
			       "%s: this device cannot leave its network namespace: invalid "
			       "argument",
			       d->plan->pointer);
	return err_sys(e, -code, "%s: fail to move network device %s", d->plan->pointer,
		       d->before.name);
}

static int add_addresses(const struct net_device *d, int fd, const char *name, struct err *e)
{
	for (size_t i = 0; i < d->addresses.n; i++) {
		if (!net_address_stays(d->addresses.v[i]))
			continue;
		int r = net_address_add(fd, d->index, d->before.name, name, d->addresses.v[i]);
		if (r < 0)
			return err_sys(e, -r, "%s: fail to set up address", d->plan->pointer);
	}
	return 0;
}

static bool has_address(const struct net_addresses *list, const struct nlmsghdr *h)
{
	for (size_t i = 0; i < list->n; i++)
		if (net_address_same(list->v[i], h))
			return true;
	return false;
}

static int read_back(const struct net_device *d, int fd, const char *name, struct arena *a,
		     struct err *e)
{
	const struct net_link *was = &d->before;
	struct net_addresses got;
	struct net_link is;
	int r = net_link_get(fd, d->index, NULL, &is);

	if (r == 0)
		r = net_addresses_get(fd, d->index, a, &got);
	if (r < 0)
		return err_sys(e, -r, "%s: read the device back", d->plan->pointer);
	bool same = is.up && strcmp(is.name, name) == 0 && is.mtu == was->mtu &&
		    is.address_len == was->address_len &&
		    memcmp(is.address, was->address, is.address_len) == 0;
	for (size_t i = 0; same && i < d->addresses.n; i++)
		same = !net_address_stays(d->addresses.v[i]) ||
		       has_address(&got, d->addresses.v[i]);
	return same ? 0
		    : err_set(e, ERR_SYSTEM, EIO, "%s: the device reads back otherwise than it was",
			      d->plan->pointer);
}

/* Before the first change: what there is, and all of it for the way back. */
static int look(const struct net_device_plan *p, const struct net_devices *all, struct arena *a,
		struct net_device *d, struct err *e)
{
	*d = (struct net_device){.plan = p};
	int r = net_link_get(all->host_fd, 0, p->name, &d->before);

	if (r == -ENODEV)
		return err_set(e, ERR_HOST, ENODEV,
			       "%s: link not found for interface %s on runtime namespace",
			       p->pointer, p->name);
	if (r == 0)
		r = net_addresses_get(all->host_fd, d->before.index, a, &d->addresses);
	return r < 0 ? err_sys(e, -r, "%s: look at the device", p->pointer) : 0;
}

static int move_one(const struct net_device_plan *p, struct arena *a, struct net_devices *all,
		    struct err *e)
{
	struct net_device *d = &all->items[all->n];
	char name[NET_DEVICE_NAME_MAX];
	int r = look(p, all, a, d, e);

	if (r == 0)
		r = choose_name(p, all->inside_fd, name, e);
	if (r < 0)
		return r;
	all->n++;
	/* Down: kernels before 6.2 rename no device that is up. */
	r = net_link_set_up(all->host_fd, d->before.index, false);
	if (r < 0)
		return err_sys(e, -r, "%s: fail to set link down", p->pointer);
	r = net_link_move(all->host_fd, d->before.index, name, all->inside_ns_fd);
	if (r < 0)
		return move_failed(d, all, r, e);
	r = find_inside(d, all->inside_fd, name, e);
	if (r == 0)
		r = add_addresses(d, all->inside_fd, name, e);
	if (r < 0)
		return r;
	r = net_link_set_up(all->inside_fd, d->index, true);
	if (r < 0)
		return err_sys(e, -r, "%s: fail to set up interface", p->pointer);
	return read_back(d, all->inside_fd, name, a, e);
}

int net_devices_move(const struct net_devices_plan *p, int proc_fd, pid_t pid, int pidfd,
		     struct arena *a, struct net_devices *ret, struct err *e)
{
	*ret = NET_DEVICES_INIT;
	if (p->n == 0)
		return 0;
	ret->items = arena_array(a, p->n, sizeof(*ret->items));
	if (!ret->items)
		return err_set(e, ERR_SYSTEM, ENOMEM, "out of memory");
	int r = open_all(proc_fd, pid, pidfd, ret, e);
	for (size_t i = 0; r == 0 && i < p->n; i++)
		r = move_one(&p->items[i], a, ret, e);
	return r;
}

static void give_back(struct net_device *d, const struct net_devices *all)
{
	const struct net_link *was = &d->before;
	struct net_link is;

	if (d->moved) {
		(void)net_link_set_up(all->inside_fd, d->index, false);
		(void)net_link_move(all->inside_fd, d->index, was->name, all->host_ns_fd);
	}
	if (net_link_get(all->host_fd, 0, was->name, &is) < 0)
		return;
	if (was->master && is.master != was->master)
		(void)net_link_set_master(all->host_fd, is.index, was->master);
	if (was->up)
		(void)net_link_set_up(all->host_fd, is.index, true);
	for (size_t i = 0; i < d->addresses.n; i++)
		(void)net_address_add(all->host_fd, is.index, was->name, was->name,
				      d->addresses.v[i]);
}

void net_devices_give_back(struct net_devices *d)
{
	while (d->n > 0)
		give_back(&d->items[--d->n], d);
}

void net_devices_close(struct net_devices *d)
{
	fd_closep(&d->host_fd);
	fd_closep(&d->inside_fd);
	fd_closep(&d->host_ns_fd);
	fd_closep(&d->inside_ns_fd);
	d->n = 0;
}

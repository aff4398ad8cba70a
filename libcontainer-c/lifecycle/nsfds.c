/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* nsfds.c: see nsfds.h. */
#include "lifecycle/nsfds.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"
#include "host/userns_probe.h"
#include "kernel/sys.h"
#include "lifecycle/mntns.h"

static int open_own(enum ns_kind k)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/ns/%s", ns_kind_proc_name(k));
	return open(path, O_RDONLY | O_CLOEXEC);
}

static int open_ns(const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		return err_sys(e, errno, "open namespace %s", path);
	return fd;
}

/*
 * In it pivot_root(2) would change the root of everybody. Ours by now is another one than the one
 * that we came from; and that may not be the one of the host's first process.
 */
static int check_mount(int fd, const char *path, const struct mntns *host, struct err *e)
{
	struct stat st, first;

	if (fstat(fd, &st) < 0)
		return err_sys(e, errno, "stat namespace %s", path);
	if (!mntns_is(host, &st) && (stat("/proc/1/ns/mnt", &first) < 0 ||
				     st.st_dev != first.st_dev || st.st_ino != first.st_ino))
		return 0;
	return err_set(e, ERR_SPEC, EINVAL,
		       "/linux/namespaces: %s is the mount namespace of the host, whose root would "
		       "become the container's",
		       path);
}

static int check(int fd, enum ns_kind k, const char *path, const struct mntns *host, struct err *e)
{
	struct stat st, own;

	if (ioctl(fd, NS_GET_NSTYPE) != (int)ns_kind_clone_flag(k))
		return err_set(e, ERR_SPEC, EINVAL, "/linux/namespaces: %s is not a %s namespace",
			       path, ns_kind_proc_name(k));
	if (k == NS_MNT)
		return check_mount(fd, path, host, e);
	AUTO_FD own_fd = open_own(k);
	if (own_fd < 0 || fstat(own_fd, &own) < 0 || fstat(fd, &st) < 0)
		return err_sys(e, errno, "stat namespace %s", path);
	if (st.st_dev == own.st_dev && st.st_ino == own.st_ino)
		return err_set(e, ERR_POLICY, EPERM,
			       "policy: namespaces: %s is the host's own %s namespace", path,
			       ns_kind_proc_name(k));
	return 0;
}

/* The user namespace: by its own path, or as the owner of another joined one. */
static int open_user(const struct ns_plan *n, struct err *e)
{
	if (n->path)
		return open_ns(n->path, e);
	AUTO_FD owned = open_ns(n->owner_path, e);
	if (owned < 0)
		return owned;
	int fd = ioctl(owned, NS_GET_USERNS);
	if (fd < 0)
		return err_sys(e, errno, "user namespace that owns %s", n->owner_path);
	return fd;
}

int nsfds_open(const struct namespaces_plan *ns, const struct mntns *host, struct nsfds *ret,
	       struct err *e)
{
	struct nsfds f;
	int r = 0;

	for (int k = 0; k < NS_KINDS; k++)
		f.target[k] = f.own[k] = -1;
	for (int k = 0; k < NS_KINDS && r >= 0; k++) {
		const struct ns_plan *n = &ns->ns[k];
		f.mode[k] = n->mode;
		if (n->mode != NS_JOIN_HOST_OWNED && n->mode != NS_JOIN_FOREIGN_OWNED)
			continue;
		r = f.target[k] = k == NS_USER ? open_user(n, e) : open_ns(n->path, e);
		if (r >= 0)
			r = check(f.target[k], (enum ns_kind)k, n->path ? n->path : n->owner_path,
				  host, e);
	}
	if (r < 0) {
		nsfds_close(&f);
		return r;
	}
	*ret = f;
	return 0;
}

static int enter(const struct nsfds *f, enum ns_kind k, struct err *e)
{
	if (sys_setns(f->target[k], (int)ns_kind_clone_flag(k)) < 0)
		return err_sys(e, errno, "join the %s namespace", ns_kind_proc_name(k));
	return 0;
}

int nsfds_enter_host_owned(struct nsfds *f, const struct namespaces_plan *ns, struct err *e)
{
	for (int k = 0; k < NS_KINDS; k++) {
		if (f->mode[k] != NS_JOIN_HOST_OWNED || k == NS_MNT)
			continue;
		f->own[k] = open_own((enum ns_kind)k);
		if (f->own[k] < 0)
			return err_sys(e, errno, "open own %s namespace",
				       ns_kind_proc_name((enum ns_kind)k));
		int r = enter(f, (enum ns_kind)k, e);
		if (r < 0)
			return r;
	}
	if (f->mode[NS_UTS] != NS_JOIN_HOST_OWNED)
		return 0;
	if (ns->hostname && sethostname(ns->hostname, strlen(ns->hostname)) < 0)
		return err_sys(e, errno, "/hostname: sethostname");
	if (ns->domainname && setdomainname(ns->domainname, strlen(ns->domainname)) < 0)
		return err_sys(e, errno, "/domainname: setdomainname");
	return 0;
}

int nsfds_enter_foreign(const struct nsfds *f, struct err *e)
{
	int r = enter(f, NS_USER, e);

	for (int k = 0; k < NS_KINDS && r == 0; k++)
		if (k != NS_USER && f->mode[k] == NS_JOIN_FOREIGN_OWNED)
			r = enter(f, (enum ns_kind)k, e);
	return r;
}

/*
 * The runtime of an ordinary user was in namespaces of the host, which the user namespace around it
 * has no rights over: there is no way back. Staying in a container's network, ipc or uts namespace
 * changes nothing of what is left to do, but hooks of the host then run in it.
 */
static bool may_stay(enum ns_kind k)
{
	return (k == NS_NET || k == NS_IPC || k == NS_UTS) && errno == EPERM && host_in_userns();
}

int nsfds_leave(struct nsfds *f, bool time_too, struct err *e)
{
	int r = 0;

	if (time_too && f->own[NS_TIME] < 0)
		f->own[NS_TIME] = open_own(NS_TIME);
	for (int k = 0; k < NS_KINDS; k++)
		if (f->own[k] >= 0 &&
		    sys_setns(f->own[k], (int)ns_kind_clone_flag((enum ns_kind)k)) < 0 &&
		    !may_stay((enum ns_kind)k))
			r = err_sys(e, errno, "return to the host's %s namespace",
				    ns_kind_proc_name((enum ns_kind)k));
	return r;
}

void nsfds_close(struct nsfds *f)
{
	for (int k = 0; k < NS_KINDS; k++) {
		fd_closep(&f->target[k]);
		fd_closep(&f->own[k]);
	}
}

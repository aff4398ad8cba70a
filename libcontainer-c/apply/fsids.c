/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fsids.c: see fsids.h. */
#include "apply/fsids.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/err.h"

/* The calling thread's capability sets, 64 bits as two words. */
struct caps {
	struct __user_cap_header_struct header;
	struct __user_cap_data_struct data[2];
};

static int caps_get(struct caps *c)
{
	*c = (struct caps){.header = {.version = _LINUX_CAPABILITY_VERSION_3}};
	return syscall(SYS_capget, &c->header, c->data) == 0 ? 0 : -EPERM;
}

static bool caps_complete(const struct caps *c)
{
	return c->data[0].effective == c->data[0].permitted &&
	       c->data[1].effective == c->data[1].permitted;
}

/* Effective = permitted, verified. */
static int caps_raise(void)
{
	struct caps c;

	if (caps_get(&c) < 0)
		return -EPERM;
	if (caps_complete(&c))
		return 0;
	c.data[0].effective = c.data[0].permitted;
	c.data[1].effective = c.data[1].permitted;
	if (syscall(SYS_capset, &c.header, c.data) != 0 || caps_get(&c) < 0)
		return -EPERM;
	return caps_complete(&c) ? 0 : -EPERM;
}

/* setfsuid(2) returns the old id, whether it worked or not; -1 is never valid and so only asks. */
static int set_ids(uint32_t uid, uint32_t gid)
{
	setfsgid(gid);
	setfsuid(uid);
	if ((uint32_t)setfsgid((gid_t)-1) != gid || (uint32_t)setfsuid((uid_t)-1) != uid)
		return -EPERM;
	return caps_raise();
}

int fsids_enter(uint32_t uid, uint32_t gid)
{
	int r = set_ids(uid, gid);

	if (r < 0)
		fsids_leave();
	return r;
}

int fsids_leave(void)
{
	return set_ids(geteuid(), getegid());
}

int fsids_run(uint32_t uid, uint32_t gid, int (*run)(void *arg), void *arg, struct err *e)
{
	mode_t old = umask(0);
	int r = fsids_enter(uid, gid);

	if (r < 0)
		r = err_sys(e, -r, "take the file ids of the container's root");
	else
		r = run(arg);
	int left = fsids_leave();
	umask(old);
	if (left < 0 && r >= 0)
		r = err_sys(e, -left, "take back the file ids of the host's root");
	return r;
}

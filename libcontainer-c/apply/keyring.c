/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* keyring.c: see keyring.h. */
#include "apply/keyring.h"

#include <errno.h>
#include <linux/keyctl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apply/selinux.h"
#include "base/err.h"
#include "kernel/sys.h"

/*
 * "The owner's other processes may find it": what a later join from the host's side needs. runc
 * grants it to every user (0x8) when there is a user namespace, because it joins from inside one;
 * then anybody on the host may join the container's keyring and possess it.
 */
#define PERM_USER_SEARCH 0x00080000u

struct key_info {
	uint32_t uid, perm;
};

/* "keyring;0;0;3f1b0000;_ses.abc" */
static int describe(long key, struct key_info *ret)
{
	char text[512], *p, *end;

	long n = sys_keyctl(KEYCTL_DESCRIBE, (unsigned long)key, (unsigned long)text,
			    sizeof(text) - 1, 0);
	if (n < 0)
		return -errno;
	text[(size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1] = '\0';
	p = strchr(text, ';');
	if (!p)
		return -EPROTO;
	unsigned long uid = strtoul(p + 1, &end, 10);
	p = *end == ';' ? strchr(end + 1, ';') : NULL;
	if (!p)
		return -EPROTO;
	unsigned long perm = strtoul(p + 1, &end, 16);
	if (end == p + 1 || *end != ';')
		return -EPROTO;
	*ret = (struct key_info){(uint32_t)uid, (uint32_t)perm};
	return 0;
}

static int set_perms(long key, uint32_t perm, struct err *e)
{
	struct key_info got;

	if (sys_keyctl(KEYCTL_SETPERM, (unsigned long)key, perm, 0, 0) < 0)
		return err_sys(e, errno, "unable to mod keyring permissions");
	int r = describe(key, &got);
	if (r < 0)
		return err_sys(e, -r, "unable to read keyring permissions back");
	if (got.perm != perm)
		return err_set(e, ERR_SYSTEM, EIO, "keyring permissions read back as %#x",
			       got.perm);
	return 0;
}

static int join_anonymous(struct err *e)
{
	if (sys_keyctl(KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0) >= 0)
		return 0;
	if (errno == EDQUOT)
		return err_set(e, ERR_HOST, EDQUOT,
			       "unable to join session keyring: user %u has used up its quota of "
			       "keys (see /proc/key-users, kernel.keys.root_maxkeys and maxkeys)",
			       (unsigned)geteuid());
	return err_sys(e, errno, "unable to join session keyring");
}

static int join(const char *id, struct err *e)
{
	char name[300];
	struct key_info info;

	/* Two long ids must not share a keyring because their names were cut: better none by name.
	 */
	if ((size_t)snprintf(name, sizeof(name), "_ses.%s", id) >= sizeof(name))
		return join_anonymous(e);
	long key = sys_keyctl(KEYCTL_JOIN_SESSION_KEYRING, (unsigned long)name, 0, 0, 0);
	if (key < 0 && errno == ENOSYS)
		return 0;
	if (key < 0 && errno == EDQUOT)
		return join_anonymous(e);
	if (key < 0)
		return err_sys(e, errno, "unable to join session keyring");
	/* 0 instead of its number: it is our session keyring already. */
	if (key == 0)
		key = KEY_SPEC_SESSION_KEYRING;
	int r = describe(key, &info);
	if (r < 0)
		return err_sys(e, -r, "unable to describe session keyring");
	/* Names are free for all: another user may have made this one to share it with us. */
	if (info.uid != (uint32_t)geteuid())
		return join_anonymous(e);
	return set_perms(key, info.perm | PERM_USER_SEARCH, e);
}

int keyring_join(const char *id, const char *selinux_label, struct err *e)
{
	int r = selinux_label ? selinux_set_key_label(selinux_label) : 0;

	if (r < 0)
		return err_sys(e, -r, "unable to set the SELinux label of keys");
	r = join(id, e);
	if (selinux_label && selinux_set_key_label(NULL) < 0 && r == 0)
		return err_sys(e, EIO, "unable to reset the SELinux label of keys");
	return r;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * labels.c: see labels.h.
 *
 * libapparmor takes labels apart. The libraries' aa_change_onexec() and setexeccon() open
 * /proc/self by name, which after pivot_root is a file of the container: the write is done here,
 * through a descriptor.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "apply/labels.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#ifdef HAVE_APPARMOR
#include <sys/apparmor.h>
#endif

#include "apply/procfs.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "kernel/sys.h"
#include "plan/process.h"

#define LABEL_MAX 4352 /* PATH_MAX and what the kernel puts around it */

#ifdef HAVE_APPARMOR
/* libapparmor knows what the kernel puts behind a label. */
static const char *split_mode(char *text)
{
	char *mode;

	return aa_splitcon(text, &mode);
}
#else
/* Without the library a profile is refused when it is planned. */
static const char *split_mode(char *text)
{
	return text;
}
#endif

/* @got: "docker-default (enforce)\n", or "unconfined\n"; cut apart in place. */
static bool same_profile(const char *want, char *got)
{
	const char *label = split_mode(got);

	/* The kernel prints namespaces and stacks its own way: all we ask is that there is one. */
	if (want[0] == ':' || strstr(want, "//&"))
		return label && *label && strcmp(label, "unconfined") != 0;
	return str_eq(label, want);
}

/* 5.1 gave AppArmor a directory of its own; the plain file belongs to whichever LSM comes first. */
static const char *apparmor_file(int proc_fd)
{
	static const char *const own = "self/attr/apparmor/exec";
	AUTO_FD fd = procfs_open(proc_fd, own, O_PATH);

	return fd == -ENOENT ? "self/attr/exec" : own;
}

static int apply_apparmor(const char *profile, int proc_fd, struct err *e)
{
	char text[LABEL_MAX];
	const char *path = apparmor_file(proc_fd);

	if ((size_t)snprintf(text, sizeof(text), "exec %s", profile) >= sizeof(text))
		return err_set(e, ERR_SPEC, ENAMETOOLONG,
			       "/process/apparmorProfile: longer than %d bytes", LABEL_MAX);
	int r = procfs_write(proc_fd, path, text);
	if (r == -ENOENT)
		return err_set(e, ERR_HOST, ENOENT, "apparmor profile \"%.128s\" is not loaded",
			       profile);
	if (r == -EACCES)
		/* Seen in LXC: AppArmor takes a file of a detached procfs for one of /sys/net. */
		return err_set(e, ERR_HOST, EACCES,
			       "apparmor refuses to set profile \"%.128s\": an AppArmor policy "
			       "around this host (LXC: lxc-pve before 6.0.5-2, Incus before 6.19) "
			       "is in the way",
			       profile);
	if (r < 0)
		return err_sys(e, -r, "apparmor failed to apply profile: write `/proc/%s`", path);
	ssize_t n = procfs_read(proc_fd, path, text, sizeof(text));
	if (n < 0)
		return err_sys(e, (int)-n, "read apparmor profile back");
	if (!same_profile(profile, text))
		return err_set(e, ERR_SYSTEM, EIO, "apparmor profile reads back as \"%.128s\"",
			       text);
	return 0;
}

static int apply_selinux(const char *label, int proc_fd, struct err *e)
{
	static const char path[] = "self/attr/exec";
	char text[LABEL_MAX];
	int r = procfs_write(proc_fd, path, label);

	if (r < 0)
		return err_sys(e, -r, "can't set process label: write `/proc/%s`", path);
	ssize_t n = procfs_read(proc_fd, path, text, sizeof(text));
	if (n < 0)
		return err_sys(e, (int)-n, "read process label back");
	text[strcspn(text, "\n")] = '\0';
	if (strcmp(label, text) != 0)
		return err_set(e, ERR_SYSTEM, EIO, "process label reads back as \"%.128s\"", text);
	return 0;
}

int labels_apply(const struct process_plan *p, int proc_fd, struct err *e)
{
	int r = 0;

	if (!p->apparmor_profile && !p->selinux_label)
		return 0;
	r = procfs_check(proc_fd);
	if (r < 0)
		return err_set(e, ERR_BUG, -r,
			       "security labels need a procfs of the runtime's own");
	if (p->apparmor_profile)
		r = apply_apparmor(p->apparmor_profile, proc_fd, e);
	if (r == 0 && p->selinux_label)
		r = apply_selinux(p->selinux_label, proc_fd, e);
	return r;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kernel_fs.c: see kernel_fs.h. */
#include "harden/kernel_fs.h"

#include <linux/magic.h>
#include <stddef.h>

#include "base/str.h"

/* Of their own source files: linux/magic.h has not all. */
#define CONFIGFS_MAGIC 0x62656570 /* fs/configfs/mount.c */
#define FUSE_CTL_MAGIC 0x65735543 /* fs/fuse/control.c */

static const struct {
	int64_t f_type;
	const char *name;
} known[] = {
	{PROC_SUPER_MAGIC, "proc"},
	{SYSFS_MAGIC, "sysfs"},
	{DEBUGFS_MAGIC, "debugfs"},
	{TRACEFS_MAGIC, "tracefs"},
	{BPF_FS_MAGIC, "bpf"},
	{SECURITYFS_MAGIC, "securityfs"},
	{CONFIGFS_MAGIC, "configfs"},
	{PSTOREFS_MAGIC, "pstore"},
	{EFIVARFS_MAGIC, "efivarfs"},
	{SELINUX_MAGIC, "selinuxfs"},
	{SMACK_MAGIC, "smackfs"},
	{BINFMTFS_MAGIC, "binfmt_misc"},
	{FUSE_CTL_MAGIC, "fusectl"},
	{RDTGROUP_SUPER_MAGIC, "resctrl"},
	{XENFS_SUPER_MAGIC, "xenfs"},
	{CGROUP_SUPER_MAGIC, "cgroup"},
	{CGROUP2_SUPER_MAGIC, "cgroup2"},
};
#define N_KNOWN (sizeof(known) / sizeof(known[0]))

const char *kernel_fs_name(int64_t f_type)
{
	for (size_t i = 0; i < N_KNOWN; i++)
		if (known[i].f_type == (int64_t)(uint32_t)f_type)
			return known[i].name;
	return NULL;
}

bool kernel_fs_is(const char *fstype)
{
	for (size_t i = 0; i < N_KNOWN; i++)
		if (str_eq(known[i].name, fstype))
			return true;
	return false;
}

bool kernel_fs_is_cgroup(int64_t f_type)
{
	return f_type == CGROUP_SUPER_MAGIC || f_type == CGROUP2_SUPER_MAGIC;
}

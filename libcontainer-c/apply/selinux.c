/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* selinux.c: see selinux.h. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "apply/selinux.h"

#include <errno.h>

#ifdef HAVE_SELINUX
#include <selinux/selinux.h>

int selinux_set_key_label(const char *label)
{
	return setkeycreatecon_raw(label) < 0 ? -errno : 0;
}
#else
int selinux_set_key_label(const char *label)
{
	return label ? -ENOTSUP : 0;
}
#endif

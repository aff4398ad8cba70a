/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mountinfo_read.c: the part of mountinfo.h that reads the system. */
#include "kernel/mountinfo.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"

int mountinfo_read(struct strbuf *out, struct err *e)
{
	AUTO_FD fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	char page[4096]; /* the kernel hands out at most a page at a time, unless a line is longer
			  */
	ssize_t n;

	if (fd < 0)
		return err_sys(e, errno, "open /proc/self/mountinfo");
	while ((n = read(fd, page, sizeof(page))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, errno, "read /proc/self/mountinfo");
		strbuf_add(out, page, (size_t)n);
	}
	if (out->failed)
		return err_sys(e, ENOMEM, "read /proc/self/mountinfo");
	return 0;
}

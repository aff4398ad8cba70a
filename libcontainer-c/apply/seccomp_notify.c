/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* seccomp_notify.c: see seccomp_notify.h. */
#include "apply/seccomp_notify.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/err.h"
#include "kernel/sys.h"

/* A kernel may write more than its headers of today say, but never more than this. */
#define QUESTION_MAX 1024

union question {
	struct seccomp_notif notif;
	unsigned char room[QUESTION_MAX];
};

bool seccomp_notify_is(int fd)
{
	uint64_t no_such_id = 0;

	return ioctl(fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &no_such_id) == 0 || errno == ENOENT;
}

int seccomp_notify_pass(int fd, struct err *e)
{
	struct seccomp_notif_sizes sizes = {0};
	union question q;
	union {
		struct seccomp_notif_resp resp;
		unsigned char room[QUESTION_MAX];
	} answer;

	if (sys_seccomp(SECCOMP_GET_NOTIF_SIZES, 0, &sizes) < 0)
		return err_sys(e, errno, "sizes of seccomp notifications");
	if (sizes.seccomp_notif > sizeof(q) || sizes.seccomp_notif_resp > sizeof(answer))
		return err_set(e, ERR_HOST, EOVERFLOW,
			       "seccomp notifications of this kernel have %u and %u bytes",
			       sizes.seccomp_notif, sizes.seccomp_notif_resp);
	/* 5.5: EINVAL for anything but zeros. */
	memset(&q, 0, sizeof(q));
	memset(&answer, 0, sizeof(answer));
	if (ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &q) < 0)
		/* ENOENT: a signal has ended the call in the meantime. */
		return errno == ENOENT || errno == EINTR ? 0
							 : err_sys(e, errno, "seccomp listener");
	answer.resp.id = q.notif.id;
	answer.resp.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	if (ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &answer) < 0 && errno != ENOENT)
		return err_sys(e, errno, "answer as seccomp listener");
	return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* console.c: see console.h. */
#include "apply/console.h"

#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <termios.h>

#include "apply/socket.h"
#include "base/err.h"
#include "base/fd.h"
#include "kernel/sys.h"

/* Documentation/admin-guide/devices.txt */
#define PTMX_MAJOR	5
#define PTMX_MINOR	2
#define PTS_MAJOR_FIRST 136
#define PTS_MAJOR_LAST	143

#ifndef TIOCGPTPEER
#define TIOCGPTPEER _IO('T', 0x41) /* 4.13 */
#endif

static int check_devpts(int devpts_fd, dev_t *ret_dev, struct err *e)
{
	struct statfs fs;
	struct stat st;

	if (fstatfs(devpts_fd, &fs) < 0 || fstat(devpts_fd, &st) < 0)
		return err_sys(e, errno, "stat the container's devpts");
	if (fs.f_type != DEVPTS_SUPER_MAGIC)
		return err_set(e, ERR_HOST, EXDEV, "the container's /dev/pts is not a devpts");
	*ret_dev = st.st_dev;
	return 0;
}

static int open_master(int devpts_fd, dev_t dev, struct err *e)
{
	struct stat st;

	AUTO_FD fd = sys_openat2(devpts_fd, "ptmx", O_RDWR | O_NOCTTY, 0,
				 RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH);
	if (fd < 0)
		return err_sys(e, errno, "open ptmx of the container's devpts");
	if (fstat(fd, &st) < 0)
		return err_sys(e, errno, "stat ptmx");
	if (!S_ISCHR(st.st_mode) || st.st_dev != dev ||
	    st.st_rdev != makedev(PTMX_MAJOR, PTMX_MINOR))
		return err_set(e, ERR_HOST, EXDEV, "ptmx of the container's devpts is not a ptmx");
	return TAKE_FD(fd);
}

static int open_slave(int master_fd, dev_t dev, struct err *e)
{
	struct stat st;

	AUTO_FD fd = ioctl(master_fd, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, errno, "open the slave of the container's terminal");
	if (fstat(fd, &st) < 0)
		return err_sys(e, errno, "stat the container's terminal");
	if (!S_ISCHR(st.st_mode) || st.st_dev != dev || major(st.st_rdev) < PTS_MAJOR_FIRST ||
	    major(st.st_rdev) > PTS_MAJOR_LAST)
		return err_set(e, ERR_HOST, EXDEV, "the container's terminal is not a terminal");
	return TAKE_FD(fd);
}

static int prepare(int master_fd, uint16_t rows, uint16_t cols, unsigned *ret_number, struct err *e)
{
	struct winsize size = {.ws_row = rows, .ws_col = cols};
	int unlock = 0;

	if (ioctl(master_fd, TIOCSPTLCK, &unlock) < 0)
		return err_sys(e, errno, "unlock the container's terminal");
	if (ioctl(master_fd, TIOCGPTN, ret_number) < 0)
		return err_sys(e, errno, "number of the container's terminal");
	if ((rows || cols) && ioctl(master_fd, TIOCSWINSZ, &size) < 0)
		return err_sys(e, errno, "size of the container's terminal");
	return 0;
}

static int give_to(int slave_fd, uint32_t uid, struct err *e)
{
	struct stat st;

	/* Its group is the devpts mount's business (gid=5). */
	if (fchown(slave_fd, uid, (gid_t)-1) < 0)
		return err_sys(e, errno, "chown the container's terminal");
	if (fstat(slave_fd, &st) < 0)
		return err_sys(e, errno, "stat the container's terminal");
	if (st.st_uid != uid)
		return err_set(e, ERR_SYSTEM, EIO,
			       "owner of the container's terminal reads back as %u", st.st_uid);
	return 0;
}

int console_open(int devpts_fd, uint32_t uid, uint16_t rows, uint16_t cols, struct console *ret,
		 struct err *e)
{
	unsigned number;
	dev_t dev;

	int r = check_devpts(devpts_fd, &dev, e);
	if (r < 0)
		return r;
	AUTO_FD master = open_master(devpts_fd, dev, e);
	if (master < 0)
		return master;
	r = prepare(master, rows, cols, &number, e);
	if (r < 0)
		return r;
	AUTO_FD slave = open_slave(master, dev, e);
	if (slave < 0)
		return slave;
	r = give_to(slave, uid, e);
	if (r < 0)
		return r;
	snprintf(ret->name, sizeof(ret->name), "/dev/pts/%u", number);
	ret->master_fd = TAKE_FD(master);
	ret->slave_fd = TAKE_FD(slave);
	return 0;
}

int console_keep_newlines(const struct console *c, struct err *e)
{
	struct termios t;

	if (tcgetattr(c->master_fd, &t) < 0)
		return err_sys(e, errno, "mode of the container's terminal");
	t.c_oflag &= ~(tcflag_t)ONLCR;
	if (tcsetattr(c->master_fd, TCSANOW, &t) < 0)
		return err_sys(e, errno, "mode of the container's terminal");
	return 0;
}

void console_close(struct console *c)
{
	fd_closep(&c->master_fd);
	fd_closep(&c->slave_fd);
}

int console_send(int sock_fd, const struct console *c, struct err *e)
{
	return socket_send_fd(sock_fd, c->name, c->master_fd, "terminal", e);
}

int console_adopt(int slave_fd, struct err *e)
{
	/* Already a leader: exec'ed by one, and nothing to do. */
	if (setsid() < 0 && getsid(0) != getpid())
		return err_sys(e, errno, "setsid");
	/* 0: not stolen from another session, which would need CAP_SYS_ADMIN of the host. */
	if (ioctl(slave_fd, TIOCSCTTY, 0) < 0)
		return err_sys(e, errno, "ioctl(setctty)");
	for (int fd = 0; fd <= 2; fd++)
		if (dup2(slave_fd, fd) < 0)
			return err_sys(e, errno, "dup the container's terminal to %d", fd);
	if (slave_fd > 2)
		close(slave_fd);
	return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* test_console.c: the container's terminal, made in its own devpts (apply/console.h). */
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <termios.h>

#include "apply/console.h"
#include "apply/socket.h"
#include "tests/integration/process_box.h"

static struct err err;
static char dir[] = "/tmp/bulkhead-console-XXXXXX";

static void clean_up(void)
{
	char cmd[64];

	umount2(dir, MNT_DETACH);
	snprintf(cmd, sizeof(cmd), "rm -rf --one-file-system %s", dir);
	if (system(cmd) != 0)
		fprintf(stderr, "# %s remains\n", dir);
}

__attribute__((constructor(103))) static void set_up(void)
{
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    !mkdtemp(dir))
		abort();
	atexit(clean_up);
}

/* A detached devpts as the container gets it. */
static int devpts(void)
{
	AUTO_FD fs = sys_fsopen("devpts");

	CHECK(fs >= 0);
	CHECK(sys_fsconfig(fs, FSCONFIG_SET_STRING, "ptmxmode", "0666", 0) == 0);
	CHECK(sys_fsconfig(fs, FSCONFIG_SET_STRING, "mode", "0620", 0) == 0);
	CHECK(sys_fsconfig(fs, FSCONFIG_SET_STRING, "gid", "1879048197", 0) == 0);
	CHECK(sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0);
	int fd = sys_fsmount(fs, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
	CHECK(fd >= 0);
	return fd;
}

/* A terminal hands on a line in as many parts as it likes. */
static void read_exactly(int fd, const char *want)
{
	char buf[64] = "";
	size_t n = 0, len = strlen(want);

	while (n < len) {
		ssize_t k = read(fd, buf + n, len - n);
		CHECK(k > 0);
		n += (size_t)k;
	}
	CHECK_STR(buf, want);
}

TEST(a_terminal_in_a_devpts)
{
	AUTO_FD pts = devpts();
	struct console a = CONSOLE_INIT, b = CONSOLE_INIT;
	struct winsize size;
	struct stat st, root;

	err_clear(&err);
	CHECK_MSG(console_open(pts, BOX_UID + 7, 24, 80, &a, &err) == 0, "%s", err.msg);
	CHECK_STR(a.name, "/dev/pts/0");
	CHECK(isatty(a.slave_fd) && isatty(a.master_fd));
	CHECK(fstat(a.slave_fd, &st) == 0 && fstat(pts, &root) == 0);
	CHECK(st.st_dev == root.st_dev);
	CHECK_INT(st.st_uid, BOX_UID + 7);
	CHECK_INT(st.st_gid, 1879048197);
	CHECK_INT(st.st_mode & 07777, 0620);
	CHECK_INT(major(st.st_rdev), 136);
	CHECK(ioctl(a.slave_fd, TIOCGWINSZ, &size) == 0);
	CHECK_INT(size.ws_row, 24);
	CHECK_INT(size.ws_col, 80);
	CHECK_INT(fcntl(a.master_fd, F_GETFD) & fcntl(a.slave_fd, F_GETFD), FD_CLOEXEC);
	/* Not our own terminal because of that. */
	CHECK(tcgetsid(a.slave_fd) < 0);
	CHECK_INT(console_open(pts, 0, 0, 0, &b, &err), 0);
	CHECK_STR(b.name, "/dev/pts/1");
	CHECK(ioctl(b.slave_fd, TIOCGWINSZ, &size) == 0);
	CHECK_INT(size.ws_row | size.ws_col, 0);
	CHECK(write(a.slave_fd, "hi\n", 3) == 3);
	read_exactly(a.master_fd, "hi\r\n");
	console_close(&a);
	console_close(&b);
	CHECK_INT(a.master_fd, -1);
	CHECK_INT(a.slave_fd, -1);
	console_close(&a);
}

static void refused(int fd, const char *why)
{
	struct console c = CONSOLE_INIT;

	err_clear(&err);
	CHECK(console_open(fd, 0, 0, 0, &c, &err) < 0);
	CHECK_HAS(err.msg, why);
	CHECK_INT(c.master_fd, -1);
	CHECK_INT(c.slave_fd, -1);
}

/* CVE-2025-52565: /dev/pts as a volume of the image's making. */
TEST(what_is_not_a_devpts)
{
	AUTO_FD plain = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

	refused(plain, "is not a devpts");
	CHECK(mknodat(plain, "ptmx", S_IFCHR | 0666, makedev(5, 2)) == 0);
	refused(plain, "is not a devpts");
	CHECK(unlinkat(plain, "ptmx", 0) == 0 && symlinkat("/dev/ptmx", plain, "ptmx") == 0);
	refused(plain, "is not a devpts");
	CHECK(unlinkat(plain, "ptmx", 0) == 0);
	refused(-1, "stat the container's devpts: bad file descriptor");
}

TEST(what_is_mounted_over_ptmx)
{
	AUTO_FD pts = devpts();
	char path[64];

	CHECK(sys_move_mount(pts, "", AT_FDCWD, dir, MOVE_MOUNT_F_EMPTY_PATH) == 0);
	snprintf(path, sizeof(path), "%s/ptmx", dir);
	CHECK(mount("/dev/null", path, NULL, MS_BIND, NULL) == 0);
	refused(pts, "open ptmx of the container's devpts: ");
	CHECK(umount2(dir, MNT_DETACH) == 0);
}

TEST(a_slave_is_no_devpts)
{
	AUTO_FD pts = devpts();
	struct console c = CONSOLE_INIT;

	err_clear(&err);
	CHECK_INT(console_open(pts, 0, 0, 0, &c, &err), 0);
	/* Right file system, not a directory: nothing to find below it. */
	refused(c.slave_fd, "open ptmx of the container's devpts: not a directory");
	console_close(&c);
}

static int adopt(void *arg, struct err *e)
{
	int fd = *(int *)arg;
	struct stat a, b;

	fstat(fd, &b);
	int r = console_adopt(fd, e);
	if (r < 0)
		return r;
	if (getsid(0) != getpid() || tcgetsid(0) != getpid())
		return err_set(e, ERR_SYSTEM, EINVAL, "not our terminal");
	for (int i = 0; i <= 2; i++)
		if (fstat(i, &a) < 0 || a.st_rdev != b.st_rdev || fcntl(i, F_GETFD) != 0)
			return err_set(e, ERR_SYSTEM, EINVAL, "%d is something else", i);
	if (fcntl(fd, F_GETFD) >= 0)
		return err_set(e, ERR_SYSTEM, EINVAL, "the descriptor is left over");
	/* /dev/tty is it as well. */
	AUTO_FD tty = open("/dev/tty", O_RDWR | O_CLOEXEC);
	if (tty < 0)
		return err_sys(e, errno, "/dev/tty");
	dprintf(tty, "through tty\n");
	return 0;
}

TEST(the_child_adopts_it)
{
	AUTO_FD pts = devpts();
	struct console c = CONSOLE_INIT;
	struct box box;

	err_clear(&err);
	CHECK_INT(console_open(pts, BOX_UID, 0, 0, &c, &err), 0);
	box_run(&box, BOX_ALL, adopt, &c.slave_fd);
	CHECK_MSG(box.result == 0, "%s", box.err.msg);
	read_exactly(c.master_fd, "through tty\r\n");
	console_close(&c);
}

static int adopt_null(void *arg, struct err *e)
{
	(void)arg;
	return console_adopt(open("/dev/null", O_RDWR | O_CLOEXEC), e);
}

TEST(only_a_terminal_can_be_adopted)
{
	struct box box;

	box_run(&box, BOX_ALL, adopt_null, NULL);
	CHECK_INT(box.result, -ENOTTY);
	CHECK_HAS(box.err.msg, "ioctl(setctty): ");
}

/* A listening socket at @path; the descriptor. */
static int listen_at(const char *path)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	CHECK(fd >= 0);
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	CHECK_MSG(bind(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0 && listen(fd, 1) == 0,
		  "%s: %s", path, strerror(errno));
	return fd;
}

/* One message: data, and the single descriptor that must be with it. */
static int receive(int fd, char *data, size_t size)
{
	char control[256];
	struct iovec v = {data, size - 1};
	struct msghdr m = {.msg_iov = &v,
			   .msg_iovlen = 1,
			   .msg_control = control,
			   .msg_controllen = sizeof(control)};
	ssize_t n = recvmsg(fd, &m, MSG_CMSG_CLOEXEC);
	int got;

	CHECK(n > 0 && !(m.msg_flags & (MSG_TRUNC | MSG_CTRUNC)));
	data[n] = '\0';
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	CHECK(c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS);
	CHECK_INT(c->cmsg_len, CMSG_LEN(sizeof(int)));
	CHECK(CMSG_NXTHDR(&m, c) == NULL);
	memcpy(&got, CMSG_DATA(c), sizeof(got));
	return got;
}

static void send_through(const char *path, int listener)
{
	AUTO_FD pts = devpts();
	struct console c = CONSOLE_INIT;
	char data[128], buf[16] = "";

	err_clear(&err);
	CHECK_INT(console_open(pts, BOX_UID, 0, 0, &c, &err), 0);
	AUTO_FD sock = socket_connect(path, "console", &err);
	CHECK_MSG(sock >= 0, "%s", err.msg);
	/* Nobody accepts or reads yet: containerd does so after create has returned. */
	CHECK_MSG(console_send(sock, &c, &err) == 0, "%s", err.msg);
	fd_closep(&sock);
	AUTO_FD peer = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	CHECK(peer >= 0);
	AUTO_FD master = receive(peer, data, sizeof(data));
	CHECK_STR(data, "/dev/pts/0");
	CHECK(write(c.slave_fd, "x", 1) == 1 && read(master, buf, sizeof(buf)) == 1);
	CHECK(read(peer, buf, 1) == 0); /* and nothing more */
	console_close(&c);
}

TEST(console_socket)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/sock", dir);
	AUTO_FD listener = listen_at(path);
	send_through(path, listener);
}

TEST(console_socket_with_a_long_path)
{
	char deep[512], path[600];

	snprintf(deep, sizeof(deep), "%s/", dir);
	for (int i = 0; i < 12; i++)
		strcat(deep, "0123456789abcdef");
	CHECK(mkdir(deep, 0700) == 0 && chdir(deep) == 0);
	AUTO_FD listener = listen_at("s");
	CHECK(chdir("/") == 0);
	snprintf(path, sizeof(path), "%s/s", deep);
	send_through(path, listener);
}

TEST(console_socket_that_is_not_there)
{
	char path[200];

	err_clear(&err);
	CHECK_INT(socket_connect("/nowhere/sock", "console", &err), -ENOENT);
	CHECK_STR(err.msg, "connect to console socket /nowhere/sock: no such file or directory");
	err_clear(&err);
	memset(path, 'x', sizeof(path) - 1);
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	CHECK_INT(socket_connect(path, "console", &err), -ENOENT);
	err_clear(&err);
	CHECK_INT(socket_connect("/etc/passwd", "console", &err), -ECONNREFUSED);
}

TEST(console_socket_that_hung_up)
{
	struct console c = {.master_fd = 0, .slave_fd = -1, .name = "/dev/pts/0"};
	int s[2];

	CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, s) == 0);
	close(s[1]);
	err_clear(&err);
	CHECK_INT(console_send(s[0], &c, &err), -EPIPE); /* and no SIGPIPE */
	CHECK_HAS(err.msg, "send the terminal to its socket: ");
	close(s[0]);
}

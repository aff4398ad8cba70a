/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mounts_agent.h: the process inside a box of mounts_box.h: one operation per message. */
#ifndef BULKHEAD_TESTS_MOUNTS_AGENT_H
#define BULKHEAD_TESTS_MOUNTS_AGENT_H

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel/sys.h"
#include "tests/integration/box_files.h"

#define BOX_TEXT 65536

/* "uid:gid mode type": "0:0 666 c1:3", "0:0 755 dir", "0:0 777 link TARGET"; or an errno name. */
static void describe(const char *path, char *out, size_t max)
{
	char target[512] = "";
	struct stat st;

	if (lstat(path, &st) != 0) {
		snprintf(out, max, "%s", strerrorname_np(errno));
		return;
	}
	int n = snprintf(out, max, "%u:%u %o ", st.st_uid, st.st_gid, st.st_mode & 07777);
	out += n;
	max -= (size_t)n;
	if (S_ISLNK(st.st_mode) && readlink(path, target, sizeof(target) - 1) >= 0)
		snprintf(out, max, "link %s", target);
	else if (S_ISCHR(st.st_mode))
		snprintf(out, max, "c%u:%u", major(st.st_rdev), minor(st.st_rdev));
	else
		snprintf(out, max, "%s",
			 S_ISDIR(st.st_mode)	? "dir"
			 : S_ISREG(st.st_mode)	? "file"
			 : S_ISFIFO(st.st_mode) ? "fifo"
						: "other");
}

static const char *on_disk(const char *path)
{
	static char text[8][700];
	static unsigned next;
	char *out = text[next++ % 8];

	describe(path, out, sizeof(text[0]));
	return out;
}

/*
 * The topmost mount at a path, from mountinfo: "ROOT FLAGS PROPAGATION TYPE SOURCE SUPER", e.g.
 * "/ rw,nosuid,relatime - tmpfs tmpfs rw,size=65536k"; "none" when nothing is mounted there.
 */
static void op_mount(const char *path, char *out)
{
	static char line[8192];
	char point[4096], root[4096];
	FILE *f = fopen("/proc/self/mountinfo", "re");
	int id, parent, at_rest;

	snprintf(out, BOX_TEXT, "none");
	while (f && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (sscanf(line, "%d %d %*s %4095s %4095s %n", &id, &parent, root, point,
			   &at_rest) == 4 &&
		    strcmp(point, path) == 0)
			snprintf(out, BOX_TEXT, "%s %s", root, line + at_rest);
	}
	if (f)
		fclose(f);
}

static int op_setattr_rw(const char *path)
{
	struct mount_attr attr = {.attr_clr = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV};

	return sys_mount_setattr(AT_FDCWD, path, 0, &attr);
}

static int op_clone(const char *path)
{
	int fd = sys_open_tree(AT_FDCWD, path, OPEN_TREE_CLONE);

	return fd < 0 ? -1 : close(fd);
}

static int op_exec(const char *path)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		execl(path, path, NULL);
		_exit(errno);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	errno = WEXITSTATUS(status);
	return errno ? -1 : 0;
}

static void agent_do(char *op, char *a, char *b, char *out)
{
	int r;

	if (!strcmp(op, "stat"))
		return describe(a, out, BOX_TEXT);
	if (!strcmp(op, "list"))
		return list_dir(a, out, BOX_TEXT);
	if (!strcmp(op, "read"))
		return read_text(a, out, BOX_TEXT);
	if (!strcmp(op, "mount"))
		return op_mount(a, out);
	r = !strcmp(op, "create")    ? op_write(a, b, O_CREAT | O_EXCL)
	    : !strcmp(op, "write")   ? op_write(a, b, 0)
	    : !strcmp(op, "mkdir")   ? mkdir(a, 0755)
	    : !strcmp(op, "unlink")  ? unlink(a)
	    : !strcmp(op, "chmod")   ? chmod(a, (mode_t)strtoul(b, NULL, 8))
	    : !strcmp(op, "mknod")   ? mknod(a, S_IFCHR | 0666, makedev(1, 3))
	    : !strcmp(op, "umount")  ? umount2(a, MNT_DETACH)
	    : !strcmp(op, "remount") ? mount(NULL, a, NULL, MS_REMOUNT | MS_BIND, NULL)
	    : !strcmp(op, "setattr") ? op_setattr_rw(a)
	    : !strcmp(op, "clone")   ? op_clone(a)
	    : !strcmp(op, "move")    ? mount(a, b, NULL, MS_MOVE, NULL)
	    : !strcmp(op, "tmpfs")   ? mount("t", a, "tmpfs", 0, NULL)
	    : !strcmp(op, "exec")    ? op_exec(a)
				     : (errno = ENOSYS, -1);
	snprintf(out, BOX_TEXT, "%s", r == 0 ? "ok" : strerrorname_np(errno));
}

static int agent_run(int fd)
{
	static char in[8192], out[BOX_TEXT];
	ssize_t n;

	while ((n = recv(fd, in, sizeof(in) - 1, 0)) > 0) {
		in[n] = '\0';
		char *a = strchr(in, BOX_SEP), *b = a ? strchr(a + 1, BOX_SEP) : NULL;
		if (!a || !b)
			return 1;
		*a++ = '\0';
		*b++ = '\0';
		agent_do(in, a, b, out);
		if (send(fd, out, strlen(out) + 1, MSG_NOSIGNAL) < 0)
			return 1;
	}
	return 0;
}

#endif

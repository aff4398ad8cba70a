/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hostile_ids.c: privileges that were given up, and ids that are not the container's. The test puts
 * /image/setuid (mode 4755) and /image/filecaps (every capability) there, copies of this program.
 */
#include "hostile.h"

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { OUTSIDE = 1 << 20 }; /* an id that no container of 65536 ids has */

/* As a user without privileges, ask the program for those of its file. */
static int gain_from(const char *path)
{
	pid_t pid = fork();

	if (pid == 0) {
		if (setgroups(0, NULL) < 0 || setresgid(1000, 1000, 1000) < 0 ||
		    setresuid(1000, 1000, 1000) < 0)
			_exit(3);
		execl(path, "hostile", "--ids", NULL);
		_exit(errno == ENOENT ? 4 : 1);
	}
	int status;
	if (waitpid(pid, &status, 0) < 0 || !WIFEXITED(status))
		return -EIO;
	switch (WEXITSTATUS(status)) {
	case 0:
		return 0;
	case 1:
		return -EPERM;
	default:
		detail("the way there failed with %d", WEXITSTATUS(status));
		return WEXITSTATUS(status) == 4 ? -ENOENT : -EIO;
	}
}

static int setuid_of_the_image(void)
{
	return gain_from("/image/setuid");
}

static int capabilities_of_the_image(void)
{
	return gain_from("/image/filecaps");
}

/* Root of the container can make one as well. */
static int setuid_made_inside(void)
{
	static const char path[] = "/image/made";
	int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int to = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0755);
	struct stat st;

	if (from < 0 || to < 0 || fstat(from, &st) < 0)
		return -errno;
	if (sendfile(to, from, NULL, (size_t)st.st_size) != st.st_size || fchmod(to, 04755) < 0)
		return -errno;
	close(to);
	int r = gain_from(path);
	unlink(path);
	return r;
}

/* SECBIT_KEEP_CAPS: capabilities that stay while the user changes. */
static int kept_capabilities(void)
{
	struct __user_cap_header_struct h = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct d[2];
	const uint32_t admin = 1u << CAP_SYS_ADMIN;

	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0 || setresuid(1000, 1000, 1000) < 0)
		return -errno;
	if (syscall(SYS_capget, &h, d) < 0)
		return -errno;
	d[0].effective |= admin;
	d[0].permitted |= admin;
	return verdict(syscall(SYS_capset, &h, d));
}

static int other_user(void)
{
	return verdict(syscall(SYS_setresuid, OUTSIDE, OUTSIDE, OUTSIDE));
}

static int other_group(void)
{
	gid_t group = OUTSIDE;

	return any(verdict(syscall(SYS_setresgid, OUTSIDE, OUTSIDE, OUTSIDE)),
		   verdict(setgroups(1, &group)));
}

static int other_owner(void)
{
	static const char path[] = "/tmp/hostile-owned";

	close(open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600));
	int r = verdict(chown(path, OUTSIDE, OUTSIDE));
	unlink(path);
	return r;
}

static int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	int r = verdict(write(fd, text, strlen(text)));
	close(fd);
	return r;
}

/* The host's root into its own map, and into that of a namespace below. */
static int map_host_root(void)
{
	int r = write_text("/proc/self/uid_map", "0 0 4294967295\n");

	if (r == 0 || unshare(CLONE_NEWUSER) < 0)
		return r;
	/* More ids than the parent has. */
	return any(r, write_text("/proc/self/uid_map", "0 0 4294967295\n"));
}

/* Nobody is killed when memory is short but the host's processes. */
static int immune_to_oom(void)
{
	return write_text("/proc/self/oom_score_adj", "-1000");
}

const struct attempt hostile_ids[] = {
	{"setuid_of_the_image", "a setuid program of the image", setuid_of_the_image, HARMLESS},
	{"capabilities_of_the_image", "a program with file capabilities", capabilities_of_the_image,
	 HARMLESS},
	{"setuid_made_inside", "a setuid program of its own making", setuid_made_inside, HARMLESS},
	{"kept_capabilities", "CAP_SYS_ADMIN for a user", kept_capabilities, HARMLESS | SURFACE},
	{"other_user", "become a user that is not the container's", other_user, HARMLESS},
	{"other_group", "the same for groups", other_group, HARMLESS},
	{"other_owner", "give a file to such a user", other_owner, HARMLESS},
	{"map_host_root", "map the host's ids", map_host_root, 0},
	{"immune_to_oom", "let others be killed when memory is short", immune_to_oom, 0},
	{NULL, NULL, NULL, 0},
};

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* intel_rdt.c: see intel_rdt.h. */
#include "apply/intel_rdt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "apply/intel_rdt_schemata.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "plan/intel_rdt.h"

#define RESCTRL_MAGIC 0x7655821 /* RDTGROUP_SUPER_MAGIC of <linux/magic.h>, 5.2 */
#define SCHEMATA_MAX  65536
#define TASKS_MAX     (32u << 20) /* of every pid there can be, in the default class */
#define AT	      "/linux/intelRdt"

int intel_rdt_open(const char *mountpoint, struct err *e)
{
	struct statfs fs;

	AUTO_FD fd = open(mountpoint, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fstatfs(fd, &fs) < 0)
		return err_sys(e, errno, AT ": open %s", mountpoint);
	if ((unsigned long)fs.f_type != RESCTRL_MAGIC)
		return err_set(e, ERR_HOST, ENODEV, AT ": %s is not a resctrl file system",
			       mountpoint);
	return TAKE_FD(fd);
}

static int must_be_free(int root_fd, const char *group, const char *what, struct err *e)
{
	struct stat st;

	if (fstatat(root_fd, group, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return err_set(e, ERR_HOST, EEXIST, "%s: the group %s exists already", what, group);
	return errno == ENOENT ? 0 : err_sys(e, errno, "%s: look for the group %s", what, group);
}

int intel_rdt_check_free(const struct intel_rdt_plan *p, int root_fd, struct err *e)
{
	int r = p->own ? must_be_free(root_fd, p->group, AT, e) : 0;

	if (r == 0 && p->monitor)
		r = must_be_free(root_fd, p->monitor, AT "/enableMonitoring", e);
	return r;
}

/* What the kernel has to say of the last request, on one line, or "". */
static const char *last_status(int root_fd, char *buf, size_t size)
{
	if (file_read_at(root_fd, "info/last_cmd_status", buf, size) <= 0)
		return "";
	buf[strcspn(buf, "\n")] = '\0';
	return str_eq(buf, "ok") ? "" : buf;
}

static int failed(int root_fd, int code, const char *pointer, const char *what, struct err *e)
{
	char status[256];
	const char *why = last_status(root_fd, status, sizeof(status));

	return err_set(e, ERR_HOST, code, "%s: %s: %s%s%s", pointer, what, strerror(code),
		       *why ? ": " : "", why);
}

/* 0: made; 1: it is there already. */
static int make_group(int root_fd, const char *group, const char *pointer, struct err *e)
{
	if (mkdirat(root_fd, group, 0755) == 0)
		return 0;
	return errno == EEXIST ? 1 : failed(root_fd, errno, pointer, "unable to make the group", e);
}

static int read_file(int root_fd, const char *group, const char *name, size_t max, struct arena *a,
		     char **ret)
{
	AUTO_FD dir = openat(root_fd, group, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	AUTO_FD fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ssize_t n = fd_read_all(fd, a, max, ret);
	return n < 0 ? (int)n : 0;
}

static int write_file(int root_fd, const char *group, const char *name, const char *text)
{
	AUTO_FD dir = openat(root_fd, group, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return dir < 0 ? -errno : file_write_at(dir, name, text);
}

static uint64_t bandwidth_step(int root_fd)
{
	char text[24];
	uint64_t v;

	if (file_read_at(root_fd, "info/MB/bandwidth_gran", text, sizeof(text)) <= 0)
		return 1;
	text[strcspn(text, "\n")] = '\0';
	return str_u64(text, 1u << 20, &v) == 0 && v > 0 ? v : 1;
}

static int compare(int root_fd, const char *group, const struct intel_rdt_line *l, const char *what,
		   struct err *e)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	char *text;
	int r = read_file(root_fd, group, "schemata", SCHEMATA_MAX, &a, &text);

	if (r < 0)
		return failed(root_fd, -r, l->pointer, "read the schemata", e);
	return schemata_has(text, l->text, bandwidth_step(root_fd))
		       ? 0
		       : err_set(e, ERR_HOST, EINVAL, "%s: %s \"%.64s\"", l->pointer, what,
				 l->text);
}

int intel_rdt_schemata(int root_fd, const char *group, const struct intel_rdt_line *lines, size_t n,
		       struct err *e)
{
	AUTO_STRBUF text = STRBUF_INIT;

	for (size_t i = 0; i < n; i++) {
		text.len = 0;
		strbuf_addf(&text, "%s\n", lines[i].text);
		int r = text.failed ? -ENOMEM : write_file(root_fd, group, "schemata", text.buf);
		if (r < 0)
			return failed(root_fd, -r, lines[i].pointer, "write the schemata", e);
		r = compare(root_fd, group, &lines[i], "does not read back as", e);
		if (r < 0)
			return r;
	}
	return 0;
}

int intel_rdt_snapshot(int root_fd, const char *group, struct arena *a, char **ret, struct err *e)
{
	int r = read_file(root_fd, group, "schemata", SCHEMATA_MAX, a, ret);

	return r < 0 ? failed(root_fd, -r, AT, "read the schemata", e) : 0;
}

/* The file takes what it gives: several lines, with spaces in front. */
int intel_rdt_restore(int root_fd, const char *group, const char *snapshot)
{
	return write_file(root_fd, group, "schemata", snapshot);
}

static int check_lines(const struct intel_rdt_plan *p, int root_fd, const char *what, struct err *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->n_lines; i++)
		r = compare(root_fd, p->group, &p->lines[i], what, e);
	return r;
}

/* A class that others may use is theirs: it has what is asked for, or the container is refused. */
static int check_class(const struct intel_rdt_plan *p, int root_fd, struct err *e)
{
	return check_lines(p, root_fd, "the class of service exists and does not have", e);
}

int intel_rdt_check(const struct intel_rdt_plan *p, int root_fd, struct err *e)
{
	return check_lines(p, root_fd, "the class of service does not have", e);
}

/* Sets *ret_made when the group is new. */
static int make_class(const struct intel_rdt_plan *p, int root_fd, bool *ret_made, struct err *e)
{
	struct stat st;

	if (!p->own && !p->may_make) {
		if (fstatat(root_fd, p->group, &st, 0) < 0 || !S_ISDIR(st.st_mode))
			return err_set(e, ERR_HOST, ENOENT,
				       AT "/closID: there is no class of service \"%.64s\", and no "
					  "schemata to make it with",
				       p->group);
		return check_class(p, root_fd, e);
	}
	int r = make_group(root_fd, p->group, p->own ? AT : AT "/closID", e);
	if (r < 0)
		return r;
	*ret_made = r == 0;
	if (*ret_made)
		return intel_rdt_schemata(root_fd, p->group, p->lines, p->n_lines, e);
	return p->own ? must_be_free(root_fd, p->group, AT, e) : check_class(p, root_fd, e);
}

int intel_rdt_make(const struct intel_rdt_plan *p, int root_fd, struct err *e)
{
	bool made = false;
	int r = make_class(p, root_fd, &made, e);

	if (r == 0 && p->monitor) {
		r = make_group(root_fd, p->monitor, AT "/enableMonitoring", e);
		if (r > 0)
			r = must_be_free(root_fd, p->monitor, AT "/enableMonitoring", e);
	}
	if (r < 0 && made)
		(void)unlinkat(root_fd, p->group, AT_REMOVEDIR);
	return r;
}

/* A line of its own in a file that has one for each task. */
static bool has_line(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (const char *s = text; *s; s += strcspn(s, "\n"), s += *s == '\n')
		if (strncmp(s, word, n) == 0 && (s[n] == '\n' || !s[n]))
			return true;
	return false;
}

int intel_rdt_has(int root_fd, const char *group, pid_t pid)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	char number[16], *text;
	int r = read_file(root_fd, group, "tasks", TASKS_MAX, &a, &text);

	snprintf(number, sizeof(number), "%d", pid);
	return r < 0 ? r : has_line(text, number);
}

static int join_one(int root_fd, const char *group, const char *pid, struct err *e)
{
	AUTO_ARENA struct arena a = ARENA_INIT;
	char *text;
	int r = write_file(root_fd, group, "tasks", pid);

	if (r == 0)
		r = read_file(root_fd, group, "tasks", TASKS_MAX, &a, &text);
	if (r < 0)
		return failed(root_fd, -r, AT, "unable to join the class of service", e);
	return has_line(text, pid) ? 0
				   : err_set(e, ERR_SYSTEM, EIO,
					     AT ": the process is not in the group %s", group);
}

int intel_rdt_join(int root_fd, const char *const *groups, size_t n, pid_t pid, struct err *e)
{
	char text[16];
	int r = 0;

	snprintf(text, sizeof(text), "%d", pid);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = join_one(root_fd, groups[i], text, e);
	return r;
}

int intel_rdt_remove(int root_fd, const char *const *groups, size_t n, struct err *e)
{
	while (n-- > 0)
		if (unlinkat(root_fd, groups[n], AT_REMOVEDIR) < 0 && errno != ENOENT)
			return err_sys(e, errno, AT ": remove the group %s", groups[n]);
	return 0;
}

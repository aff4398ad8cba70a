/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cgroup_devices.c: device rules put in force, v1 as lines, v2 as a program, and read back. */
#include "apply/cgroup_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fd.h"
#include "kernel/sys.h"

#define POINTER	 "/linux/resources/devices"
#define LIST_MAX (256u << 10) /* more than the plan's largest list of rules */
#define PROGS	 64	      /* programs that one cgroup may have (BPF_CGROUP_MAX_PROGS) */

static int write_lines(const struct cgroup_plan *p, int fd, struct err *e)
{
	for (size_t i = 0; i < p->devices.n; i++) {
		const char *pointer = p->devices.exceptions[i].pointer;
		int r = fd_write_once(fd, p->devices_lines[i], strlen(p->devices_lines[i]));
		if (r == 0)
			continue;
		return err_set(e, ERR_HOST, -r,
			       "%s: the kernel refuses the device rule \"%s\" in "
			       "%s: %s%s",
			       pointer ? pointer : POINTER, p->devices_lines[i],
			       p->trees[p->devices_tree].dir, strerrorname_np(-r),
			       r == -EPERM ? " (not allowed to the cgroup above it)" : "");
	}
	return 0;
}

static size_t count_lines(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += *s == '\n';
	return n;
}

static bool has_line(const char *text, const char *line)
{
	size_t n = strlen(line);

	for (const char *p = text; (p = strstr(p, line)) != NULL; p++)
		if ((p == text || p[-1] == '\n') && p[n] == '\n')
			return true;
	return false;
}

/* devices.list shows the exceptions to "deny"; of "allow" with exceptions it shows only "allow". */
static int compare_list(const struct cgroup_plan *p, const char *got, struct err *e)
{
	const char *dir = p->trees[p->devices_tree].dir;

	if (p->devices.default_allow) {
		if (strcmp(got, "a *:* rwm\n") == 0)
			return 0;
		return err_set(e, ERR_HOST, EIO,
			       POINTER ": wanted \"a *:* rwm\" in "
				       "%s/devices.list, got \"%.200s\"",
			       dir, got);
	}
	for (size_t i = 0; i < p->devices.n; i++)
		if (!has_line(got, p->devices_lines[i]))
			return err_set(e, ERR_HOST, EIO,
				       POINTER ": wanted \"%s\" in "
					       "%s/devices.list, got \"%.200s\"",
				       p->devices_lines[i], dir, got);
	if (count_lines(got) != p->devices.n)
		return err_set(e, ERR_HOST, EIO,
			       POINTER ": wanted %zu rules in %s/devices.list, "
				       "got \"%.200s\"",
			       p->devices.n, dir, got);
	return 0;
}

static void record_list(struct strbuf *out, const char *got)
{
	strbuf_adds(out, "{\"list\":");
	strbuf_json(out, got);
	strbuf_addc(out, '}');
}

/* @out: where it is recorded, or NULL */
static int list_read_back(const struct cgroup_plan *p, int dir_fd, struct strbuf *out,
			  struct err *e)
{
	char small[4096], *got = small;
	struct arena a = ARENA_INIT;
	AUTO_FD fd = openat(dir_fd, "devices.list", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n = fd < 0 ? -errno : cgroup_read(fd, small, sizeof(small));

	if (n == (ssize_t)sizeof(small) - 1) {
		got = arena_alloc(&a, LIST_MAX);
		n = got ? cgroup_read(fd, got, LIST_MAX) : -ENOMEM;
	}
	int r = n < 0 ? err_set(e, ERR_SYSTEM, (int)-n, "reading devices.list: %s",
				strerrorname_np((int)-n))
		      : compare_list(p, got, e);
	if (r == 0 && out)
		record_list(out, got);
	arena_free(&a);
	return r;
}

static int put_v1(const struct cgroup_plan *p, int dir_fd, struct strbuf *out, struct err *e)
{
	const char *all = p->devices.default_allow ? "devices.allow" : "devices.deny";
	const char *some = p->devices.default_allow ? "devices.deny" : "devices.allow";
	/* "a" alone also forgets all exceptions, those inherited from above included. */
	int r = file_write_at(dir_fd, all, "a");

	if (r < 0)
		return err_set(e, ERR_HOST, -r, POINTER ": the kernel refuses \"a\" for %s/%s: %s",
			       p->trees[p->devices_tree].dir, all, strerrorname_np(-r));
	if (p->devices.n > 0) {
		AUTO_FD fd = openat(dir_fd, some, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
		if (fd < 0)
			return err_set(e, ERR_SYSTEM, errno, "opening %s: %s", some,
				       strerrorname_np(errno));
		r = write_lines(p, fd, e);
		if (r < 0)
			return r;
	}
	return list_read_back(p, dir_fd, out, e);
}

static int load_program(const struct cgroup_plan *p)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
	attr.insns = (uint64_t)(uintptr_t)p->devices_insns;
	attr.insn_cnt = (uint32_t)p->n_devices_insns;
	attr.license = (uint64_t)(uintptr_t) "LGPL-2.1-or-later";
	int fd = sys_bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
	return fd < 0 ? -errno : fd;
}

/* Before 5.11 a program counts against RLIMIT_MEMLOCK, whose default of 64 KiB is soon used up. */
static int load_with_memlock(const struct cgroup_plan *p)
{
	struct rlimit old, none = {RLIM_INFINITY, RLIM_INFINITY};
	int fd = load_program(p);

	if (fd != -EPERM || getrlimit(RLIMIT_MEMLOCK, &old) < 0 ||
	    setrlimit(RLIMIT_MEMLOCK, &none) < 0)
		return fd;
	fd = load_program(p);
	setrlimit(RLIMIT_MEMLOCK, &old);
	return fd;
}

static int attach_program(int dir_fd, int prog_fd)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.target_fd = (uint32_t)dir_fd;
	attr.attach_bpf_fd = (uint32_t)prog_fd;
	attr.attach_type = BPF_CGROUP_DEVICE;
	/* With MULTI all programs, those of the cgroups above included, must allow. */
	attr.attach_flags = BPF_F_ALLOW_MULTI;
	return sys_bpf(BPF_PROG_ATTACH, &attr, sizeof(attr)) < 0 ? -errno : 0;
}

static int program_info(int prog_fd, struct bpf_prog_info *ret)
{
	union bpf_attr attr;

	memset(ret, 0, sizeof(*ret));
	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = (uint32_t)prog_fd;
	attr.info.info_len = sizeof(*ret);
	attr.info.info = (uint64_t)(uintptr_t)ret;
	return sys_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr)) < 0 ? -errno : 0;
}

/* The programs of the cgroup itself: their number or -errno. */
static int attached(int dir_fd, uint32_t ids[PROGS])
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.query.target_fd = (uint32_t)dir_fd;
	attr.query.attach_type = BPF_CGROUP_DEVICE;
	attr.query.prog_ids = (uint64_t)(uintptr_t)ids;
	attr.query.prog_cnt = PROGS;
	return sys_bpf(BPF_PROG_QUERY, &attr, sizeof(attr)) < 0 ? -errno : (int)attr.query.prog_cnt;
}

/* 1 when the program with @id is attached. */
static int is_attached(int dir_fd, uint32_t id)
{
	uint32_t ids[PROGS];
	int n = attached(dir_fd, ids);

	for (int i = 0; i < n; i++)
		if (ids[i] == id)
			return 1;
	return n < 0 ? n : 0;
}

static int put_v2(const struct cgroup_plan *p, int dir_fd, struct strbuf *out, struct err *e)
{
	AUTO_FD prog_fd = load_with_memlock(p);
	const char *step = "loading";
	struct bpf_prog_info info = {0};
	int r = prog_fd < 0 ? prog_fd : 0;

	if (r == 0) {
		step = "attaching";
		r = attach_program(dir_fd, prog_fd);
	}
	if (r == 0) {
		step = "querying";
		r = program_info(prog_fd, &info);
	}
	if (r == 0)
		r = is_attached(dir_fd, info.id);
	if (r < 0)
		return err_set(e, ERR_HOST, -r, POINTER ": %s the device program of %s: %s", step,
			       p->trees[p->devices_tree].dir, strerrorname_np(-r));
	if (r == 0)
		return err_set(e, ERR_HOST, EIO,
			       POINTER ": wanted program %u on %s, but it is not attached", info.id,
			       p->trees[p->devices_tree].dir);
	strbuf_addf(out, "{\"program\":%u}", info.id);
	return 0;
}

int cgroup_put_devices(const struct cgroup_plan *p, struct cgroup *c, struct err *e)
{
	if (!p->devices_v1 && !p->devices_v2) {
		strbuf_adds(&c->record, "null");
		return 0;
	}
	int dir_fd = c->dirs[p->devices_tree].dir_fd;

	return p->devices_v1 ? put_v1(p, dir_fd, &c->record, e) : put_v2(p, dir_fd, &c->record, e);
}

/* 1 when program @id has the tag, a digest of the instructions, of another one. */
static int has_tag(uint32_t id, const struct bpf_prog_info *want)
{
	struct bpf_prog_info got;
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_id = id;
	AUTO_FD fd = sys_bpf(BPF_PROG_GET_FD_BY_ID, &attr, sizeof(attr));
	if (fd < 0)
		return -errno;
	int r = program_info(fd, &got);
	return r < 0 ? r : memcmp(got.tag, want->tag, sizeof(got.tag)) == 0;
}

/* Others may be attached besides: all have to allow, so that they only take away. */
static int check_v2(const struct cgroup_plan *p, int dir_fd, struct err *e)
{
	AUTO_FD prog_fd = load_with_memlock(p);
	struct bpf_prog_info want;
	uint32_t ids[PROGS];
	int r = prog_fd < 0 ? prog_fd : program_info(prog_fd, &want);
	int n = r < 0 ? r : attached(dir_fd, ids);

	for (int i = 0; i < n; i++)
		if (has_tag(ids[i], &want) == 1)
			return 0;
	return n < 0 ? err_set(e, ERR_HOST, -n, POINTER ": the programs of %s cannot be read: %s",
			       p->trees[p->devices_tree].dir, strerrorname_np(-n))
		     : err_set(e, ERR_HOST, ENOENT,
			       POINTER ": %d programs on %s, and none has the planned instructions",
			       n, p->trees[p->devices_tree].dir);
}

int cgroup_check_devices(const struct cgroup_plan *p, const struct cgroup *c, struct err *e)
{
	int dir_fd = c->dirs[p->devices_tree].dir_fd;

	if (dir_fd < 0)
		return err_set(e, ERR_HOST, ENOENT, POINTER ": the cgroup is gone");
	return p->devices_v1 ? list_read_back(p, dir_fd, NULL, e) : check_v2(p, dir_fd, e);
}

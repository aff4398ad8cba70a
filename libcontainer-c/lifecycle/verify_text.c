/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* verify_text.c: see verify_text.h. */
#include "lifecycle/verify_text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/str.h"

/*
 * Behind "\nKEY:\t". The process chooses its name in the first line, but the kernel escapes line
 * breaks in it, so that no other line can be made up.
 */
static const char *value_of(const char *text, const char *key)
{
	size_t n = strlen(key);

	for (const char *p = text; p; p = strchr(p, '\n')) {
		p += *p == '\n';
		if (strncmp(p, key, n) == 0 && p[n] == ':')
			return p + n + 1 + strspn(p + n + 1, "\t ");
	}
	return NULL;
}

static int parse_ids(const char *text, const char *key, uint32_t ids[4])
{
	const char *v = value_of(text, key);

	return v && sscanf(v, "%" SCNu32 " %" SCNu32 " %" SCNu32 " %" SCNu32, &ids[0], &ids[1],
			   &ids[2], &ids[3]) == 4
		       ? 0
		       : -EPROTO;
}

static int parse_set(const char *text, const char *key, uint64_t *ret)
{
	const char *v = value_of(text, key);

	return v && sscanf(v, "%" SCNx64, ret) == 1 ? 0 : -EPROTO;
}

static int parse_number(const char *text, const char *key, long *ret)
{
	const char *v = value_of(text, key);

	return v && sscanf(v, "%ld", ret) == 1 ? 0 : -EPROTO;
}

static int parse_sets(const char *text, struct proc_status *s)
{
	int r = parse_set(text, "CapInh", &s->cap_inh);

	if (r == 0)
		r = parse_set(text, "CapPrm", &s->cap_prm);
	if (r == 0)
		r = parse_set(text, "CapEff", &s->cap_eff);
	if (r == 0)
		r = parse_set(text, "CapBnd", &s->cap_bnd);
	if (r == 0)
		r = parse_set(text, "CapAmb", &s->cap_amb);
	return r;
}

/* The pid in the innermost namespace; without CONFIG_PID_NS there is no such line. */
static pid_t last_pid(const char *text)
{
	const char *v = value_of(text, "NSpid");
	size_t n = v ? strcspn(v, "\n") : 0;

	while (n > 0 && v[n - 1] >= '0' && v[n - 1] <= '9')
		n--;
	return v ? (pid_t)strtol(v + n, NULL, 10) : 0;
}

int verify_parse_status(const char *text, struct proc_status *ret)
{
	struct proc_status s = {.seccomp_filters = -1};
	const char *name = value_of(text, "Name");
	long parent, nnp, seccomp;

	if (!name || parse_ids(text, "Uid", s.uid) < 0 || parse_ids(text, "Gid", s.gid) < 0 ||
	    parse_sets(text, &s) < 0 || parse_number(text, "PPid", &parent) < 0 ||
	    parse_number(text, "NoNewPrivs", &nnp) < 0 ||
	    parse_number(text, "Seccomp", &seccomp) < 0)
		return -EPROTO;
	snprintf(s.name, sizeof(s.name), "%.*s", (int)strcspn(name, "\n"), name);
	s.parent = (pid_t)parent;
	s.ns_pid = last_pid(text);
	s.no_new_privs = nnp == 1;
	s.seccomp = (unsigned)seccomp;
	(void)parse_number(text, "Seccomp_filters", &s.seccomp_filters);
	*ret = s;
	return 0;
}

/* fs/proc/base.c, lnames[]. */
static const struct {
	const char *name, *line;
} limits[] = {
	{"RLIMIT_CPU", "Max cpu time"},
	{"RLIMIT_FSIZE", "Max file size"},
	{"RLIMIT_DATA", "Max data size"},
	{"RLIMIT_STACK", "Max stack size"},
	{"RLIMIT_CORE", "Max core file size"},
	{"RLIMIT_RSS", "Max resident set"},
	{"RLIMIT_NPROC", "Max processes"},
	{"RLIMIT_NOFILE", "Max open files"},
	{"RLIMIT_MEMLOCK", "Max locked memory"},
	{"RLIMIT_AS", "Max address space"},
	{"RLIMIT_LOCKS", "Max file locks"},
	{"RLIMIT_SIGPENDING", "Max pending signals"},
	{"RLIMIT_MSGQUEUE", "Max msgqueue size"},
	{"RLIMIT_NICE", "Max nice priority"},
	{"RLIMIT_RTPRIO", "Max realtime priority"},
	{"RLIMIT_RTTIME", "Max realtime timeout"},
};

static int parse_amount(const char **p, uint64_t *ret)
{
	static const char unlimited[] = "unlimited";
	char digits[24];

	*p += strspn(*p, " ");
	size_t n = strcspn(*p, " \n");
	if (n == sizeof(unlimited) - 1 && strncmp(*p, unlimited, n) == 0) {
		*ret = RLIM_INFINITY;
		*p += n;
		return 0;
	}
	if (n >= sizeof(digits))
		return -EPROTO;
	memcpy(digits, *p, n);
	digits[n] = '\0';
	*p += n;
	return str_u64(digits, UINT64_MAX, ret) < 0 ? -EPROTO : 0;
}

int verify_parse_limit(const char *text, const char *name, uint64_t *ret_soft, uint64_t *ret_hard)
{
	const char *line = NULL;
	uint64_t soft, hard;

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		if (strcmp(limits[i].name, name) == 0)
			line = limits[i].line;
	for (const char *p = line ? text : NULL; p; p = strchr(p, '\n')) {
		p += *p == '\n';
		if (!str_starts(p, line))
			continue;
		p += strlen(line);
		if (parse_amount(&p, &soft) < 0 || parse_amount(&p, &hard) < 0)
			return -EPROTO;
		*ret_soft = soft;
		*ret_hard = hard;
		return 0;
	}
	return -ENOENT;
}

ssize_t verify_parse_map(const char *text, struct id_extent *ret, size_t max)
{
	size_t n = 0;

	for (const char *p = text; *p; p = strchr(p, '\n') + 1) {
		struct id_extent x;
		if (!strchr(p, '\n') || sscanf(p, "%" SCNu32 " %" SCNu32 " %" SCNu32, &x.inside,
					       &x.outside, &x.size) != 3)
			return -EPROTO;
		if (n == max)
			return -E2BIG;
		ret[n++] = x;
	}
	return (ssize_t)n;
}

bool verify_has_id(const struct id_extent *map, size_t n, uint32_t id)
{
	for (size_t i = 0; i < n; i++)
		if (id >= map[i].outside && id - map[i].outside < map[i].size)
			return true;
	return false;
}

/* Two names of policies have a space in them. */
int verify_parse_policy(const char *text, char *ret, size_t size)
{
	const char *p = text + strcspn(text, " \n");

	if (*p++ != ' ')
		return -EPROTO;
	size_t n = strcspn(p, " \n");
	if (n == 0 || n >= size)
		return -EPROTO;
	if (str_starts(p + n, " (many)") || str_starts(p, "weighted interleave"))
		n += 1 + strcspn(p + n + 1, " \n");
	if (n >= size)
		return -EPROTO;
	memcpy(ret, p, n);
	ret[n] = '\0';
	return 0;
}

/* "  eth0: 12 ..." */
static bool is_device(const char *line, const char *name)
{
	const char *number = strstr(name, "%d");
	size_t n = number ? (size_t)(number - name) : strlen(name);

	line += strspn(line, " ");
	if (strncmp(line, name, n) != 0)
		return false;
	line += n;
	if (!number)
		return *line == ':';
	size_t digits = strspn(line, "0123456789");
	const char *rest = number + strlen("%d");
	n = strlen(rest);
	return digits && strncmp(line + digits, rest, n) == 0 && line[digits + n] == ':';
}

bool verify_has_device(const char *text, const char *name)
{
	for (const char *p = text; *p; p += strcspn(p, "\n"), p += *p == '\n')
		if (is_device(p, name))
			return true;
	return false;
}

/* AppArmor: "docker-default (enforce)"; a profile in mode "complain" confines nobody. */
bool verify_same_label(const char *want, const char *got)
{
	size_t n = strlen(want);

	/* The kernel prints namespaces and stacks its own way: all we ask is that there is one. */
	if (want[0] == ':' || strstr(want, "//&"))
		return *got && strcmp(got, "unconfined") != 0;
	return strncmp(got, want, n) == 0 && (got[n] == '\0' || strcmp(got + n, " (enforce)") == 0);
}

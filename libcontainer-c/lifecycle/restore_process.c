/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * restore_process.c: what `verify` asks of the first process alone, of each restored one: in a
 * container that was made they have it from their parent, and here from a file. See restore_priv.h.
 */
#include "lifecycle/restore_priv.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "lifecycle/creation.h"
#include "lifecycle/verify_text.h"

#define TEXT_MAX 8192

static ssize_t read_of(const struct creation *c, pid_t pid, const char *file, char text[TEXT_MAX])
{
	char name[64];

	snprintf(name, sizeof(name), "%d/%s", pid, file);
	return file_read_at(c->proc_fd, name, text, TEXT_MAX);
}

/* "" when there is none. */
static ssize_t read_line(const struct creation *c, pid_t pid, const char *file, char text[TEXT_MAX])
{
	ssize_t n = read_of(c, pid, file, text);

	text[n > 0 ? strcspn(text, "\n") : 0] = '\0';
	return n;
}

static int refuse(pid_t pid, const char *what, const char *expected, const char *seen,
		  struct err *e)
{
	return err_set(e, ERR_POLICY, EPERM,
		       "policy: restore: process %d: %s: expected %s, seen %s", pid, what, expected,
		       *seen ? seen : "nothing");
}

static void limit_text(uint64_t value, char text[24])
{
	if (value == RLIM_INFINITY)
		snprintf(text, 24, "unlimited");
	else
		snprintf(text, 24, "%" PRIu64, value);
}

static int check_limits(const struct creation *c, pid_t pid, struct err *e)
{
	const struct process_plan *p = &c->plan.process;
	char text[TEXT_MAX], most[24], seen[24] = "";
	ssize_t n = p->n_rlimits ? read_of(c, pid, "limits", text) : 0;

	for (size_t i = 0; i < p->n_rlimits; i++) {
		const struct rlimit_plan *want = &p->rlimits[i];
		uint64_t soft, hard;
		bool read = n > 0 && verify_parse_limit(text, want->name, &soft, &hard) == 0;
		if (read && hard <= want->hard)
			continue;
		limit_text(want->hard, most);
		if (read)
			limit_text(hard, seen);
		return refuse(pid, want->name, most, seen, e);
	}
	return 0;
}

/* Everybody may raise his own. */
static int check_oom(const struct creation *c, pid_t pid, struct err *e)
{
	const struct process_plan *p = &c->plan.process;
	char text[TEXT_MAX], least[24];
	int64_t got;

	if (!p->oom_score_adj_set)
		return 0;
	if (read_line(c, pid, "oom_score_adj", text) > 0 && str_i64(text, -1000, 1000, &got) == 0 &&
	    got >= p->oom_score_adj)
		return 0;
	snprintf(least, sizeof(least), "at least %d", p->oom_score_adj);
	return refuse(pid, "oom_score_adj", least, text, e);
}

static int check_label(const struct creation *c, pid_t pid, const char *what, const char *file,
		       const char *want, struct err *e)
{
	char text[TEXT_MAX];

	if (!want)
		return 0;
	/* Before 5.1 there was but one file for all modules. */
	if (read_line(c, pid, file, text) == -ENOENT)
		(void)read_line(c, pid, "attr/current", text);
	return verify_same_label(want, text) ? 0 : refuse(pid, what, want, text, e);
}

/* What it had of its image is gone with it. */
static bool is_dead(const struct creation *c, pid_t pid)
{
	char text[TEXT_MAX];

	return read_of(c, pid, "status", text) <= 0 ||
	       (strstr(text, "\nState:\tZ") && strstr(text, "\nThreads:\t1\n"));
}

int restore_check_process(const struct creation *c, pid_t pid, struct err *e)
{
	const struct process_plan *p = &c->plan.process;
	int r = 0;

	if (is_dead(c, pid))
		return 0;
	r = check_limits(c, pid, e);
	if (r == 0)
		r = check_oom(c, pid, e);
	if (r == 0)
		r = check_label(c, pid, "AppArmor profile", "attr/apparmor/current",
				p->apparmor_profile, e);
	if (r == 0)
		r = check_label(c, pid, "SELinux label", "attr/current", p->selinux_label, e);
	return r;
}

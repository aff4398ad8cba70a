/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* process.c: see process.h. The order of the steps is the point of this file. */
#include "apply/process.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "apply/caps.h"
#include "apply/memory_policy.h"
#include "apply/rlimits.h"
#include "apply/scheduling.h"
#include "base/err.h"
#include "plan/process.h"

int process_apply_host(const struct process_plan *p, const struct rlimits_saved *saved, int proc_fd,
		       pid_t pid, struct err *e)
{
	int r = rlimits_apply(p, saved, pid, e);

	if (r == 0)
		r = oom_score_apply(p, proc_fd, pid, e);
	if (r == 0)
		r = scheduling_apply(p, pid, e);
	return r;
}

static int set_personality(const struct process_plan *p, struct err *e)
{
	if (!p->personality_set)
		return 0;
	if (personality(p->personality) < 0)
		return err_sys(e, errno, "set personality");
	if ((unsigned long)personality(0xffffffff) != p->personality)
		return err_set(e, ERR_SYSTEM, EIO, "personality does not read back as set");
	return 0;
}

/* CVE-2024-21626: a working directory that came through a leaked descriptor lies outside the root.
 */
static int verify_cwd(struct err *e)
{
	char buf[PATH_MAX];

	/* The raw call: glibc's getcwd() would go looking for a path of its own. */
	if (syscall(SYS_getcwd, buf, sizeof(buf)) < 0) {
		if (errno == ENOENT)
			return err_set(e, ERR_SYSTEM, EXDEV,
				       "current working directory is outside of container mount "
				       "namespace root -- possible container breakout detected");
		return err_sys(e, errno, "failed to verify if current working directory is safe");
	}
	if (buf[0] != '/')
		return err_set(e, ERR_SYSTEM, EXDEV,
			       "current working directory is not absolute -- possible container "
			       "breakout detected: cwd is \"%.128s\"",
			       buf);
	return 0;
}

static int chdir_failed(const char *cwd, int code, struct err *e)
{
	return err_sys(e, code, "chdir to cwd (\"%.256s\") set in config.json failed", cwd);
}

int process_enter_cwd(const char *cwd, struct err *e)
{
	if (chdir(cwd) < 0)
		return chdir_failed(cwd, errno, e);
	return verify_cwd(e);
}

static bool same_groups(const struct process_plan *p)
{
	gid_t got[256];
	int n = getgroups(0, NULL);

	if (n < 0 || (size_t)n != p->n_groups)
		return false;
	/* The kernel sorts them; and a longer list than this is compared by its length alone. */
	if ((size_t)n > sizeof(got) / sizeof(got[0]))
		return true;
	if (getgroups(n, got) != n)
		return false;
	for (int i = 0; i < n; i++) {
		bool found = false;

		for (size_t k = 0; k < p->n_groups && !found; k++)
			found = p->groups[k] == got[i];
		if (!found)
			return false;
	}
	return true;
}

static int verify_user(const struct process_plan *p, struct err *e)
{
	/* Nobody's: a filter that is in force already may answer without a word in them. */
	uid_t ru = UINT32_MAX, eu = ru, su = ru;
	gid_t rg = UINT32_MAX, eg = rg, sg = rg;

	if (getresuid(&ru, &eu, &su) < 0 || getresgid(&rg, &eg, &sg) < 0)
		return err_sys(e, errno, "read user ids back");
	if (ru != p->uid || eu != p->uid || su != p->uid || rg != p->gid || eg != p->gid ||
	    sg != p->gid || (!p->keep_groups && !same_groups(p)))
		return err_set(e, ERR_SYSTEM, EIO,
			       "user ids read back as %u:%u instead of %u:%u and its groups", eu,
			       eg, p->uid, p->gid);
	return 0;
}

static int change_user(const struct process_plan *p, struct err *e)
{
	/* Kept over the change so that caps_apply() can give what the plan says, and no more. */
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
		return err_sys(e, errno, "set keepcaps");
	if (!p->keep_groups && setgroups(p->n_groups, p->groups) < 0)
		return err_sys(e, errno, "unable to set %zu supplementary groups", p->n_groups);
	if (setresgid(p->gid, p->gid, p->gid) < 0)
		return err_sys(e, errno, "unable to set gid %u", p->gid);
	if (setresuid(p->uid, p->uid, p->uid) < 0)
		return err_sys(e, errno, "unable to set uid %u", p->uid);
	return verify_user(p, e);
}

/*
 * A directory may be closed to the user and open to root, or the other way round (root squash,
 * FUSE): both are tried, as runc does, and what counts is where we are in the end.
 */
static int change_user_and_cwd(const struct process_plan *p, struct err *e)
{
	int early = chdir(p->cwd) < 0 ? errno : 0;

	if (early && early != EACCES && early != EPERM)
		return chdir_failed(p->cwd, early, e);
	int r = caps_drop_bounding(p->caps.bounding, e);
	if (r == 0)
		r = change_user(p, e);
	if (r < 0)
		return r;
	return early ? process_enter_cwd(p->cwd, e) : verify_cwd(e);
}

static int set_no_new_privs(const struct process_plan *p, struct err *e)
{
	if (!p->no_new_privs)
		return 0;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return err_sys(e, errno, "set no_new_privs");
	return 0;
}

int process_apply(const struct process_plan *p, int (*early)(void *arg, struct err *e), void *arg,
		  struct err *e)
{
	int r = set_personality(p, e);

	if (r == 0)
		r = memory_policy_apply(&p->memory_policy, e);
	if (r < 0)
		return r;
	umask(p->umask_);
	if (!p->no_new_privs && early)
		r = early(arg, e);
	if (r == 0)
		r = change_user_and_cwd(p, e);
	if (r == 0)
		r = caps_apply(&p->caps, e);
	if (r == 0)
		r = set_no_new_privs(p, e);
	return r;
}

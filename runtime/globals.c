/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* globals.c: see globals.h. */
#include "runtime/globals.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fd.h"
#include "base/str.h"
#include "host/policy_load.h"
#include "host/userns_probe.h"
#include "lifecycle/trace.h"
#include "runtime/command.h"

#define DEFAULT_ROOT "/run/bulkhead"

static struct {
	bool debug, systemd_cgroup, version;
	const char *log, *log_format, *root, *rootless, *cgroup_manager, *criu, *policy;
} opt;

const struct option_spec global_options[] = {
	{.name = "debug", .flag = &opt.debug, .help = "enable debug logging"},
	{.name = "log",
	 .text = &opt.log,
	 .help = "append errors to this file, or journald:NAME or syslog:NAME, besides stderr"},
	{.name = "log-format",
	 .text = &opt.log_format,
	 .help = "format of the log: text or json",
	 .initial = "\"text\""},
	{.name = "policy",
	 .text = &opt.policy,
	 .help = "the administrator's policy file (without it: the built-in policy)",
	 .initial = "\"" POLICY_FILE "\""},
	{.name = "root",
	 .text = &opt.root,
	 .help = "directory for the state of containers; it should be in a tmpfs",
	 .initial = "\"" DEFAULT_ROOT "\""},
	{.name = "systemd-cgroup",
	 .flag = &opt.systemd_cgroup,
	 .help = "have systemd make the cgroups; cgroupsPath is then \"slice:prefix:name\""},
	{.name = "cgroup-manager",
	 .text = &opt.cgroup_manager,
	 .help = "cgroupfs or systemd; crun's word for --systemd-cgroup",
	 .initial = "\"cgroupfs\""},
	{.name = "rootless",
	 .text = &opt.rootless,
	 .help = "true, false or auto; false: without a cgroup of its own no container is made",
	 .initial = "\"auto\""},
	{.name = "criu", .hidden = true, .text = &opt.criu, .help = "ignored"},
	{.name = "version", .key = 'v', .flag = &opt.version, .help = "print the version"},
	{0},
};

bool globals_version(void)
{
	return opt.version;
}

static const char *user_runtime_dir(void)
{
	const char *dir = getenv("XDG_RUNTIME_DIR");

	if (!dir || !*dir)
		return NULL;
	if (geteuid() != 0)
		return dir;
	return host_in_userns() && !str_eq(getenv("USER"), "root") ? dir : NULL;
}

static int set_root(struct context *c, struct err *e)
{
	static char root[PATH_MAX];
	char path[PATH_MAX], cwd[PATH_MAX] = "";
	const char *dir = opt.root ? NULL : user_runtime_dir();
	const char *given = opt.root ? opt.root : dir ? "bulkhead" : DEFAULT_ROOT;

	if (!*given)
		return err_set(e, ERR_STATE, EINVAL, "Option --root argument should not be empty");
	if (*given != '/' && !dir) {
		if (!getcwd(cwd, sizeof(cwd)))
			return err_sys(e, errno, "getcwd");
		dir = cwd;
	}
	int n = snprintf(path, sizeof(path), "%s%s%s", dir ? dir : "", dir ? "/" : "", given);
	if (n < 0 || (size_t)n >= sizeof(path) || path_clean(path, root, sizeof(root)) < 0)
		return err_set(e, ERR_STATE, ENAMETOOLONG, "Option --root argument is too long");
	if (strcmp(root, "/") == 0)
		return err_set(e, ERR_STATE, EINVAL,
			       "Option --root argument should not be set to /");
	c->root = root;
	c->root_given = opt.root;
	return 0;
}

/* Commands change the working directory before they need the policy. */
static int set_policy(struct context *c, struct err *e)
{
	static char file[PATH_MAX];
	char cwd[PATH_MAX] = "";

	if (!opt.policy)
		return 0;
	if (!*opt.policy)
		return err_set(e, ERR_STATE, EINVAL,
			       "Option --policy argument should not be empty");
	if (*opt.policy != '/' && !getcwd(cwd, sizeof(cwd)))
		return err_sys(e, errno, "getcwd");
	int n = snprintf(file, sizeof(file), "%s%s%s", cwd, *cwd ? "/" : "", opt.policy);
	if (n < 0 || (size_t)n >= sizeof(file))
		return err_set(e, ERR_STATE, ENAMETOOLONG, "Option --policy argument is too long");
	c->policy_file = file;
	return 0;
}

static int check_rootless(struct err *e)
{
	static const char *const known[] = {"true", "false", "auto", "", "1", "0", NULL};

	if (opt.rootless && !str_in(opt.rootless, known))
		return err_set(e, ERR_STATE, EINVAL, "invalid value for --rootless: %s",
			       opt.rootless);
	return 0;
}

static void say_debug(const void *log, const char *msg)
{
	log_debug(log, "%s", msg);
}

int globals_apply(struct context *c, struct err *e)
{
	int r = log_open(&c->log, opt.log, opt.log_format, opt.debug, e);

	if (r == 0 && opt.debug)
		trace_to(say_debug, &c->log);
	if (r == 0)
		r = set_root(c, e);
	if (r == 0)
		r = set_policy(c, e);
	if (r == 0)
		r = check_rootless(e);
	c->need_cgroup = str_eq(opt.rootless, "false") || str_eq(opt.rootless, "0");
	c->systemd_cgroup = opt.systemd_cgroup;
	c->cgroup_manager = opt.cgroup_manager;
	return r;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* check_kernel.c: version, system calls, seccomp, and the namespaces that there are. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/str.h"
#include "host/check_priv.h"
#include "kernel/calls.h"
#include "kernel/sys.h"
#include "policy/policy.h"

#define AREA "kernel"

static void check_version(struct check *c)
{
	const struct host_facts *f = &c->facts;
	bool old = f->kernel_major < 5 || (f->kernel_major == 5 && f->kernel_minor < 12);
	struct utsname u;

	if (uname(&u) < 0)
		return;
	check_add(c, old ? CHECK_FAIL : CHECK_OK, AREA, "version", arena_strdup(c->a, u.release),
		  "mount_setattr(2) and idmapped mounts came with Linux 5.12");
}

/* What has no older way is the idmapped mount; the rest is slower, and checked by tests. */
static void check_calls(struct check *c)
{
	const char *missing = "";

	for (int i = 0; missing && i < CALL_KINDS; i++)
		if (!call_there((enum call)i))
			missing = arena_printf(c->a, "%s %s (%s)", missing, call_name((enum call)i),
					       call_since((enum call)i));
	if (!missing || !*missing)
		check_add(c, CHECK_OK, AREA, "system calls", missing ? "all that are needed" : NULL,
			  "");
	else if (call_mounts_there())
		check_add(c, CHECK_WARN, AREA, "system calls",
			  arena_printf(c->a, "missing:%s", missing),
			  "older ones do their work; better a newer kernel, or no seccomp filter "
			  "around this one");
	else
		check_add(c, CHECK_FAIL, AREA, "system calls",
			  arena_printf(c->a, "missing:%s", missing),
			  "no idmapped mounts: root file systems that belong to root need a policy "
			  "without the rule userns, or a newer kernel and no seccomp filter around "
			  "this one");
}

static void check_seccomp(struct check *c)
{
	static const char *const wanted[] = {"errno", "kill_process", "log", NULL};
	const char *missing = "";
	char text[256];

	if (file_read_at(AT_FDCWD, "/proc/sys/kernel/seccomp/actions_avail", text, sizeof(text)) <=
	    0) {
		check_add(c, CHECK_FAIL, AREA, "seccomp", "none",
			  "a kernel with CONFIG_SECCOMP_FILTER (4.14)");
		return;
	}
	for (const char *const *w = wanted; missing && *w; w++)
		if (!strstr(text, *w))
			missing = arena_printf(c->a, "%s %s", missing, *w);
	bool some = missing && *missing;
	check_add(c, some ? CHECK_WARN : CHECK_OK, AREA, "seccomp",
		  some	    ? arena_printf(c->a, "no action%s", missing)
		  : missing ? "all actions"
			    : NULL,
		  "profiles that use them are refused on this kernel");
}

void check_kernel(struct check *c)
{
	check_version(c);
	check_calls(c);
	check_seccomp(c);
}

static void check_kinds(struct check *c)
{
	static const struct {
		const char *name;
		enum check_result absent;
	} kinds[] = {{"user", CHECK_FAIL}, {"pid", CHECK_FAIL},	  {"net", CHECK_FAIL},
		     {"ipc", CHECK_FAIL},  {"uts", CHECK_FAIL},	  {"mnt", CHECK_FAIL},
		     {"time", CHECK_WARN}, {"cgroup", CHECK_WARN}};
	enum check_result worst = CHECK_OK;
	const char *missing = "";
	char path[32];

	for (size_t i = 0; missing && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		snprintf(path, sizeof(path), "/proc/self/ns/%s", kinds[i].name);
		if (access(path, F_OK) == 0)
			continue;
		missing = arena_printf(c->a, "%s %s", missing, kinds[i].name);
		worst = kinds[i].absent == CHECK_FAIL ? CHECK_FAIL
			: worst == CHECK_OK	      ? CHECK_WARN
						      : worst;
	}
	check_add(c, worst, "namespaces", "kinds",
		  worst != CHECK_OK ? arena_printf(c->a, "missing:%s", missing)
		  : missing	    ? "all"
				    : NULL,
		  "a kernel that is built with them (CONFIG_*_NS)");
}

/* Makes one, as every container will have it. */
static void check_user(struct check *c)
{
	static const char knob[] = "/proc/sys/user/max_user_namespaces";
	struct clone_args args = {.flags = CLONE_NEWUSER | CLONE_NEWNS, .exit_signal = SIGCHLD};
	char max[32] = "unlimited";

	if (file_read_at(AT_FDCWD, knob, max, sizeof(max)) > 0)
		max[strcspn(max, "\n")] = '\0';
	if (strcmp(max, "0") == 0) {
		check_add(c, CHECK_FAIL, "namespaces", "user namespaces", "switched off",
			  "sysctl user.max_user_namespaces=15000");
		return;
	}
	pid_t pid = sys_clone3(&args);
	if (pid == 0)
		_exit(0);
	int code = errno;
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	/* A distribution's knob that forbids them to everybody else is no matter here. */
	if (pid < 0 && !c->root)
		check_needs_root(c, "namespaces", "user namespaces");
	else
		check_add(c, pid > 0 ? CHECK_OK : CHECK_FAIL, "namespaces", "user namespaces",
			  pid > 0 ? arena_printf(c->a, "can be made; at most %s", max)
				  : arena_printf(c->a, "cannot be made: %s", strerror(code)),
			  code == ENOSPC ? "raise sysctl user.max_user_namespaces"
					 : "is this a container or a jail itself?");
}

void check_namespaces(struct check *c)
{
	check_kinds(c);
	check_user(c);
	if (c->facts.in_userns)
		check_add(c, CHECK_WARN, "namespaces", "this process",
			  "is in a user namespace itself",
			  "containers have no ids of their own here: run it on the host");
}
